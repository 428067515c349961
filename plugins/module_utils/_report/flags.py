# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a playbook needs of an audit to flag single hosts; a function of the audit document alone.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import json
import typing as t
from collections.abc import Collection, Mapping

from .._findings import CALLING_FOR_ACTION
from .text import host_line


def flagged_hosts(document: Mapping[str, t.Any], flag: str, failing: Collection[str]) -> dict[str, str]:
    """Return, for each host that is to be flagged, its status, one readable line and its findings as one JSON text.

    :param flag: V(all) hosts, V(failing) (those whose status calls for action), or V(none).
    :param failing: Hosts that are flagged in any case.
    """
    return {
        name: json.dumps(
            {"status": host["status"], "line": host_line(document, name), "findings": host["findings"]},
            sort_keys=True,
        )
        for name, host in document["hosts"].items()
        if name in failing or flag == "all" or (flag == "failing" and host["status"] in CALLING_FOR_ACTION)
    }
