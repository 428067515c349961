# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads certificates that a user hands over: records of ours, or objects as the API gave them.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from datetime import datetime

from ._certificate import Record, asset, normalise
from ._certificate import as_of as at_instant
from ._errors import CertViewError
from ._values import text, texts, whole

_ASSET: Mapping[str, t.Any] = asset({})
_INSTANCE: Mapping[str, t.Any] = asset({"hostInstances": [{}]})["instances"][0]
_HINT = (
    "Give what certview_certificate_info returned as certificates, what the lookup certview_certificates returned, or"
    " the objects of an answer of the API"
)


def records_of(value: t.Any, instant: datetime) -> list[Record]:
    """Return the records of certificates in any of their forms, in their order, as they are at *instant*.

    :param value: A list, or one certificate: records (also without some of their fields), objects of v1 or v2.x of the
        API, or both; plain JSON values.
    :raises CertViewError: of kind V(options) for whatever is no certificate, with its place in the list.
    """
    if isinstance(value, Mapping):
        return [_record_of(value, instant, "this")]
    if not isinstance(value, list):
        raise _error(f"certificates must be a list, and this is {_told(value)}")
    return [_record_of(item, instant, f"item {number}") for number, item in enumerate(value, 1)]


def _record_of(value: t.Any, instant: datetime, where: str) -> Record:
    if not isinstance(value, Mapping):
        raise _error(f"{where} is {_told(value)}, and no certificate")
    empty = normalise({}, instant)
    # Our names are in snake_case and those of the API in camelCase; what both have in common tells nothing.
    if any("_" in name for name in empty.keys() & value.keys()):
        assets = [_asset_of(item, where) for item in _objects(value, "assets", where)]
        return at_instant({**empty, **value, **_names_of(value), "assets": assets}, instant)
    if any(name in value for name in ("validTo", "validToDate", "serialNumber", "keySize", "signatureAlgorithm")):
        return normalise(value, instant)
    raise _error(f"{where} has neither valid_to, as a record has, nor validTo or validToDate, as the API has")


def _names_of(value: Mapping[str, t.Any]) -> Record:
    told = {name: value.get(name) for name in ("subject", "issuer", "root_issuer", "subject_alternative_names")}
    names: Record = {name: dict(each) if isinstance(each, Mapping) else None for name, each in told.items()}
    alternative = names["subject_alternative_names"]
    if alternative is not None:
        alternative.update((kind, texts(alternative.get(kind))) for kind in ("dns_names", "ip_addresses"))
    return names


def _asset_of(value: Mapping[str, t.Any], where: str) -> Record:
    """Return an asset whose values are of the types that a record of ours has."""
    identifier = value.get("id")
    return {
        **_ASSET,
        **value,
        "id": identifier if isinstance(identifier, str) and identifier else whole(identifier),
        **{name: text(value.get(name)) for name in ("uuid", "name", "netbios_name", "operating_system", "primary_ip")},
        "interfaces": _each(value, "interfaces", ("hostname", "address"), where),
        "tags": _each(value, "tags", ("name", "uuid"), where),
        "instances": [_instance_of(item) for item in _objects(value, "instances", where)],
    }


def _instance_of(value: Mapping[str, t.Any]) -> Record:
    protocols, extra = value.get("ssl_protocols"), value.get("extra")
    return {
        **_INSTANCE,
        **value,
        "port": whole(value.get("port")),
        **{name: text(value.get(name)) for name in ("protocol", "service", "fqdn", "grade")},
        "ssl_protocols": texts(protocols) if isinstance(protocols, list) else None,
        "extra": extra if isinstance(extra, Mapping) else {},
    }


def _each(
    value: Mapping[str, t.Any], name: str, fields: tuple[str, ...], where: str
) -> t.Optional[list[dict[str, t.Optional[str]]]]:
    if value.get(name) is None:
        return None
    return [{field: text(item.get(field)) for field in fields} for item in _objects(value, name, where)]


def _objects(value: Mapping[str, t.Any], name: str, where: str) -> list[Mapping[str, t.Any]]:
    told = value.get(name)
    if told is None:
        return []
    if not isinstance(told, list) or not all(isinstance(item, Mapping) for item in told):
        raise _error(f"{name} of {where} must be a list of dictionaries")
    return told


def _told(value: object) -> str:
    kinds = {str: "a text", bool: "a boolean", int: "a number", float: "a number", list: "a list", type(None): "null"}
    return next((words for kind, words in kinds.items() if isinstance(value, kind)), type(value).__name__)


def _error(message: str) -> CertViewError:
    return CertViewError(message, kind="options", hint=_HINT)
