# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
import typing as t
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._throttle import Throttle, told_wait
from hypothesis import given
from hypothesis import strategies as st
from unit.client.support import AS_OF, Always, FakeClock

API = "/certview/v2.2/certificates"
DAY = 86400.0


def limits(limit: int, window: int, **more: str) -> dict[str, str]:
    return {"X-RateLimit-Limit": str(limit), "X-RateLimit-Window-Sec": str(window), **more}


def throttle_with(clock: FakeClock, max_wait: float = -1, **options: t.Any) -> Throttle:
    return Throttle(clock, **{"max_wait": max_wait, "max_concurrency": 2, "chance": Always(0.5), **options})


def call(throttle: Throttle, api: str = API, waited: float = 0.0) -> float:
    with throttle.admitted(api, waited) as waited_in_all:
        return waited_in_all


class TestToldWait:
    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({}, None),
            ({"X-RateLimit-ToWait-Sec": "7"}, 7.0),
            ({"x-ratelimit-towait-sec": " 7 "}, 7.0),
            ({"Retry-After": "9"}, 9.0),
            ({"Retry-After": "9", "X-RateLimit-ToWait-Sec": "7"}, 7.0),
            ({"Retry-After": "Mon, 01 Jun 2026 00:01:00 GMT"}, 60.0),
            ({"retry-after": "Sun, 31 May 2026 23:00:00 GMT"}, 0.0),
            ({"Retry-After": "Tue, 01 Jun 2038 00:00:00 GMT"}, DAY),
            ({"Retry-After": "999999999999999"}, DAY),
            ({"Retry-After": "soon"}, None),
            ({"Retry-After": "-1"}, None),
            ({"Retry-After": "Mon, 01 Jun 2026 00:01:00 -0000"}, None),
            ({"X-RateLimit-ToWait-Sec": "1.5", "Retry-After": "4"}, 4.0),
            ({"X-RateLimit-ToWait-Sec": "\u0663"}, None),
        ],
    )
    def test_seconds_or_date_of_either_header(
        self, clock: FakeClock, headers: dict[str, str], seconds: float | None
    ) -> None:
        assert told_wait(headers, clock) == seconds

    @given(st.text(), st.text())
    def test_any_text_is_a_wait_of_at_most_a_day_or_none(self, first: str, second: str) -> None:
        seconds = told_wait({"X-RateLimit-ToWait-Sec": first, "Retry-After": second}, FakeClock())
        assert seconds is None or 0 <= seconds <= DAY

    @given(st.datetimes())
    def test_any_date_is_a_wait_of_at_most_a_day(self, date: datetime) -> None:
        header = f"{date:%a, %d %b} {date.year:04d} {date:%H:%M:%S} GMT"
        seconds = told_wait({"Retry-After": header}, FakeClock())
        if date.year >= 1970:
            expected = (date.replace(microsecond=0, tzinfo=timezone.utc) - AS_OF).total_seconds()
            assert seconds == min(max(expected, 0.0), DAY)


class TestLearning:
    @pytest.mark.parametrize(
        "spelling", ["X-Concurrency-Limit-Limit", "X-ConcurrencyLimit-Limit", "x-concurrency-limit-limit"]
    )
    def test_limits_in_any_case_and_both_spellings(self, clock: FakeClock, spelling: str) -> None:
        throttle = throttle_with(clock)
        headers = {"x-RATELIMIT-limit": "300", "X-RateLimit-Window-Sec": "3600", "X-RateLimit-Remaining": "0"}
        throttle.learn(API, {**headers, spelling: "5"})
        budget = throttle.budget(API)
        assert (budget.limit, budget.window_seconds, budget.remaining, budget.concurrency) == (300, 3600, 0, 5)

    def test_absent_and_meaningless_headers_leave_what_is_known(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock)
        throttle.learn(API, limits(300, 3600, **{"X-RateLimit-Remaining": "299"}))
        for headers in ({}, limits(0, 0), {"X-RateLimit-Limit": "many", "X-RateLimit-Remaining": ""}):
            throttle.learn(API, headers)
        budget = throttle.budget(API)
        assert (budget.limit, budget.window_seconds, budget.remaining) == (300, 3600, 299)

    def test_each_api_has_its_own_budget(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock)
        throttle.learn(API, limits(1, 60))
        call(throttle)
        assert call(throttle, "/certview/v1/certificates") == 0.0
        assert call(throttle) == 60.0

    @given(
        st.dictionaries(
            st.sampled_from(["X-RateLimit-Limit", "X-RateLimit-Window-Sec", "X-RateLimit-Remaining"]), st.text()
        )
    )
    def test_any_header_text_leaves_a_throttle_that_admits(self, headers: dict[str, str]) -> None:
        clock = FakeClock()
        throttle = throttle_with(clock)
        throttle.learn(API, headers)
        throttle.refused(API, headers, attempt=0)
        for _each in range(3):
            call(throttle)
        assert clock.seconds <= 3 * DAY


