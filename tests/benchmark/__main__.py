# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an audit costs beside what Ansible itself costs: ``make benchmark``.

Prints ratios of whole processes that ran in turn on the same machine; a figure in seconds means nothing elsewhere.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import typing as t
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmark.measure import Figures, compare, median, run_once
from support.simulator import NOW, Simulator, running_simulator

NOTHING = "no task"
TRIVIAL = "one trivial task a host"
AUDIT = "the audit"

PLAYS: dict[str, list[dict[str, t.Any]]] = {
    NOTHING: [],
    TRIVIAL: [{"name": "Trivial", "ansible.builtin.debug": {"msg": "well"}}],
    AUDIT: [
        {
            "name": "Audit",
            "community.qualys.certview_audit": {"as_of": NOW, "dest": "audit.json"},
            "run_once": True,
        }
    ],
}


def play_of(tasks: list[dict[str, t.Any]], folder: Path) -> Path:
    """Write a playbook of *tasks* for all hosts, in a folder of its own."""
    folder.mkdir()
    path = folder / "site.yml"
    path.write_text(yaml.safe_dump([{"hosts": "all", "gather_facts": False, "tasks": tasks}], sort_keys=False))
    return path


def measured(hosts: int, certificates: int, rounds: int, folder: Path) -> tuple[dict[str, list[Figures]], int]:
    """Measure the three plays over the same inventory; return the figures and the API calls of one audit."""
    inventory = folder / f"inventory-{hosts}.yml"
    switches = (
        *("--estate", "generated", "--certificates", str(certificates), "--assets", str(hosts)),
        *("--inventory-file", str(inventory), "--inventory-hosts", str(hosts), "--rate-limit", "1000000"),
    )
    ansible_playbook = shutil.which("ansible-playbook") or "ansible-playbook"
    with running_simulator(*switches) as simulator:
        environment = {**os.environ, **simulator.environment}
        commands = {
            name: [ansible_playbook, str(play_of(tasks, folder / f"{hosts}-{number}")), "-i", str(inventory)]
            for number, (name, tasks) in enumerate(PLAYS.items())
        }
        figures = compare(
            {
                name: lambda command=command: run_once(command, environment, Path(command[1]).parent)
                for name, command in commands.items()
            },
            rounds,
        )
        calls = list_calls(simulator) // (rounds + 1)
    return figures, calls


def list_calls(simulator: Simulator) -> int:
    """Return how many calls of list endpoints the simulator has answered."""
    return sum(count for api, count in simulator.stats()["calls"].items() if api.startswith("/certview/"))


def report(hosts: int, certificates: int, figures: dict[str, list[Figures]], calls: int) -> None:
    """Print the figures, and the ratio of what the audit and the trivial task cost beyond a play without a task."""
    medians = {name: median(runs) for name, runs in figures.items()}
    print(f"\n{hosts} hosts, {certificates} certificates, {len(figures[AUDIT])} rounds; {calls} API calls an audit")
    print(f"  {'play':26} {'wall s':>8} {'CPU s':>8} {'peak MiB':>9}")
    for name, middle in medians.items():
        print(f"  {name:26} {middle.wall:8.2f} {middle.cpu:8.2f} {middle.peak:9.0f}")
    floor, audit, trivial = medians[NOTHING], medians[AUDIT], medians[TRIVIAL]
    wall = (audit.wall - floor.wall) / (trivial.wall - floor.wall)
    cpu = (audit.cpu - floor.cpu) / (trivial.cpu - floor.cpu)
    print(f"  the audit / one trivial task a host, both less the play without a task: wall {wall:.2f}, CPU {cpu:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, nargs="+", default=[200, 2000], help="sizes of the inventory")
    parser.add_argument("--certificates-per-host", type=float, default=1.3)
    parser.add_argument("--rounds", type=int, default=5, help="counted runs of each play, after one to warm up")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="certview-benchmark-") as folder:
        for hosts in options.hosts:
            certificates = int(hosts * options.certificates_per_host)
            figures, calls = measured(hosts, certificates, options.rounds, Path(folder))
            report(hosts, certificates, figures, calls)


if __name__ == "__main__":
    main()
