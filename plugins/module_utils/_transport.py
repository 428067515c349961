# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP: one kept-alive session a process, retries, and errors that say what to do.

Apart from this, only C(_network_errors.py) and C(_route.py) import C(requests).

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import functools
import random
import sys
import traceback
import typing as t
from dataclasses import dataclass
from urllib.parse import urlsplit

from ._ahead import Wish
from ._answers import Answer, error_of, is_limit, is_unauthorized, printable, without_secrets
from ._clock import Clock, pause_after_refusal
from ._errors import CertViewError
from ._headers import told_time, told_wait
from ._network_errors import meaning_of
from ._options import Connection
from ._patience import Patience
from ._route import proxies_of, trust_of
from ._throttle import Throttle
from ._token import LoginRequest, Token
from ._token_cache import TokenCache
from ._token_source import TokenSource

REQUESTS_IMPORT_ERROR: t.Optional[str]
try:
    import requests
    import urllib3
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()
else:
    REQUESTS_IMPORT_ERROR = None

# A repeated call may succeed after these; after any other error it would fail again.
_TRANSIENT_KINDS = frozenset({"network", "timeout", "server", "answer"})

_LONGEST_TOLD_PAUSE = 120.0

_T = t.TypeVar("_T")


class Upload(t.NamedTuple):
    """A file that is sent as the part C(file) of multipart/form-data.

    Source: CertView API guide, "Add External Sites in Bulk" and "Import Leaf Certificate".

    :ivar name: What the server is told the file is called.
    :ivar content_type: For example V(text/csv).
    """

    name: str
    content: bytes
    content_type: str


@dataclass
class _Tries:
    """What one call has cost so far, over all its tries: a fault between two refusals must not make them forgotten."""

    patience: Patience
    refusals: int = 0
    faults: int = 0
    token: t.Optional[Token] = None
    rejected: t.Optional[Token] = None


class _Call(t.NamedTuple):
    path: str
    api: str
    content: dict[str, t.Any]
    read: t.Callable[[Answer], t.Any]
    tries: _Tries


