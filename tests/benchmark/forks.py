# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many processes that look up certificates at the same time, as the forks of a play do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from support.simulator import NOW

from . import contenders
from .arena import Arena, Contender, arena, last_line
from .measure import Figures, compare
from .scale import Scale
from .tables import RAW_HEADER, raw, table, verdict

_TEN_MINUTES = "600"


def run(scale: Scale, folder: Path) -> None:
    """Print what the lookups of all processes cost together, and what one of them costs alone."""
    lookups = scale.processes * scale.lookups
    with arena(scale.fork_certificates, folder) as place:
        addresses = _addresses(place, lookups)
        figures = compare(
            {
                f"{scale.processes} processes x {scale.lookups} lookups, together": lambda: _looked_up(
                    place, scale.processes, addresses
                ),
                f"1 process, 1 lookup (x {lookups} without a copy)": lambda: _looked_up(place, 1, addresses[:1]),
            },
            scale.slow_rounds,
            warm_up=False,
        )
    together, alone = figures.values()
    print(f"\n### {lookups} lookups among {scale.fork_certificates:,} certificates, {scale.slow_rounds} rounds\n")
    rows = [[name, f"{runs[0].logins:.0f}", *raw(runs)] for name, runs in figures.items()]
    print(table(("", "logins", *RAW_HEADER), rows))
    print(verdict("sweeps", max(run.calls for run in together) / min(run.calls for run in alone), 1))
    print(verdict("logins", max(run.logins for run in together), 1))
    print(verdict("refusals", max(run.refusals for run in together), 0))


def _looked_up(place: Arena, processes: int, addresses: Sequence[str]) -> Figures:
    arguments = (str(processes), NOW, _TEN_MINUTES, *addresses)
    program = contenders.program("at_once", *arguments)

    def all_found(folder: Path) -> int:
        found = last_line(folder)
        if found != len(addresses):
            raise RuntimeError(f"{found} of {len(addresses)} lookups found a certificate")
        return place.certificates

    return place.run(Contender(program.command, program.environment, all_found))


def _addresses(place: Arena, count: int) -> list[str]:
    """Return different addresses on which the simulator has certificates."""
    found = {
        asset["primary_ip"]
        for certificate in place.simulator.control("estate")
        for asset in certificate["assets"]
        if asset["primary_ip"]
    }
    return sorted(found)[:count]
