# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the API budget is kept: in this process alone, or in the state directory for all processes of the controller.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import json
import threading
import typing as t
from collections import deque
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

from ._clock import Clock
from ._headers import LONGEST_WAIT_SECONDS, Limits
from ._line import OwnLine, OwnStanding, SharedStanding, Standing
from ._state import StateDir, StateError
from ._values import mapping, text, whole

# More calls than any service level allows in a window (Premium: 2,000 an hour) need not be remembered.
_MOST_REMEMBERED = 20_000

# Microseconds since 1970 of a year that no clock shows; what lies beyond is damage.
_LATEST_TIME = 1e17


@dataclass
class Budget:
    """What is known of the limits of one API.

    :ivar limit: Calls that the subscription may make in one window, once the server has told.
    :ivar window_seconds: Length of that rolling window.
    :ivar remaining: Calls that were left of it at the last answer.
    :ivar concurrency: Calls that may run at once, once the server has told.
    :ivar blocked_since: When, in seconds since 1970, it was told that the server takes no call.
    :ivar blocked_until: Until when.
    :ivar counted: When the calls of the last window ended, or began if they still run, in seconds since 1970.
    """

    limit: t.Optional[int] = None
    window_seconds: t.Optional[int] = None
    remaining: t.Optional[int] = None
    concurrency: t.Optional[int] = None
    blocked_since: float = 0.0
    blocked_until: float = 0.0
    blocked_because: str = ""
    counted: deque[float] = field(default_factory=lambda: deque(maxlen=_MOST_REMEMBERED))

    def copy(self) -> Budget:
        """Return one that does not change with this one."""
        return replace(self, counted=self.counted.copy())

    def to_bytes(self) -> bytes:
        """Return it as JSON, for another process."""
        # Whole microseconds are written and read several times as fast as fractions, and are all that a clock tells.
        counted = [round(moment * 1e6) for moment in self.counted]
        return json.dumps({**vars(self), "counted": counted}, separators=(",", ":")).encode()

    def take_over(self, content: bytes) -> bool:
        """Become what another process wrote; tell whether it could be read."""
        try:
            told = mapping(json.loads(content))
        except (ValueError, RecursionError):
            return False
        if not isinstance(told.get("counted"), list):
            return False
        self.limit = _count(told.get("limit"))
        self.window_seconds = _count(told.get("window_seconds"), LONGEST_WAIT_SECONDS)
        self.remaining = whole(told.get("remaining"))
        self.concurrency = _count(told.get("concurrency"))
        self.blocked_since = _seconds(told.get("blocked_since"))
        self.blocked_until = _seconds(told.get("blocked_until"))
        self.blocked_because = text(told.get("blocked_because")) or ""
        self.counted.clear()
        self.counted.extend(sorted(_seconds(moment) / 1e6 for moment in told["counted"]))
        return True

    def look_at(self, now: float) -> None:
        """Forget what has left the window, and take times that lie ahead for now: the clock was set back since."""
        if self.blocked_since > now:
            self.blocked_since, self.blocked_until = now, self.blocked_until - self.blocked_since + now
        if self.blocked_until > now + LONGEST_WAIT_SECONDS:
            self.blocked_until = 0.0
        if self.counted and max(self.counted) > now:
            moments = sorted(min(moment, now) for moment in self.counted)
            self.counted.clear()
            self.counted.extend(moments)
        if self.window_seconds is not None:
            while self.counted and self.counted[0] <= now - self.window_seconds:
                self.counted.popleft()

    def learn(self, told: Limits, now: float) -> None:
        """Take over what an answer told of the limits."""
        self.limit = told.limit or self.limit
        self.window_seconds = told.window_seconds or self.window_seconds
        self.concurrency = told.concurrency or self.concurrency
        if told.remaining is not None:
            self.remaining = told.remaining
        if told.remaining == 0 and told.wait_seconds:
            self.block(now, told.wait_seconds, "the server says that the limit is reached")

    def block(self, now: float, seconds: float, because: str) -> None:
        """Let no call pass for so long; of several waits that were told, the longest is the true one."""
        until = now + min(seconds, LONGEST_WAIT_SECONDS)
        if until > self.blocked_until:
            self.blocked_since, self.blocked_until, self.blocked_because = now, until, because

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


def _seconds(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) and 0 <= value < _LATEST_TIME else 0.0


def _count(value: object, most: t.Optional[int] = None) -> t.Optional[int]:
    number = whole(value)
    if number is None or number < 1:
        return None
    return number if most is None else min(number, most)


