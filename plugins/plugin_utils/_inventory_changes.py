# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes of an inventory that are all made, or none: Ansible goes on with what a plugin has made before it failed.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleError


class Inventory(t.Protocol):
    """What of Ansible's inventory is used here."""

    hosts: t.Any

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
        self._variables: dict[str, dict[str, t.Any]] = {}

    def add_group(self, group: str) -> str:
        if not isinstance(group, str) or not group:
            raise AnsibleError(f"{group!r} cannot be the name of a group")
        self._groups[group] = None
        return group

    def add_host(self, host: str, group: str | None = None, port: int | None = None) -> str:
        self._hosts[host] = None
        if group is not None:
            self.add_child(group, host)
        return host

    def add_child(self, group: str, child: str) -> bool:
        if group == child:
            raise AnsibleError(f"the group {group} cannot be in itself")
        self._members[group, child] = None
        return True

    def set_variable(self, entity: str, varname: str, value: t.Any) -> None:
        self._variables.setdefault(entity, {})[varname] = value

    def variables_of(self, host: str) -> dict[str, t.Any]:
        """Return those that are to be set."""
        return self._variables.get(host, {})

    def make(self, inventory: Inventory) -> None:
        """Do all that was kept."""
        for group in self._groups:
            inventory.add_group(group)
        for host in self._hosts:
            inventory.add_host(host)
        for host, variables in self._variables.items():
            for name, value in variables.items():
                inventory.set_variable(host, name, value)
        for group, child in self._members:
            inventory.add_child(group, child)
