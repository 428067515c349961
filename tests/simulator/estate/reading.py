# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What CertView shows of a certificate, read from its DER, so that the JSON cannot disagree with the certificate."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .model import Name, Profile

_SIGNATURES = {
    "1.2.840.113549.1.1.5": "SHA1withRSA",
    "1.2.840.113549.1.1.11": "SHA256withRSA",
    "1.2.840.113549.1.1.12": "SHA384withRSA",
    "1.2.840.113549.1.1.13": "SHA512withRSA",
    "1.2.840.10045.4.3.2": "SHA256withECDSA",
    "1.2.840.10045.4.3.3": "SHA384withECDSA",
    "1.3.101.112": "Ed25519",
}
_KEY_USAGES = (
    ("digital_signature", "Digital Signature"),
    ("content_commitment", "Non Repudiation"),
    ("key_encipherment", "Key Encipherment"),
    ("data_encipherment", "Data Encipherment"),
    ("key_agreement", "Key Agreement"),
    ("key_cert_sign", "Certificate Sign"),
    ("crl_sign", "CRL Sign"),
)
_EXTENDED_KEY_USAGES = {
    ExtendedKeyUsageOID.SERVER_AUTH: "TLS Web Server Authentication",
    ExtendedKeyUsageOID.CLIENT_AUTH: "TLS Web Client Authentication",
    ExtendedKeyUsageOID.CODE_SIGNING: "Code Signing",
    ExtendedKeyUsageOID.EMAIL_PROTECTION: "E-mail Protection",
}


@dataclass(slots=True, frozen=True)
class Contents:
    """The fields of one certificate in CertView's terms; times in milliseconds since the epoch."""

    serial_number: str
    subject: Name
    issuer_name: Name
    valid_from: int
    valid_to: int
    dns_names: tuple[str, ...]
    ip_addresses: tuple[str, ...]
    profile: Profile


def read(der: bytes) -> Contents:
    """Raises ValueError for anything that is not one X.509 certificate in DER."""
    certificate = x509.load_der_x509_certificate(der)
    names = _extension(certificate, x509.SubjectAlternativeName)
    digits = f"{certificate.serial_number:x}"
    return Contents(
        serial_number=digits.zfill(len(digits) + len(digits) % 2),
        subject=_name(certificate.subject),
        issuer_name=_name(certificate.issuer),
        valid_from=int(certificate.not_valid_before_utc.timestamp()) * 1000,
        valid_to=int(certificate.not_valid_after_utc.timestamp()) * 1000,
        dns_names=tuple(names.get_values_for_type(x509.DNSName)) if names else (),
        ip_addresses=tuple(map(str, names.get_values_for_type(x509.IPAddress))) if names else (),
        profile=_profile(certificate),
    )


def _extension(
    certificate: x509.Certificate, kind: type[x509.extensions.ExtensionTypeVar]
) -> x509.extensions.ExtensionTypeVar | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _profile(certificate: x509.Certificate) -> Profile:
    algorithm, size = _key(certificate)
    constraints = _extension(certificate, x509.BasicConstraints)
    usage = _extension(certificate, x509.KeyUsage)
    extended = _extension(certificate, x509.ExtendedKeyUsage)
    subject_key = _extension(certificate, x509.SubjectKeyIdentifier)
    authority_key = _extension(certificate, x509.AuthorityKeyIdentifier)
    self_signed = certificate.subject == certificate.issuer
    kind = "Leaf"
    if constraints and constraints.ca:
        kind = "Root" if self_signed else "Intermediate"
    return Profile(
        type=kind,
        key_algorithm=algorithm,
        key_size=size,
        signature_algorithm=_SIGNATURES.get(certificate.signature_algorithm_oid.dotted_string, "UNKNOWN"),
        self_signed=self_signed,
        key_usage=tuple(label for flag, label in _KEY_USAGES if usage and getattr(usage, flag)),
        enhanced_key_usage=tuple(
            _EXTENDED_KEY_USAGES.get(oid, oid.dotted_string) for oid in (extended if extended is not None else ())
        ),
        subject_key_identifier=subject_key.digest.hex() if subject_key else "",
        authority_key_identifier=_hex(authority_key.key_identifier) if authority_key else None,
    )


def _hex(identifier: bytes | None) -> str | None:
    return identifier.hex() if identifier else None


def _key(certificate: x509.Certificate) -> tuple[str, int]:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "EC", key.curve.key_size
    if isinstance(key, ed25519.Ed25519PublicKey):
        return "EdDSA", 256
    raise ValueError(f"a public key of kind {type(key).__name__}, which the simulated CertView does not know")


def _name(name: x509.Name) -> Name:
    def values(oid: x509.ObjectIdentifier) -> tuple[str, ...]:
        return tuple(str(attribute.value) for attribute in name.get_attributes_for_oid(oid))

    def first(oid: x509.ObjectIdentifier) -> str:
        return next(iter(values(oid)), "")

    return Name(
        name=first(NameOID.COMMON_NAME),
        organization=first(NameOID.ORGANIZATION_NAME),
        organization_unit=values(NameOID.ORGANIZATIONAL_UNIT_NAME),
        locality=first(NameOID.LOCALITY_NAME),
        state=first(NameOID.STATE_OR_PROVINCE_NAME),
        country=first(NameOID.COUNTRY_NAME),
    )
