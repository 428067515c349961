# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what the server answered to what went wrong and what to do about it.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import html
import json
import re
import typing as t
from urllib.parse import quote, quote_plus

from ._errors import CertViewError
from ._values import whole

_MOST_WORDS = 400

# An explanation stands at the front; a page of megabytes is not searched for one.
_SEARCHED_FOR_WORDS = 8000

# Qualys API limits guide: a 409 is a limit, but for this code ("Registration must be completed").
_REGISTRATION_CODE = "2003"

# CertView API guide, "Add External Sites in Bulk"; the others are those of other services behind the same gateway.
_KEYS_OF_REFUSALS = ("errorCode", "subErrors", "_error", "error", "errors")


def _nothing(constant: str) -> None:
    """Stand for NaN and Infinity, which Python reads and JSON does not have (RFC 8259 6)."""


class Answer(t.NamedTuple):
    """What the server answered.

    :ivar request: Method and path that were asked.
    :ivar secrets: Texts that no message may show, should the server have repeated one.
    """

    request: str
    status: int
    headers: t.Mapping[str, str]
    text: str
    secrets: tuple[str, ...] = ()

    @property
    def harmless_text(self) -> str:
        """The text without the secrets. They are cut out before anything is shortened, or a half would stay."""
        return without_secrets(self.text, self.secrets)

    def json(self) -> t.Any:
        """Return the parsed body; None for an empty one.

        :raises CertViewError: of kind V(answer) when it is not JSON, for example because it was cut off.
        """
        if self.status == 204 or not self.text.strip():
            return None
        try:
            return json.loads(self.text, parse_constant=_nothing)
        except (ValueError, RecursionError) as exc:
            what = "is not JSON" if self.text.lstrip()[:1] not in ("{", "[") else "is damaged or cut off"
            words = _quoted(server_words(self.harmless_text))
            raise CertViewError(
                f"the answer (HTTP {self.status}, {len(self.text)} characters) {what}{words}",
                kind="answer",
                http_status=self.status,
                hint="If it stays so, check for a proxy or gateway that answers in the server's place",
                request=self.request,
            ) from exc


def listed(answer: Answer) -> t.Any:
    """Return what a list endpoint answered; None for 204 alone.

    A list ends with C([]). What holds neither rows nor that (202, an empty text, V(null)) tells no end: a gateway gave
    it, or the answer is yet to come.

    :raises CertViewError: of kind V(answer) for those, for a refusal, and for what is not JSON.
    """
    told = answer.json()
    check_success(answer, told)
    if answer.status == 202 or (told is None and answer.status != 204):
        raise CertViewError(
            f"the answer (HTTP {answer.status}) holds nothing where a list should be",
            kind="answer",
            http_status=answer.status,
            hint="If it stays so, check for a proxy or gateway that answers in the server's place",
            request=answer.request,
        )
    return told


def check_success(answer: Answer, told: object) -> None:
    """Look whether an answer of 2xx holds what only a refusal has.

    :param told: What its JSON holds.
    :raises CertViewError: of kind V(answer) if it does, with the server's words.
    """
    if isinstance(told, dict) and any(told.get(key) for key in _KEYS_OF_REFUSALS):
        raise CertViewError(
            f"the answer (HTTP {answer.status}) tells of a failure{_quoted(server_words(answer.harmless_text))}",
            kind="answer",
            http_status=answer.status,
            code=error_code(answer.harmless_text),
            hint="Try again later; see https://status.qualys.com",
            request=answer.request,
        )


def without_secrets(text: str, secrets: t.Iterable[str]) -> str:
    """Return *text* with every secret cut out, also where it is written as in a form, in JSON or in HTML."""
    spellings = {
        spelling
        for secret in secrets
        for spelling in (
            secret,
            quote(secret, safe="", errors="replace"),
            quote_plus(secret, errors="replace"),
            json.dumps(secret)[1:-1],
            html.escape(secret),
        )
    }
    for spelling in sorted(spellings, key=len, reverse=True):
        text = text.replace(spelling, "********")
    return text


def _quoted(words: str) -> str:
    return f": {words}" if words else ""


