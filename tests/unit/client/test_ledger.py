# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import typing as t
from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils._budget import Budget, Era, instant
from ansible_collections.community.qualys.plugins.module_utils._headers import Limits
from ansible_collections.community.qualys.plugins.module_utils._ledger import OwnLedger, SharedLedger
from ansible_collections.community.qualys.plugins.module_utils._state import StateDir, StateError
from hypothesis import given
from hypothesis import strategies as st
from unit.client.support import JSON_VALUES, FakeClock

API = "/certview/v2.2/certificates"
DAY = 86400.0
ERA = Era("boot", 0.0)
KEYS = sorted(json.loads(Budget().to_bytes(ERA)))
ACCOUNT = ("https://gateway.example", "quays_xx1")


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    return StateDir(str(tmp_path / "state"))


def shared(state: StateDir, clock: FakeClock, told: list[str], *account: str) -> SharedLedger:
    return SharedLedger(state, account or ACCOUNT, clock, told.append)


def budget_file(state: StateDir) -> Path:
    return Path(state.file(state.key("budget", *ACCOUNT, API)))


def test_what_one_learns_another_knows(state: StateDir, clock: FakeClock, told: list[str]) -> None:
    with shared(state, clock, told).opened(API) as budget:
        budget.limit, budget.window_seconds, budget.blocked_until = 300, 3600, instant(clock) + 60
        budget.counted.append(instant(clock))
    with shared(state, clock, told).opened(API) as other:
        assert other == budget
    assert budget_file(state).stat().st_mode & 0o777 == 0o600
    assert told == []


@pytest.mark.parametrize(("account", "api"), [(("https://gateway.example", "other"), API), (ACCOUNT, "/other")])
def test_each_account_and_api_has_its_own(
    state: StateDir, clock: FakeClock, told: list[str], account: tuple[str, str], api: str
) -> None:
    with shared(state, clock, told).opened(API) as budget:
        budget.limit = 300
    with shared(state, clock, told, *account).opened(api) as other:
        assert other == Budget()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"limit": 3}', b"\xff", b'{"counted": 7}'])
def test_a_damaged_file_is_told_and_counted_anew(
    state: StateDir, clock: FakeClock, told: list[str], content: bytes
) -> None:
    state.replace(budget_file(state).name, content)
    ledger = shared(state, clock, told)
    with ledger.opened(API) as budget:
        assert budget == Budget()
        budget.limit = 300
    with ledger.opened(API) as budget:
        assert budget.limit == 300
    assert len(told) == 1


@given(
    st.binary()
    | st.builds(lambda limit, started: Budget(limit=limit).to_bytes(ERA)[:started], st.integers(), st.integers())
)
def test_no_content_of_a_file_does_harm(content: bytes) -> None:
    budget = Budget()
    budget.take_over(content, ERA)
    budget.look_at(1000.0)
    assert 0.0 <= budget.wait_for_rate(1000.0, 0) <= DAY
    assert 0.0 <= budget.wait_for_others(1000.0, 0) <= DAY
    assert budget.blocked_until <= 1000.0 + DAY


@given(st.dictionaries(st.sampled_from(KEYS), JSON_VALUES | st.integers(-(10**400), 10**400)))
def test_no_values_of_a_file_do_harm(told: dict[str, t.Any]) -> None:
    budget = Budget()
    if not budget.take_over(json.dumps({"counted": [], **told}).encode(), ERA):
        assert not isinstance(told["counted"], list)
    budget.look_at(1000.0)
    assert 0.0 <= budget.wait_for_rate(1000.0, 0) <= DAY
    assert 0.0 <= budget.wait_for_others(1000.0, 0) <= DAY
    assert budget.blocked_until <= 1000.0 + DAY
    assert budget.concurrency is None or budget.concurrency >= 1


@given(
    st.lists(st.integers(0, 4 * 10**15).map(lambda moment: moment / 1e6)),
    st.none() | st.integers(1, 9),
    st.floats(0, 9),
)
def test_what_is_written_is_read_to_the_microsecond(
    counted: list[float], limit: int | None, blocked_until: float
) -> None:
    budget, other = Budget(limit=limit, blocked_until=blocked_until), Budget()
    budget.counted.extend(sorted(counted))
    assert other.take_over(budget.to_bytes(ERA), ERA)
    assert other == budget


@pytest.mark.parametrize("back", [1.0, 7200.0, 1e6])
def test_a_clock_that_is_set_back_before_another_boot_makes_nobody_wait_longer(
    state: StateDir, clock: FakeClock, told: list[str], back: float
) -> None:
    now = instant(clock)
    with shared(state, clock, told).opened(API) as budget:
        budget.learn(Limits(1, 60, remaining=0), now, now)
        budget.counted.append(now)
        budget.block(now, 30.0, "refused")
    clock.boots += 1
    clock.set_by(-back)
    with shared(state, clock, told).opened(API) as budget:
        now = instant(clock)
        budget.look_at(now)
        assert budget.blocked_until - now == pytest.approx(30.0)
        assert budget.wait_for_rate(now, 0) == pytest.approx(60.0)
        assert budget.wait_for_others(now, 0) <= 60.0


