# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Applies the exceptions of a policy to findings.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime

from ._estate import Estate
from ._exceptions import ACTIVE, SELECTORS, told_of_certificate
from ._findings import EXCEPTED, Finding
from ._policy import Policy
from ._rules.model import FAIL


class Excepting:
    """Marks what exceptions cover.

    :ivar covered: For each exception of the policy, by its place, how many findings it covers.
    """

    def __init__(self, estate: Estate, policy: Policy, as_of: datetime) -> None:
        self._estate = estate
        self._exceptions = policy.exceptions
        self._as_of = as_of
        self.covered: Counter[int] = Counter()

    def marked(self, findings: list[Finding], groups: Collection[str] = ()) -> list[Finding]:
        """Return the findings, as excepted where an exception covers them.

        One that has expired is named, and changes nothing.

        :param groups: Those of the host that the findings are on.
        """
        return [self._marked(finding, groups) for finding in findings] if self._exceptions else findings

    def _marked(self, finding: Finding, groups: Collection[str]) -> Finding:
        if finding["status"] != FAIL:
            return finding
        told = self._told(finding, groups)
        covering = [
            (exception.status(self._as_of) != ACTIVE, number)
            for number, exception in enumerate(self._exceptions)
            if exception.covers(finding["rule"], told)
        ]
        if not covering:
            return finding
        has_expired, number = min(covering)
        self.covered[number] += 1
        exception = self._exceptions[number].to_finding(self._as_of)
        return {**finding, "status": FAIL if has_expired else EXCEPTED, "exception": exception}

    def _told(self, finding: Mapping[str, t.Any], groups: Collection[str]) -> dict[str, Collection[str]]:
        certhash = finding["certhash"]
        record = self._estate.records.get(certhash) or self._estate.unplaced.get(certhash)
        told: dict[str, Collection[str]] = dict.fromkeys(SELECTORS, ())
        if record is not None:
            told.update(told_of_certificate(record))
        told["host"] = (finding["host"],) if finding["host"] else ()
        told["group"] = groups
        told["tag"] = self._estate.tags.get(finding["asset_id"], ())
        return told
