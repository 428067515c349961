# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change of a local copy that is under way.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ._certificate import Record
from ._identities import identities_of
from ._snapshot_file import SnapshotError, Standing, key_of, parsed, translated
from ._stored_record import record_of, text_of

if t.TYPE_CHECKING:
    import sqlite3

# Below the 999 variables that SQLite allowed in a statement until 3.32.
_BATCH = 500


class Update:
    """A change of the copy that is under way."""

    def __init__(self, path: str, connection: sqlite3.Connection, *, full: bool) -> None:
        self._path = path
        self._connection = connection
        self._full = full
        self._waiting: dict[t.Union[int, str], Record] = {}
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
            standing = replace(standing, count=count, partly_told=partly_told)
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
        gone: list[tuple[str, str, int]] = []
        come: list[tuple[str, str, int]] = []
        with translated(self._path):
            known = self._known(list(waiting))
            for key, record in waiting.items():
                text = text_of(record)
                number, before = known.get(key) or (self._next, None)
                seen.append((number,))
                if before == text:
                    continue
                if before is None:
                    self._next += 1
                rows.append((number, key, record["certhash"], record["assets_complete"] is not False, text))
                old = identities_of(parsed(self._path, before, record_of)) if before is not None else set()
                new = identities_of(record)
                gone += [(*identity, number) for identity in old - new]
                come += [(*identity, number) for identity in new - old]
            self._connection.executemany("INSERT INTO temp.seen VALUES (?) ON CONFLICT DO NOTHING", seen)
            self._connection.executemany(
                "INSERT INTO records VALUES (?, ?, ?, ?, ?) ON CONFLICT (number) DO UPDATE SET"
                " certhash = excluded.certhash, assets_complete = excluded.assets_complete, record = excluded.record",
                rows,
            )
            self._forget(gone)
            self._connection.executemany("INSERT INTO identities VALUES (?, ?, ?)", come)

    def _known(self, keys: t.Sequence[t.Union[int, str]]) -> dict[t.Union[int, str], tuple[int, str]]:
        marks = ", ".join("?" * len(keys))
        found = self._connection.execute(f"SELECT key, number, record FROM records WHERE key IN ({marks})", keys)
        return {key: (number, text) for key, number, text in found}

    def _forget(self, gone: t.Iterable[tuple[str, str, int]]) -> None:
        self._connection.executemany("DELETE FROM identities WHERE kind = ? AND value = ? AND number = ?", gone)

    def _remove_unseen(self) -> None:
        unseen = "number NOT IN (SELECT number FROM temp.seen)"
        for number, text in self._connection.execute(f"SELECT number, record FROM records WHERE {unseen}"):
            self._forget([(*identity, number) for identity in identities_of(parsed(self._path, text, record_of))])
        self._connection.execute(f"DELETE FROM records WHERE {unseen}")