@pytest.mark.parametrize("other_boot", [True, False])
def test_what_one_boot_has_counted_the_next_one_knows(
    state: StateDir, clock: FakeClock, told: list[str], other_boot: bool
) -> None:
    now = instant(clock)
    with shared(state, clock, told).opened(API) as budget:
        budget.learn(Limits(5, 3600, remaining=0), now, now)
        budget.counted.append(now)
        budget.block(now, 600.0, "refused")
    clock.sleep(100)
    clock.boots += other_boot
    with shared(state, clock, told).opened(API) as budget:
        now = instant(clock)
        assert budget.blocked_until - now == pytest.approx(500.0)
        assert [now - moment for moment in budget.counted] == [pytest.approx(100.0)]
        assert now - budget.left_at == pytest.approx(100.0)


def test_where_boots_cannot_be_told_apart_the_clock_that_can_be_set_counts(
    state: StateDir, clock: FakeClock, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "boot", lambda: "")
    with shared(state, clock, told).opened(API) as budget:
        budget.counted.append(instant(clock))
    clock.boots += 1
    clock.sleep(100)
    with shared(state, clock, told).opened(API) as budget:
        assert [instant(clock) - moment for moment in budget.counted] == [pytest.approx(100.0)]


def test_another_boot_is_not_blocked_by_what_was_never_blocked(
    state: StateDir, clock: FakeClock, told: list[str]
) -> None:
    with shared(state, clock, told).opened(API) as budget:
        budget.limit = 3
    # On a machine that runs longer, the reading of now is greater.
    clock.boots, clock.seconds = -5, 0.0
    with shared(state, clock, told).opened(API) as budget:
        assert (budget.limit, budget.blocked_until) == (3, 0.0)


def test_a_clock_that_jumps_ahead_makes_nobody_wait(clock: FakeClock) -> None:
    now = instant(clock)
    budget = Budget(limit=1, window_seconds=60)
    budget.counted.append(now)
    budget.block(now, 30.0, "refused")
    budget.look_at(now + 1e6)
    assert budget.wait_for_rate(now + 1e6, 0) == 0.0
    assert budget.blocked_until < now + 1e6


def test_a_folder_that_fails_is_told_once_and_done_without(state: StateDir, clock: FakeClock, told: list[str]) -> None:
    ledger = shared(state, clock, told)
    os.mkdir(f"{budget_file(state)}.lock")
    for places in range(1, 3):
        with ledger.opened(API) as budget:
            budget.counted.append(1.0)
        assert len(budget.counted) == places
    assert len(told) == 1
    assert "not everything is shared" in told[0]


def test_a_file_that_cannot_be_read_or_written_is_told_once(state: StateDir, clock: FakeClock, told: list[str]) -> None:
    os.mkdir(budget_file(state))
    ledger = shared(state, clock, told)
    for limit in (300, 200):
        with ledger.opened(API) as budget:
            budget.limit = limit
    with ledger.opened(API) as budget:
        assert budget.limit == 200
    assert len(told) == 1


def test_a_process_that_was_stopped_while_it_counts_is_told_once_and_done_without(
    tmp_path: Path, clock: FakeClock, told: list[str]
) -> None:
    state = StateDir(str(tmp_path / "state"), clock)
    ledger = shared(state, clock, told)
    free = state.try_lock(budget_file(state).name)
    assert free is not None
    for count in (1, 2):
        with ledger.opened(API) as budget:
            budget.counted.append(float(count))
        assert len(budget.counted) == count
    free()
    assert clock.seconds == pytest.approx(10, abs=0.03)
    assert len(told) == 1
    assert "may have been stopped" in told[0]


def test_what_was_counted_is_kept_when_the_disk_is_full(
    state: StateDir, clock: FakeClock, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str, content: bytes) -> None:
        raise StateError("No space left on device")

    ledger = shared(state, clock, told)
    with ledger.opened(API) as budget:
        budget.counted.append(1.0)
    monkeypatch.setattr(state, "replace", refuse)
    for count in (2, 3):
        with ledger.opened(API) as budget:
            budget.counted.append(float(count))
    with ledger.opened(API) as budget:
        assert list(budget.counted) == [1.0, 2.0, 3.0]
    assert len(told) == 1


@pytest.mark.parametrize("sharing", [True, False])
def test_places_are_taken_and_freed(state: StateDir, clock: FakeClock, told: list[str], sharing: bool) -> None:
    ledger = shared(state, clock, told) if sharing else OwnLedger()
    other = shared(state, clock, told) if sharing else ledger
    first, second = ledger.take_place(API, 2), other.take_place(API, 2)
    assert first is not None
    assert second is not None
    assert ledger.take_place(API, 2) is None
    first()
    third = other.take_place(API, 2)
    assert third is not None
    second()
    third()


def test_places_are_kept_here_where_the_folder_fails(state: StateDir, clock: FakeClock, told: list[str]) -> None:
    ledger = shared(state, clock, told)
    os.mkdir(f"{budget_file(state)}.0.lock")
    free = ledger.take_place(API, 1)
    assert free is not None
    assert ledger.take_place(API, 1) is None
    free()
    assert ledger.take_place(API, 1) is not None
    assert len(told) == 1
