# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was seen of an instance: its grade, protocols, cipher suites and vulnerabilities.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import json
import sys
import typing as t
from collections.abc import Iterable, Mapping

from ._rules.model import SSL_LABS_GRADES

# T: no client trusts it; M: it is for another name. Either is worse than the worst cipher.
_GRADES = ("", *SSL_LABS_GRADES, "M", "T")


class Observed(t.NamedTuple):
    """What was seen of an instance, in a form that can be compared and shared; V(None) is not told.

    :ivar cipher_suites: JSON texts of all that the API told, sorted, like P(vulnerabilities).
    """

    ssl_protocols: tuple[str, ...] | None = None
    cipher_suites: tuple[str, ...] | None = None
    grade: str | None = None
    vulnerabilities: tuple[str, ...] | None = None
    pqc: bool | None = None

    def told(self) -> dict[str, t.Any]:
        """Return it as rules look at it."""
        return {
            **self._asdict(),
            "cipher_suites": _united(self.cipher_suites),
            "vulnerabilities": _united(self.vulnerabilities),
        }

    def worse_of(self, other: Observed) -> Observed:
        """Return what both tell together: whatever one of them offers is offered, and the worse grade counts.

        An instance is told twice where several interfaces of an asset serve it, or where pages shift during a sweep.
        """
        return Observed(
            _union(self.ssl_protocols, other.ssl_protocols),
            _union(self.cipher_suites, other.cipher_suites),
            max((self.grade, other.grade), key=_rank),
            _union(self.vulnerabilities, other.vulnerabilities),
            min((flag for flag in (self.pqc, other.pqc) if flag is not None), default=None),
        )


def observed_of(told: Mapping[str, t.Any]) -> Observed:
    """Return what the instance of a record tells."""
    protocols = told.get("ssl_protocols")
    pqc = (told.get("extra") or {}).get("pqcSupport")
    return Observed(
        # An empty list was not observed: no instance that has a certificate offers nothing.
        tuple(sorted(map(sys.intern, protocols))) if protocols else None,
        _as_texts(told.get("cipher_suites")),
        told.get("grade"),
        _as_texts(told.get("vulnerabilities")),
        pqc if isinstance(pqc, bool) else None,
    )


def first_told(sightings: Iterable[Observed]) -> Observed:
    """Return what several sightings of an instance tell of it, each field as the first that tells it at all."""
    return Observed(*(next((value for value in values if value is not None), None) for values in zip(*sightings)))


def _rank(grade: str | None) -> tuple[int, str]:
    known = (grade or "").upper()
    return (_GRADES.index(known) if known in _GRADES else 0), grade or ""


def _union(mine: tuple[str, ...] | None, others: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if mine is None or others is None:
        return others if mine is None else mine
    return tuple(sorted({*mine, *others}))


def _as_texts(told: object) -> tuple[str, ...] | None:
    return None if told is None else (json.dumps(told, sort_keys=True, separators=(",", ":")),)


def _united(texts: tuple[str, ...] | None) -> t.Any:
    """Return as one value what was told once or several times; of several shapes nobody knows what they mean."""
    if texts is None:
        return None
    values = [json.loads(text) for text in texts]
    if len(values) > 1 and all(isinstance(value, list) for value in values):
        return [item for value in values for item in value]
    if len(values) > 1 and all(isinstance(value, dict) for value in values):
        return _united_objects(values)
    return values[0] if len(values) == 1 else values


def _united_objects(objects: Iterable[Mapping[str, t.Any]]) -> dict[str, t.Any]:
    united: dict[str, t.Any] = {}
    for each in objects:
        for key, value in each.items():
            before = united.get(key)
            united[key] = before + value if isinstance(before, list) and isinstance(value, list) else value
    return united
