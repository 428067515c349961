# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters and tests in real playbooks, on what the module, the lookup and the API itself give."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from support.playbooks import Ansible, Run, tasks_on_localhost
from support.simulator import NOW, Simulator

ROOT = Path(__file__).parents[2]
DEMO_INVENTORY = str(ROOT / "tests" / "demo" / "inventory.yml")
INCLUDES = ["asset_interfaces", "ssl_protocols", "cipher_suites", "vulnerabilities", "extensive_certificate_info"]
PLUGINS = sorted(
    (path.parent.name, path.stem) for kind in ("filter", "test") for path in ROOT.glob(f"plugins/{kind}/*.yml")
)
Q = "community.qualys.certview_"
AT = f"as_of='{NOW}'"


def jinja(expression: str) -> str:
    return "{{ " + expression + " }}"


def shown(name: str, expression: str, **task: t.Any) -> dict[str, t.Any]:
    return {"name": name, "ansible.builtin.debug": {"msg": jinja(expression)}, **task}


KNOWN = {
    "name": "Known",
    "community.qualys.certview_certificate_info": {"as_of": NOW, "includes": INCLUDES},
    "register": "known",
}


def messages(run: Run) -> dict[str, t.Any]:
    assert run.returncode == 0, run.output
    return {event["task"]: event["result"].get("msg") for event in run.events}


def test_the_filter_finds_what_the_audit_finds(ansible: Ansible, demo_estate: Simulator) -> None:
    audit = {"name": "Audit", "community.qualys.certview_audit": {"as_of": NOW}, "run_once": True}
    tasks = [
        {**audit, "register": "done"},
        {**KNOWN, "run_once": True},
        shown("Findings", f"known.certificates | {Q}findings({AT})", run_once=True),
    ]
    play = [{"hosts": "all", "connection": "local", "gather_facts": False, "tasks": tasks}]
    run = ansible.play(play, inventory=DEMO_INVENTORY, env=demo_estate.environment)
    found = messages(run)["Findings"]
    audited = run.result("Audit")["audit"]

    def failing(findings: list[dict[str, t.Any]]) -> list[str]:
        told = [{**finding, "host": None} for finding in findings if finding["status"] == "fail"]
        return sorted(json.dumps(finding, sort_keys=True) for finding in told)

    assets = {asset for host in audited["hosts"].values() for asset in host["match"]["asset_ids"]}
    of_hosts = [finding for host in audited["hosts"].values() for finding in host["findings"]]
    assert len(of_hosts) > 10
    assert failing([finding for finding in found if finding["asset_id"] in assets]) == failing(of_hosts)
    assert {finding["host"] for finding in found} == {None}


@pytest.mark.matrix
@pytest.mark.parametrize("path", ["/certview/v1/certificates", "/certview/v2/certificates"])
def test_answers_of_the_api_are_taken_as_they_are(ansible: Ansible, demo_estate: Simulator, path: str) -> None:
    tasks = [
        {"name": "Log in", "community.qualys.certview_auth": {}, "register": "login"},
        {
            "name": "Ask",
            "ansible.builtin.uri": {
                "url": demo_estate.url + path,
                "method": "POST",
                "headers": {"Authorization": "Bearer {{ login.auth.token }}"},
                "body_format": "json",
                "body": {"pageNumber": 0, "pageSize": 100, "assetType": "ALL", "includes": ["SSL_PROTOCOLS"]},
                "return_content": True,
            },
            "register": "answer",
        },
        KNOWN,
        shown("Raw", f"answer.json | {Q}findings({AT}) | map(attribute='rule') | unique | sort"),
        shown("Record", f"known.certificates | {Q}findings({AT}) | map(attribute='rule') | unique | sort"),
        shown("Raw digest", f"answer.json | {Q}digest({AT})"),
        shown("Record digest", f"known.certificates | {Q}digest({AT})"),
        shown("Expired", f"answer.json | select('{Q}expired', '{NOW}') | map(attribute='certhash') | sort"),
        shown("Known expired", "known.certificates | selectattr('expired') | map(attribute='certhash') | sort"),
        shown("Match", f"answer.json | {Q}match({{'web01': '192.0.2.11'}}, {AT}) | dict2items"),
    ]
    told = messages(ansible.play(tasks_on_localhost(*tasks), env=demo_estate.environment))

    assert {"EXP-001", "KEY-002", "SIG-002"} <= set(told["Raw"])
    assert {"EXP-001", "KEY-002", "SIG-002"} <= set(told["Record"])
    assert told["Raw digest"] == told["Record digest"]
    assert sorted(told["Expired"]) == sorted(told["Known expired"]) != []
    (match,) = told["Match"]
    assert match["key"] == "web01"
    assert match["value"][0]["valid_to"]


