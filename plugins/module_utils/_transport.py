# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP: one kept-alive session a process, retries, and errors that say what to do.

The only file that imports C(requests).

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import functools
import random
import socket
import ssl
import sys
import traceback
import typing as t
from dataclasses import dataclass
from urllib.parse import urlsplit

from ._answers import Answer, error_of, is_limit, is_unauthorized, printable, without_secrets
from ._clock import Clock, full_jitter
from ._errors import CertViewError
from ._options import Connection
from ._throttle import Throttle, told_wait
from ._token import LoginRequest, Token, TokenSource
from ._token_cache import TokenCache

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


def _causes(error: t.Optional[BaseException]) -> t.Iterator[BaseException]:
    """Give *error* and what lies beneath it: urllib3 hides the reason in arguments, contexts and attributes."""
    seen: set[int] = set()
    waiting: list[t.Optional[object]] = [error]
    while waiting:
        current = waiting.pop(0)
        if not isinstance(current, BaseException) or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        waiting += [getattr(current, "reason", None), current.__cause__, current.__context__, *current.args]


def _first(error: BaseException, kind: type[BaseException]) -> t.Optional[t.Any]:
    return next((cause for cause in _causes(error) if isinstance(cause, kind)), None)


@dataclass
class _Cost:
    """What one call has cost so far, over all its tries: a fault between two refusals must not make them forgotten."""

    waited: float = 0.0
    refusals: int = 0
    faults: int = 0


