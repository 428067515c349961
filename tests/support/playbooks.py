# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the real ansible-playbook with the installed collection, and reads what it returned."""

from __future__ import annotations

import json
import os
import subprocess
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Run:
    """What a playbook left behind."""

    returncode: int
    output: str
    events: list[dict[str, t.Any]]
    stats: dict[str, dict[str, int]]
    custom_stats: dict[str, t.Any]

    def results(self, task: str) -> dict[str, dict[str, t.Any]]:
        """Return the result of *task* for each host that ran it."""
        return {event["host"]: event["result"] for event in self.events if event["task"] == task}

    def result(self, task: str) -> dict[str, t.Any]:
        """Return the result of a task that ran once."""
        (result,) = self.results(task).values()
        return result


class Ansible:
    """Runs Ansible's own commands in a folder of the test's own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment: dict[str, str] = {
            **{name: value for name, value in os.environ.items() if not name.startswith("QUALYS_")},
            "ANSIBLE_COLLECTIONS_PATH": os.environ["QUALYS_TEST_COLLECTIONS"],
            "ANSIBLE_CALLBACKS_ENABLED": "recorder",
            "ANSIBLE_CALLBACK_PLUGINS": str(Path(__file__).parent / "callback_plugins"),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            # What Ansible would discover on the way (pyenv's stand-ins, a distribution's) need not have requests.
            "ANSIBLE_PYTHON_INTERPRETER": os.environ["QUALYS_TEST_PYTHON"],
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_RETRY_FILES_ENABLED": "false",
            "RECORDER_FILE": str(folder / "events.jsonl"),
            # What one test learns of a token or a budget must not reach the next.
            "QUALYS_STATE_DIR": str(folder / "state"),
        }

    def command(self, *words: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run one of Ansible's commands."""
        return subprocess.run(
            words,
            cwd=self.folder,
            env={**self.environment, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=300,
        )

    def inventory(self, hosts: Mapping[str, Mapping[str, t.Any]]) -> str:
        """Write an inventory, and return its path."""
        path = self.folder / "inventory.yml"
        path.write_text(
            yaml.safe_dump({"all": {"hosts": {name: dict(variables) for name, variables in hosts.items()}}})
        )
        return str(path)

    def play(
        self,
        what: str | list[dict[str, t.Any]],
        *words: str,
        env: Mapping[str, str] | None = None,
        inventory: str = "localhost,",
    ) -> Run:
        """Run a playbook of the collection by its name, or one that is a list of tasks on localhost."""
        events = self.folder / "events.jsonl"
        events.unlink(missing_ok=True)
        if not isinstance(what, str):
            path = self.folder / "site.yml"
            path.write_text(yaml.safe_dump(what, sort_keys=False))
            what = str(path)
        done = self.command("ansible-playbook", what, "-i", inventory, *words, env=env)
        lines = [json.loads(line) for line in events.read_text().splitlines()] if events.exists() else []
        closing = next((line for line in lines if "stats" in line), {"stats": {}, "custom": {}})
        return Run(
            done.returncode,
            done.stdout,
            [line for line in lines if "task" in line],
            closing["stats"],
            closing["custom"],
        )


def tasks_on_localhost(*tasks: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    """Return a playbook of one play on localhost."""
    return [{"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": list(tasks)}]
