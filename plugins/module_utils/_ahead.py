# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fetching the next pages of a list while the last one is being worked on.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import threading
import typing as t
from contextlib import contextmanager

# To read an answer that has come takes a fraction of it.
_READING_SECONDS = 2.0

_Page = t.TypeVar("_Page", bound=t.Sized)


class Abandoned(Exception):
    """Nobody waits for this page any more."""


class Wish:
    """Tells a call that is under way whether its answer is still wanted."""

    def __init__(self) -> None:
        self._is_given_up = threading.Event()
        self._is_idle = threading.Event()
        self._is_idle.set()

    @contextmanager
    def going_out(self) -> t.Iterator[None]:
        """Within this, check() whether to send the call, send it, and note for others what its answer tells."""
        self._is_idle.clear()
        try:
            yield
        finally:
            self._is_idle.set()

    def check(self) -> None:
        """Go on only if somebody still wants the answer.

        :raises Abandoned: if nobody does.
        """
        if self._is_given_up.is_set():
            raise Abandoned

    def give_up(self) -> None:
        """Let the call not go out, if it has not yet."""
        self._is_given_up.set()

    def wait_for_answer(self) -> None:
        """Wait while a call is out: it is counted already, its connection in use, and its answer tells the limits."""
        self._is_idle.wait()


class _Fetching(t.Generic[_Page]):
    """One page that a thread of its own fetches.

    A daemon: it may be waiting an hour for the API budget when the process has all that it wanted.
    """

    def __init__(self, fetch: t.Callable[[int, Wish], _Page], number: int) -> None:
        self.wish = Wish()
        self._page: t.Optional[_Page] = None
        self._error: t.Optional[BaseException] = None
        self._thread = threading.Thread(target=self._run, args=(fetch, number), daemon=True)
        self._thread.start()

    def _run(self, fetch: t.Callable[[int, Wish], _Page], number: int) -> None:
        try:
            self._page = fetch(number, self.wish)
        except BaseException as exc:  # it belongs to whoever takes the page
            self._error = exc

    def page(self) -> _Page:
        self._thread.join()
        if self._error is not None:
            raise self._error
        return t.cast(_Page, self._page)

    def page_so_far(self) -> t.Optional[_Page]:
        """Let the call not go out if it has not yet; return its page if it has, and the answer was good."""
        self.wish.give_up()
        self.wish.wait_for_answer()
        # It has the answer in hand, or waits for its turn to ask again: that may take an hour.
        self._thread.join(_READING_SECONDS)
        return self._page


class Ahead(t.Generic[_Page]):
    """Gives the pages of a list in their order, and keeps some calls running meanwhile.

    The first page is fetched alone: its answer tells whether the server takes the question, and its limits. After a
    page that is not full only one page is fetched at a time, because the end is near.
    """

    def __init__(
        self,
        fetch: t.Callable[[int, Wish], _Page],
        *,
        page_size: int,
        at_once: t.Callable[[], int],
        end: t.Optional[int] = None,
    ) -> None:
        """Fetch nothing yet.

        :param fetch: Returns the page of a number, counted from 0; called from other threads.
        :param at_once: Returns how many calls may run at once, as far as it is known by now.
        :param end: Number of the first page that must not be asked for; None for no such bound.
        """
        self._fetch = fetch
        self._page_size = page_size
        self._ask_at_once = at_once
        self._end = end
        self._at_once = 1
        self._most_at_once = 1
        self._running: dict[int, _Fetching[_Page]] = {}
        self._is_sure = False
        self._ends_here = False

    def page(self, number: int) -> _Page:
        """Return the page *number*; ask in order.

        :raises Exception: what *fetch* raised.
        """
        is_alone = number not in self._running
        if is_alone:
            self._start(range(number, number + self._at_once))
        page = self._running.pop(number).page()
        self._is_sure = is_alone or self._ends_here
        # All before it were answered when it was asked for, and it tells the end itself.
        self._ends_here = is_alone and len(page) < self._page_size
        if len(page) < self._page_size:
            self._at_once = 1
        else:
            self._at_once = max(1, self._ask_at_once())
            self._most_at_once = max(self._most_at_once, self._at_once)
            if self._is_long(number):
                self._start(range(number + 1, number + 1 + self._at_once))
        return page

    def is_end(self, number: int) -> bool:
        """Make sure that the list ends before page *number*, which came back empty.

        It may have been read before an earlier page was, and the list may have grown in between by so many rows that
        the earlier page held none of those that were there at first: then no row came twice, and rows are missing. In a
        long list the pages behind would hold rows then, and they are on their way already.
        """
        behind = [each.page_so_far() for each in self._running.values()]
        if any(page is not None and len(page) for page in behind):
            return False
        if self._is_sure or (self._is_long(number - 1) and None not in behind):
            return True
        return not self._fetch(number, Wish())

    def _is_long(self, number: int) -> bool:
        """Tell whether more pages lie before *number* than calls in flight could hide if the list grew meanwhile.

        A growth that hides the first page in flight is longer than all pages before it. Counted with twice as many
        pages as calls at once, the list would then reach beyond all pages that were asked for.
        """
        return number >= 2 * self._most_at_once

    def _start(self, numbers: t.Iterable[int]) -> None:
        for number in numbers:
            if number not in self._running and (self._end is None or number < self._end):
                self._running[number] = _Fetching(self._fetch, number)

    def close(self) -> None:
        """Let go of the pages that nobody has taken."""
        running, self._running = self._running, {}
        for each in running.values():
            each.wish.give_up()
        for each in running.values():
            each.wish.wait_for_answer()
