# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measures commands as whole processes, side by side: in turn, so that a machine whose speed drifts is fair to all."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
import typing as t
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


class Figures(t.NamedTuple):
    """What one run of a command cost.

    :ivar wall: Seconds by the clock.
    :ivar cpu: Seconds of all its processes on all processors.
    :ivar peak: Mebibytes of its largest process.
    """

    wall: float
    cpu: float
    peak: float


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
        raise RuntimeError(f"{' '.join(command)} failed:\n{(folder / 'output').read_text(errors='replace')[-4000:]}")
    return Figures(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def compare(candidates: Mapping[str, Callable[[], Figures]], rounds: int) -> dict[str, list[Figures]]:
    """Run all *candidates* in turn, *rounds* times after one round to warm up, and return their figures."""
    for candidate in candidates.values():
        candidate()
    figures: dict[str, list[Figures]] = {name: [] for name in candidates}
    for name, candidate in [*candidates.items()] * rounds:
        figures[name].append(candidate())
    return figures


def median(runs: Sequence[Figures]) -> Figures:
    """Return the median of each figure."""
    return Figures(*(statistics.median(column) for column in zip(*runs, strict=True)))
