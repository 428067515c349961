# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Taking the certificates, and nothing but them, out of a file that may hold private keys too.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import typing as t

# RFC 7468 3 (boundaries) and 5.1 (the older label).
_BEGIN = re.compile(rb"-----BEGIN ([^\r\n-]+)-----")
_BLOCK = re.compile(rb"-----BEGIN (CERTIFICATE|X509 CERTIFICATE)-----([^-]*)-----END \1-----")
_CERTIFICATE_LABELS = (b"CERTIFICATE", b"X509 CERTIFICATE")

_BLANKS = b" \t\n\v\f\r"

_SEQUENCE = 0x30
_BIT_STRING = 0x03


class Contents(t.NamedTuple):
    """What a file holds.

    :ivar certificates: DER of each certificate by its SHA-256 in lower-case hexadecimal, in their order.
    :ivar left_out: How many PEM blocks are something else, such as a private key.
    :ivar damaged: How many PEM blocks are called a certificate and are none.
    """

    certificates: dict[str, bytes]
    left_out: int
    damaged: int


def contents_of(data: bytes) -> Contents:
    """Return the certificates in *data*: PEM, DER, or DER in Base64. Never raises."""
    if b"-----BEGIN" not in data:
        der = next((each for each in (data, _base64(data)) if is_certificate(each)), None)
        return Contents({} if der is None else {fingerprint(der): der}, 0, 0)
    sound = [der for der in (_base64(body) for unused, body in _BLOCK.findall(data)) if is_certificate(der)]
    labels = _BEGIN.findall(data)
    claimed = sum(label in _CERTIFICATE_LABELS for label in labels)
    return Contents({fingerprint(der): der for der in sound}, len(labels) - claimed, claimed - len(sound))


def fingerprint(der: bytes) -> str:
    """Return the SHA-256 by which Certificate View knows a certificate."""
    return hashlib.sha256(der).hexdigest()


def is_certificate(der: bytes) -> bool:
    """Tell whether *der* has the outer form of a certificate, which no form of a private key has. Never raises.

    Source: RFC 5280 4.1 (a sequence of tbsCertificate, signatureAlgorithm and signatureValue). A PKCS #8 or PKCS #1 key
    and a PKCS #12 store begin with a number, an encrypted PKCS #8 key has two elements.
    """
    outer = _elements(der, 0, len(der), most=1)
    if [element.tag for element in outer] != [_SEQUENCE]:
        return False
    inner = _elements(der, outer[0].start, outer[0].end, most=3)
    return [element.tag for element in inner] == [_SEQUENCE, _SEQUENCE, _BIT_STRING]


class _Element(t.NamedTuple):
    """Where the value of an element lies."""

    tag: int
    start: int
    end: int


def _elements(data: bytes, start: int, end: int, *, most: int) -> list[_Element]:
    """Return the elements between *start* and *end*; none when that is not DER to its last byte (X.690 8.1, 10.1).

    None either when there are more than *most*. A file may hold millions, so no byte is copied, and none beyond those
    is looked at.
    """
    found: list[_Element] = []
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
        found.append(_Element(data[start], value, value + length))
        start = value + length
    return found


def _base64(text: bytes) -> bytes:
    try:
        # Not joined from what split gives: of a file of single letters that takes twenty times its memory.
        return base64.b64decode(text.translate(None, _BLANKS), validate=True)
    except binascii.Error:
        return b""