class Transport:
    """Makes calls of one gateway on behalf of one user, within the API budget."""

    def __init__(
        self,
        connection: Connection,
        clock: Clock,
        throttle: Throttle,
        chance: t.Optional[random.Random] = None,
        cache: t.Optional[TokenCache] = None,
    ) -> None:
        """Open nothing yet.

        :raises CertViewError: of kind V(requirement) when C(requests) is not installed.
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
        if connection.verify is False:
            # The user has said so; a warning on standard error for each call would tell nothing new.
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        self._session.headers.update({"Accept": "application/json", "X-Requested-With": "Ansible community.qualys"})
        self.tokens = TokenSource(connection.credentials, clock, self._log_in, cache)
        self._place = urlsplit(connection.gateway_url).netloc

    def close(self) -> None:
        """Close the connections that were kept alive."""
        self._session.close()

    def post(self, path: str, body: t.Any) -> t.Any:
        """Call *path* with the JSON *body* and return the parsed answer; None for an empty one.

        Waits for the API budget, repeats the call after a passing fault with full jitter, and logs in once more when
        the token is not taken.

        :param path: For example V(/certview/v2.2/certificates); it is also the name of the API whose calls are counted.
        :raises CertViewError: when it cannot be done; its kind tells why.
        """
        cost = _Cost()
        rejected: t.Optional[Token] = None
        while True:
            token = self.tokens.get(rejected)
            answer, value = self._patiently(cost, functools.partial(self._ask, path, body, token, cost))
            if is_limit(answer):
                self._throttle.refused(path, answer.headers, cost.refusals)
                cost.refusals += 1
            elif is_unauthorized(answer):
                if rejected is not None:
                    raise error_of(answer)
                rejected = token
            else:
                return value

    def _ask(self, path: str, body: t.Any, token: Token, cost: _Cost) -> tuple[Answer, t.Any]:
        with self._throttle.admitted(path, cost.waited) as cost.waited:
            answer = self._send(path, bearer=token, json=body)
            self._throttle.learn(path, answer.headers)
        if is_limit(answer) or is_unauthorized(answer):
            return answer, None
        return answer, self._checked(answer).json()

    def _log_in(self, request: LoginRequest) -> str:
        return self._patiently(_Cost(), functools.partial(self._ask_for_token, request))

    def _ask_for_token(self, request: LoginRequest) -> str:
        answer = self._send(request.path, headers=request.headers, data=request.form)
        return self._checked(answer, login=True).text

    def _checked(self, answer: Answer, *, login: bool = False) -> Answer:
        if 200 <= answer.status < 300:
            return answer
        error = error_of(answer, login=login)
        error.retry_after = told_wait(answer.headers, self._clock)
        raise error

    def _patiently(self, cost: _Cost, call: t.Callable[[], _T]) -> _T:
        """Make a call again and again while it ends in a passing fault, as often as the connection allows."""
        while True:
            try:
                return call()
            except CertViewError as exc:
                if exc.kind not in _TRANSIENT_KINDS or cost.faults >= self._connection.retries:
                    raise
                asked = exc.retry_after
            pause = full_jitter(cost.faults, self._chance) if asked is None else min(asked, _LONGEST_TOLD_PAUSE)
            self._clock.sleep(pause)
            cost.faults += 1

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
                verify=connection.verify,
                proxies=self._proxies(),
                **content,
            )
        except (requests.RequestException, OSError, ValueError) as exc:
            raise self._network_error(f"POST {path}", exc) from None
        # JSON is UTF-8 (RFC 8259 8.1); requests would guess Latin-1 for text types without a charset.
        text = bytes(response.content).decode("utf-8", errors="replace")
        secrets = (*connection.secrets, bearer.value) if bearer else connection.secrets
        return Answer(f"POST {path}", response.status_code, response.headers, text, secrets)

    def _proxies(self) -> dict[str, str]:
        if not self._connection.use_proxy:
            return {"no_proxy": "*"}
        if self._connection.proxy:
            return {"http": self._connection.proxy, "https": self._connection.proxy}
        return {}

    def _network_error(self, request: str, exc: Exception) -> CertViewError:
        """Return the error that an exception of C(requests) means; its own text is not used where it may hold a URL."""
        kind, message, hint = self._meaning(exc)
        message = printable(without_secrets(message, self._connection.secrets))
        return CertViewError(message, kind=kind, hint=hint, request=request)

    def _meaning(self, exc: Exception) -> tuple[str, str, str]:
        place = self._place
        tls = _first(exc, ssl.SSLError)
        if isinstance(exc, (requests.exceptions.InvalidProxyURL, requests.exceptions.InvalidSchema)):
            return (
                "proxy",
                "the URL of the proxy cannot be used",
                "Give proxy (or HTTPS_PROXY of the environment) as http://HOST:PORT",
            )
        if isinstance(exc, requests.exceptions.InvalidURL):
            return "options", f"{place} cannot be called", "Check gateway_url, and proxy if there is one"
        if isinstance(exc, (requests.exceptions.InvalidHeader, UnicodeError)):
            return (
                "options",
                "the credentials hold a character that HTTP cannot carry",
                "Look for line ends and for characters beyond Latin-1 in them",
            )
        if isinstance(tls, ssl.SSLCertVerificationError):
            return (
                "tls",
                f"no trusted TLS connection to {place}: {tls.verify_message}",
                "Give the CA that signed the gateway's or TLS inspection's certificate as ca_path",
            )
        if isinstance(exc, requests.exceptions.ProxyError):
            return (
                "proxy",
                f"the proxy does not let us through to {place}: {_reason(exc)}",
                "Check proxy (or HTTPS_PROXY of the environment) and its password, or set use_proxy to false",
            )
        # An end of file is the network's doing, and may pass.
        if tls is not None and not isinstance(tls, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
            return (
                "tls",
                f"no TLS connection to {place}: {tls.reason or 'handshake failed'}",
                "Check the scheme and port of gateway_url, and that ca_path is a PEM file",
            )
        if isinstance(exc, OSError) and not isinstance(exc, requests.RequestException) and exc.errno is None:
            # Not of the network, which gives a number: requests says so when it cannot find the CA bundle.
            return "tls", str(exc), "Check ca_path, and REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE of the environment"
        if isinstance(exc, requests.exceptions.Timeout) or _first(exc, socket.timeout):
            return (
                "timeout",
                f"{place} did not answer within {self._connection.timeout:g} s",
                "Check the way to the gateway (firewall, proxy), or raise timeout",
            )
        if _first(exc, socket.gaierror):
            return (
                "network",
                f"the name {place} cannot be resolved",
                "Check platform or gateway_url, and the name servers of the machine that makes the call",
            )
        if _first(exc, ConnectionRefusedError):
            return (
                "network",
                f"{place} refuses the connection",
                "Check the host and port of gateway_url, or whether a proxy is needed",
            )
        return (
            "network",
            f"the connection to {place} failed: {_reason(exc)}",
            "Check the way to the gateway (firewall, proxy), and try again",
        )


def _reason(exc: BaseException) -> str:
    """Return the words of the innermost cause that the operating system or the HTTP library gave."""
    deepest = [cause for cause in _causes(exc) if isinstance(cause, OSError) and cause.strerror]
    tunnel = next((str(cause) for cause in _causes(exc) if str(cause).startswith("Tunnel connection failed")), "")
    if tunnel or not deepest:
        return tunnel or "it was closed before the answer was complete"
    return str(deepest[-1].strerror)
