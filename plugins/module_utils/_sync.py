# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bringing a local copy up to date: all of the list, or what has changed since.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta

from ._certificate import Record
from ._clock import Clock
from ._copies import Copy
from ._snapshot import Snapshot
from ._snapshot_file import SnapshotDamaged, SnapshotError, Standing
from ._snapshot_update import Update
from ._values import parse_iso

if t.TYPE_CHECKING:
    from ._client import CertViewClient

# How far a delta reads back behind the watermark. Qualys does not say how long an update takes until the list shows
# it; a quarter of an hour costs a page or two on an estate that is scanned all day. What takes longer, the next full
# sync sees.
OVERLAP = timedelta(minutes=15)

_ISO_SECONDS = len("2026-06-01T00:00:00")


@dataclass
class _Marks:
    """What the next delta may start from.

    Not the newest update that was seen: a long sweep reads one page before, another after an update, and would pass
    over the updates of the first. Not the time that the sweep began either: an update may show up in the list later
    than its own date says. So it is the earlier of the two, the start by the clock that dates the updates.
    """

    started: datetime
    newest: str = ""
    all_dated: bool = True

    def see(self, record: Record) -> None:
        updated = record["updated"]
        if updated is None:
            self.all_dated = False
        else:
            # Cut to seconds, texts of one form are in order; to be early is on the safe side.
            self.newest = max(self.newest, updated[:_ISO_SECONDS])

    def watermark(self, clock_ahead_seconds: float) -> t.Optional[datetime]:
        newest = parse_iso(self.newest)
        if newest is None or not self.all_dated:
            return None
        return min(newest, self.started - timedelta(seconds=clock_ahead_seconds))


class _Recorder:
    """Writes a full sync as long as the store can. That it cannot is a warning, and no record is lost for it."""

    def __init__(
        self, snapshot: Snapshot, tell: t.Callable[[str], None], complain: t.Callable[[SnapshotError], None]
    ) -> None:
        self._snapshot = snapshot
        self._tell = tell
        self._complain = complain
        self._held = ExitStack()
        self._update: t.Optional[Update] = None

    def __enter__(self) -> _Recorder:
        try:
            self._update = self._held.enter_context(self._snapshot.update(full=True))
        except SnapshotError as exc:
            self._give_up(exc)
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._held.close()

    def put(self, record: Record) -> None:
        if self._update is not None:
            try:
                self._update.put(stored(record))
            except SnapshotError as exc:
                self._give_up(exc)

    def finish(self, standing: Standing) -> t.Optional[Standing]:
        """Return what the copy is worth now; None when it could not be written."""
        if self._update is not None:
            try:
                return self._update.finish(standing)
            except SnapshotError as exc:
                self._give_up(exc)
        return None

    def _give_up(self, reason: SnapshotError) -> None:
        self._update = None
        self._held.close()
        if isinstance(reason, SnapshotDamaged):
            set_aside(self._snapshot, str(reason), self._tell)
        else:
            self._complain(reason)


def stored(record: Record) -> Record:
    """Return *record* without what depends on the time of reading, so that one that has not changed is the same."""
    return {**record, "expired": None, "days_remaining": None}


def set_aside(snapshot: Snapshot, reason: str, tell: t.Callable[[str], None]) -> None:
    """Move a copy that is of no use out of the way, and say so. Only for whoever holds its lock."""
    try:
        place = snapshot.set_aside()
    except SnapshotError as exc:
        tell(f"The local copy of the certificates is of no use ({reason}), and cannot be set aside: {exc}.")
    else:
        tell(f"The local copy of the certificates is of no use ({reason}). It was set aside as {place}.")


def full_sync(
    client: CertViewClient,
    copy: Copy,
    as_of: datetime,
    clock: Clock,
    tell: t.Callable[[str], None],
    complain: t.Callable[[SnapshotError], None],
) -> t.Generator[Record, None, t.Optional[Standing]]:
    """Give all records as they come from the API, and return what the copy of them is worth.

    :param complain: Tells the user that no copy can be written, and why.

    Whoever does not read to the end leaves the copy as it was. None is returned when the copy could not be written.

    :raises CertViewError: when the list could not be read to its end; the copy is as it was then.
    """
    marks = _Marks(clock.now())
    with _Recorder(copy.snapshot, tell, complain) as recorder:
        for record in client.records(copy.query, as_of):
            marks.see(record)
            recorder.put(record)
            yield record
        return recorder.finish(
            Standing(
                watermark=marks.watermark(client.clock_ahead_seconds),
                synced_at=marks.started,
                full_synced_at=marks.started,
                api_version=_version(client),
            )
        )


def delta_sync(client: CertViewClient, copy: Copy, as_of: datetime, clock: Clock) -> t.Optional[Standing]:
    """Fetch what has changed since the watermark of *copy*; return what the copy is worth then.

    None when only a full sync can tell, because the gateway has a version of the API now that tells other things.

    :raises CertViewError: of kind V(filter) when the server cannot be asked for changes; else as any sweep. The copy
        is as it was then.
    :raises SnapshotError: when the copy cannot be written.
    """
    before = copy.standing
    if before is None or before.watermark is None:
        return None
    marks = _Marks(clock.now(), newest=before.watermark.isoformat()[:_ISO_SECONDS])
    with copy.snapshot.update(full=False) as update:
        for record in client.changes(copy.query, before.watermark - OVERLAP, as_of):
            marks.see(record)
            update.put(stored(record))
        if _version(client) != before.api_version:
            return None
        return update.finish(
            Standing(
                watermark=marks.watermark(client.clock_ahead_seconds),
                synced_at=marks.started,
                full_synced_at=before.full_synced_at,
                api_version=before.api_version,
            )
        )


def _version(client: CertViewClient) -> str:
    return client.api_use["version"] or ""
