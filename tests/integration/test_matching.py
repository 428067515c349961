# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which assets of the demonstration the hosts of an inventory are found to be."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

import pytest
import yaml
from support.playbooks import Ansible, Run, tasks_on_localhost
from support.simulator import NOW, Simulator

AUDIT = "Audit the certificates of all hosts"
NOWHERE = "10.99.0.1"


def audited(ansible: Ansible, simulator: Simulator, inventory: dict[str, t.Any], **variables: t.Any) -> Run:
    """Run the role over an inventory of groups with hosts, with group variables below C(vars)."""
    for group, told in inventory.items():
        path = ansible.folder / "group_vars" / f"{group}.yml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump(told.get("vars", {})))
    hosts = ansible.folder / "inventory.yml"
    hosts.write_text(yaml.safe_dump({group: {"hosts": told["hosts"]} for group, told in inventory.items()}))
    play = {
        "hosts": "all",
        "gather_facts": False,
        "roles": [{"role": "community.qualys.certificate_audit"}],
        "vars": {"certificate_audit_as_of": NOW, **variables},
    }
    run = ansible.play([play], inventory=str(hosts), env=simulator.environment)
    assert run.returncode == 0, run.output
    return run


def matches(run: Run) -> dict[str, dict[str, t.Any]]:
    return {name: host["match"] for name, host in run.result(AUDIT)["audit"]["hosts"].items()}


def unmatched(run: Run) -> set[str]:
    return {asset["name"] for asset in run.result(AUDIT)["audit"]["unmatched_assets"]}


BALANCERS = {"lb01": {"ansible_host": "203.0.113.10"}, "lb02": {"ansible_host": "198.51.100.11"}}


def test_a_group_claims_virtual_addresses_and_a_network(ansible: Ansible, demo_estate: Simulator) -> None:
    claims = ["198.51.100.8/30", "{{ site }}", "198.51.100.300"]
    variables = {"certview_addresses": claims, "site": "www.example.com"}
    edge = {"hosts": {"edge01": {"ansible_host": NOWHERE}, "web01": {}}, "vars": variables}
    run = audited(ansible, demo_estate, {"balancers": {"hosts": BALANCERS}, "edge": edge})
    found = matches(run)

    claimed = found["edge01"]
    assert (claimed["rule"], claimed["value"], claimed["ambiguous"]) == ("alias", "198.51.100.8/30", False)
    assert claimed["candidates_tried"] == [NOWHERE, "edge01", "198.51.100.8/30", "www.example.com"]
    assert len(claimed["asset_ids"]) == 3
    assert {*found["lb01"]["asset_ids"], *found["lb02"]["asset_ids"]} < set(claimed["asset_ids"])
    # Claims add to what is the host's own, and take nothing from those whose it is.
    assert found["web01"]["rule"] == "short_name"
    assert set(claimed["asset_ids"]) < set(found["web01"]["asset_ids"])
    assert [found["lb01"]["rule"], found["lb02"]["rule"]] == ["interface", "primary_ip"]
    assert "matched without '198.51.100.300' of certview_addresses" in " ".join(run.output.split())
    assert "www.example.com" not in unmatched(run)


def test_virtual_addresses_that_nobody_claims_are_told(ansible: Ansible, demo_estate: Simulator) -> None:
    run = audited(ansible, demo_estate, {"balancers": {"hosts": BALANCERS}})

    assert "www.example.com" in unmatched(run)
    assert not {"lb01.example.com", "lb02.example.com"} & unmatched(run)


def test_hosts_behind_a_translation_and_what_no_address_can_be(ansible: Ansible, demo_estate: Simulator) -> None:
    hosts = {
        "inside01": {"ansible_host": "10.20.0.11"},
        "inside02": {"ansible_host": "10.20.99.1"},
        "cloud": {"private_ip_address": "10.20.0.13", "public_ip_address": "203.0.113.99"},
        "hidden": {"ansible_host": "51.124.XX.247"},
    }
    nat = {"192.0.2.0/28": "10.20.0.0/28", "192.0.2.12": "10.20.99.1"}
    run = audited(ansible, demo_estate, {"all": {"hosts": hosts}}, certificate_audit_nat=nat)
    found = matches(run)

    assert {name: match["value"] for name, match in found.items()} == {
        "inside01": "10.20.0.11",
        "inside02": "10.20.99.1",
        "cloud": "10.20.0.13",
        "hidden": None,
    }
    assert not {"web01.example.com", "web02.example.com", "web03.example.com"} & unmatched(run)
    assert "Host hidden is matched without '51.124.XX.247' of ansible_host" in " ".join(run.output.split())


@pytest.mark.matrix
def test_masked_addresses_of_certview_match_nothing(ansible: Ansible, simulate: Callable[..., Simulator]) -> None:
    simulator = simulate("--estate", "demo", "--blemish", "masked-ip=1")
    found = matches(audited(ansible, simulator, {"all": {"hosts": {"web01": {"ansible_host": "192.0.2.11"}, "x": {}}}}))

    assert found["web01"]["rule"] == "short_name"
    assert found["x"]["rule"] is None


def test_the_user_says_what_identifies_no_host(ansible: Ansible, demo_estate: Simulator) -> None:
    hosts = {"all": {"hosts": {"one": {"ansible_host": "192.0.2.11"}, "two": {"ansible_host": "192.0.2.12"}}}}
    run = audited(ansible, demo_estate, hosts, certificate_audit_exclude_addresses=["default", "192.0.2.11"])
    assert {name: match["rule"] for name, match in matches(run).items()} == {"one": None, "two": "primary_ip"}

    old = audited(ansible, demo_estate, hosts, certificate_audit_asset_max_age_days=0.001)
    assert {match["rule"] for match in matches(old).values()} == {None}
    assert old.result(AUDIT)["summary"]["assets_stale"] == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"nat": {"192.0.2.0/28": "10.20.0.0/24"}}, "not of the same size"),
        pytest.param(
            {"exclude_addresses": ["192.0.2.300"]}, "exclude_addresses has '192.0.2.300'", marks=pytest.mark.matrix
        ),
        pytest.param({"resolve_names": True, "resolve_timeout": 0}, "resolve_timeout is 0", marks=pytest.mark.matrix),
    ],
)
def test_slips_are_told_before_anything_is_asked(
    ansible: Ansible, simulate: Callable[..., Simulator], options: dict[str, t.Any], words: str
) -> None:
    simulator = simulate("--estate", "demo")
    task = {"name": "Audit", "community.qualys.certview_audit": options}
    run = ansible.play(tasks_on_localhost(task), env=simulator.environment)

    assert run.returncode != 0
    assert words in run.result("Audit")["msg"]
    assert run.result("Audit")["error"]["kind"] == "options"
    assert simulator.stats()["calls"] == {}
