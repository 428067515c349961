# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the files of local copies look like, what can be wrong with them, and what a copy is worth.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from ._certificate import Record

try:
    import sqlite3
except ImportError:  # Some builds of Python come without it.
    sqlite3 = None  # type: ignore[assignment]

_Read = t.TypeVar("_Read")

# To be raised with every change of the tables, and of what a record holds: older files are then made anew.
SCHEMA_VERSION = 2

# SQLite release notes: 3.24.0 (2018) brought upsert.
_OLDEST_SQLITE = (3, 24, 0)

# After a crash, the first to open the file repairs it, and the others wait.
_PATIENCE_SECONDS = 30.0

SCHEMA = (
    # A key is the id of the record, or its certhash where it has none.
    "CREATE TABLE records (number INTEGER PRIMARY KEY, key UNIQUE NOT NULL, certhash TEXT,"
    " assets_complete INTEGER NOT NULL, record TEXT NOT NULL)",
    "CREATE INDEX in_order ON records (certhash, key)",
    "CREATE INDEX partly_told ON records (number) WHERE NOT assets_complete",
    "CREATE TABLE identities (kind TEXT, value TEXT, number INTEGER, PRIMARY KEY (kind, value, number)) WITHOUT ROWID",
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
        # CPython raises the bare DatabaseError for SQLITE_CORRUPT and SQLITE_NOTADB, and subclasses for all else.
        damaged = exc.__class__ is sqlite3.DatabaseError or str(exc).startswith(("no such", "Could not decode"))
        raise (SnapshotDamaged if damaged else SnapshotError)(f"{path}: {exc}") from exc
    except OSError as exc:
        raise SnapshotError(f"{path}: {exc.strerror or exc}") from exc


def parsed(path: str, text: str, read: t.Callable[[str], _Read]) -> _Read:
    """Return what *read* makes of a record as it was put."""
    try:
        return read(text)
    except ValueError as exc:
        raise SnapshotDamaged(f"{path}: a record is no longer JSON") from exc


def key_of(record: Record) -> t.Union[int, str, None]:
    """Return what makes a record the same one at the next sync; None for one that nothing does."""
    key: t.Union[int, str, None] = record["certhash"] if record["id"] is None else record["id"]
    # SQLite has no larger integers.
    return str(key) if isinstance(key, int) and abs(key) >= 2**63 else key


def order_of(record: Record) -> tuple[t.Any, ...]:
    """Return what records() orders by: certhash, then id; what is absent first."""
    key = key_of(record)
    return (record["certhash"] is not None, record["certhash"] or "", isinstance(key, str), key)
