# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The list of certificates: whichever version the gateway has, whatever the server will not filter or embed.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import datetime

from . import _assets
from ._ahead import Wish
from ._certificate import EMBEDDED_ASSETS, Record, normalise
from ._errors import CertViewError
from ._filters import Condition, condition, split
from ._pushing import in_usual_spellings
from ._query import Asked, Query, body_v1, body_v2, check_sort, sorted_records
from ._sweep import V1_WINDOW, Row, identity, sweep
from ._values import fingerprint, iso, mapping, parse_iso

# Tried in this order; a gateway that has lost or not yet got a version answers 404 or 410.
_NEWEST_FIRST = ("v2.2", "v2.1", "v2")


class Asker(t.Protocol):
    """What it takes to read lists; a CertViewClient has it."""

    def rows(self, path: str, body: t.Mapping[str, t.Any], wish: Wish) -> list[Row]:
        """Return the rows of one page."""

    def at_once(self, path: str) -> int:
        """Return how many calls of *path* may run at once, as far as it is known."""

    def assets(self, certhash: str, *, attributes: t.Sequence[str]) -> t.Iterator[Record]:
        """Give all assets of a certificate."""


class CertificateList:
    """Reads the list of certificates of one gateway."""

    def __init__(self, asker: Asker, api_version: str, tell: t.Callable[[str], None]) -> None:
        """Ask nothing yet.

        :param api_version: As the option of this name.
        """
        self._asker = asker
        self._api_version = api_version
        self._tell = tell
        self._newest = "" if api_version in ("auto", "v1") else api_version
        self._v1_knows_hashes: t.Optional[bool] = None

    def records(self, query: Query, as_of: datetime) -> t.Iterator[Record]:
        """Give the record of each certificate that *query* asks for, as the pages arrive.

        :param as_of: The instant that expiry is judged by.
        :raises CertViewError: when the list could not be read to its end; what was given until then is not complete.
        """
        version_1 = self._uses_v1(query)
        shortcuts = query.shortcuts.conditions(as_of)
        # v1 sorts, but each part of a long condition by itself.
        sorts_here = bool(query.sort) and not (version_1 and len([*split((*query.where, *shortcuts))]) == 1)
        if sorts_here:
            check_sort(query.sort)
        asked = Asked.of(query, shortcuts, version_1=version_1)
        chosen = self._chosen(query, asked, as_of)
        return sorted_records(chosen, query.sort) if sorts_here else chosen

    def changes(self, query: Query, since: datetime, as_of: datetime) -> t.Iterator[Record]:
        """Give the record of each certificate of *query* that Qualys has updated after *since*.

        :param query: Without shortcuts.
        :raises CertViewError: of kind V(filter) when the server refuses to filter by the date of the last update, or
            answers certificates that were not updated since; else as C(records).
        """
        changed = condition("certificate.updateDate", "greater", iso(since))
        asked = Asked(where=(), of_server=(), of_us_alone=())
        try:
            for _key, record in self._swept(replace(query, where=(*query.where, changed)), (), asked, as_of):
                updated = parse_iso(record["updated"])
                if updated is None or updated < since:
                    raise CertViewError(
                        f"the server was asked for certificates updated after {iso(since)}, and answered one of"
                        f" {record['updated'] or 'unknown date'}",
                        kind="filter",
                        http_status=200,
                    )
                yield self._with_all_assets(record, query, asked)
        except CertViewError as exc:
            if _is_refused_question(exc) and not asked.accepted:
                raise CertViewError(
                    exc.message, kind="filter", hint=exc.hint, http_status=400, code=exc.code, request=exc.request
                ) from exc
            raise

    def _chosen(self, query: Query, asked: Asked, as_of: datetime) -> t.Iterator[Record]:
        """Give what meets all conditions, each certificate once although it may come in the answers to two parts."""
        self._push_hashes(query, asked)
        seen: set[t.Hashable] = set()
        parts = [*split(query.where)]
        of_server = [*split([in_usual_spellings(made) for made in asked.of_server])]
        several = len(parts) * len(of_server) > 1
        for where in parts:
            for pushed in of_server:
                for key, record in self._swept(replace(query, where=where), pushed, asked, as_of):
                    if key in seen or not self._may_be_meant(record, asked):
                        continue
                    if several:
                        seen.add(key)
                    complete = self._with_all_assets(record, query, asked)
                    if asked.admits(complete):
                        yield complete
                if not asked.of_server:
                    break

    def _may_be_meant(self, record: Record, asked: Asked) -> bool:
        if not asked.contradicts(record):
            return asked.may_admit(record)
        self._tell_once(
            asked,
            "The server answers certificates that do not meet the conditions that it was asked for, as if it took no"
            " notice of one. They are left out.",
        )
        return False

    def _tell_once(self, asked: Asked, message: str) -> None:
        if message not in asked.told:
            asked.told.add(message)
            self._tell(message)

    def _push_hashes(self, query: Query, asked: Asked) -> None:
        """Have v1 look for fingerprints, too, once it has shown that it can.

        Its token for them is known from hearsay only. A server that takes an unknown token as text to search for could
        answer nothing in silence, so it is asked first for a certificate that it has just told.
        """
        hashes = [made for made in asked.of_us_alone if made.field == "certificate.hash"]
        if not hashes or not self._uses_v1(query):
            return
        if self._v1_knows_hashes is None:
            self._v1_knows_hashes = self._finds_by_hash(Query(qql=query.qql))
        if self._v1_knows_hashes:
            asked.leave_to_server(hashes)

    def _finds_by_hash(self, query: Query) -> t.Optional[bool]:
        """Tell whether the server finds a certificate of *query* by its fingerprint; None when there is none."""
        told = _first_hash(self._page(query, (), 0, 1, Wish()))
        if told is None:
            return None
        try:
            rows = self._page(query, (Condition("certificate.hash", "in", (told,)),), 0, 1, Wish())
        except CertViewError as exc:
            if not _is_refused_question(exc):
                raise
            return False
        return _first_hash(rows) == told

    def _swept(
        self, query: Query, pushed: t.Sequence[Condition], asked: Asked, as_of: datetime
    ) -> t.Iterator[tuple[t.Hashable, Record]]:
        """Give what the server answers to one part of a query, each with what tells it from the others."""
        version_1 = self._uses_v1(query)

        def fetch(number: int, size: int, wish: Wish) -> list[Row]:
            conditions = (*query.where, *(pushed if asked.of_server else ()))
            try:
                rows = self._page(query, conditions, number, size, wish)
            except CertViewError as exc:
                if not _is_refused_question(exc) or asked.accepted or not asked.of_server:
                    raise
                # This fails again, and tells so, if it is the user's own filter that is not taken.
                rows = self._page(query, query.where, number, size, wish)
                self._tell(f"The server does not take a filter, more certificates than needed are read instead. {exc}")
                asked.check_all_here()
            asked.accepted = True
            return rows

        window = V1_WINDOW if version_1 else None
        for page in sweep(
            fetch,
            page_size=query.page_size,
            window=window,
            at_once=lambda: self._asker.at_once(self._path(query)),
        ):
            for row in page:
                yield identity(row), normalise(row, as_of)

    def _with_all_assets(self, record: Record, query: Query, asked: Asked) -> Record:
        """Return *record* with the assets that its list answer left out, if they are asked for or decide."""
        if record["assets_complete"] or (asked.admits(record) and not query.all_assets):
            return record
        # It becomes part of a URL.
        certhash = fingerprint(record["certhash"])
        if certhash is None:
            self._tell_once(
                asked,
                "The server names certificates on more assets than it tells, without a fingerprint by which the others"
                " could be asked for. Their assets_complete is false, and conditions see the assets that it tells.",
            )
            return record
        attributes = ("hostInstances", "tags") if "asset_tags" in query.includes else ("hostInstances",)
        try:
            return _assets.merged(record, self._asker.assets(certhash, attributes=attributes))
        except CertViewError as exc:
            if exc.kind != "window":
                raise
            self._tell(
                f"Certificate {record['certhash']} is on {record['asset_count']} assets, and the API tells no more than"
                f" {V1_WINDOW} of them: the record holds the first {EMBEDDED_ASSETS}, and assets_complete is false."
            )
            return record

    def _uses_v1(self, query: Query) -> bool:
        if query.qql and self._api_version not in ("auto", "v1"):
            raise CertViewError(
                f"a query in QQL needs v1 of the API, and api_version is {self._api_version}",
                kind="options",
                hint="Set api_version to v1 or auto, or write the conditions as where",
            )
        return bool(query.qql) or self._api_version == "v1"

    def _page(self, query: Query, conditions: t.Sequence[Condition], number: int, size: int, wish: Wish) -> list[Row]:
        if self._uses_v1(query):
            return self._asker.rows(_path("v1"), body_v1(query, conditions, number, size), wish)
        body = body_v2(query, conditions, number, size)
        if not self._newest:
            for version in _NEWEST_FIRST[:-1]:
                try:
                    return self._list_newest(version, body, wish)
                except CertViewError as exc:
                    if exc.http_status not in (404, 410):
                        raise
        return self._list_newest(self._newest or _NEWEST_FIRST[-1], body, wish)

    def _list_newest(self, version: str, body: t.Mapping[str, t.Any], wish: Wish) -> list[Row]:
        rows = self._asker.rows(_path(version), body, wish)
        self._newest = version
        return rows

    def _path(self, query: Query) -> str:
        return _path("v1" if self._uses_v1(query) else self._newest)


def _first_hash(rows: t.Sequence[object]) -> t.Optional[str]:
    return fingerprint(mapping(rows[0]).get("certhash")) if rows else None


def _is_refused_question(exc: CertViewError) -> bool:
    # A login may be answered with 400, too.
    return exc.http_status == 400 and exc.kind == "request"


def _path(version: str) -> str:
    return f"/certview/{version}/certificates"
