# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``/_control``: what a test sees and changes behind CertView's back. No part of the CertView API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .api.context import json_body
from .errors import ApiError, invalid, json_response
from .estate.model import Certificate
from .settings import VERSIONS, LimitSettings

if TYPE_CHECKING:
    from .server import CertView

_MUTATIONS = ("add", "remove", "change", "touch")


def add_routes(application: web.Application, certview: CertView) -> None:
    def route(method: str, name: str, handler: Callable[[CertView, web.Request], Awaitable[Any]]) -> None:
        async def answer(request: web.Request) -> web.Response:
            return json_response(await handler(certview, request))

        application.router.add_route(method, f"/_control/{name}", answer)

    route("GET", "stats", _stats)
    route("GET", "estate", _ground_truth)
    route("GET", "tokens", _tokens)
    route("POST", "reset", _reset)
    route("POST", "estate", _mutate)
    route("POST", "clock", _clock)
    route("POST", "limits", _limits)
    route("POST", "faults", _faults)
    route("POST", "versions", _versions)


async def _stats(certview: CertView, request: web.Request) -> Any:
    return certview.statistics()


async def _tokens(certview: CertView, request: web.Request) -> Any:
    """Every token given out, so that a test can look for them where none may be."""
    return certview.logins.issued


async def _reset(certview: CertView, request: web.Request) -> Any:
    """Counts, windows and scripted faults; with ``{"estate": true}`` the estate as it was at the start, too."""
    body = await json_body(request)
    certview.limiter.reset()
    certview.logins.reset()
    certview.faults.reset()
    if body.get("estate"):
        certview.rebuild_estate()
    return certview.statistics()


async def _mutate(certview: CertView, request: web.Request) -> Any:
    """``{"add": 2, "remove": 1, "change": 1, "touch": 5}``, done in this order; answers the certhashes."""
    body = await json_body(request)
    for name, count in body.items():
        if name not in _MUTATIONS or not isinstance(count, int) or isinstance(count, bool) or count < 0:
            raise invalid(name, f"must be one of {', '.join(_MUTATIONS)} with a count")
    changes: Mapping[str, Callable[[int], list[Certificate]]] = {
        name: getattr(certview.estate, name) for name in _MUTATIONS
    }
    return {name: [each.certhash for each in changes[name](body[name])] for name in _MUTATIONS if name in body}


async def _clock(certview: CertView, request: web.Request) -> Any:
    """``{"advance": 3600}`` lets so many seconds pass on the estate's clock, which else stands still."""
    body = await json_body(request)
    seconds = body.get("advance")
    if not isinstance(seconds, (int, float)) or isinstance(seconds, bool) or seconds < 0:
        raise invalid("advance", "must be seconds, not less than 0")
    certview.estate.let_pass(seconds)
    return {"now": certview.estate.now}


async def _limits(certview: CertView, request: web.Request) -> Any:
    """Changes any of the limit settings by its name."""
    settings = certview.limiter.settings
    names = [field.name for field in fields(LimitSettings)]
    for name, value in (await json_body(request)).items():
        if name not in names:
            raise invalid(name, f"must be one of {', '.join(names)}")
        if not isinstance(value, (str if isinstance(getattr(settings, name), str) else (int, float))):
            raise invalid(name, "is of the wrong type")
        setattr(settings, name, value)
    return {name: getattr(settings, name) for name in names}


async def _faults(certview: CertView, request: web.Request) -> Any:
    """``{"script": [{"match", "call", "times", "fault"}], "rates": {"reset": 0.01}}`` or the bare list of a script."""
    try:
        body = await request.json()
    except ValueError:
        raise ApiError(400, "Malformed JSON") from None
    if isinstance(body, list):
        body = {"script": body}
    certview.faults.script(body.get("script", []))
    if "rates" in body:
        certview.faults.rates = dict(body["rates"])
    return {"rates": certview.faults.rates, "injected": certview.faults.injected}


async def _versions(certview: CertView, request: web.Request) -> Any:
    """``{"versions": ["v1", "v2"]}``: the versions that exist from now on."""
    versions = (await json_body(request)).get("versions")
    if not isinstance(versions, list) or set(versions) - set(VERSIONS):
        raise invalid("versions", f"must be a list of {', '.join(VERSIONS)}")
    certview.versions = set(versions)
    return {"versions": sorted(certview.versions)}


async def _ground_truth(certview: CertView, request: web.Request) -> Any:
    """Every certificate with what it is and where it is, in listing order, without CertView's shapes in between."""
    return [
        {
            "id": each.id,
            "certhash": each.certhash,
            "name": each.subject.name,
            "type": each.profile.type,
            "key": f"{each.profile.key_algorithm}-{each.profile.key_size}",
            "signature_algorithm": each.profile.signature_algorithm,
            "self_signed": each.profile.self_signed,
            "valid_from": each.valid_from,
            "valid_to": each.valid_to,
            "issuer_certhash": each.issuer.certhash,
            "last_found": each.last_found,
            "updated": each.updated,
            "assets": [
                {
                    "id": installation.asset.id,
                    "name": installation.asset.name,
                    "managed": installation.asset.managed,
                    "primary_ip": installation.asset.primary_ip,
                    "addresses": [address for hostname, address in installation.asset.interfaces],
                    "ports": [instance.port for instance in installation.instances],
                }
                for installation in each.installations
            ],
        }
        for each in certview.estate.certificates
    ]
