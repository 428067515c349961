# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role and the action tell of the demonstration's hosts, and what that costs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from support.playbooks import Ansible, Run, tasks_on_localhost
from support.simulator import NOW, Simulator

DEMO_INVENTORY = str(Path(__file__).parents[1] / "demo" / "inventory.yml")
AS_OF = ("-e", f"certificate_audit_as_of={NOW}")

AUDIT = "Audit the certificates of all hosts"


def audited(ansible: Ansible, simulator: Simulator, *words: str, playbook: str = "community.qualys.audit") -> Run:
    return ansible.play(playbook, *AS_OF, *words, inventory=DEMO_INVENTORY, env=simulator.environment)


def list_calls(simulator: Simulator) -> int:
    return sum(count for api, count in simulator.stats()["calls"].items() if api.startswith("/certview/"))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, demo_estate: Simulator) -> Run:
    """One audit, for the tests that only read what it returned."""
    return audited(Ansible(tmp_path_factory.mktemp("audit")), demo_estate)


def test_every_host_has_the_status_that_its_certificates_call_for(run: Run) -> None:
    document = run.result(AUDIT)["audit"]
    expected = yaml.safe_load(Path(__file__).with_name("demo_statuses.yml").read_text())

    assert {name: host["status"] for name, host in document["hosts"].items()} == expected


def test_the_audit_changes_nothing(run: Run) -> None:
    assert run.returncode == 0, run.output
    assert {host["changed"] for host in run.stats.values()} == {0}


def test_findings_explain_themselves(run: Run) -> None:
    findings = [f for host in run.result(AUDIT)["audit"]["hosts"].values() for f in host["findings"]]

    assert findings
    for finding in findings:
        assert all(finding[key] for key in ("rule", "severity", "title", "message", "citation", "remediation")), finding


def test_flagged_hosts_get_facts_and_one_line_each(ansible: Ansible, demo_estate: Simulator) -> None:
    play = [
        {
            "hosts": "all",
            "gather_facts": False,
            "roles": [{"role": "community.qualys.certificate_audit"}],
            "post_tasks": [
                {
                    "name": "Facts",
                    "ansible.builtin.debug": {
                        "msg": "{{ [certview_status | default('none'), certview_findings | default([]) | length] }}"
                    },
                }
            ],
        }
    ]
    run = ansible.play(play, *AS_OF, inventory=DEMO_INVENTORY, env=demo_estate.environment)
    result = run.result(AUDIT)
    hosts = result["audit"]["hosts"]

    assert run.returncode == 0, run.output
    for name, shown in run.results("Facts").items():
        if hosts[name]["status"] in ("expired", "expiring", "weak"):
            assert shown["msg"] == [hosts[name]["status"], len(hosts[name]["findings"])]
        else:
            assert shown["msg"] == ["none", 0]
    lines = {name: shown["msg"] for name, shown in run.results("Tell the host's status").items()}
    assert set(lines) == set(result["flagged"])
    assert all("\n" not in line and line.startswith(f"{name}: ") for name, line in lines.items())


@pytest.mark.parametrize(("flag_hosts", "expected"), [("all", "all"), ("none", "none")])
def test_the_user_decides_which_hosts_are_flagged(
    ansible: Ansible, demo_estate: Simulator, flag_hosts: str, expected: str
) -> None:
    run = audited(ansible, demo_estate, "-e", f"certificate_audit_flag_hosts={flag_hosts}")

    assert run.returncode == 0, run.output
    everyone = set(run.result(AUDIT)["audit"]["hosts"])
    assert set(run.results("Tell the host's status")) == (everyone if expected == "all" else set())


@pytest.mark.parametrize(
    ("flag_hosts", "severity"),
    [
        ("failing", "critical"),
        ("none", "medium"),
        pytest.param("failing", "medium", marks=pytest.mark.matrix),
        pytest.param("none", "critical", marks=pytest.mark.matrix),
    ],
)
def test_fail_on_fails_the_hosts_with_such_findings_and_only_them(
    ansible: Ansible, demo_estate: Simulator, severity: str, flag_hosts: str
) -> None:
    run = audited(
        ansible,
        demo_estate,
        *("-e", f"certificate_audit_fail_on={severity}", "-e", f"certificate_audit_flag_hosts={flag_hosts}"),
    )
    result = run.result(AUDIT)
    severe = {"critical": {"critical"}, "medium": {"critical", "high", "medium"}}[severity]
    expected = {
        name
        for name, host in result["audit"]["hosts"].items()
        if any(finding["status"] == "fail" and finding["severity"] in severe for finding in host["findings"])
    }

    assert run.returncode != 0
    assert expected
    assert expected < set(run.stats)
    assert {name for name, figures in run.stats.items() if figures["failures"]} == expected
    assert result["failing_hosts"] == sorted(expected)
    # What everybody wants to read comes before a host fails.
    assert run.results("Summary")


