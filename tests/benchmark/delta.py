# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a day's changes cost once there is a local copy of a large estate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from support.simulator import NOW

from . import contenders
from .arena import Arena, Contender, arena
from .measure import Figures, Runs, compare, output_of
from .scale import Scale
from .tables import RAW_HEADER, raw, table, verdict

_ANY_AGE = "86400"
_NO_AGE = "0.001"
_HOURS = 24


def run(scale: Scale, folder: Path) -> None:
    """Print what the first sync, a sync of changes, and no sync at all cost."""
    changed = round(scale.delta * scale.changed_share)
    with arena(scale.delta, folder) as place:
        state = place.folder / "state"
        full = [place.run(_synced(_NO_AGE, "full"), state=state)]

        def delta() -> Figures:
            _let_a_day_pass(place, changed)
            return place.run(_synced(_NO_AGE, "delta"), state=state)

        candidates: dict[str, Callable[[], Figures]] = {
            f"delta: {changed:,} changed in a day": delta,
            "the copy is fresh enough": lambda: place.run(_synced(_ANY_AGE, "cached"), state=state),
        }
        figures: dict[str, Runs] = {
            "full: there is no copy yet": full,
            **compare(candidates, scale.slow_rounds, warm_up=False),
        }
    print(f"\n### {scale.delta:,} certificates through a local copy, {scale.slow_rounds} rounds of all but the first\n")
    print(table(("", *RAW_HEADER), [[name, *raw(runs)] for name, runs in figures.items()]))
    print(verdict("calls of a delta", max(run.calls for run in figures[next(iter(candidates))]), 10))
    _tell_of_peer(scale, folder)


def _let_a_day_pass(place: Arena, changed: int) -> None:
    """Change so many certificates hour by hour, as scans do: all at one instant would lie in the next overlap."""
    for hour in range(_HOURS):
        place.simulator.control("clock", {"advance": 3600})
        place.simulator.control("estate", {"change": changed * (hour + 1) // _HOURS - changed * hour // _HOURS})


def _synced(max_age: str, path: str) -> Contender:
    def counted(folder: Path) -> int:
        told, count = output_of(folder).split()[-2:]
        if told != path:
            raise RuntimeError(f"the {path} sync was to be measured, and this was a {told} one:\n{output_of(folder)}")
        return int(count)

    program = contenders.program("synced", NOW, max_age)
    return Contender(program.command, program.environment, counted)


def _tell_of_peer(scale: Scale, folder: Path) -> None:
    """Count qualysdk's calls on a smaller estate: it has no other way than to read everything each time."""
    if not scale.peer_python.exists():
        print("- qualysdk is not installed: its calls were not counted")
        return
    with arena(scale.peer_pages, folder) as place:
        calls = int(place.run(contenders.qualysdk(scale.peer_python, place.simulator)).calls)
    beyond = calls - contenders.pages_of(scale.peer_pages)
    print(
        f"- calls of qualysdk: {calls} for {scale.peer_pages:,}, {beyond} beyond the pages;"
        f" by the same count {contenders.pages_of(scale.delta) + beyond:,} for {scale.delta:,}"
    )
