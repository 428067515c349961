# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What kind of public key a certificate has: as the API names it, as the certificate itself says, or by its size.

The certificate is read without a library, so that the same answer gives the same record wherever it is read; and a key
is told that is too new, or too old, for the library that happens to be there.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import base64
import functools
import re
import typing as t

from ._der import BIT_STRING, INTEGER, OBJECT_IDENTIFIER, SEQUENCE, Element, elements, object_identifier

# NIST curves and their Brainpool and Koblitz kin. 512 is missing: RSA-512 and brainpoolP512 share it.
_CURVE_SIZES = frozenset({160, 192, 224, 256, 320, 384, 521})
_LEAST_INFERRED_RSA = 1024
# Sizes of public keys of ML-DSA (FIPS 204, table 2) and ML-KEM (FIPS 203, table 3), in bytes.
_POST_QUANTUM_BYTES = (800, 1184, 1312, 1568, 1952, 2592)
_POST_QUANTUM_SIZES = frozenset(size * unit for size in _POST_QUANTUM_BYTES for unit in (1, 8))

# As other software spells them, without what is neither letter nor digit.
_NOT_TOLD = frozenset({"", "UNKNOWN", "NA", "NULL", "NONE"})
_NAMES: t.Mapping[str, str] = {
    "RSA": "RSA",
    "RSAENCRYPTION": "RSA",
    "RSASSAPSS": "RSASSA-PSS",
    "RSAPSS": "RSASSA-PSS",
    "IDRSASSAPSS": "RSASSA-PSS",
    "EC": "EC",
    "ECC": "EC",
    "ECDSA": "EC",
    "ECDH": "EC",
    "ECPUBLICKEY": "EC",
    "IDECPUBLICKEY": "EC",
    "DSA": "DSA",
    "DSS": "DSA",
    "IDDSA": "DSA",
    "DSAENCRYPTION": "DSA",
    "ED25519": "Ed25519",
    "ED448": "Ed448",
    "X25519": "X25519",
    "X448": "X448",
}
# Java calls both curves EdDSA. Sizes as of the field, of the order and of the octets.
_EDWARDS_SIZES: t.Mapping[int | None, str] = {
    **dict.fromkeys((253, 255, 256), "Ed25519"),
    **dict.fromkeys((446, 448, 456), "Ed448"),
}
_NO_LETTER_OR_DIGIT = re.compile(r"[\W_]+")
_WITH_SIZE = re.compile(r"(RSA(?:ENCRYPTION|SSAPSS|PSS)?|DS[AS])[0-9]{3,5}(?:BITS?)?")
# By its size, or by a name as in FIPS 186-5, SEC 2, X9.62 and RFC 5639, with or without the algorithm before it.
_CURVE = re.compile(
    r"EC(?:C|DSA|DH|PUBLICKEY)?[0-9]{3}(?:BITS?)?"
    r"|(?:EC(?:C|DSA|DH|PUBLICKEY)?)?"
    r"(?:(?:NIST)?P[0-9]{3}|(?:SEC[PT]|PRIME|BRAINPOOLP)[0-9]{3}[KRTV][0-9])(?:[0-9]{3}BITS?)?"
)
_ML = re.compile(r"(?:ID)?ML(DSA|KEM)(\d+)")
_SLH_DSA = re.compile(r"(?:ID)?SLHDSA(SHA2|SHAKE)(128|192|256)([SF])")
# FIPS 203 to 206, their drafts, the stateful hash-based signatures (SP 800-208), and composites that begin with them.
_POST_QUANTUM = re.compile(
    r"(?:ID)?(?:HASH)?(?:ML(?:DSA|KEM)|SLHDSA|FNDSA|FALCON|DILITHIUM|KYBER|SPHINCS|LMS|HSS|XMSS)"
)

