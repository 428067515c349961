# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules of the other endpoints, run by ansible-playbook: what they return, change, foretell and refuse."""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from integration.test_documentation import FOLDER, PASSWORD, USERNAME, documentation
from support.certificates import made_certificate, private_key
from support.playbooks import Ansible, Run, tasks_on_localhost
from support.simulator import Simulator

MODULES = (
    "certview_asset_info",
    "certview_instance_info",
    "certview_external_site_info",
    "certview_external_site",
    "certview_certificate_import",
)
LEAF, OTHER = made_certificate("unreachable.example"), made_certificate("other.example")
AUTHORITY = made_certificate("Example CA", authority=True)
CERTHASH = "ab" * 32

# What each module needs at the least.
LEAST: dict[str, dict[str, t.Any]] = {
    "certview_asset_info": {"certhash": CERTHASH},
    "certview_instance_info": {},
    "certview_external_site_info": {},
    "certview_external_site": {"sites": ["shop.example.com"]},
    "certview_certificate_import": {"content": LEAF.pem},
}


@pytest.fixture
def simulator(simulate: Callable[..., Simulator]) -> Simulator:
    """A simulator of the test's own, with the demonstration's hosts."""
    return simulate("--estate", "demo")


def task(name: str, module: str, **options: t.Any) -> dict[str, t.Any]:
    """Return a task; an option that is V(None) is not given."""
    given = {**LEAST[module], "retries": 0, **options}
    return {"name": name, f"community.qualys.{module}": {key: given[key] for key in given if given[key] is not None}}


def ran(ansible: Ansible, simulator: Simulator, *tasks: dict[str, t.Any], words: t.Sequence[str] = ()) -> Run:
    run = ansible.play(tasks_on_localhost(*tasks), *words, env=simulator.environment)
    assert run.returncode == 0, run.output
    return run


