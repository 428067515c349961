# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which assets have the addresses and names that hosts are known by, noted in one pass over all assets.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterable, Mapping

from ._addresses import canonical_address, canonical_name, canonical_range
from ._asset_ids import AssetId
from ._match_options import NEVER_IDENTITIES, MatchOptions
from ._networks import NetworkMap, Translation

# Microsoft reserves the sixteenth character of a NetBIOS name for the service (RFC 1001 section 14.1).
NETBIOS_LENGTH = 15

_NOBODY: frozenset[AssetId] = frozenset()


class Wanted(t.NamedTuple):
    """What a host is known by, each canonical and in the order in which it was given.

    :ivar tried: All of it.
    :ivar addresses: Where they are claimed, networks too.
    """

    tried: tuple[str, ...]
    addresses: tuple[str, ...]
    names: tuple[str, ...]


def label_of(name: str) -> str:
    """Return the first label of a name."""
    return name.partition(".")[0]


def netbios_of(name: str) -> str:
    """Return what the NetBIOS name of a host with this name is, in lower case."""
    return label_of(name)[:NETBIOS_LENGTH]


class Values:
    """The values of one kind that hosts want, and the assets that have them.

    :param wanted: Shared with another kind, where hosts want the same of both.
    """

    __slots__ = ("_assets", "wanted")

    def __init__(self, wanted: set[str] | None = None) -> None:
        self.wanted: set[str] = set() if wanted is None else wanted
        self._assets: dict[str, set[AssetId]] = {}

    def note(self, value: str, identifier: AssetId) -> bool:
        """Note that an asset has a value, if any host wants it; return whether one does."""
        if value not in self.wanted:
            return False
        self._assets.setdefault(value, set()).add(identifier)
        return True

    def assets(self, value: str) -> t.AbstractSet[AssetId]:
        """Return the assets that have a value."""
        return self._assets.get(value, _NOBODY)

    def forget(self, is_stale: Callable[[AssetId], bool]) -> set[AssetId]:
        """Forget the assets that are stale, and return them."""
        forgotten: set[AssetId] = set()
        for assets in self._assets.values():
            stale = set(filter(is_stale, assets))
            assets -= stale
            forgotten |= stale
        return forgotten


