# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates, assets and instances as the JSON of each API version."""

from __future__ import annotations

import base64
import functools
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from .blemishes import Blemishes
from .model import Asset, Certificate, Installation, Instance, Issuer, Name, TlsProfile, deterministic_uuid, iso

INCLUDES = (
    "ASSET_INTERFACES",
    "VULNERABILITIES",
    "SSL_PROTOCOLS",
    "CIPHER_SUITES",
    "ASSET_TAGS",
    "EXTENSIVE_CERTIFICATE_INFO",
)
_ASSET_TYPES: dict[str, Callable[[Asset], bool]] = {
    "ALL": lambda asset: True,
    "MANAGED": lambda asset: asset.managed,
    "UNMANAGED": lambda asset: not asset.managed,
}
ASSET_TYPES = tuple(_ASSET_TYPES)


@dataclass(slots=True, frozen=True)
class Wanted:
    """What one call asked to see, and the quirks of the server that answers it."""

    version: str
    includes: Collection[str] = ()
    excluded: frozenset[str] = frozenset()
    asset_type: str = "ALL"
    embedded_assets: int = 1_000
    bare_raw_data: bool = False
    ec_name: str = "EC"
    plain_v22: bool = False
    blemishes: Blemishes = field(default_factory=Blemishes)


def visible(certificate: Certificate, asset_type: str) -> list[Installation]:
    """The installations on assets of this type (server instances guide: MANAGED, UNMANAGED, ALL)."""
    if asset_type == "ALL":
        return certificate.installations
    accepts = _ASSET_TYPES[asset_type]
    return [installation for installation in certificate.installations if accepts(installation.asset)]


def is_listed(certificate: Certificate, asset_type: str) -> bool:
    """A certificate seen only on assets of the other type is missing from the answer; one on no asset is not."""
    if asset_type == "ALL" or (asset_type == "MANAGED" and not certificate.installations):
        return True
    accepts = _ASSET_TYPES[asset_type]
    return any(accepts(installation.asset) for installation in certificate.installations)


def _subject(name: Name) -> dict[str, Any]:
    return {
        "organization": name.organization,
        "locality": name.locality,
        "name": name.name,
        "state": name.state,
        "country": name.country,
        "organizationUnit": name.organization_unit,
    }


def _issuer(issuer: Issuer) -> dict[str, Any]:
    return {**_subject(issuer.name), "certhash": issuer.certhash}


def _alternative_names(certificate: Certificate) -> dict[str, Any]:
    if not certificate.dns_names and not certificate.ip_addresses:
        return {}
    return {"DNS Name": certificate.dns_names or None, "IP Address": certificate.ip_addresses or None}


def raw_data(der: bytes, bare: bool) -> str:
    text = base64.b64encode(der).decode("ascii")
    if bare:
        return text
    lines = "\n".join(text[start : start + 64] for start in range(0, len(text), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"


@functools.cache
def _tags(tags: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"name": tag, "uuid": deterministic_uuid(f"tag:{tag}", 0)} for tag in tags]


def _interfaces(asset: Asset, wanted: Wanted) -> list[dict[str, str | None]]:
    return [
        {"hostname": hostname, "address": wanted.blemishes.address(asset.id, address)}
        for hostname, address in asset.interfaces
    ]


def _vulnerabilities(instance: Instance) -> list[dict[str, Any]]:
    return [{"qid": each.qid, "title": each.title, "severity": each.severity} for each in instance.tls.vulnerabilities]


@functools.cache
def cipher_suites(tls: TlsProfile) -> dict[str, list[dict[str, Any]]]:
    """By protocol, as the server instances guide shows them in ``gradeSummary``."""
    return {
        protocol: [
            {
                "name": suite.name,
                "keyExchange": suite.key_exchange,
                "encryptionKeyStrength": suite.strength,
                "category": suite.category,
            }
            for suite in suites
        ]
        for protocol, suites in tls.cipher_suites
    }


def _host_instance(instance: Instance, wanted: Wanted) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": instance.id,
        "port": instance.port,
        "fqdn": instance.fqdn,
        "protocol": instance.protocol,
        "service": instance.service,
        "grade": instance.tls.grade,
    }
    if "VULNERABILITIES" in wanted.includes:
        shown["vulnerabilities"] = _vulnerabilities(instance)
    if "SSL_PROTOCOLS" in wanted.includes:
        shown["sslProtocols"] = instance.tls.protocols
    if "CIPHER_SUITES" in wanted.includes:
        shown["cipherSuites"] = cipher_suites(instance.tls)
    if wanted.version == "v2.2" and not wanted.plain_v22:
        shown["pqcSupport"] = instance.tls.post_quantum
    return shown


def asset_v2(installation: Installation, wanted: Wanted, with_instances: bool = True) -> dict[str, Any]:
    asset = installation.asset
    shown: dict[str, Any] = {
        "id": asset.id,
        "uuid": asset.uuid,
        "netbiosName": asset.netbios_name,
        "name": asset.name,
        "operatingSystem": asset.operating_system,
    }
    if with_instances:
        shown["hostInstances"] = [_host_instance(instance, wanted) for instance in installation.instances]
    if "ASSET_INTERFACES" in wanted.includes:
        shown["assetInterfaces"] = _interfaces(asset, wanted)
    if "ASSET_TAGS" in wanted.includes:
        shown["tags"] = _tags(asset.tags)
    shown["primaryIp"] = wanted.blemishes.primary_ip(asset.id, asset.primary_ip)
    return shown


