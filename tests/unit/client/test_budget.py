# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What others of the subscription call: the server's headers tell it, and nobody else does."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils._budget import Budget
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._headers import Limits
from ansible_collections.community.qualys.plugins.module_utils._ledger import SharedLedger
from ansible_collections.community.qualys.plugins.module_utils._state import StateDir
from ansible_collections.community.qualys.plugins.module_utils._throttle import Throttle
from hypothesis import given
from hypothesis import strategies as st
from simulator.limits import Limiter
from simulator.settings import LimitSettings
from unit.client.support import Always, FakeClock, outcome_of

API = "/certview/v2.2/certificates"
LIMIT, WINDOW = 10, 3600


class Subscription:
    """The server's side: what it admits, and what it tells."""

    def __init__(self, clock: FakeClock, **limits: t.Any) -> None:
        settings = LimitSettings(**{"rate": LIMIT, "window": WINDOW, "concurrency": 50, "to_wait": "never", **limits})
        self._limiter = Limiter(settings, lambda: clock.seconds)
        self.least_remaining = LIMIT

    def call(self) -> tuple[bool, t.Mapping[str, str]]:
        """Make one call; return whether it was served, and the headers of its answer."""
        refusal = self._limiter.enter(API)
        if refusal is not None:
            return False, refusal.headers
        self._limiter.leave(API)
        headers = self._limiter.headers(API)
        self.least_remaining = min(self.least_remaining, int(headers.get("X-RateLimit-Remaining", LIMIT)))
        return True, headers

    @property
    def refusals(self) -> int:
        refusals: t.Any = self._limiter.statistics()["refusals"]
        return sum(kinds["rate"] for kinds in refusals.values())


class Node:
    """A controller that calls, and repeats what was refused, as the transport does."""

    def __init__(self, clock: FakeClock, subscription: Subscription, **options: t.Any) -> None:
        self.throttle = Throttle(clock, **{"max_wait": -1, "max_concurrency": 2, "chance": Always(0.5), **options})
        self._subscription = subscription

    def call(self) -> None:
        refusals = 0
        patience = self.throttle.patience()
        while True:
            with self.throttle.admitted(API, patience) as admission:
                was_served, headers = self._subscription.call()
                admission.answered(headers)
                if was_served:
                    return
                self.throttle.refused(API, headers, refusals)
                admission.refused()
                refusals += 1

    def calls_at_once(self) -> int:
        """How many calls go out before one would have to wait longer than it may."""
        count = 0
        while (outcome := outcome_of(self.call)) is None:
            count += 1
        assert outcome.kind == "budget"
        return count


def at_even_times(clock: FakeClock, subscription: Subscription, calls: int) -> None:
    """Let others make so many calls in one window."""
    for _each in range(calls):
        subscription.call()
        clock.sleep(WINDOW / calls)


def test_what_others_have_used_up_is_waited_for(clock: FakeClock) -> None:
    subscription = Subscription(clock)
    at_even_times(clock, subscription, LIMIT)
    clock.seconds -= 1
    node = Node(clock, subscription)
    started = clock.seconds
    for _each in range(5):
        node.call()
    # Only the first answer can tell that there are others.
    assert subscription.refusals == 1
    assert clock.seconds - started <= 6 * WINDOW / LIMIT


def test_a_reserve_is_kept_from_what_the_server_has_left(clock: FakeClock) -> None:
    subscription = Subscription(clock)
    at_even_times(clock, subscription, 6)
    node = Node(clock, subscription, rate_reserve=3)
    for _each in range(12):
        node.call()
    assert subscription.least_remaining == 3
    assert clock.seconds <= 4 * WINDOW


def test_nodes_that_share_no_folder_leave_each_other_the_reserve(clock: FakeClock, tmp_path: Path) -> None:
    subscription = Subscription(clock)
    ledgers = [
        SharedLedger(StateDir(str(tmp_path / name)), ("gateway", "account"), clock, lambda message: None)
        for name in ("modest", "other")
    ]
    modest = Node(clock, subscription, rate_reserve=3, max_wait=0, ledger=ledgers[0])
    other = Node(clock, subscription, max_wait=0, ledger=ledgers[1])
    for _each in range(5):
        other.call()
    # Of the five that are left; the answer to the second tells that three are.
    assert modest.calls_at_once() == 2
    # Another process of the same node knows it, too.
    again = SharedLedger(StateDir(str(tmp_path / "modest")), ("gateway", "account"), clock, lambda message: None)
    assert Node(clock, subscription, rate_reserve=3, max_wait=0, ledger=again).calls_at_once() == 0
    assert other.calls_at_once() == 3
    assert subscription.refusals == 0


def test_who_may_not_wait_is_told_what_the_server_has_left_and_that_the_time_is_an_estimate(clock: FakeClock) -> None:
    subscription = Subscription(clock)
    for _each in range(6):
        subscription.call()
    node = Node(clock, subscription, rate_reserve=3, max_wait=60)
    node.call()
    with pytest.raises(CertViewError) as caught:
        node.call()
    assert caught.value.message == (
        "the API budget is spent: the server has 3 of 10 calls in 3600 s left, and 3 are to be left to others; the time"
        " is an estimate; the next call is possible at 2026-06-01T00:10:00Z, in 600 s, and max_wait allows 60 s for one"
        " call"
    )


