# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The API budget: how many calls may be made, how many at once, and when the next one.

Qualys counts calls per subscription and per API (CertView API guide, "Get Started": concurrency limit, rate limit
count and rate limit period). This class waits before it would be refused, and learns the real limits from the answers.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import random
import threading
import typing as t
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime

from ._clock import Clock, full_jitter
from ._errors import CertViewError

# A wait that a person would notice is told.
TOLD_FROM_SECONDS = 10.0

_POLL_SECONDS = 0.05

# The longest window of any service level is a day; more is a mistake, and no timer takes any number.
_LONGEST_WAIT_SECONDS = 86400


@dataclass
class Budget:
    """What is known of the limits of one API.

    :ivar limit: Calls that the subscription may make in one window, once the server has told.
    :ivar window_seconds: Length of that rolling window.
    :ivar remaining: Calls that were left of it at the last answer.
    :ivar concurrency: Calls that may run at once, once the server has told.
    """

    limit: t.Optional[int] = None
    window_seconds: t.Optional[int] = None
    remaining: t.Optional[int] = None
    concurrency: t.Optional[int] = None
    running: int = 0
    blocked_until: float = 0.0
    blocked_because: str = ""
    started: deque[float] = field(default_factory=deque)

    def wait_for_rate(self, now: float) -> float:
        """Return the seconds until the rolling window has room for one more call of ours."""
        if self.limit is None or self.window_seconds is None:
            return 0.0
        while self.started and self.started[0] <= now - self.window_seconds:
            self.started.popleft()
        if len(self.started) < self.limit:
            return 0.0
        return self.started[len(self.started) - self.limit] + self.window_seconds - now


def _number(headers: t.Mapping[str, str], *names: str) -> t.Optional[int]:
    """Return the first of *names* whose header holds a whole number that is not negative."""
    told = {name.lower(): value.strip() for name, value in headers.items()}
    for name in names:
        value = told.get(name.lower(), "")
        if value.isascii() and value.isdigit():
            return int(value[:12])
    return None


def told_wait(headers: t.Mapping[str, str], clock: Clock) -> t.Optional[float]:
    """Return the seconds that a refusal asks to wait, or None when it does not say.

    Sources: Qualys API limits guide (X-RateLimit-ToWait-Sec); RFC 9110 10.2.3 (Retry-After: seconds or a date).
    """
    seconds = _number(headers, "X-RateLimit-ToWait-Sec", "Retry-After")
    if seconds is not None:
        return float(min(seconds, _LONGEST_WAIT_SECONDS))
    for name, value in headers.items():
        if name.lower() == "retry-after":
            try:
                seconds_left = (parsedate_to_datetime(value) - clock.now()).total_seconds()
                return min(max(0.0, seconds_left), float(_LONGEST_WAIT_SECONDS))
            except (TypeError, ValueError, OverflowError):
                return None
    return None


