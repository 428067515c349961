# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""CertViewClient: what can be asked of Certificate View, whichever version of the API the gateway has.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import json
import random
import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from ._certificate import Record, normalise
from ._clock import Clock, SystemClock
from ._errors import CertViewError
from ._fields import FIELDS, UNTOLD_BY_V1
from ._filters import Condition, Shortcuts, can_be_pushed, holds, to_json, to_qql
from ._ledger import Budget, SharedLedger
from ._options import Connection
from ._state import opened_state
from ._sweep import V1_WINDOW, Row, sweep
from ._throttle import Throttle
from ._token import Token
from ._token_cache import TokenCache
from ._transport import Transport

# Tried in this order; a gateway that has lost or not yet got a version answers 404 or 410.
_NEWEST_FIRST = ("v2.2", "v2.1", "v2")

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
    :ivar sort: Field and V(asc) or V(desc), the weightiest first.
    """

    where: tuple[Condition, ...] = ()
    shortcuts: Shortcuts = field(default_factory=Shortcuts)
    qql: str = ""
    includes: tuple[str, ...] = ()
    exclude_fields: tuple[str, ...] = ()
    asset_type: str = "all"
    page_size: int = LARGEST_PAGE
    sort: tuple[tuple[str, str], ...] = ()


class CertViewClient:
    """Asks one gateway on behalf of one user."""

    def __init__(
        self,
        connection: Connection,
        *,
        clock: t.Optional[Clock] = None,
        chance: t.Optional[random.Random] = None,
        tell: t.Callable[[str], None] = lambda message: None,
    ) -> None:
        """Make no call yet.

        :param tell: Is given one sentence for whatever the user should know although nothing failed.
        :raises CertViewError: of kind V(requirement) when a Python library is missing.
        """
        self._connection = connection
        self._clock = clock or SystemClock()
        self._tell = tell
        state = opened_state(connection.state_dir, tell)
        account = (connection.gateway_url, connection.credentials.account)
        self.throttle = Throttle(
            self._clock,
            max_wait=connection.max_wait,
            max_concurrency=connection.max_concurrency,
            rate_reserve=connection.rate_reserve,
            ledger=SharedLedger(state, account, self._clock, tell) if state else None,
            chance=chance,
            tell=tell,
        )
        cache = TokenCache(state, account, connection.secrets, tell) if state and connection.token_cache else None
        self._transport = Transport(connection, self._clock, self.throttle, chance, cache)
        self._version = ""
        self._newest = "" if connection.api_version in ("auto", "v1") else connection.api_version

    def __enter__(self) -> CertViewClient:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._transport.close()

    @property
    def gateway_url(self) -> str:
        """The URL of the gateway that is asked."""
        return self._connection.gateway_url

    def log_in(self, *, anew: bool = False) -> Token:
        """Return a token, logging in if there is none yet.

        :param anew: Whether to log in although there is one.
        :raises CertViewError: of kind V(credentials) when they are refused; also of the network's kinds.
        """
        token = self._transport.tokens.get(anew=anew)
        if not token.opens_certview:
            self._tell(
                "The token does not list Certificate View among the modules of this user. If calls are refused, check"
                " the subscription's licence and the role's permission 'CERTVIEW API Access'."
            )
        return token

    @property
    def api_use(self) -> dict[str, t.Any]:
        """What the calls so far have cost, as RV(api) of the modules tells it."""
        budget = self.throttle.budget(_path(self._version)) if self._version else Budget()
        return {
            "version": self._version or None,
            "calls": self.throttle.calls,
            "waited_seconds": round(self.throttle.waited_seconds, 3),
            "rate_limit": {
                "limit": budget.limit,
                "window_seconds": budget.window_seconds,
                "remaining": budget.remaining,
            },
            "source": "api",
        }

    def records(self, query: Query, as_of: datetime) -> t.Iterator[Record]:
        """Give the record of each certificate that *query* asks for, as the pages arrive.

        :param as_of: The instant that expiry is judged by.
        :raises CertViewError: when the list could not be read to its end; what was given until then is not complete.
        """
        version_1 = self._uses_v1(query)
        if not version_1:
            _check_sort(query.sort)
        asked = _Asked.of(query.shortcuts.conditions(as_of), version_1=version_1)

        def fetch(number: int) -> list[Row]:
            try:
                rows = self._page(query, asked.of_server, number)
            except CertViewError as exc:
                if exc.http_status != 400 or asked.accepted or not asked.of_server:
                    raise
                # This fails again, and tells so, if it is the user's own filter that is not taken.
                rows = self._page(query, (), number)
                self._tell(f"The server does not take a filter, more certificates than needed are read instead. {exc}")
                asked.check_all_here()
            asked.accepted = True
            return rows

        chosen = (
            record
            for page in sweep(fetch, page_size=query.page_size, window=V1_WINDOW if version_1 else None)
            for record in (normalise(row, as_of) for row in page)
            if asked.admits(record, query.where)
        )
        if version_1 or not query.sort:
            return chosen
        return iter(_sorted(chosen, query.sort))

    def _uses_v1(self, query: Query) -> bool:
        if query.qql and self._connection.api_version not in ("auto", "v1"):
            raise CertViewError(
                f"a query in QQL needs v1 of the API, and api_version is {self._connection.api_version}",
                kind="options",
                hint="Set api_version to v1 or auto, or write the conditions as where",
            )
        return bool(query.qql) or self._connection.api_version == "v1"

    def _page(self, query: Query, pushed: t.Sequence[Condition], number: int) -> list[Row]:
        if self._uses_v1(query):
            return self._list("v1", _body_v1(query, pushed, number))
        body = _body_v2(query, pushed, number)
        if not self._newest:
            for version in _NEWEST_FIRST[:-1]:
                try:
                    return self._list(version, body)
                except CertViewError as exc:
                    if exc.http_status not in (404, 410):
                        raise
        return self._list(self._newest or _NEWEST_FIRST[-1], body)

    def _list(self, version: str, body: t.Mapping[str, t.Any]) -> list[Row]:
        path = _path(version)
        rows = self._transport.post(path, body)
        self._version = version
        if version != "v1":
            self._newest = version
        if rows is None:
            return []
        if not isinstance(rows, list):
            raise CertViewError(
                f"the answer is {type(rows).__name__} where a list of certificates should be",
                kind="answer",
                http_status=200,
                hint="Check for a proxy or gateway that answers in the server's place",
                request=f"POST {path}",
            )
        return rows


def _path(version: str) -> str:
    return f"/certview/{version}/certificates"


def _body_v1(query: Query, pushed: t.Sequence[Condition], number: int) -> dict[str, t.Any]:
    """Return the request of "List CertView Certificates (v1)" (CertView API release notes 3.0.0)."""
    terms = [f"({query.qql})" if query.qql else "", to_qql((*query.where, *pushed)) or ""]
    body: dict[str, t.Any] = {"certificateDetails": "basic", "pageNumber": number, "pageSize": query.page_size}
    if any(terms):
        body["filter"] = " and ".join(term for term in terms if term)
    if query.sort:
        # The API wants JSON within a text here.
        body["sort"] = json.dumps([{_qql_token(name): order} for name, order in query.sort])
    return body


def _qql_token(field: str) -> str:
    known = FIELDS.get(field)
    return known.qql if known and known.qql else field


def _body_v2(query: Query, pushed: t.Sequence[Condition], number: int) -> dict[str, t.Any]:
    """Return the request of "List CertView Certificates v2" (CertView API guide)."""
    body: dict[str, t.Any] = {
        "pageNumber": number,
        "pageSize": query.page_size,
        "assetType": query.asset_type.upper(),
    }
    json_filter = to_json((*query.where, *pushed))
    if json_filter:
        body["filter"] = json_filter
    if query.includes:
        body["includes"] = [name.upper() for name in query.includes]
    if query.exclude_fields:
        body["excludeFields"] = ",".join(query.exclude_fields)
    return body


@dataclass
class _Asked:
    """Who looks at which shortcut: the server and we again, or we alone.

    :ivar accepted: Whether the server has taken the filter; pages of different filters must not be mixed.
    """

    of_server: tuple[Condition, ...]
    of_us_alone: tuple[Condition, ...]
    accepted: bool = False

    @classmethod
    def of(cls, conditions: t.Sequence[Condition], *, version_1: bool) -> _Asked:
        untold = [made.field for made in conditions if version_1 and made.field in UNTOLD_BY_V1]
        if untold:
            raise CertViewError(
                f"v1 of the API does not tell {untold[0]}",
                kind="options",
                hint="Leave api_version at auto, and write the conditions as where",
            )
        pushed = tuple(made for made in conditions if can_be_pushed(made, version_1=version_1))
        return cls(pushed, tuple(made for made in conditions if made not in pushed))

    def check_all_here(self) -> None:
        self.of_server, self.of_us_alone = (), (*self.of_server, *self.of_us_alone)

    def admits(self, record: Record, where: t.Sequence[Condition]) -> bool:
        return holds((*where, *self.of_server), record, untold=True) and holds(self.of_us_alone, record, untold=False)


def _check_sort(sort: t.Sequence[tuple[str, str]]) -> None:
    """Refuse what we could not sort by, before anything is read."""
    for name, _order in sort:
        if name not in FIELDS:
            raise CertViewError(
                f"cannot sort by {name}, which is no known field",
                kind="options",
                hint=f"The fields are {', '.join(FIELDS)}",
            )


def _sorted(records: t.Iterable[Record], sort: t.Sequence[tuple[str, str]]) -> list[Record]:
    """Sort here what v2.x of the API does not sort. Records that lack the field come last."""
    ordered = list(records)
    for name, order in reversed(sort):
        keyed = [(FIELDS[name].values(record) or [], record) for record in ordered]
        told = sorted((pair for pair in keyed if pair[0]), key=lambda pair: pair[0][0], reverse=order == "desc")
        ordered = [record for unused, record in told] + [record for values, record in keyed if not values]
    return ordered
