# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The API budget: how many calls may be made, how many at once, and when the next one.

Qualys counts calls per subscription and per API (CertView API guide, "Get Started": concurrency limit, rate limit
count and rate limit period). This class waits before it would be refused, and learns the real limits from the answers.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import functools
import random
import threading
import typing as t
from contextlib import contextmanager

from ._ahead import Wish
from ._budget import Budget, instant
from ._clock import Clock, pause_after_refusal
from ._errors import CertViewError
from ._headers import Limits, told_limits, told_wait
from ._ledger import Ledger, OwnLedger
from ._patience import LONGEST_STEP_SECONDS, Notices, Patience

# The first in the line looks this often for a free place, each who stands behind it half as often as the one before.
_SHORTEST_LOOK_SECONDS = 0.002
_LONGEST_LOOK_SECONDS = 0.25

# When the line has not moved for so long, the calls that run are long ones, and to look less often delays little.
_LONG_CALL_SECONDS = 1.0
_LOOK_AT_LONG_CALLS_SECONDS = 0.05

# Who stands behind the first looks at the budget, which costs more than a look at the line, no more often than that.
_BUDGET_LOOK_SECONDS = 1.0


class Admission:
    """One call that may be made now."""

    def __init__(self, started: float) -> None:
        self.started = started
        self.limits = Limits()
        self.was_made = True
        self.was_refused = False

    def answered(self, headers: t.Mapping[str, str]) -> None:
        """Take over the limits that the answer's headers tell; any may be absent."""
        self.limits = told_limits(headers)

    def not_made(self) -> None:
        """Let the call count for nothing: it did not go out."""
        self.was_made = False

    def refused(self) -> None:
        """Let the call use up nothing of the window: the server did not serve it.

        Source: none tells whether Qualys counts it; where it does, the answer's headers tell what is left.
        """
        self.was_refused = True


