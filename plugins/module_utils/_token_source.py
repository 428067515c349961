# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logging in: one token for all threads, and for all processes that share a cache; and when not to try again.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import functools
import random
import threading
import typing as t
from dataclasses import replace

from ._clock import Clock, pause_after_refusal
from ._errors import CertViewError
from ._options import Credentials
from ._patience import Notices, Patience
from ._refusals import REMEMBERED_FOR, Refusal, RefusalMemory
from ._token import JWT, LoginRequest, Token, login_request, read_token, token_text
from ._token_cache import StoredToken, TokenCache
from ._values import iso, parse_iso

_HINTS = {
    "credentials": "Correct the credentials: others are tried at once. If they are right by now, for example because"
    " the account was unlocked, log in with the module certview_auth and refresh: true",
    "permission": "Give the user's role 'API Access' and 'CERTVIEW API Access'; then log in with the module"
    " certview_auth and refresh: true",
}


def _notice(reason: str, patience: Patience, seconds: float) -> str:
    return f"Waiting {seconds:.0f} s to log in: {reason}. Next try at {patience.at(seconds)}."


class TokenSource:
    """Keeps one token for all threads of this process, and gets a new one when it is needed."""

    def __init__(
        self,
        credentials: Credentials,
        clock: Clock,
        login: t.Callable[[LoginRequest, Patience], str],
        cache: t.Optional[TokenCache] = None,
        tell: t.Callable[[str], None] = lambda message: None,
        *,
        max_wait: float = -1,
        timeout: float = 0.0,
        chance: t.Optional[random.Random] = None,
    ) -> None:
        """Make no call yet.

        :param login: Makes one call of the authentication API and returns the text of its answer; is given how long
            that may wait.
        :param cache: Where others leave their token and their refusals, and find ours.
        :param tell: Is given one sentence when the token does not seem to open CertView, and for a long wait.
        :param max_wait: Seconds that a login may wait in all: for that of another process, and while the server takes
            none because of a limit; V(-1) for ever.
        :param timeout: Seconds that the login of another process is waited for in any case: it is no limit.
        """
        self._max_wait = max_wait
        self._timeout = timeout
        self._notices = Notices(clock, tell)
        self._chance = chance or random.Random()
        self._cache = cache or TokenCache(None, (), tell, RefusalMemory())
        self._credentials = credentials
        self._clock = clock
        self._login = login
        self._tell = tell
        self._lock = threading.Lock()
        self._token: t.Optional[Token] = None
        self._refusal: t.Optional[CertViewError] = None
        self._has_warned = False

    def get(
        self, rejected: t.Optional[Token] = None, *, anew: bool = False, patience: t.Optional[Patience] = None
    ) -> Token:
        """Return a token that should work.

        :param anew: Whether to log in although there is one, or although the credentials were refused before.
        :param rejected: A token that the server has just answered with 401; it is not returned again.
        :param patience: How long the call that the token is for may wait, and whether its answer is still wanted.
        :raises Abandoned: when it is not.
        :raises CertViewError: of kind V(credentials) when the server refuses the credentials, of kind V(permission)
            when the user may not log in. Then it is asked once only through this source, and once in REMEMBERED_FOR by
            all that share the cache, because repeated failures lock an account. Of kind V(budget) when another process
            has not logged in within the time, or the server takes no login because of a limit.
        """
        patience = patience or Patience(self._clock, self._max_wait, self._notices)
        with self._lock:
            patience.wish.check()
            if self._refusal is not None and not anew:
                raise self._refusal
            if self._credentials.token:
                token = self._given(rejected)
            elif not anew and self._serves(self._token, rejected):
                token = t.cast(Token, self._token)
            else:
                others = self._for_others(patience)
                with self._cache.alone(others):
                    patience.waited = others.waited
                    token = self._found(rejected, anew=anew) or self._logged_in(patience, anew=anew)
            self._token = token
            self._warn_if_closed(token)
            return token

    def _for_others(self, patience: Patience) -> Patience:
        longest = -1 if self._max_wait < 0 else max(self._max_wait, patience.waited + self._timeout)
        return Patience(self._clock, longest, self._notices, wish=patience.wish, waited=patience.waited)

    def _serves(self, token: t.Optional[Token], rejected: t.Optional[Token]) -> bool:
        return (
            token is not None
            and (rejected is None or token.value != rejected.value)
            and token.is_fresh(self._clock.now())
        )

    def _found(self, rejected: t.Optional[Token], *, anew: bool) -> t.Optional[Token]:
        """Return the token that another process has left, if it serves."""
        stored = None if anew else self._cache.load()
        if stored is None or not JWT.fullmatch(stored.value):
            return None
        token = replace(
            read_token(stored.value, received_at=None, username=self._credentials.account),
            expires_at=parse_iso(stored.expires_at),
        )
        if self._serves(token, rejected):
            return token
        # Should the login fail, nobody is to try this one again.
        self._cache.drop()
        return None

    def _logged_in(self, patience: Patience, *, anew: bool) -> Token:
        request = login_request(self._credentials)
        remembered = None if anew else self._remembered_refusal()
        if remembered is not None:
            self._refusal = remembered
            raise remembered
        try:
            answer = self._patiently(request, patience)
        except CertViewError as exc:
            self._note_refusal(exc)
            raise
        token = read_token(
            token_text(answer),
            received_at=self._clock.now(),
            username=self._credentials.account,
            request=f"POST {request.path}",
        )
        self._refusal = None
        self._cache.forget_refusal()
        expires_at = iso(token.expires_at)
        if expires_at:
            self._cache.store(StoredToken(token.value, expires_at))
        return token

    def _patiently(self, request: LoginRequest, patience: Patience) -> str:
        """Log in, as often as it takes while the server takes no login because of a limit."""
        refusals = 0
        while True:
            patience.wish.check()
            try:
                return self._login(request, patience)
            except CertViewError as exc:
                if exc.kind != "budget":
                    raise
                pause = pause_after_refusal(exc.retry_after, refusals, self._chance)
                if not patience.allows(pause):
                    raise self._limited(exc, pause, patience) from None
                reason = exc.message.rstrip(".")
            patience.wait_out(pause, functools.partial(_notice, reason, patience))
            refusals += 1

    def _limited(self, error: CertViewError, pause: float, patience: Patience) -> CertViewError:
        return CertViewError(
            f"{error.message.rstrip('.')}; the next login can be tried at {patience.at(pause)}, in {pause:.0f} s, and"
            f" max_wait allows {self._max_wait:g} s, of which {patience.waited:.0f} s have passed",
            kind=error.kind,
            http_status=error.http_status,
            code=error.code,
            hint="Run again after that time, or raise max_wait",
            request=error.request,
        )

    def _note_refusal(self, error: CertViewError) -> None:
        if error.kind not in REMEMBERED_FOR:
            return
        self._refusal = error
        since = iso(self._clock.now())
        if since:
            refusal = Refusal(since, error.request, error.message, error.http_status, error.code, error.kind)
            self._cache.store_refusal(refusal)

    def _remembered_refusal(self) -> t.Optional[CertViewError]:
        """Return the error that the server need not be asked for, because it has told it already."""
        now = self._clock.now()
        refusal = self._cache.refusal(now)
        if refusal is None:
            return None
        until = iso(refusal.counts_until(now))
        return CertViewError(
            f"the login was refused at {refusal.since} and is not tried again before {until} with the same credentials,"
            f" because repeated failures lock the account. What came back was: {refusal.message}",
            kind=refusal.kind,
            http_status=refusal.http_status,
            code=refusal.code,
            hint=_HINTS[refusal.kind],
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
