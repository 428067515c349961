# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils._ledger import Budget, OwnLedger, SharedLedger
from ansible_collections.community.qualys.plugins.module_utils._state import StateDir, StateError
from hypothesis import given
from hypothesis import strategies as st
from unit.client.support import FakeClock

API = "/certview/v2.2/certificates"
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
        budget.limit, budget.window_seconds, budget.blocked_until = 300, 3600, clock.now().timestamp() + 60
        budget.counted.append(clock.now().timestamp())
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
    | st.builds(lambda limit, started: Budget(limit=limit).to_bytes()[:started], st.integers(), st.integers())
)
def test_no_content_of_a_file_does_harm(content: bytes) -> None:
    budget = Budget()
    budget.take_over(content, 1000.0)
    assert budget.wait_for_rate(1000.0, 0) <= 0.0


def test_times_ahead_of_a_clock_that_was_set_back_do_not_block_for_ever(
    state: StateDir, clock: FakeClock, told: list[str]
) -> None:
    now = clock.now().timestamp()
    with shared(state, clock, told).opened(API) as budget:
        budget.limit, budget.window_seconds = 1, 60
        budget.counted.append(now + 1e6)
        budget.blocked_until = now + 1e6
    with shared(state, clock, told).opened(API) as budget:
        assert budget.blocked_until == 0.0
        assert budget.wait_for_rate(now, 0) == 60.0


def test_a_folder_that_fails_is_told_once_and_done_without(state: StateDir, clock: FakeClock, told: list[str]) -> None:
    ledger = shared(state, clock, told)
    os.mkdir(f"{budget_file(state)}.lock")
    for places in range(1, 3):
        with ledger.opened(API) as budget:
            budget.counted.append(1.0)
        assert len(budget.counted) == places
    assert len(told) == 1
    assert "not shared" in told[0]


def test_a_file_that_cannot_be_read_or_written_is_told_once(state: StateDir, clock: FakeClock, told: list[str]) -> None:
    os.mkdir(budget_file(state))
    ledger = shared(state, clock, told)
    for limit in (300, 200):
        with ledger.opened(API) as budget:
            budget.limit = limit
    with ledger.opened(API) as budget:
        assert budget.limit == 200
    assert len(told) == 1


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
