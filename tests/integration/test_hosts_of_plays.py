# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What counts of the variables of hosts, wherever a user has set them, and of hosts that are listed in the task."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from support.playbooks import Ansible, Run
from support.simulator import NOW, Simulator

AUDIT = "Audit"
DEMO_INVENTORY = Path(__file__).resolve().parents[2] / "tests" / "demo" / "inventory.yml"
ACCEPTED = {"reason": "Replaced in June", "expires": "2026-06-30"}

# Neither says anything of an expired certificate, and one tells that a key is of no post-quantum kind.
QUANTUM = {"profile": "nist-pqc"}
QUIET = {"rules": {"EXP-001": False, "TRU-004": False}}


def audited(
    ansible: Ansible,
    simulator: Simulator,
    *arguments: str,
    options: dict[str, t.Any] | None = None,
    task: dict[str, t.Any] | None = None,
    before: tuple[dict[str, t.Any], ...] = (),
    **play: t.Any,
) -> Run:
    """Audit the hosts of the demonstration, in a play with these keywords."""
    audit = {
        "name": AUDIT,
        "community.qualys.certview_audit": {"as_of": NOW, **(options or {})},
        "run_once": True,
        **(task or {}),
    }
    described = {"hosts": "all", "gather_facts": False, **play, "tasks": [*before, audit]}
    run = ansible.play([described], *arguments, inventory=str(DEMO_INVENTORY), env=simulator.environment)
    assert run.returncode == 0, run.output
    return run


def audit_of(run: Run) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", run.result(AUDIT)["audit"])


def rules_of(run: Run, host: str) -> set[str]:
    return {finding["rule"] for finding in audit_of(run)["hosts"][host]["findings"] if finding["status"] == "fail"}


@pytest.mark.parametrize(
    "where",
    ["play", "task", *(pytest.param(other, marks=pytest.mark.matrix) for other in ("file", "block", "command line"))],
)
def test_a_policy_may_be_set_wherever_ansible_lets_variables_be_set(
    ansible: Ansible, demo_estate: Simulator, where: str
) -> None:
    told = {"certview_policy": QUANTUM}
    (ansible.folder / "told.yml").write_text(yaml.safe_dump(told))
    if where == "block":
        inner = {"name": AUDIT, "community.qualys.certview_audit": {"as_of": NOW}, "run_once": True}
        play = {"hosts": "all", "gather_facts": False, "tasks": [{"block": [inner], "vars": told}]}
        run = ansible.play([play], inventory=str(DEMO_INVENTORY), env=demo_estate.environment)
    elif where == "command line":
        run = audited(ansible, demo_estate, "-e", "@told.yml")
    else:
        said: dict[str, t.Any] = {
            "play": {"vars": told},
            "file": {"vars_files": ["told.yml"]},
            "task": {"task": {"vars": told}},
        }[where]
        run = audited(ansible, demo_estate, **said)

    assert [group["hosts"] for group in audit_of(run)["host_policies"]] == [sorted(audit_of(run)["hosts"])]
    assert "KEY-008" in rules_of(run, "web02")


def test_the_precedence_is_that_of_ansible(ansible: Ansible, demo_estate: Simulator) -> None:
    own = {
        "name": "Own",
        "ansible.builtin.set_fact": {"certview_policy": QUIET},
        "when": "inventory_hostname == 'web01'",
    }
    run = audited(ansible, demo_estate, before=(own,), vars={"certview_policy": QUANTUM})
    assert "KEY-008" not in rules_of(run, "web01")
    assert "KEY-008" in rules_of(run, "web02")

    role = ansible.folder / "roles" / "ours" / "defaults"
    role.mkdir(parents=True)
    (role / "main.yml").write_text(yaml.safe_dump({"certview_policy": QUIET}))
    inventory = ansible.folder / "inventory"
    (inventory / "group_vars").mkdir(parents=True)
    (inventory / "hosts.yml").write_text(DEMO_INVENTORY.read_text())
    (inventory / "group_vars" / "web.yml").write_text(yaml.safe_dump({"certview_policy": QUANTUM}))
    (role.parent / "tasks").mkdir()
    (role.parent / "tasks" / "main.yml").write_text(
        yaml.safe_dump([{"name": AUDIT, "community.qualys.certview_audit": {"as_of": NOW}, "run_once": True}])
    )
    play = {"hosts": "all", "gather_facts": False, "roles": ["ours"]}
    run = ansible.play([play], inventory=str(inventory), env=demo_estate.environment)
    assert [len(group["hosts"]) for group in audit_of(run)["host_policies"]] == [9, 5]
    assert "KEY-008" in rules_of(run, "web02")


