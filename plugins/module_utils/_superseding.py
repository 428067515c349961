# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which certificates were replaced: CertView goes on listing an old one after its successor is in place.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from ._rules.model import is_ca
from ._values import parse_time

_Record = Mapping[str, t.Any]

# All that one scan finds is found within this time.
_ONE_SCAN = timedelta(days=1)


class Found(t.NamedTuple):
    """A certificate that was found in a place."""

    certhash: str
    record: _Record


def successors(
    there: Iterable[Found], candidates: Iterable[Found], as_of: datetime, stale: timedelta
) -> dict[str, str]:
    """Return, for each certificate that was replaced, the one that has taken its place.

    A successor is a leaf that is valid now, of a later start, and stands for all names of the old one; where the old
    one is gone for long, the same common name is enough. A server may serve two certificates of the same names at once,
    with keys of different algorithms: only one of the same algorithm replaces the other, unless the old one was not
    found by a later scan. One that was itself not found for long, while the old one was, has been rolled back.

    CertView tells when a certificate was last found anywhere, and not when on this asset.

    :param there: The certificates of one place.
    :param candidates: What may have taken their place.
    :param stale: After this time what was not found again counts as gone.
    """
    leaves = [each for each in candidates if not is_ca(each.record)]
    found = {}
    for old in there:
        if is_ca(old.record):
            continue
        later = [
            (new.record["valid_from"], new.certhash)
            for new in leaves
            if new.certhash != old.certhash and _replaces(new.record, old.record, as_of, stale)
        ]
        if later:
            found[old.certhash] = max(later)[1]
    return found


def _replaces(new: _Record, old: _Record, as_of: datetime, stale: timedelta) -> bool:
    start, end, before = (parse_time(told) for told in (new["valid_from"], new["valid_to"], old.get("valid_from")))
    if start is None or end is None or before is None or not before < start <= as_of <= end:
        return False
    ahead = _found_ahead(new, old)
    if ahead < -stale:
        return False
    names = _covers_names(new, old) or (ahead > stale and _has_same_name(new, old))
    return names and (new.get("key_algorithm") == old.get("key_algorithm") or ahead > _ONE_SCAN)


def _found_ahead(new: _Record, old: _Record) -> timedelta:
    """Return how much later the new one was found than the old one; nothing where that is not known."""
    newly, formerly = parse_time(new.get("last_found")), parse_time(old.get("last_found"))
    return timedelta() if newly is None or formerly is None else newly - formerly


def _covers_names(new: _Record, old: _Record) -> bool:
    new_names, old_names = _alternative_names(new), _alternative_names(old)
    return old_names <= new_names if new_names and old_names else _has_same_name(new, old)


def _alternative_names(record: _Record) -> frozenset[str]:
    told = record.get("subject_alternative_names") or {}
    return frozenset(name.casefold() for kind in ("dns_names", "ip_addresses") for name in told.get(kind) or ())


def _has_same_name(new: _Record, old: _Record) -> bool:
    name = _common_name(new)
    return bool(name) and name == _common_name(old)


def _common_name(record: _Record) -> str:
    told: str = (record.get("subject") or {}).get("name") or ""
    return told.casefold()
