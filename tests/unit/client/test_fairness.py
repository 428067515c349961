# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nobody starves: real processes in hot loops are served in the order in which they came."""

from __future__ import annotations

import multiprocessing
import threading
import time
import typing as t
from multiprocessing.synchronize import Barrier
from pathlib import Path

from ansible_collections.community.qualys.plugins.module_utils._clock import SystemClock
from ansible_collections.community.qualys.plugins.module_utils._ledger import SharedLedger
from ansible_collections.community.qualys.plugins.module_utils._line import Standing
from ansible_collections.community.qualys.plugins.module_utils._state import StateDir
from ansible_collections.community.qualys.plugins.module_utils._throttle import Throttle

API = "/certview/v2.2/certificates"
PROCESSES, CALLS, CONCURRENCY, LATENCY_SECONDS = 6, 25, 2, 0.02


class Wait(t.NamedTuple):
    """What became of one call, by the machine's monotonic clock in nanoseconds.

    Taken at the line itself: what the operating system does with us before and after has nothing to do with the order.

    :ivar asked: Before it looked at the line first.
    :ivar settled: When it first rested, and so stood in the line; None if it was served at once.
    :ivar left: Before it left the line to be served.
    """

    asked: int
    settled: int | None
    left: int


class WatchedStanding:
    """Notes what becomes of one caller."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        self._asked = self._left = time.monotonic_ns()
        self._settled: int | None = None
        self.ahead, self.join = standing.ahead, standing.join

    def rest(self) -> None:
        self._settled = self._settled or time.monotonic_ns()

    def leave(self) -> None:
        self._left = time.monotonic_ns()
        self._standing.leave()

    @property
    def wait(self) -> Wait:
        return Wait(self._asked, self._settled, self._left)


class Watch(threading.local):
    """Whom the thread waits as."""

    standing: WatchedStanding


class WatchedLedger(SharedLedger):
    watch: Watch

    def standing(self, api: str, reserve: int = 0) -> Standing:
        self.watch.standing = WatchedStanding(super().standing(api, reserve))
        return self.watch.standing


class WatchedClock(SystemClock):
    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def sleep(self, seconds: float) -> None:
        self._watch.standing.rest()
        super().sleep(seconds)


def calling(
    state_dir: str, threads: int, calls: int, headers: t.Mapping[str, str], start: Barrier, answer: t.Any
) -> None:
    """What one process does: calls without a pause between them, in several threads."""
    watch = Watch()
    clock = WatchedClock(watch)
    ledger = WatchedLedger(StateDir(state_dir), ("gateway", "account"), clock, lambda message: None)
    ledger.watch = watch
    throttle = Throttle(clock, max_wait=300, max_concurrency=CONCURRENCY, ledger=ledger)
    waits: list[Wait] = []

    def work() -> None:
        for _each in range(calls // threads):
            with throttle.admitted(API) as admission:
                admission.answered(headers)
                waits.append(watch.standing.wait)
                time.sleep(LATENCY_SECONDS)

    start.wait(timeout=60)
    working = [threading.Thread(target=work) for _each in range(threads)]
    for thread in working:
        thread.start()
    for thread in working:
        thread.join()
    answer.send(waits)


def waits_of(
    state_dir: Path, threads: t.Sequence[int], calls: int, headers: t.Mapping[str, str] | None = None
) -> list[list[Wait]]:
    """Let one process for each of *threads* call in so many threads, all at once; return what each waited for.

    :param headers: Those of every answer.
    """
    context = multiprocessing.get_context("fork")
    start = context.Barrier(len(threads))
    running = []
    for number in threads:
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=calling, args=(str(state_dir), number, calls, headers or {}, start, theirs))
        process.start()
        theirs.close()
        running.append((process, ours))
    told = []
    for process, answer in running:
        told.append(answer.recv() if answer.poll(120) else [])
        answer.close()
        process.join(30)
        assert process.exitcode == 0
        process.close()
    return told


def others_of(own: t.Sequence[Wait], told: t.Sequence[t.Sequence[Wait]]) -> list[Wait]:
    return [wait for waits in told if waits is not own for wait in waits]


def overtakings(waits: t.Iterable[Wait], others: t.Sequence[Wait]) -> int:
    """How many calls were served before one of *waits* that stood in the line already when they came."""
    rested = [wait for wait in waits if wait.settled is not None]
    # Or nobody has waited, and nothing is shown.
    assert rested
    return sum(1 for wait in rested for other in others if wait.settled < other.asked and other.left < wait.left)


def most_served_before(waits: t.Iterable[Wait], others: t.Sequence[Wait]) -> int:
    """How many calls of others were served at most while one of these stood in the line."""
    settled = [wait for wait in waits if wait.settled is not None]
    assert settled
    return max(sum(1 for other in others if wait.settled < other.left < wait.left) for wait in settled)


def test_nobody_who_comes_later_is_served_before(tmp_path: Path) -> None:
    told = waits_of(tmp_path, [1] * PROCESSES, CALLS)
    assert [len(waits) for waits in told] == [CALLS] * PROCESSES
    assert [overtakings(own, others_of(own, told)) for own in told] == [0] * PROCESSES


def test_nobody_who_comes_later_is_served_before_when_the_window_opens(tmp_path: Path) -> None:
    # So few calls that nearly all of them wait for the window.
    headers = {"X-RateLimit-Limit": "3", "X-RateLimit-Window-Sec": "1"}
    told = waits_of(tmp_path, [1] * PROCESSES, 6, headers)
    assert [len(waits) for waits in told] == [6] * PROCESSES
    assert [overtakings(own, others_of(own, told)) for own in told] == [0] * PROCESSES


def test_a_process_of_many_threads_stands_in_the_line_once(tmp_path: Path) -> None:
    many, *single = waits_of(tmp_path, [8, 1, 1, 1], 24)
    told = [many, *single]
    assert [len(waits) for waits in told] == [24] * 4
    # One stood before us, and two had found a place when we came to stand there.
    most = 1 + CONCURRENCY
    for own in single:
        assert overtakings(own, others_of(own, told)) == 0
        assert most_served_before(own, many) <= most


def test_no_thread_is_overtaken_by_its_siblings(tmp_path: Path) -> None:
    (told,) = waits_of(tmp_path, [PROCESSES], PROCESSES * CALLS)
    assert len(told) == PROCESSES * CALLS
    assert overtakings(told, told) == 0