def test_a_call_that_is_under_way_uses_up_what_is_left(clock: FakeClock) -> None:
    subscription = Subscription(clock)
    for _each in range(8):
        subscription.call()
    node = Node(clock, subscription, max_wait=0)
    node.call()
    clock.sleep(1)
    with node.throttle.admitted(API), pytest.raises(CertViewError, match="0 of 10 calls in 3600 s left; the time"):
        node.call()
    assert subscription.refusals == 0


@pytest.mark.parametrize("told", [{"to_wait": "first"}, {"retry_after": "seconds"}])
def test_with_a_told_wait_nothing_is_estimated(clock: FakeClock, told: dict[str, str]) -> None:
    subscription = Subscription(clock, **told)
    for _each in range(LIMIT):
        subscription.call()
    clock.sleep(WINDOW - 100)
    node = Node(clock, subscription)
    node.call()
    # The estimate would be six minutes.
    assert clock.seconds == WINDOW + 0.5


def test_a_told_wait_is_for_one_call_and_the_reserve_for_more(clock: FakeClock) -> None:
    node = Node(clock, Subscription(clock), rate_reserve=3)
    headers = {"X-RateLimit-Limit": "10", "X-RateLimit-Window-Sec": "3600", "X-RateLimit-Remaining": "0"}
    with node.throttle.admitted(API) as admission:
        told = {**headers, "X-RateLimit-ToWait-Sec": "40"}
        admission.answered(told)
        node.throttle.refused(API, told, 0)
        admission.refused()
    node.call()
    # One of the nine calls of others that are left then has gone, three more must.
    assert clock.seconds == pytest.approx(40.5 + WINDOW * 3 / 9)


def test_a_refusal_that_tells_no_wait_does_not_hold_a_server_that_tells_nothing(clock: FakeClock) -> None:
    subscription = Subscription(clock, headers="none", rate=1, window=10)
    subscription.call()
    node = Node(clock, subscription)
    node.call()
    assert 10.0 <= clock.seconds < 16.0


@given(st.lists(st.integers(0, 50), max_size=40), st.integers(1, 5), st.integers(1, 100), st.integers(0, 5))
def test_who_is_alone_waits_as_long_as_by_counting(pauses: list[int], limit: int, window: int, reserve: int) -> None:
    ends = []
    for tells_remaining in (True, False):
        clock = FakeClock()
        subscription = Subscription(clock, rate=limit, window=window)
        node = Node(clock, subscription, rate_reserve=reserve)
        for pause in pauses:
            clock.sleep(pause)
            with node.throttle.admitted(API) as admission:
                _served, headers = subscription.call()
                kept = {name: headers[name] for name in headers if tells_remaining or "Remaining" not in name}
                admission.answered(kept)
        assert subscription.refusals == 0
        ends.append(clock.seconds)
    assert ends[0] == pytest.approx(ends[1])


class TestLearning:
    def budget(self, remaining: int | None = None, at: float = 0.0, counted: t.Sequence[float] = ()) -> Budget:
        budget = Budget(limit=LIMIT, window_seconds=WINDOW)
        budget.counted.extend(counted)
        budget.learn(Limits(remaining=remaining), at, at)
        return budget

    def test_of_answers_that_come_out_of_order_the_least_is_the_latest(self) -> None:
        budget = self.budget()
        budget.learn(Limits(remaining=4), 1.0, 10.0)
        budget.learn(Limits(remaining=5), 0.0, 11.0)
        assert (budget.left, budget.remaining) == (4, 5)
        budget.learn(Limits(remaining=3), 2.0, 12.0)
        assert budget.left == 3
        budget.learn(Limits(remaining=9), 12.0, 13.0)
        assert budget.left == 9

    def test_our_own_that_leave_the_window_are_left_again(self) -> None:
        budget = self.budget(0, at=100.0, counted=[0.0, 50.0, 100.0])
        assert budget.wait_for_others(100.0, 0) == pytest.approx(WINDOW / 7)
        budget.look_at(WINDOW + 50.0)
        assert (budget.left, budget.left_now) == (2, 2)
        assert budget.wait_for_others(WINDOW + 50.0, 0) == 0.0

    def test_what_was_told_a_window_ago_means_nothing(self) -> None:
        budget = self.budget(0)
        assert budget.wait_for_others(0.0, 9) == WINDOW
        assert budget.wait_for_others(WINDOW, 9) == 0.0

    def test_while_a_told_wait_lasts_other_answers_change_nothing(self) -> None:
        budget = self.budget(0)
        budget.block(0.0, 40.0, "refused")
        budget.opens_when_told(0)
        budget.learn(Limits(remaining=0), 0.0, 1.0)
        assert (budget.left, budget.left_at) == (1, 40.0)

    def test_an_answer_that_tells_nothing_is_a_call_all_the_same(self) -> None:
        budget = self.budget(1)
        budget.counted.append(5.0)
        budget.learn(Limits(), 4.0, 5.0)
        assert budget.left_now == 0
        assert budget.wait_for_others(5.0, 0) > 0.0

    @pytest.mark.parametrize("unknown", ["limit", "window_seconds", "left"])
    def test_nothing_is_estimated_of_what_is_not_known(self, unknown: str) -> None:
        budget = self.budget(0)
        assert budget.wait_for_others(0.0, 0) == WINDOW / LIMIT
        setattr(budget, unknown, None)
        assert budget.wait_for_others(0.0, 0) == 0.0
