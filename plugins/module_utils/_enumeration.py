# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Naming things in a message that must not become endless.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t

_MOST_NAMED = 20


def enumerated(names: t.Sequence[str]) -> str:
    """Return *names* with commas between them, and how many more there are than a message should hold."""
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
