# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where contenders meet: one simulator, and for each run a folder, a state directory and counts of its own."""

from __future__ import annotations

import os
import tempfile
import typing as t
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.simulator import Simulator, running_simulator

from .measure import Figures, output_of, run_once

# Nobody is to wait for a budget here; how the limits are kept is a matter of tests.
_ENDLESS = ("--rate-limit", "1000000")


def last_line(folder: Path) -> int:
    """Return the number that a program of ours printed last."""
    return int(output_of(folder).split()[-1])


@dataclass(frozen=True)
class Contender:
    """A command that reads certificates.

    :ivar counted: Returns how many it has read, from the folder that it ran in.
    """

    command: Sequence[str]
    environment: Mapping[str, str]
    counted: Callable[[Path], int] = last_line


@dataclass(frozen=True)
class Arena:
    """A simulator of so many certificates.

    :ivar certificates: How many it has.
    :ivar folder: For whatever its runs leave behind.
    """

    simulator: Simulator
    certificates: int
    folder: Path

    def run(self, contender: Contender, *, state: Path | None = None) -> Figures:
        """Run *contender* once, and make sure that it has read all certificates.

        :param state: The state directory; a fresh one, in which there is no token, when not given.
        :raises RuntimeError: when it has not.
        """
        simulator = self.simulator
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        environment = {
            **os.environ,
            **simulator.environment,
            "QUALYS_STATE_DIR": str(state or folder / "state"),
            **contender.environment,
        }
        simulator.control("reset", {})
        before = _processor_seconds(simulator)
        figures = run_once(contender.command, environment, folder)
        server_cpu = _processor_seconds(simulator) - before
        counted = contender.counted(folder)
        if counted != self.certificates:
            raise RuntimeError(f"{' '.join(contender.command)} read {counted} of {self.certificates} certificates")
        return figures._replace(server_cpu=server_cpu, **_counts(simulator.stats()))

    def runner(self, contender: Contender) -> Callable[[], Figures]:
        """Return what runs *contender* once."""
        return lambda: self.run(contender)


@contextmanager
def arena(certificates: int, folder: Path, *switches: str, latency_ms: float = 0) -> Iterator[Arena]:
    """Start a simulator that allows 2 calls at once, and any number of them.

    :param switches: Others of the simulator.
    """
    estate = ("--estate", "generated", "--certificates", str(certificates), "--latency-ms", str(latency_ms))
    with (
        tempfile.TemporaryDirectory(dir=folder) as own_folder,
        running_simulator(*estate, *_ENDLESS, *switches) as simulator,
    ):
        yield Arena(simulator, certificates, Path(own_folder))


def _processor_seconds(simulator: Simulator) -> float:
    """Return what the simulator's process has used up so far."""
    # proc(5): the name of the program, in brackets, may hold blanks; fields 14 and 15 are utime and stime.
    fields = Path(f"/proc/{simulator.state['pid']}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _counts(stats: Mapping[str, t.Any]) -> dict[str, float]:
    return {
        "calls": sum(count for api, count in stats["calls"].items() if api.startswith("/certview/")),
        "refusals": sum(sum(kinds.values()) for kinds in stats["refusals"].values()),
        "logins": stats["logins"],
    }
