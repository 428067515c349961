# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies as users write them: in a play, in a file, for a group; and the exceptions in them."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from support.playbooks import Ansible, Run
from support.simulator import NOW, Simulator

AUDIT = "Audit"
DEMO_INVENTORY = Path(__file__).resolve().parents[2] / "tests" / "demo" / "inventory.yml"
ACCEPTED = {"reason": "Replaced in June", "ticket": "CHG-1", "expires": "2026-06-30"}


def audited(ansible: Ansible, simulator: Simulator, policy: t.Any, *arguments: str, **group_vars: t.Any) -> Run:
    """Audit the hosts of the demonstration, with the variable certview_policy of some groups."""
    inventory = ansible.folder / "inventory"
    (inventory / "group_vars").mkdir(parents=True, exist_ok=True)
    (inventory / "hosts.yml").write_text(DEMO_INVENTORY.read_text())
    for group, own in group_vars.items():
        (inventory / "group_vars" / f"{group}.yml").write_text(yaml.safe_dump({"certview_policy": own}))
    task = {
        "name": AUDIT,
        "community.qualys.certview_audit": {"as_of": NOW, "fail_on": "medium", "policy": policy},
        "run_once": True,
    }
    play = {"hosts": "all", "gather_facts": False, "tasks": [task]}
    return ansible.play([play], *arguments, inventory=str(inventory), env=simulator.environment)


def told(run: Run) -> dict[str, t.Any]:
    assert run.returncode == 0, run.output
    return t.cast("dict[str, t.Any]", run.result(AUDIT))


def statuses(run: Run, *hosts: str) -> list[str]:
    return [told(run)["audit"]["hosts"][host]["status"] for host in hosts]


def findings(run: Run, host: str, rule: str) -> list[dict[str, t.Any]]:
    return [finding for finding in told(run)["audit"]["hosts"][host]["findings"] if finding["rule"] == rule]


def test_groups_are_judged_by_policies_of_their_own(ansible: Ansible, demo_estate: Simulator) -> None:
    own = {"thresholds": {"warn_days": 1, "crit_days": 1}, "rules": {"GRD-001": False}}
    run = audited(
        ansible, demo_estate, "baseline", web=own, db="{{ policy_of_databases }}", mail={"profile": "nist-pqc"}
    )
    assert run.returncode != 0
    assert "policy_of_databases" in run.output

    run = audited(
        ansible, demo_estate, "baseline", "-e", '{"policy_of_databases": {"rules": {"KEY-002": "low"}}}',
        web=own, db="{{ policy_of_databases }}", mail={"profile": "nist-pqc"},
    )  # fmt: skip
    assert statuses(run, "web02", "web05", "db01") == ["ok", "ok", "ok"]
    assert findings(run, "db01", "KEY-002")[0]["severity"] == "low"
    assert findings(run, "mail02", "KEY-008")
    assert not findings(run, "web03", "KEY-008")
    groups = [policy["hosts"] for policy in told(run)["audit"]["host_policies"]]
    assert groups == [["db01", "db02.example.com", "db03"], ["mail01", "mail02"], [f"web0{n}" for n in range(1, 6)]]


def test_a_policy_may_be_a_vaulted_file(ansible: Ansible, demo_estate: Simulator) -> None:
    (ansible.folder / "files").mkdir()
    path = ansible.folder / "files" / "policy.yml"
    path.write_text(yaml.safe_dump({"profile": "baseline", "rules": {"EXP-001": False, "TRU-004": False}}))
    password = ansible.folder / "password"
    password.write_text("open sesame")
    assert statuses(audited(ansible, demo_estate, "policy.yml"), "web01") == ["ok"]

    vault = ("--vault-password-file", str(password))
    done = ansible.command("ansible-vault", "encrypt", *vault, str(path))
    assert done.returncode == 0, done.stdout
    assert statuses(audited(ansible, demo_estate, "policy.yml", *vault), "web01") == ["ok"]
    assert statuses(audited(ansible, demo_estate, str(path), *vault), "web01") == ["ok"]


def test_what_is_accepted_fails_nobody_until_its_end(ansible: Ansible, demo_estate: Simulator) -> None:
    exceptions = [
        {"group": "mail", "rules": ["TLS-*"], **ACCEPTED},
        {"host": "db01", **ACCEPTED},
        {"host": "web01", **ACCEPTED, "expires": "2026-05-31"},
    ]
    run = audited(ansible, demo_estate, {"exceptions": exceptions})
    assert run.returncode != 0
    assert "unknown rule 'TLS-*'" in run.output

    exceptions[0]["rules"] = ["TLS-001", "TLS-002"]
    run = audited(ansible, demo_estate, {"exceptions": exceptions})
    assert statuses(run, "db01", "web01", "mail01") == ["ok", "expired", "weak"]
    assert "db01" not in told(run)["failing_hosts"]
    assert {finding["status"] for finding in findings(run, "mail01", "TLS-001")} == {"excepted"}
    assert {finding["exception"]["status"] for finding in findings(run, "web01", "EXP-001")} == {"expired"}
    (reopened,) = [line for line in told(run)["summary_lines"] if line.startswith("exception expired")]
    assert "CHG-1, Replaced in June" in reopened


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ("basline", "unknown profile 'basline'. Did you mean 'baseline'"),
        ("missing.yml", "the policy missing.yml cannot be read"),
        ({"rules": {"EXP-01": False}}, "Did you mean 'EXP-001'"),
        ({"thresholds": {"warn_days": "{{ 'thirty' }}"}}, "'warn_days' must be a number"),
    ],
)
def test_a_slip_is_an_error_before_anything_is_asked(
    ansible: Ansible, demo_estate: Simulator, policy: t.Any, words: str
) -> None:
    before = demo_estate.stats()["total"]
    run = audited(ansible, demo_estate, policy)
    assert run.returncode != 0
    assert words in " ".join(run.output.split())
    assert demo_estate.stats()["total"] == before


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("version", "profile"),
    [
        ("v1", "cabf-public"),
        ("v1", "inventory-hygiene"),
        ("v2", "nist-pqc"),
        ("v2.1", "pci-dss-4"),
        ("auto", "mozilla-modern"),
    ],
)
def test_every_version_of_the_api_can_be_judged(
    ansible: Ansible, demo_estate: Simulator, profile: str, version: str
) -> None:
    run = audited(ansible, demo_estate, profile, "-e", f"qualys_api_version={version}")
    summary = told(run)["summary"]
    assert told(run)["api"]["version"] == ("v2.2" if version == "auto" else version)
    assert summary["hosts_matched"] == 13
    assert summary["by_status"]["expired"] == 1
