# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How messages name several things.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

from collections.abc import Iterable

_MOST = 5
_LONGEST = 80


def listed(names: Iterable[str]) -> str:
    """Return the first names, in their order, and how many more there are; overlong ones are cut."""
    told = list(names)
    shown = ", ".join(name if len(name) <= _LONGEST else f"{name[:_LONGEST]}..." for name in told[:_MOST])
    return shown if len(told) <= _MOST else f"{shown} and {len(told) - _MOST} more"
