# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A certificate with other dates, for what no authority has issued yet. Its signature is then no longer valid."""

from __future__ import annotations

from datetime import datetime

from support import der
from support.der import Element

_FIRST_GENERALIZED_YEAR = 2050
_FIRST_UTC_YEAR = 1950


def redated(certificate: bytes, valid_from: datetime, valid_to: datetime) -> bytes:
    """Return the DER of a certificate with this validity (RFC 5280 4.1.2.5); both times are UTC."""
    parts, *rest = der.only_element(certificate).children()
    fields = [
        _with_dates(each, valid_from, valid_to) if _is_validity(each) else each.whole for each in parts.children()
    ]
    body = der.encoded(der.SEQUENCE, b"".join(fields))
    return der.encoded(der.SEQUENCE, body + b"".join(each.whole for each in rest))


def _is_validity(field: Element) -> bool:
    return field.tag == der.SEQUENCE and field.content[:1] in (bytes([der.UTC_TIME]), bytes([der.GENERALIZED_TIME]))


def _with_dates(validity: Element, *moments: datetime) -> bytes:
    return der.encoded(validity.tag, b"".join(_time(moment) for moment in moments))


def _time(moment: datetime) -> bytes:
    digits = moment.strftime("%m%d%H%M%SZ")
    if _FIRST_UTC_YEAR <= moment.year < _FIRST_GENERALIZED_YEAR:
        return der.encoded(der.UTC_TIME, f"{moment.year % 100:02d}{digits}".encode())
    return der.encoded(der.GENERALIZED_TIME, f"{moment.year:04d}{digits}".encode())
