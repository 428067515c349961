# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import threading
import time
import typing as t
from collections import Counter
from unittest import mock

import pytest
from ansible_collections.community.qualys.plugins.module_utils import _ahead
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._sweep import Row, identity, sweep
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.client.support import outcome_of

SIZE = 3
Move = int | None


class MovingList:
    """A list as a scan changes it: before each call some rows come to its front, known ones or a new one (None)."""

    def __init__(self, length: int, moves: t.Sequence[t.Sequence[Move]], *, for_ever: bool = False) -> None:
        self.rows = list(range(length))
        self.first = tuple(self.rows)
        self.calls: list[int] = []
        self._moves = moves
        self._for_ever = for_ever

    def fetch(self, number: int, size: int, wish: object) -> list[Row]:
        assert size == SIZE
        turn = len(self.calls)
        if self._for_ever and self._moves:
            turn %= len(self._moves)
        for place in self._moves[turn] if turn < len(self._moves) else ():
            front = len(self.rows) if place is None else self.rows.pop(place % len(self.rows))
            self.rows.insert(0, front)
        self.calls.append(number)
        return [{"id": row} for row in self.rows[number * SIZE : (number + 1) * SIZE]]

    def read(self, at_once: int = 1) -> list[int]:
        return [row["id"] for page in sweep(self.fetch, page_size=SIZE, at_once=lambda: at_once) for row in page]


class Threads:
    """In the place of C(threading): runs what was started in an order that a test has drawn, so that any order of
    several calls at once can be tried, and tried again."""

    def __init__(self, choices: t.Sequence[int]) -> None:
        self._choices = list(choices)
        self._waiting: list[StandIn] = []

    def Thread(self, *, target: t.Callable[..., None], args: tuple[t.Any, ...], daemon: bool) -> StandIn:
        assert daemon
        return StandIn(self, lambda: target(*args))

    def choose(self, number: int) -> int:
        return (self._choices.pop(0) if self._choices else 0) % number

    def run_until(self, done: StandIn) -> None:
        while done in self._waiting:
            self._waiting.pop(self.choose(len(self._waiting))).run()

    def start(self, started: StandIn) -> None:
        self._waiting.append(started)


class StandIn:
    def __init__(self, threads: Threads, run: t.Callable[[], None]) -> None:
        self._threads = threads
        self.run = run

    def start(self) -> None:
        self._threads.start(self)

    def join(self, patience: float | None = None) -> None:
        if patience is None or self._threads.choose(2):
            self._threads.run_until(self)


def read_in_some_order(moving: MovingList, at_once: int, choices: t.Sequence[int]) -> list[int]:
    with mock.patch.object(_ahead.threading, "Thread", Threads(choices).Thread):
        return moving.read(at_once)