_RSA_KEYS = ("RSA", "RSASSA-PSS")
# NIST Computer Security Objects Register, https://csrc.nist.gov/projects/computer-security-objects-register
_NIST_SIGNATURES = "2.16.840.1.101.3.4.3."
_NIST_KEMS = "2.16.840.1.101.3.4.4."
_SLH_DSA_SETS = [f"{family}-{size}{kind}" for family in ("SHA2", "SHAKE") for size in (128, 192, 256) for kind in "sf"]
_ALGORITHMS: t.Mapping[str, str] = {
    # RFC 3279 2.3, RFC 4055 1.2, RFC 8410 3, RFC 9802 4, RFC 9881 2, RFC 9909 3, RFC 9935 3
    "1.2.840.113549.1.1.1": "RSA",
    "1.2.840.113549.1.1.10": "RSASSA-PSS",
    "1.2.840.10040.4.1": "DSA",
    "1.2.840.10045.2.1": "EC",
    "1.3.101.110": "X25519",
    "1.3.101.111": "X448",
    "1.3.101.112": "Ed25519",
    "1.3.101.113": "Ed448",
    "1.2.840.113549.1.9.16.3.17": "HSS-LMS",
    "1.3.6.1.5.5.7.6.34": "XMSS",
    "1.3.6.1.5.5.7.6.35": "XMSS-MT",
    **{f"{_NIST_SIGNATURES}{17 + index}": f"ML-DSA-{size}" for index, size in enumerate((44, 65, 87))},
    **{f"{_NIST_SIGNATURES}{20 + index}": f"SLH-DSA-{name}" for index, name in enumerate(_SLH_DSA_SETS)},
    **{f"{_NIST_KEMS}{1 + index}": f"ML-KEM-{size}" for index, size in enumerate((512, 768, 1024))},
}
_OCTETS: t.Mapping[str, int] = {"X25519": 32, "Ed25519": 32, "X448": 56, "Ed448": 57}
_BRAINPOOL = "1.3.36.3.3.2.8.1.1."
_SECG = "1.3.132.0."
# RFC 5480 2.1.1.1, RFC 5639 4.1, SEC 2 A.2.
_CURVES: t.Mapping[str, int] = {
    "1.2.840.10045.3.1.1": 192,
    "1.2.840.10045.3.1.7": 256,
    **{f"{_SECG}{arc}": 160 for arc in (8, 9, 30)},
    **{f"{_SECG}{arc}": size for arc, size in ((31, 192), (32, 224), (33, 224), (10, 256), (34, 384), (35, 521))},
    **{
        f"{_BRAINPOOL}{2 * index + kind}": size
        for index, size in enumerate((160, 192, 224, 256, 320, 384, 512))
        for kind in (1, 2)
    },
}

_MOST_FIELDS = 10
_MOST_ARCS = 64
_ARMOUR = re.compile(r"-----BEGIN [^\n-]*-----([^-]*)")


@functools.lru_cache(maxsize=256)
def algorithm_name(told: str, size: int | None) -> str | None:
    """Return an algorithm of keys in our spelling: V(RSA), V(EC), V(Ed25519), V(ML-DSA-65), and so on.

    An unknown one is returned as it was told. V(None) for words that tell none, such as V(unknown) and V(n/a).

    :param size: Of the key in bits; it tells which curve V(EdDSA) means.
    """
    squashed = _NO_LETTER_OR_DIGIT.sub("", told.upper())
    if squashed in _NOT_TOLD:
        return None
    if squashed == "EDDSA":
        return _EDWARDS_SIZES.get(size, told)
    lattice = _ML.fullmatch(squashed)
    if lattice:
        return f"ML-{lattice[1]}-{lattice[2]}"
    hashes = _SLH_DSA.fullmatch(squashed)
    if hashes:
        return f"SLH-DSA-{hashes[1]}-{hashes[2]}{hashes[3].lower()}"
    if _CURVE.fullmatch(squashed):
        return "EC"
    sized = _WITH_SIZE.fullmatch(squashed)
    return _NAMES.get(sized[1] if sized else squashed) or _ALGORITHMS.get(told.strip(), told)


