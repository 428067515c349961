# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The wait of one call: how long it may last, what the user is told of it, and that it ends when nobody waits for it.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import functools
import threading
import typing as t
from datetime import timedelta

from ._ahead import Wish
from ._clock import Clock

# A wait that a person would notice is told.
TOLD_FROM_SECONDS = 10.0

TOLD_EVERY_SECONDS = 60.0

# Half of the time after which a line passes over who has not looked; and a wait that was given up ends soon.
LONGEST_STEP_SECONDS = 5.0

_Taken = t.TypeVar("_Taken")


class Notices:
    """What the user is told of waits: once a minute at the most, however many calls wait."""

    def __init__(self, clock: Clock, tell: t.Callable[[str], None]) -> None:
        """Tell nothing yet.

        :param tell: Is given one sentence.
        """
        self._clock = clock
        self._tell = tell
        self._lock = threading.Lock()
        self._told_at: t.Optional[float] = None
        self._untold = 0.0

    def of_wait(self, seconds: float, notice: t.Callable[[], str]) -> None:
        """Tell of a wait that is to go on, if it is time to.

        :param seconds: That it will have lasted in all, as far as it is known.
        :param notice: Returns the sentence.
        """
        if self._is_due(seconds):
            self._tell(notice())

    def _is_due(self, seconds: float) -> bool:
        now = self._clock.monotonic()
        with self._lock:
            if self._told_at is not None and now - self._told_at < TOLD_EVERY_SECONDS:
                return False
            # Many short waits that nobody would notice by themselves make a run slow, too.
            if seconds < TOLD_FROM_SECONDS and self._untold < TOLD_EVERY_SECONDS:
                return False
            self._told_at, self._untold = now, 0.0
            return True

    def has_passed(self, seconds: float) -> None:
        """Note how long somebody has waited now."""
        with self._lock:
            self._untold += seconds


class Patience:
    """How long one call has waited, and may wait.

    :ivar waited: Seconds that it has waited in all, those between the looks of one wait included.
    """

    def __init__(
        self,
        clock: Clock,
        max_wait: float,
        notices: Notices,
        *,
        wish: t.Optional[Wish] = None,
        waited: float = 0.0,
    ) -> None:
        """Wait not yet.

        :param max_wait: Seconds that the call may wait in all; V(-1) for ever.
        :param wish: Whether the answer is still wanted.
        :param waited: Seconds that the same call has waited already.
        """
        self._clock = clock
        self._notices = notices
        self._counted_until = clock.monotonic()
        self.max_wait = max_wait
        self.wish = wish or Wish()
        self.waited = waited

    def allows(self, seconds: float) -> bool:
        """Tell whether the call may wait so much longer."""
        return self.max_wait < 0 or self.waited + seconds <= self.max_wait

    def at(self, seconds: float) -> str:
        """Return the instant so many seconds from now, as the user is told it."""
        return (self._clock.now() + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def begin(self) -> None:
        """Start a wait: what has passed since the last one was none."""
        self._counted_until = self._clock.monotonic()

    def wait(self, seconds: float, notice: t.Callable[[], str], *, expected: float = 0.0) -> float:
        """Let *seconds* pass, and return how many have passed since the last wait, or since it began.

        :param notice: Returns what the user is told, if it is time to.
        :param expected: Seconds that the wait will last in all, of which *seconds* are the first.
        :raises Abandoned: when nobody wants the answer any more.
        """
        self.wish.check()
        self._notices.of_wait(self.waited + max(seconds, expected), notice)
        self._clock.sleep(seconds)
        now = self._clock.monotonic()
        # To look takes time, too, on a busy machine more than the pauses.
        passed = now - self._counted_until
        self._counted_until = now
        self.waited += passed
        self._notices.has_passed(passed)
        return passed

    def until(
        self,
        take: t.Callable[[], t.Optional[_Taken]],
        poll_seconds: float,
        notice: t.Callable[[], str],
        spent: t.Callable[[], Exception],
    ) -> _Taken:
        """Return what *take* gives, looking again and again until it gives something.

        :param notice: As for C(wait).
        :param spent: Returns what is raised when the call may wait no longer.
        :raises Abandoned: when nobody wants the answer any more.
        """
        self.begin()
        while True:
            taken = take()
            if taken is not None:
                return taken
            if not self.allows(poll_seconds):
                raise spent()
            self.wait(poll_seconds, notice)

    def wait_out(self, seconds: float, notice: t.Callable[[float], str]) -> None:
        """Let all of *seconds* pass.

        :param notice: Is given the seconds that are left, and returns what the user is told.
        :raises Abandoned: when nobody wants the answer any more.
        """
        self.begin()
        left = seconds
        while left > 0.0:
            step = min(left, LONGEST_STEP_SECONDS)
            left -= max(step, self.wait(step, functools.partial(notice, left), expected=left))
