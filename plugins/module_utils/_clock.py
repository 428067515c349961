# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time and chance, in one place, so that tests can give their own.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import functools
import random
import time
import typing as t
from datetime import datetime, timezone

# A limit's window goes on while the machine sleeps, and so does this clock where there is one (Linux).
_STEADY: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)

# Source: random(4), "boot_id".
_BOOT_ID = "/proc/sys/kernel/random/boot_id"


class Clock(t.Protocol):
    """What the library needs to know of time."""

    def now(self) -> datetime:
        """Return the present instant in UTC, as the user's clock shows it: somebody may set it at any time."""

    def monotonic(self) -> float:
        """Return the seconds since some instant of this boot; nobody sets it, and all processes read the same."""

    def boot(self) -> str:
        """Return what tells this boot from every other, so that readings can be compared; empty if nothing does."""

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(timezone.utc)

    def monotonic(self) -> float:
        return time.clock_gettime(_STEADY)

    def boot(self) -> str:
        return _boot()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@functools.cache
def _boot() -> str:
    try:
        with open(_BOOT_ID, encoding="ascii") as stream:
            return stream.read().strip()
    except (OSError, ValueError):
        return ""


def full_jitter(attempt: int, chance: random.Random, *, base: float = 1.0, cap: float = 60.0) -> float:
    """Return the seconds to wait before retry number *attempt* (from 0): anything up to an exponential bound.

    Source: AWS Architecture Blog, "Exponential Backoff And Jitter" (full jitter).
    """
    return chance.uniform(0.0, min(cap, base * 2.0 ** min(attempt, 16)))


def pause_after_refusal(told: t.Optional[float], attempt: int, chance: random.Random) -> float:
    """Return the seconds to wait after refusal number *attempt* (from 0).

    :param told: The seconds that the server asked to wait, if it did.
    """
    if told is None:
        return full_jitter(attempt, chance)
    # The server counts in whole seconds, and all who were refused must not come back at once.
    pause = told + chance.uniform(0.0, 1.0)
    # Less than a second says no more than that there is a limit.
    return pause if told >= 1.0 else max(pause, full_jitter(attempt, chance))
