# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes of an inventory that are all made, or none: Ansible goes on with what a plugin has made before it failed.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible.errors import AnsibleError


class Inventory(t.Protocol):
    """What of Ansible's inventory is used here."""

    hosts: t.Any
    groups: t.Any

    def add_group(self, group: str) -> str: ...

    def add_host(self, host: str, group: str | None = None, port: int | None = None) -> str: ...

    def add_child(self, group: str, child: str) -> bool: ...

    def set_variable(self, entity: str, varname: str, value: t.Any) -> None: ...


class Changes:
    """Stands in for an inventory, and keeps what is to be done to it."""

    def __init__(self) -> None:
        # Dictionaries, for they keep the order and hold nothing twice.
        self._groups: dict[str, None] = {}
        self._hosts: dict[str, None] = {}
        self._members: dict[tuple[str, str], None] = {}
        self._children: dict[tuple[str, str], None] = {}
        self._variables: dict[str, dict[str, t.Any]] = {}

    def add_group(self, group: str) -> str:
        if not isinstance(group, str) or not group:
            raise AnsibleError(f"{group!r} cannot be the name of a group")
        self._groups[group] = None
        return group

    def add_host(self, host: str, group: str | None = None, port: int | None = None) -> str:
        self._hosts[host] = None
        if group is not None:
            self.add_member(group, host)
        return host

    def add_member(self, group: str, host: str) -> None:
        """Put a host into a group; unlike add_child(), also where a group has its name."""
        self._members[group, host] = None

    def add_child(self, group: str, child: str) -> bool:
        """Put a group into another if it was added here, and else a host."""
        (self._children if child in self._groups else self._members)[group, child] = None
        return True

    def set_variable(self, host: str, varname: str, value: t.Any) -> None:
        self._variables.setdefault(host, {})[varname] = value

    def variables_of(self, host: str) -> dict[str, t.Any]:
        """Return those that are to be set."""
        return self._variables.get(host, {})

    def make(self, inventory: Inventory) -> None:
        """Do all that was kept, or nothing.

        :raises AnsibleError: A group would be in itself.
        """
        self._refuse_loops(inventory)
        for group in self._groups:
            inventory.add_group(group)
        for host in self._hosts:
            inventory.add_host(host)
        for host, variables in self._variables.items():
            for name, value in variables.items():
                # By name, an inventory finds the group before the host.
                if host in inventory.groups:
                    inventory.hosts[host].set_variable(name, value)
                else:
                    inventory.set_variable(host, name, value)
        for group, host in self._members:
            if host in inventory.groups:
                inventory.groups[group].add_host(inventory.hosts[host])
            else:
                inventory.add_child(group, host)
        for group, child in self._children:
            inventory.add_child(group, child)

    def _refuse_loops(self, inventory: Inventory) -> None:
        below = {name: {child.name for child in group.child_groups} for name, group in inventory.groups.items()}
        for group, child in self._children:
            if group in _reached(child, below):
                raise AnsibleError(f"the group {child} cannot be in {group}, which would be in itself then")
            below.setdefault(group, set()).add(child)


def _reached(group: str, below: Mapping[str, set[str]]) -> set[str]:
    """Return a group and all that are in it, at any depth."""
    reached: set[str] = set()
    waiting = [group]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(below.get(name, ()))
    return reached