def test_a_file_of_variables_for_each_host(ansible: Ansible, demo_estate: Simulator) -> None:
    for name, policy in (("web01", QUIET), ("web02", QUANTUM)):
        (ansible.folder / f"{name}.yml").write_text(yaml.safe_dump({"certview_policy": policy}))
    (ansible.folder / "none.yml").write_text("{}")
    run = audited(ansible, demo_estate, vars_files=[["{{ inventory_hostname }}.yml", "none.yml"]])

    assert [group["hosts"] for group in audit_of(run)["host_policies"]] == [["web01"], ["web02"]]


def test_addresses_of_a_play_are_templated_for_each_host(ansible: Ansible, demo_estate: Simulator) -> None:
    served = {
        "served": {"new01": "www.example.com", "app01": ["198.51.100.8/30"]},
        "certview_addresses": "{{ served[inventory_hostname] | default([]) }}",
    }
    hosts = audit_of(audited(ansible, demo_estate, vars=served))["hosts"]
    assert (hosts["new01"]["match"]["rule"], hosts["new01"]["match"]["value"]) == ("alias", "www.example.com")
    assert "198.51.100.8/30" in hosts["app01"]["match"]["candidates_tried"]
    assert hosts["web01"]["match"]["candidates_tried"] == ["192.0.2.11", "web01"]

    many = {"certview_addresses": "{{ ansible_play_hosts_all | select('match', 'web') }}", "ansible_host": "10.99.0.1"}
    tried = audit_of(audited(ansible, demo_estate, vars=many))["hosts"]["new01"]["match"]["candidates_tried"]
    assert tried == ["10.99.0.1", "new01", *(f"web0{number}" for number in range(1, 6))]


def test_listed_hosts_are_in_their_groups_and_keep_their_policies(ansible: Ansible, demo_estate: Simulator) -> None:
    exceptions = [{"group": "web", "rules": ["EXP-001", "TRU-004"], **ACCEPTED}]
    listed = {"web01": ["192.0.2.11"], "stranger": ["192.0.2.11"], "mail01": "192.0.2.31"}
    inventory = yaml.safe_load(DEMO_INVENTORY.read_text())
    inventory["all"]["children"]["mail"]["vars"] = {
        "certview_policy": QUANTUM,
        "certview_addresses": "{{ served }}",
        "served": "www.example.com",
        # Of no use to a host whose addresses are listed.
        "ansible_host": "{{ undefined }}",
    }
    path = ansible.folder / "inventory.yml"
    path.write_text(yaml.safe_dump(inventory))
    task = {
        "name": AUDIT,
        "community.qualys.certview_audit": {"as_of": NOW, "hosts": listed, "policy": {"exceptions": exceptions}},
    }
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": [task]}
    run = ansible.play([play], inventory=str(path), env=demo_estate.environment)
    hosts = audit_of(run)["hosts"]

    assert set(hosts) == set(listed)
    assert "EXP-001" in rules_of(run, "stranger")
    assert "EXP-001" not in rules_of(run, "web01")
    assert hosts["web01"]["match"]["candidates_tried"] == ["192.0.2.11"]
    assert [group["hosts"] for group in audit_of(run)["host_policies"]] == [["mail01"]]
    assert hosts["mail01"]["match"]["candidates_tried"] == ["192.0.2.31", "www.example.com"]
    assert "cannot be templated" not in run.output


def test_every_host_of_the_inventory_is_in_the_group_all(ansible: Ansible, demo_estate: Simulator) -> None:
    exceptions = [{"group": "all", **ACCEPTED}]
    run = audited(ansible, demo_estate, options={"policy": {"exceptions": exceptions}})
    assert not [host for host in audit_of(run)["hosts"] if rules_of(run, host)]
    assert audit_of(run)["exceptions"][0]["findings"] > 0
