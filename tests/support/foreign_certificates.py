# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Any X.509 certificate as the simulated CertView holds it, so that it can be served like one that was scanned.

Reads the DER itself (RFC 5280 4.1): the library's own readers and `cryptography`, which the results are compared with,
have no part in it. CertView is written in Java, whose names for algorithms its documents show (C(SHA256withRSA));
where they are silent, Java's names are taken: an algorithm without one is told by its object identifier.
"""

from __future__ import annotations

import hashlib
import ipaddress
import typing as t
from datetime import datetime, timedelta, timezone

from simulator.estate.model import Certificate, Issuer, Name, Profile, SignedBy

from . import der
from .der import Element

_SIGNATURES = {
    "1.2.840.113549.1.1.2": "MD2withRSA",
    "1.2.840.113549.1.1.4": "MD5withRSA",
    "1.2.840.113549.1.1.5": "SHA1withRSA",
    "1.3.14.3.2.29": "SHA1withRSA",
    "1.2.840.113549.1.1.10": "RSASSA-PSS",
    "1.2.840.113549.1.1.11": "SHA256withRSA",
    "1.2.840.113549.1.1.12": "SHA384withRSA",
    "1.2.840.113549.1.1.13": "SHA512withRSA",
    "1.2.840.113549.1.1.14": "SHA224withRSA",
    "1.2.840.113549.2.5": "MD5",
    "1.2.840.10040.4.3": "SHA1withDSA",
    "2.16.840.1.101.3.4.3.1": "SHA224withDSA",
    "2.16.840.1.101.3.4.3.2": "SHA256withDSA",
    "1.2.840.10045.4.1": "SHA1withECDSA",
    "1.2.840.10045.4.3.1": "SHA224withECDSA",
    "1.2.840.10045.4.3.2": "SHA256withECDSA",
    "1.2.840.10045.4.3.3": "SHA384withECDSA",
    "1.2.840.10045.4.3.4": "SHA512withECDSA",
    "1.3.101.112": "Ed25519",
    "1.3.101.113": "Ed448",
}

_RSA, _RSA_PSS, _DSA, _EC = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.2.840.10040.4.1", "1.2.840.10045.2.1"
_KEYS = {_RSA: "RSA", _RSA_PSS: "RSASSA-PSS", _DSA: "DSA", _EC: "EC", "1.3.101.112": "EdDSA", "1.3.101.113": "EdDSA"}
_EDWARDS_BITS = {"1.3.101.112": 256, "1.3.101.113": 448}
_CURVE_BITS = {
    "1.2.840.10045.3.1.1": 192,
    "1.3.132.0.33": 224,
    "1.2.840.10045.3.1.7": 256,
    "1.3.132.0.10": 256,
    "1.3.132.0.34": 384,
    "1.3.132.0.35": 521,
}

_COMMON_NAME, _COUNTRY, _LOCALITY, _STATE = "2.5.4.3", "2.5.4.6", "2.5.4.7", "2.5.4.8"
_ORGANIZATION, _ORGANIZATIONAL_UNIT = "2.5.4.10", "2.5.4.11"

_SUBJECT_KEY, _ALTERNATIVE_NAMES, _BASIC_CONSTRAINTS = "2.5.29.14", "2.5.29.17", "2.5.29.19"
_AUTHORITY_KEY = "2.5.29.35"

# RFC 5280 4.2.1.6.
_DNS_NAME, _IP_ADDRESS = der.context_tag(2, constructed=False), der.context_tag(7, constructed=False)

_ENCODINGS = {
    der.UTF8_STRING: "utf-8",
    der.PRINTABLE_STRING: "ascii",
    der.T61_STRING: "latin-1",
    der.IA5_STRING: "ascii",
    der.VISIBLE_STRING: "ascii",
    der.UNIVERSAL_STRING: "utf-32-be",
    der.BMP_STRING: "utf-16-be",
}
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def foreign_certificate(encoded: bytes, number: int, found: int) -> Certificate:
    """Return a certificate as CertView lists it, on no asset yet.

    :param encoded: Its DER.
    :param number: The id that CertView gives it.
    :param found: When a scan found it, in milliseconds since the epoch.
    :raises ValueError: when the outline of RFC 5280 is not there: what no scanner could read.
    """
    parts, signature_algorithm, _signature = der.only_element(encoded).children()
    fields = parts.children()
    # Version 1 leaves the version out.
    version = fields.pop(0).within().integer() + 1 if fields[0].tag == der.context_tag(0, constructed=True) else 1
    serial, _signed_with, issuer, validity, subject, key = fields[:6]
    valid_from, valid_to = (_milliseconds(each) for each in validity.children())
    extensions = _extensions(fields[6:])
    self_signed = _is_self_signed(issuer, subject, extensions)
    algorithm, size = _key(key)
    authority = _is_authority(extensions) or (version == 1 and self_signed)
    dns_names, addresses = _alternative_names(extensions)
    named = Issuer(_name(issuer), "")
    return Certificate(
        id=number,
        # As in the guide's samples ("067a", "00b930ea6e650ce85c"): the octets as they are encoded.
        serial_number=serial.content.hex(),
        subject=_name(subject),
        signed_by=None if self_signed else SignedBy(named, named),
        profile=Profile(
            type=("Root" if self_signed else "Intermediate") if authority else "Leaf",
            key_algorithm=algorithm,
            key_size=size,
            signature_algorithm=_signature_name(signature_algorithm),
            self_signed=self_signed,
            key_usage=(),
            enhanced_key_usage=(),
            subject_key_identifier="",
            authority_key_identifier=None,
        ),
        valid_from=valid_from,
        valid_to=valid_to,
        encoding=encoded,
        created=found,
        updated=found,
        last_found=found,
        dns_names=dns_names,
        ip_addresses=addresses,
        issuer_category="Self-Signed" if self_signed else "unapproved",
        _certhash=hashlib.sha256(encoded).hexdigest(),
    )


def _signature_name(algorithm: Element) -> str:
    oid = algorithm.children()[0].oid()
    return _SIGNATURES.get(oid, oid)


def _key(information: Element) -> tuple[str, int]:
    """Return Java's name of the key's algorithm, and its bits; 0 where they cannot be told."""
    algorithm, bits = information.children()
    oid, *parameters = algorithm.children()
    name = oid.oid()
    return _KEYS.get(name, name), _key_bits(name, parameters, bits.content[1:])


def _key_bits(oid: str, parameters: list[Element], key: bytes) -> int:
    if oid in (_RSA, _RSA_PSS):
        return der.only_element(key).children()[0].integer().bit_length()
    if oid == _DSA:
        # They may be those of the issuer (RFC 3279 2.3.2).
        return parameters[0].children()[0].integer().bit_length() if parameters and parameters[0].content else 0
    if oid == _EC:
        (curve,) = parameters
        if curve.tag == der.OBJECT_IDENTIFIER:
            return _CURVE_BITS.get(curve.oid(), 0)
        # All parameters written out (X9.62): version, field (its kind, its prime), ...
        return curve.children()[1].children()[1].integer().bit_length()
    return _EDWARDS_BITS.get(oid, 0)


def _milliseconds(time: Element) -> int:
    digits = time.content.decode("ascii")
    if time.tag == der.UTC_TIME:
        # RFC 5280 4.1.2.5.1.
        digits = f"{'19' if int(digits[:2]) >= 50 else '20'}{digits}"
    moment = datetime.strptime(digits, "%Y%m%d%H%M%SZ").replace(tzinfo=timezone.utc)
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _name(name: Element) -> Name:
    values: dict[str, list[str]] = {}
    for relative in name.children():
        for attribute in relative.children():
            kind, value = der.elements(attribute.content) if _is_readable(attribute) else (None, None)
            if kind is not None and value is not None:
                values.setdefault(kind.oid(), []).append(_text(value))

    def first(oid: str) -> str:
        return values.get(oid, [""])[0]

    return Name(
        name=first(_COMMON_NAME),
        organization=first(_ORGANIZATION),
        organization_unit=tuple(values.get(_ORGANIZATIONAL_UNIT, ())),
        locality=first(_LOCALITY),
        state=first(_STATE),
        country=first(_COUNTRY),
    )


def _is_readable(attribute: Element) -> bool:
    try:
        return len(attribute.children()) == 2
    except ValueError:
        return False


def _text(value: Element) -> str:
    encoding = _ENCODINGS.get(value.tag)
    # As Java prints an attribute that is no text (RFC 2253 2.4).
    return value.content.decode(encoding, "replace") if encoding else f"#{value.whole.hex()}"


def _extensions(rest: list[Element]) -> t.Mapping[str, bytes]:
    """Return what each extension holds, by its identifier; of two with the same one the first."""
    found: dict[str, bytes] = {}
    for field in rest:
        if field.tag == der.context_tag(3, constructed=True):
            for extension in field.within().children():
                oid, *_critical, value = extension.children()
                found.setdefault(oid.oid(), value.content)
    return found


def _read(extensions: t.Mapping[str, bytes], oid: str, tag: int) -> list[Element]:
    """Return the parts of an extension; none when it is absent or malformed, as a scanner goes on all the same."""
    try:
        extension = der.only_element(extensions[oid])
        return extension.children() if extension.tag == tag else []
    except (KeyError, ValueError):
        return []


def _is_authority(extensions: t.Mapping[str, bytes]) -> bool:
    constraints = _read(extensions, _BASIC_CONSTRAINTS, der.SEQUENCE)
    return bool(constraints) and constraints[0].tag == der.BOOLEAN and constraints[0].content != b"\0"


def _is_self_signed(issuer: Element, subject: Element, extensions: t.Mapping[str, bytes]) -> bool:
    """Tell it as far as one can without the signature: the same name, and no word of another key (RFC 5280 4.2.1)."""
    if issuer.whole != subject.whole:
        return False
    told = {part.tag: part.content for part in _read(extensions, _AUTHORITY_KEY, der.SEQUENCE)}
    signer = told.get(der.context_tag(0, constructed=False))
    own = extensions.get(_SUBJECT_KEY)
    return signer is None or own is None or der.only_element(own).content == signer


def _alternative_names(extensions: t.Mapping[str, bytes]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names = _read(extensions, _ALTERNATIVE_NAMES, der.SEQUENCE)
    dns_names = tuple(each.content.decode("ascii", "replace") for each in names if each.tag == _DNS_NAME)
    addresses = (each.content for each in names if each.tag == _IP_ADDRESS)
    return dns_names, tuple(_address(each) for each in addresses if len(each) in (4, 16))


def _address(octets: bytes) -> str:
    if len(octets) == 4:
        return str(ipaddress.IPv4Address(octets))
    # As Java prints it: neither shortened nor padded.
    return ":".join(f"{int.from_bytes(octets[at : at + 2], 'big'):x}" for at in range(0, 16, 2))