class Throttle:
    """Admits calls, one budget for each API, for all threads of this process."""

    def __init__(
        self,
        clock: Clock,
        *,
        max_wait: float,
        max_concurrency: int,
        chance: t.Optional[random.Random] = None,
        tell: t.Callable[[str], None] = lambda message: None,
    ) -> None:
        """Start with nothing known of the limits.

        :param max_wait: Seconds that one call may wait in all; V(-1) for ever, V(0) never.
        :param max_concurrency: Calls at once, unless the server allows fewer.
        :param tell: Is given one sentence for each wait that a person would notice.
        """
        self._clock = clock
        self._max_wait = max_wait
        self._max_concurrency = max_concurrency
        self._chance = chance or random.Random()
        self._tell = tell
        self._lock = threading.Lock()
        self._budgets: dict[str, Budget] = {}
        self.calls = 0
        self.refusals = 0
        self.waited_seconds = 0.0

    def budget(self, api: str) -> Budget:
        """Return what is known of *api* so far."""
        return self._budgets.setdefault(api, Budget())

    @contextmanager
    def admitted(self, api: str, waited_before: float = 0.0) -> t.Iterator[float]:
        """Hold a place for one call of *api*; give the seconds that the call has waited in all.

        :param waited_before: Seconds that the same call has waited already, before it was refused.
        :raises CertViewError: of kind V(budget) when the call would have to wait longer than *max_wait*.
        """
        waited = self._wait(api, waited_before)
        try:
            yield waited
        finally:
            with self._lock:
                self.budget(api).running -= 1

    def _wait(self, api: str, waited: float) -> float:
        told = False
        while True:
            with self._lock:
                delay, reason = self._delay(api)
                if delay <= 0.0:
                    budget = self.budget(api)
                    budget.running += 1
                    budget.started.append(self._clock.monotonic())
                    self.calls += 1
                    return waited
            if 0 <= self._max_wait < waited + delay:
                raise self._spent(api, delay, reason)
            if waited + delay >= TOLD_FROM_SECONDS and not told:
                told = True
                self._tell(
                    f"Waiting {delay:.0f} s for the API budget of {api}: {reason}. Next call at {self._at(delay)}."
                )
            self._clock.sleep(delay)
            with self._lock:
                self.waited_seconds += delay
            waited += delay

    def _delay(self, api: str) -> tuple[float, str]:
        now = self._clock.monotonic()
        budget = self.budget(api)
        if budget.blocked_until > now:
            return budget.blocked_until - now, budget.blocked_because
        delay = budget.wait_for_rate(now)
        if delay > 0.0:
            return delay, f"{budget.limit} calls in {budget.window_seconds} s are used up"
        if budget.running >= min(self._max_concurrency, budget.concurrency or self._max_concurrency):
            return _POLL_SECONDS, f"{budget.running} calls are running, no more are allowed at once"
        return 0.0, ""

    def learn(self, api: str, headers: t.Mapping[str, str]) -> None:
        """Take over the limits that an answer's headers tell; any may be absent.

        Source: Qualys API limits guide, "HTTP response headers"; its text spells the concurrency headers in two ways.
        """
        with self._lock:
            budget = self.budget(api)
            limit = _number(headers, "X-RateLimit-Limit")
            window = _number(headers, "X-RateLimit-Window-Sec")
            concurrency = _number(headers, "X-Concurrency-Limit-Limit", "X-ConcurrencyLimit-Limit")
            budget.limit = limit or budget.limit
            budget.window_seconds = min(window, _LONGEST_WAIT_SECONDS) if window else budget.window_seconds
            budget.concurrency = concurrency or budget.concurrency
            remaining = _number(headers, "X-RateLimit-Remaining")
            budget.remaining = budget.remaining if remaining is None else remaining

    def refused(self, api: str, headers: t.Mapping[str, str], attempt: int) -> None:
        """Note that the server refused a call of *api*, and let nothing pass until it will take calls again.

        :param attempt: How often this call was refused before; decides the backoff when the server does not say.
        """
        told = told_wait(headers, self._clock)
        if told is None:
            delay = full_jitter(attempt, self._chance)
            because = "the server refused a call and did not say how long to wait"
        else:
            # The server counts in whole seconds; those of us who wait must not all come back at once.
            delay = told + self._chance.uniform(0.0, 1.0)
            because = f"the server refused a call and asked to wait {told:.0f} s"
        with self._lock:
            self.refusals += 1
            budget = self.budget(api)
            # Several calls may be refused at once; the longest wait that the server told is the true one.
            until = self._clock.monotonic() + delay
            if until > budget.blocked_until:
                budget.blocked_until, budget.blocked_because = until, because

    def _at(self, delay: float) -> str:
        return (self._clock.now() + timedelta(seconds=delay)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _spent(self, api: str, delay: float, reason: str) -> CertViewError:
        return CertViewError(
            f"the API budget is spent: {reason}; the next call is possible at {self._at(delay)}, in {delay:.0f} s,"
            f" and max_wait allows {self._max_wait:g} s for one call",
            kind="budget",
            hint="Run again after that time, raise max_wait, or ask Qualys Support for a higher service level",
            request=f"POST {api}",
        )
