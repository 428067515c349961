# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from collections import Counter

import pytest
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

    def fetch(self, number: int) -> list[Row]:
        turn = len(self.calls)
        if self._for_ever and self._moves:
            turn %= len(self._moves)
        for place in self._moves[turn] if turn < len(self._moves) else ():
            front = len(self.rows) if place is None else self.rows.pop(place % len(self.rows))
            self.rows.insert(0, front)
        self.calls.append(number)
        return [{"id": row} for row in self.rows[number * SIZE : (number + 1) * SIZE]]

    def read(self) -> list[int]:
        return [row["id"] for page in sweep(self.fetch, page_size=SIZE) for row in page]


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


MOVES = st.lists(st.lists(st.none() | st.integers(0, 100), max_size=4), max_size=12)


@settings(max_examples=300)
@given(st.integers(1, 20), MOVES)
def test_a_list_that_comes_to_rest_is_read_whole_and_once(length: int, moves: list[list[Move]]) -> None:
    moving = MovingList(length, moves)
    assert_whole_and_once(moving, outcome_of(moving.read))


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


def test_a_list_that_grows_for_ever_ends_in_an_error() -> None:
    moving = MovingList(9, [[None] * 2], for_ever=True)
    with pytest.raises(CertViewError, match="changed all the while") as caught:
        moving.read()
    assert caught.value.kind == "shifting"


def test_a_server_that_gives_one_page_for_ever_is_an_error() -> None:
    with pytest.raises(CertViewError) as caught:
        list(sweep(lambda number: [{"id": 1}], page_size=1))
    assert caught.value.kind == "shifting"


def rows_from(total: int, size: int) -> t.Callable[[int], list[Row]]:
    return lambda number: [{"certhash": str(row)} for row in range(number * size, min((number + 1) * size, total))]


@pytest.mark.parametrize(
    ("total", "size", "fits"),
    [(0, 5, True), (15, 5, True), (12, 6, True), (16, 5, True), (20, 5, False), (21, 5, False)],
)
def test_a_list_that_reaches_the_window_is_an_error_not_a_part(total: int, size: int, fits: bool) -> None:
    pages = sweep(rows_from(total, size), page_size=size, window=20)
    if fits:
        assert sum(map(len, pages)) == total
    else:
        with pytest.raises(CertViewError) as caught:
            list(pages)
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
    with pytest.raises(CertViewError, match="without id and certhash") as caught:
        list(sweep(lambda number: [row], page_size=SIZE))
    assert caught.value.kind == "answer"
