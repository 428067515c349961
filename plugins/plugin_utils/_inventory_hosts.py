# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hosts that other sources of an inventory have brought, with their variables as far as they are known by then.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible import constants as C
from ansible.inventory.helpers import get_group_vars
from ansible.plugins.loader import cache_loader
from ansible.utils.vars import combine_vars
from ansible.vars.plugins import get_vars_from_inventory_sources

from ._jinja import no_template

_FACT = "ansible_"


class InventoryHosts:
    """Reads variables of hosts as P(ansible.builtin.constructed#inventory) does.

    :param use_vars_plugins: Whether those of C(host_vars) and C(group_vars) count, which Ansible reads later.
    """

    def __init__(self, inventory: t.Any, loader: t.Any, templar: t.Any, *, use_vars_plugins: bool) -> None:
        self._inventory = inventory
        self._loader = loader
        self._templar = templar
        self._sources = inventory.processed_sources if use_vars_plugins else None
        self._of_groups: dict[tuple[str, ...], dict[str, t.Any]] = {}
        self._facts = cache_loader.get(C.CACHE_PLUGIN)

    @property
    def names(self) -> list[str]:
        return list(self._inventory.hosts)

    def variables_of(self, name: str) -> dict[str, t.Any]:
        """Return the variables of a host, templates in them as they were written, and its facts from the cache."""
        host = self._inventory.hosts[name]
        variables: dict[str, t.Any] = combine_vars(self._group_variables(host), host.get_vars())
        if self._sources is not None:
            of_host = get_vars_from_inventory_sources(self._loader, self._sources, [host], "all")
            variables = combine_vars(variables, of_host)
        if self._facts.contains(name):
            facts = self._facts.get(name)
            # In no other place: a fact is what the host says of itself, and must not pass for a variable of the user's.
            # As Ansible does: nothing of it is a template, whatever the host has written.
            variables["ansible_facts"] = no_template({key.removeprefix(_FACT): value for key, value in facts.items()})
        return variables

    def template(self, name: str, value: t.Any) -> t.Any:
        """Return a value of a host with the templates in it resolved.

        :raises AnsibleError: It cannot be.
        """
        self._templar.available_variables = self.variables_of(name)
        return self._templar.template(value)

    def _group_variables(self, host: t.Any) -> Mapping[str, t.Any]:
        groups = host.get_groups()
        # Most hosts share their groups with others.
        key = tuple(group.name for group in groups)
        if key not in self._of_groups:
            variables = get_group_vars(groups)
            if self._sources is not None:
                of_groups = get_vars_from_inventory_sources(self._loader, self._sources, groups, "all")
                variables = combine_vars(variables, of_groups)
            self._of_groups[key] = variables
        return self._of_groups[key]
