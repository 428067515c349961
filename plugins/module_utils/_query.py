# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be asked of the list of certificates, and how v1 and v2.x want to be asked.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field

from ._certificate import Record
from ._errors import CertViewError
from ._fields import FIELDS, UNTOLD_BY_V1, is_left_out
from ._filters import Condition, Shortcuts, holds, to_json, to_qql
from ._pushing import can_be_pushed

# CertView API guide, "List CertView Certificates v2".
INCLUDES = (
    "asset_interfaces",
    "vulnerabilities",
    "ssl_protocols",
    "cipher_suites",
    "asset_tags",
    "extensive_certificate_info",
)
LARGEST_PAGE = 200


@dataclass(frozen=True)
class Query:
    """Which certificates to list, and how much of each.

    :ivar where: The user's own conditions, sent to the server.
    :ivar shortcuts: Further conditions; the server is asked for them where it can, and the answer is checked here.
    :ivar qql: A query in Qualys Query Language; v1 only.
    :ivar includes: Of INCLUDES.
    :ivar exclude_fields: By the API's own names, such as V(asset.netbiosName).
    :ivar asset_type: V(managed), V(unmanaged) or V(all).
    :ivar all_assets: Whether to ask for the assets that an answer leaves out, where a certificate is on very many.
    :ivar sort: Field and V(asc) or V(desc), the weightiest first.
    """

    where: tuple[Condition, ...] = ()
    shortcuts: Shortcuts = field(default_factory=Shortcuts)
    qql: str = ""
    includes: tuple[str, ...] = ()
    exclude_fields: tuple[str, ...] = ()
    asset_type: str = "all"
    all_assets: bool = False
    page_size: int = LARGEST_PAGE
    sort: tuple[tuple[str, str], ...] = ()


def body_v1(query: Query, conditions: t.Sequence[Condition], number: int, size: int) -> dict[str, t.Any]:
    """Return the request of "List CertView Certificates (v1)" (CertView API release notes 3.0.0)."""
    terms = [f"({query.qql})" if query.qql else "", to_qql(conditions) or ""]
    body: dict[str, t.Any] = {"certificateDetails": "basic", "pageNumber": number, "pageSize": size}
    if any(terms):
        body["filter"] = " and ".join(term for term in terms if term)
    if query.sort:
        # The API wants JSON within a text here.
        body["sort"] = json.dumps([{_qql_token(name): order} for name, order in query.sort])
    return body


def _qql_token(name: str) -> str:
    known = FIELDS.get(name)
    return known.qql if known and known.qql else name


def body_v2(query: Query, conditions: t.Sequence[Condition], number: int, size: int) -> dict[str, t.Any]:
    """Return the request of "List CertView Certificates v2" (CertView API guide)."""
    body: dict[str, t.Any] = {"pageNumber": number, "pageSize": size, "assetType": query.asset_type.upper()}
    json_filter = to_json(conditions)
    if json_filter:
        body["filter"] = json_filter
    if query.includes:
        body["includes"] = [name.upper() for name in query.includes]
    if query.exclude_fields:
        body["excludeFields"] = ",".join(query.exclude_fields)
    return body


@dataclass
class Asked:
    """Who looks at which shortcut: the server and we again, or we alone.

    :ivar accepted: Whether the server has taken the filter; pages of different filters must not be mixed.
    :ivar told: What the user has been told of this list.
    """

    where: tuple[Condition, ...]
    of_server: tuple[Condition, ...]
    of_us_alone: tuple[Condition, ...]
    accepted: bool = False
    told: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, query: Query, shortcuts: t.Sequence[Condition], *, version_1: bool) -> Asked:
        """Share *shortcuts* out.

        :raises CertViewError: of kind V(options) for one that nobody could check, and for what needs a field that
            C(query.exclude_fields) leaves out.
        """
        if not version_1:
            _check_left_in(query, shortcuts)
        untold = [made.field for made in shortcuts if version_1 and made.field in UNTOLD_BY_V1]
        if untold:
            raise CertViewError(
                f"v1 of the API does not tell {untold[0]}",
                kind="options",
                hint="Leave api_version at auto, and write the conditions as where",
            )
        pushed = tuple(made for made in shortcuts if can_be_pushed(made, version_1=version_1))
        return cls(query.where, pushed, tuple(made for made in shortcuts if made not in pushed))

    def check_all_here(self) -> None:
        """Leave all shortcuts to us."""
        self.of_server, self.of_us_alone = (), (*self.of_server, *self.of_us_alone)

    def leave_to_server(self, shortcuts: t.Collection[Condition]) -> None:
        """Ask the server, too, for what we would have looked at alone."""
        self.of_server = (*self.of_server, *shortcuts)
        self.of_us_alone = tuple(made for made in self.of_us_alone if made not in shortcuts)

    def contradicts(self, record: Record) -> bool:
        """Tell whether *record* should not have come; what we cannot see of the server's share, it has looked at."""
        return not holds((*self.where, *self.of_server), record, untold=True)

    def may_admit(self, record: Record) -> bool:
        """Tell whether *record*, which does not contradict, could meet our own share if all its assets were known."""
        return holds(self.of_us_alone, record, untold=True)

    def admits(self, record: Record) -> bool:
        """Tell whether *record* meets all conditions."""
        return not self.contradicts(record) and holds(self.of_us_alone, record, untold=False)


def _check_left_in(query: Query, shortcuts: t.Iterable[Condition]) -> None:
    """Refuse what could not be done with what C(query.exclude_fields) leaves of an answer: nothing would be found."""
    needs = [(made.field, "and what the server answers is checked by it here") for made in shortcuts]
    needs += [(name, "and the records are sorted by it here") for name, _order in query.sort]
    if query.all_assets:
        needs.append(("certificate.hash", "and all_assets asks for assets by it"))
    for name, why in needs:
        if is_left_out(name, query.exclude_fields):
            raise CertViewError(
                f"exclude_fields leaves out what tells {name}, {why}",
                kind="options",
                hint="Leave it in the answer; a condition that the server alone is to look at can be written as where",
            )


def check_sort(sort: t.Sequence[tuple[str, str]]) -> None:
    """Refuse what we could not sort by, before anything is read.

    :raises CertViewError: of kind V(options).
    """
    for name, _order in sort:
        if name not in FIELDS:
            raise CertViewError(
                f"cannot sort by {name}, which is no known field",
                kind="options",
                hint=f"The fields are {', '.join(FIELDS)}",
            )


def sorted_records(records: t.Iterable[Record], sort: t.Sequence[tuple[str, str]]) -> t.Iterator[Record]:
    """Sort here what v2.x of the API does not sort. Records that lack the field come last.

    :raises CertViewError: that *records* ended in, after what came before it: a caller may be content with that.
    """
    ordered: list[Record] = []
    failure: t.Optional[CertViewError] = None
    try:
        for record in records:
            ordered.append(record)
    except CertViewError as exc:
        failure = exc
    for name, order in reversed(sort):
        keyed = [(FIELDS[name].values(record) or [], record) for record in ordered]
        told = sorted((pair for pair in keyed if pair[0]), key=lambda pair: pair[0][0], reverse=order == "desc")
        ordered = [record for unused, record in told] + [record for values, record in keyed if not values]
    yield from ordered
    if failure is not None:
        raise failure
