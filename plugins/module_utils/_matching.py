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

What a host is said to serve, its claims, adds assets to those. It takes none away, from no host, and so is asked
neither whether it is unique nor whether the host has assets already.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from ._asset_ids import AssetId, asset_order
from ._errors import CertViewError
from ._match_index import MatchIndex, Wanted, label_of, netbios_of
from ._match_options import DEFAULT_OPTIONS, MatchOptions
from ._values import iso

CLAIM_RULE = "alias"


class Identities(t.NamedTuple):
    """What a host is known by.

    :ivar own: Its own addresses and names, the most telling first.
    :ivar claimed: Addresses, names and networks that it serves besides, such as those of a load balancer.
    """

    own: tuple[str, ...]
    claimed: tuple[str, ...] = ()


class Match(t.NamedTuple):
    """How a host was matched; without an asset, P(rule) and P(value) are V(None) or name what was skipped.

    :ivar rule: What matched the host's own identities, out of MATCH_RULES; V(alias) if only a claim did.
    :ivar value: The address, name or network that did.
    :ivar ambiguous: Whether several assets have the host's own identity; those that it claims do not count.
    :ivar candidates_tried: Every address, name and network of the host that can be an identity, in the order in which
        they were tried, the claims last.
    """

    rule: str | None
    value: str | None
    asset_ids: tuple[AssetId, ...]
    ambiguous: bool
    candidates_tried: tuple[str, ...] = ()


class _Found(t.NamedTuple):
    rule: str | None = None
    value: str | None = None
    assets: frozenset[AssetId] = frozenset()


def freshness(last_found: object) -> str:
    """Return a text that sorts as the ISO 8601 time C(last_found) does, with or without a fraction of a second."""
    return last_found.rstrip("Z") if isinstance(last_found, str) else ""


def stale_before(options: MatchOptions, as_of: datetime | None) -> str:
    """Return the time before which an asset is stale, as freshness() spells it; an empty text for never.

    :raises ValueError: An age limit without *as_of*.
    """
    if options.asset_max_age_days is None:
        return ""
    if as_of is None:
        raise ValueError("the age of assets is limited, but there is no time at which to measure it")
    return freshness(iso(as_of - timedelta(days=options.asset_max_age_days)))


