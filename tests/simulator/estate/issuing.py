# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Making X.509 certificates and reading back what CertView would show of them."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .keys import PrivateKey
from .model import Name, SignedBy

_SHA256_WITH_RSA = bytes.fromhex("06092a864886f70d01010b")
_SHA1_WITH_RSA = bytes.fromhex("06092a864886f70d010105")

_ATTRIBUTES = (
    ("country", NameOID.COUNTRY_NAME),
    ("state", NameOID.STATE_OR_PROVINCE_NAME),
    ("locality", NameOID.LOCALITY_NAME),
    ("organization", NameOID.ORGANIZATION_NAME),
)


@dataclass(slots=True, frozen=True)
class Request:
    """A certificate to be made. Times in milliseconds since the epoch, whole seconds."""

    subject: Name
    serial_number: str
    valid_from: int
    valid_to: int
    key: PrivateKey
    certificate_authority: bool = False
    dns_names: tuple[str, ...] = ()
    ip_addresses: tuple[str, ...] = ()
    hash_name: str = "SHA256"


@dataclass(slots=True, frozen=True)
class Signer:
    """A certificate authority: what certificates that it signs say of it, its key and its own certificate."""

    signed_by: SignedBy
    key: PrivateKey
    der: bytes


def issue(request: Request, signer: Signer | None) -> bytes:
    """The DER of the certificate, signed by ``signer`` or by itself. The same request gives the same bytes."""
    signing_key = signer.key if signer else request.key
    builder = (
        x509.CertificateBuilder()
        .subject_name(_x509_name(request.subject))
        .issuer_name(_x509_name(signer.signed_by.issuer.name if signer else request.subject))
        .public_key(request.key.public_key())
        .serial_number(int(request.serial_number, 16))
        .not_valid_before(_moment(request.valid_from))
        .not_valid_after(_moment(request.valid_to))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(request.key.public_key()), critical=False)
        .add_extension(_key_usage(request), critical=True)
    )
    if request.certificate_authority:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    else:
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
    if signer:
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key())
        builder = builder.add_extension(identifier, critical=False)
    names: list[x509.GeneralName] = [x509.DNSName(name) for name in request.dns_names]
    names += [x509.IPAddress(ipaddress.ip_address(address)) for address in request.ip_addresses]
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return _signed(builder, signing_key, request.hash_name)


def _x509_name(name: Name) -> x509.Name:
    attributes = [x509.NameAttribute(oid, value) for field, oid in _ATTRIBUTES if (value := getattr(name, field))]
    attributes += [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit) for unit in name.organization_unit]
    attributes.append(x509.NameAttribute(NameOID.COMMON_NAME, name.name))
    return x509.Name(attributes)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds // 1000, timezone.utc)


def _key_usage(request: Request) -> x509.KeyUsage:
    authority = request.certificate_authority
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=isinstance(request.key, rsa.RSAPrivateKey) and not authority,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _signed(builder: x509.CertificateBuilder, key: PrivateKey, hash_name: str) -> bytes:
    encoding = serialization.Encoding.DER
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return builder.sign(key, None).public_bytes(encoding)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return builder.sign(key, _hash(hash_name), ecdsa_deterministic=True).public_bytes(encoding)
    if hash_name == "SHA1":
        return _signed_with_sha1(builder.sign(key, hashes.SHA256()), key)
    return builder.sign(key, _hash(hash_name)).public_bytes(encoding)


def _hash(name: str) -> hashes.SHA256 | hashes.SHA384:
    return hashes.SHA384() if name == "SHA384" else hashes.SHA256()


def _signed_with_sha1(certificate: x509.Certificate, key: rsa.RSAPrivateKey) -> bytes:
    # The library refuses to sign certificates with SHA-1, and a simulator of a certificate inventory needs them. The
    # algorithm identifiers and the signatures have equal lengths, so the rest of the encoding stays as it is.
    tbs = certificate.tbs_certificate_bytes.replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA)
    signature = key.sign(tbs, padding.PKCS1v15(), hashes.SHA1())
    der = certificate.public_bytes(serialization.Encoding.DER)
    der = der.replace(certificate.tbs_certificate_bytes, tbs).replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA)
    return der.replace(certificate.signature, signature)
