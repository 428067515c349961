# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `cryptography` reads in a certificate: the truth that the records of the library are compared with."""

from __future__ import annotations

import functools
import hashlib
import typing as t
import warnings
from collections.abc import Callable, Mapping
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.utils import CryptographyDeprecationWarning

# What the library does not read in a certificate, it refuses with one of these.
REFUSALS = (
    ValueError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)

Field = str
Reading = Mapping[Field, t.Any]


class Refused(t.NamedTuple):
    """Why `cryptography` does not read it."""

    reason: str


@functools.cache
def read(encoded: bytes) -> Reading:
    """Return what is compared, by the name of the field; Refused where `cryptography` does not read it."""
    with warnings.catch_warnings():
        # Such as: a serial number that is negative, a country of thirteen letters. A scanner finds them all the same.
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        warnings.simplefilter("ignore", UserWarning)
        try:
            certificate = x509.load_der_x509_certificate(encoded)
        except REFUSALS as refusal:
            return {"certhash": _certhash(encoded)} | dict.fromkeys(_READERS, Refused(_told(refusal)))
        return {"certhash": _certhash(encoded)} | {
            field: _tried(reader, certificate) for field, reader in _READERS.items()
        }


def _certhash(encoded: bytes) -> str:
    return hashlib.sha256(encoded).hexdigest()


def _tried(reader: Callable[[x509.Certificate], t.Any], certificate: x509.Certificate) -> t.Any:
    try:
        return reader(certificate)
    except REFUSALS as refusal:
        return Refused(_told(refusal))


def _told(refusal: Exception) -> str:
    return f"{type(refusal).__name__}: {refusal}".replace("\n", " ")


def _key(certificate: x509.Certificate) -> tuple[str, int]:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, dsa.DSAPublicKey):
        return "DSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "EC", key.key_size
    if isinstance(key, ed25519.Ed25519PublicKey):
        return "Ed25519", 256
    assert isinstance(key, ed448.Ed448PublicKey)
    return "Ed448", 448


def _signature_hash(certificate: x509.Certificate) -> str | None:
    """Return the name of the hash; None for a signature that has none of its own (Ed25519)."""
    algorithm = certificate.signature_hash_algorithm
    return algorithm.name if algorithm else None


def _validity(certificate: x509.Certificate) -> tuple[datetime, datetime]:
    return certificate.not_valid_before_utc, certificate.not_valid_after_utc


def _self_signed(certificate: x509.Certificate) -> bool:
    """Tell whether the key of the certificate has signed it. (The library's own check takes no SHA-1.)"""
    if certificate.issuer != certificate.subject:
        return False
    key, signed = certificate.public_key(), (certificate.signature, certificate.tbs_certificate_bytes)
    parameters, algorithm = certificate.signature_algorithm_parameters, certificate.signature_hash_algorithm
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(*signed, parameters, algorithm)  # type: ignore[arg-type]
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(*signed, parameters)  # type: ignore[arg-type]
        elif isinstance(key, dsa.DSAPublicKey):
            key.verify(*signed, algorithm)  # type: ignore[arg-type]
        else:
            assert isinstance(key, (ed25519.Ed25519PublicKey, ed448.Ed448PublicKey))
            key.verify(*signed)
    except InvalidSignature:
        return False
    return True


def _serial_number(certificate: x509.Certificate) -> int:
    return certificate.serial_number


def _dns_names(certificate: x509.Certificate) -> list[str]:
    return _alternative_names(certificate).get_values_for_type(x509.DNSName)


def _ip_addresses(certificate: x509.Certificate) -> list[str]:
    return [str(address) for address in _alternative_names(certificate).get_values_for_type(x509.IPAddress)]


def _alternative_names(certificate: x509.Certificate) -> x509.SubjectAlternativeName:
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return x509.SubjectAlternativeName([])


_READERS: Mapping[Field, Callable[[x509.Certificate], t.Any]] = {
    "key": _key,
    "signature_hash": _signature_hash,
    "validity": _validity,
    "self_signed": _self_signed,
    "serial_number": _serial_number,
    "dns_names": _dns_names,
    "ip_addresses": _ip_addresses,
}
