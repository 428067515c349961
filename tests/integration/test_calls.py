# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables of the guide on API calls: what each plugin and the role cost, counted by the simulator."""

from __future__ import annotations

import json
import re
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from support.certificates import made_certificate
from support.playbooks import Ansible
from support.simulator import NOW, Simulator, running_simulator

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "docsite" / "rst" / "api_calls_guide.rst"

# The figures that the guide names above its tables.
CERTIFICATES, ASSETS, HOSTS, CHANGED = 500, 200, 4, 25

# No copy is as young as that, and every copy is younger than that.
TOO_OLD, YOUNG = 0.001, 86400.0

Q = "community.qualys."
CALLS = "Calls until now"
MODES = ("enrich", "create", "both")
Play = dict[str, t.Any]
Rows = dict[str, list[Play]]


def table_of(label: str) -> dict[str, list[int]]:
    """Return the rows of the list table that has a label: the calls by what makes them, without the markup."""
    body = GUIDE.read_text().split(f".. _ansible_collections.community.qualys.docsite.{label}:")[1]
    rows = re.split(r"^   \* - ", body.split(":header-rows: 1\n\n")[1].split("\n\n")[0], flags=re.MULTILINE)[2:]
    cells = [[" ".join(cell.split()) for cell in re.split(r"^     - ", row, flags=re.MULTILINE)] for row in rows]
    return {
        re.sub(r":ansplugin:`community.qualys\.(\w+)#\w+`|``", r"\1", title): [int(cell) for cell in others]
        for title, *others in cells
    }


class Controller:
    """A controller at a subscription of the guide's size; counts the calls of what it runs."""

    def __init__(self, folder: Path, simulator: Simulator, hosts: Path) -> None:
        self.ansible = Ansible(folder)
        self.folder = folder
        self.simulator = simulator
        self.hosts = hosts

    def state(self, name: str) -> str:
        return str(self.folder / f"state-{name}")

    def played(self, rows: Rows) -> dict[str, int]:
        """Play all in one run, and return how many calls the plays of each row have made."""
        stats = f"{self.simulator.url}/_control/stats"
        counting = {
            "hosts": "localhost",
            "gather_facts": False,
            "tasks": [{"name": CALLS, "ansible.builtin.debug": {"msg": "{{ lookup('url', '" + stats + "') }}"}}],
        }
        plays = [counting]
        for row in rows.values():
            plays += [*row, counting]
        run = self.ansible.play(plays, inventory=str(self.hosts), env=self.simulator.environment)
        assert run.returncode == 0, run.output
        assert {event["task"] for event in run.events if event["outcome"] == "ok"} >= set(names_of_tasks(rows))
        counts = [calls_of(event["result"]["msg"]) for event in run.events if event["task"] == CALLS]
        return {name: after - before for name, before, after in zip(rows, counts[:-1], counts[1:], strict=True)}

    def listed(self, *sources: dict[str, t.Any]) -> int:
        """Have ansible-inventory read the hosts and then these sources, and return how many calls that took."""
        before = calls_of(self.simulator.stats())
        paths = [self.folder / f"{number}.certview.yml" for number, _source in enumerate(sources)]
        for path, source in zip(paths, sources, strict=True):
            path.write_text(yaml.safe_dump({"plugin": f"{Q}certview", "as_of": NOW, **source}))
        words = [word for path in (self.hosts, *paths) for word in ("-i", str(path))]
        output = self.folder / "listed.json"
        done = self.ansible.command(
            *("ansible-inventory", *words, "--list", "--output", str(output)),
            env={**self.simulator.environment, "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true"},
        )
        assert done.returncode == 0, done.stdout
        hosts = json.loads(output.read_text())["_meta"]["hostvars"]
        assert all("certview_status" in variables for variables in hosts.values())
        return calls_of(self.simulator.stats()) - before


def calls_of(stats: t.Any) -> int:
    """Return the calls of CertView; a login is none."""
    calls = (json.loads(stats) if isinstance(stats, str) else stats)["calls"]
    return sum(count for path, count in calls.items() if path.startswith("/certview/"))


def names_of_tasks(rows: Rows) -> Iterator[str]:
    for plays in rows.values():
        for each in plays:
            yield from (str(task["name"]) for task in each.get("tasks", []))


@pytest.fixture(scope="module")
def subscription(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Simulator, Path]]:
    hosts = tmp_path_factory.mktemp("inventory") / "hosts.yml"
    size = ("--certificates", str(CERTIFICATES), "--assets", str(ASSETS), "--rate-limit", "100000")
    inventory = ("--inventory-file", str(hosts), "--inventory-hosts", str(HOSTS))
    with running_simulator("--estate", "generated", *size, *inventory) as running:
        yield running, hosts


@pytest.fixture
def controller(tmp_path: Path, subscription: tuple[Simulator, Path]) -> Controller:
    return Controller(tmp_path, *subscription)


def play(hosts: str, *tasks: dict[str, t.Any]) -> Play:
    return {"hosts": hosts, "connection": "local", "gather_facts": False, "tasks": list(tasks)}


def asked(module: str, **options: t.Any) -> Play:
    return play("localhost", {"name": module, f"{Q}{module}": options})


