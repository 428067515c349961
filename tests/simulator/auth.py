# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logging in: ``/auth`` for users, ``/auth/oidc`` and ``/auth/oauth`` for clients, and the check of the token."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

import jwt
from aiohttp import web

from .errors import INVALID_VALUE, MISSING_PARAMETER, NOT_AUTHORISED, ApiError, json_response
from .settings import LoginSettings

PATHS = ("/auth", "/auth/oidc", "/auth/oauth")

_MODULES = ["VM AGENT", "PC SCANNER", "OCA", "PORTAL TAGGING"]
_CERTVIEW_MODULES = ["CERTVIEW", "CERT_VIEW"]
_CLIENT_TYPE = {"/auth/oidc": "user", "/auth/oauth": "subscription"}


class Logins:
    """Issues and checks the JSON web tokens of one subscription."""

    def __init__(self, settings: LoginSettings, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock = clock
        self._key = secrets.token_bytes(64)
        self._invalidated: set[str] = set()
        self.issued: list[str] = []
        self.successful = 0
        self.failed = 0

    def reset(self) -> None:
        """Forgets the counts and unlocks the account; tokens stay valid."""
        self.successful = self.failed = 0

    async def handle(self, request: web.Request) -> web.Response:
        """``POST`` to one of ``PATHS``. Raises ApiError for what Qualys would refuse."""
        if request.method != "POST":
            raise ApiError(405, f"Request method '{request.method}' is not supported")
        if request.path == "/auth":
            return await self._user(request)
        return self._client(request)

    async def _user(self, request: web.Request) -> web.Response:
        if request.content_type != "application/x-www-form-urlencoded":
            raise ApiError(415, f"Content-Type '{request.content_type}' is not supported")
        form = await request.post()
        for flag in ("username", "password", "token", "permissions"):
            if flag not in form:
                raise ApiError(400, None, MISSING_PARAMETER, [(flag, "missing required parameter")])
        for flag in ("token", "permissions"):
            if form[flag] != "true":
                raise ApiError(400, None, INVALID_VALUE, [(flag, "must be true")])
        self._accept(
            (form["username"], form["password"]) == (self._settings.username, self._settings.password),
            "Bad credentials",
        )
        return self._created(self._settings.username)

    def _client(self, request: web.Request) -> web.Response:
        given = (request.headers.get("clientId"), request.headers.get("clientSecret"))
        if None in given:
            raise ApiError(400, None, MISSING_PARAMETER, [("clientId, clientSecret", "missing required header")])
        right_type = self._settings.client_type in ("any", _CLIENT_TYPE[request.path])
        right_client = given == (self._settings.client_id, self._settings.client_secret)
        self._accept(right_client and right_type, "Invalid client credentials")
        token = self.issue(self._settings.client_id)
        if not self._settings.json_answer:
            return web.Response(status=201, text=token)
        lifetime = self._settings.token_lifetime
        return json_response({"access_token": token, "token_type": "Bearer", "expires_in": lifetime}, 201)

    def _accept(self, right: bool, refusal: str) -> None:
        locked = 0 < self._settings.lock_after <= self.failed
        if right and not locked:
            self.successful += 1
            return
        self.failed += 1
        raise ApiError(401, "User account is locked" if locked else refusal)

    def _created(self, subject: str) -> web.Response:
        return web.Response(status=201, text=self.issue(subject))

    def issue(self, subject: str) -> str:
        settings = self._settings
        issued = int(self._clock() + settings.clock_skew)
        claims = {
            "sub": subject,
            "iss": "qas",
            "aud": "qas",
            "loginResponse": "SUCCESSFUL",
            "credentialType": "UsernamePasswordCredential",
            "usertype": "fo",
            "portalUserId": 1000001,
            "modulesAllowed": _MODULES + ([] if settings.without_certview else _CERTVIEW_MODULES),
            "jti": secrets.token_hex(8),
            "iat": issued,
        }
        if not settings.without_expiry:
            claims["exp"] = issued + settings.token_lifetime
        self.issued.append(jwt.encode(claims, self._key, algorithm="HS512", headers={"typ": None}))
        return self.issued[-1]

    def invalidate(self, request: web.Request) -> None:
        """The token that this request carries is no longer good."""
        self._invalidated.add(_bearer(request))

    def check(self, request: web.Request) -> None:
        """Raises ApiError unless the request carries a good token of a user who may use CertView."""
        token = _bearer(request)
        if not token:
            raise ApiError(401, "Full authentication is required to access this resource")
        try:
            jwt.get_unverified_header(token)
        except jwt.InvalidTokenError:
            raise ApiError(self._settings.malformed_token_status, "JWT parsing failed") from None
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=["HS512"],
                audience="qas",
                options={"verify_exp": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError:
            raise ApiError(401, "Invalid JWT token") from None
        now = self._clock() + self._settings.clock_skew
        if token in self._invalidated or now >= claims["iat"] + self._settings.token_lifetime:
            raise ApiError(401, "JWT token is expired")
        if not set(_CERTVIEW_MODULES) & set(claims["modulesAllowed"]):
            raise ApiError(403, "User license is not authorized to run this API", NOT_AUTHORISED)


def _bearer(request: web.Request) -> str:
    scheme, separator, token = request.headers.get("Authorization", "").partition(" ")
    return token if separator and scheme == "Bearer" else ""
