# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on demand: by rate from a seeded draw, or by script for the n-th call of a path."""

from __future__ import annotations

import asyncio
import random
import re
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web

from .auth import Logins
from .errors import NOT_AUTHORISED, REGISTRATION_INCOMPLETE, ApiError, error_response, invalid, json_response
from .estate.estate import Estate
from .limits import classic_refusal

_HTML = (
    "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr><center>nginx</center></body></html>"
)


@dataclass(slots=True)
class Scripted:
    """``fault`` for the calls ``call`` to ``call + times - 1`` (from 1) of paths that contain ``match``."""

    fault: str
    match: str
    call: int
    times: int
    parameters: Mapping[str, Any]
    seen: int = 0

    def is_due(self, path: str) -> bool:
        if self.match not in path:
            return False
        self.seen += 1
        return self.call <= self.seen < self.call + self.times


@dataclass(slots=True)
class Call:
    """One call that a fault befalls; ``answer`` makes the true answer, for the faults that spoil one."""

    request: web.Request
    path: str
    parameters: Mapping[str, Any]
    logins: Logins
    estate: Estate
    answer: Callable[[], Awaitable[web.Response]]

    def parameter(self, name: str, default: float) -> float:
        return float(self.parameters.get(name, default))


class Faults:
    def __init__(self, rates: Mapping[str, float], seed: int) -> None:
        self.rates = dict(rates)
        self.injected: dict[str, int] = {}
        self._random = random.Random(seed)
        self._scripts: list[Scripted] = []

    def reset(self) -> None:
        """Ends all scripts; the rates of the switches stay."""
        self._scripts.clear()
        self.injected.clear()

    def script(self, entries: Any) -> None:
        """Adds scripted faults, e.g. ``[{"match": "/certview/v2.2/certificates", "call": 3, "fault": "reset"}]``."""
        if not isinstance(entries, list):
            raise invalid("faults", "must be a list")
        self._scripts += [_scripted(entry) for entry in entries]

    def due(self, path: str) -> tuple[str, Mapping[str, Any]] | None:
        """The fault that befalls this call, with its parameters."""
        due = [script for script in self._scripts if script.is_due(path)]
        if due:
            return self._count(due[0].fault), due[0].parameters
        if path.startswith("/certview/"):
            for name, rate in self.rates.items():
                if self._random.random() < rate:
                    return self._count(name), {}
        return None

    def _count(self, name: str) -> str:
        self.injected[name] = self.injected.get(name, 0) + 1
        return name


def _scripted(entry: Any) -> Scripted:
    if not isinstance(entry, dict) or entry.get("fault") not in FAULTS:
        raise invalid("fault", f"must be one of {', '.join(FAULTS)}")
    return Scripted(
        entry["fault"], str(entry.get("match", "")), int(entry.get("call", 1)), int(entry.get("times", 1)), entry
    )


async def inject(name: str, call: Call) -> web.StreamResponse:
    """Answers the call as the fault does. Raises ApiError for the faults that are refusals."""
    return await FAULTS[name](call)


def _refusing(status: int, message: str, code: int | None = None, retry_after: bool = False) -> Any:
    async def fault(call: Call) -> web.StreamResponse:
        response = error_response(ApiError(status, message, code))
        if retry_after:
            response.headers["Retry-After"] = str(int(call.parameter("retry_after", 1)))
        return response

    return fault


def _html(status: int, title: str) -> Any:
    async def fault(call: Call) -> web.StreamResponse:
        return web.Response(status=status, text=_HTML.format(title), content_type="text/html")

    return fault


async def _unauthorized(call: Call) -> web.StreamResponse:
    call.logins.invalidate(call.request)
    raise ApiError(401, "JWT token is expired")


async def _not_found(call: Call) -> web.StreamResponse:
    raise ApiError(404, f"No static resource {call.path.lstrip('/')}.")


async def _registration(call: Call) -> web.StreamResponse:
    return classic_refusal(
        REGISTRATION_INCOMPLETE, "Registration must be completed before API requests will be served."
    )


async def _limited(call: Call) -> web.StreamResponse:
    response = error_response(ApiError(429, "API rate limit exceeded."))
    wait = str(int(call.parameter("to_wait", 1)))
    response.headers.update(
        {
            "X-RateLimit-Limit": "300",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Window-Sec": "3600",
            "X-RateLimit-ToWait-Sec": wait,
        }
    )
    return response


async def _limited_classic(call: Call) -> web.StreamResponse:
    code = int(call.parameter("code", 1965))
    response = classic_refusal(code, "This API cannot be run again until others have finished.")
    if "to_wait" in call.parameters:
        response.headers["X-RateLimit-ToWait-Sec"] = str(call.parameters["to_wait"])
    return response


