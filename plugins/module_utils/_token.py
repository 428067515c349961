# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A JSON Web Token: how it is asked for, read, and when it ends.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from ._errors import CertViewError
from ._options import Credentials
from ._values import text, texts

# Qualys API, "Fetch Authentication Token": a token is valid for four hours.
DEFAULT_LIFETIME = timedelta(hours=4)

# A call that starts just before the end may still be in the server's queue after it. Of a token with a short life it is
# a quarter: a token that is never fresh would mean a login for each call.
RENEWAL_MARGIN = timedelta(seconds=120)

JWT = re.compile(r"[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]+={0,2}")

_CERTVIEW_MODULES = frozenset({"CERTVIEW", "CERT_VIEW"})


@dataclass(frozen=True)
class Token:
    """A JSON Web Token of the Qualys authentication API.

    :ivar expires_at: When this machine's clock will show its end.
    :ivar modules: The Qualys modules that it opens (claim C(modulesAllowed)), or None when it does not tell.
    :ivar margin: How long before its end it is used no more.
    """

    value: str = field(repr=False)
    expires_at: t.Optional[datetime]
    modules: t.Optional[tuple[str, ...]] = None
    username: str = ""
    margin: timedelta = RENEWAL_MARGIN

    def is_fresh(self, now: datetime) -> bool:
        """Tell whether the token will outlive one call that starts at *now*."""
        return self.expires_at is None or now + self.margin < self.expires_at

    @property
    def opens_certview(self) -> bool:
        """Tell whether CertView is among the token's modules, or might be."""
        return self.modules is None or not _CERTVIEW_MODULES.isdisjoint(self.modules)


def _claims(token: str) -> dict[str, t.Any]:
    payload = token.split(".")[1]
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def _seconds(value: object) -> t.Optional[float]:
    return float(value) if isinstance(value, (int, float)) and 0 < value < 1e11 else None


def read_token(answer: str, *, received_at: t.Optional[datetime], username: str = "", request: str = "") -> Token:
    """Read a token, without checking its signature: only the server can.

    :param received_at: When the server made it, by this machine's clock; its life is counted from there, so that a
        clock that is wrong does no harm. None for a token of unknown age, whose C(exp) is taken as it is.
    :param request: The call that it is the answer to; empty for a token that a user gave.
    :raises CertViewError: when *answer* is no JSON Web Token; of kind V(answer), or V(options) if a user gave it.
    """
    value = answer.strip().strip('"')
    if not JWT.fullmatch(value):
        raise CertViewError(
            f"{'the answer' if request else 'the token that was given'} is not a JSON Web Token"
            " (three parts with dots between them)",
            kind="answer" if request else "options",
            hint="Check that platform or gateway_url names your platform's API gateway, and that nothing answers in its"
            " place"
            if request
            else "Give the token alone, without the word Bearer",
            request=request,
        )
    claims = _claims(value)
    issued, expires = _seconds(claims.get("iat")), _seconds(claims.get("exp"))
    lifetime = timedelta(seconds=expires - issued) if expires and issued and expires > issued else DEFAULT_LIFETIME
    expires_at: t.Optional[datetime] = None
    if received_at is not None:
        expires_at = received_at + lifetime
    elif expires is not None:
        expires_at = datetime.fromtimestamp(expires, timezone.utc)
    modules = claims.get("modulesAllowed")
    return Token(
        value=value,
        expires_at=expires_at,
        modules=tuple(texts(modules)) if isinstance(modules, list) else None,
        username=username or text(claims.get("sub")) or "",
        margin=min(RENEWAL_MARGIN, lifetime / 4),
    )


class LoginRequest(t.NamedTuple):
    """One call of the authentication API."""

    path: str
    headers: dict[str, str]
    form: dict[str, str]

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells it from another login of the same gateway: all that is sent."""
        return (self.path, *self.headers.values(), *self.form.values())


def login_request(credentials: Credentials) -> LoginRequest:
    """Return the call that turns *credentials* into a token.

    Sources: CertView API guide, "Get Started" (C(/auth)); Qualys OAuth guide, "Generate Authentication Token"
    (C(/auth/oidc) for a user's client, C(/auth/oauth) for the subscription's, id and secret as headers).
    """
    if credentials.client_id:
        path = "/auth/oauth" if credentials.client_type == "subscription" else "/auth/oidc"
        return LoginRequest(
            path, {"clientId": credentials.client_id, "clientSecret": credentials.client_secret}, form={}
        )
    form = {"username": credentials.username, "password": credentials.password, "token": "true", "permissions": "true"}
    return LoginRequest("/auth", {}, form)


def token_text(answer: str) -> str:
    """Return the token within the text that the authentication API answered: bare, or in a JSON object."""
    try:
        parsed = json.loads(answer)
    except (ValueError, RecursionError):
        return answer
    if isinstance(parsed, dict):
        for key in ("access_token", "token", "jwt", "id_token"):
            if isinstance(parsed.get(key), str):
                return str(parsed[key])
    return answer


def account_of(credentials: Credentials) -> str:
    """Return what the budget and the local copies belong to.

    A token that was given lives four hours, and what belongs to its user outlives it: the name in it counts, where it
    has one.

    :raises CertViewError: of kind V(options) when what was given is no token.
    """
    if credentials.token and not credentials.username:
        return read_token(credentials.token, received_at=None).username or credentials.account
    return credentials.account