def test_check_mode_gives_the_same_answer_and_writes_nothing(
    ansible: Ansible, demo_estate: Simulator, run: Run
) -> None:
    written = ansible.folder / "audit.json"
    checked = audited(ansible, demo_estate, "--check", "-e", f"certificate_audit_dest={written}")

    assert checked.returncode == 0, checked.output
    assert not written.exists()
    assert checked.result(AUDIT)["summary"] == run.result(AUDIT)["summary"]


def test_a_file_holds_the_document_for_its_owner_only_and_the_same_bytes_each_time(
    ansible: Ansible, demo_estate: Simulator
) -> None:
    written = []
    for name in ("first.json", "second.json"):
        path = ansible.folder / name
        run = audited(ansible, demo_estate, "-e", f"certificate_audit_dest={path}")
        assert run.returncode == 0, run.output
        assert "audit" not in run.result(AUDIT)
        assert path.stat().st_mode & 0o777 == 0o600
        written.append(path.read_bytes())

    assert written[0] == written[1]
    assert json.loads(written[0])["schema_version"] == 1


def test_the_next_audit_tells_what_is_new_and_what_is_fixed(
    ansible: Ansible, simulate: Callable[..., Simulator]
) -> None:
    simulator = simulate("--estate", "demo")
    last = ansible.folder / "audit.json"
    words = ("-e", f"certificate_audit_dest={last}", "-e", f"certificate_audit_previous={last}")
    first = audited(ansible, simulator, *words)
    assert "There is no last audit to compare with" in first.output
    failing = [
        finding
        for host in json.loads(last.read_text())["hosts"].values()
        for finding in host["findings"]
        if finding["status"] == "fail"
    ]

    later = audited(ansible, simulator, *words, "-e", "certificate_audit_as_of=2026-06-10")
    assert later.returncode == 0, later.output
    changes = json.loads(last.read_text())["changes"]
    assert {(f["host"], f["rule"]) for f in changes["new"]} == {("web02", "EXP-001")}
    # web02's EXP-002 is not fixed: the certificate has expired since.
    assert {(f["host"], f["rule"]) for f in changes["fixed"]} == {("lb02", "EXP-005")}

    last.unlink()
    audited(ansible, simulator, *words)
    again = audited(ansible, simulator, *words)
    assert again.returncode == 0, again.output
    changes = json.loads(last.read_text())["changes"]
    assert (changes["new"], changes["fixed"], changes["unchanged"]) == ([], [], len(failing))


def test_the_summary_is_left_for_the_next_node_of_a_workflow(run: Run) -> None:
    result = run.result(AUDIT)
    figures = run.custom_stats["certview"]

    assert figures["by_status"] == result["summary"]["by_status"]
    assert figures["hosts"] == len(run.stats)
    assert figures["api_calls"] == result["api"]["calls"]


def test_a_limited_play_audits_its_own_hosts_only(ansible: Ansible, demo_estate: Simulator) -> None:
    run = audited(ansible, demo_estate, "--limit", "web")
    groups = yaml.safe_load(Path(DEMO_INVENTORY).read_text())["all"]["children"]

    assert run.returncode == 0, run.output
    assert set(run.result(AUDIT)["audit"]["hosts"]) == set(groups["web"]["hosts"])


@pytest.mark.parametrize("hosts", [10, pytest.param(40, marks=pytest.mark.matrix)])
def test_an_audit_costs_as_many_calls_as_there_are_pages_whatever_the_number_of_hosts(
    ansible: Ansible, simulate: Callable[..., Simulator], hosts: int
) -> None:
    inventory = ansible.folder / "hosts.yml"
    simulator = simulate(
        *("--estate", "generated", "--certificates", "900", "--assets", "600"),
        *("--inventory-file", str(inventory), "--inventory-hosts", str(hosts)),
    )
    run = ansible.play("community.qualys.audit", *AS_OF, inventory=str(inventory), env=simulator.environment)
    result = run.result(AUDIT)
    pages = 5

    assert run.returncode == 0, run.output
    assert result["summary"]["certificates"] == 900
    assert result["summary"]["hosts"] == hosts
    assert pages <= list_calls(simulator) <= pages + 2
    assert result["api"]["calls"] == list_calls(simulator)
    assert simulator.stats()["logins"] == 1


