# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an audit out of a fresh local copy costs beside a play that only reads its hosts and parses the same records."""

from __future__ import annotations

import functools
import json
import shutil
import statistics
import tempfile
import typing as t
from collections.abc import Callable, Sequence
from pathlib import Path

import yaml
from support.simulator import NOW, running_simulator

from .arena import Arena, Contender, arena
from .contenders import PROGRAMS, Task, program
from .measure import Figures, Runs, compare, median, output_of, ratio
from .scale import Scale
from .tables import table, verdict

FLOOR = "records parsed, none kept"
AUDIT = "certview_audit, copy fresh enough"

_ANY_AGE = 86_400
_READ = "Read"
_NEXT = "Next"
_MB = 2**20 / 1e6
# Both follow within half a second, and a machine does not repeat that to the hundredth.
_NOT_SLOWER = 1.2
_LINEAR = 1.3


class _Play:
    """A play of two tasks: one that reads all records, and one that tells how many.

    :ivar following: For each run so far, the seconds from the end of the first task to that of the second.
    """

    def __init__(self, reading: Task, inventory: Path, folder: Path) -> None:
        self.following: list[float] = []
        telling = {"name": _NEXT, "ansible.builtin.debug": {"msg": "READ={{ told.summary.certificates }}="}}
        tasks = [{"name": _READ, **reading, "register": "told"}, telling]
        play = {"hosts": "all", "gather_facts": False, "tasks": [{**task, "run_once": True} for task in tasks]}
        path = Path(tempfile.mkdtemp(dir=folder), "site.yml")
        path.write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
        ansible_playbook = shutil.which("ansible-playbook") or "ansible-playbook"
        environment = {
            "ANSIBLE_ACTION_PLUGINS": str(PROGRAMS / "action_plugins"),
            "ANSIBLE_CALLBACK_PLUGINS": str(PROGRAMS / "callback_plugins"),
            "ANSIBLE_CALLBACKS_ENABLED": "moments",
            "MOMENTS_FILE": "moments.json",
        }
        self.contender = Contender((ansible_playbook, str(path), "-i", str(inventory)), environment, self._counted)

    def _counted(self, ran_in: Path) -> int:
        moments = dict(json.loads((ran_in / "moments.json").read_text(encoding="utf-8")))
        self.following.append(moments[f"end {_NEXT}"] - moments[f"end {_READ}"])
        return int(output_of(ran_in).rpartition("READ=")[2].partition("=")[0])


class _Measured(t.NamedTuple):
    """What the two plays cost at one size; what follows is in seconds."""

    certificates: int
    hosts: int
    floor: Runs
    audit: Runs
    after_floor: Sequence[float]
    after_audit: Sequence[float]


def run(scale: Scale, folder: Path) -> None:
    """Print the ratio at the largest size, and how the cost grows with certificates and with hosts."""
    *smaller, largest = scale.audit_estates
    fewest = scale.audit_inventories[0]
    sizes = [*((count, (fewest,)) for count in smaller), (largest, scale.audit_inventories)]
    measured = [each for count, inventories in sizes for each in _measured(count, inventories, scale, folder)]
    _report(measured[-1])
    _report_growth("certificates", [each for each in measured if each.hosts == fewest], lambda each: each.certificates)
    _report_growth("hosts", [each for each in measured if each.certificates == largest], lambda each: each.hosts)


def _measured(certificates: int, inventories: Sequence[int], scale: Scale, folder: Path) -> t.Iterator[_Measured]:
    """Measure both plays for each inventory, all out of one copy."""
    with arena(certificates, folder) as place:
        records = place.folder / "records.jsonl"
        for hosts in inventories:
            inventory = _inventory(certificates, hosts, place.folder)
            floor = _Play({"json_lines": {"path": str(records)}}, inventory, place.folder)
            audit = _Play(_audit(place), inventory, place.folder)
            if not records.exists():
                _prepare(place, audit, records)
            figures = compare(
                {
                    FLOOR: functools.partial(_run, place, floor.contender),
                    AUDIT: functools.partial(_run, place, audit.contender),
                },
                scale.slow_rounds,
                warm_up=False,
            )
            after = (play.following[-scale.slow_rounds :] for play in (floor, audit))
            yield _Measured(certificates, hosts, *figures.values(), *after)


