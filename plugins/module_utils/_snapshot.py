# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A local copy of certificate records in one SQLite file: consistent for its readers, complete or not there at all.

Knows nothing of HTTP, of what the records are a copy of, or of how old a copy may be.

A file that was damaged since it was written gives no less without saying so. Each record has a checksum, and so have
the identities of each bucket that a lookup reads; whoever reads all counts them, and sees that none comes twice. What
is not noticed is another time, or another version, in the one row that tells what the copy is worth: that costs a sync
too many or too few. Nor is what nobody has read.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import functools
import os
import typing as t
from contextlib import closing, contextmanager, suppress
from datetime import datetime

from ._certificate import Record
from ._identities import wanted_identities
from ._snapshot_file import (
    SCHEMA,
    SnapshotDamaged,
    SnapshotError,
    Standing,
    bucket_of,
    check_sqlite,
    connected,
    identity_checksum,
    order_of,
    parsed,
    standing_in,
    translated,
    version_of,
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
                return standing_in(self.path, connection) if version_of(self.path, connection) else None

    def records(self) -> t.Iterator[Record]:
        """Give all records as they are at the first of them, ordered by certhash, then id.

        :raises SnapshotError: when the file cannot be read; what was given until then is not complete.
        """
        return self._all("certhash, key", record_of, lambda number, record: order_of(record))

    def lazy_records(self, instant: datetime) -> t.Iterator[StoredRecord]:
        """Give the same as they lie in the file, which is twice as fast, each read only as far as it is looked at.

        :param instant: The time at which C(expired) and C(days_remaining) are to be true.
        :raises SnapshotError: as records().
        """
        return self._all("number", functools.partial(StoredRecord, instant=instant), lambda number, record: number)

    def records_by(self, what: str, values: t.Iterable[str]) -> t.Iterator[Record]:
        """Give the records that have one of *values*, each once, ordered as by records().

        :param what: Of IDENTITY_KINDS.
        :raises SnapshotError: when the file cannot be read.
        """
        with self._reading() as connection:
            numbers = self._numbers_of(connection, what, wanted_identities(what, values))
            connection.execute("CREATE TEMP TABLE found (number INTEGER PRIMARY KEY)")
            connection.executemany("INSERT OR IGNORE INTO temp.found VALUES (?)", numbers)
            # The plus signs keep SQLite from walking the whole index of the order for the few records that are wanted.
            # A record that is not there any more comes as null, and is damage.
            for number, text, checksum in connection.execute(
                "SELECT number, record, checksum FROM temp.found LEFT JOIN records USING (number)"
                " ORDER BY +certhash, +key"
            ):
                yield parsed(self.path, number, text, checksum, record_of)

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
                before = self._prepare(connection)
            yield Update(self.path, connection, before, full=full)

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

    def _make(self) -> None:
        # SQLite gives its log and its index of the log the mode of this file. Never opened when it is there: to close
        # a file frees the locks that SQLite holds on it elsewhere in this process (POSIX advisory locks).
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))

    @contextmanager
    def _reading(self) -> t.Iterator[sqlite3.Connection]:
        """All that is read is of one state."""
        with translated(self.path), closing(connected(self.path)) as connection:
            connection.execute("BEGIN")
            version_of(self.path, connection)
            yield connection

    def _all(
        self, order: str, read: t.Callable[[str], _Read], place: t.Callable[[int, _Read], t.Any]
    ) -> t.Iterator[_Read]:
        """Give each record once, in the order of its *place*."""
        with self._reading() as connection:
            left = standing_in(self.path, connection).count
            last = None
            query = f"SELECT number, record, checksum FROM records ORDER BY {order}"
            for number, text, checksum in connection.execute(query):
                record = parsed(self.path, number, text, checksum, read)
                here = place(number, record)
                if last is not None and not last < here:
                    raise SnapshotDamaged(f"{self.path}: its records are out of order")
                last = here
                left -= 1
                yield record
            if left:
                raise SnapshotDamaged(f"{self.path}: it holds {abs(left)} records {'less' if left > 0 else 'more'}")

    def _numbers_of(
        self, connection: sqlite3.Connection, what: str, wanted: t.Collection[str]
    ) -> t.Iterator[tuple[int]]:
        """Give the numbers of the records that have one of *wanted*."""
        for bucket in sorted({bucket_of(what, value) for value in wanted}):
            rows = connection.execute(
                "SELECT kind, value, number FROM identities WHERE bucket = ?", (bucket,)
            ).fetchall()
            told = connection.execute("SELECT checksum FROM buckets WHERE bucket = ?", (bucket,)).fetchone()
            if told != (sum(identity_checksum(*row) for row in rows),):
                raise SnapshotDamaged(f"{self.path}: what its records are found by is not as it was written")
            yield from ((number,) for kind, value, number in rows if kind == what and value in wanted)

    def _prepare(self, connection: sqlite3.Connection) -> t.Optional[Standing]:
        connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        connection.execute(f"PRAGMA cache_size = -{_WRITER_CACHE_KIB}")
        if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
            raise SnapshotError(f"{self.path}: its file system does not allow a write-ahead log")
        # Power loss may undo the last update then, but never a part of one (SQLite, "PRAGMA synchronous").
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA journal_size_limit = {_WRITER_CACHE_KIB * 1024}")
        connection.execute("CREATE TEMP TABLE seen (number INTEGER PRIMARY KEY)")
        connection.execute("BEGIN IMMEDIATE")
        if version_of(self.path, connection):
            return standing_in(self.path, connection)
        for statement in SCHEMA:
            connection.execute(statement)
        return None
