# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Any changes of the estate between any syncs: a copy is the estate, but for what was deleted since the last full sync.

Over real HTTP, against the simulator and its clock.
"""

from __future__ import annotations

import os
import tempfile
import typing as t
from contextlib import ExitStack

from ansible_collections.community.qualys.plugins.module_utils._certificate import Record
from ansible_collections.community.qualys.plugins.module_utils._freshness import Freshness
from ansible_collections.community.qualys.plugins.module_utils._identities import IDENTITY_KINDS, identities_of
from ansible_collections.community.qualys.plugins.module_utils._query import Query
from ansible_collections.community.qualys.plugins.module_utils._snapshot_file import order_of
from ansible_collections.community.qualys.plugins.module_utils._source import CertificateSource
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from simulator.settings import EstateSettings
from unit.client.support import AS_OF, FakeClock, connection_to
from unit.simulator.serving import NOW, served, settings

QUERY = Query(includes=("asset_interfaces",), page_size=20)
COUNTS = st.integers(0, 6)
FULL_EVERY = 86_400.0


class CopyOfAnEstate(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.held = ExitStack()
        estate = EstateSettings("generated", 45, 25, now=NOW)
        self.gateway = self.held.enter_context(served(settings(estate)))
        self.gateway.certview.limiter.settings.rate = 100_000
        folder = self.held.enter_context(tempfile.TemporaryDirectory(prefix="certview-"))
        self.clock = FakeClock()
        self.told: list[str] = []
        self.connection = connection_to(self.gateway.url, state_dir=folder, token_cache=True)
        # What was deleted from the estate since the last full sync, and may be in the copy still.
        self.ghosts: set[str] = set()
        self.is_changed = True

    def teardown(self) -> None:
        self.held.close()
        assert self.told == []

    def read(self, freshness: Freshness | None) -> tuple[dict[str, Record], str | None]:
        with CertificateSource(self.connection, clock=self.clock, tell=self.told.append) as source:
            records = list(source.records(QUERY, AS_OF, freshness))
            snapshot = source.api_use["snapshot"]
        assert len(records) == len({record["id"] for record in records})
        return {record["certhash"]: record for record in records}, snapshot and snapshot["path"]

    @initialize()
    def first_sync(self) -> None:
        self.synced(full_sync_every=FULL_EVERY, path="full")

    @rule(add=COUNTS, change=COUNTS, touch=COUNTS, remove=COUNTS)
    def changes(self, **counts: int) -> None:
        done = self.gateway.post("/_control/estate", counts).json()
        self.ghosts |= set(done["remove"])
        self.is_changed = True

    @rule(seconds=st.sampled_from([1.0, 60.0, 1800.0, 43_200.0]))
    def time_passes(self, seconds: float) -> None:
        self.gateway.post("/_control/clock", {"advance": seconds})
        self.clock.sleep(seconds)

    @precondition(lambda self: self.is_changed)
    @rule()
    def sync_by_changes(self) -> None:
        self.time_passes(1.0)
        self.synced(full_sync_every=1e9, path="delta")

    @precondition(lambda self: self.is_changed)
    @rule()
    def sync_in_full(self) -> None:
        self.time_passes(1.0)
        self.synced(full_sync_every=0.5, path="full")

    def synced(self, full_sync_every: float, path: str) -> None:
        truth, direct = self.read(None)
        seen, taken = self.read(Freshness(max_age=0.5, full_sync_every=full_sync_every))
        assert (direct, taken) == (None, path)
        if path == "full":
            self.ghosts.clear()
        assert {certhash: seen.get(certhash) for certhash in truth} == truth
        assert seen.keys() - truth.keys() <= self.ghosts
        self.is_changed = False
        self.kept = seen

    @invariant()
    def what_is_kept_is_what_was_synced(self) -> None:
        if not hasattr(self, "kept"):
            return
        kept, path = self.read(Freshness(max_age=1e9))
        assert path == "cached"
        assert kept == self.kept
        assert list(kept.values()) == sorted(kept.values(), key=order_of)

    @precondition(lambda self: hasattr(self, "kept"))
    @rule(choice=st.integers(0, 10_000), what=st.sampled_from(IDENTITY_KINDS))
    def is_found_by_the_index(self, choice: int, what: str) -> None:
        values = sorted({value for each in self.kept.values() for kind, value in identities_of(each) if kind == what})
        value = values[choice % len(values)]
        with CertificateSource(self.connection, clock=self.clock, tell=self.told.append) as source:
            found = list(source.records_by(what, [value], QUERY, AS_OF, Freshness(max_age=1e9)))
        expected = [each for each in self.kept.values() if (what, value) in identities_of(each)]
        assert found == sorted(expected, key=order_of)


TestCopyOfAnEstate: t.Any = CopyOfAnEstate.TestCase
# Each step makes some calls. Many in the matrix, where nobody waits.
_MANY = "QUALYS_TEST_MANY" in os.environ
TestCopyOfAnEstate.settings = hypothesis_settings(
    max_examples=60 if _MANY else 8, stateful_step_count=40 if _MANY else 14
)
