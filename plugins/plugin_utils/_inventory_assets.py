# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assets as hosts of an inventory: what is told of each, and a name that no other host has.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import re
import typing as t
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..module_utils._addresses import PLACEHOLDER_NAMES, canonical_address, canonical_name
from ..module_utils._asset_ids import AssetId, asset_id, asset_order
from ..module_utils._estate import Record
from ..module_utils._match_options import NEVER_IDENTITIES, MatchOptions
from ..module_utils._matching import freshness
from ..module_utils._networks import NetworkMap, Translation

HOSTNAMES = ("name", "fqdn", "netbios_name", "primary_ip")

_DESCRIBING = ("name", "netbios_name", "operating_system", "primary_ip")
_NOT_IN_A_HOST_NAME = re.compile(r"[^\w.-]")
_LONGEST_NAME = 253
_MOST_NAMED = 10
# What ends in a number is an address to whoever connects to it, in a spelling that canonical_address() knows or not
# (URL Standard section 3.5, "ends in a number checker").
_ENDING_IN_A_NUMBER = re.compile(r"(?:^|\.)(?:0x[0-9a-f]*|\d+)$", re.IGNORECASE)


class Reach:
    """Knows where an asset is reached: at its address as hosts have it, unless that leads to whoever uses it.

    :param matching: Its C(nat), and C(exclude_addresses): what every host has is also the controller's own.
    """

    def __init__(self, matching: MatchOptions) -> None:
        self._excluded = NetworkMap(dict.fromkeys((*matching.exclude_addresses, *NEVER_IDENTITIES), True))
        self._translation = Translation(matching.nat)

    def address(self, told: object) -> str | None:
        address = canonical_address(told)
        if address is None:
            return None
        inside = self._translation.inside(address)
        return None if self._excluded.holding(inside) else inside


class Asset:
    """What the sightings of an asset tell of it, in whatever order they come."""

    __slots__ = ("_described", "hostnames", "last_found", "ports", "tags")

    def __init__(self) -> None:
        self._described: dict[str, tuple[str, str]] = {}
        self.last_found = ""
        self.hostnames: set[str] = set()
        self.ports: set[int] = set()
        self.tags: set[str] = set()

    def note(self, told: Record, last_found: str) -> None:
        """Take one sighting; of two different tellings the later counts."""
        self.last_found = max(self.last_found, last_found)
        for field in _DESCRIBING:
            if told[field]:
                self._described[field] = max(self._described.get(field, ("", "")), (last_found, told[field]))
        self.hostnames.update(each["hostname"] for each in told["interfaces"] or () if each["hostname"])
        self.tags.update(each["name"] for each in told["tags"] or () if each["name"])
        self.ports.update(each["port"] for each in told["instances"] if each["port"] is not None)

    def __getitem__(self, field: str) -> str | None:
        """Return one of C(name), C(netbios_name), C(operating_system), C(primary_ip) and C(fqdn)."""
        if field == "fqdn":
            return min(filter(_is_qualified, (self["name"], *self.hostnames)), default=None, key=_by_name(self["name"]))
        return self._described.get(field, ("", None))[1]

    @property
    def names(self) -> tuple[str, ...]:
        """Those by which its certificates may name it, in lower case."""
        names = map(canonical_name, (self["name"], *sorted(self.hostnames)))
        return tuple(dict.fromkeys(name for name in names if name is not None))

    def variables(self, identifier: AssetId, reach: Reach) -> dict[str, t.Any]:
        """Return the variables of its host, but for those of the audit."""
        address = reach.address(self["primary_ip"])
        return {
            "certview_asset_id": identifier,
            "certview_asset_name": self["name"],
            "certview_netbios_name": self["netbios_name"],
            "certview_operating_system": self["operating_system"],
            "certview_tags": sorted(self.tags),
            "certview_ports": sorted(self.ports),
            **({} if address is None else {"ansible_host": address}),
        }


class AssetNotes:
    """Notes all assets of a stream of records."""

    def __init__(self) -> None:
        self.assets: dict[AssetId, Asset] = {}

    def noted(self, records: Iterable[Record]) -> Iterator[Record]:
        """Pass *records* on."""
        for record in records:
            last_found = freshness(record["last_found"])
            for told in record["assets"]:
                identifier = asset_id(told)
                if identifier is not None:
                    self.assets.setdefault(identifier, Asset()).note(told, last_found)
            yield record


def host_names(
    assets: Mapping[AssetId, Asset],
    preference: Sequence[str],
    reach: Reach,
    taken: Iterable[str],
    tell: t.Callable[[str], None],
) -> dict[AssetId, str]:
    """Return the name of the host of each asset; the same assets have the same names, whatever their order.

    Where several assets have a name, each has its own id behind it: which one had it alone would change as they come
    and go, and with it the machine that the variables and limits of a user mean.

    :param preference: Of HOSTNAMES, the first that an asset has is its name.
    :param taken: Names of hosts and groups that are there already.
    :param tell: Is given one sentence for all names that several have.
    """
    wanted = {identifier: _wanted(identifier, asset, preference, reach) for identifier, asset in assets.items()}
    having = Counter(name.casefold() for name in wanted.values())
    used = {name.casefold() for name in taken}
    alone = {
        identifier
        for identifier, name in wanted.items()
        if having[name.casefold()] == 1 and name.casefold() not in used
    }
    used.update(having)
    names = {}
    for identifier in sorted(wanted, key=asset_order):
        name = wanted[identifier]
        while identifier not in alone and name.casefold() in used:
            name = f"{name}_{_safe_id(identifier)}"
        used.add(name.casefold())
        names[identifier] = name
    _tell_of_shared([name for identifier, name in names.items() if identifier not in alone], tell)
    return names


def _wanted(identifier: AssetId, asset: Asset, preference: Sequence[str], reach: Reach) -> str:
    names = (_safe_host_name(asset[field], reach) for field in preference)
    return next((name for name in names if name is not None), f"certview_asset_{_safe_id(identifier)}")


def _safe_id(identifier: AssetId) -> str:
    return _NOT_IN_A_HOST_NAME.sub("_", str(identifier))


def _safe_host_name(text: str | None, reach: Reach) -> str | None:
    """Return a name that can be a host's, or V(None) if nothing of it can.

    A host name is what Ansible connects to when it has no address, and on ansible-core 2.18 and older a text with
    braces in it is a template.
    """
    if not text or canonical_address(text) is not None:
        return reach.address(text)
    # What begins with a dash would be an option of ssh.
    name = _NOT_IN_A_HOST_NAME.sub("_", text.strip())[:_LONGEST_NAME].strip(".-")
    if name.lower() in PLACEHOLDER_NAMES or _ENDING_IN_A_NUMBER.search(name):
        return None
    return name if any(character.isalnum() for character in name) else None


def _is_qualified(name: str | None) -> bool:
    spelt = canonical_name(name)
    return spelt is not None and "." in spelt


def _by_name(first: str | None) -> t.Callable[[str | None], tuple[bool, str]]:
    return lambda name: (name != first, name or "")


def _tell_of_shared(names: Sequence[str], tell: t.Callable[[str], None]) -> None:
    if names:
        more = f" and {len(names) - _MOST_NAMED} more" if names[_MOST_NAMED:] else ""
        tell(
            "The id of the asset stands behind the name where several assets have the same one, or a host or group"
            f" has it: {', '.join(names[:_MOST_NAMED])}{more}"
        )
