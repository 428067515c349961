# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what an inventory tells of hosts to what an audit wants to know of them, for the action and the inventory alike.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ..module_utils._audit import AuditedHost
from ..module_utils._policy import Policy
from ._hosts import HostFacts, names_of
from ._resolving import with_addresses

MATCHING = ("match_on", "on_ambiguous", "exclude_addresses", "shared_above", "nat", "asset_max_age_days")
"""The options that match_options() takes."""


def with_resolved_names(
    hosts: Mapping[str, HostFacts], timeout: float, tell: t.Callable[[str], None]
) -> dict[str, HostFacts]:
    """Return the hosts, those without an address with what their names resolve to; see with_addresses()."""
    resolved = with_addresses({name: facts.identities for name, facts in hosts.items()}, timeout, tell)
    return {name: facts._replace(identities=resolved[name]) for name, facts in hosts.items()}


def audited_hosts(hosts: Mapping[str, HostFacts], own_policies: Mapping[str, Policy]) -> dict[str, AuditedHost]:
    """Return the hosts as audit() takes them.

    :param own_policies: Of the hosts that have one.
    """
    return {
        name: AuditedHost(facts.identities, names_of(facts.identities), facts.groups, own_policies.get(name))
        for name, facts in hosts.items()
    }


def none_matched(hosts: int) -> str:
    """Return what the user is to be warned of when not one host was matched."""
    return (
        f"Not one of {hosts} hosts matches an asset of Certificate View, so nothing was judged. Check that these are"
        " the hosts and not the controller, and that certview_addresses or ansible_host hold the addresses that Qualys"
        " scans."
    )