class Matcher:
    """Matches a stream of assets to hosts in one pass; time and memory grow with hosts plus assets.

    :param hosts: Inventory name to what the host is known by; a plain sequence tells its own identities only.
    :param as_of: The time at which the age of assets is measured; aware, and needed only with an age limit.
    :raises ValueError: An age limit without P(as_of).
    :ivar assets_stale: How many assets with an identity of a host were left out because they were not found for
        longer than allowed; known once resolve() was called.
    :ivar assets_found: All that have an identity of a host, chosen for it or not; known once resolve() was called.
    """

    def __init__(
        self,
        hosts: Mapping[str, Identities | Sequence[str]],
        options: MatchOptions = DEFAULT_OPTIONS,
        *,
        as_of: datetime | None = None,
    ) -> None:
        self._options = options
        self._oldest = stale_before(options, as_of)
        self.assets_stale = 0
        self.assets_found: set[AssetId] = set()
        self._index = MatchIndex(options)
        self._own: dict[str, Wanted] = {}
        self._claims: dict[str, Wanted] = {}
        # The one host with a label or NetBIOS name; None where several have it.
        self._host_of_label: dict[str, str | None] = {}
        self._host_of_netbios: dict[str, str | None] = {}
        for host, identities in hosts.items():
            self._add(host, identities if isinstance(identities, Identities) else Identities(tuple(identities)))
        self._looked_up: dict[AssetId, int] = {}
        self._may_match: set[AssetId] = set()
        # Of every asset: one that is first seen under another identity may be found to be a host's later on.
        self._freshness: dict[AssetId, str] | None = {} if self._oldest or options.on_ambiguous == "newest" else None

    def _add(self, host: str, identities: Identities) -> None:
        own = self._own[host] = self._index.want(identities.own)
        if identities.claimed:
            self._claims[host] = self._index.want(identities.claimed, claimed=True)
        for name in own.names:
            _note_host(self._host_of_label, label_of(name), host)
            _note_host(self._host_of_netbios, netbios_of(name), host)

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
            if self._index.note(identifier, asset, names, addresses):
                self._may_match.add(identifier)
        if self._freshness is not None:
            self._freshness[identifier] = max(self._freshness.get(identifier, ""), freshness(last_found))
        return identifier in self._may_match

    def resolve(self) -> dict[str, Match]:
        """Decide for every host, in the order of the inventory, once all assets were offered.

        :raises CertViewError: Kind V(ambiguous), when O(on_ambiguous=fail) and a host has several assets.
        """
        if self._oldest:
            self.assets_stale = self._index.forget(self._is_stale)
        matches = {host: self._resolve_host(host) for host in self._own}
        if self._options.on_ambiguous == "fail":
            _refuse_ambiguous(matches)
        return matches

    def shared_addresses(self) -> list[str]:
        """Return the addresses of hosts that identify nothing because too many assets have them, sorted as text."""
        return self._index.shared_addresses()

    def _last_found(self, identifier: AssetId) -> str:
        return "" if self._freshness is None else self._freshness[identifier]

    def _is_stale(self, identifier: AssetId) -> bool:
        # Of an asset whose age is unknown nothing says that it is gone.
        return "" < self._last_found(identifier) < self._oldest

    def _resolve_host(self, host: str) -> Match:
        own = self._find_own(host)
        claimed = self._find_claimed(host)
        self.assets_found |= own.assets | claimed.assets
        ambiguous = len(own.assets) > 1
        chosen = self._chosen(host, own.assets) if ambiguous else own.assets
        return Match(
            own.rule or claimed.rule,
            own.value if own.rule else claimed.value,
            tuple(sorted(chosen | claimed.assets, key=asset_order)),
            ambiguous,
            tuple(dict.fromkeys((*self._own[host].tried, *(self._claims[host].tried if host in self._claims else ())))),
        )

    def _find_own(self, host: str) -> _Found:
        for rule in self._options.match_on:
            found = _found(rule, self._candidates(rule, host))
            if found.assets:
                return found
        return _Found()

    def _candidates(self, rule: str, host: str) -> Iterator[tuple[str, t.AbstractSet[AssetId]]]:
        """Return each identity of the host that *rule* looks at, with the assets that it finds."""
        own, index = self._own[host], self._index
        if rule == "primary_ip":
            return ((address, index.with_primary(address)) for address in own.addresses)
        if rule == "interface":
            return ((address, index.with_interface(address)) for address in own.addresses)
        if rule == "fqdn":
            return ((name, index.fqdns.assets(name)) for name in own.names)
        if rule == "short_name":
            labels = (label for label in map(label_of, own.names) if self._host_of_label[label] == host)
            return ((label, index.with_label(label, own.names)) for label in labels)
        names = (name for name in map(netbios_of, own.names) if self._host_of_netbios[name] == host)
        return ((name, index.with_netbios(name)) for name in names)

    def _find_claimed(self, host: str) -> _Found:
        claims = self._claims.get(host)
        if claims is None:
            return _Found()
        index, addresses = self._index, frozenset(claims.addresses)
        return _found(
            CLAIM_RULE,
            ((claim, index.claimed(claim) if claim in addresses else index.named(claim)) for claim in claims.tried),
        )

    def _chosen(self, host: str, several: frozenset[AssetId]) -> frozenset[AssetId]:
        if self._options.on_ambiguous == "skip":
            return frozenset()
        if self._options.on_ambiguous != "newest":
            return several
        names = self._own[host].names
        return frozenset(
            [
                max(
                    several,
                    key=lambda asset: (self._index.confirms(asset, names), self._last_found(asset), asset_order(asset)),
                )
            ]
        )


def _note_host(hosts: dict[str, str | None], value: str, host: str) -> None:
    if hosts.setdefault(value, host) != host:
        hosts[value] = None


def _found(rule: str, candidates: Iterable[tuple[str, t.AbstractSet[AssetId]]]) -> _Found:
    """Return the assets of all *candidates*, and the first that has any."""
    first: str | None = None
    assets: set[AssetId] = set()
    for value, having in candidates:
        if having:
            first = value if first is None else first
            assets.update(having)
    return _Found(rule, first, frozenset(assets)) if assets else _Found()


def _refuse_ambiguous(matches: Mapping[str, Match]) -> None:
    ambiguous = sorted(host for host, match in matches.items() if match.ambiguous)
    if not ambiguous:
        return
    host, match = ambiguous[0], matches[ambiguous[0]]
    others = f", and {len(ambiguous) - 1} more hosts have several assets" if ambiguous[1:] else ""
    raise CertViewError(
        f"host {host!r} matches assets {', '.join(map(str, match.asset_ids))} by {match.rule} {match.value}{others}",
        kind="ambiguous",
        hint="Merge the assets in Qualys, leave out the old ones with asset_max_age_days, exclude an address that "
        "identifies nothing with exclude_addresses, or choose another on_ambiguous.",
    )
