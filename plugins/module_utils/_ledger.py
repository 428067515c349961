# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the API budget is kept: in this process alone, or in the state directory for all processes of the controller.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import threading
import typing as t
from contextlib import ExitStack, contextmanager

from ._budget import Budget, Era
from ._clock import Clock
from ._line import OwnLine, OwnStanding, SharedStanding, Standing
from ._state import StateDir, StateError


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
        if not budget.take_over(content, Era.present(self._clock)):
            self._tell(f"The API budget in {self._state.path} was damaged, and is counted anew.")
        self._contents[name] = content

    def _save(self, name: str, budget: Budget) -> None:
        content = budget.to_bytes(Era.present(self._clock))
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
