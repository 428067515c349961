# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates by the hundred thousand: one signed certificate as a mould, patched in places of equal length.

Signing 200,000 certificates takes minutes. A patched copy parses like any other certificate and its fields say what was
asked for; only its signature does not verify, which no reader of a CertView can see without fetching the issuer.
"""

from __future__ import annotations

import functools
from datetime import datetime, timezone


def utc_time(milliseconds: int) -> bytes:
    """The content of an ASN.1 UTCTime (RFC 5280 4.1.2.5.1), valid for the years 1950 to 2049."""
    days, seconds = divmod(milliseconds // 1000, 86_400)
    return b"%b%02d%02d%02dZ" % (_day(days), seconds // 3600, seconds // 60 % 60, seconds % 60)


@functools.lru_cache(maxsize=16_384)
def _day(days: int) -> bytes:
    # strftime costs more than all the rest of patching a certificate, and an estate knows only some thousand days.
    return datetime.fromtimestamp(days * 86_400, timezone.utc).strftime("%y%m%d").encode("ascii")


class DerTemplate:
    """A DER certificate with the places of its serial number, validity and common name.

    Raises ValueError when a place is not found exactly where it is expected.
    """

    __slots__ = ("_common_name", "_der", "_not_after", "_not_before", "_serial", "serial_octets")

    def __init__(self, der: bytes, serial_number: str, common_name: str, valid_from: int, valid_to: int) -> None:
        serial = bytes.fromhex(serial_number)
        self.serial_octets = len(serial)
        self._der = der
        self._serial = self._only_place(serial)
        self._not_before = self._only_place(utc_time(valid_from))
        self._not_after = self._only_place(utc_time(valid_to))
        self._common_name = common_name.encode("ascii")
        if self._common_name not in der:
            raise ValueError(f"the template does not hold the name {common_name!r}")

    def _only_place(self, content: bytes) -> slice:
        if self._der.count(content) != 1:
            raise ValueError(f"{content!r} is not in the template exactly once")
        start = self._der.index(content)
        return slice(start, start + len(content))

    def patched(self, serial_number: str, common_name: str, valid_from: int, valid_to: int) -> bytes:
        """The DER of a certificate with these fields; every one must have the length that the template's has."""
        name = common_name.encode("ascii")
        serial = bytes.fromhex(serial_number)
        if len(name) != len(self._common_name) or len(serial) != self.serial_octets:
            raise ValueError(f"{common_name!r} or serial {serial_number} has another length than the template's")
        der = bytearray(self._der)
        der[self._serial] = serial
        der[self._not_before] = utc_time(valid_from)
        der[self._not_after] = utc_time(valid_to)
        return bytes(der).replace(self._common_name, name)