class Transport:
    """Makes calls of one gateway on behalf of one user, within the API budget."""

    def __init__(
        self,
        connection: Connection,
        clock: Clock,
        throttle: Throttle,
        chance: t.Optional[random.Random] = None,
        cache: t.Optional[TokenCache] = None,
        tell: t.Callable[[str], None] = lambda message: None,
    ) -> None:
        """Open nothing yet.

        :param cache: Where the token is shared with other processes.
        :param tell: Is given one sentence for what the user should know although nothing failed.
        :raises CertViewError: of kind V(requirement) when C(requests) is not installed, of kind V(proxy) when the URL
            of the proxy is none.
        """
        if REQUESTS_IMPORT_ERROR is not None:
            raise CertViewError(
                f"the Python library requests is not installed for {sys.executable}, which runs this",
                kind="requirement",
                hint=f"Install it there, for example with: {sys.executable} -m pip install requests",
            )
        self._connection = connection
        self._clock = clock
        self._throttle = throttle
        self._chance = chance or random.Random()
        self._session = requests.Session()
        # One kept-alive connection for each call that may run at once; more are closed again, with a log message each.
        pool = requests.adapters.HTTPAdapter(pool_maxsize=max(10, connection.max_concurrency))
        self._session.mount("https://", pool)
        self._session.mount("http://", pool)
        if connection.verify is False:
            # The user has said so; a warning on standard error for each call would tell nothing new.
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        # The environment is read here, once: to do without a proxy, requests would change it for the time of each call,
        # under the feet of the other threads.
        self._session.trust_env = False
        self._session.proxies = proxies_of(connection)
        self._session.verify = trust_of(connection)
        self._session.headers.update({"Accept": "application/json", "X-Requested-With": "Ansible community.qualys"})
        self.tokens = TokenSource(
            connection.credentials,
            clock,
            self._log_in,
            cache,
            tell,
            max_wait=connection.max_wait,
            timeout=connection.timeout,
            chance=self._chance,
        )
        self._place = urlsplit(connection.gateway_url).netloc
        self._clock_ahead = 0.0

    def close(self) -> None:
        """Close the connections that were kept alive."""
        self._session.close()

    @property
    def clock_ahead_seconds(self) -> float:
        """How far this machine's clock is ahead of the server's, by the latest answer; V(0.0) until one has told it.

        It is told in whole seconds and includes the answer's way, and so is too great rather than too small, by about
        a second.

        Source: RFC 9110 6.6.1 (C(Date)).
        """
        return self._clock_ahead

    def post(
        self,
        path: str,
        body: t.Any = None,
        *,
        api: str = "",
        query: t.Optional[t.Mapping[str, str]] = None,
        files: t.Optional[Upload] = None,
        read: t.Callable[[Answer], t.Any] = Answer.json,
        wish: t.Optional[Wish] = None,
    ) -> t.Any:
        """Call *path* with the JSON *body* and return the parsed answer; None for an empty one.

        Waits for the API budget, repeats the call after a passing fault, and logs in once more when the token is not
        taken. The server may so see a call twice whose first answer was lost.

        :param path: For example V(/certview/v2.2/certificates).
        :param api: What Qualys counts the call for, if that is not *path*; for the assets of any certificate it is
            V(/certview/v1/certificates/{certhash}/assets).
        :param query: What follows the path in the URL; errors do not show it.
        :param files: Is sent in place of *body*.
        :param read: Makes the value of an answer of 2xx, for an endpoint that does not answer JSON.
        :param wish: Whether the answer is still wanted when the call could go out.
        :raises Abandoned: when it is not.
        :raises CertViewError: when it cannot be done; its kind tells why.
        """
        content: dict[str, t.Any] = {"json": body}
        if files is not None:
            content = {"files": {"file": (files.name, files.content, files.content_type)}}
        if query:
            content["params"] = dict(query)
        tries = _Tries(self._throttle.patience(wish))
        call = _Call(path, api or path, content, read, tries)
        while True:
            # Before the wait for the budget, which may last an hour: wrong credentials are told at once.
            self.tokens.get(tries.rejected, patience=tries.patience)
            answer, value = self._patiently(tries, functools.partial(self._ask, call))
            if is_limit(answer):
                continue
            if is_unauthorized(answer):
                if tries.rejected is not None:
                    raise error_of(answer)
                tries.rejected = tries.token
                continue
            return value

    def _ask(self, call: _Call) -> tuple[Answer, t.Any]:
        tries = call.tries
        with self._throttle.admitted(call.api, tries.patience) as admission:
            try:
                tries.token = self._token_by_now(tries)
                tries.patience.wish.check()
            except BaseException:
                admission.not_made()
                raise
            answer = self._send(call.path, bearer=tries.token, **call.content)
            admission.answered(answer.headers)
            if is_limit(answer):
                self._throttle.refused(call.api, answer.headers, tries.refusals)
                admission.refused()
                tries.refusals += 1
        if is_limit(answer) or is_unauthorized(answer):
            return answer, None
        return answer, call.read(self._checked(answer))

    def _token_by_now(self, tries: _Tries) -> Token:
        """Return a token that is still good after the wait for the budget."""
        try:
            return self.tokens.get(tries.rejected, patience=tries.patience)
        except CertViewError:
            # The login was repeated already, as often as the connection allows.
            tries.faults = self._connection.retries
            raise

    def _log_in(self, request: LoginRequest, patience: Patience) -> str:
        return self._patiently(_Tries(patience), functools.partial(self._ask_for_token, request))

    def _ask_for_token(self, request: LoginRequest) -> str:
        answer = self._send(request.path, headers=request.headers, data=request.form)
        return self._checked(answer, login=True).text

    def _checked(self, answer: Answer, *, login: bool = False) -> Answer:
        if 200 <= answer.status < 300:
            self._note_clock(answer.headers)
            return answer
        error = error_of(answer, login=login)
        error.retry_after = told_wait(answer.headers, self._clock.now())
        raise error

    def _patiently(self, tries: _Tries, call: t.Callable[[], _T]) -> _T:
        """Make a call again and again while it ends in a passing fault, as often as the connection allows."""
        while True:
            try:
                return call()
            except CertViewError as exc:
                if exc.kind not in _TRANSIENT_KINDS or tries.faults >= self._connection.retries:
                    raise
                fault = exc
            self._pause(fault, tries)
            tries.faults += 1

    def _pause(self, fault: CertViewError, tries: _Tries) -> None:
        """Wait before the call that ended in *fault* is repeated.

        :raises CertViewError: *fault*, when the server asks for a longer pause than the call may wait.
        """
        told = None if fault.retry_after is None else min(fault.retry_after, _LONGEST_TOLD_PAUSE)
        pause = pause_after_refusal(told, tries.faults, self._chance)
        # A pause of our own is bounded by the number of tries, and is none that the server makes us wait.
        patience = self._throttle.patience(tries.patience.wish)
        if told is not None and told >= 1.0:
            patience = tries.patience
            if not patience.allows(pause):
                fault.hint = (
                    f"The server asks to wait {fault.retry_after:.0f} s before the next try, and max_wait allows"
                    f" {patience.max_wait:g} s, of which {patience.waited:.0f} s have passed: run again later, or raise"
                    " max_wait"
                )
                raise fault
        what = f"{fault.request}: {fault.message}".rstrip(".")
        patience.wait_out(
            pause,
            lambda left: f"Waiting {left:.0f} s to repeat a call. {what}. Next try at {patience.at(left)}.",
        )

    def _send(self, path: str, *, bearer: t.Optional[Token] = None, **content: t.Any) -> Answer:
        def authorize(request: t.Any) -> t.Any:
            # Given as auth=, this also keeps requests from taking a login out of ~/.netrc instead.
            if bearer is not None:
                request.headers["Authorization"] = f"Bearer {bearer.value}"
            return request

        connection = self._connection
        try:
            response = self._session.request(
                "POST",
                connection.gateway_url + path,
                auth=authorize,
                timeout=connection.timeout,
                allow_redirects=False,
                **content,
            )
        except (requests.RequestException, OSError, ValueError) as exc:
            meaning = meaning_of(exc, place=self._place, timeout=connection.timeout)
            message = printable(without_secrets(meaning.message, connection.secrets))
            raise CertViewError(message, kind=meaning.kind, hint=meaning.hint, request=f"POST {path}") from None
        # JSON is UTF-8 (RFC 8259 8.1); requests would guess Latin-1 for text types without a charset.
        text = bytes(response.content).decode("utf-8", errors="replace")
        secrets = (*connection.secrets, bearer.value) if bearer else connection.secrets
        return Answer(f"POST {path}", response.status_code, response.headers, text, secrets)

    def _note_clock(self, headers: t.Mapping[str, str]) -> None:
        told = told_time(headers)
        if told is not None:
            self._clock_ahead = (self._clock.now() - told).total_seconds()