def _inventory(certificates: int, hosts: int, folder: Path) -> Path:
    """Return an inventory of the same assets; to write one is all that this simulator is for."""
    path = folder / f"inventory-{hosts}.yml"
    estate = ("--estate", "generated", "--certificates", str(certificates))
    with running_simulator(*estate, "--inventory-file", str(path), "--inventory-hosts", str(hosts)):
        return path


def _audit(place: Arena) -> Task:
    options = {"as_of": NOW, "max_age": _ANY_AGE, "dest": str(place.folder / "audit.json")}
    return {"community.qualys.certview_audit": options}


def _state(place: Arena) -> Path:
    return place.folder / "state"


def _prepare(place: Arena, audit: _Play, records: Path) -> None:
    """Make the copy as the first audit does, and write the records that it holds to a file."""
    place.run(audit.contender, state=_state(place))
    _run(place, program("copied", NOW, str(_ANY_AGE), str(records)))


def _run(place: Arena, contender: Contender) -> Figures:
    figures = place.run(contender, state=_state(place))
    if figures.calls:
        raise RuntimeError(f"{' '.join(contender.command)} called the API, where the copy was to serve")
    return figures


def _report(measured: _Measured) -> None:
    """Print the figures of the largest size, and hold them against their targets."""
    print(
        f"\n### {measured.certificates:,} certificates on {measured.certificates * 3 // 4:,} assets,"
        f" {measured.hosts:,} hosts, {len(measured.audit)} rounds\n"
    )
    header = ("play", "wall / floor", "CPU / floor", "wall s", "CPU s", "peak MB", "next task s")
    rows = [
        [
            name,
            f"{ratio('wall', runs, measured.floor).middle:.2f}",
            f"{ratio('cpu', runs, measured.floor).middle:.2f}",
            *_cells(runs),
            f"{statistics.median(following):.2f}",
        ]
        for name, runs, following in (
            (FLOOR, measured.floor, measured.after_floor),
            (AUDIT, measured.audit, measured.after_audit),
        )
    ]
    print(table(header, rows))
    print(verdict("the audit / the floor, wall", ratio("wall", measured.audit, measured.floor), 2))
    print(verdict("peak memory of the audit, MB", round(max(each.peak for each in measured.audit) * _MB), 500))
    after = statistics.median(measured.after_audit) / statistics.median(measured.after_floor)
    print(verdict("the task that follows the audit / that follows the floor, wall", round(after, 2), _NOT_SLOWER))


def _cells(runs: Runs) -> list[str]:
    middle = median(runs)
    return [f"{middle.wall:.2f}", f"{middle.cpu:.2f}", f"{middle.peak * _MB:.0f}"]


def _report_growth(what: str, measured: Sequence[_Measured], count: Callable[[_Measured], int]) -> None:
    """Print what each certificate, or each host, more costs; where that is the same for all, the cost is linear."""
    print(f"\n### The audit of ever more {what}\n")
    rows: list[list[str]] = []
    slopes: list[float] = []
    before = None
    for each in measured:
        slope = floor_slope = ""
        if before is not None:
            more = count(each) - count(before)
            slopes.append((median(each.audit).wall - median(before.audit).wall) / more * 1000)
            slope = f"{slopes[-1]:.3f}"
            floor_slope = f"{(median(each.floor).wall - median(before.floor).wall) / more * 1000:.3f}"
        rows.append([f"{each.certificates:,}", f"{each.hosts:,}", *_cells(each.audit), slope, floor_slope])
        before = each
    # Not of the processor: while a task runs, Ansible asks for its end, and copies the state of all hosts each time.
    slope_of = f"ms for one of the {what} more"
    header = ("certificates", "hosts", "wall s", "CPU s", "peak MB", f"{slope_of}", "the same of the floor")
    print(table(header, rows))
    print(verdict(f"the last {what} / the first, wall for one more", round(slopes[-1] / slopes[0], 2), _LINEAR))
