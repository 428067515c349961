# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One record for a certificate, whichever version of the API told of it.

Sources: CertView API release notes 3.0.0 (v1 and v2 answers), CertView API guide "List CertView Certificates v2",
CertView API release notes 4.4 (v2.1: key algorithm).

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from datetime import datetime

from ._errors import CertViewError
from ._public_key import algorithm_name, inferred_algorithm, public_key_of
from ._values import items, lines, mapping, others, parse_time, scrub_all, text, texts, told_time, truth, whole

Record = dict[str, t.Any]

# CertView API guide, "List Assets of a Certificate": beyond it the list endpoints no longer embed all assets.
EMBEDDED_ASSETS = 1000

_NAME_FIELDS = frozenset({"name", "organization", "organizationUnit", "locality", "state", "country", "certhash"})

_INSTANCE_FIELDS = frozenset(
    {"id", "port", "protocol", "service", "fqdn", "grade", "sslProtocols", "cipherSuites", "vulnerabilities"}
)

_ASSET_FIELDS = frozenset(
    {
        "id",
        "uuid",
        "assetId",
        "name",
        "netbiosName",
        "operatingSystem",
        "primaryIp",
        "assetInterfaces",
        "tags",
        "hostInstances",
    }
)

_CERTIFICATE_FIELDS = frozenset(
    {
        "id",
        "certhash",
        "serialNumber",
        "dn",
        "type",
        "publicKeyAlgorithm",
        "keySize",
        "signatureAlgorithm",
        "validFrom",
        "validFromDate",
        "validTo",
        "validToDate",
        "selfSigned",
        "extendedValidation",
        "imported",
        "issuerCategory",
        "revocationStatus",
        "orderStatus",
        "lastFound",
        "createdDate",
        "updateDate",
        "sources",
        "instanceCount",
        "assetCount",
        "subject",
        "issuer",
        "rootissuer",
        "subjectAlternativeNames",
        "keyUsage",
        "enhancedKeyUsage",
        "rawData",
        "assets",
    }
)


def _name(value: object) -> t.Optional[Record]:
    if not isinstance(value, dict):
        return None
    return {
        "name": text(value.get("name")),
        "organization": text(value.get("organization")),
        "organization_unit": texts(value.get("organizationUnit")),
        "locality": text(value.get("locality")),
        "state": text(value.get("state")),
        "country": text(value.get("country")),
        "certhash": text(value.get("certhash")),
        "extra": others(value, _NAME_FIELDS),
    }


def _alternative_names(value: object) -> t.Optional[Record]:
    if not isinstance(value, dict):
        return None
    other = {
        scrub_all(str(label)): texts(names)
        for label, names in value.items()
        if label not in ("DNS Name", "IP Address") and names is not None
    }
    return {
        "dns_names": texts(value.get("DNS Name")),
        "ip_addresses": texts(value.get("IP Address")),
        "other": other,
    }


def _instance(value: object) -> Record:
    raw = mapping(value)
    protocols = raw.get("sslProtocols")
    return {
        "id": whole(raw.get("id")),
        "port": whole(raw.get("port")),
        "protocol": text(raw.get("protocol")),
        "service": text(raw.get("service")),
        "fqdn": text(raw.get("fqdn")),
        "grade": text(raw.get("grade")),
        # The API lists them in no order.
        "ssl_protocols": sorted(set(texts(protocols))) if isinstance(protocols, list) else None,
        "cipher_suites": scrub_all(raw.get("cipherSuites")),
        "vulnerabilities": scrub_all(raw.get("vulnerabilities")),
        "extra": others(raw, _INSTANCE_FIELDS),
    }


def _interface(value: object) -> Record:
    raw = mapping(value)
    return {"hostname": text(raw.get("hostname")), "address": text(raw.get("address"))}


def _tag(value: object) -> Record:
    raw = mapping(value)
    return {"name": text(raw.get("name")), "uuid": text(raw.get("uuid"))}


def _each(read: t.Callable[[object], Record], value: object) -> t.Optional[list[Record]]:
    """Read a list that is only told when it is asked for: an empty one says none, None says not told."""
    return [read(item) for item in value] if isinstance(value, list) else None


def asset(value: object) -> Record:
    """Return the record of one asset, of a certificate or of a list of its own. Every key is there."""
    raw = mapping(value)
    return {
        "id": whole(raw.get("id")),
        # v1 calls the UUID assetId, and tells no number.
        "uuid": text(raw.get("uuid")) or text(raw.get("assetId")),
        "name": text(raw.get("name")),
        "netbios_name": text(raw.get("netbiosName")),
        "operating_system": text(raw.get("operatingSystem")),
        "primary_ip": text(raw.get("primaryIp")),
        "interfaces": _each(_interface, raw.get("assetInterfaces")),
        "tags": _each(_tag, raw.get("tags")),
        "instances": [_instance(item) for item in items(raw.get("hostInstances"))],
        "extra": others(raw, _ASSET_FIELDS),
    }


