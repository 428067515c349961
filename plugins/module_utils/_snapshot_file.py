# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the files of local copies look like, what can be wrong with them, and what a copy is worth.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from binascii import crc32
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from ._certificate import Record
from ._errors import CertViewError

try:
    import sqlite3
except ImportError:  # Some builds of Python come without it.
    sqlite3 = None  # type: ignore[assignment]

_Read = t.TypeVar("_Read")

# To be raised with every change of the tables, and of what a record holds: older files are then made anew.
SCHEMA_VERSION = 3

# SQLite release notes: 3.24.0 (2018) brought upsert.
_OLDEST_SQLITE = (3, 24, 0)

# After a crash, the first to open the file repairs it, and the others wait.
_PATIENCE_SECONDS = 30.0

# A lookup reads the whole bucket of what it looks for: some 1,500 rows of a copy of 200,000 certificates.
_BUCKETS = 1024

SCHEMA = (
    # A key is the id of the record, or its certhash where it has none.
    "CREATE TABLE records (number INTEGER PRIMARY KEY, key UNIQUE NOT NULL, certhash TEXT,"
    " assets_complete INTEGER NOT NULL, record TEXT NOT NULL, checksum INTEGER NOT NULL)",
    "CREATE INDEX in_order ON records (certhash, key)",
    "CREATE INDEX partly_told ON records (number) WHERE NOT assets_complete",
    "CREATE TABLE identities (bucket INTEGER, kind TEXT, value TEXT, number INTEGER,"
    " PRIMARY KEY (bucket, kind, value, number)) WITHOUT ROWID",
    # The sum of the checksums of all that is in a bucket; also of one with nothing in it.
    "CREATE TABLE buckets (bucket INTEGER PRIMARY KEY, checksum INTEGER NOT NULL)",
    "INSERT INTO buckets WITH RECURSIVE each(bucket) AS (VALUES (0) UNION ALL SELECT bucket + 1 FROM each"
    f" WHERE bucket + 1 < {_BUCKETS}) SELECT bucket, 0 FROM each",
    "CREATE TABLE standing (watermark TEXT, synced_at TEXT NOT NULL, full_synced_at TEXT NOT NULL,"
    " api_version TEXT NOT NULL, count INTEGER NOT NULL, partly_told INTEGER NOT NULL)",
    f"PRAGMA user_version = {SCHEMA_VERSION}",
)


class SnapshotError(Exception):
    """The copy cannot be used; whoever wanted it does without."""


class SnapshotDamaged(SnapshotError):
    """The file holds no copy, or one of an older collection: it is to be set aside and made anew."""


@dataclass(frozen=True)
class Standing:
    """What a complete copy is worth.

    :ivar watermark: No certificate that was updated before it is missing; None when nobody can tell.
    :ivar synced_at: When the last sync began, by the clock of this machine.
    :ivar full_synced_at: When the last full sync began: certificates deleted since may still be here.
    :ivar api_version: The version of the API that the records came from.
    :ivar count: How many records there are; told by the store.
    :ivar partly_told: How many of them do not hold all their assets; told by the store.
    """

    watermark: t.Optional[datetime]
    synced_at: datetime
    full_synced_at: datetime
    api_version: str
    count: int = 0
    partly_told: int = 0


def check_sqlite() -> None:
    """Raise a SnapshotError when this Python has no SQLite that could do it."""
    if sqlite3 is None or sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        found = "no SQLite" if sqlite3 is None else f"SQLite {sqlite3.sqlite_version}"
        raise SnapshotError(f"this Python has {found}, and {'.'.join(map(str, _OLDEST_SQLITE))} or newer is needed")


def connected(path: str) -> sqlite3.Connection:
    """Open the file, which must be there."""
    return sqlite3.connect(
        f"file:{quote(path)}?mode=rw",
        uri=True,
        timeout=_PATIENCE_SECONDS,
        # Transactions are ours to begin.
        isolation_level=None,
        # A generator that nobody reads on is closed by whichever thread collects it.
        check_same_thread=False,
    )


