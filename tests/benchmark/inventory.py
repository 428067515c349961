# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What it costs to enrich an inventory from a fresh copy, beside parsing that inventory and auditing its hosts."""

from __future__ import annotations

import functools
import shutil
import typing as t
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import yaml
from support.simulator import NOW

from .arena import Arena, Contender, arena
from .measure import Figures, compare, median, ratio
from .scale import Scale
from .tables import table, verdict

ALONE = "the inventory alone"
AUDIT = "the inventory and certview_audit"
ENRICH = "enriched"

_MOST = 1.5
_ANY_AGE = 86_400
_MB = 2**20 / 1e6

_EXPRESSIONS = {
    "compose": {"soon": "certview_days_remaining is number and certview_days_remaining < 30"},
    "groups": {"severe": "certview_severity in ['critical', 'high']"},
}


def run(scale: Scale, folder: Path) -> None:
    """Print what each way of enriching costs at the largest size."""
    certificates, hosts = scale.audit_estates[-1], scale.audit_inventories[-1]
    inventory = folder / "inventory.yml"
    with arena(certificates, folder, "--inventory-file", str(inventory), "--inventory-hosts", str(hosts)) as place:
        cache = {
            "cache": True,
            "cache_plugin": "ansible.builtin.jsonfile",
            "cache_connection": str(place.folder / "kept"),
        }
        ways: Mapping[str, Mapping[str, t.Any]] = {
            ENRICH: {},
            "enriched, details: json": {"details": "json"},
            "enriched, details: structure": {"details": "structure"},
            "enriched, one compose and one of groups": _EXPRESSIONS,
            "enriched, out of the cache of Ansible": cache,
        }
        told = functools.partial(_told, certificates, hosts)
        contenders = {
            ALONE: _play(place.folder / "alone", [inventory], [], told("HOSTS=")),
            AUDIT: _play(place.folder / "audit", [inventory], [_audit(place.folder)], told("HOSTS=")),
            **{
                name: _play(
                    place.folder / f"way-{number}",
                    [inventory, _source(place.folder / f"way-{number}.certview.yml", options)],
                    [],
                    told("JUDGED="),
                )
                for number, (name, options) in enumerate(ways.items())
            },
        }
        # The first makes the copy, and the last fills the cache.
        for name in (AUDIT, [*ways][-1]):
            place.run(contenders[name], state=_state(place))
        figures = compare(
            {name: functools.partial(_run, place, contender) for name, contender in contenders.items()},
            scale.slow_rounds,
            warm_up=False,
        )
    print(f"\n### {hosts:,} hosts, {certificates:,} certificates, {scale.slow_rounds} rounds\n")
    header = ("play without a task of its own", "wall / audit", "CPU / audit", "wall s", "CPU s", "peak MB")
    rows = [
        [
            name,
            f"{ratio('wall', runs, figures[AUDIT]).middle:.2f}",
            f"{ratio('cpu', runs, figures[AUDIT]).middle:.2f}",
            f"{median(runs).wall:.2f}",
            f"{median(runs).cpu:.2f}",
            f"{median(runs).peak * _MB:.0f}",
        ]
        for name, runs in figures.items()
    ]
    print(table(header, rows))
    print(
        verdict("enriched / the inventory and the audit, wall", ratio("wall", figures[ENRICH], figures[AUDIT]), _MOST)
    )


def _audit(folder: Path) -> dict[str, t.Any]:
    options = {"as_of": NOW, "max_age": _ANY_AGE, "dest": str(folder / "audit.json")}
    return {"community.qualys.certview_audit": options, "run_once": True}


def _source(path: Path, options: Mapping[str, t.Any]) -> Path:
    given = {"plugin": "community.qualys.certview", "as_of": NOW, "max_age": _ANY_AGE, **options}
    path.write_text(yaml.safe_dump(given), encoding="utf-8")
    return path


def _play(
    folder: Path, sources: Sequence[Path], tasks: list[dict[str, t.Any]], counted: Callable[[Path], int]
) -> Contender:
    """Return a play that tells, once, how many hosts there are, and how many of them were judged."""
    folder.mkdir()
    judged = "groups.all | length - groups.certview_unmatched | default(groups.all) | length"
    telling = {
        "ansible.builtin.debug": {"msg": f"HOSTS={{{{ groups.all | length }}}}= JUDGED={{{{ {judged} }}}}="},
        "run_once": True,
    }
    path = folder / "site.yml"
    play = {"hosts": "all", "gather_facts": False, "tasks": [*tasks, telling]}
    path.write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
    named = [word for source in sources for word in ("-i", str(source))]
    return Contender((shutil.which("ansible-playbook") or "ansible-playbook", str(path), *named), {}, counted)


def _told(certificates: int, hosts: int, what: str) -> Callable[[Path], int]:
    """Return what makes sure that a play has read what it was to read: all certificates, or none of it counts."""

    def read(ran_in: Path) -> int:
        count = int((ran_in / "output").read_text(encoding="utf-8").rpartition(what)[2].partition("=")[0])
        return certificates if hosts / 2 < count <= hosts else 0

    return read


def _state(place: Arena) -> Path:
    return place.folder / "state"


def _run(place: Arena, contender: Contender) -> Figures:
    figures = place.run(contender, state=_state(place))
    if figures.calls:
        raise RuntimeError(f"{' '.join(contender.command)} called the API, where the copy was to serve")
    return figures
