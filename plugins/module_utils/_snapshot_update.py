# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change of a local copy that is under way.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import replace

from ._certificate import Record
from ._identities import identities_of
from ._snapshot_file import (
    SnapshotDamaged,
    SnapshotError,
    Standing,
    bucket_of,
    checksum_of,
    identity_checksum,
    key_of,
    parsed,
    translated,
)
from ._stored_record import record_of, text_of

if t.TYPE_CHECKING:
    import sqlite3

# Below the 999 variables that SQLite allowed in a statement until 3.32.
_BATCH = 500

# Kind, value, and the number of the record that has it.
_Identity = tuple[str, str, int]


class Update:
    """A change of the copy that is under way."""

    def __init__(self, path: str, connection: sqlite3.Connection, before: t.Optional[Standing], *, full: bool) -> None:
        self._path = path
        self._connection = connection
        self._full = full
        self._count = before.count if before else 0
        self._waiting: dict[t.Union[int, str], Record] = {}
        # By how much the checksums of the buckets change.
        self._sums: Counter[int] = Counter()
        with translated(path):
            self._next = 1 + connection.execute("SELECT coalesce(max(number), 0) FROM records").fetchone()[0]

    def put(self, record: Record) -> None:
        """Add *record*, or let it take the place of the one with its id (or, without id, its certhash).

        :raises SnapshotError: when it cannot be written, for example because the disk is full.
        """
        key = key_of(record)
        if key is None:
            raise SnapshotError(f"{self._path}: a certificate without id and certhash cannot be kept")
        self._waiting[key] = record
        if len(self._waiting) == _BATCH:
            self._write()

    def finish(self, standing: Standing) -> Standing:
        """Let readers see the change; return *standing* with what the store knows.

        :raises SnapshotError: when it cannot be written; the copy is as it was then.
        """
        self._write()
        with translated(self._path):
            if self._full:
                self._remove_unseen()
            count, partly_told = self._connection.execute(
                "SELECT (SELECT count(*) FROM records), (SELECT count(*) FROM records WHERE NOT assets_complete)"
            ).fetchone()
            if count != self._count:
                # To write down what is there would hide for ever that some were lost.
                raise SnapshotDamaged(f"{self._path}: {count} records are left of {self._count}")
            standing = replace(standing, count=count, partly_told=partly_told)
            self._connection.executemany(
                "UPDATE buckets SET checksum = checksum + ? WHERE bucket = ?",
                ((change, bucket) for bucket, change in self._sums.items()),
            )
            times = (standing.watermark, standing.synced_at, standing.full_synced_at)
            self._connection.execute("DELETE FROM standing")
            self._connection.execute(
                "INSERT INTO standing VALUES (?, ?, ?, ?, ?, ?)",
                (
                    *(moment and moment.isoformat() for moment in times),
                    standing.api_version,
                    standing.count,
                    standing.partly_told,
                ),
            )
            self._connection.execute("COMMIT")
        return standing

    def _write(self) -> None:
        """Write the records that wait; those that are the same as before are only noted as seen."""
        waiting, self._waiting = self._waiting, {}
        rows: list[tuple[t.Any, ...]] = []
        seen: list[tuple[int]] = []
        gone: list[_Identity] = []
        come: list[_Identity] = []
        with translated(self._path):
            known = self._known(list(waiting))
            for key, record in waiting.items():
                text = text_of(record)
                number, before, checksum = known.get(key) or (self._next, None, None)
                seen.append((number,))
                if before == text:
                    continue
                told = (record["certhash"], record["assets_complete"] is not False)
                rows.append((number, key, *told, text, checksum_of(number, text)))
                new = identities_of(record)
                old: set[tuple[str, str]] = set()
                if before is None:
                    self._next += 1
                    self._count += 1
                else:
                    old = identities_of(parsed(self._path, number, before, checksum, record_of))
                gone += [(*identity, number) for identity in old - new]
                come += [(*identity, number) for identity in new - old]
            self._connection.executemany("INSERT INTO temp.seen VALUES (?) ON CONFLICT DO NOTHING", seen)
            self._connection.executemany(
                "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (number) DO UPDATE SET"
                " certhash = excluded.certhash, assets_complete = excluded.assets_complete, record = excluded.record,"
                " checksum = excluded.checksum",
                rows,
            )
            self._forget(gone)
            self._learn(come)

    def _known(self, keys: t.Sequence[t.Union[int, str]]) -> dict[t.Union[int, str], tuple[int, str, int]]:
        marks = ", ".join("?" * len(keys))
        query = f"SELECT key, number, record, checksum FROM records WHERE key IN ({marks})"
        return {key: (number, text, checksum) for key, number, text, checksum in self._connection.execute(query, keys)}

    def _learn(self, come: t.Iterable[_Identity]) -> None:
        rows = [(bucket_of(kind, value), kind, value, number) for kind, value, number in come]
        self._connection.executemany("INSERT INTO identities VALUES (?, ?, ?, ?)", rows)
        for bucket, *identity in rows:
            self._sums[bucket] += identity_checksum(*identity)

    def _forget(self, gone: t.Iterable[_Identity]) -> None:
        rows = [(bucket_of(kind, value), kind, value, number) for kind, value, number in gone]
        self._connection.executemany(
            "DELETE FROM identities WHERE bucket = ? AND kind = ? AND value = ? AND number = ?", rows
        )
        for bucket, *identity in rows:
            self._sums[bucket] -= identity_checksum(*identity)

    def _remove_unseen(self) -> None:
        unseen = "number NOT IN (SELECT number FROM temp.seen)"
        query = f"SELECT number, record, checksum FROM records WHERE {unseen}"
        for number, text, checksum in self._connection.execute(query):
            record = parsed(self._path, number, text, checksum, record_of)
            self._forget([(*identity, number) for identity in identities_of(record)])
        self._connection.execute(f"DELETE FROM records WHERE {unseen}")
        self._count = self._connection.execute("SELECT count(*) FROM temp.seen").fetchone()[0]
