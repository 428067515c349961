# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a list to its end, although it has no total, no cursor, and may change meanwhile.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections import Counter

from ._ahead import Ahead, Wish
from ._errors import CertViewError

Row = dict[str, t.Any]

# Returns the rows of a page, counted from 0, of so many rows.
Fetch = t.Callable[[int, int, Wish], list[Row]]

# CertView API guide, "List CertView Certificates" (v1) and "List Assets of a Certificate": the window that
# pageNumber x pageSize must stay in.
V1_WINDOW = 10_000

# What makes a row of a list the same row on another page: the first of them that it has.
IDENTITY = ("id", "certhash", "uuid", "assetId")

# A list that still moves after so many looks back will not settle while we read it.
_MOST_LOOKS_BACK = 5

# So many pages in a row without a new row: the list grows as fast as it is read, or the server gives one page always.
_MOST_STALE_PAGES = 100

# A list may by chance grow by just a page between two calls, but hardly so often in a row.
_MOST_SAME_PAGES = 5


def identity(row: object, keys: t.Sequence[str] = IDENTITY) -> t.Optional[t.Hashable]:
    """Return what makes a row of a list the same row on another page: the first of *keys* that it has."""
    if isinstance(row, dict):
        for key in keys:
            value = row.get(key)
            if isinstance(value, (int, str)) and value != "":
                return (key, value)
    return None


def sweep(
    fetch: Fetch,
    *,
    page_size: int,
    window: t.Optional[int] = None,
    at_once: t.Callable[[], int] = lambda: 1,
    keys: t.Sequence[str] = IDENTITY,
) -> t.Iterator[list[Row]]:
    """Give all rows of a list, each once, page by page.

    It ends at an empty page (the API tells no total), with at most *at_once* calls beyond the pages that hold rows. A
    row that comes twice means that the list moved while it was read, as it does when a scan finds certificates anew:
    rows that were still to be read went to its front. Then the front is read again until as many rows are known as the
    list is long. With several calls at once, too, no row is missed without another coming twice: the first page is
    read before all others, so what pushed a row out of sight behind us pushed another one into it twice.

    A certificate that Qualys removes while the list is read moves the others up unseen, and one of them may be missed
    until the next sweep: no answer of the API shows it.

    :param fetch: Returns the rows of a page; called from other threads.
    :param window: How many records the API gives at most; None for no such bound.
    :param at_once: Returns how many calls may run at once, as far as it is known by now.
    :param keys: What tells rows from each other, see C(identity).
    :raises CertViewError: of kind V(window) when the list may be longer than *window*, of kind V(shifting) when it
        will not settle or the server gives the same page whatever is asked for, of kind V(answer) for a row that cannot
        be told from others. What was given until then is not complete.
    """
    reading = _Reading(fetch, page_size, window, keys)
    yield from reading.first_pass(at_once)
    looks = 0
    while reading.missing > 0:
        if looks == _MOST_LOOKS_BACK:
            raise _never_settled(reading.end)
        looks += 1
        changes = reading.changes
        yield from reading.front()
        # Only the end tells how long the list has become meanwhile.
        yield from reading.pages_from(max(0, reading.end - 1))
        if reading.missing > 0 and reading.changes == changes:
            raise _repeats_itself(reading.missing)


def _never_settled(pages: int) -> CertViewError:
    return CertViewError(
        f"the list changed all the while it was read ({pages} pages)",
        kind="shifting",
        hint="A scan is probably being processed; run again when it has finished, or narrow the query",
    )


def _repeats_itself(rows: int) -> CertViewError:
    return CertViewError(
        f"{rows} fewer different rows came than the list has, although it did not change any more: it holds some twice,"
        " or its pages are cut short, and nobody can tell whether others are missing",
        kind="shifting",
        hint="Run again later, or narrow the query; if it stays so, ask Qualys Support why the list holds rows twice",
    )


def _always_the_same(number: int) -> CertViewError:
    return CertViewError(
        f"the server gives the same page whatever is asked for (at least {_MOST_SAME_PAGES + 1} times up to page"
        f" {number}), so that nobody can read the others",
        kind="shifting",
        hint="Look for a proxy or gateway that answers out of a cache, or drops the body of the request",
    )


