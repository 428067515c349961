# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tells one asset from another.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

AssetId = t.Union[int, str]


def asset_id(asset: Mapping[str, t.Any]) -> AssetId | None:
    """Return what identifies an asset: its number, else its UUID (all that v1 tells), else its address or name.

    Source: CertView API guide, List Certificates v2 (C(id), C(uuid)) and v1 (C(assetId)).
    """
    for field in ("id", "uuid", "primary_ip", "name"):
        value = asset.get(field)
        if isinstance(value, (int, str)) and value != "":
            return value
    return None


def asset_order(identifier: AssetId) -> tuple[bool, AssetId]:
    """Return a sort key by which numbers and UUIDs can stand in one list."""
    return isinstance(identifier, str), identifier
