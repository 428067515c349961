# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fields that conditions can name: their type, where a record holds them, and their token in v1.

Sources: CertView API release notes 4.6 (C(asset.tagName)); CertView API guide, "List CertView Certificates v2"; Qualys
online help of Certificate View (QQL tokens). A name that is not listed here is passed to the server as it is:
C(certificate.publicKeyAlgorithm) among them, whose values a record spells in its own way.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ._addresses import canonical_address
from ._values import parse_iso, truth, whole


def _folded(value: object) -> t.Optional[str]:
    return value.strip().casefold() if isinstance(value, str) else None


_READERS: t.Mapping[str, t.Callable[[object], t.Any]] = {
    "text": _folded,
    "number": whole,
    # Not also as milliseconds: 20260601 is meant as a day, and would be one of 1970.
    "date": parse_iso,
    "boolean": truth,
    "address": canonical_address,
}


class Field(t.NamedTuple):
    """One field of a certificate, an asset or an instance.

    :ivar type: V(text), V(number), V(date), V(boolean) or V(address).
    :ivar place: Where a record holds it: a key, or keys with dots; V(assets), V(tags) and V(instances) are lists.
    :ivar qql: Its token in v1; empty when v1 has none.
    """

    type: str
    place: str
    qql: str

    @property
    def is_of_assets(self) -> bool:
        """Whether it is told of the assets, of which an answer may hold only some."""
        return self.place.startswith("assets.")

    def read(self, value: object) -> t.Any:
        """Return *value* as this field's type, for comparing; None when it is not of that type."""
        return _READERS[self.type](value)

    def values(self, record: Mapping[str, t.Any]) -> t.Optional[list[t.Any]]:
        """Return all values of the field in *record*; None when the answer did not tell the field at all."""
        return self._below(record, self.place.split("."))

    def _below(self, holder: object, keys: t.Sequence[str]) -> t.Optional[list[t.Any]]:
        if isinstance(holder, list):
            if not holder:
                return []
            told = [found for found in (self._below(item, keys) for item in holder) if found is not None]
            return [value for found in told for value in found] if told else None
        if keys:
            return self._below(holder.get(keys[0]), keys[1:]) if isinstance(holder, Mapping) else None
        if holder is None:
            return None
        value = self.read(holder)
        return [] if value is None else [value]


# Tokens that a client of v1 has been seen to use; the others are as the search field of Certificate View names them.
PROVEN_QQL = frozenset({"selfSigned", "issuer.organization"})

# What an answer of v1 does not hold at all.
UNTOLD_BY_V1 = frozenset({"certificate.id", "certificate.type", "asset.id", "instance.id"})

FIELDS: t.Mapping[str, Field] = {
    "certificate.id": Field("number", "id", ""),
    "certificate.hash": Field("text", "certhash", "certhash"),
    "certificate.serialNumber": Field("text", "serial_number", "serialNumber"),
    "certificate.type": Field("text", "type", "type"),
    "certificate.keySize": Field("number", "key_size", "keySize"),
    "certificate.signatureAlgorithm": Field("text", "signature_algorithm", "signatureAlgorithm"),
    "certificate.validFromDate": Field("date", "valid_from", "validFrom"),
    "certificate.validToDate": Field("date", "valid_to", "validTo"),
    "certificate.createdDate": Field("date", "created", "createdDate"),
    "certificate.updateDate": Field("date", "updated", "updateDate"),
    "certificate.lastFound": Field("date", "last_found", "lastFound"),
    "certificate.selfSigned": Field("boolean", "self_signed", "selfSigned"),
    "certificate.extendedValidation": Field("boolean", "extended_validation", "extendedValidation"),
    "certificate.imported": Field("boolean", "imported", "imported"),
    "certificate.issuerCategory": Field("text", "issuer_category", "issuerCategory"),
    "certificate.subject.name": Field("text", "subject.name", "subject.name"),
    "certificate.subject.organization": Field("text", "subject.organization", "subject.organization"),
    "certificate.issuer.name": Field("text", "issuer.name", "issuer.name"),
    "certificate.issuer.organization": Field("text", "issuer.organization", "issuer.organization"),
    "asset.id": Field("number", "assets.id", ""),
    "asset.uuid": Field("text", "assets.uuid", ""),
    "asset.name": Field("text", "assets.name", "asset.name"),
    "asset.netbiosName": Field("text", "assets.netbios_name", ""),
    "asset.operatingSystem": Field("text", "assets.operating_system", "operatingSystem"),
    "asset.primaryIp": Field("address", "assets.primary_ip", ""),
    "asset.tagName": Field("text", "assets.tags.name", "tags.name"),
    "instance.id": Field("number", "assets.instances.id", ""),
    "instance.grade": Field("text", "assets.instances.grade", "instance.grade"),
    "instance.port": Field("number", "assets.instances.port", "instance.port"),
    "instance.protocol": Field("text", "assets.instances.protocol", "instance.protocol"),
    "instance.service": Field("text", "assets.instances.service", "instance.service"),
    "instance.fqdn": Field("text", "assets.instances.fqdn", ""),
}


def _of_instances() -> t.Iterator[tuple[str, Field]]:
    for name, field in FIELDS.items():
        own = field.place.removeprefix("assets.instances.")
        if own != field.place:
            yield name, field._replace(place=own)
        elif field.is_of_assets:
            yield name, field._replace(place=field.place.replace("assets.", "asset.", 1))


# Where the record of a server instance holds them: it is of one certificate and one asset.
INSTANCE_FIELDS: t.Mapping[str, Field] = {
    **dict(_of_instances()),
    "certificate.id": Field("number", "certificate.id", ""),
    "certificate.hash": Field("text", "certificate.certhash", ""),
    "certificate.subject.name": Field("text", "certificate.name", ""),
    "certificate.lastFound": Field("date", "certificate.last_found", ""),
}

# The fields of an external site. The guide does not name them: these are the names that its record takes first.
SITE_FIELDS: t.Mapping[str, Field] = {
    "id": Field("number", "id", ""),
    "uuid": Field("text", "uuid", ""),
    "site": Field("text", "site", ""),
    "createdDate": Field("date", "created", ""),
    "scanDate": Field("date", "scanned", ""),
    "scanStatus": Field("text", "scan_status", ""),
}

# By which names of an answer a field is told, where its own is not the one; any of them is enough.
_TOLD_AS: t.Mapping[str, tuple[str, ...]] = {
    "certificate.hash": ("certificate.certhash",),
    "certificate.validFromDate": ("certificate.validFrom", "certificate.validFromDate"),
    "certificate.validToDate": ("certificate.validTo", "certificate.validToDate"),
    "asset.tagName": ("asset.tags",),
}
_HOLDERS: t.Mapping[str, tuple[str, ...]] = {
    "certificate": (),
    "asset": ("certificate.assets",),
    "instance": ("certificate.assets", "asset.hostInstances"),
}


def is_left_out(name: str, excluded: t.Collection[str]) -> bool:
    """Tell whether an answer no longer tells the field *name*, because of what was not to be in it.

    :param excluded: Names of the answer's fields, as O(exclude_fields) has them.
    """
    gone = {each.strip() for each in excluded}
    holders = {name.rpartition(".")[0], *_HOLDERS.get(name.partition(".")[0], ())}
    return gone.issuperset(_TOLD_AS.get(name, (name,))) or not gone.isdisjoint(holders)