@pytest.mark.parametrize("length", range(10))
def test_a_quiet_list_costs_its_pages_and_the_empty_one(length: int) -> None:
    quiet = MovingList(length, [])
    assert quiet.read() == list(range(length))
    assert quiet.calls == list(range(-(-length // SIZE) + 1))


def assert_whole_and_once(moving: MovingList, outcome: list[int] | CertViewError) -> None:
    if isinstance(outcome, CertViewError):
        assert outcome.kind == "shifting"
    else:
        assert max(Counter(outcome).values()) == 1
        assert set(moving.first) <= set(outcome)


@pytest.mark.parametrize("at_once", [1, 2, 5])
@pytest.mark.parametrize("length", [0, 1, 2, 3, 29, 30])
def test_several_calls_at_once_cost_at_most_as_many_beyond_the_pages(length: int, at_once: int) -> None:
    quiet = MovingList(length, [])
    assert quiet.read(at_once) == list(range(length))
    pages = -(-length // SIZE)
    assert pages < len(quiet.calls) <= pages + at_once


def test_a_page_that_is_not_full_ends_the_calls_beyond_the_next() -> None:
    quiet = MovingList(2 * SIZE - 1, [])
    quiet.read(at_once=2)
    assert sorted(quiet.calls) == [0, 1, 2]


def calls_once_taken(taken: int, at_once: int) -> list[int]:
    """The pages of a long list that were asked for when nobody takes more than the first so many."""
    quiet = MovingList(90 * SIZE, [])
    before = threading.active_count()
    pages = sweep(quiet.fetch, page_size=SIZE, at_once=lambda: at_once)
    assert [row["id"] for page in itertools.islice(pages, taken) for row in page] == list(range(taken * SIZE))
    # A call that a page lets go out is started by the thread that brought the page, before that thread ends.
    while threading.active_count() > before:
        time.sleep(0.001)
    return sorted(quiet.calls)


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_calls_go_out_while_a_page_is_worked_on_and_few_pages_are_kept(at_once: int) -> None:
    kept = 2 * at_once
    taken = 2 * kept + 1
    assert calls_once_taken(taken, at_once) == list(range(taken + kept))


def test_while_a_list_is_short_no_call_goes_out_unasked() -> None:
    """A growth between two calls could hide a page of it."""
    assert calls_once_taken(4, 2) == [0, 1, 2, 3, 4]


MOVES = st.lists(st.lists(st.none() | st.integers(0, 100), max_size=4), max_size=12)


@settings(max_examples=300)
@given(st.integers(1, 20), MOVES)
def test_a_list_that_comes_to_rest_is_read_whole_and_once(length: int, moves: list[list[Move]]) -> None:
    moving = MovingList(length, moves)
    assert_whole_and_once(moving, outcome_of(moving.read))


@settings(max_examples=500)
@given(st.integers(1, 40), MOVES, st.integers(2, 5), st.lists(st.integers(0, 4), max_size=30))
def test_whatever_the_order_in_which_calls_at_once_are_answered(
    length: int, moves: list[list[Move]], at_once: int, order: list[int]
) -> None:
    moving = MovingList(length, moves)
    assert_whole_and_once(moving, outcome_of(lambda: read_in_some_order(moving, at_once, order)))


# So many new rows that a page of them alone can come between two calls at once.
GROWTH = st.lists(st.sampled_from([0, 0, 0, 1, SIZE, 5 * SIZE, 50]).map(lambda rows: [None] * rows), max_size=30)


# From 24 rows on a list is long for two calls at once.
@settings(max_examples=500)
@given(st.integers(1, 80), GROWTH, st.integers(2, 5), st.lists(st.integers(0, 4), max_size=30))
def test_however_much_the_list_grows_between_calls_at_once(
    length: int, growth: list[list[Move]], at_once: int, order: list[int]
) -> None:
    moving = MovingList(length, growth)
    assert_whole_and_once(moving, outcome_of(lambda: read_in_some_order(moving, at_once, order)))


def test_a_row_that_fell_between_two_calls_at_once_is_found() -> None:
    """Page 2 is read, then a new row comes, then page 1: row 5 was in neither."""
    moving = MovingList(12, [[], [], [None]])
    assert set(read_in_some_order(moving, 2, [0, 1, 0])) == set(range(13))
    assert moving.calls[:3] == [0, 2, 1]


@settings(max_examples=300)
@given(st.integers(1, 20), st.lists(st.lists(st.none() | st.integers(0, 100), max_size=4), max_size=4))
def test_what_moved_during_the_first_reading_only_is_always_healed(length: int, moves: list[list[Move]]) -> None:
    moving = MovingList(length, moves[: -(-length // SIZE)])
    got = moving.read()
    assert_whole_and_once(moving, got)


@given(st.integers(1, 20), st.lists(st.lists(st.none() | st.integers(0, 100), max_size=1), max_size=12))
def test_a_list_that_never_rests_is_whole_or_an_error(length: int, moves: list[list[Move]]) -> None:
    moving = MovingList(length, moves, for_ever=True)
    assert_whole_and_once(moving, outcome_of(moving.read))


def test_a_row_that_others_hide_from_the_front_is_still_found() -> None:
    """Row 8 goes to the front unread; then a whole page of rows that were read already goes before it."""
    moving = MovingList(9, [[], [8], [1, 2, 3]])
    assert sorted(moving.read()) == list(range(9))
    assert moving.rows[:SIZE] == [2, 1, 0]


def test_the_front_alone_is_read_again() -> None:
    moving = MovingList(30, [[], [], [29]])
    assert set(moving.read()) == set(range(30))
    assert moving.calls == [*range(11), 0, 9, 10]


def test_an_empty_page_with_rows_behind_it_is_read_again() -> None:
    quiet = MovingList(12, [])

    def fetch(number: int, size: int, wish: object) -> list[Row]:
        rows = quiet.fetch(number, size, wish)
        return [] if quiet.calls.count(1) == 1 and number == 1 else rows

    with mock.patch.object(_ahead.threading, "Thread", Threads([0, 0, 1]).Thread):
        pages = list(sweep(fetch, page_size=SIZE, at_once=lambda: 2))
    assert sum(map(len, pages)) == 12


def test_a_list_that_grows_for_ever_ends_in_an_error() -> None:
    moving = MovingList(9, [[None] * 2], for_ever=True)
    with pytest.raises(CertViewError, match="changed all the while") as caught:
        moving.read()
    assert caught.value.kind == "shifting"


def test_a_list_that_moves_before_each_call_and_looks_at_rest_is_an_error() -> None:
    moving = MovingList(7, [[3]], for_ever=True)
    with pytest.raises(CertViewError) as caught:
        moving.read()
    assert caught.value.kind == "shifting"


def test_a_server_that_gives_one_page_for_ever_is_an_error() -> None:
    always = Scripted(*[range(3)] * 99)
    with pytest.raises(CertViewError, match="same page whatever is asked") as caught:
        list(sweep(always.fetch, page_size=3, window=10_000))
    assert caught.value.kind == "shifting"
    # Some are on their way already when it is noticed.
    assert len(always.calls) < 10


def test_a_list_that_grows_by_a_page_for_some_time_is_read_to_its_end() -> None:
    moving = MovingList(9, [[], *[[None] * SIZE] * 4])
    assert sorted(moving.read()) == list(range(9 + 4 * SIZE))


def rows_from(total: int, most: int = 99) -> t.Callable[..., list[Row]]:
    """A list of *total* rows, of which the server gives at most so many at once."""

    def fetch(number: int, size: int, wish: object) -> list[Row]:
        start = number * size
        return [{"certhash": str(row)} for row in range(start, min(start + min(size, most), total))]

    return fetch


@pytest.mark.parametrize("at_once", [1, 3])
@pytest.mark.parametrize(
    ("total", "size", "fits"),
    [(0, 5, True), (15, 5, True), (16, 5, True), (19, 5, True), (18, 6, True), (20, 5, False), (21, 5, False)],
)
def test_a_list_that_reaches_the_window_is_an_error_not_a_part(total: int, size: int, fits: bool, at_once: int) -> None:
    pages = sweep(rows_from(total), page_size=size, window=20, at_once=lambda: at_once)
    if fits:
        assert sum(map(len, pages)) == total
    else:
        with pytest.raises(CertViewError) as caught:
            list(pages)
        assert caught.value.kind == "window"


def test_a_last_page_that_the_server_cut_short_does_not_end_the_list_at_the_window() -> None:
    with pytest.raises(CertViewError) as caught:
        list(sweep(rows_from(20, most=4), page_size=5, window=20))
    assert caught.value.kind == "window"


def test_pages_arrive_before_the_next_is_asked_for() -> None:
    quiet = MovingList(9, [])
    assert next(sweep(quiet.fetch, page_size=SIZE)) == [{"id": 0}, {"id": 1}, {"id": 2}]
    assert quiet.calls == [0]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"id": 5, "certhash": "a"}, ("id", 5)),
        ({"id": None, "certhash": "a"}, ("certhash", "a")),
        ({"id": "", "certhash": "a"}, ("certhash", "a")),
        ({"certhash": ["a"]}, None),
        ({}, None),
        ([], None),
        (None, None),
    ],
)
def test_identity(row: object, expected: object) -> None:
    assert identity(row) == expected


@pytest.mark.parametrize("row", [{}, {"name": "x"}, [], None])
def test_a_row_that_cannot_be_told_from_others_is_an_error(row: t.Any) -> None:
    with pytest.raises(CertViewError, match="without any of id, certhash") as caught:
        list(sweep(lambda number, size, wish: [row], page_size=SIZE))
    assert caught.value.kind == "answer"


class Scripted:
    """A list whose pages are told, and may be others once page *at* has been asked for."""

    def __init__(self, *pages: t.Sequence[int], then: t.Sequence[t.Sequence[int]] = (), at: int = 0) -> None:
        self.calls: list[int] = []
        self._pages = pages
        self._then = then or pages
        self._at = at

    def fetch(self, number: int, size: int, wish: object) -> list[Row]:
        pages = self._then if self._at in self.calls else self._pages
        self.calls.append(number)
        return [{"id": row} for row in (pages[number] if number < len(pages) else ())]


class TestAListThatItselfNamesARowTwice:
    def test_in_one_answer_costs_one_call_that_makes_sure(self) -> None:
        twice = Scripted([0, 1, 2], [3, 4, 3], [5, 6, 7])
        assert [row["id"] for page in sweep(twice.fetch, page_size=3) for row in page] == list(range(8))
        assert twice.calls == [0, 1, 1, 2, 3]

    def test_on_two_pages_is_an_error_after_one_more_reading(self) -> None:
        """A list that moves before each call could look the same."""
        twice = Scripted([0, 1, 2], [3, 4, 0], [5, 6, 7])
        with pytest.raises(CertViewError, match="1 fewer different rows came than the list has") as caught:
            list(sweep(twice.fetch, page_size=3))
        assert caught.value.kind == "shifting"
        assert twice.calls == [0, 1, 2, 3, 0, 1, 2, 2, 3]

    def test_an_answer_that_does_not_come_again_is_a_list_that_moved(self) -> None:
        then = ([0, 1, 2], [3, 4, 8], [5, 6, 7])
        moved = Scripted([0, 1, 2], [3, 4, 3], [5, 6, 7], then=then, at=1)
        assert {row["id"] for page in sweep(moved.fetch, page_size=3) for row in page} == set(range(9))


def test_a_list_of_cut_pages_that_moved_is_an_error_after_two_more_readings() -> None:
    moved = Scripted([0, 1], [2, 3], [3, 4], [5, 6], then=([7, 0], [1, 2], [3, 4], [5, 6]), at=4)
    with pytest.raises(CertViewError, match="or its pages are cut short"):
        list(sweep(moved.fetch, page_size=3))
    assert moved.calls.count(0) == 3


def test_a_list_of_cut_pages_is_never_cut_at_the_window() -> None:
    with pytest.raises(CertViewError) as caught:
        list(sweep(rows_of_size(2, total=14), page_size=5, window=20))
    assert caught.value.kind == "window"


def rows_of_size(most: int, *, total: int) -> t.Callable[..., list[Row]]:
    """A list whose server counts pages of *most* rows, whatever size is asked for."""

    def fetch(number: int, size: int, wish: object) -> list[Row]:
        size = min(size, most)
        return [{"id": row} for row in range(number * size, min((number + 1) * size, total))]

    return fetch
