# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long calls wait, by which clock, how often they look, and what the user is told of all of them."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._ledger import SharedLedger
from ansible_collections.community.qualys.plugins.module_utils._patience import Notices, Patience
from ansible_collections.community.qualys.plugins.module_utils._state import StateDir
from ansible_collections.community.qualys.plugins.module_utils._throttle import Throttle
from unit.client.support import Always, FakeClock

API = "/certview/v2.2/certificates"


def throttle_with(clock: FakeClock, max_wait: float = -1, **options: t.Any) -> Throttle:
    return Throttle(clock, max_wait=max_wait, **{"max_concurrency": 1, "chance": Always(0.5), **options})


def call(throttle: Throttle, **headers: str) -> None:
    with throttle.admitted(API) as admission:
        admission.answered(headers)


def limits(limit: int, window: int) -> dict[str, str]:
    return {"X-RateLimit-Limit": str(limit), "X-RateLimit-Window-Sec": str(window)}


class TestNotices:
    def test_calls_that_each_wait_long_are_told_once_a_minute_together(self, clock: FakeClock, told: list[str]) -> None:
        throttle = throttle_with(clock, tell=told.append)
        while clock.seconds < 300:
            call(throttle, **limits(5, 60))
            if clock.seconds == 0:
                clock.sleep(12)
        assert throttle.calls == pytest.approx(25, abs=2)
        assert 4 <= len(told) <= 6

    def test_a_wait_of_several_threads_is_told_once(self, clock: FakeClock, told: list[str]) -> None:
        notices = Notices(clock, told.append)
        waits = [Patience(clock, -1, notices) for _each in range(3)]
        for patience in waits:
            patience.wait(5, lambda: "we wait", expected=30)
        assert told == ["we wait"]

    def test_many_short_waits_are_told_when_they_add_up(self, clock: FakeClock, told: list[str]) -> None:
        notices = Notices(clock, told.append)
        for number in range(100):
            Patience(clock, -1, notices).wait_out(9.5, lambda left, number=number: f"wait {number}")
        # 950 seconds: after each minute of them.
        assert told[:2] == ["wait 6", "wait 13"]
        assert len(told) == 15

    def test_a_few_short_waits_are_not_told(self, clock: FakeClock, told: list[str]) -> None:
        notices = Notices(clock, told.append)
        for _each in range(6):
            Patience(clock, -1, notices).wait_out(9.5, lambda left: "we wait")
        assert told == []


class TestClocks:
    @pytest.mark.parametrize("jump", [7200.0, -7200.0])
    def test_to_set_the_clock_is_not_to_wait(self, clock: FakeClock, jump: float) -> None:
        throttle = throttle_with(clock, max_wait=3900)
        clock.when(1, lambda: clock.set_by(jump))
        with throttle.admitted(API), pytest.raises(CertViewError):
            call(throttle)
        assert clock.seconds == pytest.approx(3900, abs=0.3)
        assert throttle.waited_seconds == pytest.approx(clock.seconds)

    @pytest.mark.parametrize("jump", [-1700.0, 7200.0])
    def test_a_told_wait_lasts_as_long_for_all_processes_though_the_clock_is_set(
        self, clock: FakeClock, tmp_path: Path, jump: float
    ) -> None:
        def process() -> Throttle:
            ledger = SharedLedger(StateDir(str(tmp_path)), ("gateway", "account"), clock, lambda message: None)
            return throttle_with(clock, chance=Always(0.0), ledger=ledger)

        process().refused(API, {"Retry-After": "3600"}, attempt=0)
        clock.sleep(1800)
        clock.set_by(jump)
        call(process())
        assert clock.seconds == pytest.approx(3600)

    def test_a_window_lasts_as_long_though_the_clock_is_set(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock)
        call(throttle, **limits(1, 600))
        clock.sleep(100)
        clock.set_by(7200)
        call(throttle)
        assert clock.seconds == pytest.approx(600)

    def test_what_has_passed_between_two_waits_was_no_wait(self, clock: FakeClock) -> None:
        patience = Patience(clock, 60, Notices(clock, lambda message: None))
        patience.wait_out(10, lambda left: "")
        clock.sleep(1000)
        patience.wait_out(10, lambda left: "")
        assert patience.waited == 20


class TestLooks:
    @pytest.mark.parametrize(("seconds", "most"), [(0.5, 300), (100, 2600)])
    def test_who_waits_long_for_a_place_looks_less_often(self, clock: FakeClock, seconds: float, most: int) -> None:
        throttle = throttle_with(clock, max_wait=seconds)
        with throttle.admitted(API), pytest.raises(CertViewError):
            call(throttle)
        # Each look is 2 ms after the one before until a second has passed.
        assert min(seconds, 1) * 400 < len(clock.sleeps) < most


class TestRefusedCalls:
    def test_use_up_nothing_of_the_window(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock)
        told = limits(3, 3600)
        call(throttle, **told)
        with throttle.admitted(API) as admission:
            admission.answered({**told, "Retry-After": "1"})
            throttle.refused(API, {**told, "Retry-After": "1"}, attempt=0)
            admission.refused()
        call(throttle, **told, **{"X-RateLimit-Remaining": "1"})
        call(throttle)
        assert clock.seconds == 1.5
        assert throttle.calls == 4

    def test_tell_the_limits_all_the_same(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock)
        with throttle.admitted(API) as admission:
            admission.answered({**limits(3, 3600), "X-RateLimit-Remaining": "0"})
            admission.refused()
        budget = throttle.budget(API)
        assert (budget.limit, budget.remaining, len(budget.counted)) == (3, 0, 0)

    def test_a_told_wait_of_nothing_does_not_hammer(self, clock: FakeClock) -> None:
        throttle = throttle_with(clock)
        attempts = 0
        while clock.seconds < 300:
            with throttle.admitted(API) as admission:
                throttle.refused(API, {"Retry-After": "0"}, attempts)
                admission.refused()
                attempts += 1
        assert attempts < 20
