# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading all certificates: this client beside the least that can be done, qualysdk, and what Ansible brings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from . import contenders
from .arena import Arena, arena
from .measure import Figures, Ratio, Runs, compare, median, ratio, run_once
from .scale import Scale
from .tables import RAW_HEADER, raw, table, verdict

_FLOOR = "floor: 2 threads, json.loads"
_LIBRARY = "this client, counted"
_WRITTEN = "this client, written to a file"
_TASK = "certview_certificate_info with dest"
_QUALYSDK = "qualysdk"
_IMPORTS = "qualysdk, its imports alone"
_URI = "ansible.builtin.uri in a loop"


def run(scale: Scale, folder: Path) -> None:
    """Print one table for each of the sweeps."""
    for certificates, latency_ms in scale.sweeps:
        with arena(certificates, folder, latency_ms=latency_ms) as place:
            figures = _measured(place, scale)
        print(f"\n### {certificates:,} certificates, {latency_ms:g} ms a call, {len(figures[_FLOOR])} rounds\n")
        print(_table(figures))
        _judge(figures)


def _measured(place: Arena, scale: Scale) -> dict[str, Runs]:
    quick: dict[str, Callable[[], Figures]] = {
        _FLOOR: place.runner(contenders.floor()),
        _LIBRARY: place.runner(contenders.this_client()),
        _WRITTEN: place.runner(contenders.this_client(dest="records.jsonl")),
        _TASK: place.runner(contenders.module(place.folder)),
    }
    if scale.peer_python.exists():
        quick[_QUALYSDK] = place.runner(contenders.qualysdk(scale.peer_python, place.simulator))
        imports = (str(scale.peer_python), "-c", "import qualysdk, qualysdk.cert")
        quick[_IMPORTS] = lambda: run_once(imports, {}, place.folder)
    figures = compare(quick, scale.rounds, warm_up=scale.warm_up)
    if place.certificates <= scale.uri_up_to:
        uri = {_URI: place.runner(contenders.uri_loop(place.folder, place.certificates))}
        figures |= compare(uri, scale.slow_rounds, warm_up=False)
    return figures


def _table(figures: dict[str, Runs]) -> str:
    floor = median(figures[_FLOOR])
    rows = []
    for name, runs in figures.items():
        middle = median(runs)
        ratios = (middle.wall / floor.wall, middle.cpu / floor.cpu, middle.peak / floor.peak)
        rows.append([name, *(f"{value:.2f}" for value in ratios), *raw(runs)])
    return table(("", "wall / floor", "CPU / floor", "peak / floor", *RAW_HEADER), rows)


def _judge(figures: dict[str, Runs]) -> None:
    library = figures[_LIBRARY]
    print(verdict("this client / floor, wall", ratio("wall", library, figures[_FLOOR]), 1.15))
    if _QUALYSDK not in figures:
        print("- qualysdk is not installed: no comparison")
        return
    peer, imports = figures[_QUALYSDK], figures[_IMPORTS]
    print(verdict("this client / qualysdk, wall", ratio("wall", library, peer), 0.6))
    print(verdict("this client / qualysdk, peak memory", ratio("peak", library, peer), 0.5))
    print(f"- this client / qualysdk without its imports, wall: {_without(imports, library, peer)}")


def _without(imports: Runs, library: Runs, peer: Runs) -> Ratio:
    """Return the ratio that a qualysdk of an already running program would have."""
    rest = [run._replace(wall=run.wall - start.wall) for run, start in zip(peer, imports, strict=True)]
    return ratio("wall", library, rest)