class _Reading:
    """What is known of the list while it is read.

    Rows are added and moved at the front only, so a list is as long as its last page says, and complete when as many
    different rows have come. That rows already read were moved too, and push the others down, does no harm then.
    """

    def __init__(self, fetch: Fetch, page_size: int, window: t.Optional[int], keys: t.Sequence[str]) -> None:
        self._fetch = fetch
        self._page_size = page_size
        self._window = window
        self._keys = keys
        self._seen: set[t.Hashable] = set()
        # Of each page what tells whether it is the same as when it was read last.
        self._contents: dict[int, int] = {}
        # A row that the server itself names more than once in an answer, and does so again when it is asked again.
        self._repeated: dict[t.Hashable, int] = {}
        self._length = 0
        self.end = 0
        self.changes = 0
        self._moved = False
        self._is_cut_short = False

    @property
    def missing(self) -> int:
        """How many rows of the list have not come; none while nothing says that it moved."""
        again = sum(self._repeated.values()) - len(self._repeated)
        return self._length - again - len(self._seen) if self._moved else 0

    def first_pass(self, at_once: t.Callable[[], int]) -> t.Iterator[list[Row]]:
        """Read the whole list, with several calls at once."""
        size = self._page_size
        ahead: Ahead[list[Row]] = Ahead(
            lambda number, wish: self._fetch(number, size, wish),
            page_size=size,
            at_once=at_once,
            end=None if self._window is None else self._window // size,
        )
        try:
            yield from self._pages(0, ahead.page)
            is_end = self._is_beyond_window(self.end) or ahead.is_end(self.end)
        finally:
            ahead.close()
        if not is_end:
            yield from self.pages_from(self.end)

    def pages_from(self, number: int) -> t.Iterator[list[Row]]:
        """Read to the end of the list, one call after the other."""
        return self._pages(number, self._page)

    def _pages(self, number: int, page: t.Callable[[int], list[Row]]) -> t.Iterator[list[Row]]:
        """Read to the end of the list, and note its length."""
        stale = same = 0
        is_full = True
        while stale < _MOST_STALE_PAGES:
            rows = self._at_window() if self._is_beyond_window(number) else page(number)
            if not rows:
                self._note(number, ())
                self.end = number
                return
            self._is_cut_short = self._is_cut_short or not is_full
            is_full = len(rows) >= self._page_size
            self._length = number * self._page_size + len(rows)
            known = len(self._seen)
            yield from self._unseen(number, rows)
            stale = stale + 1 if len(self._seen) == known else 0
            same = same + 1 if stale and self._contents[number] == self._contents.get(number - 1) else 0
            if same == _MOST_SAME_PAGES:
                raise _always_the_same(number)
            number += 1
        raise _never_settled(number)

    def front(self) -> t.Iterator[list[Row]]:
        """Read from the start until the rows that were missing have come."""
        enough = len(self._seen) + self.missing
        for number in range(self.end):
            if len(self._seen) >= enough:
                return
            yield from self._unseen(number, self._page(number))

    def _page(self, number: int) -> list[Row]:
        return self._fetch(number, self._page_size, Wish())

    def _is_beyond_window(self, number: int) -> bool:
        return self._window is not None and (number + 1) * self._page_size > self._window

    def _at_window(self) -> list[Row]:
        """Return the empty page that ends the list, where no full page can be asked for any more.

        A last page that is not full could have been cut short by the server; asking for the one row behind it tells.
        """
        if (
            self._window is not None
            and self._length < self._window
            # Where pages hold fewer rows than were asked for, nobody knows where the server stands.
            and not self._is_cut_short
            and not self._fetch(self._length, 1, Wish())
        ):
            return []
        raise CertViewError(
            f"the list reaches the {self._window} records that this version of the API gives at most",
            kind="window",
            hint="Narrow the query; for certificates leave api_version at auto, because v2.x has no such bound",
        )

    def _unseen(self, number: int, rows: list[Row]) -> t.Iterator[list[Row]]:
        names = [self._name(row) for row in rows]
        is_known = self._note(number, names)
        own = len(set(names))
        if own < len(names):
            if is_known or [self._name(row) for row in self._page(number)] == names:
                self._repeated |= {name: count for name, count in Counter(names).items() if count > 1}
            else:
                self._moved = True
        fresh = []
        for name, row in zip(names, rows):
            if name not in self._seen:
                self._seen.add(name)
                fresh.append(row)
        self._moved = self._moved or len(fresh) < own
        if fresh:
            yield fresh

    def _name(self, row: object) -> t.Hashable:
        name = identity(row, self._keys)
        if name is None:
            raise CertViewError(
                f"the answer holds a row without any of {', '.join(self._keys)}, so that nobody can tell whether"
                " all came",
                kind="answer",
                hint="Do not exclude both certificate.id and certificate.certhash; else look for a proxy that"
                " answers in the server's place",
            )
        return name

    def _note(self, number: int, names: t.Sequence[t.Hashable]) -> bool:
        """Remember what a page holds; tell whether it is what it held the last time."""
        content = hash(tuple(names))
        is_known = self._contents.get(number) == content
        if not is_known:
            self._contents[number] = content
            self.changes += 1
        return is_known
