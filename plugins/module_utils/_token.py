# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logging in: from credentials to a JSON Web Token, and when it ends.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import threading
import typing as t
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone

from ._clock import Clock
from ._errors import CertViewError
from ._options import Credentials
from ._token_cache import Refusal, StoredToken, TokenCache
from ._values import iso, parse_iso, text, texts

# Qualys API, "Fetch Authentication Token": a token is valid for four hours.
DEFAULT_LIFETIME = timedelta(hours=4)

# A call that starts just before the end may still be in the server's queue after it.
RENEWAL_MARGIN = timedelta(seconds=120)

# Long enough for one run of a playbook and short against the time in which a locked account opens again by itself.
REFUSAL_REMEMBERED = timedelta(minutes=15)

_JWT = re.compile(r"[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]+={0,2}")

_CERTVIEW_MODULES = frozenset({"CERTVIEW", "CERT_VIEW"})


@dataclass(frozen=True)
class Token:
    """A JSON Web Token of the Qualys authentication API.

    :ivar expires_at: When this machine's clock will show its end.
    :ivar modules: The Qualys modules that it opens (claim C(modulesAllowed)), or None when it does not tell.
    """

    value: str = field(repr=False)
    expires_at: t.Optional[datetime]
    modules: t.Optional[tuple[str, ...]] = None
    username: str = ""

    def is_fresh(self, now: datetime) -> bool:
        """Tell whether the token will outlive one call that starts at *now*."""
        return self.expires_at is None or now + RENEWAL_MARGIN < self.expires_at

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
    if not _JWT.fullmatch(value):
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
    expires_at: t.Optional[datetime] = None
    if received_at is not None:
        lifetime = timedelta(seconds=expires - issued) if expires and issued and expires > issued else DEFAULT_LIFETIME
        expires_at = received_at + lifetime
    elif expires is not None:
        expires_at = datetime.fromtimestamp(expires, timezone.utc)
    modules = claims.get("modulesAllowed")
    return Token(
        value=value,
        expires_at=expires_at,
        modules=tuple(texts(modules)) if isinstance(modules, list) else None,
        username=username or text(claims.get("sub")) or "",
    )


class LoginRequest(t.NamedTuple):
    """One call of the authentication API."""

    path: str
    headers: dict[str, str]
    form: dict[str, str]


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


class TokenSource:
    """Keeps one token for all threads of this process, and gets a new one when it is needed."""

    def __init__(
        self,
        credentials: Credentials,
        clock: Clock,
        login: t.Callable[[LoginRequest], str],
        cache: t.Optional[TokenCache] = None,
        tell: t.Callable[[str], None] = lambda message: None,
    ) -> None:
        """Make no call yet.

        :param login: Makes one call of the authentication API and returns the text of its answer.
        :param cache: Where other processes leave their token, and find ours.
        :param tell: Is given one sentence when the token does not seem to open CertView.
        """
        self._cache = cache
        self._credentials = credentials
        self._clock = clock
        self._login = login
        self._tell = tell
        self._lock = threading.Lock()
        self._token: t.Optional[Token] = None
        self._refusal: t.Optional[CertViewError] = None
        self._has_warned = False

    def get(self, rejected: t.Optional[Token] = None, *, anew: bool = False) -> Token:
        """Return a token that should work.

        :param anew: Whether to log in although there is one, or although the credentials were refused before.
        :param rejected: A token that the server has just answered with 401; it is not returned again.
        :raises CertViewError: of kind V(credentials) when the server refuses the credentials. Whatever it refuses
            (HTTP 4xx) it is asked once only by this process, and once in REFUSAL_REMEMBERED by all that share the
            cache when it is the credentials, because repeated failures lock an account.
        """
        with self._lock:
            if self._refusal is not None and not anew:
                raise self._refusal
            if self._credentials.token:
                token = self._given(rejected)
            elif not anew and self._serves(self._token, rejected):
                token = t.cast(Token, self._token)
            else:
                with self._cache.alone() if self._cache else nullcontext():
                    token = self._found(rejected, anew=anew) or self._logged_in(anew=anew)
            self._token = token
            self._warn_if_closed(token)
            return token

    def _serves(self, token: t.Optional[Token], rejected: t.Optional[Token]) -> bool:
        return (
            token is not None
            and (rejected is None or token.value != rejected.value)
            and token.is_fresh(self._clock.now())
        )

    def _found(self, rejected: t.Optional[Token], *, anew: bool) -> t.Optional[Token]:
        """Return the token that another process has left, if it serves."""
        stored = self._cache.load() if self._cache and not anew else None
        if stored is None or not _JWT.fullmatch(stored.value):
            return None
        token = replace(
            read_token(stored.value, received_at=None, username=self._credentials.username),
            expires_at=parse_iso(stored.expires_at),
        )
        if self._serves(token, rejected):
            return token
        if self._cache:
            # Should the login fail, nobody is to try this one again.
            self._cache.drop()
        return None

    def _logged_in(self, *, anew: bool) -> Token:
        request = login_request(self._credentials)
        remembered = None if anew else self._remembered_refusal(request)
        if remembered is not None:
            self._refusal = remembered
            raise remembered
        try:
            answer = self._login(request)
        except CertViewError as exc:
            self._note_refusal(exc)
            raise
        self._refusal = None
        token = read_token(
            token_text(answer),
            received_at=self._clock.now(),
            username=self._credentials.username,
            request=f"POST {request.path}",
        )
        expires_at = iso(token.expires_at)
        if self._cache and expires_at:
            self._cache.store(StoredToken(token.value, expires_at))
        return token

    def _note_refusal(self, error: CertViewError) -> None:
        if error.http_status is None or not 400 <= error.http_status < 500:
            return
        self._refusal = error
        since = iso(self._clock.now())
        if self._cache and error.kind == "credentials" and since:
            refusal = Refusal(since, error.request, error.message, error.http_status, error.code)
            self._cache.store_refusal(refusal)

    def _remembered_refusal(self, request: LoginRequest) -> t.Optional[CertViewError]:
        """Return the error that the server need not be asked for, because it has just told it to another process."""
        refusal = self._cache.refusal() if self._cache else None
        since = parse_iso(refusal.since) if refusal else None
        # A client of the other type has another address with the same secret.
        if refusal is None or since is None or refusal.request != f"POST {request.path}":
            return None
        until = since + REFUSAL_REMEMBERED
        # One of the future was noted before the clock was set back.
        if not since <= self._clock.now() < until:
            return None
        return CertViewError(
            f"the login was refused at {iso(since)} and is not tried again before {iso(until)} with the same"
            f" credentials, because repeated failures lock the account. What came back was: {refusal.message}",
            kind="credentials",
            http_status=refusal.http_status,
            code=refusal.code,
            hint="Correct the credentials: others are tried at once. If they are right by now, for example because the"
            " account was unlocked, log in with the module certview_auth and refresh: true",
            request=refusal.request,
        )

    def _given(self, rejected: t.Optional[Token]) -> Token:
        if rejected is not None:
            raise CertViewError(
                "the server no longer takes the token that was given",
                kind="credentials",
                http_status=401,
                hint="Get a new one (certview_auth, four hours valid), or give username and password so that this"
                " collection can log in by itself",
            )
        return self._token or read_token(self._credentials.token, received_at=None, username=self._credentials.username)

    def _warn_if_closed(self, token: Token) -> None:
        if not token.opens_certview and not self._has_warned:
            self._has_warned = True
            self._tell(
                "The token does not list Certificate View among the modules of this user. If calls are refused, check"
                " the subscription's licence and the role's permission 'CERTVIEW API Access'."
            )
