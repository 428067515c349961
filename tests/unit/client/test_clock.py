# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import random
import time
from datetime import timedelta, timezone

from ansible_collections.community.qualys.plugins.module_utils._clock import SystemClock, full_jitter
from hypothesis import given
from hypothesis import strategies as st
from unit.client.support import Always


def test_system_clock_is_the_machines_own() -> None:
    clock = SystemClock()
    clock.sleep(0)
    assert clock.now().tzinfo is timezone.utc
    assert abs(clock.now().timestamp() - time.time()) < timedelta(hours=1).total_seconds()


def test_backoff_doubles_up_to_its_cap() -> None:
    bounds = [full_jitter(attempt, Always(1.0), base=1.0, cap=10.0) for attempt in range(6)]
    assert bounds == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]


@given(st.integers(0, 10**6), st.integers())
def test_backoff_lies_between_nothing_and_the_cap(attempt: int, seed: int) -> None:
    assert 0.0 <= full_jitter(attempt, random.Random(seed)) <= 60.0
