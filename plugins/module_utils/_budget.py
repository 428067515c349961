# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of the limits of one API, by our own calls and by what the server told; and when the next may go out.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import json
import typing as t
from collections import deque
from dataclasses import dataclass, field, replace

from ._clock import Clock
from ._headers import LONGEST_WAIT_SECONDS, Limits
from ._values import mapping, text, whole

# More calls than any service level allows in a window (Premium: 2,000 an hour) need not be remembered.
_MOST_REMEMBERED = 20_000

# Microseconds before or after 1970 of a year that no clock shows; what lies beyond is damage.
_FARTHEST_TIME = 1e17


class Era(t.NamedTuple):
    """What the readings of one boot's C(Clock.monotonic) mean to another boot.

    :ivar boot: As C(Clock.boot).
    :ivar began: What the clock that can be set shows for the reading 0, in seconds since 1970.
    """

    boot: str
    began: float

    @classmethod
    def present(cls, clock: Clock) -> Era:
        return cls(clock.boot(), clock.now().timestamp() - clock.monotonic())


def instant(clock: Clock) -> float:
    """Return the present as budgets note it: a reading of the clock that nobody sets, in whole microseconds."""
    return round(clock.monotonic(), 6)


@dataclass
class Budget:
    """What is known of the limits of one API.

    All times are those of C(instant): in seconds, and no clock that is set changes them.

    :ivar limit: Calls that the subscription may make in one window, once the server has told.
    :ivar window_seconds: Length of that rolling window.
    :ivar remaining: Calls that were left of it at the last answer.
    :ivar left: Calls that the server had left for the subscription at *left_at*, and those of ours that have left the
        window since; None when nothing is known.
    :ivar left_at: May lie ahead: the server has told then when it takes the next call.
    :ivar concurrency: Calls that may run at once, once the server has told.
    :ivar blocked_since: When it was told that the server takes no call.
    :ivar blocked_until: Until when.
    :ivar counted: When the calls of the last window ended, or began if they still run.
    """

    limit: t.Optional[int] = None
    window_seconds: t.Optional[int] = None
    remaining: t.Optional[int] = None
    left: t.Optional[int] = None
    left_at: float = 0.0
    concurrency: t.Optional[int] = None
    blocked_since: float = 0.0
    blocked_until: float = 0.0
    blocked_because: str = ""
    counted: deque[float] = field(default_factory=lambda: deque(maxlen=_MOST_REMEMBERED))

    def copy(self) -> Budget:
        """Return one that does not change with this one."""
        return replace(self, counted=self.counted.copy())

    def to_bytes(self, era: Era) -> bytes:
        """Return it as JSON, for another process."""
        # Whole microseconds are written and read several times as fast as fractions.
        counted = [round(moment * 1e6) for moment in self.counted]
        told = {**vars(self), "counted": counted, "boot": era.boot, "began": era.began}
        return json.dumps(told, separators=(",", ":")).encode()

    def take_over(self, content: bytes, era: Era) -> bool:
        """Become what another process wrote; tell whether it could be read."""
        try:
            told = mapping(json.loads(content))
        except (ValueError, RecursionError):
            return False
        if not isinstance(told.get("counted"), list):
            return False
        # Of another boot, or of a machine that does not tell its boots apart, only the clock that can be set is left.
        is_of_this_boot = bool(era.boot) and told.get("boot") == era.boot
        ahead = 0.0 if is_of_this_boot else _number(told.get("began")) - era.began
        self.limit = _count(told.get("limit"))
        self.window_seconds = _count(told.get("window_seconds"), LONGEST_WAIT_SECONDS)
        self.remaining = whole(told.get("remaining"))
        self.left = whole(told.get("left"))
        self.left_at = _number(told.get("left_at")) + ahead
        self.concurrency = _count(told.get("concurrency"))
        self.blocked_because = text(told.get("blocked_because")) or ""
        blocked = ahead if self.blocked_because else 0.0
        self.blocked_since = _number(told.get("blocked_since")) + blocked
        self.blocked_until = _number(told.get("blocked_until")) + blocked
        self.counted.clear()
        self.counted.extend(sorted(_number(moment) / 1e6 + ahead for moment in told["counted"]))
        return True

    def look_at(self, now: float) -> None:
        """Forget what has left the window, and take times that lie ahead for now: another boot's clock was set back."""
        if self.blocked_since > now:
            self.blocked_since, self.blocked_until = now, self.blocked_until - self.blocked_since + now
        if self.blocked_until > now + LONGEST_WAIT_SECONDS:
            self.blocked_until = 0.0
        self.left_at = min(self.left_at, max(now, self.blocked_until))
        if self.counted and max(self.counted) > now:
            moments = sorted(min(moment, now) for moment in self.counted)
            self.counted.clear()
            self.counted.extend(moments)
        if self.window_seconds is not None:
            while self.counted and self.counted[0] <= now - self.window_seconds:
                moment = self.counted.popleft()
                if self.left is not None and moment <= self.left_at < moment + self.window_seconds:
                    self.left += 1

    def learn(self, told: Limits, started: float, now: float) -> None:
        """Take over what an answer told of the limits.

        :param started: When the call began that it is the answer to.
        """
        self.limit = told.limit or self.limit
        self.window_seconds = told.window_seconds or self.window_seconds
        self.concurrency = told.concurrency or self.concurrency
        if told.remaining is None:
            return
        self.remaining = told.remaining
        if told.remaining == 0 and told.wait_seconds:
            self.block(now, told.wait_seconds, "the server says that the limit is reached")
            self.opens_when_told(told.remaining)
        if self.left_at <= now:
            # Of two that were under way at the same time, the one with less left was counted later.
            overlaps = self.left is not None and started < self.left_at
            self.left = min(told.remaining, self.left or 0) if overlaps else told.remaining
            self.left_at = now

    def block(self, now: float, seconds: float, because: str) -> None:
        """Let no call pass for so long; of several waits that were told, the longest is the true one."""
        until = now + min(seconds, LONGEST_WAIT_SECONDS)
        if until > self.blocked_until:
            self.blocked_since, self.blocked_until, self.blocked_because = now, until, because

    def opens_when_told(self, remaining: t.Optional[int]) -> None:
        """Note that the server itself has told the wait that it is blocked for, and how many calls were left."""
        self.left = None if remaining is None else max(1, remaining)
        self.left_at = self.blocked_until

    def ended(self, started: float, now: float) -> None:
        """Note that a call has ended that began at *started*.

        The server counted it at some time between; only from the end on is it certain when it will be forgotten.
        """
        if self.forget(started):
            self.counted.append(now)

    def forget(self, started: float) -> bool:
        """Note that the call that should have begun at *started* was not made; tell whether it was known."""
        if started not in self.counted:
            return False
        self.counted.remove(started)
        return True

    def wait_for_rate(self, now: float, reserve: int) -> float:
        """Return the seconds until the rolling window has room for one more call of ours.

        :param reserve: Calls of the limit that are not for us; one is for us in any case.
        """
        if self.limit is None or self.window_seconds is None:
            return 0.0
        ours = max(1, self.limit - reserve)
        if len(self.counted) < ours:
            return 0.0
        return self.counted[len(self.counted) - ours] + self.window_seconds - now

    @property
    def left_now(self) -> t.Optional[int]:
        """How many calls the server has left by now, as far as it is known: each call since has used up one."""
        if self.left is None:
            return None
        return self.left - sum(1 for moment in self.counted if moment > self.left_at)

    def wait_for_others(self, now: float, reserve: int) -> float:
        """Return the seconds until the server should have a call left for us, after what others have called, too.

        When our own calls leave the window is known. Those of others are taken to leave it evenly: an estimate, after
        which one call goes out, whose answer tells anew.

        :param reserve: As for C(wait_for_rate).
        """
        left = self.left_now
        if self.limit is None or self.window_seconds is None or self.left is None or left is None:
            return 0.0
        short = min(reserve, self.limit - 1) + 1 - left
        if short <= 0:
            return 0.0
        ours = sum(1 for moment in self.counted if moment <= self.left_at)
        others = max(0, self.limit - self.left - ours)
        # What was told a window ago means nothing any more.
        opens = self.left_at + self.window_seconds
        for gone, moment in zip(range(short + 1), (self.left_at, *self.counted)):
            needed = short - gone
            if needed <= others:
                share = needed / others if needed else 0.0
                ours_gone = moment + self.window_seconds if gone else moment
                opens = min(opens, max(ours_gone, self.left_at + self.window_seconds * share))
        return max(0.0, opens - now)


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) and abs(value) < _FARTHEST_TIME else 0.0


def _count(value: object, most: t.Optional[int] = None) -> t.Optional[int]:
    number = whole(value)
    if number is None or number < 1:
        return None
    return number if most is None else min(number, most)
