# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads ASN.1 in DER (X.690) down to its elements, also where a certificate is so odd that libraries refuse it."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, OBJECT_IDENTIFIER = 0x01, 0x02, 0x03, 0x04, 0x06
UTF8_STRING, PRINTABLE_STRING, T61_STRING, IA5_STRING = 0x0C, 0x13, 0x14, 0x16
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
VISIBLE_STRING, UNIVERSAL_STRING, BMP_STRING = 0x1A, 0x1C, 0x1E
SEQUENCE, SET = 0x30, 0x31

_LONG_FORM = 0x80
_HIGH_TAG = 0x1F


def context_tag(number: int, *, constructed: bool) -> int:
    """Return the tag C([number]) of a context."""
    return 0x80 | (0x20 if constructed else 0) | number


class Element(t.NamedTuple):
    """One element: its tag (of one octet), what it contains, and all of it."""

    tag: int
    content: bytes
    whole: bytes

    def children(self) -> list[Element]:
        """Return the elements of a constructed one. Raises ValueError when it holds anything else."""
        return list(elements(self.content))

    def within(self) -> Element:
        """Return the only element inside. Raises ValueError when there are more, or none."""
        (only,) = self.children()
        return only

    def integer(self) -> int:
        """Return the value of an INTEGER, which may be negative."""
        return int.from_bytes(self.content, "big", signed=True)

    def oid(self) -> str:
        """Return an OBJECT IDENTIFIER with dots."""
        arcs: list[int] = []
        arc = 0
        for octet in self.content:
            arc = arc << 7 | octet & 0x7F
            if not octet & 0x80:
                arcs.append(arc)
                arc = 0
        root = min(arcs[0] // 40, 2)
        return ".".join(map(str, (root, arcs[0] - 40 * root, *arcs[1:])))


def elements(octets: bytes) -> Iterator[Element]:
    """Yield the elements that lie one after the other. Raises ValueError for what is not DER."""
    position = 0
    while position < len(octets):
        element = _element(octets, position)
        yield element
        position += len(element.whole)


def only_element(octets: bytes) -> Element:
    """Return the first element; what follows it is left alone."""
    return _element(octets, 0)


def _element(octets: bytes, start: int) -> Element:
    try:
        tag, length = octets[start], octets[start + 1]
    except IndexError:
        raise ValueError("an element is cut short") from None
    if tag & _HIGH_TAG == _HIGH_TAG:
        raise ValueError("a tag of more than one octet")
    content = start + 2
    if length & _LONG_FORM:
        octets_of_length = length & ~_LONG_FORM
        length = int.from_bytes(octets[content : content + octets_of_length], "big")
        content += octets_of_length
    if content + length > len(octets):
        raise ValueError("an element is longer than what holds it")
    return Element(tag, octets[content : content + length], octets[start : content + length])


def encoded(tag: int, content: bytes) -> bytes:
    """Return the DER of an element."""
    if len(content) < _LONG_FORM:
        return bytes((tag, len(content))) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG_FORM | len(length))) + length + content
