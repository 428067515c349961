# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one door to certificate records: the API, or a local copy that is fresh enough.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import functools
import random
import typing as t
from array import array
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime

from ._certificate import Record
from ._certificate import as_of as at_instant
from ._clock import Clock, SystemClock
from ._copies import Copies, Copy, can_serve, is_of_assets, needed_includes
from ._errors import CertViewError
from ._filters import Condition, holds
from ._freshness import Age, Freshness
from ._identities import identities_of, wanted_identities
from ._options import Connection
from ._query import Query, check_sort, sorted_records
from ._snapshot import Snapshot
from ._snapshot_file import SnapshotDamaged, SnapshotError, Standing, key_of
from ._state import StateDir, opened_state
from ._stored_record import StoredRecord
from ._sync import delta_sync, full_sync, set_aside
from ._values import fingerprint, iso

if t.TYPE_CHECKING:
    from ._client import CertViewClient
    from ._token import Token

# Nothing was asked of the API: the shape is that of CertViewClient.api_use.
_NO_CALLS: t.Mapping[str, t.Any] = {
    "calls": 0,
    "refusals": 0,
    "waited_seconds": 0.0,
    "rate_limit": {"limit": None, "window_seconds": None, "remaining": None},
}


@dataclass(frozen=True)
class _Wish:
    """What a consumer is to be given.

    :ivar query: What to ask the API for when there is no copy: with all that the conditions need to be decided here.
    :ivar read: Reads it out of a copy.
    :ivar picks: Tells whether a record of the API is part of it.
    """

    query: Query
    conditions: tuple[Condition, ...]
    as_of: datetime
    read: t.Callable[[Snapshot], t.Iterator[Record]]
    picks: t.Callable[[Record], bool]


class _Given:
    """What a copy has given before it failed. Eight bytes each, because all of a large estate may come out of one."""

    def __init__(self) -> None:
        self._numbers = array("q")
        self._texts: list[t.Optional[str]] = []

    def note(self, record: Record) -> None:
        key = key_of(record)
        if isinstance(key, int):
            self._numbers.append(key)
        else:
            self._texts.append(key)

    def keys(self) -> set[t.Union[int, str, None]]:
        return {*self._numbers, *self._texts}


