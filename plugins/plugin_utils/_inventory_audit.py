# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The audit of an inventory: as that of a play, and the assets that belong to no host can become hosts.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from ..module_utils._asset_ids import AssetId
from ..module_utils._audit import AuditedHost, audit_host, swept
from ..module_utils._estate import Record
from ..module_utils._judges import Judges
from ..module_utils._match_options import MatchOptions
from ..module_utils._matching import Match, Matcher, stale_before
from ..module_utils._policy import Policy
from ..module_utils._values import iso
from ._inventory_assets import Asset, AssetNotes, Reach

ASSET_RULE = "asset"
"""What C(certview_matched_by) is for a host that was made of its asset."""

Name = Callable[[Mapping[AssetId, Asset]], Mapping[AssetId, str]]


class _KeepingMatcher(Matcher):
    """Lets the sightings of every asset be kept: any may become a host."""

    def offer(self, identifier: AssetId, asset: Mapping[str, t.Any], last_found: object) -> bool:
        super().offer(identifier, asset, last_found)
        return True


class InventoryAudit(t.NamedTuple):
    """What was found out.

    :ivar document: Of an audit document C(as_of), C(hosts) and C(certificates), for the hosts of both kinds.
    :ivar created: Variables of the hosts that were made of assets, but for those of the audit, by name.
    """

    document: dict[str, t.Any]
    created: dict[str, dict[str, t.Any]]


def audit_inventory(
    records: Iterable[Record],
    hosts: Mapping[str, AuditedHost],
    policy: Policy,
    *,
    as_of: datetime,
    matching: MatchOptions,
    name_assets: Name | None = None,
) -> InventoryAudit:
    """Return the audit of *hosts*, and with *name_assets* of a host for each asset that is none of theirs.

    :param name_assets: Returns the names of the hosts of assets; V(None) to make none.
    :raises CertViewError: Kind V(ambiguous).
    """
    identities = {name: host.identities for name, host in hosts.items()}
    notes = AssetNotes()
    estate, matches, of_hosts, _told = swept(
        notes.noted(records) if name_assets else records,
        (_KeepingMatcher if name_assets else Matcher)(identities, matching, as_of=as_of),
    )
    audited = dict(hosts)
    created: dict[str, dict[str, t.Any]] = {}
    if name_assets:
        reach = Reach(matching)
        oldest = stale_before(matching, as_of)
        free = {
            identifier: asset
            for identifier, asset in notes.assets.items()
            if identifier not in of_hosts and not "" < asset.last_found < oldest
        }
        for identifier, name in name_assets(free).items():
            audited[name] = AuditedHost((), free[identifier].names, ("all",))
            matches[name] = Match(ASSET_RULE, None, (identifier,), False)
            created[name] = free[identifier].variables(identifier, reach)
    judges = Judges(estate, policy, as_of)
    judged = {name: audit_host(name, audited[name], matches[name], estate, judges) for name in sorted(audited)}
    known = {certhash for host in judged.values() for certhash in host["certificates"]}
    certificates = {certhash: estate.records[certhash] for certhash in sorted(known)}
    return InventoryAudit({"as_of": iso(as_of), "hosts": judged, "certificates": certificates}, created)
