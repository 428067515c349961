# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which certificates were replaced: CertView goes on listing an old one after its successor is in place.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping
from datetime import datetime

from ._rules.model import certificate_type
from ._values import parse_time

_Record = Mapping[str, t.Any]
_ISSUERS = frozenset(("intermediate", "root"))


def is_issuer(record: _Record) -> bool:
    """Tell whether a certificate is known to be of a CA; API v1 does not tell the type."""
    return certificate_type(record) in _ISSUERS


def successors(records: Iterable[tuple[str, _Record]], as_of: datetime) -> dict[str, str]:
    """Return, for each certificate of one instance that was replaced, the one that has taken its place.

    A successor is a leaf that is valid now, of a later start, and stands for all names of the old one. A server may
    serve two certificates of the same names at once, with keys of different algorithms: unless it is known that the old
    one was not found any more, only a key of the same algorithm replaces it.

    :param records: Fingerprints and records of the certificates that were found on the instance.
    """
    leaves = [(certhash, record) for certhash, record in records if not is_issuer(record)]
    if len(leaves) < 2:
        return {}
    found = {}
    for certhash, record in leaves:
        later = [
            (other["valid_from"], other_hash)
            for other_hash, other in leaves
            if other_hash != certhash and _replaces(other, record, as_of)
        ]
        if later:
            found[certhash] = max(later)[1]
    return found


def _replaces(new: _Record, old: _Record, as_of: datetime) -> bool:
    start, end, before = (parse_time(told) for told in (new["valid_from"], new["valid_to"], old.get("valid_from")))
    return (
        start is not None
        and end is not None
        and before is not None
        and before < start <= as_of <= end
        and _covers_names(new, old)
        and (_key(new) == _key(old) or _was_found_later(new, old))
    )


def _covers_names(new: _Record, old: _Record) -> bool:
    new_names, old_names = _alternative_names(new), _alternative_names(old)
    if new_names and old_names:
        return old_names <= new_names
    name = _common_name(new)
    return bool(name) and name == _common_name(old)


def _common_name(record: _Record) -> str:
    told: str = (record.get("subject") or {}).get("name") or ""
    return told.casefold()


def _alternative_names(record: _Record) -> frozenset[str]:
    told = record.get("subject_alternative_names") or {}
    return frozenset(name.casefold() for kind in ("dns_names", "ip_addresses") for name in told.get(kind) or ())


def _key(record: _Record) -> object:
    return record.get("key_algorithm")


def _was_found_later(new: _Record, old: _Record) -> bool:
    newly, formerly = parse_time(new.get("last_found")), parse_time(old.get("last_found"))
    return newly is not None and formerly is not None and formerly < newly