def test_tests_are_true_or_false(ansible: Ansible, demo_estate: Simulator) -> None:
    def of_first(test: str) -> str:
        return f"known.certificates | map('combine', {{}}) | list | first is {Q}{test}"

    tasks = [
        KNOWN,
        shown("Kinds", f"[{of_first('expired')}, {of_first('expiring(30)')}, {of_first('weak')}]"),
        shown("Weak", f"known.certificates | select('{Q}weak', as_of='{NOW}') | map(attribute='subject.name') | sort"),
        shown(
            "Later", f"known.certificates | select('{Q}expiring', 30, '{NOW}') | map(attribute='subject.name') | sort"
        ),
        {
            "name": "Condition",
            "ansible.builtin.assert": {"that": f"known.certificates is not any or {of_first('expired')} is boolean"},
            "when": f"known.certificates | select('{Q}expired', '{NOW}') | list",
            "ignore_errors": True,
        },
    ]
    told = messages(ansible.play(tasks_on_localhost(*tasks), env=demo_estate.environment))

    assert all(isinstance(kind, bool) for kind in told["Kinds"])
    assert told["Weak"]
    assert told["Later"]


@pytest.mark.matrix
def test_values_of_every_origin_are_taken(ansible: Ansible, demo_estate: Simulator) -> None:
    record = {"certhash": "ab", "valid_to": "2026-06-11T00:00:00Z", "subject": {"name": "{{ 'www' }}.example.com"}}
    (ansible.folder / "record.json").write_text(json.dumps([record]))
    tasks = [
        shown("Variable", f"[record] | {Q}digest({AT})", vars={"record": record}),
        shown("Fact", f"fact | {Q}digest({AT})"),
        shown("File", f"lookup('file', 'record.json') | from_json | {Q}digest({AT})"),
        shown("Lazy", f"records | {Q}digest({AT})", vars={"records": jinja("[part]"), "part": record}),
        shown(
            "Selected", f"[part] | select('defined') | {Q}digest(days, {AT})", vars={"part": record, "days": "{{ 5 }}"}
        ),
        shown("Days", f"[part] | map('{Q}days_left', '{NOW}') | first", vars={"part": record}),
        shown("Date", f"part | {Q}days_left(day)", vars={"part": record, "day": "{{ '2026-06-10' }}"}),
    ]
    set_fact = {"name": "Set", "ansible.builtin.set_fact": {"fact": [record]}}
    told = messages(ansible.play(tasks_on_localhost(set_fact, *tasks), env=demo_estate.environment))
    line = "1 certificate: 1 within 30 days; next: www.example.com in 10.0 days (2026-06-11)"

    assert [told[name] for name in ("Variable", "Fact", "Lazy")] == [line] * 3
    # A file is no playbook: what it holds is no template.
    assert told["File"] == line.replace("www.", "{{ 'www' }}.")
    assert told["Selected"] == line.replace("within 30 days", "later")
    assert (float(told["Days"]), float(told["Date"])) == (10, 1)


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (f"'text' | {Q}findings", ["certview_findings", "must be a list", "a text"]),
        (f"{{'certificates': []}} | {Q}findings", ["neither valid_to"]),
        (f"[1] | {Q}findings", ["item 1 is a number"]),
        (f"[record] | {Q}findings('basline')", ["basline", "baseline"]),
        (f"[record] | {Q}findings({{'thresholds': {{'warn_dais': 1}}}})", ["warn_dais", "warn_days"]),
        (f"[record] | {Q}findings(as_of='tomorrow')", ["as_of is 'tomorrow'"]),
        (f"[record] | {Q}match('web01')", ["hosts is 'web01'"]),
        (f"[record] | {Q}match({{'web01': 5}})", ["web01", "no list of addresses"]),
        (f"[record] | {Q}days_left", ["one certificate"]),
        (f"nowhere | {Q}findings", ["'nowhere' is undefined"]),
        (f"[record, nowhere] | {Q}digest", ["'nowhere' is undefined"]),
        (f"{{'valid_to': none}} is {Q}expired", ["does not tell when it ends"]),
        (f"record is {Q}expiring(-1)", ["days is -1"]),
        (f"record is {Q}weak('nothing')", ["nothing"]),
        (f"'text' is {Q}weak", ["one certificate"]),
    ],
)
def test_bad_input_is_told_in_clear_words(ansible: Ansible, expression: str, words: list[str]) -> None:
    task = shown("Bad", expression, vars={"record": {"certhash": "ab", "valid_to": NOW}})
    run = ansible.play(tasks_on_localhost(task))
    failure = run.result("Bad")

    assert failure["failed"], run.output
    assert [word for word in words if word not in failure["msg"]] == []


