# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One fleet on many nodes: slices that read what an inventory update has found, and controllers that share no disk."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml
from support.playbooks import Ansible, Run
from support.simulator import NOW, Simulator

SLICES = 4
CONTROLLERS = 3
ESTATE = ("--estate", "generated", "--certificates", "900", "--assets", "40")
HOSTS = 42

AUDIT = {"name": "Audit", "community.qualys.certview_audit": {"as_of": NOW}, "run_once": True}
PLAY = [{"hosts": "all", "gather_facts": False, "tasks": [AUDIT]}]
TELL = "Tell what the inventory knows"

Findings = dict[str, tuple[str, list[t.Any]]]


@pytest.fixture
def fleet(ansible: Ansible, simulate: Callable[..., Simulator]) -> tuple[Simulator, Path]:
    """A subscription, and the inventory of the hosts that it has scanned, but for two that it has not."""
    inventory = ansible.folder / "fleet.yml"
    switches = ("--inventory-file", str(inventory), "--inventory-hosts", str(HOSTS), "--blemish", "template=0.3")
    return simulate(*ESTATE, *switches), inventory


def found_by(run: Run) -> Findings:
    assert run.returncode == 0, run.output
    hosts = run.result("Audit")["audit"]["hosts"]
    return {name: (host["status"], host["findings"]) for name, host in hosts.items()}


def updated(ansible: Ansible, simulator: Simulator, inventory: Path) -> dict[str, t.Any]:
    """Do what AWX does to update an inventory: the source's output goes into its database."""
    source = ansible.folder / "update.certview.yml"
    source.write_text(yaml.safe_dump({"plugin": "community.qualys.certview", "as_of": NOW, "details": "json"}))
    output = ansible.folder / "update.json"
    words = ("-i", str(inventory), "-i", str(source), "--list", "--export", "--output", str(output))
    done = ansible.command("ansible-inventory", *words, env=simulator.environment)
    assert done.returncode == 0, done.stdout
    return dict(json.loads(output.read_text()))


def sliced(inventory: Mapping[str, t.Any], hosts: Sequence[str]) -> dict[str, t.Any]:
    """Return what AWX gives a job that has some of the hosts: all groups, with these hosts in them."""
    pared = {
        name: {**group, "hosts": [host for host in group.get("hosts", []) if host in hosts]}
        for name, group in inventory.items()
        if name != "_meta"
    }
    return {**pared, "_meta": {"hostvars": {host: inventory["_meta"]["hostvars"][host] for host in hosts}}}


def private_data(folder: Path, inventory: Mapping[str, t.Any], play: list[dict[str, t.Any]]) -> Path:
    """Lay out what ansible-runner is to run, with the inventory as the script that AWX writes."""
    for name in ("inventory", "project", "env"):
        (folder / name).mkdir(parents=True)
    script = folder / "inventory" / "hosts"
    script.write_text(f"#!/usr/bin/env python3\nprint({json.dumps(inventory)!r})\n")
    script.chmod(0o700)
    (folder / "project" / "site.yml").write_text(yaml.safe_dump(play, sort_keys=False))
    (folder / "env" / "settings").write_text(json.dumps({"suppress_ansible_output": True}))
    return folder


def told_by_runner(ansible: Ansible, folder: Path) -> Findings:
    """Run a slice, and return what its tasks have told."""
    done = ansible.command("ansible-runner", "run", str(folder), "-p", "site.yml", "--ident", "slice")
    artifacts = folder / "artifacts" / "slice"
    assert (artifacts / "rc").read_text() == "0", done.stdout + (artifacts / "stdout").read_text()
    events = [json.loads(path.read_text()) for path in (artifacts / "job_events").glob("*.json")]
    return {
        event["event_data"]["host"]: (
            event["event_data"]["res"]["msg"]["status"],
            event["event_data"]["res"]["msg"]["findings"],
        )
        for event in events
        if event["event"] == "runner_on_ok" and event["event_data"]["task"] == TELL
    }


def test_slices_of_a_job_read_the_whole_audit_without_a_call_or_a_credential(
    ansible: Ansible, fleet: tuple[Simulator, Path], tmp_path: Path
) -> None:
    simulator, inventory = fleet
    database = updated(ansible, simulator, inventory)
    calls = simulator.stats()
    names = sorted(database["_meta"]["hostvars"])
    told = {"status": "{{ certview_status }}", "findings": "{{ certview_findings | from_json }}"}
    play = [
        {
            "hosts": "certview_expired:certview_expiring:certview_weak:certview_ok:certview_not_evaluated"
            ":certview_unmatched",
            "gather_facts": False,
            "tasks": [{"name": TELL, "ansible.builtin.debug": {"msg": told}}],
        }
    ]
    folders = [
        private_data(tmp_path / f"node-{number}", sliced(database, names[number::SLICES]), play)
        for number in range(SLICES)
    ]
    with ThreadPoolExecutor(SLICES) as nodes:
        parts = list(nodes.map(lambda folder: told_by_runner(ansible, folder), folders))

    assert simulator.stats() == calls
    assert [sorted(part) for part in parts] == [names[number::SLICES] for number in range(SLICES)]
    whole = {name: told for part in parts for name, told in part.items()}
    assert len({status for status, _findings in whole.values()}) > 2
    everything = ansible.play(PLAY, inventory=str(inventory), env=simulator.environment)
    assert whole == found_by(everything)


@pytest.mark.matrix
def test_controllers_that_share_no_disk_wait_for_one_another(
    ansible: Ansible, fleet: tuple[Simulator, Path], tmp_path: Path
) -> None:
    simulator, inventory = fleet
    whole = found_by(ansible.play(PLAY, inventory=str(inventory), env=simulator.environment))
    calls_of_one = simulator.stats()["total"]
    names = sorted(whole)
    simulator.control("reset", {})
    # Less than two of the three need within a window, so that each is refused calls that others have made.
    simulator.control("limits", {"rate": calls_of_one + 1, "window": 3})

    def third(number: int) -> Findings:
        node = Ansible(tmp_path / f"controller-{number}")
        node.folder.mkdir()
        node.environment["QUALYS_STATE_DIR"] = str(node.folder / "state")
        limit = ",".join(names[number::CONTROLLERS])
        run = node.play(PLAY, "--limit", limit, inventory=str(inventory), env=simulator.environment)
        return found_by(run)

    with ThreadPoolExecutor(CONTROLLERS) as controllers:
        parts = list(controllers.map(third, range(CONTROLLERS)))
    stats = simulator.stats()

    assert [sorted(part) for part in parts] == [names[number::CONTROLLERS] for number in range(CONTROLLERS)]
    assert {name: found for part in parts for name, found in part.items()} == whole
    assert stats["logins"] == CONTROLLERS
    refused = sum(sum(reasons.values()) for reasons in stats["refusals"].values())
    assert refused > 0
    assert stats["total"] - refused == CONTROLLERS * calls_of_one
