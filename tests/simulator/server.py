# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated CertView as one HTTP application."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable, Mapping
from email.utils import formatdate
from typing import Any

from aiohttp import web

from . import auth, control, faults
from .api.assets import list_assets
from .api.certificates import list_certificates
from .api.context import Context
from .api.external_sites import add_external_sites, list_external_sites
from .api.importing import import_leaf
from .api.instances import list_instances
from .auth import Logins
from .errors import ApiError, error_response, no_static_resource
from .estate.building import build_estate
from .estate.estate import Estate
from .estate.rows import Rows
from .faults import Faults
from .limits import Limiter
from .settings import Settings

Endpoint = Callable[[web.Request, Context], Awaitable[web.Response]]

# As the gateway sends them (OCA API rate limits guide, sample answer).
_GATEWAY_HEADERS = {
    "Server": "nginx",
    "Cache-Control": "no-cache, no-store, max-age=0, must-revalidate",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

# The certificates' versions are written out: each is an API of its own for the limits.
_ENDPOINTS: dict[str, tuple[str, Endpoint]] = {
    "/certview/{version:v1|v2|v2[.]1|v2[.]2}/certificates": ("/certview/{version}/certificates", list_certificates),
    "/certview/v1/certificates/{certhash:[0-9A-Fa-f]+}/assets": (
        "/certview/v1/certificates/{certhash}/assets",
        list_assets,
    ),
    "/certview/v1/certificates/import/leaf": ("/certview/v1/certificates/import/leaf", import_leaf),
    "/certview/v2/instances": ("/certview/v2/instances", list_instances),
    "/certview/v1/externalSites": ("/certview/v1/externalSites", list_external_sites),
    "/certview/v1/externalSites/bulkAdd": ("/certview/v1/externalSites/bulkAdd", add_external_sites),
}


class CertView:
    """One subscription on one gateway."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.logins = Logins(settings.login)
        self.limiter = Limiter(settings.limits)
        self.faults = Faults(settings.fault_rates, settings.estate.seed)
        self.versions = set(settings.versions)
        self.context = Context(build_estate(settings.estate), settings.quirks)

    @property
    def estate(self) -> Estate:
        return self.context.estate

    async def fill_estate(self) -> None:
        """Makes the rows of a large estate that nobody has asked for yet, between the answers."""
        rows = self.estate.certificates
        if isinstance(rows, Rows):
            for number in rows.blocks_to_fill():
                if number % 64 == 0:
                    # What was made stays: the collector need not walk some million objects again and again.
                    gc.freeze()
                await asyncio.sleep(0)

    def rebuild_estate(self) -> None:
        """Undoes every change that was made to the estate since the start."""
        revision = self.estate.revision
        self.context.estate = build_estate(self.settings.estate)
        self.context.estate.revision = revision + 1

    def application(self) -> web.Application:
        # Far beyond every documented request: 1,000 sites, or some hundred certificates in a file.
        application = web.Application(client_max_size=16 * 2**20, middlewares=[self._errors_as_envelopes])
        for path in auth.PATHS:
            application.router.add_route("*", path, self._login)
        for pattern, (name, endpoint) in _ENDPOINTS.items():
            application.router.add_route("*", pattern, self._guarded(name, endpoint))
        control.add_routes(application, self)
        application.router.add_route("*", "/{anything:.*}", self._unknown)
        return application

    @web.middleware
    async def _errors_as_envelopes(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        try:
            response = await handler(request)
        except ApiError as error:
            response = error_response(error)
        if not response.prepared:
            response.headers.update(_GATEWAY_HEADERS)
            # The clock that dates the updates: who asks for what has changed since must be able to know it.
            response.headers["Date"] = formatdate(self.estate.now / 1000, usegmt=True)
        return response

    async def _login(self, request: web.Request) -> web.StreamResponse:
        return await self._with_faults(request, lambda: self.logins.handle(request))

    async def _unknown(self, request: web.Request) -> web.StreamResponse:
        if request.path.startswith("/certview/"):
            self.logins.check(request)
        raise no_static_resource(request.path)

    async def _with_faults(
        self, request: web.Request, answer: Callable[[], Awaitable[web.Response]]
    ) -> web.StreamResponse:
        due = self.faults.due(request.path)
        if due is None:
            return await answer()
        name, parameters = due
        call = faults.Call(request, request.path, parameters, self.logins, self.estate, answer)
        return await faults.inject(name, call)

    def _guarded(self, template: str, endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handler(request: web.Request) -> web.StreamResponse:
            self.logins.check(request)
            self._check_version(request)
            name = template.replace("{version}", request.match_info.get("version", ""))
            refusal = self.limiter.enter(name)
            if refusal is not None:
                return refusal
            try:
                if self.settings.latency_ms:
                    await asyncio.sleep(self.settings.latency_ms / 1000)
                response = await self._with_faults(request, lambda: self._answer(request, name, endpoint))
            finally:
                self.limiter.leave(name)
            return response

        return handler

    def _check_version(self, request: web.Request) -> None:
        version = request.path.split("/")[2]
        if version in self.versions:
            return
        if self.settings.quirks.gone_status == 410:
            raise ApiError(410, f"API version {version} has reached its end of life.")
        raise no_static_resource(request.path)

    async def _answer(self, request: web.Request, name: str, endpoint: Endpoint) -> web.Response:
        try:
            if request.method != "POST":
                # 400, not 405: what clients met that sent GET to the list (nelssec/qualys-mcp, issue 148).
                raise ApiError(400, f"Request method '{request.method}' is not supported")
            response = await endpoint(request, self.context)
        except ApiError as error:
            response = error_response(error)
        response.headers.update(self.limiter.headers(name))
        return response

    def statistics(self) -> Mapping[str, Any]:
        """The counts of ``GET /_control/stats``."""
        counted = self.limiter.statistics()
        calls: Any = counted["calls"]
        return {
            **counted,
            "logins": self.logins.successful,
            "failed_logins": self.logins.failed,
            "faults": self.faults.injected,
            "total": sum(calls.values()),
        }