class TestRollingWindow:
    def test_waits_until_the_oldest_call_leaves_the_window(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock)
        throttle.learn(API, limits(3, 100))
        started = []
        for pause in (0, 10, 10, 0, 0):
            clock.sleep(pause)
            call(throttle)
            started.append(clock.seconds)
        assert started == [0, 10, 20, 100, 110]
        assert throttle.waited_seconds == 90
        assert throttle.calls == 5

    @given(
        # Whole seconds: their sums are exact, so that the bound can be held without a tolerance.
        st.lists(st.integers(0, 50), max_size=40),
        st.integers(1, 5),
        st.integers(1, 100),
        st.integers(0, 10),
    )
    def test_is_never_exceeded_by_any_sequence_of_calls(
        self, pauses: list[int], limit: int, window: int, learned_after: int
    ) -> None:
        clock = FakeClock()
        throttle = throttle_with(clock)
        recent: deque[float] = deque()
        for number, pause in enumerate(pauses):
            if number == learned_after:
                throttle.learn(API, limits(limit, window))
            clock.sleep(pause)
            with throttle.admitted(API):
                now = clock.seconds
            while recent and recent[0] <= now - window:
                recent.popleft()
            assert number < learned_after or len(recent) < limit
            recent.append(now)

    def test_a_lowered_limit_counts_what_was_called_before(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock)
        for _each in range(5):
            call(throttle)
            clock.sleep(1)
        throttle.learn(API, limits(2, 100))
        assert call(throttle) == 98.0


class TestRefusals:
    def test_the_told_wait_holds_every_caller_and_no_two_return_at_once(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock, chance=Always(0.25))
        throttle.refused(API, {"X-RateLimit-ToWait-Sec": "30"}, attempt=0)
        assert call(throttle) == 30.25
        assert call(throttle) == 0.0
        assert throttle.refusals == 1

    def test_an_untold_wait_grows_with_each_refusal(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock, chance=Always(1.0))
        waits = []
        for attempt in range(4):
            throttle.refused(API, {}, attempt)
            waits.append(call(throttle))
        assert waits == [1.0, 2.0, 4.0, 8.0]

    def test_the_longest_told_wait_wins(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock, chance=Always(0.0))
        throttle.refused(API, {"Retry-After": "50"}, attempt=0)
        throttle.refused(API, {"Retry-After": "5"}, attempt=0)
        assert call(throttle) == 50.0


