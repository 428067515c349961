# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a list whose filter is JSON, however many values its conditions have.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import functools
import typing as t

from ._filters import Condition, split
from ._sweep import IDENTITY, Row, identity

# Returns the request for the conditions, the page's number, counted from 0, and its size.
BodyOf = t.Callable[[t.Sequence[Condition], int, int], dict[str, t.Any]]


def filtered(
    pages: t.Callable[..., t.Iterator[list[Row]]],
    path: str,
    body_of: BodyOf,
    where: t.Sequence[Condition],
    *,
    page_size: int,
    rows_of: t.Callable[[t.Any], t.Any],
    keys: t.Sequence[str] = IDENTITY,
) -> t.Iterator[Row]:
    """Give each row that meets *where* once, although the server takes long conditions in several parts only.

    :param pages: Reads a list page by page, as C(CertViewClient.pages).
    :param keys: What tells rows from each other.
    :raises CertViewError: when the list could not be read to its end; what was given until then is not complete.
    """
    parts = [*split(where)]
    seen: set[t.Hashable] = set()
    for part in parts:
        body_of_part = functools.partial(body_of, part)
        for page in pages(path, body_of_part, page_size=page_size, keys=keys, rows_of=rows_of):
            for row in page:
                key = identity(row, keys)
                if key in seen:
                    continue
                if len(parts) > 1:
                    seen.add(key)
                yield row
