# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the programs have in common: the connection that the environment describes, and what they ask for."""

from __future__ import annotations

import os
from datetime import datetime

from ansible_collections.community.qualys.plugins.module_utils._options import Connection, connection_from
from ansible_collections.community.qualys.plugins.module_utils._query import Query

# What qualysdk asks for, so that all read the same pages.
QUERY = Query(includes=("asset_interfaces", "asset_tags"))

_OPTIONS = ("gateway_url", "username", "password", "state_dir")


def connection() -> Connection:
    return connection_from({name: os.environ[f"QUALYS_{name.upper()}"] for name in _OPTIONS})


def instant(text: str) -> datetime:
    """Read an ISO 8601 instant; ``fromisoformat`` knows the Z from Python 3.11 on only."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