def test_templates_in_certificates_stay_text(ansible: Ansible, simulate: Callable[..., Simulator]) -> None:
    simulator = simulate("--estate", "demo", "--blemish", "template=1")
    copied = ansible.folder / "known.jsonl"
    of_file = "lookup('file', 'known.jsonl').splitlines() | map('from_json') | list"
    expressions = {
        "Match": f"| {Q}match({{'web01': '192.0.2.11'}})",
        "Week": f"| {Q}by_expiry_week",
        "Digest": f"| {Q}digest({AT})",
    }
    tasks: list[dict[str, t.Any]] = [
        KNOWN,
        {
            "name": "Write",
            "community.qualys.certview_certificate_info": {"as_of": NOW, "includes": INCLUDES, "dest": str(copied)},
        },
    ]
    for name, applied in expressions.items():
        for origin, source in {"result": "known.certificates", "file": of_file}.items():
            fact = {"made": jinja(f"{source} {applied}")}
            tasks += [
                shown(f"{name} of {origin}", f"{source} {applied}"),
                {"name": f"Keep {name} of {origin}", "ansible.builtin.set_fact": fact},
                shown(f"{name} of {origin}, kept", "made"),
                shown(f"{name} of {origin}, kept, as text", "made ~ ''"),
            ]
    run = ansible.play(tasks_on_localhost(*tasks), env={**simulator.environment, "HOME": "/home-of-nobody"})
    assert run.returncode == 0, run.output

    for event in run.events:
        if event["task"] != "Write":
            # As it is, or as Python writes a text that holds an apostrophe.
            assert "{{ 7 * 7 }}{{ lookup(" in json.dumps(event["result"]), event["task"]
    assert "49/home" not in run.output
    assert "49{{" not in run.output


def test_the_examples_run(ansible: Ansible, demo_estate: Simulator) -> None:
    tasks = []
    for kind in ("filter", "test"):
        names = [f"community.qualys.{name}" for of_kind, name in PLUGINS if of_kind == kind]
        done = ansible.command("ansible-doc", "--json", "--type", kind, *names)
        assert done.returncode == 0, done.stdout
        for told in json.loads(done.stdout).values():
            tasks += yaml.safe_load(told["examples"])
    play = [{"hosts": "web[0:1]", "connection": "local", "gather_facts": False, "tasks": tasks}]
    run = ansible.play(play, inventory=DEMO_INVENTORY, env=demo_estate.environment)

    assert run.returncode == 0, run.output
    assert len(tasks) >= len(PLUGINS)
    assert {event["task"] for event in run.events} == {task["name"] for task in tasks}


def test_every_filter_and_test_is_documented() -> None:
    named = {"filter": set(), "test": set()}
    for kind, names in named.items():
        source = (ROOT / "plugins" / kind / "certview.py").read_text()
        names.update(
            line.split("(")[0].removeprefix("def ") for line in source.splitlines() if line.startswith("def certview_")
        )
    assert {(kind, name) for kind, names in named.items() for name in names} == set(PLUGINS)
