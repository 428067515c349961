# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields that filters know: where each is found, and of which kind its values are.

Names of the JSON filters and tokens of QQL differ; both point here. Evidence for the names is thin (release notes
4.4 and 4.6, the guides' samples, working clients); an unknown one is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..estate.estate import ExternalSite
from ..estate.model import Asset, Certificate, Instance, Name


class Kind(Enum):
    TEXT = "string"
    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    ADDRESS = "IP"


@dataclass(slots=True, frozen=True)
class Row:
    """What one row of an endpoint is made of: a certificate with all its assets, or one asset, instance or site."""

    certificates: tuple[Certificate, ...] = ()
    assets: tuple[Asset, ...] = ()
    instances: tuple[Instance, ...] = ()
    sites: tuple[ExternalSite, ...] = ()


@dataclass(slots=True, frozen=True)
class Field:
    """``values`` reads the values out of one object of the ``owner`` kind; absent and empty ones are left out."""

    owner: str
    kind: Kind
    read: Callable[[Any], Iterable[Any]]
    since: str = "v1"

    def values(self, row: Row) -> Iterable[Any]:
        for owner in getattr(row, self.owner):
            yield from self.read(owner)


def _one(read: Callable[[Any], Any]) -> Callable[[Any], Iterable[Any]]:
    def values(owner: Any) -> Iterable[Any]:
        value = read(owner)
        return () if value is None or value == "" else (value,)

    return values


def _certificate(kind: Kind, read: Callable[[Certificate], Any], since: str = "v1") -> Field:
    return Field("certificates", kind, _one(read), since)


def _asset(kind: Kind, read: Callable[[Asset], Any]) -> Field:
    return Field("assets", kind, _one(read))


def _instance(kind: Kind, read: Callable[[Instance], Any]) -> Field:
    return Field("instances", kind, _one(read))


_TAGS = Field("assets", Kind.TEXT, lambda asset: asset.tags)
_ADDRESSES = Field("assets", Kind.ADDRESS, lambda asset: [address for hostname, address in asset.interfaces])
_SOURCES = Field("certificates", Kind.TEXT, lambda certificate: certificate.sources)
_ALTERNATIVE_NAMES = Field(
    "certificates", Kind.TEXT, lambda certificate: (*certificate.dns_names, *certificate.ip_addresses)
)

_CERTIFICATE: dict[str, Field] = {
    "id": _certificate(Kind.NUMBER, lambda c: c.id),
    "certhash": _certificate(Kind.TEXT, lambda c: c.certhash),
    "serialNumber": _certificate(Kind.TEXT, lambda c: c.serial_number),
    "keySize": _certificate(Kind.NUMBER, lambda c: c.profile.key_size),
    "signatureAlgorithm": _certificate(Kind.TEXT, lambda c: c.profile.signature_algorithm),
    "selfSigned": _certificate(Kind.BOOLEAN, lambda c: c.profile.self_signed),
    "extendedValidation": _certificate(Kind.BOOLEAN, lambda c: c.extended_validation),
    "imported": _certificate(Kind.BOOLEAN, lambda c: c.imported),
    "issuerCategory": _certificate(Kind.TEXT, lambda c: c.issuer_category),
    "lastFound": _certificate(Kind.DATE, lambda c: c.last_found),
    "createdDate": _certificate(Kind.DATE, lambda c: c.created),
    "updateDate": _certificate(Kind.DATE, lambda c: c.updated),
    "type": _certificate(Kind.TEXT, lambda c: c.profile.type),
}
_VALID_FROM = _certificate(Kind.DATE, lambda c: c.valid_from)
_VALID_TO = _certificate(Kind.DATE, lambda c: c.valid_to)


def _names(prefix: str, of: Callable[[Certificate], Name]) -> dict[str, Field]:
    def attribute(name: str) -> Field:
        return _certificate(Kind.TEXT, lambda c: getattr(of(c), name))

    fields = {f"{prefix}.{name}": attribute(name) for name in ("name", "organization", "locality", "state", "country")}
    fields[f"{prefix}.organizationUnit"] = Field("certificates", Kind.TEXT, lambda c: of(c).organization_unit)
    return fields


_SUBJECT = _names("subject", lambda c: c.subject)
_ISSUER = _names("issuer", lambda c: c.issuer.name)
_ROOT_ISSUER = _names("rootIssuer", lambda c: c.root_issuer.name)

_ASSET_FIELDS: dict[str, Field] = {
    "asset.id": _asset(Kind.NUMBER, lambda asset: asset.id),
    "asset.uuid": _asset(Kind.TEXT, lambda asset: asset.uuid),
    "asset.name": _asset(Kind.TEXT, lambda asset: asset.name),
    "asset.netbiosName": _asset(Kind.TEXT, lambda asset: asset.netbios_name),
    "asset.operatingSystem": _asset(Kind.TEXT, lambda asset: asset.operating_system),
    "asset.primaryIp": _asset(Kind.ADDRESS, lambda asset: asset.primary_ip),
}
_INSTANCE_FIELDS: dict[str, Field] = {
    "instance.id": _instance(Kind.NUMBER, lambda instance: instance.id),
    "instance.port": _instance(Kind.NUMBER, lambda instance: instance.port),
    "instance.protocol": _instance(Kind.TEXT, lambda instance: instance.protocol),
    "instance.service": _instance(Kind.TEXT, lambda instance: instance.service),
    "instance.fqdn": _instance(Kind.TEXT, lambda instance: instance.fqdn),
    "instance.grade": _instance(Kind.TEXT, lambda instance: instance.tls.grade),
}

JSON_FIELDS: dict[str, Field] = {
    **{f"certificate.{name}": field for name, field in _CERTIFICATE.items()},
    **{f"certificate.{name}": field for name, field in {**_SUBJECT, **_ISSUER}.items()},
    "certificate.subject.cn": _SUBJECT["subject.name"],
    "certificate.issuer.cn": _ISSUER["issuer.name"],
    "certificate.hash": _CERTIFICATE["certhash"],
    "certificate.dn": _certificate(Kind.TEXT, lambda c: c.subject.dn),
    "certificate.validToDate": _VALID_TO,
    "certificate.validFromDate": _VALID_FROM,
    "certificate.publicKeyAlgorithm": _certificate(Kind.TEXT, lambda c: c.profile.key_algorithm, since="v2.1"),
    **_ASSET_FIELDS,
    "asset.tagName": _TAGS,
    "asset.interface.address": _ADDRESSES,
    **_INSTANCE_FIELDS,
}

QQL_TOKENS: dict[str, Field] = {
    **{name: field for name, field in _CERTIFICATE.items() if name != "id"},
    **_SUBJECT,
    **_ISSUER,
    **_ROOT_ISSUER,
    "validTo": _VALID_TO,
    "validFrom": _VALID_FROM,
    "keyAlgorithm": _certificate(Kind.TEXT, lambda c: c.profile.key_algorithm),
    "sources": _SOURCES,
    "subjectAlternativeNames": _ALTERNATIVE_NAMES,
    "operatingSystem": _ASSET_FIELDS["asset.operatingSystem"],
    "tags.name": _TAGS,
    **_ASSET_FIELDS,
    "asset.interface.address": _ADDRESSES,
    **_INSTANCE_FIELDS,
}