class MatchIndex:
    """Remembers of each asset only what a host wants to know; memory grows with hosts, and assets that may be theirs.

    Hosts must be added before the first asset.

    :ivar fqdns: Qualified names.
    :ivar labels: First labels of names.
    :ivar long_labels: First labels, of the assets that have a qualified name with it.
    :ivar netbios: NetBIOS names in lower case.
    """

    def __init__(self, options: MatchOptions) -> None:
        self._shared_above = options.shared_above
        self._excluded = NetworkMap(dict.fromkeys((*options.exclude_addresses, *NEVER_IDENTITIES), True))
        self._translation = Translation(options.nat) if options.nat else None
        self._primary = Values()
        self._interface = Values(self._primary.wanted)
        self._claimed = Values()
        self._claimed_networks: dict[str, set[str]] = {}
        self._networks: NetworkMap[str] | None = None
        self.fqdns = Values()
        self.labels = Values()
        self.long_labels = Values(self.labels.wanted)
        self.netbios = Values()

    def want(self, identities: Iterable[str], claimed: bool = False) -> Wanted:
        """Take the identities of a host; return those that can be one.

        :param claimed: They are addresses, names and networks which the host is said to serve, and not its own.
        """
        spell = canonical_range if claimed else canonical_address
        addresses: dict[str, None] = {}
        names: dict[str, None] = {}
        tried: dict[str, None] = {}
        for identity in identities:
            address = spell(identity)
            name = canonical_name(identity) if address is None else None
            if address is not None and self._want_address(address, claimed):
                addresses[address] = tried[address] = None
            elif name is not None:
                self._want_name(name)
                names[name] = tried[name] = None
        return Wanted(tuple(tried), tuple(addresses), tuple(names))

    def _want_address(self, address: str, claimed: bool) -> bool:
        if "/" in address:
            self._claimed_networks.setdefault(address, set())
        elif self._excluded.holding(address):
            return False
        else:
            (self._claimed if claimed else self._primary).wanted.add(address)
        return True

    def _want_name(self, name: str) -> None:
        if "." in name:
            self.fqdns.wanted.add(name)
        self.labels.wanted.add(label_of(name))
        self.netbios.wanted.add(netbios_of(name))

    def note(
        self, identifier: AssetId, asset: Mapping[str, t.Any], names: Iterable[object], addresses: Iterable[object]
    ) -> bool:
        """Take what is told of an asset; return whether it may be a host's.

        :param names: Its name and those of its interfaces.
        :param addresses: Those of its interfaces.
        """
        primary = canonical_address(asset.get("primary_ip"))
        # CertView leaves the primary address empty now and then, and tells it with the next certificate.
        may_match = primary is None or self._note_address(primary, self._primary, identifier)
        for address in map(canonical_address, addresses):
            if address is not None:
                may_match |= self._note_address(address, self._interface, identifier)
        for name in map(canonical_name, names):
            if name is not None:
                may_match |= self._note_name(name, identifier)
        netbios = canonical_name(asset.get("netbios_name"))
        if netbios is not None:
            may_match |= self.netbios.note(netbios_of(netbios), identifier)
        return may_match

    def _note_address(self, address: str, values: Values, identifier: AssetId) -> bool:
        inside = address if self._translation is None else self._translation.inside(address)
        noted = values.note(inside, identifier)
        if self._claimed.wanted or self._claimed_networks:
            # Who claims an address knows it from CertView or from the host: as it is outside or inside.
            for spelt in dict.fromkeys((address, inside)):
                noted |= self._note_claimed(spelt, identifier)
        return noted

    def _note_claimed(self, address: str, identifier: AssetId) -> bool:
        if self._networks is None:
            self._networks = NetworkMap({network: network for network in self._claimed_networks})
        networks = self._networks.holding(address)
        if networks and not self._excluded.holding(address):
            self._claimed.wanted.add(address)
            for network in networks:
                self._claimed_networks[network].add(address)
        return self._claimed.note(address, identifier)

    def _note_name(self, name: str, identifier: AssetId) -> bool:
        label = label_of(name)
        noted = self.labels.note(label, identifier)
        if name != label:
            self.long_labels.note(label, identifier)
            noted |= self.fqdns.note(name, identifier)
        return noted

    def forget(self, is_stale: Callable[[AssetId], bool]) -> int:
        """Forget the assets that are stale; return how many there were."""
        kinds = (self._primary, self._interface, self._claimed, self.fqdns, self.labels, self.long_labels, self.netbios)
        forgotten: set[AssetId] = set()
        for values in kinds:
            forgotten |= values.forget(is_stale)
        return len(forgotten)

    def with_primary(self, address: str) -> t.AbstractSet[AssetId]:
        """Return the assets whose primary address this is, unless too many have it to be an identity."""
        return _NOBODY if self._is_shared(address) else self._primary.assets(address)

    def with_interface(self, address: str) -> t.AbstractSet[AssetId]:
        """Return the assets with this address on an interface, unless too many have it to be an identity."""
        return _NOBODY if self._is_shared(address) else self._interface.assets(address)

    def _is_shared(self, address: str) -> bool:
        primary, interface = self._primary.assets(address), self._interface.assets(address)
        if len(primary) + len(interface) <= self._shared_above:
            return False
        return len(primary | interface) > self._shared_above

    def claimed(self, wanted: str) -> set[AssetId]:
        """Return the assets with a claimed address, or with any address of a claimed network, likewise."""
        found: set[AssetId] = set()
        for address in self._claimed_networks.get(wanted, (wanted,)):
            assets = self._claimed.assets(address)
            if len(assets) <= self._shared_above:
                found |= assets
        return found

    def with_label(self, label: str, names: Iterable[str]) -> t.AbstractSet[AssetId]:
        """Return the only asset with this first label, unless *names* tell a longer name of it and the asset too."""
        assets = _only(self.labels.assets(label))
        return assets if assets and self._may_be_short(label, names, *assets) else _NOBODY

    def with_netbios(self, netbios: str) -> t.AbstractSet[AssetId]:
        """Return the only asset with this NetBIOS name."""
        return _only(self.netbios.assets(netbios))

    def named(self, name: str) -> t.AbstractSet[AssetId]:
        """Return the assets with this name, else the only one that it may be the short or the NetBIOS name of."""
        label = label_of(name)
        return self.fqdns.assets(name) or self.with_label(label, (name,)) or self.with_netbios(netbios_of(name))

    def confirms(self, identifier: AssetId, names: Iterable[str]) -> int:
        """Return how well names tell that a host is an asset: V(2) a full name, V(1) a short one, V(0) none."""
        names = tuple(names)
        if any(identifier in self.fqdns.assets(name) for name in names):
            return 2
        return int(
            any(
                (
                    identifier in self.labels.assets(label_of(name))
                    and self._may_be_short(label_of(name), names, identifier)
                )
                or identifier in self.netbios.assets(netbios_of(name))
                for name in names
            )
        )

    def _may_be_short(self, label: str, names: Iterable[str], identifier: AssetId) -> bool:
        return identifier not in self.long_labels.assets(label) or not any(
            name.startswith(f"{label}.") for name in names
        )

    def shared_addresses(self) -> list[str]:
        """Return the addresses of hosts which too many assets have, sorted as text."""
        claimed = {
            address for address in self._claimed.wanted if len(self._claimed.assets(address)) > self._shared_above
        }
        return sorted(claimed.union(filter(self._is_shared, self._primary.wanted)))


def _only(assets: t.AbstractSet[AssetId]) -> t.AbstractSet[AssetId]:
    return assets if len(assets) == 1 else _NOBODY
