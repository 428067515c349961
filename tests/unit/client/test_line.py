# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils._line import OwnLine, OwnStanding, SharedStanding
from ansible_collections.community.qualys.plugins.module_utils._state import StateError
from hypothesis import given
from hypothesis import strategies as st
from unit.client.support import FakeClock

WAITS = """
import fcntl, os, sys, time
descriptor = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
fcntl.flock(descriptor, fcntl.LOCK_EX)
os.utime(descriptor, (float(sys.argv[2]), float(sys.argv[2])))
print("waiting", flush=True)
time.sleep(60)
"""
# Before every ticket that a clock gives.
EARLIEST = "0" * 20


class Line:
    """A line in which each standing is that of another process, as far as the folder can tell."""

    def __init__(self, folder: Path, clock: FakeClock) -> None:
        self.folder = folder
        self.failures: list[StateError] = []
        self._clock = clock

    def standing(self, own: OwnLine | None = None) -> SharedStanding:
        return SharedStanding(OwnStanding(own or OwnLine()), str(self.folder), self._clock, self.failures.append)


@pytest.fixture
def line(tmp_path: Path, clock: FakeClock) -> Line:
    return Line(tmp_path / "line", clock)


def test_who_comes_first_is_served_first(line: Line) -> None:
    standings = [line.standing() for _each in range(3)]
    for standing in standings:
        standing.join()
        standing.join()
    newcomer = line.standing()
    assert [each.ahead() for each in (*standings, newcomer)] == [0, 1, 2, 3]
    standings[1].leave()
    assert [each.ahead() for each in (standings[0], standings[2], newcomer)] == [0, 1, 2]
    standings[0].leave()
    standings[0].join()
    assert [each.ahead() for each in (standings[2], standings[0])] == [0, 1]
    assert line.failures == []


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4)), max_size=40))
def test_threads_are_served_in_the_order_in_which_they_came(steps: list[tuple[bool, int]]) -> None:
    line = OwnLine()
    standings = [OwnStanding(line) for _each in range(5)]
    order: list[OwnStanding] = []
    for joins, number in steps:
        standing = standings[number]
        if joins:
            standing.join()
            order += [] if standing in order else [standing]
        else:
            standing.leave()
            order = [each for each in order if each is not standing]
        assert [each.ahead() for each in order] == list(range(len(order)))
    assert OwnStanding(line).ahead() == len(order)


def test_a_second_thread_waits_behind_the_first_of_its_process_and_takes_no_ticket(line: Line) -> None:
    own = OwnLine()
    first, second, other = line.standing(own), line.standing(own), line.standing()
    for standing in (first, second, other):
        standing.join()
    assert len(os.listdir(line.folder)) == 2
    assert [first.ahead(), second.ahead(), other.ahead()] == [0, 1, 1]
    first.leave()
    assert [second.ahead(), other.ahead()] == [1, 0]
    second.join()
    assert [second.ahead(), other.ahead()] == [1, 0]
    other.leave()
    assert second.ahead() == 0


def test_tickets_are_private_and_gone_in_the_end(line: Line) -> None:
    standing = line.standing()
    standing.join()
    (ticket,) = line.folder.iterdir()
    assert line.folder.stat().st_mode & 0o777 == 0o700
    assert ticket.stat().st_mode & 0o777 == 0o600
    standing.leave()
    standing.leave()
    assert os.listdir(line.folder) == []


def test_a_killed_process_holds_nobody_up(line: Line, clock: FakeClock) -> None:
    line.folder.mkdir()
    command = [sys.executable, "-c", WAITS, str(line.folder / EARLIEST), str(clock.monotonic())]
    standing = line.standing()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as waiter:
        assert waiter.stdout is not None
        assert waiter.stdout.readline() == "waiting\n"
        standing.join()
        assert standing.ahead() == 1
        waiter.send_signal(signal.SIGKILL)
        waiter.wait()
    assert standing.ahead() == 0
    assert len(os.listdir(line.folder)) == 1


def test_a_stopped_process_is_passed_over_and_keeps_its_place(line: Line, clock: FakeClock) -> None:
    stopped, other = line.standing(), line.standing()
    stopped.join()
    other.join()
    clock.sleep(9)
    assert other.ahead() == 1
    clock.sleep(2)
    assert other.ahead() == 0
    assert stopped.ahead() == 0
    assert line.standing().ahead() == 2


@pytest.mark.parametrize("jump", [7200, -7200])
def test_who_waits_is_not_passed_over_because_the_clock_was_set(line: Line, clock: FakeClock, jump: float) -> None:
    first, second = line.standing(), line.standing()
    first.join()
    second.join()
    clock.set_by(jump)
    assert second.ahead() == 1


def test_who_looks_now_and_then_is_not_passed_over(line: Line, clock: FakeClock) -> None:
    first, second = line.standing(), line.standing()
    first.join()
    second.join()
    for _each in range(5):
        clock.sleep(8)
        assert (first.ahead(), second.ahead()) == (0, 1)


@pytest.mark.parametrize("moment", ["join", "ahead"])
def test_a_folder_that_fails_is_told_and_the_threads_still_have_their_line(line: Line, moment: str) -> None:
    line.folder.write_text("")
    own = OwnLine()
    first, second = line.standing(own), line.standing(own)
    if moment == "join":
        first.join()
    assert first.ahead() == 0
    assert len(line.failures) == 1
    first.join()
    second.join()
    assert (first.ahead(), second.ahead()) == (0, 1)
