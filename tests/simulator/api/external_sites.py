# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``POST /certview/v1/externalSites`` and ``…/bulkAdd``."""

from __future__ import annotations

import csv
import io
import ipaddress
import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from aiohttp import web

from ..errors import INVALID_VALUE, MISSING_PARAMETER, ApiError, invalid, json_response
from ..estate.estate import Estate, ExternalSite
from ..estate.model import iso
from ..filters.fields import Field, Kind, Row
from ..filters.json_filter import Predicate
from ..paging import read_page
from .context import Context, json_body

MOST_SITES = 1_000
_INCLUDES = ("ASSETS",)
_ACTIONS = ("SAVE", "SAVE_AND_LAUNCH")
_FQDN = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}\Z", re.IGNORECASE)
# Not ipaddress.is_global: the documentation ranges must count as public here, tests have no other public addresses.
_PRIVATE = [
    ipaddress.IPv4Network(network)
    for network in ("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12")
] + [ipaddress.IPv4Network(network) for network in ("192.168.0.0/16", "224.0.0.0/3")]


def _present(value: object) -> tuple[Any, ...]:
    return () if value is None else (value,)


_FIELDS: Mapping[str, Field] = {
    "id": Field("sites", Kind.NUMBER, lambda site: (site.id,)),
    "site": Field("sites", Kind.TEXT, lambda site: (site.site,)),
    "createdDate": Field("sites", Kind.DATE, lambda site: (site.created,)),
    "scanDate": Field("sites", Kind.DATE, lambda site: _present(site.scanned)),
    "scanStatus": Field("sites", Kind.TEXT, lambda site: (site.status,)),
}


async def list_external_sites(request: web.Request, context: Context) -> web.Response:
    """One page of sites. The guide's sample answer is an array in an array, so that is the default here."""
    body = await json_body(request)
    page = read_page(body, context.quirks.oversized_page, windowed=False)
    includes = body.get("includes") or []
    if not isinstance(includes, list) or set(includes) - set(_INCLUDES):
        raise invalid("includes", f"must be a list of {', '.join(_INCLUDES)}")
    predicate = context.dialect(_FIELDS).compile(body.get("filter"))
    key = ("sites", orjson.dumps(body.get("filter"), option=orjson.OPT_SORT_KEYS))
    sites = context.selection(key, lambda: _select(context.estate.external_sites, predicate))
    shown = [_shown(site, bool(includes)) for site in page.of(sites)]
    return json_response(shown if context.quirks.flat_external_sites else [shown])


def _select(sites: Sequence[ExternalSite], predicate: Predicate | None) -> Sequence[ExternalSite]:
    return [site for site in sites if predicate is None or predicate(Row(sites=(site,)))]


def _shown(site: ExternalSite, with_assets: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": site.id,
        "uuid": site.uuid,
        "site": site.site,
        "createdDate": iso(site.created),
        "scanDate": None if site.scanned is None else iso(site.scanned),
        "scanStatus": site.status,
    }
    if with_assets:
        shown["assets"] = []
    return shown


async def add_external_sites(request: web.Request, context: Context) -> web.Response:
    """Adds the sites of a CSV file (CertView API guide, Add External Sites in Bulk): one column under a header line.

    Raises ApiError (400) that names each refused line; then none is added. A known site is left as it is.
    """
    action = request.query.get("action")
    if action is None:
        raise ApiError(400, None, MISSING_PARAMETER, [("action", "missing required parameter")])
    if action not in _ACTIONS:
        raise ApiError(400, None, INVALID_VALUE, [("action", f"{action} is not one of {', '.join(_ACTIONS)}")])
    sites = _read_sites(await uploaded_file(request))
    _add(context.estate, sites, launch=action == "SAVE_AND_LAUNCH")
    return web.Response(status=202, text="Created")


async def uploaded_file(request: web.Request) -> bytes:
    """The content of the multipart field ``file``. Raises ApiError (400, 415)."""
    if request.content_type != "multipart/form-data":
        raise ApiError(415, f"Content-Type '{request.content_type}' is not supported")
    form = await request.post()
    upload = form.get("file")
    if not isinstance(upload, web.FileField):
        raise ApiError(400, None, MISSING_PARAMETER, [("file", "Required part 'file' is not present.")])
    return upload.file.read()


def _read_sites(content: bytes) -> list[str]:
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error):
        raise ApiError(400, "The file is not a readable CSV file.") from None
    records = [row[0].strip() if row else "" for row in rows[1:]]
    if not records:
        raise ApiError(400, "The file holds no records.")
    if len(records) > MOST_SITES:
        raise ApiError(400, f"The file holds more than {MOST_SITES} records.")
    refused = [(line, *problem) for line, site in enumerate(records, start=1) if (problem := _problem(site))]
    if refused:
        details = [(field, text) for line, field, text in refused]
        raise ApiError(400, None, 400, details, [line for line, field, text in refused])
    return records


def _problem(site: str) -> tuple[str, str] | None:
    try:
        address = ipaddress.ip_address(site)
    except ValueError:
        return None if _FQDN.match(site) and not site.replace(".", "").isdigit() else ("", "Invalid FQDN or IP Address")
    if address.version == 6:
        return site, "We don't support IPv6 right now, so Please provide a IPv4 address"
    if any(address in network for network in _PRIVATE):
        return site, "Provide a valid public IP address"
    return None


def _add(estate: Estate, sites: list[str], launch: bool) -> None:
    known = {site.site.lower(): site for site in estate.external_sites}
    for name in sites:
        site = known.get(name.lower())
        if site is None:
            number = max((each.id for each in estate.external_sites), default=9_000) + 1
            site = known[name.lower()] = ExternalSite(number, name, estate.now)
            estate.external_sites.append(site)
        if launch:
            site.status = "SCAN_LAUNCHED"
    estate.revision += 1
