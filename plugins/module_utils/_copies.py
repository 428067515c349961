# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which local copy serves a query, and who may bring it up to date.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import functools
import itertools
import os
import typing as t
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from ._clock import Clock
from ._errors import CertViewError
from ._fields import FIELDS
from ._filters import Condition
from ._options import Connection
from ._patience import Notices, Patience
from ._query import INCLUDES, Query
from ._snapshot import Snapshot
from ._snapshot_file import SnapshotDamaged, SnapshotError, Standing
from ._state import StateDir, StateError
from ._token import account_of

_POLL_SECONDS = 0.1

# What a record tells only when it was asked for, by the field that a condition names.
_INCLUDE_OF_FIELD = {"asset.tagName": "asset_tags"}


@dataclass(frozen=True)
class Copy:
    """One local copy, or the place of one that is yet to be made.

    :ivar name: What its lock is called.
    :ivar query: What to ask the API for, to make it.
    :ivar standing: What it is worth; None when it is not there, or not complete.
    :ivar damage: Why what is there is to be set aside; empty when it is not.
    """

    name: str
    query: Query
    snapshot: Snapshot
    standing: t.Optional[Standing] = None
    damage: str = ""


SERVERS_OWN = ("not_equals", "is_empty")
"""Operators that also hold for what is absent: see can_serve()."""


def can_serve(query: Query, conditions: t.Sequence[Condition], api_version: str) -> bool:
    """Tell whether a copy of all certificates can answer *query*; if not, only the API can.

    A condition that also holds for what is not told (V(not_equals), V(is_empty)) is the server's to answer: only it
    knows whether a value is absent, or was only not told, and what is meant where there are several values.
    """
    return not (query.qql or query.exclude_fields or api_version == "v1") and all(
        made.field in FIELDS and made.operator not in SERVERS_OWN for made in conditions
    )


def is_of_assets(conditions: t.Sequence[Condition]) -> bool:
    """Tell whether *conditions* can only be decided when all assets of a certificate are known."""
    return any(made.field in FIELDS and FIELDS[made.field].is_of_assets for made in conditions)


def needed_includes(conditions: t.Sequence[Condition]) -> set[str]:
    """Return what records must have been asked for, so that *conditions* can be decided by them."""
    return {_INCLUDE_OF_FIELD[made.field] for made in conditions if made.field in _INCLUDE_OF_FIELD}


class Copies:
    """The copies of one subscription in one state directory."""

    def __init__(self, state: StateDir, connection: Connection, clock: Clock, tell: t.Callable[[str], None]) -> None:
        """Touch nothing yet."""
        self._state = state
        self._connection = connection
        self._account = account_of(connection.credentials)
        self._clock = clock
        self._tell = tell

    def best(self, query: Query) -> Copy:
        """Return the copy that was synced last among those that hold all that *query* needs, or the place for one.

        A copy with more includes than needed serves as well, and is kept up to date in place of another.

        :raises SnapshotError: when none can be used.
        """
        own = self._place(set(query.includes), query, all_assets=query.all_assets)
        found = [self._looked_at(copy) for copy in self._covering(query)]
        usable = [copy for copy in found if copy.standing and not (query.all_assets and self._lacks_assets(copy))]
        if usable:
            return max(usable, key=_synced_at)
        return next((copy for copy in found if copy.name == own.name), own)

    def again(self, copy: Copy) -> Copy:
        """Return *copy* as it is now.

        :raises SnapshotError: when it cannot be used.
        """
        return self._looked_at(replace(copy, standing=None, damage=""))

    @staticmethod
    def _lacks_assets(copy: Copy) -> bool:
        # What a copy with all assets lacks, the API does not tell either.
        return not copy.query.all_assets and copy.standing is not None and copy.standing.partly_told > 0

    def _covering(self, query: Query) -> t.Iterator[Copy]:
        needed = set(query.includes)
        others = sorted(set(INCLUDES) - needed)
        for count in range(len(others) + 1):
            for more in itertools.combinations(others, count):
                for all_assets in (False, True):
                    copy = self._place({*needed, *more}, query, all_assets=all_assets)
                    if os.path.exists(copy.snapshot.path):
                        yield copy

    def _place(self, includes: set[str], query: Query, *, all_assets: bool) -> Copy:
        connection = self._connection
        asked = Query(
            includes=tuple(sorted(includes)),
            asset_type=query.asset_type,
            all_assets=all_assets,
            page_size=query.page_size,
        )
        name = self._state.key(
            "snapshot",
            connection.gateway_url,
            self._account,
            connection.api_version,
            asked.asset_type,
            ",".join(asked.includes),
            str(all_assets),
        )
        return Copy(name, asked, Snapshot(self._state.file(f"{name}.sqlite")))

    @staticmethod
    def _looked_at(copy: Copy) -> Copy:
        try:
            return replace(copy, standing=copy.snapshot.standing())
        except SnapshotDamaged as exc:
            return replace(copy, damage=str(exc))

    @contextmanager
    def alone(self, copy: Copy) -> t.Iterator[None]:
        """Be the only one that changes *copy*, waiting for another process that does.

        :raises CertViewError: of kind V(budget) when that takes longer than C(max_wait).
        :raises SnapshotError: when there can be no lock.
        """
        patience = Patience(self._clock, self._connection.max_wait, Notices(self._clock, self._tell))
        free = patience.until(
            functools.partial(self._take, copy),
            _POLL_SECONDS,
            notice=lambda: (
                "Waiting for another process of this controller that is reading the list of certificates;"
                f" its copy will be used here, too ({patience.waited:.0f} s so far)."
            ),
            spent=lambda: CertViewError(
                "another process of this controller is reading the list of certificates, and has not finished"
                f" within the {self._connection.max_wait:g} s that max_wait allows",
                kind="budget",
                hint="Run again later, raise max_wait, or set max_age to 0 to read the list without waiting",
            ),
        )
        try:
            yield
        finally:
            free()

    def complain(self, reason: SnapshotError) -> None:
        """Tell that a copy cannot be read or written, unless something else of the folder has failed before."""
        self._state.complain(reason, self._tell)

    def _take(self, copy: Copy) -> t.Optional[t.Callable[[], None]]:
        try:
            return self._state.try_lock(copy.name)
        except StateError as exc:
            raise SnapshotError(str(exc)) from exc


def _synced_at(copy: Copy) -> datetime:
    return t.cast(Standing, copy.standing).synced_at
