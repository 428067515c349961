# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules that list something other than certificates have in common.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ._certificate import Record
from ._client import CertViewClient
from ._filters import OPERATORS
from ._listing import SHORTCUT_LISTS, check_bounds, collected
from ._module import run
from ._query import LARGEST_PAGE

# As plugins/doc_fragments/listing.py documents them.
LISTING_OPTIONS: t.Mapping[str, t.Mapping[str, t.Any]] = {"limit": {"type": "int"}, "dest": {"type": "path"}}
WHERE_OPTIONS: t.Mapping[str, t.Mapping[str, t.Any]] = {
    "where": {
        "type": "list",
        "elements": "dict",
        "options": {
            "field": {"type": "str", "required": True},
            "operator": {"type": "str", "required": True, "choices": list(OPERATORS)},
            "value": {"type": "raw"},
        },
    },
    "page_size": {"type": "int", "default": LARGEST_PAGE},
}

_TEXTS: t.Mapping[str, str] = {"type": "list", "elements": "str"}
CONDITION_OPTIONS: t.Mapping[str, t.Mapping[str, t.Any]] = {
    **dict.fromkeys(SHORTCUT_LISTS, _TEXTS),
    "expiring_within_days": {"type": "float"},
    "expired": {"type": "bool"},
    "self_signed": {"type": "bool"},
    "key_size_below": {"type": "int"},
}


def run_listing(module: AnsibleModule, name: str, ask: t.Callable[[CertViewClient], t.Iterator[Record]]) -> None:
    """End the module with the records that *ask* gets from a client, or with what went wrong.

    :param name: As C(collected).
    """

    def listed(client: CertViewClient) -> dict[str, t.Any]:
        params = module.params
        check_bounds(params)
        return collected(
            client,
            name,
            ask(client),
            limit=params["limit"],
            dest=params["dest"],
            check_mode=module.check_mode,
            tell=module.warn,
        )

    run(module, listed)
