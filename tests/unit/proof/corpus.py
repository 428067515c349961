# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates that nobody here made: NIST's test suite, real and hostile ones, and the roots that Mozilla trusts."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
import typing as t
from datetime import datetime, timezone
from pathlib import Path

import certifi
import cryptography_vectors
from support import der
from unit.proof.redated import redated

_ARMOUR = re.compile(rb"-----BEGIN CERTIFICATE-----\s(.*?)-----END CERTIFICATE-----", re.DOTALL)
_BINARY = (".crt", ".der")
_VECTORS = Path(cryptography_vectors.__file__).parent

_TO_BE_REDATED = "x509/cryptography.io.chain.pem"
_DATES: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    # RFC 5280 4.1.2.5: "no well-defined expiration date".
    "no-end": ((2026, 1, 1), (9999, 12, 31, 23, 59, 59)),
    "all-time": ((1, 1, 1), (9999, 12, 31, 23, 59, 59)),
    "ends-before-it-begins": ((2026, 3, 1), (2026, 2, 28, 23, 59, 59)),
    "leap-days": ((2024, 2, 29, 23, 59, 59), (2028, 2, 29)),
    "no-leap-day": ((2100, 2, 28, 23, 59, 59), (2100, 3, 1)),
    "last-two-digit-year": ((1950, 1, 1), (2049, 12, 31, 23, 59, 59)),
    "first-four-digit-year": ((1949, 12, 31, 23, 59, 59), (2050, 1, 1)),
    "before-1970": ((1969, 12, 31, 23, 59, 58), (1969, 12, 31, 23, 59, 59)),
    "beyond-32-bits": ((2038, 1, 19, 3, 14, 8), (2106, 2, 7, 6, 28, 16)),
}


class Found(t.NamedTuple):
    """A certificate: where it comes from, and its DER."""

    name: str
    encoded: bytes


@functools.cache
def corpus() -> tuple[Found, ...]:
    """Return each certificate once, by the first file that holds it."""
    found: dict[bytes, str] = {}
    for path in sorted(_VECTORS.rglob("*")):
        if path.suffix in (".pem", *_BINARY):
            for number, encoded in enumerate(_certificates(path)):
                found.setdefault(encoded, f"{path.relative_to(_VECTORS)}{f'#{number}' if number else ''}")
    for encoded in _certificates(Path(certifi.where())):
        # Roots come and go, and with them their place in the file.
        found.setdefault(encoded, f"certifi/{hashlib.sha256(encoded).hexdigest()[:16]}")
    return tuple(Found(name, encoded) for encoded, name in found.items())


@functools.cache
def redated_corpus() -> tuple[Found, ...]:
    """Return a real certificate with dates that none of the corpus has."""
    (original,) = (found.encoded for found in corpus() if found.name == _TO_BE_REDATED)
    return tuple(
        Found(f"redated/{name}", redated(original, _utc(*valid_from), _utc(*valid_to)))
        for name, (valid_from, valid_to) in _DATES.items()
    )


def _utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)


def _certificates(path: Path) -> list[bytes]:
    content = path.read_bytes()
    if path.suffix in _BINARY:
        return [content] if _looks_like_one(content) else []
    return [_cut(base64.b64decode(body)) for body in _ARMOUR.findall(content) if b":" not in body]


def _cut(encoded: bytes) -> bytes:
    """Return the certificate without what follows it."""
    return der.only_element(encoded).whole


def _looks_like_one(content: bytes) -> bool:
    """Tell certificates from keys, requests, revocation lists and answers about revocation (RFC 5280 4.1)."""
    try:
        parts = der.only_element(content).children()[0].children()
        validity = [each for each in parts if each.tag == der.SEQUENCE][2].children()
    except (ValueError, IndexError):
        return False
    return [each.tag in (der.UTC_TIME, der.GENERALIZED_TIME) for each in validity] == [True, True]
