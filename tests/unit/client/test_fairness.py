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
from ansible_collections.community.qualys.plugins.module_utils._state import StateDir
from ansible_collections.community.qualys.plugins.module_utils._throttle import Throttle

API = "/certview/v2.2/certificates"
PROCESSES, CALLS, CONCURRENCY, LATENCY_SECONDS = 6, 25, 2, 0.02
NO_HEADERS: t.Mapping[str, str] = {}


class Wait(t.NamedTuple):
    """When a call was asked for and when it was admitted, by the machine's monotonic clock in nanoseconds."""

    asked: int
    admitted: int


def calling(
    state_dir: str, threads: int, calls: int, headers: t.Mapping[str, str], start: Barrier, answer: t.Any
) -> None:
    """What one process does: calls without a pause between them, in several threads."""
    clock = SystemClock()
    ledger = SharedLedger(StateDir(state_dir), ("gateway", "account"), clock, lambda message: None)
    throttle = Throttle(clock, max_wait=60, max_concurrency=CONCURRENCY, ledger=ledger)
    waits: list[Wait] = []

    def work() -> None:
        for _each in range(calls // threads):
            asked = time.monotonic_ns()
            with throttle.admitted(API) as admission:
                admission.answered(headers)
                waits.append(Wait(asked, time.monotonic_ns()))
                time.sleep(LATENCY_SECONDS)

    start.wait(timeout=60)
    working = [threading.Thread(target=work) for _each in range(threads)]
    for thread in working:
        thread.start()
    for thread in working:
        thread.join()
    answer.send(waits)


def waits_of(
    state_dir: Path, threads: t.Sequence[int], calls: int, headers: t.Mapping[str, str] = NO_HEADERS
) -> list[list[Wait]]:
    """Let one process for each of *threads* call in so many threads, all at once; return what each waited for.

    :param headers: Those of every answer.
    """
    context = multiprocessing.get_context("fork")
    start = context.Barrier(len(threads))
    running = []
    for number in threads:
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=calling, args=(str(state_dir), number, calls, headers, start, theirs))
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


def most_overtaken(waits: t.Iterable[Wait], others: t.Sequence[Wait]) -> int:
    """How many calls of others were admitted at most while one of these waited."""
    return max(sum(1 for other in others if wait.asked < other.admitted < wait.admitted) for wait in waits)


def bound(competitors: int) -> int:
    """Each competitor stands in the line once before a call of ours.

    It may come a second time while the operating system lets us rest between asking and joining, and a third time in
    the same way at the end of the wait.
    """
    return 3 * competitors


def test_no_process_is_overtaken_again_and_again(tmp_path: Path) -> None:
    told = waits_of(tmp_path, [1] * PROCESSES, CALLS)
    assert [len(waits) for waits in told] == [CALLS] * PROCESSES
    for own in told:
        assert most_overtaken(own, others_of(own, told)) <= bound(PROCESSES - 1)


def test_no_process_is_overtaken_again_and_again_while_the_window_is_closed(tmp_path: Path) -> None:
    # So few calls that nearly all of them wait for the window, and each for several.
    headers = {"X-RateLimit-Limit": "4", "X-RateLimit-Window-Sec": "1"}
    told = waits_of(tmp_path, [1] * PROCESSES, 10, headers)
    assert [len(waits) for waits in told] == [10] * PROCESSES
    for own in told:
        assert most_overtaken(own, others_of(own, told)) <= bound(PROCESSES - 1)


def test_a_process_of_many_threads_stands_in_the_line_once(tmp_path: Path) -> None:
    many, *single = waits_of(tmp_path, [8, 1, 1, 1], 24)
    told = [many, *single]
    assert [len(waits) for waits in told] == [24] * 4
    for own in single:
        assert most_overtaken(own, others_of(own, told)) <= bound(len(single))


def test_no_thread_is_overtaken_again_and_again_by_its_siblings(tmp_path: Path) -> None:
    (told,) = waits_of(tmp_path, [PROCESSES], PROCESSES * CALLS)
    assert len(told) == PROCESSES * CALLS
    assert most_overtaken(told, told) <= bound(PROCESSES - 1)
