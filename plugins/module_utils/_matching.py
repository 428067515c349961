# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which assets of CertView an inventory host is.

The rules are tried in the order that the caller gives; the first rule that finds an asset decides for that host.

P(primary_ip): an address of the host is the primary address of the asset.
P(interface): an address of the host is the address of another interface of the asset.
P(fqdn): a qualified name of the host is the name of the asset or of one of its interfaces. The C(fqdn) of an
instance is not used: it is the site that was asked for, and a load balancer answers for the sites of many hosts.
P(short_name): the first label is the same, no other host and no other asset has it, and at least one of the two
is known by nothing longer. Two different qualified names are two hosts, whatever their first labels.
P(netbios): the first 15 characters of the first label are the NetBIOS name, unique on both sides.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

from ._addresses import canonical_address, canonical_name, is_shared_address
from ._errors import CertViewError

AssetId = t.Union[int, str]

MATCH_RULES = ("primary_ip", "interface", "fqdn", "short_name", "netbios")
ON_AMBIGUOUS = ("all", "newest", "skip", "fail")

# Microsoft reserves the sixteenth character of a NetBIOS name for the service (RFC 1001 section 14.1).
NETBIOS_LENGTH = 15


class Match(t.NamedTuple):
    """How a host was matched; without an asset, P(rule) and P(value) are V(None) or name what was skipped."""

    rule: str | None
    value: str | None
    asset_ids: tuple[AssetId, ...]
    ambiguous: bool


UNMATCHED = Match(None, None, (), False)


class _Hit(t.NamedTuple):
    position: int
    value: str


def asset_id(asset: Mapping[str, t.Any]) -> AssetId | None:
    """Return what identifies an asset: its number, else its UUID (all that v1 tells), else its address or name.

    Source: CertView API guide, List Certificates v2 (C(id), C(uuid)) and v1 (C(assetId)).
    """
    for field in ("id", "uuid", "primary_ip", "name"):
        value = asset.get(field)
        if isinstance(value, (int, str)) and value != "":
            return value
    return None


def asset_order(identifier: AssetId) -> tuple[bool, AssetId]:
    """Return a sort key by which numbers and UUIDs can stand in one list."""
    return isinstance(identifier, str), identifier


def freshness(last_found: object) -> str:
    """Return a text that sorts as the ISO 8601 time C(last_found) does, with or without a fraction of a second."""
    return last_found.rstrip("Z") if isinstance(last_found, str) else ""


