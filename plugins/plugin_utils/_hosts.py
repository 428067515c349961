# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What identifies the hosts of a play: the addresses and names that its variables and cached facts tell.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping

from ansible.errors import AnsibleError

# The most telling first. Facts are only there when they were gathered before or come from a fact cache.
_VARIABLES = ("certview_addresses", "ansible_host")
_FACTS = (
    ("default_ipv4", "address"),
    ("default_ipv6", "address"),
    ("all_ipv4_addresses",),
    ("all_ipv6_addresses",),
    ("fqdn",),
    ("hostname",),
)


def _texts(value: object) -> list[str]:
    candidates = value if isinstance(value, (list, tuple)) else [value]
    return [str(item) for item in candidates if isinstance(item, str) and item.strip()]


def _fact(facts: object, path: tuple[str, ...]) -> list[str]:
    for key in path:
        facts = facts.get(key) if isinstance(facts, Mapping) else None
    return _texts(facts)


def host_identities(
    hostvars: Mapping[str, t.Any], names: Iterable[str], tell: t.Callable[[str], None]
) -> dict[str, list[str]]:
    """Return, for each host, its addresses and names in the order in which they are to be tried.

    :param hostvars: The C(hostvars) of a task.
    :param names: Inventory names of the hosts.
    :param tell: Is given one sentence for each variable that cannot be read.
    """
    return {name: _identities(name, hostvars[name], tell) for name in names}


def _identities(name: str, variables: Mapping[str, t.Any], tell: t.Callable[[str], None]) -> list[str]:
    found: list[str] = []
    for variable in _VARIABLES:
        try:
            found += _texts(variables.get(variable))
        except AnsibleError as exc:
            tell(f"Host {name} is matched without its variable {variable}, which cannot be templated: {exc}")
    found.append(name)
    facts = variables.get("ansible_facts")
    for path in _FACTS:
        found += _fact(facts, path)
    return list(dict.fromkeys(found))
