# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How old a local copy may be, and how old it is.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta

from ._clock import Clock
from ._errors import CertViewError
from ._snapshot_file import Standing

# A copy from further ahead was made before the clock was set back, and nobody knows how old it is.
_CLOCK_TOLERANCE = timedelta(seconds=60)


@dataclass(frozen=True)
class Freshness:
    """How old records may be.

    :ivar max_age: Seconds; V(0) asks the API now, and neither reads nor writes a copy.
    :ivar full_sync_every: Seconds after which changes alone no longer do: only a full sync sees what was deleted.
    """

    max_age: float = 0.0
    full_sync_every: float = 604_800.0


def freshness_options() -> dict[str, dict[str, t.Any]]:
    """Return the options that say how old records may be, as an Ansible argument specification."""
    return {
        "max_age": {"type": "float", "default": Freshness.max_age},
        "full_sync_every": {"type": "float", "default": Freshness.full_sync_every},
    }


def freshness_from(params: t.Mapping[str, t.Any]) -> Freshness:
    """Return what the options of C(freshness_options) say.

    :raises CertViewError: of kind V(options) for a negative number.
    """
    for name in freshness_options():
        if not params[name] >= 0:
            raise CertViewError(f"{name} is {params[name]:g}, and must be at least 0", kind="options")
    return Freshness(max_age=params["max_age"], full_sync_every=params["full_sync_every"])


class Age:
    """Judges copies by the time at which they were asked for: waiting for another process makes none too old."""

    def __init__(self, freshness: Freshness, clock: Clock) -> None:
        self._freshness = freshness
        self._clock = clock
        self._asked_at = clock.now()

    def serves(self, standing: t.Optional[Standing]) -> bool:
        """Tell whether a copy is fresh enough as it is."""
        return standing is not None and self._is_within(standing.synced_at, self._freshness.max_age)

    def allows_changes(self, standing: Standing) -> bool:
        """Tell whether it is too early for another full sync."""
        return self._is_within(standing.full_synced_at, self._freshness.full_sync_every)

    def _is_within(self, moment: datetime, seconds: float) -> bool:
        is_known = moment <= self._clock.now() + _CLOCK_TOLERANCE
        return is_known and (self._asked_at - moment).total_seconds() <= seconds
