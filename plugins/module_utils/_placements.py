# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where on one asset which certificates were found, which of them were replaced there, and what an instance offers.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from ._estate import Instance
from ._matching import freshness
from ._observed import Observed, first_told
from ._rules.model import is_ca
from ._superseding import Found, successors
from ._values import parse_time

NOWHERE = Instance(None, None, None)
"""Stands for the place of a certificate of which CertView tells no instance."""

# What one scan finds has nearly one time; what was found there before may be gone.
_ONE_SCAN = timedelta(days=1)


class Placements:
    """The certificates of one asset.

    :param sightings: Fingerprints to the instances that each was found on, and what was observed there.
    :param records: Of all certificates, by fingerprint.
    :param as_of: The time of the audit; V(None) where it does not matter what was replaced.
    :param stale: After this time what was not found again counts as gone.
    """

    def __init__(
        self,
        sightings: Mapping[str, Mapping[Instance, Observed]],
        records: Mapping[str, Mapping[str, t.Any]],
        as_of: datetime | None,
        stale: timedelta,
    ) -> None:
        self._sightings = {certhash: instances or {NOWHERE: Observed()} for certhash, instances in sightings.items()}
        self._records = records
        self._on: dict[Instance, list[str]] = {}
        for certhash, instances in self._sightings.items():
            for instance in instances:
                self._on.setdefault(instance, []).append(certhash)
        self._replaced = {} if as_of is None else self._successors(as_of, stale)

    def by_successor(self) -> Iterator[tuple[str, str | None, list[Instance]]]:
        """Give each certificate with what has taken its place, and where."""
        for certhash, instances in self._sightings.items():
            places: dict[str | None, list[Instance]] = {}
            for instance in sorted(instances, key=Instance.order):
                places.setdefault(self._replaced.get((instance, certhash)), []).append(instance)
            for successor, where in places.items():
                yield certhash, successor, where

    def offers(self) -> Iterator[tuple[Instance, str, Observed]]:
        """Give each instance with the certificate that it is known by, and what it offers as far as it is told.

        Of an asset without any instance, what it offers is not told.
        """
        for instance, certhashes in self._on.items():
            if instance != NOWHERE or len(self._on) == 1:
                latest = sorted(certhashes, key=self._standing, reverse=True)
                yield instance, latest[0], self._observed(instance, latest)

    def _observed(self, instance: Instance, latest: list[str]) -> Observed:
        """Return what the certificates of the last scan tell together, the rest as the latest before that tells it."""
        if len(latest) == 1:
            return self._sightings[latest[0]][instance]
        current, before = self._last_scan(instance, latest)
        together = self._sightings[current[0]][instance]
        for certhash in current[1:]:
            together = together.worse_of(self._sightings[certhash][instance])
        return first_told([together, *(self._sightings[certhash][instance] for certhash in before)])

    def _last_scan(self, instance: Instance, latest: list[str]) -> tuple[list[str], list[str]]:
        """Return the certificates that an instance serves, and the others; a chain counts only where nothing else does.

        A server may serve several at once; one that was replaced, or not found by the last scan, is served no more.
        """
        leaves = [certhash for certhash in latest if not is_ca(self._records[certhash])] or latest
        served = [certhash for certhash in leaves if (instance, certhash) not in self._replaced] or leaves
        times = {certhash: parse_time(self._records[certhash].get("last_found")) for certhash in served}
        newest = max((time for time in times.values() if time is not None), default=None)
        current = [
            certhash for certhash, time in times.items() if newest is None or time is None or newest - time < _ONE_SCAN
        ]
        return current, [certhash for certhash in latest if certhash not in current]

    def _standing(self, certhash: str) -> tuple[bool, str, str]:
        """Return the sort key by which an instance is known: by its own certificate rather than by those of its CAs."""
        record = self._records[certhash]
        return not is_ca(record), freshness(record.get("last_found")), certhash

    def _successors(self, as_of: datetime, stale: timedelta) -> dict[tuple[Instance, str], str]:
        found: dict[tuple[Instance, str], str] = {}
        if len(self._sightings) < 2:
            return found
        for instance, certhashes in self._on.items():
            there = {other for place, others in self._on.items() if _is_same_place(instance, place) for other in others}
            if len(there) > 1:
                replaced = successors(self._found(certhashes), self._found(there), as_of, stale)
                found.update(((instance, certhash), successor) for certhash, successor in replaced.items())
        return found

    def _found(self, certhashes: Iterable[str]) -> list[Found]:
        return [Found(certhash, self._records[certhash]) for certhash in certhashes]


def _is_same_place(one: Instance, other: Instance) -> bool:
    """Tell whether two instances are one port; CertView tells its name with one certificate, and not with another."""
    return one[:2] == other[:2] and (one.fqdn == other.fqdn or None in (one.fqdn, other.fqdn))
