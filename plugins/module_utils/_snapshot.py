# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A local copy of certificate records in one SQLite file: consistent for its readers, complete or not there at all.

Knows nothing of HTTP, of what the records are a copy of, or of how old a copy may be.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import functools
import os
import typing as t
from contextlib import closing, contextmanager, suppress
from datetime import datetime

from ._certificate import Record
from ._errors import CertViewError
from ._identities import wanted_identities
from ._snapshot_file import (
    SCHEMA,
    SCHEMA_VERSION,
    SnapshotDamaged,
    SnapshotError,
    Standing,
    check_sqlite,
    connected,
    parsed,
    translated,
)
from ._snapshot_update import Update
from ._stored_record import StoredRecord, record_of

if t.TYPE_CHECKING:
    import sqlite3

# A record has some 2,000 characters: smaller pages are left half empty by it.
_PAGE_BYTES = 8192
_WRITER_CACHE_KIB = 65_536

_Read = t.TypeVar("_Read")


class Snapshot:
    """One copy in one file. Readers see the last complete state, also while an update is under way."""

    def __init__(self, path: str) -> None:
        """Touch nothing yet.

        :param path: Where the file is, or is to be.
        :raises SnapshotError: when this Python has no SQLite that could do it.
        """
        check_sqlite()
        self.path = path

    def standing(self) -> t.Optional[Standing]:
        """Return what the copy is worth; None when there is no complete one.

        :raises SnapshotError: when the file cannot be read.
        :raises CertViewError: of kind V(state) when a newer collection wrote it; so do all other methods.
        """
        with translated(self.path):
            if not os.path.exists(self.path):
                return None
            with closing(connected(self.path)) as connection:
                return self._read_standing(connection) if self._version(connection) else None

    def records(self) -> t.Iterator[Record]:
        """Give all records as they are at the first of them, ordered by certhash, then id.

        :raises SnapshotError: when the file cannot be read; what was given until then is not complete.
        """
        return self._read("SELECT record FROM records ORDER BY certhash, key", (), record_of)

    def lazy_records(self, instant: datetime) -> t.Iterator[StoredRecord]:
        """Give the same as they lie in the file, which is twice as fast, each read only as far as it is looked at.

        :param instant: The time at which C(expired) and C(days_remaining) are to be true.
        :raises SnapshotError: as records().
        """
        read = functools.partial(StoredRecord, instant=instant, set_aside=self._try_to_set_aside)
        return self._read("SELECT record FROM records ORDER BY number", (), read)

    def records_by(self, what: str, values: t.Iterable[str]) -> t.Iterator[Record]:
        """Give the records that have one of *values*, each once, ordered as by records().

        :param what: Of IDENTITY_KINDS.
        :raises SnapshotError: when the file cannot be read.
        """
        # The plus signs keep SQLite from walking the whole index of the order for the few records that are wanted.
        return self._read(
            "SELECT record FROM records WHERE number IN (SELECT number FROM identities WHERE kind = ? AND value IN"
            " (SELECT value FROM temp.wanted)) ORDER BY +certhash, +key",
            (what,),
            record_of,
            wanted_identities(what, values),
        )

    @contextmanager
    def update(self, *, full: bool) -> t.Iterator[Update]:
        """Change the copy: all at once when the update is finished, not at all otherwise. One writer at a time.

        :param full: Whether records that are not put are to be removed.
        :raises SnapshotError: when the file cannot be written.
        """
        with translated(self.path):
            self._make()
            connection = connected(self.path)
        with closing(connection):
            with translated(self.path):
                self._prepare(connection)
            yield Update(self.path, connection, full=full)

    def set_aside(self) -> str:
        """Move the file out of the way, in place of one that was set aside before; return where it is now.

        :raises SnapshotError: when the file system does not let us.
        """
        aside = f"{self.path}.damaged"
        with translated(self.path):
            # The log first: a new file must never meet the log of another.
            for suffix in ("-wal", "-shm", ""):
                if os.path.exists(self.path + suffix):
                    os.replace(self.path + suffix, aside + suffix)
                elif os.path.exists(aside + suffix):
                    os.unlink(aside + suffix)
        return aside

    def _try_to_set_aside(self) -> None:
        with suppress(SnapshotError):
            self.set_aside()

    def _make(self) -> None:
        # SQLite gives its log and its index of the log the mode of this file. Never opened when it is there: to close
        # a file frees the locks that SQLite holds on it elsewhere in this process (POSIX advisory locks).
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))

    def _version(self, connection: sqlite3.Connection) -> int:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if version > SCHEMA_VERSION:
            raise CertViewError(
                f"{self.path} was written by a newer version of this collection (schema {version},"
                f" {SCHEMA_VERSION} is known here)",
                kind="state",
                hint="Upgrade this collection, give it another state_dir, or set max_age to 0",
            )
        if 0 < version < SCHEMA_VERSION:
            raise SnapshotDamaged(f"{self.path} was written by an older version of this collection (schema {version})")
        return version

    def _read_standing(self, connection: sqlite3.Connection) -> Standing:
        row = connection.execute("SELECT * FROM standing").fetchone()
        try:
            watermark, synced_at, full_synced_at = (value and datetime.fromisoformat(value) for value in row[:3])
        except (TypeError, ValueError) as exc:
            raise SnapshotDamaged(f"{self.path}: it does not tell when it was made") from exc
        return Standing(watermark, synced_at, full_synced_at, *row[3:])

    def _read(
        self,
        query: str,
        parameters: tuple[str, ...],
        read: t.Callable[[str], _Read],
        wanted: t.Optional[t.Iterable[str]] = None,
    ) -> t.Iterator[_Read]:
        with translated(self.path), closing(connected(self.path)) as connection:
            self._version(connection)
            if wanted is not None:
                connection.execute("CREATE TEMP TABLE wanted (value TEXT PRIMARY KEY) WITHOUT ROWID")
                connection.execute("BEGIN")
                connection.executemany("INSERT OR IGNORE INTO temp.wanted VALUES (?)", ((value,) for value in wanted))
            for (text,) in connection.execute(query, parameters):
                yield parsed(self.path, text, read)

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        connection.execute(f"PRAGMA cache_size = -{_WRITER_CACHE_KIB}")
        if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
            raise SnapshotError(f"{self.path}: its file system does not allow a write-ahead log")
        # Power loss may undo the last update then, but never a part of one (SQLite, "PRAGMA synchronous").
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA journal_size_limit = {_WRITER_CACHE_KIB * 1024}")
        connection.execute("CREATE TEMP TABLE seen (number INTEGER PRIMARY KEY)")
        connection.execute("BEGIN IMMEDIATE")
        if not self._version(connection):
            for statement in SCHEMA:
                connection.execute(statement)