class Ledger(t.Protocol):
    """Keeps one budget for each API, the places of the calls that are running, and the line of those who wait."""

    def opened(self, api: str) -> t.ContextManager[Budget]:
        """Give the budget of *api* to read and change, alone."""

    def known(self, api: str) -> Budget:
        """Return what this process knew of *api* when it last opened its budget."""

    def take_place(self, api: str, places: int) -> t.Optional[t.Callable[[], None]]:
        """Take one of *places* for a running call of *api*; return what frees it, or None when none is free."""

    def standing(self, api: str, reserve: int = 0) -> Standing:
        """Return where one more caller stands among those who wait for a place.

        :param reserve: Calls that the caller leaves to others: they have a line of their own, or he would hold up those
            whom he leaves them to.
        """


class OwnLedger:
    """Keeps budgets for the threads of this process."""

    def __init__(self) -> None:
        # Reentrant: a place is taken while the budget is open.
        self._lock = threading.RLock()
        self._budgets: dict[str, Budget] = {}
        self._running: dict[str, int] = {}
        self._lines: dict[tuple[str, int], OwnLine] = {}

    @contextmanager
    def opened(self, api: str) -> t.Iterator[Budget]:
        with self._lock:
            yield self._budgets.setdefault(api, Budget())

    def known(self, api: str) -> Budget:
        with self.opened(api) as budget:
            return budget.copy()

    def take_place(self, api: str, places: int) -> t.Optional[t.Callable[[], None]]:
        with self._lock:
            if self._running.get(api, 0) >= places:
                return None
            self._running[api] = self._running.get(api, 0) + 1
        return lambda: self._free(api)

    def _free(self, api: str) -> None:
        with self._lock:
            self._running[api] -= 1

    def standing(self, api: str, reserve: int = 0) -> OwnStanding:
        with self._lock:
            return OwnStanding(self._lines.setdefault((api, reserve), OwnLine()))


class SharedLedger:
    """Keeps budgets in files, for all processes that use the same state directory.

    Once a file cannot be read or written, the budget of this process takes its place, and the user is told once: what
    the file last held would undo what was counted since.
    """

    def __init__(
        self,
        state: StateDir,
        account: t.Sequence[str],
        clock: Clock,
        tell: t.Callable[[str], None],
    ) -> None:
        """Make no file yet.

        :param account: What the budget belongs to: gateway and subscription.
        """
        self._state = state
        self._account = tuple(account)
        self._clock = clock
        self._tell = tell
        self._own = OwnLedger()
        # What the budgets of this process were read from or written to last.
        self._contents: dict[str, bytes] = {}
        self._are_counts_shared = True
        # On a full disk nothing can be counted for others, and yet no more calls may run at once than allowed.
        self._are_places_shared = True

    @contextmanager
    def opened(self, api: str) -> t.Iterator[Budget]:
        name = self._name(api)
        with self._own.opened(api) as budget, self._alone(name):
            self._load(name, budget)
            before = budget.copy()
            try:
                yield budget
            finally:
                if self._are_counts_shared and budget != before:
                    self._save(name, budget)

    def known(self, api: str) -> Budget:
        return self._own.known(api)

    def take_place(self, api: str, places: int) -> t.Optional[t.Callable[[], None]]:
        name = self._name(api)
        for number in range(places if self._are_places_shared else 0):
            try:
                free = self._state.try_lock(f"{name}.{number}")
            except StateError as exc:
                self._share_no_places(exc)
                break
            if free is not None:
                return free
        return None if self._are_places_shared else self._own.take_place(api, places)

    def standing(self, api: str, reserve: int = 0) -> Standing:
        own = self._own.standing(api, reserve)
        if not self._are_places_shared:
            return own
        folder = self._state.file(f"{self._name(api)}.{reserve}.line")
        return SharedStanding(own, folder, self._clock, self._share_no_places)

    def _name(self, api: str) -> str:
        return self._state.key("budget", *self._account, api)

    @contextmanager
    def _alone(self, name: str) -> t.Iterator[None]:
        with ExitStack() as held:
            try:
                if self._are_counts_shared:
                    held.enter_context(self._state.locked(name))
            except StateError as exc:
                self._share_no_counts(exc)
            yield

    def _load(self, name: str, budget: Budget) -> None:
        if not self._are_counts_shared:
            return
        try:
            content = self._state.read(name)
        except StateError as exc:
            self._share_no_counts(exc)
            return
        if content is None or content == self._contents.get(name):
            return
        if not budget.take_over(content):
            self._tell(f"The API budget in {self._state.path} was damaged, and is counted anew.")
        self._contents[name] = content

    def _save(self, name: str, budget: Budget) -> None:
        content = budget.to_bytes()
        try:
            self._state.replace(name, content)
        except StateError as exc:
            self._share_no_counts(exc)
        self._contents[name] = content

    def _share_no_counts(self, reason: StateError) -> None:
        self._are_counts_shared = False
        self._state.complain(reason, self._tell)

    def _share_no_places(self, reason: StateError) -> None:
        self._are_places_shared = False
        self._state.complain(reason, self._tell)