class CertificateSource:
    """Gives certificate records to one consumer. Makes no client, and no call, before one is needed."""

    def __init__(
        self,
        connection: Connection,
        *,
        clock: t.Optional[Clock] = None,
        chance: t.Optional[random.Random] = None,
        tell: t.Callable[[str], None] = lambda message: None,
    ) -> None:
        """Touch nothing yet.

        :param tell: Is given one sentence for whatever the user should know although nothing failed.
        """
        self._connection = connection
        self._clock = clock or SystemClock()
        self._chance = chance
        self._tell = _once(tell)
        self._client: t.Optional[CertViewClient] = None
        self._served: t.Optional[tuple[str, Standing]] = None

    def __enter__(self) -> CertificateSource:
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._client is not None:
            self._client.__exit__(*exc_info)

    @property
    def gateway_url(self) -> str:
        """The URL of the gateway whose certificates these are."""
        return self._connection.gateway_url

    def log_in(self, *, anew: bool = False) -> Token:
        """Return a token, as C(CertViewClient.log_in)."""
        return self._asked().log_in(anew=anew)

    @property
    def api_use(self) -> dict[str, t.Any]:
        """What the records have cost, as RV(api) of the modules tells it, and how old they are.

        RV(api.source) is V(snapshot) when they were read out of a local copy. RV(api.snapshot) is None when no copy
        was involved; else its path is V(cached) (no call), V(delta) (what had changed was fetched first) or V(full)
        (all of the list was read, and a copy was made of it).
        """
        use = self._client.api_use if self._client is not None else {"version": None, **_NO_CALLS, "source": "api"}
        use["snapshot"] = None
        if self._served is not None:
            path, standing = self._served
            use["version"] = use["version"] or standing.api_version or None
            use["source"] = "api" if path == "full" else "snapshot"
            use["snapshot"] = {
                "path": path,
                "synced_at": iso(standing.synced_at),
                "full_synced_at": iso(standing.full_synced_at),
                "age_seconds": round(max(0.0, (self._clock.now() - standing.synced_at).total_seconds()), 3),
            }
        return use

    def records(self, query: Query, as_of: datetime, freshness: t.Optional[Freshness] = None) -> t.Iterator[Record]:
        """Give the record of each certificate that *query* asks for.

        :param as_of: The instant that expiry is judged by.
        :param freshness: How old it may be; the API is asked now when not given.
        :raises CertViewError: as C(CertViewClient.records); of kind V(state) for a copy of a newer collection; of kind
            V(budget) when another process needs longer to make a copy than the connection lets us wait.
        """
        conditions = (*query.where, *query.shortcuts.conditions(as_of))
        if not self._may_be_a_copy(query, conditions, freshness):
            return self._asked().records(query, as_of)
        needed = replace(query, all_assets=query.all_assets or is_of_assets(conditions))
        return self._given(_wish(needed, conditions, as_of, Snapshot.records, lambda record: True), freshness)

    def lazy_records(
        self, query: Query, as_of: datetime, freshness: t.Optional[Freshness] = None
    ) -> t.Iterator[t.Mapping[str, t.Any]]:
        """Give what records() gives, in any order; out of a local copy, each is read only as far as it is looked at.

        :raises CertViewError: as records().
        """
        conditions = (*query.where, *query.shortcuts.conditions(as_of))
        if query.sort or conditions or not self._may_be_a_copy(query, conditions, freshness):
            return self.records(query, as_of, freshness)

        def read(snapshot: Snapshot) -> t.Iterator[Record]:
            # Whoever takes them changes none.
            return t.cast("t.Iterator[Record]", snapshot.lazy_records(as_of))

        wish = _wish(query, conditions, as_of, read, lambda record: True)
        judged = self._judged(wish, freshness or Freshness())
        return (record if isinstance(record, StoredRecord) else at_instant(record, as_of) for record in judged)

    def records_by(
        self,
        what: str,
        values: t.Iterable[str],
        query: Query,
        as_of: datetime,
        freshness: t.Optional[Freshness] = None,
    ) -> t.Iterator[Record]:
        """Give those records of *query* that have one of *values*, each once.

        Names and addresses are those of all assets that a certificate was found on. With a copy that is fresh enough
        this costs no call and reads no other records. Without one the whole list is read, but for a lookup by hash.

        :param what: Of IDENTITY_KINDS.
        :raises CertViewError: as C(records).
        """
        wanted = wanted_identities(what, values)
        if not wanted:
            return iter(())
        pairs = {(what, value) for value in wanted}

        def picks(record: Record) -> bool:
            return not pairs.isdisjoint(identities_of(record))

        conditions = (*query.where, *query.shortcuts.conditions(as_of))
        whole = what in ("address", "name") or is_of_assets(conditions)
        needed = replace(query, all_assets=query.all_assets or whole)
        if not self._may_be_a_copy(query, conditions, freshness):
            if what == "certhash" and not query.shortcuts.certhashes and all(map(fingerprint, wanted)):
                needed = replace(needed, shortcuts=replace(query.shortcuts, certhashes=tuple(sorted(wanted))))
            return filter(picks, self._asked().records(needed, as_of))
        wish = _wish(needed, conditions, as_of, lambda snapshot: snapshot.records_by(what, wanted), picks)
        return self._given(wish, freshness)

    def _may_be_a_copy(self, query: Query, conditions: t.Sequence[Condition], freshness: t.Optional[Freshness]) -> bool:
        self._served = None
        is_wanted = freshness is not None and freshness.max_age > 0
        return is_wanted and can_serve(query, conditions, self._connection.api_version)

    def _given(self, wish: _Wish, freshness: t.Optional[Freshness]) -> t.Iterator[Record]:
        check_sort(wish.query.sort)
        chosen = (at_instant(record, wish.as_of) for record in self._judged(wish, freshness or Freshness()))
        return sorted_records(chosen, wish.query.sort) if wish.query.sort else chosen

    def _judged(self, wish: _Wish, freshness: Freshness) -> t.Iterator[Record]:
        """Give what meets the conditions.

        The server is asked about the certificates on so many assets that nobody else sees all of them.
        """
        undecided = set()
        for record in self._current(wish, freshness):
            if holds(wish.conditions, record, untold=False):
                yield record
            elif not record["assets_complete"] and holds(wish.conditions, record, untold=True):
                undecided.add(key_of(record))
        if undecided:
            yield from (record for record in self._straight(wish) if key_of(record) in undecided)

    def _asked(self) -> CertViewClient:
        if self._client is None:
            # Not above: it imports requests, which takes a fork longer than to look something up in a copy.
            from ._client import CertViewClient

            self._client = CertViewClient(
                self._connection, clock=self._clock, chance=self._chance, tell=self._tell, state=self._state
            )
        return self._client

    @functools.cached_property
    def _state(self) -> t.Optional[StateDir]:
        """What is shared with the client: it tells of what fails once."""
        return opened_state(self._connection.state_dir, self._tell)

    def _straight(self, wish: _Wish) -> t.Iterator[Record]:
        return filter(wish.picks, self._asked().records(replace(wish.query, sort=()), wish.as_of))

    def _current(self, wish: _Wish, freshness: Freshness) -> t.Iterator[Record]:
        """Give what a copy that is fresh enough holds, bringing it up to date first if need be."""
        if self._state is None:
            yield from self._straight(wish)
            return
        copies = Copies(self._state, self._connection, self._clock, self._tell)
        age = Age(freshness, self._clock)
        copy: t.Optional[Copy] = None
        given = _Given()
        try:
            copy = copies.best(wish.query)
            path = "cached"
            while not age.serves(copy.standing):
                with copies.alone(copy):
                    # Another process may have synced it while we waited.
                    copy = copies.again(copy)
                    if not age.serves(copy.standing):
                        if not self._took_changes(copy, age, wish):
                            yield from self._full(copies, copy, wish)
                            return
                        path = "delta"
                # What has changed may need another copy: one with all assets.
                copy = copies.best(wish.query)
            standing = t.cast(Standing, copy.standing)
            self._served = (path, standing)
            for record in wish.read(copy.snapshot):
                given.note(record)
                yield record
        except SnapshotError as exc:
            done = given.keys()
            yield from (record for record in self._anew(copies, copy, exc, wish) if key_of(record) not in done)

    def _took_changes(self, copy: Copy, age: Age, wish: _Wish) -> bool:
        """Tell whether *copy* could be brought up to date by what has changed alone. Only for whoever is alone."""
        if copy.damage:
            set_aside(copy.snapshot, copy.damage, self._tell)
        if copy.standing is None or not age.allows_changes(copy.standing):
            return False
        try:
            return delta_sync(self._asked(), copy, wish.as_of, self._clock) is not None
        except CertViewError as exc:
            # What has changed could not be told, or changed again all the while.
            if exc.kind not in ("filter", "shifting"):
                raise
            self._tell(f"What has changed cannot be read alone, so the whole list is read. {exc}")
            return False

    def _full(self, copies: Copies, copy: Copy, wish: _Wish) -> t.Iterator[Record]:
        def synced() -> t.Generator[Record, None, None]:
            standing = yield from full_sync(self._asked(), copy, wish.as_of, self._clock, self._tell, copies.complain)
            self._served = ("full", standing) if standing else None

        with closing(synced()) as records:
            yield from filter(wish.picks, records)

    def _anew(self, copies: Copies, copy: t.Optional[Copy], reason: SnapshotError, wish: _Wish) -> t.Iterator[Record]:
        """Give all records from the API, because the copy failed us; make a new copy if the old one was damaged."""
        self._served = None
        if copy is not None and isinstance(reason, SnapshotDamaged):
            try:
                with copies.alone(copy):
                    now = copies.again(copy)
                    # Unless another process has replaced it meanwhile.
                    if now.damage or now.standing == copy.standing:
                        set_aside(copy.snapshot, str(reason), self._tell)
                    yield from self._full(copies, copy, wish)
                return
            except SnapshotError as exc:
                reason = exc
        copies.complain(reason)
        yield from self._straight(wish)


def _wish(
    query: Query,
    conditions: tuple[Condition, ...],
    as_of: datetime,
    read: t.Callable[[Snapshot], t.Iterator[Record]],
    picks: t.Callable[[Record], bool],
) -> _Wish:
    includes = tuple(sorted({*query.includes, *needed_includes(conditions)}))
    return _Wish(replace(query, includes=includes), conditions, as_of, read, picks)


def _once(tell: t.Callable[[str], None]) -> t.Callable[[str], None]:
    """Return *tell*, deaf to what it was told before: the source and its client open the same folder."""
    told: set[str] = set()

    def tell_once(message: str) -> None:
        if message not in told:
            told.add(message)
            tell(message)

    return tell_once
