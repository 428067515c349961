# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import random
import subprocess
import sys
import time
from datetime import timedelta, timezone
from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils import _clock
from ansible_collections.community.qualys.plugins.module_utils._clock import (
    SystemClock,
    full_jitter,
    pause_after_refusal,
)
from hypothesis import given
from hypothesis import strategies as st
from unit.client.support import Always


def test_system_clock_is_the_machines_own() -> None:
    clock = SystemClock()
    clock.sleep(0)
    assert clock.now().tzinfo is timezone.utc
    assert abs(clock.now().timestamp() - time.time()) < timedelta(hours=1).total_seconds()


def test_system_clock_has_a_reading_that_nobody_sets_and_that_other_processes_share() -> None:
    clock = SystemClock()
    ours = clock.monotonic()
    code = "import time; print(time.clock_gettime(getattr(time, 'CLOCK_BOOTTIME', time.CLOCK_MONOTONIC)))"
    theirs = float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)
    assert ours <= theirs <= clock.monotonic()


def test_a_boot_is_told_from_others_where_the_system_tells_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    boots = []
    for content in ("one\n", "another\n", None):
        path = tmp_path / str(content).strip()
        if content:
            path.write_text(content)
        monkeypatch.setattr(_clock, "_BOOT_ID", str(path))
        _clock._boot.cache_clear()
        boots.append(SystemClock().boot())
    _clock._boot.cache_clear()
    assert boots == ["one", "another", ""]


@pytest.mark.parametrize(
    ("told", "attempt", "pause"),
    [(None, 3, 8.0), (30.0, 3, 31.0), (1.0, 3, 2.0), (0.0, 0, 1.0), (0.0, 3, 8.0), (0.5, 9, 60.0)],
)
def test_what_the_server_asks_for_is_kept_to_unless_it_is_nothing(
    told: float | None, attempt: int, pause: float
) -> None:
    assert pause_after_refusal(told, attempt, Always(1.0)) == pause


def test_backoff_doubles_up_to_its_cap() -> None:
    bounds = [full_jitter(attempt, Always(1.0), base=1.0, cap=10.0) for attempt in range(6)]
    assert bounds == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]


@given(st.integers(0, 10**6), st.integers())
def test_backoff_lies_between_nothing_and_the_cap(attempt: int, seed: int) -> None:
    assert 0.0 <= full_jitter(attempt, random.Random(seed)) <= 60.0
