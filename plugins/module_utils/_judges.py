# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The judges of one audit: one for each policy that hosts have.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from ._estate import Estate
from ._judging import Judge
from ._policy import Policy
from ._rules.model import UNMATCHED_ASSET, UNPLACED_CERTIFICATE


class Judges:
    """Gives each host the judge of its policy.

    :ivar default: Of the hosts that have no policy of their own, and of what belongs to no host.
    """

    def __init__(self, estate: Estate, policy: Policy, as_of: datetime) -> None:
        self._estate = estate
        self._as_of = as_of
        self._judges: dict[int, Judge] = {}
        self.default = self._made(policy)

    def of(self, policy: Policy | None) -> Judge:
        """Return the judge of a policy; V(None) is the default."""
        if policy is None:
            return self.default
        return self._judges.get(id(policy)) or self._made(policy)

    def _made(self, policy: Policy) -> Judge:
        # Hosts that say the same share one policy, and a judge keeps it alive: its id stays its own.
        judge = self._judges[id(policy)] = Judge(self._estate, policy, self._as_of)
        return judge

    def chosen_rules(self) -> list[str]:
        """Return the ids of the rules that any policy has chosen, sorted.

        What belongs to no host is judged by the default policy alone.
        """
        of_hosts = {
            rule.id
            for judge in self._judges.values()
            for rule in judge.policy.rules
            if rule.scope not in (UNMATCHED_ASSET, UNPLACED_CERTIFICATE)
        }
        return sorted(of_hosts.union(rule.id for rule in self.default.policy.rules))

    def not_told(self) -> dict[str, str]:
        """Return the rules that could be judged on nothing, and the field that no answer told, sorted."""
        return dict(sorted(pair for judge in self._judges.values() for pair in judge.not_told.items()))

    def exceptions(self) -> list[dict[str, t.Any]]:
        """Return each exception of all policies with the number of findings that it covers, in the order of writing."""
        covered: Counter[t.Any] = Counter()
        for judge in self._judges.values():
            for number, exception in enumerate(judge.policy.exceptions):
                covered[exception] += judge.excepting.covered[number]
        return [exception.to_document(self._as_of, findings) for exception, findings in covered.items()]

    def to_document(self, policies: Mapping[str, Policy | None]) -> list[dict[str, t.Any]]:
        """Return the policies that hosts have of their own, each with the names of these hosts.

        :param policies: By inventory name.
        """
        hosts: dict[int, list[str]] = {}
        for name, policy in sorted(policies.items()):
            if policy is not None:
                hosts.setdefault(id(policy), []).append(name)
        return [{"hosts": names, **self._judges[key].policy.to_document()} for key, names in hosts.items()]
