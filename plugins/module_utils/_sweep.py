# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a list to its end, although it has no total, no cursor, and may change meanwhile.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t

from ._errors import CertViewError

Row = dict[str, t.Any]

# CertView API guide, "List CertView Certificates" (v1): the window that pageNumber x pageSize must stay in.
V1_WINDOW = 10_000

# A list that still moves after so many looks at its front will not settle while we read it.
_MOST_LOOKS_BACK = 5


def identity(row: object) -> t.Optional[t.Hashable]:
    """Return what makes a row of a list the same row on another page: its C(id), else its C(certhash)."""
    if isinstance(row, dict):
        for key in ("id", "certhash"):
            value = row.get(key)
            if isinstance(value, (int, str)) and value != "":
                return (key, value)
    return None


def sweep(
    fetch: t.Callable[[int], list[Row]], *, page_size: int, window: t.Optional[int] = None
) -> t.Iterator[list[Row]]:
    """Give all rows of a list, each once, page by page.

    It ends at an empty page (the API tells no total). A row that comes twice means that the list moved while it was
    read, as it does when a scan finds certificates anew: then the front is read again until it brings nothing new.

    :param fetch: Returns the rows of one page, counted from 0.
    :param window: How many records the API gives at most; None for no such bound.
    :raises CertViewError: of kind V(window) when the list is longer than *window*, of kind V(shifting) when the list
        will not settle. What was given until then is not complete.
    """
    seen: set[t.Hashable] = set()
    moved = False
    number = 0
    while True:
        rows = _fetch_within(fetch, number, page_size, window)
        if not rows:
            break
        fresh = _unseen(rows, seen)
        moved = moved or len(fresh) < len(rows)
        if fresh:
            yield fresh
        number += 1
    looks = 0
    while moved:
        if looks == _MOST_LOOKS_BACK:
            raise CertViewError(
                f"the list of certificates changed all the while it was read ({number} pages)",
                kind="shifting",
                hint="A scan is probably being processed; run again when it has finished, or narrow the query",
            )
        looks += 1
        moved = False
        for front in range(number + 1):
            fresh = _unseen(fetch(front), seen)
            if not fresh:
                break
            moved = True
            yield fresh


def _fetch_within(
    fetch: t.Callable[[int], list[Row]], number: int, page_size: int, window: t.Optional[int]
) -> list[Row]:
    if window is not None and (number + 1) * page_size > window:
        raise CertViewError(
            f"there are more certificates than the {window} that v1 of the API gives in one list",
            kind="window",
            hint="Leave api_version at auto (v2.x has no such bound), or narrow the query",
        )
    return fetch(number)


def _unseen(rows: list[Row], seen: set[t.Hashable]) -> list[Row]:
    fresh = []
    for row in rows:
        key = identity(row)
        if key is None:
            fresh.append(row)
        elif key not in seen:
            seen.add(key)
            fresh.append(row)
    return fresh
