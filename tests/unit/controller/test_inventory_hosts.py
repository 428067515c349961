# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables of hosts while an inventory is still being read."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible_collections.community.qualys.plugins.plugin_utils import _inventory_hosts
from ansible_collections.community.qualys.plugins.plugin_utils._inventory_hosts import InventoryHosts


class Templar:
    """Stands for Ansible's, and knows one way to write a template."""

    available_variables: t.Mapping[str, t.Any] = {}

    def template(self, value: str) -> t.Any:
        return self.available_variables[value.strip("{ }")]


class Facts:
    """Stands for a cache of facts."""

    def __init__(self, facts: dict[str, dict[str, t.Any]]) -> None:
        self._facts = facts

    def contains(self, name: str) -> bool:
        return name in self._facts

    def get(self, name: str) -> dict[str, t.Any]:
        return self._facts[name]


@pytest.fixture
def inventory() -> InventoryData:
    made = InventoryData()
    for group in ("web", "frontend"):
        made.add_group(group)
    made.add_child("frontend", "web")
    for host in ("first", "second"):
        made.add_host(host, "web")
    made.set_variable("frontend", "shared", "of the parent")
    made.set_variable("frontend", "zone", "z1")
    made.set_variable("web", "shared", "of the group")
    made.set_variable("second", "shared", "of the host")
    return made


def hosts(inventory: InventoryData, *, use_vars_plugins: bool = False) -> InventoryHosts:
    return InventoryHosts(inventory, DataLoader(), Templar(), use_vars_plugins=use_vars_plugins)


def test_a_host_has_the_variables_of_its_groups_and_its_own(inventory: InventoryData) -> None:
    known = hosts(inventory)
    first, second = (known.variables_of(name) for name in known.names)

    assert (first["shared"], second["shared"]) == ("of the group", "of the host")
    assert first["zone"] == second["zone"] == "z1"
    assert first["group_names"] == ["frontend", "web"]
    assert "ansible_facts" not in first
    assert known.variables_of("first") == first


def test_a_template_is_resolved_by_the_variables_of_its_host(inventory: InventoryData) -> None:
    assert hosts(inventory).template("second", "{{ shared }}") == "of the host"


def test_facts_are_facts_and_no_variables(inventory: InventoryData, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = {"ansible_fqdn": "first.example.com", "certview_policy": "mozilla-old", "shared": "of the host itself"}
    monkeypatch.setattr(_inventory_hosts.cache_loader, "get", lambda name: Facts({"first": facts}))
    known = hosts(inventory)

    assert known.variables_of("first")["ansible_facts"]["fqdn"] == "first.example.com"
    assert known.variables_of("first")["shared"] == "of the group"
    assert "certview_policy" not in known.variables_of("first")
    assert "ansible_facts" not in known.variables_of("second")


def test_what_a_host_says_of_itself_is_no_template(inventory: InventoryData, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = {"ansible_kernel": "{{ lookup('pipe', 'id') }}"}
    monkeypatch.setattr(_inventory_hosts.cache_loader, "get", lambda name: Facts({"first": facts}))
    monkeypatch.setattr(_inventory_hosts, "no_template", lambda value: {"marked": value})
    assert hosts(inventory).variables_of("first")["ansible_facts"] == {"marked": {"kernel": facts["ansible_kernel"]}}


def test_variables_of_folders_count_on_request(inventory: InventoryData, tmp_path: Path) -> None:
    for folder, text in (("host_vars/first.yml", "own: 1\nshared: 2"), ("group_vars/web.yml", "shared: 3\nzone: z3")):
        path = tmp_path / folder
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    source = tmp_path / "hosts.yml"
    source.write_text("all:\n")
    inventory.processed_sources.append(str(source))

    first, second = (hosts(inventory, use_vars_plugins=True).variables_of(name) for name in ("first", "second"))
    assert (first["own"], first["shared"], first["zone"]) == (1, 2, "z3")
    assert (second["shared"], second["zone"]) == ("of the host", "z3")
    assert hosts(inventory).variables_of("first")["zone"] == "z1"
