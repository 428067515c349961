# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what the network did to what went wrong and what to do about it.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import socket
import ssl
import typing as t
from contextlib import suppress

# Whoever makes a call has said before that it is missing.
with suppress(ImportError):
    import requests


_UNKNOWN_CA = "Give the CA that signed the gateway's or TLS inspection's certificate as ca_path"
_WRONG_TIME = "Check the clock of the machine that makes the call; if it is right, the certificate has to be renewed"
_WRONG_NAME = "Check platform or gateway_url, and whether something else answers in the gateway's place"
# Source: OpenSSL, X509_STORE_CTX_get_error(3).
_HINTS_BY_VERIFY_CODE = {9: _WRONG_TIME, 10: _WRONG_TIME, 62: _WRONG_NAME, 64: _WRONG_NAME}


class Meaning(t.NamedTuple):
    """What an exception means.

    :ivar kind: As of CertViewError.
    """

    kind: str
    message: str
    hint: str


def meaning_of(exc: Exception, *, place: str, timeout: float) -> Meaning:
    """Return what an exception of C(requests) means; its own text is not used where it may hold a URL.

    :param place: Host and port that were called.
    :param timeout: Seconds that the server was given.
    """
    tls = _first(exc, ssl.SSLError)
    if isinstance(exc, (requests.exceptions.InvalidProxyURL, requests.exceptions.InvalidSchema)):
        return Meaning(
            "proxy",
            "the URL of the proxy cannot be used",
            "Give proxy (or HTTPS_PROXY of the environment) as http://HOST:PORT",
        )
    if isinstance(exc, requests.exceptions.InvalidURL):
        return Meaning("options", f"{place} cannot be called", "Check gateway_url, and proxy if there is one")
    if isinstance(exc, (requests.exceptions.InvalidHeader, UnicodeError)):
        return Meaning(
            "options",
            "the credentials hold a character that HTTP cannot carry",
            "Look for line ends and for characters beyond Latin-1 in them",
        )
    if isinstance(tls, ssl.SSLCertVerificationError):
        return Meaning(
            "tls",
            f"no trusted TLS connection to {place}: {tls.verify_message}",
            _HINTS_BY_VERIFY_CODE.get(tls.verify_code, _UNKNOWN_CA),
        )
    if isinstance(exc, requests.exceptions.ProxyError):
        return Meaning(
            "proxy",
            f"the proxy does not let us through to {place}: {_reason(exc)}",
            f"{_proxy_remedy(_reason(exc))}, or set use_proxy to false",
        )
    # An end of file is the network's doing, and may pass.
    if tls is not None and not isinstance(tls, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return Meaning(
            "tls",
            f"no TLS connection to {place}: {tls.reason or 'handshake failed'}",
            "Check the scheme and port of gateway_url, and that ca_path is a PEM file",
        )
    if isinstance(exc, OSError) and not isinstance(exc, requests.RequestException) and exc.errno is None:
        # Not of the network, which gives a number: requests says so when it cannot find the CA bundle.
        return Meaning("tls", str(exc), "Check ca_path, and REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE of the environment")
    if isinstance(exc, requests.exceptions.Timeout) or _first(exc, socket.timeout):
        return Meaning(
            "timeout",
            f"{place} did not answer within {timeout:g} s",
            "Check the way to the gateway (firewall, proxy), or raise timeout",
        )
    if _first(exc, socket.gaierror):
        return Meaning(
            "network",
            f"the name {place} cannot be resolved",
            "Check platform or gateway_url, and the name servers of the machine that makes the call",
        )
    if _first(exc, ConnectionRefusedError):
        return Meaning(
            "network",
            f"{place} refuses the connection",
            "Check the host and port of gateway_url, or whether a proxy is needed",
        )
    return Meaning(
        "network",
        f"the connection to {place} failed: {_reason(exc)}",
        "Check the way to the gateway (firewall, proxy), and try again",
    )


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


def _proxy_remedy(reason: str) -> str:
    """Return what to do about what a proxy said of a tunnel (RFC 9110 9.3.6)."""
    if " 407" in reason:
        return "Check the user name and password in proxy (or HTTPS_PROXY of the environment)"
    if reason.startswith("Tunnel connection failed"):
        return "Have the proxy's administrator check whether it may and can connect there"
    return "Check proxy (or HTTPS_PROXY of the environment)"


def _reason(exc: BaseException) -> str:
    """Return the words of the innermost cause that the operating system or the HTTP library gave."""
    deepest = [cause for cause in _causes(exc) if isinstance(cause, OSError) and cause.strerror]
    tunnel = next((str(cause) for cause in _causes(exc) if str(cause).startswith("Tunnel connection failed")), "")
    if tunnel or not deepest:
        return tunnel or "it was closed before the answer was complete"
    return str(deepest[-1].strerror)
