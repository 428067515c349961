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
from ._client import LARGEST_PAGE, CertViewClient, Query
from ._errors import CertViewError
from ._files import written_lines
from ._filters import Shortcuts, condition
from ._values import parse_iso

# More than this in a result costs the controller minutes and memory (it visits every leaf).
_MANY_RECORDS = 5000

_SHORTCUT_LISTS = ("certhashes", "primary_ips", "asset_names", "tags", "types", "signature_algorithms")
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


def query_from(params: t.Mapping[str, t.Any]) -> Query:
    """Return the query that the options of M(community.qualys.certview_certificate_info) describe.

    :raises CertViewError: of kind V(options) for a condition that cannot mean anything.
    """
    wanted: dict[str, t.Any] = {name: tuple(params[name] or ()) for name in _SHORTCUT_LISTS}
    shortcuts = Shortcuts(**wanted, **{name: params[name] for name in _SHORTCUT_VALUES})
    includes = list(params["includes"] or ())
    if shortcuts.tags and "asset_tags" not in includes:
        # Without it the answer could not be checked here.
        includes.append("asset_tags")
    if not 1 <= params["page_size"] <= LARGEST_PAGE:
        raise CertViewError(f"page_size is {params['page_size']}, and must be from 1 to {LARGEST_PAGE}", kind="options")
    if params["limit"] is not None and params["limit"] < 1:
        raise CertViewError(f"limit is {params['limit']}, and must be at least 1", kind="options")
    return Query(
        where=tuple(condition(item["field"], item["operator"], item["value"]) for item in params["where"] or ()),
        shortcuts=shortcuts,
        qql=params["query"] or "",
        includes=tuple(includes),
        exclude_fields=tuple(params["exclude_fields"] or ()),
        asset_type=params["asset_type"],
        page_size=params["page_size"],
        sort=tuple((item["field"], item["order"]) for item in params["sort"] or ()),
    )


class _Cut:
    """Passes records on up to a limit, and looks whether there are more.

    :ivar short: Whether the limit left any out, once all were taken.
    """

    def __init__(self, records: t.Iterator[Record], limit: t.Optional[int]) -> None:
        self._records = records
        self._limit = limit
        self.short = False

    def records(self) -> t.Iterator[Record]:
        yield from itertools.islice(self._records, self._limit)
        if self._limit is not None:
            self.short = next(self._records, None) is not None


def listed(
    client: CertViewClient,
    query: Query,
    as_of: datetime,
    *,
    limit: t.Optional[int] = None,
    dest: t.Optional[str] = None,
    check_mode: bool = False,
    tell: t.Callable[[str], None],
) -> dict[str, t.Any]:
    """Return the records that *query* asks for, or how many of them were written to *dest*.

    :param limit: How many records at the most; RV(complete) is V(False) when there are more.
    :param dest: A file that is to hold one record a line (JSON lines).
    :param check_mode: Whether to leave *dest* as it is, and only count.
    :raises CertViewError: when the list could not be read to its end; *dest* is untouched then.
    """
    cut = _Cut(client.records(query, as_of), limit)
    chosen = cut.records()
    result: dict[str, t.Any] = {}
    if dest is None:
        result["certificates"] = list(chosen)
        result["count"] = len(result["certificates"])
        if result["count"] > _MANY_RECORDS:
            tell(
                f"{result['count']} certificates are a lot for a result: Ansible visits every value of them."
                " Set dest to have them written to a file instead."
            )
    else:
        result["count"] = sum(1 for record in chosen) if check_mode else written_lines(dest, chosen)
    result["complete"] = not cut.short
    result["api"] = client.api_use
    return result
