# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measures commands as whole processes, side by side: in turn, so that a machine whose speed drifts is fair to all."""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
import time
import typing as t
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


class Figures(t.NamedTuple):
    """What one run of a command cost.

    :ivar wall: Seconds by the clock.
    :ivar cpu: Seconds of all its processes on all processors.
    :ivar peak: Mebibytes of its largest process; never less than this program's own, which Linux counts in because the
        command begins as a copy of it. So nothing here may hold much.
    :ivar calls: Calls of CertView's list endpoints, refused ones included.
    :ivar refusals: Calls that were refused because of a limit.
    :ivar logins: Tokens that were given out.
    :ivar server_cpu: Processor seconds of the simulator meanwhile.
    """

    wall: float
    cpu: float
    peak: float
    calls: float = 0
    refusals: float = 0
    logins: float = 0
    server_cpu: float = 0


Runs = Sequence[Figures]


class Ratio(t.NamedTuple):
    """How often one contender's figure holds another's: the median of the rounds, the least and the most."""

    middle: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.middle:.2f} ({self.least:.2f}-{self.most:.2f})"


def output_of(folder: Path) -> str:
    """Return what the last command in *folder* has printed."""
    return (folder / "output").read_text(encoding="utf-8", errors="replace")


def run_once(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> Figures:
    """Run *command* to its end.

    :raises RuntimeError: with what it printed, when it failed: a benchmark of an error means nothing.
    """
    with (folder / "output").open("wb") as output:
        started = time.monotonic()
        process = subprocess.Popen(
            command, env=dict(environment), cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        status, usage = os.wait4(process.pid, 0)[1:]
        wall = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{output_of(folder)[-4000:]}")
    return Figures(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def compare(candidates: Mapping[str, Callable[[], Figures]], rounds: int, *, warm_up: bool = True) -> dict[str, Runs]:
    """Run all *candidates* in turn, *rounds* times, and return their figures. Each is told on standard error at once.

    :param warm_up: Whether to run each once before, uncounted: the first run compiles, and fills caches.
    """
    figures: dict[str, list[Figures]] = {name: [] for name in candidates}
    for number in range(-1 if warm_up else 0, rounds):
        for name, candidate in candidates.items():
            told = candidate()
            print(f"  {number + 1 or 'warm-up'}  {name}: {told.wall:.2f} s, {told.cpu:.2f} s CPU", file=sys.stderr)
            if number >= 0:
                figures[name].append(told)
    return dict(figures)


def median(runs: Runs) -> Figures:
    """Return the median of each figure."""
    return Figures(*(statistics.median(column) for column in zip(*runs, strict=True)))


def ratio(figure: str, runs: Runs, others: Runs) -> Ratio:
    """Compare *runs* with *others* round by round: what ran within the same minute had the same machine.

    :param figure: A field of Figures.
    """
    ratios = [getattr(run, figure) / getattr(other, figure) for run, other in zip(runs, others, strict=True)]
    return Ratio(statistics.median(ratios), min(ratios), max(ratios))


def growth_exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """Return the slope of *costs* over *sizes* on logarithmic axes: 1 for what grows in proportion, 0 for a constant.

    The least squares of all points, so that none of them decides alone.
    """
    return statistics.linear_regression([*map(math.log, sizes)], [*map(math.log, costs)]).slope
