# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module shows of its change in diff mode.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t


def line_diff(what: str, before: t.Iterable[str], after: t.Iterable[str]) -> dict[str, str]:
    """Return RV(diff) for a set of names, one a line, of which Ansible shows what was added.

    :param what: What they are, in the plural.
    """
    return {
        "before_header": what,
        "after_header": what,
        "before": _lines(before),
        "after": _lines(after),
    }


def _lines(names: t.Iterable[str]) -> str:
    return "".join(f"{name}\n" for name in sorted(names))
