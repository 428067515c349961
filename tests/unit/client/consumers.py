# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Somebody who wants certificates, and the gateway that has them."""

from __future__ import annotations

import typing as t
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from ansible_collections.community.qualys.plugins.module_utils._certificate import Record
from ansible_collections.community.qualys.plugins.module_utils._freshness import Freshness
from ansible_collections.community.qualys.plugins.module_utils._query import Query
from ansible_collections.community.qualys.plugins.module_utils._snapshot_file import order_of
from ansible_collections.community.qualys.plugins.module_utils._source import CertificateSource
from simulator.settings import EstateSettings
from unit.client.support import AS_OF, Always, FakeClock, connection_to
from unit.simulator.serving import NOW, Gateway, served, settings

CERTIFICATES = 130
PAGE = 20
PAGES = -(-CERTIFICATES // PAGE)
ALL = Query(page_size=PAGE)
TEN_MINUTES = Freshness(max_age=600)
HOUR = 3600.0


@contextmanager
def estate_of_many() -> t.Iterator[Gateway]:
    with served(settings(EstateSettings("generated", CERTIFICATES, 80, now=NOW))) as gateway:
        yield gateway


def as_new(gateway: Gateway) -> Gateway:
    """Return *gateway* with the estate that it had in the beginning, and no limits to speak of."""
    gateway.post("/_control/reset", {"estate": True})
    gateway.post("/_control/limits", {"rate": 100_000, "concurrency": 50})
    return gateway


class Consumer:
    """Somebody on this controller who wants certificates, each time in a process of his own as it were."""

    def __init__(self, url: str, clock: FakeClock, state_dir: Path | None, **options: t.Any) -> None:
        state = str(state_dir) if state_dir else None
        self.connection = connection_to(url, state_dir=state, token_cache=True, **options)
        self.clock = clock
        self.told: list[str] = []
        self.use: dict[str, t.Any] = {}

    def source(self) -> CertificateSource:
        return CertificateSource(self.connection, clock=self.clock, chance=Always(0.5), tell=self.told.append)

    def reads(
        self,
        query: Query = ALL,
        freshness: Freshness | None = TEN_MINUTES,
        *,
        by: tuple[str, list[str]] | None = None,
        after_days: float = 0.0,
    ) -> list[Record]:
        """Return what the source gives, in order."""
        as_of = AS_OF + timedelta(days=after_days)
        with self.source() as source:
            found = source.records_by(*by, query, as_of, freshness) if by else source.records(query, as_of, freshness)
            records = list(found)
            self.use = source.api_use
        return sorted(records, key=order_of)

    def asks_now(self, query: Query = ALL, **how: t.Any) -> list[Record]:
        return self.reads(query, None, **how)

    @property
    def path(self) -> str | None:
        return self.use["snapshot"] and self.use["snapshot"]["path"]

    @property
    def copies(self) -> list[Path]:
        return sorted(Path(self.connection.state_dir or "").glob("*.sqlite"))


def let_pass(gateway: Gateway, clock: FakeClock, seconds: float) -> None:
    gateway.post("/_control/clock", {"advance": seconds})
    clock.sleep(seconds)


def calls(gateway: Gateway) -> int:
    return int(gateway.get("/_control/stats").json()["total"])
