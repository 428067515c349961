# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a record is in the file of a local copy: two JSON texts, one a line.

The first holds what tells whether a certificate is on a host at all. In an audit of a large estate most are not, and
to read the second line of those, too, would be half of the work.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import json
import typing as t
from collections.abc import Iterator, Mapping
from datetime import datetime

from ._certificate import Record
from ._certificate import as_of as at_instant

_FIRST = ("id", "certhash", "last_found", "assets_complete", "assets")
# Keep their places in the second text, so that a record has its keys in the same order wherever it comes from.
_PLACES: t.Mapping[str, None] = dict.fromkeys(_FIRST)

# json.dumps() would make an encoder for each record, and look for circles that no answer of a server can have;
# json.loads() would look for blanks before and after each text, which are written without.
_encoded = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_decoded = json.JSONDecoder().raw_decode


def text_of(record: Record) -> str:
    """Return a record as it is stored."""
    return f"{_encoded({field: record[field] for field in _FIRST})}\n{_encoded({**record, **_PLACES})}"


def record_of(text: str) -> Record:
    """Return the record that is stored so.

    :raises ValueError: when it is none.
    """
    first, end = _first_of(text)
    return _whole_of(first, text, end)


def _first_of(text: str) -> tuple[Record, int]:
    first, end = _decoded(text)
    if not isinstance(first, dict) or text[end : end + 1] != "\n":
        raise ValueError("the first line is no part of a record")
    return first, end


def _whole_of(first: Record, text: str, end: int) -> Record:
    record, end = _decoded(text, end + 1)
    if not isinstance(record, dict) or end != len(text):
        raise ValueError("the second line is no record")
    record.update(first)
    return record


class StoredRecord(Mapping[str, t.Any]):
    """A record of which only the first text is read until something else of it is asked for."""

    __slots__ = ("_end", "_first", "_instant", "_text", "_whole")

    def __init__(self, text: str, instant: datetime) -> None:
        """Read the first text.

        :param text: As it was written: what is wrong with the second text would show too late to begin anew.
        :param instant: The time at which C(expired) and C(days_remaining) are to be true.
        :raises ValueError: when it is none.
        """
        self._first, self._end = _first_of(text)
        self._text = text
        self._instant = instant
        self._whole: t.Optional[Record] = None

    def _read(self) -> Record:
        if self._whole is None:
            self._whole = at_instant(_whole_of(self._first, self._text, self._end), self._instant)
        return self._whole

    def __getitem__(self, field: str) -> t.Any:
        return self._first[field] if field in self._first else self._read()[field]

    def get(self, key: str, default: t.Any = None) -> t.Any:
        """As that of a dictionary; the one of Mapping takes as long as reading the first text does."""
        return self._first[key] if key in self._first else self._read().get(key, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())