def lookup(hosts: str, **options: t.Any) -> Play:
    by = "ansible_host is defined | ternary('address', 'name')"
    arguments = ["ansible_host | default(inventory_hostname)", f"by={by}", *(f"{k}={v!r}" for k, v in options.items())]
    found = "query('community.qualys.certview_certificates', " + ", ".join(arguments) + ")"
    return play(hosts, {"name": "Look up", "ansible.builtin.debug": {"msg": "{{ " + found + " | length }}"}})


def calls_with_a_copy(controller: Controller, max_age: float, of_lookup: str) -> dict[str, int]:
    def kept(name: str) -> dict[str, t.Any]:
        return {"max_age": max_age, "state_dir": controller.state(name)}

    audit = {"name": "Audit", f"{Q}certview_audit": kept("audit"), "run_once": True}
    role = {
        "name": "Role",
        "ansible.builtin.include_role": {"name": f"{Q}certificate_audit"},
        "vars": {
            "certificate_audit_max_age": max_age,
            "certificate_audit_connection": {"state_dir": controller.state("role")},
        },
    }
    calls = controller.played(
        {
            "module certview_certificate_info": [
                asked("certview_certificate_info", dest=str(controller.folder / "all"), **kept("info"))
            ],
            "module certview_audit": [play("all", audit)],
            "role certificate_audit": [play("all", role)],
            "lookup certview_certificates": [lookup(of_lookup, **kept("lookup"))],
        }
    )
    modes = controller.listed(*({"mode": mode, **kept(mode)} for mode in MODES))
    return {**calls, "inventory certview, all three modes": modes}


@pytest.mark.matrix
def test_what_reads_the_copy(controller: Controller) -> None:
    first = calls_with_a_copy(controller, YOUNG, "all")
    again = calls_with_a_copy(controller, YOUNG, "all")
    for _hour in range(CHANGED):
        # Changes of one instant would all lie in the overlap with the next.
        controller.simulator.control("clock", {"advance": 3600})
        controller.simulator.control("estate", {"change": 1})
    # Each further host would find its copy too old once more.
    changed = calls_with_a_copy(controller, TOO_OLD, "all[0]")

    assert {name: [first[name], again[name], changed[name]] for name in first} == table_of("calls_with_a_copy")


def judged(records: Path) -> Play:
    """A play with every filter and every test, which neither knows a gateway nor a user."""
    names = {kind: sorted(path.stem for path in ROOT.glob(f"plugins/{kind}/*.yml")) for kind in ("filter", "test")}
    assert (len(names["filter"]), len(names["test"])) == (6, 3)
    arguments = {"certview_match": "(['web01'])"}
    given = {"certview_days_left": "records[0]"}
    that = [f"({given.get(n, 'records')} | {Q}{n}{arguments.get(n, '')}) is defined" for n in names["filter"]]
    that += [f"records | select('{Q}{name}') is defined" for name in names["test"]]
    read = "{{ lookup('ansible.builtin.file', '" + str(records) + "').splitlines() | map('from_json') | list }}"
    task = {"name": "Judge", "ansible.builtin.assert": {"that": that}, "vars": {"records": read}}
    return {**play("localhost", task), "vars": {"qualys_gateway_url": "http://127.0.0.1:9"}}


@pytest.mark.matrix
def test_what_asks_each_time(controller: Controller) -> None:
    truth = controller.simulator.control("estate")
    certhash = next(each["certhash"] for each in truth if each["assets"])
    sites = [f"site{number}.example.com" for number in range(43)]
    pem, records = controller.folder / "one.pem", controller.folder / "some.jsonl"
    pem.write_text(made_certificate("calls.example.com").pem)
    calls = controller.played(
        {
            "module certview_auth": [asked("certview_auth", refresh=True)],
            "module certview_certificate_info, one fingerprint": [
                asked("certview_certificate_info", certhashes=[certhash], dest=str(records))
            ],
            "module certview_asset_info": [asked("certview_asset_info", certhash=certhash)],
            "module certview_instance_info, all instances": [
                asked("certview_instance_info", dest=str(controller.folder / "instances"))
            ],
            "module certview_external_site, 40 new sites": [asked("certview_external_site", sites=sites[:40])],
            "module certview_external_site_info, 40 sites": [asked("certview_external_site_info")],
            "module certview_external_site, 3 of 43 are new": [asked("certview_external_site", sites=sites)],
            "module certview_external_site, none is new": [asked("certview_external_site", sites=sites)],
            "module certview_certificate_import, a new one": [asked("certview_certificate_import", path=str(pem))],
            "module certview_certificate_import, a known one": [asked("certview_certificate_import", path=str(pem))],
            "lookup certview_certificates, max_age=0, two hosts": [lookup("all[0:1]", max_age=0)],
            "all filters and tests": [judged(records)],
        }
    )
    instances = len((controller.folder / "instances").read_text().splitlines())
    calls[f"module certview_instance_info, all {instances:,} instances"] = calls.pop(
        "module certview_instance_info, all instances"
    )
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": controller.state("cache")}
    source = {"mode": "both", "max_age": 0, **cache}
    calls["inventory certview, cache: true, nothing kept"] = controller.listed(source)
    calls["inventory certview, cache: true, kept"] = controller.listed(source)

    assert {name: [count] for name, count in calls.items()} == table_of("calls_each_time")
