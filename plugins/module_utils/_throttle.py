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
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime

from ._clock import Clock, full_jitter
from ._errors import CertViewError
from ._ledger import Budget, Ledger, OwnLedger

# A wait that a person would notice is told.
TOLD_FROM_SECONDS = 10.0

_TOLD_EVERY_SECONDS = 60.0

_POLL_SECONDS = 0.05

# The longest window of any service level is a day; more is a mistake, and no timer takes any number.
_LONGEST_WAIT_SECONDS = 86400


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
    """Admits calls, one budget for each API, for all who share a ledger."""

    def __init__(
        self,
        clock: Clock,
        *,
        max_wait: float,
        max_concurrency: int,
        rate_reserve: int = 0,
        ledger: t.Optional[Ledger] = None,
        chance: t.Optional[random.Random] = None,
        tell: t.Callable[[str], None] = lambda message: None,
    ) -> None:
        """Start with what the ledger knows of the limits.

        :param max_wait: Seconds that one call may wait in all; V(-1) for ever, V(0) never.
        :param max_concurrency: Calls at once, unless the server allows fewer.
        :param rate_reserve: Calls of the limit that are left to others of the subscription.
        :param ledger: Where the budgets are kept; in this object alone when not given.
        :param tell: Is given one sentence a minute for a wait that a person would notice.
        """
        self._clock = clock
        self._max_wait = max_wait
        self._max_concurrency = max_concurrency
        self._reserve = rate_reserve
        self._ledger = ledger or OwnLedger()
        self._chance = chance or random.Random()
        self._tell = tell
        self._lock = threading.Lock()
        self.calls = 0
        self.refusals = 0
        self.waited_seconds = 0.0

    def budget(self, api: str) -> Budget:
        """Return a copy of what is known of *api* so far."""
        with self._ledger.opened(api) as budget:
            return replace(budget)

    @contextmanager
    def admitted(self, api: str, waited_before: float = 0.0) -> t.Iterator[float]:
        """Hold a place for one call of *api*; give the seconds that the call has waited in all.

        :param waited_before: Seconds that the same call has waited already, before it was refused.
        :raises CertViewError: of kind V(budget) when the call would have to wait longer than *max_wait*.
        """
        free, started, waited = self._wait(api, waited_before)
        try:
            yield waited
        finally:
            free()
            with self._ledger.opened(api) as budget:
                budget.ended(started, self._now())

    def _wait(self, api: str, waited: float) -> tuple[t.Callable[[], None], float, float]:
        tell_from = TOLD_FROM_SECONDS
        while True:
            with self._ledger.opened(api) as budget:
                delay, reason = self._delay(budget)
                places = min(self._max_concurrency, budget.concurrency or self._max_concurrency)
                free = None if delay > 0.0 else self._ledger.take_place(api, places)
                if free is not None:
                    started = self._now()
                    budget.counted.append(started)
                    with self._lock:
                        self.calls += 1
                    return free, started, waited
            if delay <= 0.0:
                delay, reason = _POLL_SECONDS, f"{places} calls are running, no more are allowed at once"
            if 0 <= self._max_wait < waited + delay:
                raise self._spent(api, delay, reason)
            if waited + delay >= tell_from:
                tell_from = waited + _TOLD_EVERY_SECONDS
                self._tell(
                    f"Waiting {delay:.0f} s for the API budget of {api}: {reason}. Next call at {self._at(delay)}."
                )
            # In steps, to say so again, and to go on early when another process learns that it may.
            step = min(delay, _TOLD_EVERY_SECONDS)
            self._clock.sleep(step)
            with self._lock:
                self.waited_seconds += step
            waited += step

    def _now(self) -> float:
        # Not the monotonic clock: other processes, and later ones, must understand it.
        return self._clock.now().timestamp()

    def _delay(self, budget: Budget) -> tuple[float, str]:
        now = self._now()
        if budget.blocked_until > now:
            return budget.blocked_until - now, budget.blocked_because
        delay = budget.wait_for_rate(now, self._reserve)
        return delay, f"{budget.limit} calls in {budget.window_seconds} s are used up" if delay > 0.0 else ""

    def learn(self, api: str, headers: t.Mapping[str, str]) -> None:
        """Take over the limits that an answer's headers tell; any may be absent.

        Source: Qualys API limits guide, "HTTP response headers"; its text spells the concurrency headers in two ways.
        """
        with self._ledger.opened(api) as budget:
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
        with self._ledger.opened(api) as budget:
            # Several calls may be refused at once; the longest wait that the server told is the true one.
            until = self._now() + delay
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
