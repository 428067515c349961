# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The line of those who wait for a place: first come, first served, so that no process and no thread starves.

Without it, a process that has just ended a call takes the free place again before any of those who look now and then.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import itertools
import os
import threading
import time
import typing as t
from contextlib import suppress

from ._clock import Clock
from ._state import StateError, is_locked_now, os_errors_as_state_errors

# Whoever has not looked for so long was stopped (Ctrl-Z), and must not hold up the others.
_PASSED_OVER_AFTER_SECONDS = 10.0


class Standing(t.Protocol):
    """Where one caller stands in a line."""

    def ahead(self) -> int:
        """Return how many are to be served before the caller; all of them while it has not joined."""

    def join(self) -> None:
        """Stand at the end, unless the caller stands in the line already."""

    def leave(self) -> None:
        """Stand in the line no more."""


class OwnLine:
    """The threads of this process that wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[object] = []

    def ahead(self, who: object) -> int:
        with self._lock:
            return self._waiting.index(who) if who in self._waiting else len(self._waiting)

    def join(self, who: object) -> None:
        with self._lock:
            if who not in self._waiting:
                self._waiting.append(who)

    def leave(self, who: object) -> None:
        with self._lock:
            if who in self._waiting:
                self._waiting.remove(who)


class OwnStanding:
    """A thread among those of its process."""

    def __init__(self, line: OwnLine) -> None:
        self._line = line

    def ahead(self) -> int:
        return self._line.ahead(self)

    def join(self) -> None:
        self._line.join(self)

    def leave(self) -> None:
        self._line.leave(self)


class SharedStanding:
    """A thread among all processes that use the same state directory.

    Only the first of a process's threads stands in the line of the processes, so that many threads get no more than
    one does.
    """

    def __init__(self, own: OwnStanding, folder: str, clock: Clock, do_without: t.Callable[[StateError], None]) -> None:
        """Do not join yet.

        :param folder: Path of what is the line.
        :param do_without: Is told when the folder cannot be used; then only the line of this process counts.
        """
        self._own = own
        self._tickets = _Tickets(folder, clock)
        self._held: t.Optional[_Ticket] = None
        self._do_without = do_without
        self._is_shared = True
        self._is_first = False

    def ahead(self) -> int:
        ahead = self._own.ahead()
        if ahead > 0 or not self._is_shared:
            return ahead
        try:
            if self._held is not None:
                self._tickets.show_life(self._held)
            if not self._is_first:
                ahead = self._tickets.before(self._held)
                # Whoever comes gets a later ticket.
                self._is_first = ahead == 0 and self._held is not None
            return ahead
        except StateError as exc:
            self._share_no_more(exc)
            return 0

    def join(self) -> None:
        self._own.join()
        if self._held is None and self._is_shared and self._own.ahead() == 0:
            try:
                self._held = self._tickets.take()
            except StateError as exc:
                self._share_no_more(exc)

    def leave(self) -> None:
        self._own.leave()
        if self._held is not None:
            self._tickets.give_back(self._held)
            self._held = None
            self._is_first = False

    def _share_no_more(self, reason: StateError) -> None:
        self._is_shared = False
        self._do_without(reason)


class _Ticket(t.NamedTuple):
    name: str
    descriptor: int


class _Tickets:
    """A folder with a file for each process that waits: named by when it came, locked until it goes.

    A process that is killed leaves a file that nobody holds; whoever comes after takes it away.
    """

    def __init__(self, folder: str, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    def take(self) -> t.Optional[_Ticket]:
        """Return a ticket; None when somebody has taken it away before it was locked."""
        # Sorted by the clock that nobody sets, and that all processes of a machine share.
        name = f"{time.monotonic_ns():020d}-{os.getpid()}-{threading.get_ident()}"
        with os_errors_as_state_errors(self._folder):
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            ticket = _Ticket(name, os.open(self._path(name), os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            if is_locked_now(ticket.descriptor) and os.fstat(ticket.descriptor).st_nlink:
                self.show_life(ticket)
                return ticket
            os.close(ticket.descriptor)
            return None

    def give_back(self, ticket: _Ticket) -> None:
        with suppress(OSError):
            os.unlink(self._path(ticket.name))
        os.close(ticket.descriptor)

    def before(self, ticket: t.Optional[_Ticket]) -> int:
        """Return how many wait that came before *ticket*; how many wait at all when there is none."""
        with os_errors_as_state_errors(self._folder):
            try:
                waiting = sorted(name for name in os.listdir(self._folder) if ticket is None or name < ticket.name)
            except FileNotFoundError:
                return 0
            passed = itertools.takewhile(lambda name: not self._is_waiting(name), waiting)
            return len(waiting) - sum(1 for name in passed)

    def show_life(self, ticket: _Ticket) -> None:
        """Note that the one who waits was not stopped."""
        with os_errors_as_state_errors(self._folder):
            # The clock that nobody sets: those who wait are all of this boot.
            now = self._clock.monotonic()
            os.utime(ticket.descriptor, (now, now))

    def _is_waiting(self, name: str) -> bool:
        try:
            descriptor = os.open(self._path(name), os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            if is_locked_now(descriptor):
                with suppress(FileNotFoundError):
                    os.unlink(self._path(name))
                return False
            looked = os.fstat(descriptor).st_mtime
            return self._clock.monotonic() - looked < _PASSED_OVER_AFTER_SECONDS
        finally:
            os.close(descriptor)

    def _path(self, name: str) -> str:
        return os.path.join(self._folder, name)
