# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the options of an information module to its result: a list of records, or a file of them.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import itertools
import typing as t
from datetime import datetime

from ._certificate import Record
from ._errors import CertViewError
from ._files import written_lines
from ._filters import Condition, Shortcuts, condition
from ._freshness import Freshness
from ._query import LARGEST_PAGE, Query
from ._source import CertificateSource
from ._values import parse_iso

# More than this in a result costs the controller minutes and memory (it visits every leaf).
_MANY_RECORDS = 5000

SHORTCUT_LISTS = ("certhashes", "primary_ips", "asset_names", "tags", "types", "signature_algorithms")
_SHORTCUT_VALUES = ("expiring_within_days", "expired", "self_signed", "key_size_below")


def as_of_option(value: t.Optional[str], now: datetime) -> datetime:
    """Return the instant to judge by: the option O(as_of), or *now* when it was not given.

    :raises CertViewError: of kind V(options) when it is no instant.
    """
    if not value:
        return now
    instant = parse_iso(value)
    if instant is None:
        raise CertViewError(
            f"as_of is {value!r}, which is no date or time",
            kind="options",
            hint="Give it as 2026-06-01 or 2026-06-01T00:00:00Z",
        )
    return instant


def check_bounds(params: t.Mapping[str, t.Any]) -> None:
    """Refuse an O(page_size) or O(limit) that no list can have.

    :raises CertViewError: of kind V(options).
    """
    page_size, limit = params.get("page_size", LARGEST_PAGE), params["limit"]
    if not 1 <= page_size <= LARGEST_PAGE:
        raise CertViewError(f"page_size is {page_size}, and must be from 1 to {LARGEST_PAGE}", kind="options")
    if limit is not None and limit < 1:
        raise CertViewError(f"limit is {limit}, and must be at least 1", kind="options")


def conditions_from(params: t.Mapping[str, t.Any]) -> tuple[Condition, ...]:
    """Return the conditions that the option O(where) holds.

    :raises CertViewError: of kind V(options) for a condition that cannot mean anything.
    """
    return tuple(condition(item["field"], item["operator"], item["value"]) for item in params["where"] or ())


def query_from(params: t.Mapping[str, t.Any]) -> Query:
    """Return the query that the options of M(community.qualys.certview_certificate_info) describe.

    :raises CertViewError: of kind V(options) for a condition that cannot mean anything.
    """
    wanted: dict[str, t.Any] = {name: tuple(params[name] or ()) for name in SHORTCUT_LISTS}
    shortcuts = Shortcuts(**wanted, **{name: params[name] for name in _SHORTCUT_VALUES})
    includes = list(params["includes"] or ())
    if shortcuts.tags and "asset_tags" not in includes:
        # Without it the answer could not be checked here.
        includes.append("asset_tags")
    check_bounds(params)
    return Query(
        where=conditions_from(params),
        shortcuts=shortcuts,
        qql=params["query"] or "",
        includes=tuple(includes),
        exclude_fields=tuple(params["exclude_fields"] or ()),
        asset_type=params["asset_type"],
        all_assets=params["all_assets"],
        page_size=params["page_size"],
        sort=tuple((item["field"], item["order"]) for item in params["sort"] or ()),
    )


class _Cut:
    """Passes records on up to a limit, and looks whether there are more.

    :ivar short: Whether any were left out, once all were taken.
    """

    def __init__(self, records: t.Iterator[Record], limit: t.Optional[int]) -> None:
        self._records = records
        self._limit = limit
        self.short = False

    def records(self) -> t.Iterator[Record]:
        yield from itertools.islice(self._records, self._limit)
        if self._limit is not None:
            self.short = next(self._records, None) is not None

    def records_seen(self, tell: t.Callable[[str], None]) -> t.Iterator[Record]:
        """As C(records), but what came of a list that would not settle is taken for the whole."""
        try:
            yield from self.records()
        except CertViewError as exc:
            if exc.kind != "shifting":
                raise
            self.short = True
            tell(f"Some records may be missing, and allow_incomplete lets them: {exc}")


class Asked(t.Protocol):
    """What has asked the API, and knows what it cost."""

    @property
    def api_use(self) -> dict[str, t.Any]:
        """RV(api) of the modules."""


def listed(
    source: CertificateSource,
    query: Query,
    as_of: datetime,
    freshness: Freshness,
    *,
    limit: t.Optional[int] = None,
    dest: t.Optional[str] = None,
    check_mode: bool = False,
    allow_incomplete: bool = False,
    tell: t.Callable[[str], None],
) -> dict[str, t.Any]:
    """Return the certificates that *query* asks for, or how many of them were written to *dest*; see C(collected)."""
    return collected(
        source,
        "certificates",
        source.records(query, as_of, freshness),
        limit=limit,
        dest=dest,
        check_mode=check_mode,
        allow_incomplete=allow_incomplete,
        tell=tell,
    )


def collected(
    asked: Asked,
    name: str,
    records: t.Iterator[Record],
    *,
    limit: t.Optional[int] = None,
    dest: t.Optional[str] = None,
    check_mode: bool = False,
    allow_incomplete: bool = False,
    tell: t.Callable[[str], None],
) -> dict[str, t.Any]:
    """Return *records*, or how many of them were written to *dest*.

    :param name: The key that they have in the result, which says in the plural what they are.
    :param limit: How many records at the most; RV(complete) is V(False) when there are more.
    :param dest: A file that is to hold one record a line (JSON lines).
    :param check_mode: Whether to leave *dest* as it is, and only count.
    :param allow_incomplete: Whether a list that changes all the while is to be taken as it came; RV(complete) is
        V(False) then.
    :raises CertViewError: when the list could not be read to its end; *dest* is untouched then.
    """
    cut = _Cut(records, limit)
    chosen = cut.records_seen(tell) if allow_incomplete else cut.records()
    result: dict[str, t.Any] = {}
    if dest is None:
        result[name] = list(chosen)
        result["count"] = len(result[name])
        if result["count"] > _MANY_RECORDS:
            tell(
                f"{result['count']} {name.replace('_', ' ')} are a lot for a result: Ansible visits every value of"
                " them. Set dest to have them written to a file instead."
            )
    else:
        result["count"] = sum(1 for record in chosen) if check_mode else written_lines(dest, chosen)
    result["complete"] = not cut.short
    result["api"] = asked.api_use
    return result