def key_of(
    reported: t.Optional[str], size: t.Optional[int], raw_data: t.Optional[str]
) -> tuple[t.Optional[str], str, t.Optional[int]]:
    """Return the algorithm of the subject's key, how it is known, and the size of the key in bits.

    It is V(reported) from v2.1 on; else V(parsed), if the certificate itself was asked for; else V(inferred) from a
    size that keys of one kind have alone; else V(unknown), and V(None).
    """
    if reported is not None:
        named = algorithm_name(reported, size)
        if named is not None:
            return named, "reported", size
    parsed = public_key_of(raw_data) if raw_data is not None else None
    if parsed is not None:
        return parsed[0], "parsed", parsed[1] if size is None else size
    inferred = inferred_algorithm(size)
    return inferred, "unknown" if inferred is None else "inferred", size


def normalise(raw: object, instant: datetime) -> Record:
    """Return the record of one certificate of a list answer. Every key is there; what the answer lacks is None.

    :param raw: One element of the answer's array.
    :param instant: The time at which RV(certificates[].expired) and RV(certificates[].days_remaining) are true.
    :raises CertViewError: of kind V(answer) when *raw* is not an object.
    """
    if not isinstance(raw, dict):
        raise CertViewError(
            f"the answer holds {type(raw).__name__} where a certificate should be",
            kind="answer",
            hint="Check for a proxy or gateway that answers in the server's place",
        )
    valid_from = parse_time(raw.get("validFrom")) or parse_time(raw.get("validFromDate"))
    valid_to = parse_time(raw.get("validTo")) or parse_time(raw.get("validToDate"))
    raw_data = lines(raw.get("rawData"))
    algorithm, source, key_size = key_of(text(raw.get("publicKeyAlgorithm")), whole(raw.get("keySize")), raw_data)
    assets = [asset(item) for item in items(raw.get("assets"))]
    asset_count = whole(raw.get("assetCount"))
    certhash, serial = text(raw.get("certhash")), text(raw.get("serialNumber"))
    return {
        "id": whole(raw.get("id")),
        "certhash": certhash.lower() if certhash else None,
        "serial_number": serial.lower() if serial else None,
        "dn": text(raw.get("dn")),
        "type": text(raw.get("type")),
        "key_algorithm": algorithm,
        "key_algorithm_source": source,
        "key_size": key_size,
        "signature_algorithm": text(raw.get("signatureAlgorithm")),
        "valid_from": told_time(raw.get("validFrom")) or told_time(raw.get("validFromDate")),
        "valid_to": told_time(raw.get("validTo")) or told_time(raw.get("validToDate")),
        "lifetime_days": _lifetime(valid_from, valid_to),
        **_age(valid_to, instant),
        "self_signed": truth(raw.get("selfSigned")),
        "extended_validation": truth(raw.get("extendedValidation")),
        "imported": truth(raw.get("imported")),
        "issuer_category": text(raw.get("issuerCategory")),
        "revocation_status": text(raw.get("revocationStatus")),
        "order_status": text(raw.get("orderStatus")),
        "last_found": told_time(raw.get("lastFound")),
        "created": told_time(raw.get("createdDate")),
        "updated": told_time(raw.get("updateDate")),
        "sources": texts(raw.get("sources")),
        "instance_count": whole(raw.get("instanceCount")),
        "asset_count": asset_count,
        "subject": _name(raw.get("subject")),
        "issuer": _name(raw.get("issuer")),
        "root_issuer": _name(raw.get("rootissuer")),
        "subject_alternative_names": _alternative_names(raw.get("subjectAlternativeNames")),
        "key_usage": texts(raw.get("keyUsage")),
        "enhanced_key_usage": texts(raw.get("enhancedKeyUsage")),
        "raw_data": raw_data,
        "assets": assets,
        # v1 does not count them: a full list may then be a cut one.
        "assets_complete": len(assets) < EMBEDDED_ASSETS if asset_count is None else len(assets) >= asset_count,
        "extra": others(raw, _CERTIFICATE_FIELDS),
    }


def as_of(record: Record, instant: datetime) -> Record:
    """Return *record* as it would have been read at *instant*: with the fields that age."""
    valid_to = parse_time(record.get("valid_to"))
    return {**record, **_age(valid_to, instant)}


def _age(valid_to: t.Optional[datetime], instant: datetime) -> Record:
    return {
        # To a tenth of a second, so that what has expired is negative; adding zero turns -0.0 into 0.0.
        "days_remaining": None if valid_to is None else round((valid_to - instant).total_seconds() / 86400, 6) + 0.0,
        "expired": None if valid_to is None else valid_to < instant,
    }


def _lifetime(start: t.Optional[datetime], end: t.Optional[datetime]) -> t.Optional[float]:
    if start is None or end is None:
        return None
    return round((end - start).total_seconds() / 86400.0, 4)
