# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleError
from ansible.inventory.data import InventoryData
from ansible_collections.community.qualys.plugins.plugin_utils._inventory_changes import Changes


def change(inventory: t.Any) -> None:
    for group in ("weak", "severe", "parent"):
        inventory.add_group(group)
    inventory.add_host("made")
    inventory.add_host("made", "weak")
    inventory.add_child("weak", "there")
    inventory.add_child("weak", "there")
    inventory.add_child("parent", "weak")
    inventory.set_variable("there", "status", "weak")
    inventory.set_variable("there", "status", "worse")
    inventory.set_variable("made", "status", None)


def inventory() -> InventoryData:
    made = InventoryData()
    made.add_host("there")
    made.set_variable("there", "before", 1)
    return made


def told(inventory: InventoryData) -> tuple[t.Any, ...]:
    return (
        {name: [host.name for host in group.get_hosts()] for name, group in inventory.groups.items()},
        {name: [child.name for child in group.child_groups] for name, group in inventory.groups.items()},
        {name: host.get_vars() for name, host in inventory.hosts.items()},
    )


def test_what_is_kept_is_what_would_have_been_done() -> None:
    at_once, later = inventory(), inventory()
    untouched = told(later)
    change(at_once)
    changes = Changes()
    change(changes)

    assert told(later) == untouched
    assert changes.variables_of("there") == {"status": "worse"}
    assert changes.variables_of("nobody") == {}
    changes.make(later)
    assert told(later) == told(at_once) != untouched


def test_what_an_inventory_would_refuse_is_refused_before_it_is_touched() -> None:
    changes = Changes()
    for name in ("", None, 7):
        with pytest.raises(AnsibleError, match="name of a group"):
            changes.add_group(t.cast(str, name))


@pytest.mark.parametrize(("group", "child"), [("mine", "mine"), ("below", "above"), ("below", "mine")])
def test_a_group_that_would_be_in_itself_leaves_everything_as_it_was(group: str, child: str) -> None:
    there = inventory()
    for name in ("above", "below"):
        there.add_group(name)
    there.add_child("above", "below")
    before = told(there)
    changes = Changes()
    changes.add_host("made", "all")
    for name in ("mine", "above", "below"):
        changes.add_group(name)
    changes.add_child("mine", "above")
    changes.add_child(group, child)
    with pytest.raises(AnsibleError, match="in itself"):
        changes.make(there)
    assert told(there) == before


def test_a_host_with_the_name_of_a_group_is_the_one_that_is_meant() -> None:
    there = inventory()
    there.add_group("db")
    there.add_host("db")
    there.add_host("other", "db")
    changes = Changes()
    changes.add_group("weak")
    changes.add_member("weak", "db")
    changes.set_variable("db", "status", "weak")
    changes.make(there)

    assert [host.name for host in there.groups["weak"].get_hosts()] == ["db"]
    assert "status" not in there.groups["db"].get_vars()
    assert there.hosts["db"].get_vars()["status"] == "weak"
    assert "status" not in there.hosts["other"].get_vars()