@contextmanager
def translated(path: str) -> t.Iterator[None]:
    """Turn what SQLite and the file system say into a SnapshotError."""
    try:
        yield
    except sqlite3.Error as exc:
        # CPython raises the bare DatabaseError for SQLITE_CORRUPT and SQLITE_NOTADB, and subclasses for all else. What
        # is written here breaks no constraint, and is not too large, unless what is there already is wrong.
        damaged = (
            exc.__class__ is sqlite3.DatabaseError
            or isinstance(exc, (sqlite3.IntegrityError, sqlite3.DataError))
            or str(exc).startswith(("no such", "Could not decode"))
        )
        raise (SnapshotDamaged if damaged else SnapshotError)(f"{path}: {exc}") from exc
    except UnicodeDecodeError as exc:
        # CPython cannot even tell what SQLite says of a damaged schema.
        raise SnapshotDamaged(f"{path}: {exc}") from exc
    except OSError as exc:
        raise SnapshotError(f"{path}: {exc.strerror or exc}") from exc


def version_of(path: str, connection: sqlite3.Connection) -> int:
    """Return the version of the tables; V(0) when there are none yet.

    :raises CertViewError: of kind V(state) when it is newer than this collection.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > SCHEMA_VERSION:
        raise CertViewError(
            f"{path} was written by a newer version of this collection (schema {version},"
            f" {SCHEMA_VERSION} is known here)",
            kind="state",
            hint="Upgrade this collection, give it another state_dir, or set max_age to 0",
        )
    if version < SCHEMA_VERSION and (version or connection.execute("SELECT 1 FROM sqlite_master").fetchone()):
        raise SnapshotDamaged(f"{path} was written by an older version of this collection (schema {version})")
    return version


def standing_in(path: str, connection: sqlite3.Connection) -> Standing:
    """Return what a file with tables tells of itself."""
    rows = connection.execute("SELECT * FROM standing").fetchall()
    try:
        ((watermark, synced_at, full_synced_at, api_version, count, partly_told),) = rows
        standing = Standing(
            None if watermark is None else _moment(watermark),
            _moment(synced_at),
            _moment(full_synced_at),
            api_version,
            count,
            partly_told,
        )
    except (TypeError, ValueError) as exc:
        raise SnapshotDamaged(f"{path}: it does not tell when it was made") from exc
    if not (isinstance(api_version, str) and isinstance(count, int) and isinstance(partly_told, int)):
        raise SnapshotDamaged(f"{path}: it does not tell what it holds")
    return standing


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment


def checksum_of(number: int, text: str) -> int:
    """Return what tells whether a record is the one that was written at this place."""
    return crc32(text.encode(), number & 0xFFFFFFFF)


def bucket_of(kind: str, value: str) -> int:
    """Return where to look an identity up."""
    return crc32(f"{kind} {value}".encode(errors="surrogatepass")) % _BUCKETS


def identity_checksum(kind: object, value: object, number: object) -> int:
    """Return what a row of an identity adds to the checksum of its bucket; never negative, so that none is lost."""
    return crc32(f"{kind} {value} {number}".encode())


def parsed(path: str, number: int, text: object, checksum: object, read: t.Callable[[str], _Read]) -> _Read:
    """Return what *read* makes of a record as it was put."""
    try:
        if isinstance(text, str) and checksum_of(number, text) == checksum:
            return read(text)
    except ValueError as exc:
        raise SnapshotDamaged(f"{path}: a record is no longer JSON") from exc
    raise SnapshotDamaged(f"{path}: a record is not as it was written")


def key_of(record: Record) -> t.Union[int, str, None]:
    """Return what makes a record the same one at the next sync; None for one that nothing does."""
    key: t.Union[int, str, None] = record["certhash"] if record["id"] is None else record["id"]
    # SQLite has no larger integers.
    return str(key) if isinstance(key, int) and abs(key) >= 2**63 else key


def order_of(record: Record) -> tuple[t.Any, ...]:
    """Return what records() orders by: certhash, then id; what is absent first."""
    key = key_of(record)
    return (record["certhash"] is not None, record["certhash"] or "", isinstance(key, str), key)
