# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an audit costs beside what Ansible itself costs for each host."""

from __future__ import annotations

import functools
import os
import shutil
import typing as t
from pathlib import Path

import yaml
from support.simulator import NOW, running_simulator

from .measure import Runs, compare, median, run_once
from .scale import Scale
from .tables import table

_CERTIFICATES_PER_HOST = 1.3

_NOTHING = "no task"
_TRIVIAL = "one trivial task a host"
_AUDIT = "the audit"

_PLAYS: dict[str, list[dict[str, t.Any]]] = {
    _NOTHING: [],
    _TRIVIAL: [{"name": "Trivial", "ansible.builtin.debug": {"msg": "well"}}],
    _AUDIT: [
        {
            "name": "Audit",
            "community.qualys.certview_audit": {"as_of": NOW, "dest": "audit.json"},
            "run_once": True,
        }
    ],
}


def run(scale: Scale, folder: Path) -> None:
    """Print one table for each size of inventory."""
    for hosts in scale.audit_hosts:
        certificates = int(hosts * _CERTIFICATES_PER_HOST)
        _report(hosts, certificates, _measured(hosts, certificates, scale, folder))


def _play_of(tasks: list[dict[str, t.Any]], folder: Path) -> Path:
    """Write a playbook of *tasks* for all hosts, in a folder of its own."""
    folder.mkdir()
    path = folder / "site.yml"
    path.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": tasks}], sort_keys=False))
    return path


def _measured(hosts: int, certificates: int, scale: Scale, folder: Path) -> dict[str, Runs]:
    """Measure the three plays over the same inventory."""
    inventory = folder / f"inventory-{hosts}.yml"
    switches = (
        *("--estate", "generated", "--certificates", str(certificates), "--assets", str(hosts)),
        *("--inventory-file", str(inventory), "--inventory-hosts", str(hosts), "--rate-limit", "1000000"),
    )
    ansible_playbook = shutil.which("ansible-playbook") or "ansible-playbook"
    with running_simulator(*switches) as simulator:
        environment = {**os.environ, **simulator.environment, "QUALYS_STATE_DIR": str(folder / f"state-{hosts}")}
        commands = {
            name: [ansible_playbook, str(_play_of(tasks, folder / f"{hosts}-{number}")), "-i", str(inventory)]
            for number, (name, tasks) in enumerate(_PLAYS.items())
        }
        return compare(
            {
                name: functools.partial(run_once, command, environment, Path(command[1]).parent)
                for name, command in commands.items()
            },
            scale.slow_rounds,
            warm_up=scale.warm_up,
        )


def _report(hosts: int, certificates: int, figures: dict[str, Runs]) -> None:
    """Print the figures, and the ratio of what the audit and the trivial task cost beyond a play without a task."""
    medians = {name: median(runs) for name, runs in figures.items()}
    print(f"\n### {hosts:,} hosts, {certificates:,} certificates, {len(figures[_AUDIT])} rounds\n")
    rows = [[name, f"{each.wall:.2f}", f"{each.cpu:.2f}", f"{each.peak:.0f}"] for name, each in medians.items()]
    print(table(("play", "wall s", "CPU s", "peak MiB"), rows))
    nothing, audit, trivial = medians[_NOTHING], medians[_AUDIT], medians[_TRIVIAL]
    wall = (audit.wall - nothing.wall) / (trivial.wall - nothing.wall)
    cpu = (audit.cpu - nothing.cpu) / (trivial.cpu - nothing.cpu)
    print(f"- the audit / one trivial task a host, both less the play without a task: wall {wall:.2f}, CPU {cpu:.2f}")