async def _reset(call: Call) -> web.StreamResponse:
    _abort(call.request)
    return web.Response()


def _abort(request: web.Request) -> None:
    """Ends the connection by RST: lingering zero seconds makes the kernel drop what is unsent."""
    transport = request.transport
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def _stall(call: Call) -> web.StreamResponse:
    await asyncio.sleep(call.parameter("seconds", 5))
    return await call.answer()


async def _partly(call: Call, pause: float) -> web.StreamResponse:
    answer = await call.answer()
    body = answer.body if isinstance(answer.body, bytes) else b""
    response = web.StreamResponse(status=answer.status, headers={"Content-Type": "application/json"})
    response.content_length = len(body)
    await response.prepare(call.request)
    await response.write(body[: len(body) // 2])
    await asyncio.sleep(pause)
    if call.request.transport is not None:
        call.request.transport.close()
    return response


async def _truncated(call: Call) -> web.StreamResponse:
    return await _partly(call, 0)


async def _stalled_body(call: Call) -> web.StreamResponse:
    return await _partly(call, call.parameter("seconds", 5))


async def _cut_json(call: Call) -> web.StreamResponse:
    answer = await call.answer()
    body = answer.body if isinstance(answer.body, bytes) else b""
    return web.Response(body=body[: len(body) // 2], content_type="application/json")


async def _wrong_content_type(call: Call) -> web.StreamResponse:
    answer = await call.answer()
    return web.Response(body=answer.body, content_type="text/plain")


async def _bloated(call: Call) -> web.StreamResponse:
    answer = await call.answer()
    rows = orjson.loads(answer.body) if isinstance(answer.body, bytes) else []
    for row in rows:
        row["ballast"] = "x" * int(call.parameter("megabytes", 30) * 2**20 / len(rows))
    return json_response(rows)


async def _object(call: Call) -> web.StreamResponse:
    return web.json_response({"errorCode": 500, "message": "Something went wrong", "status": "INTERNAL_SERVER_ERROR"})


async def _empty(call: Call) -> web.StreamResponse:
    return web.Response(status=204)


def _shifting(change: Callable[[Estate, int], Sequence[Any]]) -> Any:
    async def fault(call: Call) -> web.StreamResponse:
        change(call.estate, int(call.parameter("rows", 1)))
        return await call.answer()

    return fault


Fault = Callable[[Call], Awaitable[web.StreamResponse]]

FAULTS: dict[str, Fault] = {
    "unauthorized": _unauthorized,
    "forbidden": _refusing(403, "User license is not authorized to run this API", NOT_AUTHORISED),
    "not-found": _not_found,
    "registration": _registration,
    "limited": _limited,
    "limited-classic": _limited_classic,
    "limited-silent": _refusing(429, "Too Many Requests"),
    "server-error": _refusing(500, "Internal Server Error"),
    "jwt-parsing": _refusing(500, "JWT parsing failed"),
    "bad-gateway": _html(502, "502 Bad Gateway"),
    "unavailable": _refusing(503, "Service Unavailable"),
    "limited-retry-after": _refusing(429, "API rate limit exceeded.", retry_after=True),
    "unavailable-retry-after": _refusing(503, "Service Unavailable", retry_after=True),
    "wrong-host": _html(404, "404 Not Found"),
    "reset": _reset,
    "stall": _stall,
    "stalled-body": _stalled_body,
    "truncated": _truncated,
    "cut-json": _cut_json,
    "wrong-content-type": _wrong_content_type,
    "bloated": _bloated,
    "html": _html(200, "Scheduled maintenance"),
    "object": _object,
    "empty": _empty,
    "rows-inserted": _shifting(lambda estate, rows: estate.add(rows, first=True)),
    "rows-removed": _shifting(Estate.remove_first),
    "rows-moved": _shifting(Estate.move_last_to_front),
}


def read_rates(texts: Sequence[str], known: Sequence[str]) -> dict[str, float]:
    """``NAME=RATE`` switches as a dictionary. Raises ValueError for unknown names and rates outside 0 to 1."""
    rates = {}
    for text in texts:
        match = re.match(r"([a-z0-9-]+)=([0-9.]+)\Z", text)
        if not match or match[1] not in known or not 0 <= float(match[2]) <= 1:
            raise ValueError(f"{text!r} is not NAME=RATE with a rate from 0 to 1 and a name of: {', '.join(known)}")
        rates[match[1]] = float(match[2])
    return rates
