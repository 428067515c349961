# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The elements of ASN.1 in DER (X.690), of bytes that anybody may have written.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t

INTEGER = 0x02
BIT_STRING = 0x03
OBJECT_IDENTIFIER = 0x06
SEQUENCE = 0x30


class Element(t.NamedTuple):
    """Where the value of an element lies."""

    tag: int
    start: int
    end: int


def elements(data: bytes, start: int, end: int, *, most: int) -> list[Element]:
    """Return the elements between *start* and *end*; none when that is not DER to its last byte (X.690 8.1, 10.1).

    None either when there are more than *most*. A file may hold millions, so no byte is copied, and none beyond those
    is looked at. Never raises.
    """
    found: list[Element] = []
    while start < end:
        if len(found) == most or start + 2 > end:
            return []
        length, value = data[start + 1], start + 2
        if length & 0x80:
            size = length & 0x7F
            if not size:  # an indefinite length, which DER does not have
                return []
            length, value = int.from_bytes(data[value : value + size], "big"), value + size
        if value + length > end:
            return []
        found.append(Element(data[start], value, value + length))
        start = value + length
    return found


def object_identifier(value: bytes) -> str:
    """Return the value of an OBJECT IDENTIFIER with dots (X.690 8.19); an empty text when it is none."""
    arcs = [0]
    for octet in value:
        arcs[-1] = arcs[-1] << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(0)
    if len(arcs) < 2 or value[-1] & 0x80:
        return ""
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:-1])))