def test_hosts_can_be_given_without_an_inventory(ansible: Ansible, demo_estate: Simulator, run: Run) -> None:
    options = {"hosts": {"mine": [run.result(AUDIT)["audit"]["hosts"]["web01"]["match"]["value"]]}, "as_of": NOW}
    task = {"name": "Given", "community.qualys.certview_audit": options}
    given = ansible.play(tasks_on_localhost(task), env=demo_estate.environment)

    assert given.returncode == 0, given.output
    assert list(given.result("Given")["audit"]["hosts"]) == ["mine"]
    assert given.result("Given")["summary"]["hosts_matched"] == 1


def test_addresses_that_ansible_itself_resolves_are_resolved(ansible: Ansible, demo_estate: Simulator) -> None:
    inventory = ansible.inventory(
        {
            # The first of them: Ansible connects to it by its address, and knows no hostvars then.
            "a_known": {"ansible_host": "192.0.2.14"},
            # Its name is that of another machine, with another status.
            "web01": {"ansible_host": "{{ hostvars['a_known'].ansible_host }}"},
            "by_play": {"ansible_host": "{{ address_of_the_play }}"},
            "by_task": {"certview_addresses": ["{{ address_of_the_task }}"]},
            "by_group": {"ansible_host": "{{ groups['all'] | map('extract', hostvars, 'ansible_host') | first }}"},
        }
    )
    task = {
        "name": "Audit",
        "community.qualys.certview_audit": {"as_of": NOW},
        "vars": {"address_of_the_task": "192.0.2.14"},
        "run_once": True,
    }
    play = {"hosts": "all", "gather_facts": False, "vars": {"address_of_the_play": "192.0.2.14"}, "tasks": [task]}
    run = ansible.play([play], inventory=inventory, env=demo_estate.environment)
    assert run.returncode == 0, run.output
    hosts = run.result("Audit")["audit"]["hosts"]

    assert "cannot be templated" not in run.output
    assert {name: host["match"]["value"] for name, host in hosts.items()} == dict.fromkeys(hosts, "192.0.2.14")


def test_the_environment_of_the_task_is_heard(ansible: Ansible, demo_estate: Simulator) -> None:
    task = {"name": "Audit", "community.qualys.certview_audit": {"hosts": {"mine": ["192.0.2.11"]}}}
    play = [{**tasks_on_localhost(task)[0], "environment": demo_estate.environment}]
    run = ansible.play(play)

    assert run.returncode == 0, run.output
    assert run.result("Audit")["summary"]["hosts_matched"] == 1


def test_what_would_surprise_is_warned_of(ansible: Ansible, demo_estate: Simulator) -> None:
    task = {"name": "Audit", "community.qualys.certview_audit": {"as_of": NOW}}
    batches = [{"hosts": "lb", "serial": 1, "gather_facts": False, "tasks": [task]}]
    assert "serial" in ansible.play(batches, inventory=DEMO_INVENTORY, env=demo_estate.environment).output

    controller = ansible.play(tasks_on_localhost(task), env=demo_estate.environment)
    assert "Not one of 1 hosts matches an asset" in controller.output
    assert controller.result("Audit")["summary"]["by_status"]["unmatched"] == 1


def test_templates_in_certificates_stay_text(ansible: Ansible, simulate: Callable[..., Simulator]) -> None:
    simulator = simulate("--estate", "demo", "--blemish", "template=1")
    run = audited(ansible, simulator, "-e", "certificate_audit_flag_hosts=all", "-e", "certificate_audit_fail_on=info")
    shown = run.results("Tell the host's status")["web01"]["msg"]

    assert "{{ 7 * 7 }}{{ lookup('ansible.builtin.env', 'HOME') }} on 443/tcp expired" in shown
    assert "49" not in shown
    assert [line for line in run.output.splitlines() if "49{{" in line or "4949" in line] == []
    assert {name for name, figures in run.stats.items() if figures["failures"]}
