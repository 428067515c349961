# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The arithmetic of the benchmarks, and that none of them takes a failure for a result."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from benchmark.arena import Contender, arena
from benchmark.measure import Figures, compare, growth_exponent, median, ratio, run_once
from benchmark.tables import RAW_HEADER, raw, table, verdict
from hypothesis import given
from hypothesis import strategies as st


def walls(*seconds: float) -> list[Figures]:
    return [Figures(wall=each, cpu=1, peak=1) for each in seconds]


def test_contenders_run_in_turn_and_the_warm_up_does_not_count() -> None:
    ran: list[str] = []

    def candidate(name: str) -> Figures:
        ran.append(name)
        return Figures(wall=len(ran), cpu=0, peak=0)

    figures = compare({name: lambda name=name: candidate(name) for name in ("a", "b")}, 2)  # type: ignore[misc]
    assert ran == ["a", "b"] * 3
    assert [run.wall for run in figures["a"]] == [3, 5]


def test_ratios_are_taken_within_a_round() -> None:
    # The machine was four times slower in the second round; no figure of another round is held against it.
    measured = ratio("wall", walls(2, 8, 3), walls(1, 4, 1))
    assert measured == (2, 2, 3)
    assert str(measured) == "2.00 (2.00-3.00)"


def test_median_is_of_each_figure() -> None:
    assert median([Figures(1, 9, 5), Figures(2, 8, 5), Figures(9, 7, 5)])[:3] == (2, 8, 5)


@given(
    exponent=st.floats(-3, 3),
    factor=st.floats(0.01, 100),
    sizes=st.lists(st.integers(1, 10**6), min_size=2, max_size=8, unique=True),
)
def test_exponent_of_a_power_is_found(exponent: float, factor: float, sizes: list[int]) -> None:
    costs = [factor * size**exponent for size in sizes]
    assert growth_exponent(sizes, costs) == pytest.approx(exponent, abs=1e-6)


def test_table_is_markdown() -> None:
    assert table(("", "wall s"), [("floor", "1.00")]) == "|  | wall s |\n| --- | ---: |\n| floor | 1.00 |\n"
    assert len(raw(walls(1))) == len(RAW_HEADER)


@pytest.mark.parametrize(("measured", "word"), [(10, "met"), (11, "MISSED")])
def test_verdict_tells_whether_the_target_is_met(measured: float, word: str) -> None:
    assert verdict("calls", measured, 10).endswith(f"target at most 10: {word}")


def test_failed_command_is_no_result(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no such estate"):
        run_once([sys.executable, "-c", "raise SystemExit('no such estate')"], {}, tmp_path)


def test_part_of_the_certificates_is_no_result(tmp_path: Path) -> None:
    with (
        arena(250, tmp_path) as place,
        pytest.raises(RuntimeError, match="read 249 of 250 certificates"),
    ):
        place.run(Contender((sys.executable, "-c", "print('read', 249)"), {}))