def certificate_v2(certificate: Certificate, wanted: Wanted) -> dict[str, Any]:
    """The certificate object of v2, v2.1 and v2.2 (CertView API guide, List Certificates v2; release notes 4.4)."""
    profile = certificate.profile
    installations = visible(certificate, wanted.asset_type)
    shown: dict[str, Any] = {
        "id": certificate.id,
        "certhash": certificate.certhash,
        "keySize": profile.key_size,
        "serialNumber": certificate.serial_number,
        "validToDate": iso(certificate.valid_to),
        "validTo": certificate.valid_to,
        "validFromDate": iso(certificate.valid_from),
        "validFrom": certificate.valid_from,
        "signatureAlgorithm": profile.signature_algorithm,
        "extendedValidation": certificate.extended_validation,
        "createdDate": iso(certificate.created),
        "dn": certificate.subject.dn,
        "subject": _subject(certificate.subject),
        "updateDate": iso(certificate.updated),
        "lastFound": certificate.last_found,
        "imported": certificate.imported,
        "selfSigned": profile.self_signed,
        "issuer": _issuer(certificate.issuer),
        "rootissuer": _issuer(certificate.root_issuer),
        "issuerCategory": certificate.issuer_category,
        "instanceCount": sum(len(installation.instances) for installation in installations),
        "assetCount": len(installations),
        "sources": certificate.sources,
        "assets": [asset_v2(each, wanted) for each in installations[: wanted.embedded_assets]],
        "type": profile.type,
    }
    if wanted.version != "v2":
        shown["publicKeyAlgorithm"] = wanted.ec_name if profile.key_algorithm == "EC" else profile.key_algorithm
    if wanted.version == "v2.2" and not wanted.plain_v22:
        shown["revocationStatus"] = certificate.revocation_status
    if "EXTENSIVE_CERTIFICATE_INFO" in wanted.includes:
        shown["keyUsage"] = profile.key_usage
        shown["enhancedKeyUsage"] = profile.enhanced_key_usage
        shown["subjectKeyIdentifier"] = profile.subject_key_identifier
        shown["authKeyIdentifier"] = profile.authority_key_identifier
        shown["subjectAlternativeNames"] = _alternative_names(certificate)
        shown["rawData"] = raw_data(certificate.der, wanted.bare_raw_data)
    if wanted.excluded:
        _exclude(shown, wanted.excluded)
    wanted.blemishes.spoil(certificate.id, shown)
    return shown


def _exclude(shown: dict[str, Any], excluded: Iterable[str]) -> None:
    for path in excluded:
        owner, name = path.split(".", 1)
        if owner == "certificate":
            shown.pop(name, None)
            continue
        for asset in shown.get("assets", ()):
            if owner == "asset":
                asset.pop(name, None)
            else:
                for instance in asset.get("hostInstances", ()):
                    instance.pop(name, None)


def _asset_v1(installation: Installation, wanted: Wanted) -> dict[str, Any]:
    asset = installation.asset
    shown: dict[str, Any] = {"assetId": asset.uuid}
    if asset.netbios_name:
        shown["netbiosName"] = asset.netbios_name
    shown["name"] = asset.name
    if asset.operating_system is not None:
        shown["operatingSystem"] = asset.operating_system
    shown["tags"] = _tags(asset.tags)
    shown["primaryIp"] = wanted.blemishes.primary_ip(asset.id, asset.primary_ip)
    shown["created"] = asset.created
    shown["updated"] = asset.updated
    shown["assetInterfaces"] = _interfaces(asset, wanted)
    shown["hostInstances"] = [
        {
            "protocol": instance.protocol,
            "sslProtocols": instance.tls.protocols,
            "port": instance.port,
            "grade": instance.tls.grade,
            "vulnerabilities": _vulnerabilities(instance),
        }
        for instance in installation.instances
    ]
    # 0 in every sample of the release notes, whatever the asset holds.
    shown["certificateCount"] = 0
    return shown


def certificate_v1(certificate: Certificate, wanted: Wanted) -> dict[str, Any]:
    """The certificate object of v1 (CertView 3.0.0 release notes, "Sample for List CertView Certificates (v1)")."""
    profile = certificate.profile
    installations = certificate.installations
    shown: dict[str, Any] = {
        "keySize": profile.key_size,
        "subject": _subject(certificate.subject),
        "validFrom": certificate.valid_from,
        "signatureAlgorithm": profile.signature_algorithm,
        "instanceCount": sum(len(installation.instances) for installation in installations),
        "dn": certificate.subject.dn,
        "certhash": certificate.certhash,
        "assets": [_asset_v1(each, wanted) for each in installations[: wanted.embedded_assets]],
        "selfSigned": profile.self_signed,
        "validTo": certificate.valid_to,
        # v1 shows the issuer's name here where v2 shows its class; only the self-signed are named alike.
        "issuerCategory": "Self-Signed" if profile.self_signed else certificate.issuer.name.name,
        "subjectAlternativeNames": _alternative_names(certificate),
        "lastFound": certificate.last_found,
        "extendedValidation": certificate.extended_validation,
        "sources": certificate.sources,
    }
    if certificate.order_status:
        shown["orderStatus"] = certificate.order_status
    wanted.blemishes.spoil(certificate.id, shown)
    return shown