def refused(ansible: Ansible, simulator: Simulator, *tasks: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    """Return what each of *tasks* said when it failed, once it is the one paragraph that users are promised."""
    steps = [{**each, "ignore_errors": True} for each in tasks]
    run = ansible.play(tasks_on_localhost(*steps), env=simulator.environment)
    assert "Traceback" not in run.output
    results = [run.result(each["name"]) for each in tasks]
    for result in results:
        assert result["failed"], run.output
        assert result["error"]["hint"].rstrip(".") in result["msg"]
        assert "\n" not in result["msg"]
    return results


class TestAssets:
    def test_they_are_those_of_the_certificate(self, ansible: Ansible, demo_estate: Simulator) -> None:
        truth = max(demo_estate.control("estate"), key=lambda certificate: len(certificate["assets"]))
        spelled = ":".join(truth["certhash"][place : place + 2] for place in range(0, 64, 2)).upper()
        run = ran(
            ansible, demo_estate,
            task("All", "certview_asset_info", certhash=spelled),
            task("Slim", "certview_asset_info", certhash=spelled, attributes=[], limit=1),
            task("Unknown", "certview_asset_info"),
        )  # fmt: skip
        everything, slim, unknown = (run.result(name) for name in ("All", "Slim", "Unknown"))
        assert {asset["id"] for asset in everything["assets"]} == {asset["id"] for asset in truth["assets"]}
        assert all(asset["tags"] is not None and asset["instances"] for asset in everything["assets"])
        assert (everything["count"], everything["complete"]) == (len(truth["assets"]), True)
        assert (slim["count"], slim["complete"]) == (1, len(truth["assets"]) == 1)
        assert (slim["assets"][0]["tags"], slim["assets"][0]["instances"]) == (None, [])
        assert (unknown["assets"], unknown["count"], unknown["complete"]) == ([], 0, True)
        assert everything["changed"] is False
        assert everything["api"]["version"] == "v1"

    @pytest.mark.matrix
    def test_a_server_that_refuses_the_unknown_gives_none_either(
        self, ansible: Ansible, simulate: Callable[..., Simulator]
    ) -> None:
        simulator = simulate("--estate", "demo", "--unknown-certhash", "refuse", "--wrapped-assets")
        known = next(each for each in simulator.control("estate") if each["assets"])
        run = ran(
            ansible, simulator,
            task("Unknown", "certview_asset_info"),
            task("Known", "certview_asset_info", certhash=known["certhash"]),
        )  # fmt: skip
        assert run.result("Unknown")["assets"] == []
        assert run.result("Known")["count"] == len(known["assets"])

    def test_a_fingerprint_that_is_none_fails_before_any_call(self, ansible: Ansible, simulator: Simulator) -> None:
        (result,) = refused(ansible, simulator, task("Bad", "certview_asset_info", certhash="../../auth"))
        assert result["error"]["kind"] == "options"
        assert simulator.stats()["total"] == simulator.stats()["logins"] == 0


class TestInstances:
    def test_they_tell_how_the_grade_came_about(self, ansible: Ansible, demo_estate: Simulator) -> None:
        run = ran(
            ansible, demo_estate,
            task("All", "certview_instance_info", page_size=7),
            task("Grade", "certview_instance_info", where=[
                {"field": "instance.grade", "operator": "equals", "value": "T"},
            ]),
            task("Managed", "certview_instance_info", asset_type="managed"),
        )  # fmt: skip
        everything = run.result("All")["instances"]
        truth = [
            (certificate["certhash"], asset["id"], port)
            for certificate in demo_estate.control("estate")
            for asset in certificate["assets"]
            for port in asset["ports"]
        ]
        told = [(each["certificate"]["certhash"], each["asset"]["id"], each["port"]) for each in everything]
        mail = next(each for each in everything if each["certificate"]["name"] == "mail01.example.com")
        assert sorted(told) == sorted(truth)
        assert mail["grade_summary"]["protocol_support_info"]["SSLv3"] is True
        assert {each["id"] for each in run.result("Grade")["instances"]} == {
            each["id"] for each in everything if each["grade"] == "T"
        }
        assert 0 < run.result("Grade")["count"] < len(everything)
        assert 0 < run.result("Managed")["count"] < len(everything)

    @pytest.mark.matrix
    def test_a_file_takes_them_but_not_in_check_mode(self, ansible: Ansible, demo_estate: Simulator) -> None:
        path = ansible.folder / "instances.jsonl"
        asked = task("Write", "certview_instance_info", dest=str(path))
        foretold = ran(ansible, demo_estate, asked, words=["--check"]).result("Write")
        assert not path.exists()
        written = ran(ansible, demo_estate, asked).result("Write")
        assert foretold["count"] == written["count"] == len(path.read_text().splitlines()) > 0
        assert "instances" not in written
        assert path.stat().st_mode & 0o777 == 0o600

    @pytest.mark.matrix
    def test_a_wrong_condition_is_refused_here_or_in_the_servers_words(
        self, ansible: Ansible, demo_estate: Simulator
    ) -> None:
        here, there = refused(
            ansible, demo_estate,
            task("Here", "certview_instance_info", where=[
                {"field": "instance.port", "operator": "contains", "value": "44"},
            ]),
            task("There", "certview_instance_info", where=[
                {"field": "instance.colour", "operator": "equals", "value": "red"},
            ]),
        )  # fmt: skip
        assert here["error"]["kind"] == "options"
        assert (there["error"]["kind"], there["error"]["http_status"]) == ("request", 400)
        assert "instance.colour" in there["msg"]


class TestSites:
    WANTED: t.ClassVar[list[str]] = ["WWW.example.com.", "shop.example.com", "203.0.113.10"]

    def test_they_are_added_once(self, ansible: Ansible, simulator: Simulator) -> None:
        run = ran(
            ansible, simulator,
            task("Add", "certview_external_site", sites=self.WANTED, launch_scan=True),
            task("Again", "certview_external_site", sites=self.WANTED, launch_scan=True),
            task("List", "certview_external_site_info", assets=True),
        )  # fmt: skip
        first, second, listed = (run.result(name) for name in ("Add", "Again", "List"))
        assert (first["changed"], first["added"], first["present"]) == (True, self.WANTED[1:], ["www.example.com"])
        assert (second["changed"], second["added"]) == (False, [])
        assert {each["site"]: each["scan_status"] for each in listed["external_sites"]} == {
            "www.example.com": "NOT_SCANNED",
            "shop.example.com": "SCAN_LAUNCHED",
            "203.0.113.10": "SCAN_LAUNCHED",
        }
        assert all(each["assets"] == [] and each["created"] for each in listed["external_sites"])
        assert (listed["changed"], listed["complete"]) == (False, True)

    @pytest.mark.matrix
    def test_check_and_diff_tell_what_would_be_added(self, ansible: Ansible, simulator: Simulator) -> None:
        asked = task("Add", "certview_external_site", sites=self.WANTED)
        run = ran(ansible, simulator, asked, words=["--check", "--diff"])
        assert run.result("Add")["changed"] is True
        assert {"+shop.example.com", "+203.0.113.10"} <= set(run.output.splitlines())
        assert "+www.example.com" not in run.output
        assert ran(ansible, simulator, task("List", "certview_external_site_info")).result("List")["count"] == 1

    def test_bad_ones_are_all_named_before_any_call(self, ansible: Ansible, simulator: Simulator) -> None:
        bad = ["192.168.0.1", "2001:db8::1", "www.example.com,evil.example"]
        (result,) = refused(ansible, simulator, task("Add", "certview_external_site", sites=["fine.example", *bad]))
        assert result["error"]["kind"] == "options"
        assert all(site in result["msg"] for site in bad)
        assert "fine.example" not in result["msg"]
        assert simulator.stats()["total"] == 0


class TestImport:
    def test_they_are_imported_once(self, ansible: Ansible, simulator: Simulator) -> None:
        path = ansible.folder / "unreachable.pem"
        path.write_bytes(private_key() + LEAF.pem.encode() + OTHER.pem.encode())
        der = ansible.folder / "one.der"
        der.write_bytes(LEAF.der)
        run = ran(
            ansible, simulator,
            task("One", "certview_certificate_import"),
            task("Both", "certview_certificate_import", content=None, path=str(path)),
            task("Again", "certview_certificate_import", content=None, path=str(path)),
            task("DER", "certview_certificate_import", content=None, path=str(der)),
        )  # fmt: skip
        one, both, again, last = (run.result(name) for name in ("One", "Both", "Again", "DER"))
        assert (one["changed"], one["imported"]) == (True, [LEAF.certhash])
        assert (both["imported"], both["present"]) == ([OTHER.certhash], [LEAF.certhash])
        assert (both["count"], both["left_out"]) == (2, 1)
        assert (again["changed"], again["imported"], last["changed"]) == (False, [], False)
        assert {LEAF.certhash, OTHER.certhash} <= {each["certhash"] for each in simulator.control("estate")}

    @pytest.mark.matrix
    def test_check_and_diff_tell_what_would_be_imported(self, ansible: Ansible, simulator: Simulator) -> None:
        run = ran(ansible, simulator, task("Import", "certview_certificate_import"), words=["--check", "--diff"])
        assert (run.result("Import")["changed"], run.result("Import")["imported"]) == (True, [LEAF.certhash])
        assert f"+{LEAF.certhash}" in run.output.splitlines()
        assert LEAF.certhash not in {each["certhash"] for each in simulator.control("estate")}

    def test_a_key_that_was_given_too_is_shown_nowhere(self, ansible: Ansible, simulator: Simulator) -> None:
        key = private_key().decode()
        run = ran(
            ansible, simulator,
            task("Import", "certview_certificate_import", content=key + LEAF.pem),
            words=["-vvv", "--diff"],
        )  # fmt: skip
        secret = key.splitlines()[1]
        assert run.result("Import")["left_out"] == 1
        assert len(secret) == 64
        assert secret not in run.output

    def test_an_authority_and_what_is_no_certificate_are_refused(self, ansible: Ansible, simulator: Simulator) -> None:
        nothing = ansible.folder / "nothing.pem"
        nothing.write_bytes(private_key())
        authority, empty, missing = refused(
            ansible, simulator,
            task("Authority", "certview_certificate_import", content=AUTHORITY.pem),
            task("Empty", "certview_certificate_import", content=None, path=str(nothing)),
            task("Missing", "certview_certificate_import", content=None, path=str(ansible.folder / "missing.pem")),
        )  # fmt: skip
        assert (authority["error"]["kind"], authority["error"]["http_status"]) == ("request", 400)
        assert "Example CA is not a leaf certificate" in authority["msg"]
        assert AUTHORITY.certhash in authority["msg"]
        assert empty["error"]["kind"] == missing["error"]["kind"] == "file"
        assert "holds no certificate" in empty["msg"]
        assert "missing.pem" in missing["msg"]

    @pytest.mark.matrix
    def test_a_restricted_user_is_told_what_is_missing(
        self, ansible: Ansible, simulate: Callable[..., Simulator]
    ) -> None:
        simulator = simulate("--estate", "demo", "--restricted-user")
        (result,) = refused(ansible, simulator, task("Import", "certview_certificate_import"))
        assert (result["error"]["kind"], result["error"]["http_status"], result["error"]["code"]) == (
            "permission", 403, "2012",
        )  # fmt: skip
        assert "scope" in result["error"]["hint"]

    @pytest.mark.matrix
    @pytest.mark.parametrize("given", [{"content": None}, {"path": "/dev/null"}])
    def test_one_source_is_needed_and_no_more(
        self, ansible: Ansible, demo_estate: Simulator, given: dict[str, t.Any]
    ) -> None:
        run = ansible.play(
            tasks_on_localhost(task("Import", "certview_certificate_import", **given)), env=demo_estate.environment
        )
        assert run.returncode != 0
        assert {"path", "content"} <= set(run.result("Import")["msg"].replace(",", " ").replace("|", " ").split())


FAULTS = {
    "forbidden": ("permission", 403, "2012"),
    "registration": ("registration", 409, "2003"),
    "html": ("answer", 200, None),
}


@pytest.mark.parametrize(
    "fault", ["html", *(pytest.param(name, marks=pytest.mark.matrix) for name in FAULTS if name != "html")]
)
def test_every_module_tells_a_fault_by_its_kind(ansible: Ansible, simulator: Simulator, fault: str) -> None:
    simulator.control("faults", [{"match": "/certview", "call": 1, "times": 1000, "fault": fault}])
    results = refused(ansible, simulator, *(task(module, module) for module in MODULES))
    told = {(each["error"]["kind"], each["error"]["http_status"], each["error"]["code"]) for each in results}
    assert told == {FAULTS[fault]}
    assert simulator.stats()["logins"] == 1


def test_what_the_modules_return_is_documented(ansible: Ansible, simulator: Simulator) -> None:
    run = ran(ansible, simulator, *(task(module, module) for module in MODULES))
    for module in MODULES:
        documented = set(documentation(ansible, module)["return"])
        returned = set(run.result(module)) - {"changed", "failed", "_ansible_no_log", "invocation", "warnings"}
        returned -= {name for name in returned if name.startswith(("_ansible_", "ansible_"))}
        assert returned
        assert documented - returned == {"error"}
        assert returned <= documented


def test_every_key_of_a_record_is_documented(ansible: Ansible, simulator: Simulator) -> None:
    certhash = next(each["certhash"] for each in simulator.control("estate") if each["assets"])
    run = ran(
        ansible, simulator,
        task("assets", "certview_asset_info", certhash=certhash),
        task("instances", "certview_instance_info"),
        task("external_sites", "certview_external_site_info"),
    )  # fmt: skip
    for module, name in zip(MODULES, ("assets", "instances", "external_sites"), strict=False):
        described = documentation(ansible, module)["return"][name]["contains"]
        record = run.result(name)[name][0]
        assert set(record) == set(described)
        for key, inner in described.items():
            if "contains" in inner:
                assert set(record[key]) == set(inner["contains"])


def test_the_examples_run(ansible: Ansible, simulate: Callable[..., Simulator]) -> None:
    simulator = simulate("--estate", "demo", "--username", USERNAME, "--password", PASSWORD)
    Path(ansible.folder, "unreachable.pem").write_text(LEAF.pem)
    examples = [documentation(ansible, module)["examples"] for module in MODULES]
    tasks = [task for told in examples for task in yaml.safe_load(told.replace(FOLDER, str(ansible.folder)))]
    environment = {**simulator.environment, "QUALYS_USERNAME": USERNAME, "QUALYS_PASSWORD": PASSWORD}
    run = ansible.play(tasks_on_localhost(*tasks), env=environment)
    assert run.returncode == 0, run.output
    assert {event["task"] for event in run.events} >= {each["name"] for each in tasks}


def test_all_are_in_the_action_group(ansible: Ansible, simulator: Simulator) -> None:
    environment = simulator.environment
    play = tasks_on_localhost(*(task(module, module) for module in MODULES))
    play[0]["module_defaults"] = {
        "group/community.qualys.certview": {
            "gateway_url": environment["QUALYS_GATEWAY_URL"],
            "username": environment["QUALYS_USERNAME"],
            "password": environment["QUALYS_PASSWORD"],
        }
    }
    run = ansible.play(play)
    assert run.returncode == 0, run.output
    assert simulator.stats()["logins"] == 1
