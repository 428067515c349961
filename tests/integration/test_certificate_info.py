# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Listing certificates from a playbook: options, records, files."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Callable

import pytest
from support.playbooks import Ansible, Run, tasks_on_localhost
from support.simulator import NOW, Simulator


def listed(ansible: Ansible, simulator: Simulator, options: dict[str, t.Any], *words: str) -> Run:
    task = {"name": "List", "community.qualys.certview_certificate_info": {"as_of": NOW, **options}}
    return ansible.play(tasks_on_localhost(task), *words, env=simulator.environment)


def records(ansible: Ansible, simulator: Simulator, **options: t.Any) -> list[dict[str, t.Any]]:
    run = listed(ansible, simulator, options)
    assert run.returncode == 0, run.output
    return list(run.result("List")["certificates"])


@pytest.fixture(scope="module")
def truth(demo_estate: Simulator) -> set[str]:
    return {certificate["certhash"] for certificate in demo_estate.control("estate")}


def test_every_certificate_arrives_once(ansible: Ansible, demo_estate: Simulator, truth: set[str]) -> None:
    run = listed(ansible, demo_estate, {"page_size": 7})
    result = run.result("List")
    hashes = [record["certhash"] for record in result["certificates"]]

    assert run.returncode == 0, run.output
    assert len(hashes) == len(set(hashes)) == result["count"]
    assert set(hashes) == truth
    assert result["complete"] is True
    assert result["changed"] is False
    assert result["api"]["version"] == "v2.2"
    assert result["api"]["source"] == "api"
    assert result["api"]["calls"] == -(-len(truth) // 7) + 1
    assert result["api"]["rate_limit"]["limit"] == 300


CONDITIONS: list[tuple[dict[str, t.Any], Callable[[dict[str, t.Any]], bool]]] = [
    ({"expired": True}, lambda record: record["expired"]),
    ({"expired": False}, lambda record: not record["expired"]),
    ({"expiring_within_days": 30}, lambda record: 0 <= record["days_remaining"] <= 30),
    ({"self_signed": True}, lambda record: record["self_signed"]),
    ({"key_size_below": 2048}, lambda record: record["key_size"] < 2048),
    ({"types": ["Leaf"]}, lambda record: record["type"] == "Leaf"),
    ({"signature_algorithms": ["SHA1withRSA"]}, lambda record: record["signature_algorithm"] == "SHA1withRSA"),
    (
        {"where": [{"field": "instance.port", "operator": "equals", "value": 443}]},
        lambda record: any(i["port"] == 443 for asset in record["assets"] for i in asset["instances"]),
    ),
]


@pytest.mark.matrix
def test_conditions_choose_what_they_say(ansible: Ansible, demo_estate: Simulator) -> None:
    steps = [
        {"name": str(options), "community.qualys.certview_certificate_info": {"as_of": NOW, **options}}
        for options in ({}, *(options for options, holds in CONDITIONS))
    ]
    run = ansible.play(tasks_on_localhost(*steps), env=demo_estate.environment)
    assert run.returncode == 0, run.output
    everything = run.result("{}")["certificates"]

    for options, holds in CONDITIONS:
        expected = {record["certhash"] for record in everything if holds(record)}
        assert 0 < len(expected) < len(everything), options
        assert {record["certhash"] for record in run.result(str(options))["certificates"]} == expected, options


@pytest.mark.matrix
def test_names_and_addresses_of_assets_choose_their_certificates(ansible: Ansible, demo_estate: Simulator) -> None:
    everything = records(ansible, demo_estate, includes=["asset_tags"])
    asset = next(asset for record in everything for asset in record["assets"] if asset["primary_ip"] and asset["tags"])
    for option, value in (
        ("primary_ips", asset["primary_ip"]),
        ("asset_names", asset["name"]),
        ("tags", asset["tags"][0]["name"]),
    ):
        found = {record["certhash"] for record in records(ansible, demo_estate, **{option: [value]})}
        shown = {
            "primary_ips": lambda other: other["primary_ip"] == asset["primary_ip"],
            "asset_names": lambda other: other["name"] == asset["name"],
            "tags": lambda other: any(tag["name"] == asset["tags"][0]["name"] for tag in other["tags"]),
        }[option]
        assert found == {record["certhash"] for record in everything if any(map(shown, record["assets"]))}, option


@pytest.mark.matrix
def test_a_query_in_qql_is_asked_of_version_1(ansible: Ansible, demo_estate: Simulator) -> None:
    run = listed(ansible, demo_estate, {"query": "selfSigned:true"})
    result = run.result("List")

    assert result["api"]["version"] == "v1"
    assert {record["certhash"] for record in result["certificates"]} == {
        record["certhash"] for record in records(ansible, demo_estate, self_signed=True)
    }


@pytest.mark.parametrize("version", [pytest.param("v1", marks=pytest.mark.matrix), "v2.2"])
def test_sorting_and_limiting_give_the_first_of_all(ansible: Ansible, demo_estate: Simulator, version: str) -> None:
    ends = sorted(record["valid_to"] for record in records(ansible, demo_estate))
    sort = [{"field": "certificate.validToDate", "order": "desc"}]
    run = listed(ansible, demo_estate, {"sort": sort, "limit": 3, "api_version": version})
    result = run.result("List")

    assert [record["valid_to"] for record in result["certificates"]] == ends[:-4:-1]
    assert result["complete"] is False


def test_a_limit_that_cuts_nothing_leaves_the_answer_complete(
    ansible: Ansible, demo_estate: Simulator, truth: set[str]
) -> None:
    assert listed(ansible, demo_estate, {"limit": len(truth)}).result("List")["complete"] is True


def test_a_file_takes_the_records_and_the_result_the_counts(
    ansible: Ansible, demo_estate: Simulator, truth: set[str]
) -> None:
    path = ansible.folder / "certificates.jsonl"
    result = listed(ansible, demo_estate, {"dest": str(path)}).result("List")

    assert "certificates" not in result
    assert result["count"] == len(truth)
    assert path.stat().st_mode & 0o777 == 0o600
    assert {json.loads(line)["certhash"] for line in path.read_text().splitlines()} == truth


def test_check_mode_writes_no_file(ansible: Ansible, demo_estate: Simulator) -> None:
    path = ansible.folder / "certificates.jsonl"
    run = listed(ansible, demo_estate, {"dest": str(path)}, "--check")

    assert run.returncode == 0, run.output
    assert not path.exists()


def test_a_sweep_that_fails_leaves_the_file_of_the_last_one(
    ansible: Ansible, simulate: Callable[..., Simulator]
) -> None:
    simulator = simulate("--estate", "demo")
    path = ansible.folder / "certificates.jsonl"
    path.write_text("the last one\n")
    simulator.control("faults", [{"match": "/certview/v2.2/certificates", "call": 2, "fault": "forbidden", "times": 1}])
    run = listed(ansible, simulator, {"dest": str(path), "page_size": 5})

    assert run.returncode != 0
    assert run.result("List")["error"]["kind"] == "permission"
    assert path.read_text() == "the last one\n"
    assert [entry.name for entry in ansible.folder.glob(".certificates*")] == []


@pytest.mark.matrix
def test_certificates_of_unmanaged_assets_are_not_hidden(ansible: Ansible, demo_estate: Simulator) -> None:
    managed = {record["certhash"] for record in records(ansible, demo_estate, asset_type="managed")}
    everything = {record["certhash"] for record in records(ansible, demo_estate)}

    assert managed < everything


def test_the_connection_can_be_given_once_for_all_modules(ansible: Ansible, demo_estate: Simulator) -> None:
    environment = demo_estate.environment
    play = tasks_on_localhost(
        {"name": "Log in", "community.qualys.certview_auth": {}, "register": "login"},
        {"name": "List", "community.qualys.certview_certificate_info": {"as_of": NOW}},
        {
            "name": "With the token",
            "community.qualys.certview_certificate_info": {"auth": "{{ login.auth }}", "as_of": NOW},
        },
    )
    play[0]["module_defaults"] = {
        "group/community.qualys.certview": {
            "gateway_url": environment["QUALYS_GATEWAY_URL"],
            "username": environment["QUALYS_USERNAME"],
            "password": environment["QUALYS_PASSWORD"],
        }
    }
    run = ansible.play(play)

    assert run.returncode == 0, run.output
    assert run.result("List")["certificates"] == run.result("With the token")["certificates"]
    assert "CERTVIEW" in run.result("Log in")["modules"]
