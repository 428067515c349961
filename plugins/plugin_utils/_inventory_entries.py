# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an inventory is asked for and what it is told, both in a form that a cache can hold and compare.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import hashlib
import json
import typing as t
from collections.abc import Collection, Mapping
from datetime import datetime

from ..module_utils._freshness import freshness_from
from ..module_utils._match_options import match_options
from ..module_utils._policy import Policy, includes_of
from ..module_utils._report.inventory import HostEntry, host_entries
from ..module_utils._source import CertificateSource
from ._auditing import MATCHING, audited_hosts, none_matched, with_resolved_names
from ._hosts import HostFacts
from ._inventory_assets import Reach, host_names
from ._inventory_audit import audit_inventory
from ._inventory_selection import SELECTION_OPTIONS, selection_of

_FORM = 2
"""To be counted up when what is cached changes its form or its meaning."""

_DECIDING = (
    *("mode", "details", "hostnames", "as_of", "resolve_names", "platform", "gateway_url", "api_version"),
    *SELECTION_OPTIONS,
    *MATCHING,
)


def _gateway_of(auth: object) -> object:
    """Return what wins over the platform; what is no dictionary is refused when it is to be used."""
    return auth.get("gateway_url") if isinstance(auth, Mapping) else None


class Question(t.NamedTuple):
    """What is asked for.

    :ivar options: All options, as plain values.
    :ivar hosts: The hosts to judge.
    :ivar policy: Of the hosts without one of their own, which P(own_policies) holds.
    :ivar taken: Names that no host may be given.
    """

    options: Mapping[str, t.Any]
    hosts: Mapping[str, HostFacts]
    policy: Policy
    own_policies: Mapping[str, Policy]
    taken: Collection[str]

    @property
    def digest(self) -> str:
        """Differs for all that may be answered differently at the same time."""
        of_policy = {id(policy): repr(policy.settings) for policy in (self.policy, *self.own_policies.values())}
        asked = [
            _FORM,
            {name: self.options[name] for name in _DECIDING},
            _gateway_of(self.options["auth"]),
            of_policy[id(self.policy)],
            [
                (name, facts.identities, facts.groups, of_policy.get(id(self.own_policies.get(name))))
                for name, facts in sorted(self.hosts.items())
            ],
            sorted(self.taken),
        ]
        return hashlib.sha256(json.dumps(asked, sort_keys=True, default=repr).encode()).hexdigest()


class Answer(t.NamedTuple):
    """What is told.

    :ivar entries: Of each host.
    :ivar created: Further variables of the hosts that are to be made.
    """

    entries: dict[str, HostEntry]
    created: dict[str, dict[str, t.Any]]

    def to_text(self) -> str:
        return json.dumps(self)

    @classmethod
    def from_text(cls, text: str) -> Answer:
        entries, created = json.loads(text)
        return cls(
            {name: HostEntry(variables, tuple(groups)) for name, (variables, groups) in entries.items()}, created
        )


def answered(question: Question, source: CertificateSource, as_of: datetime, tell: t.Callable[[str], None]) -> Answer:
    """Return what *source* has to say.

    :raises CertViewError: It cannot be told, or not in full.
    """
    options = question.options
    matching = match_options(**{name: options[name] for name in MATCHING})
    creates = options["mode"] != "enrich"
    includes = {"asset_interfaces", *includes_of((question.policy, *question.own_policies.values()))}
    if creates:
        includes.add("asset_tags")
    selection = selection_of(options, includes, as_of)
    freshness = freshness_from(options)
    hosts = question.hosts
    if options["resolve_names"]:
        hosts = with_resolved_names(hosts, options["resolve_timeout"], tell)
    audit = audit_inventory(
        selection.chosen(source.lazy_records(selection.query, as_of, freshness)),
        audited_hosts(hosts, question.own_policies),
        question.policy,
        as_of=as_of,
        matching=matching,
        name_assets=(lambda assets: host_names(assets, options["hostnames"], Reach(matching), question.taken, tell))
        if creates
        else None,
    )
    judged = audit.document["hosts"]
    if hosts and all(judged[name]["status"] == "unmatched" for name in hosts):
        tell(none_matched(len(hosts)))
    return Answer(dict(host_entries(audit.document, options["details"])), audit.created)
