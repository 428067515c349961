# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a list whose filter is JSON: however many values its conditions have, and whether the server heeds it or not.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass

from ._certificate import Record
from ._fields import Field
from ._filters import Condition, holds, split
from ._sweep import IDENTITY, Row, identity


@dataclass(frozen=True)
class Listing:
    """A list of the API that takes a filter.

    :ivar name: What its rows are, in the plural.
    :ivar fields: Where a record holds what conditions can name.
    :ivar body_of: Returns the request for the conditions, the page's number, counted from 0, and its size.
    :ivar rows_of: Takes the rows out of an answer that wraps them.
    :ivar record_of: Returns the record of a row.
    :ivar keys: What tells rows from each other.
    """

    name: str
    path: str
    fields: t.Mapping[str, Field]
    body_of: t.Callable[[t.Sequence[Condition], int, int], dict[str, t.Any]]
    rows_of: t.Callable[[t.Any], t.Any]
    record_of: t.Callable[[Row], Record]
    keys: t.Sequence[str] = IDENTITY


def filtered(
    pages: t.Callable[..., t.Iterator[list[Row]]],
    listing: Listing,
    where: t.Sequence[Condition],
    *,
    page_size: int,
    tell: t.Callable[[str], None],
) -> t.Iterator[Record]:
    """Give the record of each row that meets *where* once.

    The server takes long conditions in several parts only, and may not know the filter by the name that we give it:
    what it answers is checked again, as far as a record tells it.

    :param pages: Reads a list page by page, as C(CertViewClient.pages).
    :raises CertViewError: when the list could not be read to its end; what was given until then is not complete.
    """
    parts = [*split(where)]
    seen: set[t.Hashable] = set()
    left_out = False
    for part in parts:
        body_of = functools.partial(listing.body_of, part)
        for page in pages(listing.path, body_of, page_size=page_size, keys=listing.keys, rows_of=listing.rows_of):
            for row in page:
                key = identity(row, listing.keys)
                if key in seen:
                    continue
                if len(parts) > 1:
                    seen.add(key)
                record = listing.record_of(row)
                if holds(where, record, untold=True, fields=listing.fields):
                    yield record
                elif not left_out:
                    left_out = True
                    tell(
                        f"The server answers {listing.name} that do not meet the conditions that it was asked for, as"
                        " if it took no notice of one. They are left out."
                    )
