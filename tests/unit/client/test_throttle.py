# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import threading
import typing as t
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils._ahead import Abandoned, Wish
from ansible_collections.community.qualys.plugins.module_utils._budget import instant
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._headers import told_limits
from ansible_collections.community.qualys.plugins.module_utils._ledger import Ledger, OwnLedger, SharedLedger
from ansible_collections.community.qualys.plugins.module_utils._state import StateDir
from ansible_collections.community.qualys.plugins.module_utils._throttle import Throttle
from hypothesis import given
from hypothesis import strategies as st
from unit.client.support import Always, FakeClock

API = "/certview/v2.2/certificates"
DAY = 86400.0


def limits(limit: int, window: int, **more: str) -> dict[str, str]:
    return {"X-RateLimit-Limit": str(limit), "X-RateLimit-Window-Sec": str(window), **more}


class Taught(Throttle):
    """A throttle that can be told limits without a call."""

    def __init__(self, clock: FakeClock, *, ledger: Ledger, **options: t.Any) -> None:
        super().__init__(clock, ledger=ledger, **options)
        self.ledger = ledger
        self._fake = clock

    def learn(self, headers: dict[str, str]) -> None:
        with self.ledger.opened(API) as budget:
            now = instant(self._fake)
            budget.learn(told_limits(headers), now, now)


def throttle_with(clock: FakeClock, max_wait: float = -1, **options: t.Any) -> Taught:
    defaults = {"max_concurrency": 2, "chance": Always(0.5), "ledger": OwnLedger()}
    return Taught(clock, max_wait=max_wait, **{**defaults, **options})


def call(throttle: Throttle, api: str = API, waited: float = 0.0, **headers: str) -> float:
    """Make one call; return the seconds that it has waited in all."""
    patience = throttle.patience()
    patience.waited = waited
    with throttle.admitted(api, patience) as admission:
        admission.answered(headers)
    return patience.waited


class TestLearning:
    @pytest.mark.parametrize(
        "spelling", ["X-Concurrency-Limit-Limit", "X-ConcurrencyLimit-Limit", "x-concurrency-limit-limit"]
    )
    def test_limits_in_any_case_and_both_spellings(self, clock: FakeClock, spelling: str) -> None:
        throttle = throttle_with(clock)
        headers = {"x-RATELIMIT-limit": "300", "X-RateLimit-Window-Sec": "3600", "X-RateLimit-Remaining": "0"}
        throttle.learn({**headers, spelling: "5"})
        budget = throttle.budget(API)
        assert (budget.limit, budget.window_seconds, budget.remaining, budget.concurrency) == (300, 3600, 0, 5)

    def test_absent_and_meaningless_headers_leave_what_is_known(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock)
        throttle.learn(limits(300, 3600, **{"X-RateLimit-Remaining": "299"}))
        for headers in ({}, limits(0, 0), {"X-RateLimit-Limit": "many", "X-RateLimit-Remaining": ""}):
            throttle.learn(headers)
        budget = throttle.budget(API)
        assert (budget.limit, budget.window_seconds, budget.remaining) == (300, 3600, 299)

    def test_each_api_has_its_own_budget(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock)
        throttle.learn(limits(1, 60))
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
        throttle.learn(headers)
        throttle.refused(API, headers, attempt=0)
        for _each in range(3):
            call(throttle)
        assert clock.seconds <= 3 * DAY

    def test_an_answer_that_uses_up_the_last_call_and_tells_the_wait_holds_the_next(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock)
        last = {"X-RateLimit-Remaining": "0", "X-RateLimit-ToWait-Sec": "40"}
        assert call(throttle, **last) == 0.0
        assert call(throttle) == 40.0

    def test_a_wait_beside_calls_that_are_left_means_nothing(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock)
        call(throttle, **{"X-RateLimit-Remaining": "1", "X-RateLimit-ToWait-Sec": "40"})
        assert call(throttle) == 0.0

    def test_the_headers_of_a_call_are_known_when_it_has_ended(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock, max_concurrency=9)
        assert throttle.at_once(API) == 9
        call(throttle, **limits(300, 3600, **{"X-Concurrency-Limit-Limit": "3"}))
        assert throttle.at_once(API) == 3
        assert throttle.budget(API).limit == 300

    def test_what_is_handed_out_does_not_change_the_budget(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock)
        call(throttle)
        throttle.budget(API).counted.clear()
        assert len(throttle.budget(API).counted) == 1