class TestMaxWait:
    @pytest.mark.parametrize(
        ("max_wait", "before", "admitted"),
        [(-1, 1e9, True), (30, 0, True), (29.9, 0, False), (30, 1, False), (0, 0, False)],
    )
    def test_bounds_what_one_call_waits_in_all(
        self, clock: FakeClock, max_wait: float, before: float, admitted: bool
    ) -> None:
        throttle = throttle_with(clock, max_wait, chance=Always(0.0))
        throttle.refused(API, {"Retry-After": "30"}, attempt=0)
        if admitted:
            assert call(throttle, waited=before) == before + 30
        else:
            with pytest.raises(CertViewError):
                call(throttle, waited=before)
            assert clock.sleeps == []

    def test_no_wait_is_needed_with_room_left(self, clock: FakeClock) -> None:
        assert call(throttle_with(clock, max_wait=0)) == 0.0

    def test_the_error_names_the_time_at_which_the_budget_returns(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock, max_wait=60)
        throttle.learn(API, limits(1, 3600))
        call(throttle)
        with pytest.raises(CertViewError) as caught:
            call(throttle)
        assert caught.value.kind == "budget"
        assert caught.value.request == f"POST {API}"
        for words in ("2026-06-01T01:00:00Z", "in 3600 s", "1 calls in 3600 s are used up", "max_wait allows 60 s"):
            assert words in str(caught.value)

    @pytest.mark.parametrize("header", ["X-RateLimit-ToWait-Sec", "Retry-After"])
    def test_an_absurd_wait_is_an_error_too(self, clock: FakeClock, header: str) -> None:
        throttle = throttle_with(clock, max_wait=60)
        throttle.refused(API, {header: "9" * 12}, attempt=0)
        with pytest.raises(CertViewError, match="2026-06-02T00:00:00Z"):
            call(throttle)


class TestNotices:
    @pytest.mark.parametrize(("seconds", "notices"), [("9", 0), ("10", 1), ("600", 10)])
    def test_a_wait_that_a_person_would_notice_is_told_once_a_minute(
        self, clock: FakeClock, seconds: str, notices: int
    ) -> None:
        told: list[str] = []
        throttle = throttle_with(clock, chance=Always(0.0), tell=told.append)
        throttle.refused(API, {"Retry-After": seconds}, attempt=0)
        call(throttle)
        assert len(told) == notices

    def test_a_notice_names_the_wait_its_cause_and_its_end(self, clock: FakeClock) -> None:
        told: list[str] = []
        throttle = throttle_with(clock, chance=Always(0.0), tell=told.append)
        throttle.refused(API, {"Retry-After": "90"}, attempt=0)
        call(throttle)
        assert told == [
            f"Waiting {seconds} s for the API budget of {API}: the server refused a call and asked to wait 90 s."
            " Next call at 2026-06-01T00:01:30Z."
            for seconds in (90, 30)
        ]


class TestConcurrency:
    @pytest.mark.parametrize(("own", "servers", "most"), [(2, None, 2), (5, 2, 2), (1, 5, 1)])
    def test_the_lower_of_both_bounds_holds_between_threads(
        self, clock: FakeClock, own: int, servers: int | None, most: int
    ) -> None:
        throttle = throttle_with(clock, max_concurrency=own)
        if servers:
            throttle.learn(API, {"X-Concurrency-Limit-Limit": str(servers)})
        lock = threading.Lock()
        full = threading.Event()
        running = highest = 0

        def work() -> None:
            nonlocal running, highest
            with throttle.admitted(API):
                with lock:
                    running += 1
                    highest = max(highest, running)
                    if running == most:
                        full.set()
                # Nobody leaves before the bound was reached once: a bound that is too low would hang here.
                assert full.wait(timeout=30)
                with lock:
                    running -= 1

        with ThreadPoolExecutor(8) as pool:
            for future in [pool.submit(work) for _each in range(24)]:
                future.result()
        assert highest == most
        assert throttle.calls == 24
        # All places are free again.
        call(throttle)

    def test_a_call_that_fails_gives_its_place_back(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock, max_concurrency=1)
        with pytest.raises(KeyError), throttle.admitted(API):
            raise KeyError
        assert call(throttle) == 0.0

    def test_who_may_not_wait_is_told_that_others_are_running(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock, max_wait=0, max_concurrency=1)
        with throttle.admitted(API), pytest.raises(CertViewError, match="1 calls are running"):
            call(throttle)

    def test_a_place_is_waited_for_as_long_as_it_takes(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock, max_wait=12, max_concurrency=1)
        with throttle.admitted(API), pytest.raises(CertViewError):
            call(throttle)
        assert timedelta(seconds=11) < timedelta(seconds=clock.seconds) <= timedelta(seconds=12)