class _Obstacle(t.NamedTuple):
    """Why a call cannot be made now.

    :ivar seconds: After which it can be, or the first of those who wait; V(0.0) when nobody knows.
    :ivar ahead: How many are served before.
    """

    reason: str
    seconds: float = 0.0
    ahead: int = 0


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
        :param tell: Is given one sentence a minute, for all calls, for waits that a person would notice.
        """
        self._clock = clock
        self._max_wait = max_wait
        self._max_concurrency = max_concurrency
        self._reserve = rate_reserve
        self._ledger = ledger or OwnLedger()
        self._chance = chance or random.Random()
        self._notices = Notices(clock, tell)
        self._lock = threading.Lock()
        self.calls = 0
        self.refusals = 0
        self.waited_seconds = 0.0

    def budget(self, api: str) -> Budget:
        """Return a copy of what is known of *api* so far."""
        with self._ledger.opened(api) as budget:
            return budget.copy()

    def at_once(self, api: str) -> int:
        """Return how many calls of *api* may run at once, as far as it is known."""
        return self._places(self._ledger.known(api))

    def _places(self, budget: Budget) -> int:
        return min(self._max_concurrency, budget.concurrency or self._max_concurrency)

    def patience(self, wish: t.Optional[Wish] = None) -> Patience:
        """Return how long one call may wait in all, over all its tries.

        :param wish: Whether its answer is still wanted while it waits.
        """
        return Patience(self._clock, self._max_wait, self._notices, wish=wish)

    @contextmanager
    def admitted(self, api: str, patience: t.Optional[Patience] = None) -> t.Iterator[Admission]:
        """Hold a place for one call of *api*; give what takes the headers of its answer.

        :param patience: Of a call that may have waited before; that of a new one when not given.
        :raises Abandoned: when nobody wants the answer any more.
        :raises CertViewError: of kind V(budget) when the call would have to wait longer than it may.
        """
        patience = patience or self.patience()
        admission, free = self._wait(api, patience)
        with patience.wish.going_out():
            try:
                yield admission
            finally:
                try:
                    self._note_end(api, admission)
                finally:
                    free()

    def _note_end(self, api: str, admission: Admission) -> None:
        now = instant(self._clock)
        with self._ledger.opened(api) as budget:
            if admission.was_made and not admission.was_refused:
                budget.ended(admission.started, now)
            else:
                budget.forget(admission.started)
            if admission.was_made:
                budget.learn(admission.limits, admission.started, now)
        if not admission.was_made:
            with self._lock:
                self.calls -= 1

    def _wait(self, api: str, patience: Patience) -> tuple[Admission, t.Callable[[], None]]:
        # Kept until the call may be made, also while the window is closed: or whoever wakes first when it opens would
        # be served, and the same one might be late for hours.
        standing = self._ledger.standing(api, self._reserve)
        patience.begin()
        next_budget_look = moved_at = patience.waited
        stood_behind = -1
        try:
            while True:
                ahead = standing.ahead()
                if ahead != stood_behind:
                    stood_behind, moved_at = ahead, patience.waited
                if ahead == 0:
                    tried = self._try(api)
                elif patience.waited >= next_budget_look:
                    next_budget_look = patience.waited + _BUDGET_LOOK_SECONDS
                    tried = self._behind(api, ahead)
                else:
                    tried = _Obstacle(_others(ahead), ahead=ahead)
                if not isinstance(tried, _Obstacle):
                    return tried
                standing.join()
                pause = tried.seconds or self._until_next_look(ahead, patience.waited - moved_at)
                if not patience.allows(pause):
                    # Why those ahead wait, too, may be known since the last look only.
                    raise self._spent(api, self._behind(api, ahead) if ahead else tried, patience)
                # In steps, to show that the caller was not stopped (Ctrl-Z), which would let the others pass, and to go
                # on early when another process learns that it may.
                step = min(pause, LONGEST_STEP_SECONDS)
                notice = functools.partial(self._notice, api, tried, patience)
                passed = patience.wait(step, notice, expected=pause)
                with self._lock:
                    self.waited_seconds += passed
        finally:
            standing.leave()

    def _behind(self, api: str, ahead: int) -> _Obstacle:
        with self._ledger.opened(api) as budget:
            closed = self._closed(budget, instant(self._clock))
        if closed is None:
            return _Obstacle(_others(ahead), ahead=ahead)
        return _Obstacle(f"{closed.reason}, and {_others(ahead)}", closed.seconds, ahead)

    def _try(self, api: str) -> t.Union[tuple[Admission, t.Callable[[], None]], _Obstacle]:
        # Looked for first, because it is looked for often, and to open the budget costs more.
        places = self.at_once(api)
        free = self._ledger.take_place(api, places)
        if free is None:
            return _Obstacle(f"{places} calls are running, no more are allowed at once")
        obstacle: t.Optional[_Obstacle] = None
        try:
            with self._ledger.opened(api) as budget:
                now = instant(self._clock)
                obstacle = self._obstacle(budget, now, places)
                if obstacle is None:
                    budget.counted.append(now)
        except BaseException:
            free()
            raise
        if obstacle is not None:
            free()
            return obstacle
        with self._lock:
            self.calls += 1
        return Admission(now), free

    def _obstacle(self, budget: Budget, now: float, places: int) -> t.Optional[_Obstacle]:
        closed = self._closed(budget, now)
        if closed is None and self._places(budget) < places:
            return _Obstacle("another process has learned that fewer calls may run at once")
        return closed

    def _closed(self, budget: Budget, now: float) -> t.Optional[_Obstacle]:
        """Return why nobody with our reserve may call now, whoever it is."""
        budget.look_at(now)
        if budget.blocked_until > now:
            return _Obstacle(budget.blocked_because, budget.blocked_until - now)
        counted, told = budget.wait_for_rate(now, self._reserve), budget.wait_for_others(now, self._reserve)
        limit = f"{budget.limit} calls in {budget.window_seconds} s"
        if told > counted:
            left = max(0, budget.left_now or 0)
            reserve = f", and {self._reserve} are to be left to others" if self._reserve else ""
            return _Obstacle(f"the server has {left} of {limit} left{reserve}; the time is an estimate", told)
        if counted > 0.0:
            return _Obstacle(f"{limit} are used up", counted)
        return None

    def _until_next_look(self, ahead: int, unmoved: float) -> float:
        first = _SHORTEST_LOOK_SECONDS if unmoved < _LONG_CALL_SECONDS else _LOOK_AT_LONG_CALLS_SECONDS
        return min(_LONGEST_LOOK_SECONDS, first * 2.0 ** min(ahead, 16)) * self._chance.uniform(0.5, 1.5)

    def refused(self, api: str, headers: t.Mapping[str, str], attempt: int) -> None:
        """Note that the server refused a call of *api*, and let nothing pass until it will take calls again.

        Say so before the call gives its place back, or another will be refused meanwhile.

        :param attempt: How often this call was refused before; decides the backoff when the server does not say.
        """
        told, remaining = told_wait(headers, self._clock.now()), told_limits(headers).remaining
        delay = pause_after_refusal(told, attempt, self._chance)
        asked = "did not say how long to wait" if told is None else f"asked to wait {told:.0f} s"
        with self._lock:
            self.refusals += 1
        with self._ledger.opened(api) as budget:
            budget.block(instant(self._clock), delay, f"the server refused a call and {asked}")
            if told is not None:
                budget.opens_when_told(remaining)

    def _notice(self, api: str, obstacle: _Obstacle, patience: Patience) -> str:
        if obstacle.seconds > 0.0 and obstacle.ahead == 0:
            return (
                f"Waiting {obstacle.seconds:.0f} s for the API budget of {api}: {obstacle.reason}."
                f" Next call at {patience.at(obstacle.seconds)}."
            )
        first = f" The first may call at {patience.at(obstacle.seconds)}." if obstacle.seconds > 0.0 else ""
        return f"Waiting for the API budget of {api}, {patience.waited:.0f} s so far: {obstacle.reason}.{first}"

    def _spent(self, api: str, obstacle: _Obstacle, patience: Patience) -> CertViewError:
        when = ""
        if obstacle.seconds > 0.0:
            when = f"the next call is possible at {patience.at(obstacle.seconds)}, in {obstacle.seconds:.0f} s, and "
        return CertViewError(
            f"the API budget is spent: {obstacle.reason}; {when}max_wait allows {self._max_wait:g} s for one call",
            kind="budget",
            hint="Run again after that time, raise max_wait, or ask Qualys Support for a higher service level"
            if when
            else "Run again when the others have finished, or raise max_wait",
            request=f"POST {api}",
        )


def _others(ahead: int) -> str:
    return f"{ahead} others wait before this call"