class TestRollingWindow:
    def test_waits_until_the_oldest_call_leaves_the_window(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock)
        throttle.learn(limits(3, 100))
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
                throttle.learn(limits(limit, window))
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
        throttle.learn(limits(2, 100))
        assert call(throttle) == 98.0

    def test_a_reserve_is_left_to_others(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock, rate_reserve=2)
        throttle.learn(limits(5, 100))
        assert [call(throttle) for _each in range(4)] == [0.0, 0.0, 0.0, 100.0]

    def test_a_reserve_beyond_the_limit_leaves_one_call(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock, rate_reserve=9)
        throttle.learn(limits(5, 100))
        assert [call(throttle) for _each in range(3)] == [0.0, 100.0, 100.0]

    def test_a_call_that_did_not_go_out_counts_for_nothing(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock, max_concurrency=1)
        throttle.learn(limits(1, 100))
        with throttle.admitted(API) as admission:
            admission.not_made()
        assert throttle.calls == 0
        assert call(throttle) == 0.0
        assert call(throttle) == 100.0


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
        throttle.learn(limits(1, 3600))
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

    @pytest.mark.parametrize(("max_wait", "notices"), [(9, 0), (11, 1), (69, 1), (75, 2), (135, 3)])
    def test_a_wait_for_a_place_is_told_once_a_minute_too(
        self, clock: FakeClock, max_wait: float, notices: int
    ) -> None:
        told: list[str] = []
        throttle = throttle_with(clock, max_wait, max_concurrency=1, tell=told.append)
        with throttle.admitted(API), pytest.raises(CertViewError) as caught:
            call(throttle)
        assert len(told) == notices
        assert all("so far: 1 calls are running, no more are allowed at once." in notice for notice in told)
        assert "when the others have finished" in caught.value.hint

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
            throttle.learn({"X-Concurrency-Limit-Limit": str(servers)})
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

    def test_who_may_not_wait_is_told_that_others_stand_in_the_line(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock, max_wait=0, max_concurrency=1)
        waiting = throttle.ledger.standing(API)
        waiting.join()
        with pytest.raises(CertViewError, match="1 others wait before this call"):
            call(throttle)
        waiting.leave()
        assert call(throttle) == 0.0

    def test_who_waits_for_the_window_keeps_his_place_and_shows_that_he_is_there(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock, chance=Always(0.0))
        throttle.refused(API, {"Retry-After": "300"}, attempt=0)
        lines: list[int] = []
        sleep = clock.sleep

        def look_around(seconds: float) -> None:
            lines.append(throttle.ledger.standing(API).ahead())
            sleep(seconds)

        clock.sleep = look_around  # type: ignore[method-assign]
        assert call(throttle) == 300.0
        assert lines == [1] * 60

    def test_who_stands_behind_rests_while_the_window_is_closed_and_is_told_why(self, clock: FakeClock) -> None:
        told: list[str] = []
        throttle = throttle_with(clock, chance=Always(0.0), tell=told.append)
        first = throttle.ledger.standing(API)
        first.join()
        throttle.refused(API, {"Retry-After": "60"}, attempt=0)
        clock.when(60, first.leave)
        assert call(throttle) == 60.0
        assert clock.sleeps == [5.0] * 12
        assert told == [
            f"Waiting for the API budget of {API}, 0 s so far: the server refused a call and asked to wait 60 s, and"
            " 1 others wait before this call. The first may call at 2026-06-01T00:01:00Z."
        ]

    def test_who_leaves_calls_to_others_does_not_hold_them_up(self, clock: FakeClock) -> None:
        ledger = OwnLedger()
        modest, other = (throttle_with(clock, max_wait=0, rate_reserve=reserve, ledger=ledger) for reserve in (1, 0))
        modest.learn(limits(2, 100))
        call(modest)
        waiting = ledger.standing(API, 1)
        waiting.join()
        with pytest.raises(CertViewError, match="2 calls in 100 s are used up, and 1 others wait before"):
            call(modest)
        assert call(other) == 0.0

    def test_who_is_waited_for_by_nobody_any_more_ends_in_silence(self, clock: FakeClock) -> None:
        told: list[str] = []
        throttle = throttle_with(clock, tell=told.append)
        throttle.refused(API, {"Retry-After": "3600"}, attempt=0)
        wish = Wish()
        clock.when(30, wish.give_up)
        with pytest.raises(Abandoned), throttle.admitted(API, throttle.patience(wish)):
            pytest.fail("nobody wants the answer")
        assert clock.seconds == 30
        assert len(told) == 1
        assert throttle.ledger.standing(API).ahead() == 0
        with pytest.raises(Abandoned), throttle.admitted(API, throttle.patience(wish)):
            pytest.fail("nobody wants the answer")
        assert (clock.seconds, len(told)) == (30, 1)

    def test_the_time_that_looking_takes_is_waited_too(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock, max_wait=12, max_concurrency=1)
        sleep = clock.sleep
        # As on a busy machine.
        clock.sleep = lambda seconds: sleep(seconds + 1.0)  # type: ignore[method-assign]
        with throttle.admitted(API), pytest.raises(CertViewError):
            call(throttle)
        assert 12 <= clock.seconds < 13.1
        assert throttle.waited_seconds == pytest.approx(clock.seconds)

    def test_who_does_not_know_yet_that_there_are_fewer_places_takes_none_of_the_others(
        self, clock: FakeClock, tmp_path: Path, told: list[str]
    ) -> None:
        knowing, other = (
            throttle_with(
                clock,
                max_wait=0,
                ledger=SharedLedger(StateDir(str(tmp_path)), ("gateway", "account"), clock, told.append),
            )
            for _each in range(2)
        )
        call(other)
        call(knowing, **{"X-Concurrency-Limit-Limit": "1"})
        with knowing.admitted(API):
            assert other.at_once(API) == 2
            with pytest.raises(CertViewError, match="fewer calls may run at once"):
                call(other)
            assert other.at_once(API) == 1
        assert call(other) == 0.0
        assert told == []

    def test_a_place_is_waited_for_as_long_as_it_takes(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock, max_wait=12, max_concurrency=1)
        with throttle.admitted(API), pytest.raises(CertViewError):
            call(throttle)
        assert timedelta(seconds=11) < timedelta(seconds=clock.seconds) <= timedelta(seconds=12)


def test_who_stands_behind_and_waits_no_longer_is_told_what_the_first_waits_for(clock: FakeClock) -> None:
    ledger = OwnLedger()
    throttle = throttle_with(clock, ledger=ledger, max_wait=0.9)
    ledger.standing(API).join()
    clock.when(0.2, lambda: throttle.refused(API, {"Retry-After": "50"}, 0))
    with pytest.raises(CertViewError, match="refused a call and asked to wait 50 s, and 1 others wait"):
        call(throttle)
