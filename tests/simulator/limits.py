# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rate and concurrency limits per API over the subscription (CertView API guide, Get Started, "Service Level")."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate

from aiohttp import web

from .errors import ApiError, error_response
from .settings import LimitSettings

# The codes and words of the classic API (API limits guide); the gateway's own are not documented.
_CLASSIC_CODES = {"concurrency": 1960, "rate": 1965}


@dataclass(slots=True)
class _Api:
    calls: deque[float] = field(default_factory=deque)
    running: int = 0
    highest: int = 0
    refused_in_a_row: int = 0
    refusals: dict[str, int] = field(default_factory=lambda: {"rate": 0, "concurrency": 0})
    total: int = 0


class Limiter:
    def __init__(
        self,
        settings: LimitSettings,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self._clock = clock
        self._wall_clock = wall_clock
        self._apis: dict[str, _Api] = {}

    def reset(self) -> None:
        """Forgets every call; calls that run now leave no trace either."""
        self._apis.clear()

    def statistics(self) -> dict[str, dict[str, object]]:
        return {
            "calls": {name: api.total for name, api in self._apis.items()},
            "refusals": {name: dict(api.refusals) for name, api in self._apis.items()},
            "highest_concurrency": {name: api.highest for name, api in self._apis.items()},
        }

    def enter(self, name: str) -> web.Response | None:
        """Counts a call in, or refuses it. After None the caller owes one ``leave``.

        Concurrency is checked before rate (API limits guide, "precedence"); a refused call does not use up the budget.
        """
        api = self._apis.setdefault(name, _Api())
        api.total += 1
        self._forget_old(api)
        api.highest = max(api.highest, api.running + 1)
        if api.running >= self.settings.concurrency:
            return self._refusal(api, "concurrency")
        if len(api.calls) >= self.settings.rate:
            return self._refusal(api, "rate")
        api.refused_in_a_row = 0
        api.running += 1
        api.calls.append(self._clock())
        return None

    def leave(self, name: str) -> None:
        api = self._apis.get(name)
        if api is not None and api.running:
            api.running -= 1

    def _forget_old(self, api: _Api) -> None:
        horizon = self._clock() - self.settings.window
        while api.calls and api.calls[0] <= horizon:
            api.calls.popleft()

    def headers(self, name: str) -> dict[str, str]:
        """The limit headers of an answer that was not refused."""
        return self._headers(self._apis.setdefault(name, _Api()))

    def _headers(self, api: _Api) -> dict[str, str]:
        settings = self.settings
        if settings.headers == "none":
            return {}
        headers = {
            "X-RateLimit-Limit": str(settings.rate),
            "X-RateLimit-Remaining": str(max(settings.rate - len(api.calls), 0)),
            "X-RateLimit-Window-Sec": str(math.ceil(settings.window)),
        }
        if settings.headers != "gateway":
            stem = "X-ConcurrencyLimit" if settings.headers == "alternate" else "X-Concurrency-Limit"
            headers[f"{stem}-Limit"] = str(settings.concurrency)
            headers[f"{stem}-Running"] = str(api.running)
        return headers

    def _refusal(self, api: _Api, kind: str) -> web.Response:
        api.refusals[kind] += 1
        api.refused_in_a_row += 1
        wait = self._seconds_to_wait(api, kind)
        response = self._body(kind, wait)
        response.headers.update(self._headers(api))
        told = {"first": 1, "second": 2}.get(self.settings.to_wait)
        if self.settings.headers != "none" and kind == "rate" and told and api.refused_in_a_row >= told:
            response.headers["X-RateLimit-ToWait-Sec"] = str(wait)
        if self.settings.retry_after == "seconds":
            response.headers["Retry-After"] = str(wait)
        elif self.settings.retry_after == "date":
            response.headers["Retry-After"] = formatdate(self._wall_clock() + wait, usegmt=True)
        return response

    def _seconds_to_wait(self, api: _Api, kind: str) -> int:
        if kind == "concurrency" or not api.calls:
            return 1
        return max(math.ceil(api.calls[0] + self.settings.window - self._clock()), 1)

    def _body(self, kind: str, wait: int) -> web.Response:
        subject = f"{wait} seconds" if kind == "rate" else "currently running instance"
        if self.settings.status == 409:
            return classic_refusal(_CLASSIC_CODES[kind], f"This API cannot be run again for another {subject}.")
        return error_response(
            ApiError(429, f"API {kind} limit exceeded. This API cannot be run again for another {subject}.")
        )


def classic_refusal(code: int, text: str) -> web.Response:
    """409 with the XML of Qualys' classic API."""
    body = f"<SIMPLE_RETURN><RESPONSE><CODE>{code}</CODE><TEXT>{text}</TEXT></RESPONSE></SIMPLE_RETURN>"
    return web.Response(
        status=409, text=f'<?xml version="1.0" encoding="UTF-8" ?>{body}', content_type="application/xml"
    )