class Matcher:
    """Matches a stream of assets to hosts in one pass; time and memory grow with hosts plus assets.

    :param hosts: Inventory name to its addresses and names, the most telling first.
    :param match_on: Rules in the order in which they are tried, out of MATCH_RULES.
    :param on_ambiguous: What several assets found by one rule mean: V(all) are the host's, the V(newest) is
        (by the C(last_found) of its certificates, then by the higher id), none is (V(skip)), or V(fail).
    :raises CertViewError: Kind V(options) for an unknown rule or choice.
    """

    def __init__(
        self, hosts: Mapping[str, Sequence[str]], match_on: Sequence[str] = MATCH_RULES, on_ambiguous: str = "all"
    ) -> None:
        unknown = [rule for rule in match_on if rule not in MATCH_RULES]
        if unknown or not match_on:
            raise CertViewError(
                f"match_on names {', '.join(map(repr, unknown)) or 'no rule'}",
                kind="options",
                hint=f"It is a list out of {', '.join(MATCH_RULES)}.",
            )
        if on_ambiguous not in ON_AMBIGUOUS:
            raise CertViewError(
                f"on_ambiguous is {on_ambiguous!r}", kind="options", hint=f"It is one of {', '.join(ON_AMBIGUOUS)}."
            )
        self._match_on = tuple(match_on)
        self._on_ambiguous = on_ambiguous
        self._hosts = tuple(hosts)
        self._by_address: dict[str, dict[str, int]] = {}
        self._by_fqdn: dict[str, dict[str, int]] = {}
        self._by_label: dict[str, dict[str, int]] = {}
        self._by_netbios: dict[str, dict[str, int]] = {}
        self._hosts_known_longer: set[tuple[str, str]] = set()
        for host, identities in hosts.items():
            self._index_host(host, identities)
        self._hits: dict[str, dict[str, dict[AssetId, _Hit]]] = {rule: {} for rule in MATCH_RULES}
        self._label_assets: dict[str, dict[AssetId, bool]] = {}
        self._netbios_assets: dict[str, set[AssetId]] = {}
        self._looked_up: dict[AssetId, int] = {}
        self._freshness: dict[AssetId, str] = {}

    def _index_host(self, host: str, identities: Sequence[str]) -> None:
        for position, identity in enumerate(identities):
            address = canonical_address(identity)
            if address is not None:
                if not is_shared_address(address):
                    self._by_address.setdefault(address, {}).setdefault(host, position)
                continue
            name = canonical_name(identity)
            if name is None:
                continue
            label, dot, _domain = name.partition(".")
            if dot:
                self._by_fqdn.setdefault(name, {}).setdefault(host, position)
                self._hosts_known_longer.add((label, host))
            self._by_label.setdefault(label, {}).setdefault(host, position)
            self._by_netbios.setdefault(label[:NETBIOS_LENGTH], {}).setdefault(host, position)

    def offer(self, identifier: AssetId, asset: Mapping[str, t.Any], last_found: object) -> bool:
        """Take one sighting of an asset (a record's C(assets) item); return whether it may prove to be a host's.

        The same asset may be offered many times, with a part of its identity absent at times, as CertView leaves
        C(primaryIp) empty now and then: an asset without a primary address therefore always may.
        """
        names = {asset.get("name")}
        addresses = set()
        for interface in asset.get("interfaces") or ():
            names.add(interface.get("hostname"))
            addresses.add(interface.get("address"))
        told = hash((asset.get("primary_ip"), asset.get("netbios_name"), frozenset(names), frozenset(addresses)))
        # An asset comes with each of its certificates: an identity that was looked up is not looked up again.
        if self._looked_up.get(identifier) != told:
            self._looked_up[identifier] = told
            if self._look_up(identifier, asset, names, addresses):
                self._freshness.setdefault(identifier, "")
        if identifier not in self._freshness:
            return False
        self._freshness[identifier] = max(self._freshness[identifier], freshness(last_found))
        return True

    def _look_up(
        self, identifier: AssetId, asset: Mapping[str, t.Any], names: set[object], addresses: set[object]
    ) -> bool:
        primary = canonical_address(asset.get("primary_ip"))
        may_match = primary is None or self._note("primary_ip", self._by_address, primary, identifier)
        for address in map(canonical_address, addresses):
            if address is not None:
                may_match |= self._note("interface", self._by_address, address, identifier)
        for name in map(canonical_name, names):
            if name is not None:
                may_match |= self._look_up_name(name, identifier)
        netbios = canonical_name(asset.get("netbios_name"))
        if netbios is not None:
            netbios = netbios.partition(".")[0][:NETBIOS_LENGTH]
            if netbios in self._by_netbios:
                self._netbios_assets.setdefault(netbios, set()).add(identifier)
                may_match = True
        return may_match

    def _look_up_name(self, name: str, identifier: AssetId) -> bool:
        label, dot, _domain = name.partition(".")
        found = bool(dot) and self._note("fqdn", self._by_fqdn, name, identifier)
        if label in self._by_label:
            assets = self._label_assets.setdefault(label, {})
            assets[identifier] = assets.get(identifier, False) or bool(dot)
            found = True
        return found

    def _note(self, rule: str, index: dict[str, dict[str, int]], value: str, identifier: AssetId) -> bool:
        hosts = index.get(value)
        if hosts is None:
            return False
        for host, position in hosts.items():
            hits = self._hits[rule].setdefault(host, {})
            hit = _Hit(position, value)
            hits[identifier] = min(hits.get(identifier, hit), hit)
        return True

    def _note_unique_labels(self) -> None:
        for label, assets in self._label_assets.items():
            hosts = self._by_label[label]
            if len(assets) == len(hosts) == 1:
                (host,), ((identifier, asset_known_longer),) = hosts, assets.items()
                if not (asset_known_longer and (label, host) in self._hosts_known_longer):
                    self._note("short_name", self._by_label, label, identifier)
        for netbios, identifiers in self._netbios_assets.items():
            if len(identifiers) == len(self._by_netbios[netbios]) == 1:
                self._note("netbios", self._by_netbios, netbios, next(iter(identifiers)))

    def resolve(self) -> dict[str, Match]:
        """Decide for every host, in the order of the inventory, once all assets were offered.

        :raises CertViewError: Kind V(ambiguous), when O(on_ambiguous=fail) and a host has several assets.
        """
        self._note_unique_labels()
        matches = {host: self._resolve_host(host) for host in self._hosts}
        if self._on_ambiguous == "fail":
            self._refuse_ambiguous(matches)
        return matches

    def _resolve_host(self, host: str) -> Match:
        for rule in self._match_on:
            hits = self._hits[rule].get(host)
            if not hits:
                continue
            found = sorted(hits, key=asset_order)
            value = min(hits.values()).value
            if len(found) == 1:
                return Match(rule, value, tuple(found), False)
            if self._on_ambiguous == "newest":
                found = [max(found, key=lambda identifier: (self._freshness[identifier], asset_order(identifier)))]
            elif self._on_ambiguous == "skip":
                found = []
            return Match(rule, value, tuple(found), True)
        return UNMATCHED

    def _refuse_ambiguous(self, matches: Mapping[str, Match]) -> None:
        ambiguous = sorted(host for host, match in matches.items() if match.ambiguous)
        if not ambiguous:
            return
        host, match = ambiguous[0], matches[ambiguous[0]]
        others = f", and {len(ambiguous) - 1} more hosts have several assets" if ambiguous[1:] else ""
        raise CertViewError(
            f"host {host!r} matches assets {', '.join(map(str, match.asset_ids))} "
            f"by {match.rule} {match.value}{others}",
            kind="ambiguous",
            hint="Merge the assets in Qualys, give the host an address of its own in certview_addresses, "
            "or choose another on_ambiguous.",
        )
