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

from ._der import BIT_STRING, SEQUENCE, elements

# RFC 7468 3 (boundaries) and 5.1 (the older label).
_BEGIN = re.compile(rb"-----BEGIN ([^\r\n-]+)-----")
_BLOCK = re.compile(rb"-----BEGIN (CERTIFICATE|X509 CERTIFICATE)-----([^-]*)-----END \1-----")
_CERTIFICATE_LABELS = (b"CERTIFICATE", b"X509 CERTIFICATE")

_BLANKS = b" \t\n\v\f\r"


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
    outer = elements(der, 0, len(der), most=1)
    if [element.tag for element in outer] != [SEQUENCE]:
        return False
    inner = elements(der, outer[0].start, outer[0].end, most=3)
    return [element.tag for element in inner] == [SEQUENCE, SEQUENCE, BIT_STRING]


def _base64(text: bytes) -> bytes:
    try:
        # Not joined from what split gives: of a file of single letters that takes twenty times its memory.
        return base64.b64decode(text.translate(None, _BLANKS), validate=True)
    except binascii.Error:
        return b""