def printable(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _envelope(text: str) -> dict[str, t.Any]:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if isinstance(body, dict):
        inner = body.get("_error")
        return inner if isinstance(inner, dict) else body
    return {}


def _words_of_envelope(body: t.Mapping[str, t.Any]) -> str:
    parts = [str(body[key]) for key in ("message", "error", "error_description") if isinstance(body.get(key), str)]
    sub_errors = body.get("subErrors")
    for sub in sub_errors if isinstance(sub_errors, list) else []:
        if isinstance(sub, dict) and sub.get("message"):
            line = whole(sub.get("lineNo"))
            subject = sub.get("field") or (f"line {line}" if line is not None else "")
            parts.append(f"{subject}: {sub['message']}" if subject else str(sub["message"]))
    return "; ".join(part for part in parts if part)


def server_words(text: str) -> str:
    """Return the server's own explanation in one line: from its JSON envelope, an HTML page, XML or plain text.

    Source: CertView API guide, "Add Bulk External Sites" (the envelope, whose C(message) may be null).
    """
    words = _words_of_envelope(_envelope(text))
    if not words and text.lstrip()[:1] not in ("{", "["):
        front = text[:_SEARCHED_FOR_WORDS]
        title = re.search(r"<title[^>]*>(.*?)</title>", front, re.IGNORECASE | re.DOTALL)
        words = title.group(1) if title else re.sub(r"<[^>]*>", " ", front)
    words = printable(words)
    return words if len(words) <= _MOST_WORDS else f"{words[:_MOST_WORDS]}…"


def error_code(text: str) -> t.Optional[str]:
    """Return Qualys' own error code, when the answer has one (often it only repeats the status)."""
    match = re.search(r"<CODE>\s*(\d+)\s*</CODE>", text)
    if match:
        return match.group(1)
    body = _envelope(text)
    for key in ("errorCode", "code", "responseCode"):
        if isinstance(body.get(key), (int, str)) and not isinstance(body.get(key), bool):
            return printable(str(body[key]))[:40] or None
    return None


def is_limit(answer: Answer) -> bool:
    """Tell whether the server refused the call because of a limit.

    Sources: Qualys API limits guide (409 on the API server); Qualys gateway (429). A 409 of code 2003 is none.
    """
    if answer.status == 429:
        return True
    if answer.status != 409:
        return False
    return error_code(answer.text) != _REGISTRATION_CODE and "registration must be completed" not in answer.text.lower()


def is_unauthorized(answer: Answer) -> bool:
    """Tell whether the server does not take the token: 401, or the 500 that a token it cannot parse gives."""
    return answer.status == 401 or (answer.status == 500 and "jwt parsing failed" in answer.text.lower())


class _Meaning(t.NamedTuple):
    kind: str
    message: str
    hint: str


_MEANINGS: t.Mapping[int, _Meaning] = {
    400: _Meaning(
        "request",
        "the server does not accept the request",
        "Check the names of fields and operators, and the types of the values, against the version of the API",
    ),
    401: _Meaning(
        "credentials",
        "the server refuses the token",
        "Check that the user still has API access, and log in again",
    ),
    403: _Meaning(
        "permission",
        "the user may not do this",
        "Give the user's role 'API Access' and 'CERTVIEW API Access', and check that the subscription's licence"
        " includes Certificate View",
    ),
    404: _Meaning(
        "not_found",
        "the server does not know this address",
        "Check that platform or gateway_url names your platform's API gateway (gateway.…, not qualysapi.…),"
        " and that it still has this version of the API",
    ),
    409: _Meaning(
        "registration",
        "the registration of the subscription or user is not complete",
        "Log in to the Qualys portal once with this user and complete it",
    ),
    407: _Meaning(
        "proxy",
        "the proxy wants a login",
        "Give its user name and password in proxy, as http://USER:PASSWORD@HOST:PORT, or set use_proxy to false",
    ),
    410: _Meaning(
        "not_found",
        "this version of the API has been removed",
        "Set api_version to auto, or to a version that the gateway still has",
    ),
}

_LOGIN_401 = _Meaning(
    "credentials",
    "the user name or password, or the client id or secret, is not accepted",
    "Check them for this very platform (an account exists on one only). It was tried once and is not"
    " tried again by itself, because repeated failures lock the account",
)


def error_of(answer: Answer, *, login: bool = False) -> CertViewError:
    """Return the error that a refused call means.

    Source: CertView API guide, Appendix A "Error Codes".

    :param login: Whether the call was one of the authentication API.
    """
    if login and answer.status in (400, 401):
        meaning = _LOGIN_401
    elif is_limit(answer):
        meaning = _Meaning("budget", "the server takes no more calls for now", "Run again later")
    elif answer.status >= 500:
        meaning = _Meaning("server", "the server failed", "Try again later; see https://status.qualys.com")
    elif 300 <= answer.status < 400:
        meaning = _Meaning(
            "redirect",
            "the server points to another address, and a token is not carried there",
            "Check that platform or gateway_url names your platform's API gateway",
        )
    else:
        meaning = _MEANINGS.get(answer.status) or _Meaning(
            "request", "the server gave an unexpected answer", "Check platform, gateway_url and proxy"
        )
    return CertViewError(
        f"{meaning.message} (HTTP {answer.status}){_quoted(server_words(answer.harmless_text))}",
        kind=meaning.kind,
        http_status=answer.status,
        code=error_code(answer.harmless_text),
        hint=meaning.hint,
        request=answer.request,
    )
