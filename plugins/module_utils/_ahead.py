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

    def __init__(self, fetch: t.Callable[[Wish], _Page], has_come: t.Callable[[_Page], None]) -> None:
        """Start to fetch.

        :param has_come: Is given the page before anybody else has it; called from the thread.
        """
        self.wish = Wish()
        self._page: t.Optional[_Page] = None
        self._error: t.Optional[BaseException] = None
        self._thread = threading.Thread(target=self._run, args=(fetch, has_come), daemon=True)
        self._thread.start()

    def _run(self, fetch: t.Callable[[Wish], _Page], has_come: t.Callable[[_Page], None]) -> None:
        try:
            page = fetch(self.wish)
            has_come(page)
            self._page = page
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

    The first page is fetched alone: its answer tells whether the server takes the question, and its limits. From then
    on a full page that comes lets one more call go out at once, whatever is being done with the pages before it; a page
    that is not full does not, because the end is near.
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
        # Of what follows the threads change some, too.
        self._lock = threading.RLock()
        self._kept: dict[int, _Fetching[_Page]] = {}
        self._out: set[int] = set()
        self._not_full: set[int] = set()
        self._next = 0
        self._is_long = False
        self._is_sure = False
        self._ends_here = False

    def page(self, number: int) -> _Page:
        """Return the page *number*; ask in order.

        :raises Exception: what *fetch* raised.
        """
        with self._lock:
            is_alone = number not in self._kept
            if is_alone:
                self._next = number
                for _again in range(self._at_once):
                    self._start_next()
            fetching = self._kept[number]
        page = fetching.page()
        is_full = len(page) >= self._page_size
        self._is_sure = is_alone or self._ends_here
        # All before it were answered when it was asked for, and it tells the end itself.
        self._ends_here = is_alone and not is_full
        at_once = max(1, self._ask_at_once()) if is_full else 1
        with self._lock:
            del self._kept[number]
            self._at_once = at_once
            self._most_at_once = max(self._most_at_once, at_once)
            self._is_long = self._hides_no_growth(number)
            self._go_on()
        return page

    def is_end(self, number: int) -> bool:
        """Make sure that the list ends before page *number*, which came back empty.

        It may have been read before an earlier page was, and the list may have grown in between by so many rows that
        the earlier page held none of those that were there at first: then no row came twice, and rows are missing. In a
        long list the pages behind would hold rows then, and they are on their way already: one went out after each full
        page that came.
        """
        is_long = self._stop()
        behind = [each.page_so_far() for each in self._kept.values()]
        if any(page is not None and len(page) for page in behind):
            return False
        if self._is_sure or (is_long and None not in behind):
            return True
        return not self._fetch(number, Wish())

    def _hides_no_growth(self, number: int) -> bool:
        """Tell whether more pages lie before *number* than those that are kept could hide if the list grew meanwhile.

        A growth that hides the first of them is longer than all pages before it. Counted with twice as many pages as
        are kept, the list would then reach beyond all pages that were asked for.
        """
        return number >= 2 * self._most_kept

    @property
    def _most_kept(self) -> int:
        """How many pages may be under way or wait to be taken: memory does not follow the length of the list."""
        return 2 * self._most_at_once

    def _has_come(self, number: int, page: _Page) -> None:
        with self._lock:
            self._out.discard(number)
            if len(page) < self._page_size:
                self._not_full.add(number)
            else:
                # The list goes on behind those that were not full.
                self._not_full = {each for each in self._not_full if each > number}
            self._go_on()

    def _go_on(self) -> None:
        """Let as many calls run as are allowed, less one for each page that was not full."""
        while (
            self._is_long
            and len(self._out) < self._at_once - len(self._not_full)
            and len(self._kept) < self._most_kept
            and self._start_next()
        ):
            pass

    def _start_next(self) -> bool:
        number = self._next
        if self._end is not None and number >= self._end:
            return False
        self._next += 1
        self._out.add(number)
        fetch, has_come = self._fetch, self._has_come
        self._kept[number] = _Fetching(lambda wish: fetch(number, wish), lambda page: has_come(number, page))
        return True

    def _stop(self) -> bool:
        """Let no call go out any more; tell whether some could have."""
        with self._lock:
            is_long, self._is_long = self._is_long, False
            return is_long

    def close(self) -> None:
        """Let go of the pages that nobody has taken."""
        self._stop()
        kept, self._kept = self._kept, {}
        for each in kept.values():
            each.wish.give_up()
        for each in kept.values():
            each.wish.wait_for_answer()
