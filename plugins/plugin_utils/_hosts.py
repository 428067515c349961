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

from ..module_utils._addresses import canonical_address, canonical_name

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

Template = t.Callable[[str, t.Any], t.Any]
Tell = t.Callable[[str], None]


def host_identities(
    variables_of: t.Callable[[str], Mapping[str, t.Any]], names: Iterable[str], template: Template, tell: Tell
) -> dict[str, list[str]]:
    """Return, for each host, its addresses and names in the order in which they are to be tried.

    :param variables_of: Returns the variables of a host, templates in them as they were written.
    :param names: Inventory names of the hosts.
    :param template: Returns a value of a host with the templates in it resolved; raises AnsibleError if it cannot.
    :param tell: Is given one sentence for each variable that cannot be used.
    """
    return {name: _identities(name, variables_of(name), template, tell) for name in names}


def _identities(name: str, variables: Mapping[str, t.Any], template: Template, tell: Tell) -> list[str]:
    found: list[str] = []
    for variable in _VARIABLES:
        value = variables.get(variable)
        try:
            told = _several(template(name, value) if _holds_template(value) else value)
        except AnsibleError as exc:
            tell(f"Host {name} is matched without its variable {variable}, which cannot be templated: {exc}")
            continue
        for item in told:
            if _is_identity(item):
                found.append(item.strip())
            else:
                # A slip must not look like a host that nobody has scanned.
                tell(f"Host {name} is matched without {item!r} of {variable}, which is no address and no name.")
    found.append(name)
    facts = variables.get("ansible_facts")
    for path in _FACTS:
        found += _fact(facts, path)
    return list(dict.fromkeys(found))


def _several(value: t.Any) -> list[t.Any]:
    """Return what a variable holds: one address or name, several with commas between them, or a list."""
    items = value if isinstance(value, (list, tuple)) else [value]
    parts = [part for item in items for part in (item.split(",") if isinstance(item, str) else [item])]
    return [part for part in parts if part is not None and part != ""]


def _is_identity(item: t.Any) -> bool:
    return canonical_address(item) is not None or canonical_name(item) is not None or item == "localhost"


def _holds_template(value: object) -> bool:
    if isinstance(value, str):
        return "{{" in value or "{%" in value
    return isinstance(value, (list, tuple)) and any(map(_holds_template, value))


def _fact(facts: object, path: tuple[str, ...]) -> list[str]:
    for key in path:
        facts = facts.get(key) if isinstance(facts, Mapping) else None
    return [item for item in (facts if isinstance(facts, list) else [facts]) if isinstance(item, str) and item]
