# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""CertViewClient: what can be asked of Certificate View, whichever version of the API the gateway has.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import random
import typing as t
from datetime import datetime

from . import _assets, _instances, _leaf_import, _sites
from ._ahead import Wish
from ._answers import listed
from ._budget import Budget
from ._certificate import Record, asset
from ._certificate_list import CertificateList
from ._clock import Clock, SystemClock
from ._errors import CertViewError
from ._fields import INSTANCE_FIELDS, SITE_FIELDS
from ._filtered import Listing, filtered
from ._filters import Condition
from ._ledger import SharedLedger
from ._options import Connection
from ._query import LARGEST_PAGE, Query
from ._refusals import RefusalMemory
from ._state import StateDir, opened_state
from ._sweep import IDENTITY, V1_WINDOW, Row, sweep
from ._throttle import Throttle
from ._token import Token, account_of, login_request
from ._token_cache import TokenCache
from ._transport import Transport

# Of all clients of this process: lookups and actions make one after the other.
_REFUSALS = RefusalMemory()


class CertViewClient:
    """Asks one gateway on behalf of one user."""

    def __init__(
        self,
        connection: Connection,
        *,
        clock: t.Optional[Clock] = None,
        chance: t.Optional[random.Random] = None,
        tell: t.Callable[[str], None] = lambda message: None,
        state: t.Optional[StateDir] = None,
    ) -> None:
        """Make no call yet.

        :param tell: Is given one sentence for whatever the user should know although nothing failed.
        :param state: The state directory, where the caller has opened it already.
        :raises CertViewError: of kind V(requirement) when a Python library is missing.
        """
        self._connection = connection
        self._clock = clock or SystemClock()
        self._tell = tell
        state = state or opened_state(connection.state_dir, tell)
        account = (connection.gateway_url, account_of(connection.credentials))
        self.throttle = Throttle(
            self._clock,
            max_wait=connection.max_wait,
            max_concurrency=connection.max_concurrency,
            rate_reserve=connection.rate_reserve,
            ledger=SharedLedger(state, account, self._clock, tell) if state else None,
            chance=chance,
            tell=tell,
        )
        login = (connection.gateway_url, *login_request(connection.credentials).identity)
        cache = TokenCache(state, login, tell, _REFUSALS, keeps_token=connection.token_cache)
        self._transport = Transport(connection, self._clock, self.throttle, chance, cache, tell)
        self._listed = ""
        self._certificates = CertificateList(self, connection.api_version, tell)

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
        return self._transport.tokens.get(anew=anew)

    @property
    def api_use(self) -> dict[str, t.Any]:
        """What the calls so far have cost, as RV(api) of the modules tells it."""
        budget = self.throttle.budget(self._listed) if self._listed else Budget()
        return {
            "version": self._listed.split("/")[2] if self._listed else None,
            "calls": self.throttle.calls,
            "refusals": self.throttle.refusals,
            "waited_seconds": round(self.throttle.waited_seconds, 3),
            "rate_limit": {
                "limit": budget.limit,
                "window_seconds": budget.window_seconds,
                "remaining": budget.remaining,
            },
            "source": "api",
        }

    @property
    def clock_ahead_seconds(self) -> float:
        """How far this machine's clock is ahead of the server's, as far as answers have told."""
        return self._transport.clock_ahead_seconds

    def records(self, query: Query, as_of: datetime) -> t.Iterator[Record]:
        """Give the record of each certificate that *query* asks for, as the pages arrive.

        :param as_of: The instant that expiry is judged by.
        :raises CertViewError: when the list could not be read to its end; what was given until then is not complete.
        """
        return self._certificates.records(query, as_of)

    def changes(self, query: Query, since: datetime, as_of: datetime) -> t.Iterator[Record]:
        """Give the record of each certificate of *query* that Qualys has updated after *since*.

        :raises CertViewError: of kind V(filter) when the server refuses to filter by the date of the last update, or
            answers certificates that were not updated since; else as C(records).
        """
        return self._certificates.changes(query, since, as_of)

    def assets(self, certhash: str, *, attributes: t.Sequence[str] = (), qql: str = "") -> t.Iterator[Record]:
        """Give each asset that a certificate was found on, also beyond those that a list of certificates embeds.

        Source: CertView API guide, "List Assets of a Certificate".

        :param certhash: SHA-256 of the certificate, in lower-case hexadecimal.
        :param attributes: V(tags), V(hostInstances) or both.
        :param qql: A query in Qualys Query Language that the assets must meet.
        :raises CertViewError: of kind V(window) when there are more than 10,000; else as C(records).
        """
        path = _assets.PATH.format(certhash=certhash)
        pages = self.pages(
            path,
            lambda number, size: _assets.request_body(attributes, qql, number, size),
            api=_assets.PATH,
            window=V1_WINDOW,
            keys=_assets.KEYS,
            # The guide leaves open which of the two is read; a server that overlooks a page's number never ends.
            also_in_url=True,
            rows_of=_assets.rows_of,
        )
        return (asset(row) for page in pages for row in page)

    def instances(
        self, where: t.Sequence[Condition] = (), *, asset_type: str = "all", page_size: int = LARGEST_PAGE
    ) -> t.Iterator[Record]:
        """Give each server instance that meets *where*, with how its grade came about.

        Source: CertView API guide, "List Server Instances".

        :param asset_type: V(managed), V(unmanaged) or V(all).
        :raises CertViewError: as C(records).
        """

        def body_of(part: t.Sequence[Condition], number: int, size: int) -> dict[str, t.Any]:
            return _instances.request_body(part, asset_type, number, size)

        rows_of, record_of, keys = _instances.rows_of, _instances.instance, _instances.KEYS
        listing = Listing("instances", _instances.PATH, INSTANCE_FIELDS, body_of, rows_of, record_of, keys)
        return filtered(self.pages, listing, where, page_size=page_size, tell=self._tell)

    def external_sites(
        self, where: t.Sequence[Condition] = (), *, assets: bool = False, page_size: int = LARGEST_PAGE
    ) -> t.Iterator[Record]:
        """Give each external site that meets *where*.

        Source: CertView API guide, "List External Sites".

        :param assets: Whether to ask for the assets of each site.
        :raises CertViewError: as C(records).
        """

        def body_of(part: t.Sequence[Condition], number: int, size: int) -> dict[str, t.Any]:
            return _sites.request_body(part, assets, number, size)

        listing = Listing("external sites", _sites.PATH, SITE_FIELDS, body_of, _sites.rows_of, _sites.site, _sites.KEYS)
        return filtered(self.pages, listing, where, page_size=page_size, tell=self._tell)

    def add_external_sites(self, sites: t.Sequence[str], *, launch_scan: bool = False) -> None:
        """Add external sites, 1,000 at the most.

        Source: CertView API guide, "Add External Sites in Bulk".

        :param sites: In ASCII.
        :raises CertViewError: of kind V(request) with the server's words on each line that it refuses.
        """
        query = _sites.action(launch_scan)
        self._transport.post(_sites.ADD_PATH, query=query, files=_sites.upload(sites), read=_sites.check_accepted)

    def import_certificates(self, certificates: t.Iterable[bytes]) -> _leaf_import.Told:
        """Import leaf certificates, each given in DER, and return what the answer tells of them.

        Source: CertView API guide, "Import Leaf Certificate".

        :raises CertViewError: of kind V(permission) for a user whose scope is restricted, of kind V(request) when one
            is no leaf certificate.
        """
        upload, read = _leaf_import.upload(certificates), _leaf_import.told_by
        told: _leaf_import.Told = self._transport.post(_leaf_import.PATH, files=upload, read=read)
        return told

    def pages(
        self,
        path: str,
        body_of: t.Callable[[int, int], t.Mapping[str, t.Any]],
        *,
        api: str = "",
        page_size: int = LARGEST_PAGE,
        window: t.Optional[int] = None,
        keys: t.Sequence[str] = IDENTITY,
        rows_of: t.Callable[[t.Any], t.Any] = lambda answer: answer,
        also_in_url: bool = False,
    ) -> t.Iterator[list[Row]]:
        """Give all rows of a list endpoint, each once, page by page.

        :param body_of: Returns the request for a page's number, counted from 0, and size.
        :param api: What Qualys counts the calls for, where the path holds more than that.
        :param window: How many rows the API gives at most; None for no such bound.
        :param keys: What tells rows from each other.
        :param rows_of: Takes the rows out of an answer that wraps them.
        :param also_in_url: Whether to send what the request holds in the URL, too.
        :raises CertViewError: when the list could not be read to its end; what was given until then is not complete.
        """

        def fetch(number: int, size: int, wish: Wish) -> list[Row]:
            body = body_of(number, size)
            query = {name: str(value) for name, value in body.items()} if also_in_url else None
            return self.rows(path, body, wish, api=api, query=query, rows_of=rows_of)

        return sweep(fetch, page_size=page_size, window=window, at_once=lambda: self.at_once(api or path), keys=keys)

    def rows(
        self,
        path: str,
        body: t.Mapping[str, t.Any],
        wish: Wish,
        *,
        api: str = "",
        query: t.Optional[t.Mapping[str, str]] = None,
        rows_of: t.Callable[[t.Any], t.Any] = lambda answer: answer,
    ) -> list[Row]:
        """Return the rows of one page.

        :param api: What Qualys counts the call for, where the path holds more than that.
        :param query: What follows the path in the URL.
        :param rows_of: Takes the rows out of an answer that wraps them.
        :raises CertViewError: when the call failed, or its answer is no list.
        """

        def ask() -> t.Any:
            return self._transport.post(path, body, api=api or path, query=query, read=listed, wish=wish)

        answer = ask()
        if answer is None:
            # No content may be the end of the list, or a gateway's slip; a slip does not come twice.
            answer = ask()
        self._listed = self._listed or api or path
        rows = [] if answer is None else rows_of(answer)
        if not isinstance(rows, list):
            raise CertViewError(
                f"the answer is {type(answer).__name__} where a list should be",
                kind="answer",
                http_status=200,
                hint="Check for a proxy or gateway that answers in the server's place",
                request=f"POST {path}",
            )
        return rows

    def at_once(self, path: str) -> int:
        """Return how many calls of *path* may run at once, as far as it is known."""
        return self.throttle.at_once(path)
