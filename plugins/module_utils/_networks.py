# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of many networks an address lies in, and what its address is behind a network translation.

All addresses and networks here are in the spelling of canonical_range().

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import ipaddress
import socket
import typing as t
from collections.abc import Mapping

from ._addresses import canonical_address

Value = t.TypeVar("Value")

_IPV4_BITS, _IPV6_BITS = 32, 128


def _number(address: str) -> int:
    # Many times faster than the classes of ipaddress, and an audit does it for every address of an estate.
    return int.from_bytes(socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address), "big")


def _bits(address: str) -> int:
    return _IPV6_BITS if ":" in address else _IPV4_BITS


def _range(text: str) -> tuple[str, int, int]:
    """Return the first address of a network or address, the bits of its family, and how many of them vary."""
    address, slash, length = text.partition("/")
    bits = _bits(address)
    return address, bits, bits - int(length) if slash else 0


def varying_bits(text: str) -> int:
    """Return how many bits vary within a network: two networks with as many of them are of the same size."""
    return _range(text)[2]


class NetworkMap(t.Generic[Value]):
    """Values of networks and addresses; the time of a look-up grows with the number of different prefix lengths."""

    def __init__(self, entries: Mapping[str, Value]) -> None:
        tables: dict[tuple[int, int], dict[int, Value]] = {}
        for text, value in entries.items():
            address, bits, shift = _range(text)
            tables.setdefault((bits, shift), {})[_number(address) >> shift] = value
        # The longest prefix, which tells most, is the one with the smallest shift.
        self._tables = {
            bits: [(shift, tables[family, shift]) for family, shift in sorted(tables) if family == bits]
            for bits in (_IPV4_BITS, _IPV6_BITS)
        }

    def holding(self, address: str) -> list[Value]:
        """Return the values of all entries that hold *address*, that of the longest prefix first."""
        tables = self._tables[_bits(address)]
        if not tables:
            return []
        number = _number(address)
        return [table[number >> shift] for shift, table in tables if number >> shift in table]


class Translation:
    """A network address translation: what has one address outside has another inside.

    Where entries overlap, the longest prefix counts. An address in no entry stays as it is.

    :param inside_of: Outside to inside, addresses or networks of the same size.
    """

    def __init__(self, inside_of: Mapping[str, str]) -> None:
        self._entries = NetworkMap(
            {outside: (_number(_range(outside)[0]), *_range(inside)[:2]) for outside, inside in inside_of.items()}
        )

    def inside(self, address: str) -> str:
        """Return the address inside of an address outside."""
        for first_outside, first_inside, bits in self._entries.holding(address)[:1]:
            number = _number(first_inside) + _number(address) - first_outside
            if bits == _IPV4_BITS:
                return socket.inet_ntoa(number.to_bytes(4, "big"))
            return canonical_address(str(ipaddress.IPv6Address(number))) or address
        return address