def is_post_quantum(algorithm: str) -> bool:
    """Tell whether such keys are made to withstand quantum computers; limits for RSA and curves do not measure them."""
    return _POST_QUANTUM.match(_NO_LETTER_OR_DIGIT.sub("", algorithm.upper())) is not None


def inferred_algorithm(size: int | None) -> str | None:
    """Return the only algorithm whose keys have this size in bits; V(None) where there are several, or none.

    The signature algorithm of a certificate does not help: it names the issuer's key.
    """
    if size in _CURVE_SIZES:
        return "EC"
    if size is not None and size >= _LEAST_INFERRED_RSA and size not in _POST_QUANTUM_SIZES:
        return "RSA"
    return None


def public_key_of(raw_data: str) -> tuple[str, int | None] | None:
    """Return the algorithm and the size in bits of the key in a certificate; V(None) when that is no certificate.

    The algorithm is in the spelling of C(algorithm_name), or its object identifier where we know no name. The size is
    V(None) for curves without a name, and for keys that are not measured in bits. Never raises.

    :param raw_data: A certificate as PEM or as Base64 of its DER (CertView API guide, C(rawData)).
    """
    armoured = _ARMOUR.search(raw_data)
    try:
        der = base64.b64decode("".join((armoured[1] if armoured else raw_data).split()), validate=True)
    except ValueError:
        return None
    key = _subject_public_key_info(der)
    if len(key) != 2 or (key[0].tag, key[1].tag) != (SEQUENCE, BIT_STRING):
        return None
    identifier = elements(der, key[0].start, key[0].end, most=2)
    oid = _oid(der, identifier[0]) if identifier else ""
    if not oid:
        return None
    algorithm = _ALGORITHMS.get(oid, oid)
    return algorithm, _size(der, algorithm, identifier[1:], key[1])


def _subject_public_key_info(der: bytes) -> list[Element]:
    """Return the two elements of it, RFC 5280 4.1."""
    inside = Element(SEQUENCE, 0, len(der))
    for _layer in ("Certificate", "tbsCertificate"):
        found = elements(der, inside.start, inside.end, most=3)
        if not found or found[0].tag != SEQUENCE:
            return []
        inside = found[0]
    fields = elements(der, inside.start, inside.end, most=_MOST_FIELDS)
    # Before it: the version, which v1 lacks, serial number, signature, issuer, validity, subject.
    index = 6 if fields and fields[0].tag == 0xA0 else 5
    if len(fields) <= index or fields[index].tag != SEQUENCE:
        return []
    return elements(der, fields[index].start, fields[index].end, most=2)


def _oid(der: bytes, element: Element) -> str:
    if element.tag != OBJECT_IDENTIFIER or element.end - element.start > _MOST_ARCS:
        return ""
    return object_identifier(der[element.start : element.end])


def _size(der: bytes, algorithm: str, parameters: list[Element], key: Element) -> int | None:
    if algorithm == "EC":
        return _CURVES.get(_oid(der, parameters[0])) if parameters else None
    if algorithm == "DSA":
        return _first_integer_bits(der, parameters[0].start, parameters[0].end) if parameters else None
    if algorithm in _RSA_KEYS:
        # After the octet of a bit string that tells how many bits are unused.
        outer = elements(der, key.start + 1, key.end, most=1)
        return _first_integer_bits(der, outer[0].start, outer[0].end) if outer else None
    octets = _OCTETS.get(algorithm)
    return None if octets is None else 8 * octets


def _first_integer_bits(der: bytes, start: int, end: int) -> int | None:
    numbers = elements(der, start, end, most=3)
    if not numbers or numbers[0].tag != INTEGER:
        return None
    return int.from_bytes(der[numbers[0].start : numbers[0].end], "big").bit_length() or None
