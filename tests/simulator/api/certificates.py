# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``POST /certview/{v1,v2,v2.1,v2.2}/certificates``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from aiohttp import web

from ..errors import invalid, json_response
from ..estate.model import Certificate
from ..estate.rendering import ASSET_TYPES, INCLUDES, certificate_v1, certificate_v2, is_listed, visible
from ..filters import qql
from ..filters.fields import JSON_FIELDS, QQL_TOKENS, Row
from ..filters.json_filter import Dialect, Predicate
from ..paging import read_page
from ..settings import VERSIONS
from .context import Context, json_body

_CERTIFICATE_FIELDS = """
    id certhash keySize serialNumber validToDate validTo validFromDate validFrom signatureAlgorithm extendedValidation
    createdDate dn subject updateDate lastFound imported selfSigned issuer rootissuer issuerCategory instanceCount
    assetCount sources assets type publicKeyAlgorithm revocationStatus keyUsage enhancedKeyUsage subjectKeyIdentifier
    authKeyIdentifier subjectAlternativeNames rawData
"""
_ASSET_FIELDS = "id uuid netbiosName name operatingSystem hostInstances assetInterfaces tags primaryIp"
_INSTANCE_FIELDS = "id port fqdn protocol service grade vulnerabilities sslProtocols cipherSuites pqcSupport"
EXCLUDABLE = frozenset(
    f"{owner}.{name}"
    for owner, names in (
        ("certificate", _CERTIFICATE_FIELDS),
        ("asset", _ASSET_FIELDS),
        ("instance", _INSTANCE_FIELDS),
    )
    for name in names.split()
)


async def list_certificates(request: web.Request, context: Context) -> web.Response:
    """One page of certificates. Raises ApiError (400) for every request that CertView's guide rules out."""
    version = request.match_info["version"]
    body = await json_body(request)
    if version == "v1" and not (context.quirks.v1_object_filter and isinstance(body.get("filter"), dict)):
        return _list_v1(body, context)
    return _list_v2(body, context, "v2" if version == "v1" else version)


def _list_v1(body: Mapping[str, Any], context: Context) -> web.Response:
    page = read_page(body, context.quirks.oversized_page, windowed=True)
    details = body.get("certificateDetails", "basic")
    if details != "basic":
        raise invalid("certificateDetails", f"{details} is not a valid value")
    query = body.get("filter") or ""
    if not isinstance(query, str):
        raise invalid("filter", "must be a query string")
    order = _order(body.get("sort"))

    def select() -> Sequence[Certificate]:
        predicate = qql.compile_query(query, QQL_TOKENS, context.estate.now, context.quirks.case_sensitive)
        chosen = _choose(context.estate.certificates, "ALL", predicate)
        for key, descending in reversed(order):
            chosen = sorted(chosen, key=key, reverse=descending)
        return chosen

    rows = page.of(context.selection(("v1", query, str(body.get("sort"))), select))
    wanted = context.wanted("v1")
    return json_response([certificate_v1(certificate, wanted) for certificate in rows])


def _order(sort: Any) -> list[tuple[Callable[[Certificate], Any], bool]]:
    """v1's ``sort``: a string that holds JSON, e.g. ``[{"lastFound": "desc"}]`` (3.0.0 release notes)."""
    if sort is None or sort == "":
        return []
    try:
        entries = orjson.loads(sort) if isinstance(sort, str) else None
    except orjson.JSONDecodeError:
        entries = None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise invalid("sort", 'must be a string that holds a JSON array such as [{"lastFound": "desc"}]')
    order = []
    for entry in entries:
        for name, direction in entry.items():
            field = QQL_TOKENS.get(name)
            if field is None or field.owner != "certificates":
                raise invalid("sort", f"{name} is not a valid sort field")
            if direction not in ("asc", "desc"):
                raise invalid("sort", f"{direction} is neither asc nor desc")
            order.append((_sort_key(field.read), direction == "desc"))
    return order


def _sort_key(read: Callable[[Certificate], Any]) -> Callable[[Certificate], Any]:
    # Absent values first, and never compared with present ones.
    return lambda certificate: [(value is not None, value) for value in read(certificate)]


def _list_v2(body: Mapping[str, Any], context: Context, version: str) -> web.Response:
    page = read_page(body, context.quirks.oversized_page, windowed=False)
    asset_type = read_asset_type(body)
    wanted = context.wanted(
        version,
        includes=_includes(body) | context.quirks.unasked_includes,
        excluded=_excluded(body),
        asset_type=asset_type,
    )
    predicate = dialect(context, version).compile(body.get("filter"))
    key = ("v2", version, asset_type, orjson.dumps(body.get("filter"), option=orjson.OPT_SORT_KEYS))
    chosen = context.selection(key, lambda: _choose(context.estate.certificates, asset_type, predicate))
    return json_response([certificate_v2(certificate, wanted) for certificate in page.of(chosen)])


def dialect(context: Context, version: str) -> Dialect:
    """The filter language that this version knows."""
    known = {
        name: field for name, field in JSON_FIELDS.items() if VERSIONS.index(field.since) <= VERSIONS.index(version)
    }
    return context.dialect(known)


def read_asset_type(body: Mapping[str, Any]) -> str:
    asset_type = str(body.get("assetType") or "MANAGED").upper()
    if asset_type not in ASSET_TYPES:
        raise invalid("assetType", f"{asset_type} is not one of {', '.join(ASSET_TYPES)}")
    return asset_type


def _includes(body: Mapping[str, Any]) -> frozenset[str]:
    includes = body.get("includes") or []
    if not isinstance(includes, list):
        raise invalid("includes", "must be a list")
    for include in includes:
        if include not in INCLUDES:
            raise invalid("includes", f"{include} is not one of {', '.join(INCLUDES)}")
    return frozenset(includes)


def _excluded(body: Mapping[str, Any]) -> frozenset[str]:
    text = body.get("excludeFields") or ""
    if not isinstance(text, str):
        raise invalid("excludeFields", "must be a comma separated string")
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    for name in sorted(names - EXCLUDABLE):
        raise invalid("excludeFields", f"{name} is not a field of the answer")
    return names


def _choose(certificates: Sequence[Certificate], asset_type: str, predicate: Predicate | None) -> Sequence[Certificate]:
    if asset_type == "ALL" and predicate is None:
        return certificates
    return [
        certificate
        for certificate in certificates
        if is_listed(certificate, asset_type) and (predicate is None or predicate(_row(certificate, asset_type)))
    ]


def _row(certificate: Certificate, asset_type: str) -> Row:
    installations = certificate.installations if asset_type == "ALL" else visible(certificate, asset_type)
    return Row(
        (certificate,),
        tuple(installation.asset for installation in installations),
        tuple(instance for installation in installations for instance in installation.instances),
    )
