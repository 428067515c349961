# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Matches hosts and assets."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping

from ansible_collections.community.qualys.plugins.module_utils._asset_ids import AssetId, asset_id, asset_order
from ansible_collections.community.qualys.plugins.module_utils._match_options import match_options
from ansible_collections.community.qualys.plugins.module_utils._matching import Identities, Match, Matcher
from unit.audit.estates import AS_OF

UNMATCHED = Match(None, None, (), False)


def claiming(*claims: str, own: Iterable[str] = ("10.0.0.1",)) -> Identities:
    return Identities(tuple(own), claims)


def interfaces(*addresses: str, hostname: str | None = None) -> list[dict[str, str | None]]:
    return [{"hostname": hostname, "address": address} for address in addresses]


def match_hosts(
    hosts: Mapping[str, t.Any], assets: Iterable[Mapping[str, t.Any]], **options: t.Any
) -> tuple[dict[str, Match], list[AssetId]]:
    """Return the match of every host without what was tried, and the sorted ids of the assets of no host."""
    matcher = Matcher(hosts, match_options(**options), as_of=AS_OF)
    offered: set[AssetId] = set()
    for told in assets:
        identifier = asset_id(told)
        if identifier is not None:
            offered.add(identifier)
            matcher.offer(identifier, told, told.get("last_found"))
    matches = {host: match._replace(candidates_tried=()) for host, match in matcher.resolve().items()}
    offered.difference_update(*(match.asset_ids for match in matches.values()))
    return matches, sorted(offered, key=asset_order)


def match_one(identities: Identities | list[str], *assets: dict[str, t.Any], **options: t.Any) -> Match:
    matches, _unmatched = match_hosts({"web1": identities}, assets, **options)
    return matches["web1"]
