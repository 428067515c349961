# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``POST /certview/v1/certificates/{certhash}/assets``: all assets of one certificate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from ..errors import ApiError, invalid, json_response
from ..estate.model import Certificate, Installation
from ..estate.rendering import asset_v2
from ..filters import qql
from ..filters.fields import QQL_TOKENS, Row
from ..paging import read_page
from .context import Context, json_body

_ATTRIBUTES = ("tags", "hostInstances")


async def list_assets(request: web.Request, context: Context) -> web.Response:
    """One page of the assets (CertView API guide, List Assets of a Certificate). Raises ApiError (400, 404).

    The guide leaves open whether the parameters go into the body or the query: a switch says which are read.
    """
    body, read = await json_body(request), context.quirks.assets_parameters
    parameters: Mapping[str, Any] = {"body": body, "query": request.query}.get(read, {**request.query, **body})
    page = read_page(parameters, context.quirks.oversized_page, windowed=True)
    attributes = _attributes(parameters)
    certificate = context.estate.certificate(request.match_info["certhash"])
    if certificate is None and context.quirks.unknown_certhash == "refuse":
        raise ApiError(404, f"Certificate {request.match_info['certhash']} is not found.")
    rows = _select(certificate, parameters, context) if certificate else []
    # The tags are the only part of a CertView v2 asset that this call names among its attributes besides the instances.
    wanted = context.wanted("v2", includes=("ASSET_TAGS",) if "tags" in attributes else ())
    shown = [asset_v2(each, wanted, with_instances="hostInstances" in attributes) for each in page.of(rows)]
    return json_response({"data": shown, "count": len(rows)} if context.quirks.wrapped_assets else shown)


def _attributes(parameters: Mapping[str, Any]) -> set[str]:
    text = parameters.get("attributes") or ""
    if not isinstance(text, str):
        raise invalid("attributes", "must be a string")
    names = {name.strip() for name in text.split(",") if name.strip()}
    for name in sorted(names - set(_ATTRIBUTES)):
        raise invalid("attributes", f"{name} is not one of {', '.join(_ATTRIBUTES)}")
    return names


def _select(certificate: Certificate, parameters: Mapping[str, Any], context: Context) -> Sequence[Installation]:
    query = parameters.get("filter") or ""
    if not isinstance(query, str):
        raise invalid("filter", "must be a query string")
    predicate = qql.compile_query(query, QQL_TOKENS, context.estate.now, context.quirks.case_sensitive)
    rows = [
        each
        for each in certificate.installations
        if predicate is None or predicate(Row((certificate,), (each.asset,), each.instances))
    ]
    direction = str(parameters.get("sort") or "ascending").lower()
    if direction not in ("asc", "ascending", "desc", "descending"):
        raise invalid("sort", f"{direction} is neither ascending nor descending")
    return rows[::-1] if direction.startswith("desc") else rows
