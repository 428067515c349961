# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the API budget is kept: in this process alone, or in the state directory for all processes of the controller.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import functools
import json
import math
import os
import threading
import typing as t
from collections import deque
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field

from ._clock import Clock
from ._state import StateDir, StateError
from ._values import mapping, text, whole

# More calls than any service level allows in a window (Premium: 2,000 an hour) need not be remembered.
_MOST_REMEMBERED = 20_000

# No window is longer than a day: what blocks longer was written before the clock was set back.
_LONGEST_BLOCK_SECONDS = 86_400.0


@dataclass
class Budget:
    """What is known of the limits of one API.

    :ivar limit: Calls that the subscription may make in one window, once the server has told.
    :ivar window_seconds: Length of that rolling window.
    :ivar remaining: Calls that were left of it at the last answer.
    :ivar concurrency: Calls that may run at once, once the server has told.
    :ivar blocked_until: Until when, in seconds since 1970, the server takes no call.
    :ivar counted: When the calls of the last window ended, or began if they still run, in seconds since 1970.
    """

    limit: t.Optional[int] = None
    window_seconds: t.Optional[int] = None
    remaining: t.Optional[int] = None
    concurrency: t.Optional[int] = None
    blocked_until: float = 0.0
    blocked_because: str = ""
    counted: deque[float] = field(default_factory=lambda: deque(maxlen=_MOST_REMEMBERED))

    def to_bytes(self) -> bytes:
        """Return it as JSON, for another process."""
        return json.dumps({**asdict(self), "counted": list(self.counted)}, separators=(",", ":")).encode()

    def take_over(self, content: bytes, now: float) -> bool:
        """Become what another process wrote; tell whether it could be read.

        Times that lie ahead of *now* were written before the clock was set back, and count as now.
        """
        try:
            told = mapping(json.loads(content))
        except (ValueError, RecursionError):
            return False
        if not isinstance(told.get("counted"), list):
            return False
        until = _seconds(told.get("blocked_until"))
        self.limit = whole(told.get("limit"))
        self.window_seconds = whole(told.get("window_seconds"))
        self.remaining = whole(told.get("remaining"))
        self.concurrency = whole(told.get("concurrency"))
        self.blocked_until = until if until <= now + _LONGEST_BLOCK_SECONDS else 0.0
        self.blocked_because = text(told.get("blocked_because")) or ""
        self.counted.clear()
        self.counted.extend(sorted(min(_seconds(moment), now) for moment in told["counted"]))
        return True

    def ended(self, started: float, now: float) -> None:
        """Note that a call has ended that began at *started*.

        The server counted it at some time between; only from the end on is it certain when it will be forgotten.
        """
        if started in self.counted:
            self.counted.remove(started)
            self.counted.append(now)

    def wait_for_rate(self, now: float, reserve: int) -> float:
        """Return the seconds until the rolling window has room for one more call of ours.

        :param reserve: Calls of the limit that are not for us; one is for us in any case.
        """
        if self.limit is None or self.window_seconds is None:
            return 0.0
        while self.counted and self.counted[0] <= now - self.window_seconds:
            self.counted.popleft()
        ours = max(1, self.limit - reserve)
        if len(self.counted) < ours:
            return 0.0
        return self.counted[len(self.counted) - ours] + self.window_seconds - now


def _seconds(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else 0.0


class Ledger(t.Protocol):
    """Keeps one budget for each API, and the places of the calls that are running."""

    def opened(self, api: str) -> t.ContextManager[Budget]:
        """Give the budget of *api* to read and change, alone."""

    def take_place(self, api: str, places: int) -> t.Optional[t.Callable[[], None]]:
        """Take one of *places* for a running call of *api*; return what frees it, or None when none is free."""


class OwnLedger:
    """Keeps budgets for the threads of this process."""

    def __init__(self) -> None:
        # Reentrant: a place is taken while the budget is open.
        self._lock = threading.RLock()
        self._budgets: dict[str, Budget] = {}
        self._running: dict[str, int] = {}

    @contextmanager
    def opened(self, api: str) -> t.Iterator[Budget]:
        with self._lock:
            yield self._budgets.setdefault(api, Budget())

    def take_place(self, api: str, places: int) -> t.Optional[t.Callable[[], None]]:
        with self._lock:
            if self._running.get(api, 0) >= places:
                return None
            self._running[api] = self._running.get(api, 0) + 1
        return lambda: self._free(api)

    def _free(self, api: str) -> None:
        with self._lock:
            self._running[api] -= 1


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
        self._is_shared = True

    @contextmanager
    def opened(self, api: str) -> t.Iterator[Budget]:
        name = self._name(api)
        with self._own.opened(api) as budget, self._alone(name):
            self._load(name, budget)
            before = budget.to_bytes()
            yield budget
            after = budget.to_bytes()
            if self._is_shared and after != before:
                self._save(name, after)

    def take_place(self, api: str, places: int) -> t.Optional[t.Callable[[], None]]:
        name = self._name(api)
        for number in range(places if self._is_shared else 0):
            try:
                descriptor = self._state.try_lock(f"{name}.{number}")
            except StateError as exc:
                self._do_without(exc)
                break
            if descriptor is not None:
                return functools.partial(os.close, descriptor)
        return None if self._is_shared else self._own.take_place(api, places)

    def _name(self, api: str) -> str:
        return self._state.key("budget", *self._account, api)

    @contextmanager
    def _alone(self, name: str) -> t.Iterator[None]:
        with ExitStack() as held:
            try:
                if self._is_shared:
                    held.enter_context(self._state.locked(name))
            except StateError as exc:
                self._do_without(exc)
            yield

    def _load(self, name: str, budget: Budget) -> None:
        if not self._is_shared:
            return
        try:
            content = self._state.read(name)
        except StateError as exc:
            self._do_without(exc)
            return
        if content is not None and not budget.take_over(content, self._clock.now().timestamp()):
            self._tell(f"The API budget in {self._state.path} was damaged, and is counted anew.")

    def _save(self, name: str, content: bytes) -> None:
        try:
            self._state.replace(name, content)
        except StateError as exc:
            self._do_without(exc)

    def _do_without(self, reason: StateError) -> None:
        self._is_shared = False
        self._tell(f"The API budget is not shared with other processes, because of the state directory: {reason}.")
