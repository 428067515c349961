# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The wait of one call: how long it may last, what the user is told of it, and that it ends when nobody waits for it.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import functools
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


class Patience:
    """How long one call has waited, and may wait.

    :ivar waited: Seconds that it has waited in all, those between the waits included.
    """

    def __init__(
        self,
        clock: Clock,
        max_wait: float,
        tell: t.Callable[[str], None],
        *,
        wish: t.Optional[Wish] = None,
        waited: float = 0.0,
    ) -> None:
        """Start to count now.

        :param max_wait: Seconds that the call may wait in all; V(-1) for ever.
        :param tell: Is given one sentence a minute for a wait that a person would notice.
        :param wish: Whether the answer is still wanted.
        :param waited: Seconds that the same call has waited already.
        """
        self._clock = clock
        self._max_wait = max_wait
        self._tell = tell
        self._wish = wish or Wish()
        self._counted_until = clock.now()
        self._told_at: t.Optional[float] = None
        self.waited = waited

    def allows(self, seconds: float) -> bool:
        """Tell whether the call may wait so much longer."""
        return self._max_wait < 0 or self.waited + seconds <= self._max_wait

    def at(self, seconds: float) -> str:
        """Return the instant so many seconds from now, as the user is told it."""
        return (self._clock.now() + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def wait(self, seconds: float, notice: t.Callable[[], str], *, expected: float = 0.0) -> float:
        """Let *seconds* pass, and return how many have passed since the last wait.

        :param notice: Returns what the user is told, if it is time to.
        :param expected: Seconds that the wait will last in all, of which *seconds* are the first.
        :raises Abandoned: when nobody wants the answer any more.
        """
        self._wish.check()
        if self._is_to_be_told(max(seconds, expected)):
            self._told_at = self.waited
            self._tell(notice())
        self._clock.sleep(seconds)
        now = self._clock.now()
        # To look takes time, too, on a busy machine more than the pauses. Less than was slept: the clock was set back.
        passed = max(seconds, (now - self._counted_until).total_seconds())
        self._counted_until = now
        self.waited += passed
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
        left = seconds
        while left > 0.0:
            left -= self.wait(min(left, LONGEST_STEP_SECONDS), functools.partial(notice, left), expected=left)

    def _is_to_be_told(self, expected: float) -> bool:
        if self._told_at is None:
            return self.waited + expected >= TOLD_FROM_SECONDS
        return self.waited >= self._told_at + TOLD_EVERY_SECONDS
