# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
import typing as t
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils import (
    _client,
    _snapshot,
    _snapshot_file,
    _snapshot_update,
)
from ansible_collections.community.qualys.plugins.module_utils._certificate import Record
from ansible_collections.community.qualys.plugins.module_utils._client import CertViewClient
from ansible_collections.community.qualys.plugins.module_utils._copies import Copies
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._fields import FIELDS
from ansible_collections.community.qualys.plugins.module_utils._filters import Condition, Shortcuts, condition
from ansible_collections.community.qualys.plugins.module_utils._freshness import Freshness
from ansible_collections.community.qualys.plugins.module_utils._options import Credentials
from ansible_collections.community.qualys.plugins.module_utils._query import Query
from ansible_collections.community.qualys.plugins.module_utils._snapshot_file import SnapshotError
from ansible_collections.community.qualys.plugins.module_utils._source import CertificateSource
from ansible_collections.community.qualys.plugins.module_utils._state import StateDir
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from simulator.filters import fields as simulated_fields
from simulator.settings import EstateSettings, Quirks
from support.simulator import running_simulator
from unit.client.consumers import (
    ALL,
    CERTIFICATES,
    HOUR,
    PAGE,
    PAGES,
    TEN_MINUTES,
    Consumer,
    as_new,
    calls,
    estate_of_many,
    let_pass,
)
from unit.client.snapshots import file_size_limited, overwrite_middle
from unit.client.support import (
    AS_OF,
    FakeClock,
    Received,
    Reply,
    ScriptedServer,
    ServerFactory,
    connection_to,
    jwt,
)
from unit.simulator.serving import NOW, Gateway, served, settings

LATER = AS_OF + timedelta(days=7)

ROOT = Path(__file__).resolve().parents[3]

READS_A_COPY = """
import json, sys
from datetime import datetime, timezone
from ansible_collections.community.qualys.plugins.module_utils._options import Connection, Credentials
from ansible_collections.community.qualys.plugins.module_utils._query import Query
from ansible_collections.community.qualys.plugins.module_utils._freshness import Freshness
from ansible_collections.community.qualys.plugins.module_utils._source import CertificateSource

class Clock:
    def now(self):
        return datetime(2026, 6, 1, tzinfo=timezone.utc)

connection = Connection(sys.argv[1], Credentials("certview-demo", "wrong"), state_dir=sys.argv[2], token_cache=True)
with CertificateSource(connection, clock=Clock()) as source:
    records = list(source.records(Query(), Clock().now(), Freshness(600)))
    imported = sorted({"requests", "urllib3", "http.client"} & set(sys.modules))
    print(json.dumps([len(records), source.api_use["snapshot"]["path"], imported]))
"""


@pytest.fixture(scope="module")
def started() -> t.Iterator[Gateway]:
    with estate_of_many() as gateway:
        yield gateway


@pytest.fixture
def gateway(started: Gateway) -> Gateway:
    return as_new(started)


@pytest.fixture
def consumer(gateway: Gateway, clock: FakeClock, tmp_path: Path) -> Consumer:
    return Consumer(gateway.url, clock, tmp_path / "state")


class TestLazyRecords:
    def lazily(self, consumer: Consumer, query: Query = ALL, freshness: Freshness | None = TEN_MINUTES) -> list[str]:
        with consumer.source() as source:
            records = [json.dumps(dict(each)) for each in source.lazy_records(query, LATER, freshness)]
            consumer.use = source.api_use
        return sorted(records)

    @pytest.mark.parametrize("freshness", [None, TEN_MINUTES])
    @pytest.mark.parametrize(
        "query",
        [
            ALL,
            replace(ALL, where=(condition("certificate.keySize", "less_than_equal", 2048),)),
            replace(ALL, shortcuts=Shortcuts(expiring_within_days=30)),
        ],
    )
    def test_they_are_the_records(self, consumer: Consumer, query: Query, freshness: Freshness | None) -> None:
        for _path in ("full", "cached"):
            expected = sorted(map(json.dumps, consumer.reads(query, freshness, after_days=7)))
            assert self.lazily(consumer, query, freshness) == expected != []

    def test_damage_that_shows_half_way_gives_every_record_once(self, gateway: Gateway, consumer: Consumer) -> None:
        truth = self.lazily(consumer)
        (path,) = consumer.copies
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("UPDATE records SET record = '{' WHERE number = ?", (CERTIFICATES // 2,))
        connection.close()
        anew = self.lazily(consumer)
        assert consumer.path == "full"
        assert len(consumer.told) == 1
        assert anew == truth

    def test_a_first_sweep_tells_their_age_too(self, consumer: Consumer) -> None:
        first = self.lazily(consumer)
        assert (consumer.path, self.lazily(consumer), consumer.path) == ("full", first, "cached")


class TestPaths:
    def test_first_all_of_the_list_then_no_call_at_all(self, gateway: Gateway, consumer: Consumer) -> None:
        first = consumer.reads()
        assert consumer.use["source"] == "api"
        assert consumer.use["snapshot"] == {
            "path": "full",
            "synced_at": "2026-06-01T00:00:00Z",
            "full_synced_at": "2026-06-01T00:00:00Z",
            "age_seconds": 0.0,
        }
        made = calls(gateway)
        consumer.clock.sleep(599)
        assert consumer.reads() == first == consumer.asks_now()
        consumer.reads()
        assert (consumer.use["source"], consumer.use["version"], consumer.use["calls"]) == ("snapshot", "v2.2", 0)
        assert (consumer.use["snapshot"]["path"], consumer.use["snapshot"]["age_seconds"]) == ("cached", 599.0)
        assert calls(gateway) - made == PAGES + 1

    def test_then_what_has_changed_and_in_the_end_all_again(self, gateway: Gateway, consumer: Consumer) -> None:
        consumer.reads()
        let_pass(gateway, consumer.clock, HOUR)
        gateway.post("/_control/estate", {"add": 2, "touch": 3, "change": 4})
        before = calls(gateway)
        assert consumer.reads() == consumer.asks_now()
        assert calls(gateway) - before <= 2 + PAGES + 1
        consumer.reads()
        assert consumer.path == "cached"

        removed = set(gateway.post("/_control/estate", {"remove": 5}).json()["remove"])
        let_pass(gateway, consumer.clock, HOUR)
        assert removed <= {record["certhash"] for record in consumer.reads()}
        assert (consumer.path, consumer.use["source"]) == ("delta", "snapshot")
        assert consumer.use["snapshot"]["full_synced_at"] == "2026-06-01T00:00:00Z"
        week = Freshness(max_age=600, full_sync_every=7 * 86_400)
        let_pass(gateway, consumer.clock, 7 * 86_400 - 2 * HOUR)
        consumer.reads(freshness=week)
        assert consumer.path == "delta"
        let_pass(gateway, consumer.clock, 1000)
        assert consumer.reads(freshness=week) == consumer.asks_now()
        let_pass(gateway, consumer.clock, HOUR)
        consumer.reads()
        assert consumer.path == "delta"
        assert consumer.told == []

    def test_asked_for_now_no_copy_is_read_or_made(self, gateway: Gateway, consumer: Consumer) -> None:
        for freshness in (None, Freshness(), Freshness(max_age=0)):
            consumer.reads(freshness=freshness)
            assert (consumer.use["source"], consumer.use["snapshot"], consumer.copies) == ("api", None, [])
        consumer.reads()
        gateway.post("/_control/estate", {"add": 1})
        assert len(consumer.asks_now()) == len(consumer.reads()) + 1

    def test_without_a_state_directory_the_api_is_asked(self, gateway: Gateway, clock: FakeClock) -> None:
        consumer = Consumer(gateway.url, clock, None)
        assert len(consumer.reads()) == CERTIFICATES
        assert consumer.use["snapshot"] is None

    def test_a_state_directory_that_cannot_be_used_is_one_warning(
        self, gateway: Gateway, clock: FakeClock, tmp_path: Path
    ) -> None:
        (tmp_path / "file").write_text("")
        consumer = Consumer(gateway.url, clock, tmp_path / "file")
        assert len(consumer.reads()) == CERTIFICATES
        assert len(consumer.told) == 1

    def test_the_shape_of_api_use_is_the_clients(self, gateway: Gateway, consumer: Consumer) -> None:
        consumer.reads()
        consumer.reads()
        with CertViewClient(consumer.connection) as client:
            assert consumer.use == {
                **client.api_use,
                "version": "v2.2",
                "source": "snapshot",
                "snapshot": consumer.use["snapshot"],
            }

    def test_it_logs_in_as_a_client_does(self, gateway: Gateway, consumer: Consumer) -> None:
        with consumer.source() as source:
            token = source.log_in()
            assert token.value in gateway.get("/_control/tokens").json()
            assert source.log_in(anew=True).value != token.value
            assert source.gateway_url == gateway.url

    def test_a_lookup_in_a_copy_imports_no_http_library(self, consumer: Consumer, tmp_path: Path) -> None:
        consumer.reads()
        # As Ansible finds an installed collection; the mount of these tests would bring half of the world with it.
        (tmp_path / "ansible_collections" / "community").mkdir(parents=True)
        (tmp_path / "ansible_collections" / "community" / "qualys").symlink_to(ROOT)
        arguments = (consumer.connection.gateway_url, str(consumer.connection.state_dir))
        environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-c", READS_A_COPY, *arguments]
        ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
        assert json.loads(ended.stdout) == [CERTIFICATES, "cached", []]

    def test_what_ages_is_as_old_as_asked_for(self, consumer: Consumer) -> None:
        consumer.reads()
        assert consumer.reads(after_days=100) == consumer.asks_now(after_days=100)
        assert consumer.reads(after_days=100) != consumer.asks_now()

    def test_a_copy_from_the_future_is_not_trusted(self, gateway: Gateway, consumer: Consumer) -> None:
        consumer.reads()
        consumer.clock.seconds = -30
        consumer.reads()
        assert consumer.path == "cached"
        consumer.clock.seconds = -HOUR
        consumer.reads()
        assert consumer.path == "full"


class TestWhichCopyServes:
    def test_one_with_more_than_is_asked_for(self, gateway: Gateway, consumer: Consumer) -> None:
        rich = Query(includes=("ssl_protocols", "asset_tags", "asset_interfaces"), page_size=PAGE)
        consumer.reads(rich)
        made = calls(gateway)
        for includes in ((), ("asset_tags",), ("asset_interfaces", "ssl_protocols")):
            assert len(consumer.reads(Query(includes=includes, page_size=PAGE))) == CERTIFICATES
            assert consumer.path == "cached"
        assert calls(gateway) == made
        consumer.reads(Query(includes=("cipher_suites",), page_size=PAGE))
        assert consumer.path == "full"
        # Of two that would serve, the one that was synced last.
        consumer.clock.sleep(550)
        consumer.reads(Query(includes=("vulnerabilities",), page_size=PAGE))
        consumer.clock.sleep(550)
        consumer.reads()
        assert consumer.path == "cached"

    def test_what_is_there_is_kept_up_to_date_in_place_of_a_new_one(self, gateway: Gateway, consumer: Consumer) -> None:
        consumer.reads(Query(includes=("asset_tags",), page_size=PAGE))
        let_pass(gateway, consumer.clock, HOUR)
        consumer.reads()
        assert (consumer.path, len(consumer.copies)) == ("delta", 1)

    @pytest.mark.parametrize(
        "other",
        [
            {"credentials": Credentials(client_id="certview-demo-client", client_secret="certview-demo-client-secret")},
            {"api_version": "v2.1"},
        ],
    )
    def test_none_of_somebody_else(
        self, gateway: Gateway, consumer: Consumer, clock: FakeClock, other: dict[str, t.Any]
    ) -> None:
        consumer.reads()
        somebody = Consumer(gateway.url, clock, Path(consumer.connection.state_dir or ""), **other)
        somebody.reads()
        assert somebody.path == "full"
        consumer.reads(Query(asset_type="managed", page_size=PAGE))
        assert consumer.path == "full"
        assert len(consumer.copies) == 3

    def test_none_of_another_gateway(self, gateway: Gateway, consumer: Consumer, clock: FakeClock) -> None:
        consumer.reads()
        with served(settings(EstateSettings("generated", 7, 5, now=NOW))) as another:
            elsewhere = Consumer(another.url, clock, Path(consumer.connection.state_dir or ""))
            assert len(elsewhere.reads()) == 7
            assert elsewhere.path == "full"
        assert len(consumer.reads()) == CERTIFICATES
        assert consumer.path == "cached"


_VALUES: dict[str, list[t.Any]] = {
    "text": ["web-0000007.example.net", "host-0000003.example.com", "RSA", "leaf", "SHA256withRSA", "A", "PCI", "tcp"],
    "number": [443, 2048, 630_010],
    "date": ["2026-06-01", "2026-01-01T00:00:00Z", "2027-01-01T12:00:00Z"],
    "boolean": [True, False],
    "address": ["10.0.1.3", "2001:db8::7"],
}
_OPERATORS = ["equals", "in", "contains", "greater", "greater_than_equal", "lesser", "less_than_equal", "is_not_empty"]


@st.composite
def _conditions(draw: st.DrawFn) -> Condition:
    field = draw(st.sampled_from(sorted(FIELDS)))
    kind = FIELDS[field].type
    fitting = [name for name in _OPERATORS if kind == "text" or name != "contains"]
    if kind not in ("number", "date"):
        fitting = [name for name in fitting if not name.startswith(("greater", "les"))]
    operator = draw(st.sampled_from(fitting))
    value = None if operator == "is_not_empty" else draw(st.sampled_from(_VALUES[kind]))
    return condition(field, operator, [value] if operator == "in" else value)


class TestConditions:
    @given(
        where=st.lists(_conditions(), min_size=1, max_size=2),
        shortcuts=st.fixed_dictionaries(
            {},
            optional={
                "types": st.just(("Leaf",)),
                "tags": st.just(("PCI", "Cloud")),
                "expired": st.booleans(),
                "self_signed": st.booleans(),
                "expiring_within_days": st.sampled_from([0, 30, 400]),
                "key_size_below": st.just(2048),
                "primary_ips": st.just(("10.0.1.3", "2001:db8::7")),
            },
        ),
    )
    @hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_a_copy_answers_as_the_server_does(
        self, gateway: Gateway, consumer: Consumer, where: list[Condition], shortcuts: dict[str, t.Any]
    ) -> None:
        unasked = {"certificate.subject.name", "certificate.issuer.name"} & {made.field for made in where}
        supported = {*simulated_fields.JSON_FIELDS} >= {made.field for made in where}
        if not supported or unasked:
            return
        query = Query(tuple(where), Shortcuts(**shortcuts), includes=("asset_tags",), page_size=PAGE)
        kept = consumer.reads(query, Freshness(max_age=86_400))
        assert consumer.path in ("full", "cached")
        assert kept == consumer.asks_now(query)

    @pytest.mark.parametrize(
        "query",
        [
            Query(exclude_fields=("certificate.keySize",)),
            Query(qql="selfSigned:true"),
            Query(where=(condition("certificate.issuerCategory", "not_equals", "approved"),)),
            Query(where=(condition("asset.operatingSystem", "is_empty"),)),
            Query(where=(condition("certificate.publicKeyAlgorithm", "equals", "RSA"),)),
        ],
    )
    def test_what_only_the_server_can_answer_it_is_asked(self, consumer: Consumer, query: Query) -> None:
        consumer.reads()
        found = consumer.reads(query)
        assert (consumer.use["source"], consumer.use["snapshot"]) == ("api", None)
        assert found == consumer.asks_now(query)
        assert found

    def test_v1_is_read_without_a_copy(self, gateway: Gateway, clock: FakeClock, tmp_path: Path) -> None:
        consumer = Consumer(gateway.url, clock, tmp_path, api_version="v1")
        assert len(consumer.reads()) == CERTIFICATES
        assert (consumer.use["version"], consumer.copies) == ("v1", [])

    def test_tags_are_asked_for_when_a_condition_needs_them(self, consumer: Consumer) -> None:
        tagged = Query((condition("asset.tagName", "equals", "PCI"),), page_size=PAGE)
        found = consumer.reads(tagged)
        assert [each["certhash"] for each in found] == [each["certhash"] for each in consumer.asks_now(tagged)]
        assert found

    def test_sorting(self, consumer: Consumer) -> None:
        query = Query(sort=(("certificate.validToDate", "desc"), ("certificate.id", "asc")), page_size=PAGE)
        orders = []
        for freshness in (TEN_MINUTES, TEN_MINUTES, None):
            with consumer.source() as source:
                orders.append([each["id"] for each in source.records(query, AS_OF, freshness)])
        assert orders[0] == orders[1] == orders[2] != sorted(orders[0])
        with pytest.raises(CertViewError, match="cannot sort"):
            consumer.reads(Query(sort=(("nonsense", "asc"),)))


class TestLookingUp:
    KINDS: t.ClassVar[dict[str, t.Callable[[Record], list[str]]]] = {
        "address": lambda record: [record["assets"][0]["primary_ip"]],
        "name": lambda record: [record["assets"][0]["name"], "unheard-of.example"],
        "certhash": lambda record: [record["certhash"].upper()],
        "serial": lambda record: [record["serial_number"]],
    }

    @pytest.mark.parametrize("what", KINDS)
    def test_the_same_is_found_in_the_api_in_a_full_sync_in_a_copy_and_after_a_delta(
        self, gateway: Gateway, consumer: Consumer, what: str
    ) -> None:
        with_assets = [record for record in consumer.asks_now() if record["assets"]]
        values = self.KINDS[what](with_assets[3])
        expected = consumer.asks_now(by=(what, values))
        assert with_assets[3]["certhash"] in {record["certhash"] for record in expected}
        assert 0 < len(expected) < 20
        for path in ("full", "cached", "delta"):
            if path == "delta":
                let_pass(gateway, consumer.clock, HOUR)
            assert consumer.reads(by=(what, values)) == expected
            assert consumer.path == path
        assert consumer.reads(by=(what, [])) == []

    def test_a_hash_is_looked_up_without_reading_the_whole_list(self, gateway: Gateway, consumer: Consumer) -> None:
        wanted = consumer.asks_now()[5]["certhash"]
        before = calls(gateway)
        assert [each["certhash"] for each in consumer.asks_now(by=("certhash", [wanted]))] == [wanted]
        assert calls(gateway) - before <= 2

    def test_conditions_narrow_it(self, consumer: Consumer) -> None:
        every = [record["certhash"] for record in consumer.reads()]
        few = consumer.reads(Query(shortcuts=Shortcuts(expired=True), page_size=PAGE), by=("certhash", every))
        assert {record["expired"] for record in few} == {True}


class TestCertificatesOnVeryManyAssets:
    @pytest.fixture
    def crowded(self, clock: FakeClock, tmp_path: Path) -> t.Iterator[tuple[Consumer, list[Record]]]:
        estate = EstateSettings("generated", 40, 30, now=NOW, shared_assets=25)
        with served(settings(estate, quirks=Quirks(embedded_assets=3))) as gateway:
            gateway.certview.limiter.settings.rate = 100_000
            consumer = Consumer(gateway.url, clock, tmp_path)
            complete = consumer.asks_now(Query(all_assets=True))
            yield consumer, complete

    def test_are_found_by_any_of_them(self, crowded: tuple[Consumer, list[Record]]) -> None:
        consumer, complete = crowded
        shared = max(complete, key=lambda record: len(record["assets"]))
        address = shared["assets"][20]["primary_ip"]
        consumer.reads(Query())
        assert consumer.path == "full"
        # The copy that is there does not tell where it is; another is made.
        for path in ("full", "cached"):
            found = consumer.reads(Query(), by=("address", [address]))
            assert shared["certhash"] in {record["certhash"] for record in found}
            assert consumer.path == path
        query = Query(shortcuts=Shortcuts(primary_ips=(address,)))
        assert {record["id"] for record in consumer.reads(query)} == {record["id"] for record in found}
        assert consumer.path == "cached"

    def test_are_left_to_the_server_where_nobody_else_sees_all_of_them(
        self, crowded: tuple[Consumer, list[Record]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        consumer, complete = crowded
        shared = max(complete, key=lambda record: len(record["assets"]))
        # As with more than the 10,000 that the API tells of one certificate.
        monkeypatch.setattr(_client, "V1_WINDOW", 10)
        unseen = Query(where=(condition("asset.primaryIp", "equals", shared["assets"][20]["primary_ip"]),))
        for path in ("full", "cached"):
            found = consumer.reads(unseen)
            assert consumer.path == path
            assert shared["certhash"] in {record["certhash"] for record in found}
            assert found == consumer.asks_now(unseen)
        nowhere = Query(where=(condition("asset.primaryIp", "equals", "203.0.113.99"),))
        assert consumer.reads(nowhere) == []


class TestWatermark:
    def _found_again(self, gateway: Gateway, place: slice) -> None:
        estate = gateway.certview.estate
        for certificate in estate.certificates[place]:
            certificate.last_found = certificate.updated = estate.now
        estate.revision += 1

    @pytest.mark.parametrize("own_clock_ahead", [0.0, 5 * HOUR, -5 * HOUR])
    def test_what_changes_while_a_long_sweep_goes_on_is_seen_by_the_next_delta(
        self, gateway: Gateway, consumer: Consumer, own_clock_ahead: float
    ) -> None:
        consumer.clock.sleep(own_clock_ahead)
        with consumer.source() as source:
            records = source.records(ALL, AS_OF, TEN_MINUTES)
            taken = [next(records) for _each in range(PAGE)]
            # A page that was read is out of date, and one that is yet to be read is newer still.
            for place in (slice(0, PAGE), slice(-PAGE, None)):
                let_pass(gateway, consumer.clock, 2 * HOUR)
                self._found_again(gateway, place)
            taken += records
            assert source.api_use["snapshot"]["path"] == "full"
        dates = sorted(str(record["updated"]) for record in taken)
        assert (dates[-PAGE], dates[-PAGE - 1] < "2026-06-01") == ("2026-06-01T04:00:00Z", True)
        let_pass(gateway, consumer.clock, HOUR)
        assert consumer.reads() == consumer.asks_now()
        let_pass(gateway, consumer.clock, HOUR)
        consumer.reads()
        assert consumer.path == "delta"

    def test_what_the_list_shows_some_minutes_late_is_seen(self, gateway: Gateway, consumer: Consumer) -> None:
        let_pass(gateway, consumer.clock, HOUR)
        gateway.post("/_control/estate", {"touch": 3})
        consumer.reads()
        late = gateway.certview.estate.change(2)
        for certificate in late:
            certificate.updated = gateway.certview.estate.now - 10 * 60 * 1000
        let_pass(gateway, consumer.clock, HOUR)
        assert consumer.reads() == consumer.asks_now()

    def test_what_the_list_shows_later_than_what_was_newest_is_seen_however_late(
        self, gateway: Gateway, consumer: Consumer
    ) -> None:
        let_pass(gateway, consumer.clock, HOUR)
        gateway.post("/_control/estate", {"touch": 3})
        # Nothing is updated for long: a start from the time of this sweep would pass over what comes late.
        let_pass(gateway, consumer.clock, 2 * HOUR)
        consumer.reads()
        for certificate in gateway.certview.estate.change(2):
            certificate.updated = gateway.certview.estate.now - int(1.5 * HOUR * 1000)
        let_pass(gateway, consumer.clock, 60)
        seen = consumer.reads(freshness=Freshness(max_age=1))
        assert consumer.path == "delta"
        assert seen == consumer.asks_now()

    @pytest.mark.parametrize("asset_type", ["managed", "all"])
    def test_what_leaves_the_type_of_its_assets_stays_in_a_copy_of_this_type_until_a_full_sync(
        self, gateway: Gateway, consumer: Consumer, asset_type: str
    ) -> None:
        query = replace(ALL, asset_type=asset_type)
        consumer.reads(query)
        let_pass(gateway, consumer.clock, HOUR)
        estate = gateway.certview.estate
        left = next(each for each in estate.certificates if len(each.installations) == 1)
        # Its asset alone: others of the asset stay what they are.
        left.installations = [replace(each, asset=replace(each.asset, managed=False)) for each in left.installations]
        left.updated = estate.now
        estate.revision += 1
        truth = consumer.asks_now(query)
        assert (left.certhash in {each["certhash"] for each in truth}) is (asset_type == "all")
        seen = consumer.reads(query)
        assert consumer.path == "delta"
        assert left.certhash in {each["certhash"] for each in seen}
        assert (seen == truth) is (asset_type == "all")
        let_pass(gateway, consumer.clock, HOUR)
        assert consumer.reads(query, Freshness(600, full_sync_every=0)) == truth

    def test_without_dates_every_sync_is_full(self, serve: ServerFactory, clock: FakeClock, tmp_path: Path) -> None:
        dated = {"id": 1, "certhash": "aa", "updateDate": "2026-05-01T00:00:00.000+00:00"}
        page, end = Reply(200, json.dumps([dated, {"id": 2, "certhash": "bb"}]).encode()), Reply(200, b"[]")
        consumer = Consumer(serve(page, end, page, end).url, clock, tmp_path, max_concurrency=1)
        for _each in range(2):
            assert len(consumer.reads()) == 2
            assert consumer.path == "full"
            clock.sleep(HOUR)

    def test_a_server_that_refuses_the_filter_is_read_from_end_to_end(
        self, gateway: Gateway, consumer: Consumer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        consumer.reads()
        let_pass(gateway, consumer.clock, HOUR)
        gateway.post("/_control/estate", {"remove": 2, "add": 1})
        monkeypatch.delitem(simulated_fields.JSON_FIELDS, "certificate.updateDate")
        assert consumer.reads() == consumer.asks_now()
        assert len(consumer.told) == 1
        assert "not a valid filter field" in consumer.told[0]

    def test_changes_that_change_all_the_while_are_read_with_the_whole_list(
        self, clock: FakeClock, tmp_path: Path
    ) -> None:
        updated = "2026-06-01T00:00:00.000+00:00"
        rows = [{"id": number, "certhash": str(number), "updateDate": updated} for number in range(200)]

        def answer(request: Received) -> Reply:
            if request.path.startswith("/auth"):
                return Reply(201, jwt({"sub": "demo", "iat": 0, "exp": 14400}).encode())
            asked = json.loads(request.body)
            # Of the changes it gives the same page for ever.
            return Reply(body=json.dumps(rows if "filter" in asked or asked["pageNumber"] == 0 else []).encode())

        server = ScriptedServer(answer)
        try:
            consumer = Consumer(server.url, clock, tmp_path)
            assert len(consumer.reads()) == 200
            clock.sleep(HOUR)
            assert len(consumer.reads()) == 200
        finally:
            server.close()
        assert consumer.path == "full"
        assert "the whole list is read" in consumer.told[0]

    def test_an_address_that_is_none_costs_nothing(self, consumer: Consumer) -> None:
        assert consumer.reads(by=("address", ["51.124.XX.247"])) == []
        assert consumer.use["calls"] == 0

    def test_nor_is_one_trusted_that_answers_what_does_not_satisfy_it(
        self, gateway: Gateway, consumer: Consumer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        consumer.reads()
        let_pass(gateway, consumer.clock, HOUR)
        lastly = simulated_fields.JSON_FIELDS["certificate.validToDate"]
        monkeypatch.setitem(simulated_fields.JSON_FIELDS, "certificate.updateDate", lastly)
        removed = gateway.post("/_control/estate", {"remove": 2}).json()["remove"]
        found = consumer.reads()
        assert consumer.path == "full"
        assert not {record["certhash"] for record in found} & set(removed)
        assert len(consumer.told) == 1

    def test_another_version_of_the_api_is_read_from_end_to_end(self, gateway: Gateway, consumer: Consumer) -> None:
        gateway.post("/_control/versions", {"versions": ["v2"]})
        assert {record["key_algorithm_source"] for record in consumer.reads()} != {"reported"}
        let_pass(gateway, consumer.clock, HOUR)
        gateway.post("/_control/versions", {"versions": ["v1", "v2", "v2.1", "v2.2"]})
        assert {record["key_algorithm_source"] for record in consumer.reads()} == {"reported"}
        assert (consumer.path, consumer.use["version"]) == ("full", "v2.2")


class TestWhatFails:
    def _fails(self, gateway: Gateway, consumer: Consumer, call: int) -> None:
        gateway.post("/_control/faults", [{"fault": "forbidden", "call": call, "times": 99, "match": "/certificates"}])
        with pytest.raises(CertViewError, match="User license"):
            consumer.reads()
        gateway.post("/_control/reset", {})

    def test_a_sync_that_fails_is_the_error_that_it_is_and_leaves_the_copy(
        self, gateway: Gateway, consumer: Consumer
    ) -> None:
        self._fails(gateway, consumer, call=3)
        before = consumer.reads()
        assert consumer.path == "full"
        let_pass(gateway, consumer.clock, HOUR)
        gateway.post("/_control/estate", {"touch": 50})
        self._fails(gateway, consumer, call=2)
        assert consumer.reads(freshness=Freshness(max_age=2 * HOUR)) == before
        assert consumer.path == "cached"
        assert consumer.reads() == consumer.asks_now()

    def test_who_stops_early_leaves_the_copy_and_the_lock(self, consumer: Consumer) -> None:
        for _each in range(2):
            with consumer.source() as source:
                records = source.records(ALL, AS_OF, TEN_MINUTES)
                next(records)
                t.cast("t.Generator[Record, None, None]", records).close()
        consumer.reads()
        assert consumer.path == "full"
        assert consumer.clock.sleeps == []

    @pytest.mark.parametrize("failing", ["put", "finish", "_remove_unseen"])
    def test_a_store_that_fails_loses_no_record_and_costs_no_call(
        self, gateway: Gateway, consumer: Consumer, monkeypatch: pytest.MonkeyPatch, failing: str
    ) -> None:
        truth = consumer.asks_now()
        made = calls(gateway)
        left = [37]
        works = getattr(_snapshot_update.Update, failing)

        def fail(*args: t.Any) -> t.Any:
            left[0] -= 1
            if failing != "put" or left[0] < 0:
                raise SnapshotError("the disk is full")
            return works(*args)

        monkeypatch.setattr(_snapshot_update.Update, failing, fail)
        assert consumer.reads() == truth
        assert (consumer.path, consumer.use["source"]) == (None, "api")
        assert calls(gateway) - made == PAGES + 1
        (told,) = consumer.told
        assert told.startswith("From now on not everything is shared")
        assert told.endswith("because of the state directory: the disk is full.")

    @pytest.mark.parametrize("earlier", [False, True])
    def test_a_full_disk_is_one_warning(self, gateway: Gateway, consumer: Consumer, earlier: bool) -> None:
        if earlier:
            consumer.reads()
            let_pass(gateway, consumer.clock, HOUR)
            gateway.post("/_control/estate", {"change": 100})
        with file_size_limited(20_000):
            records = consumer.reads()
        assert len(consumer.told) == 1
        assert records == consumer.asks_now()

    @pytest.mark.parametrize("damage", ["garbage", "older", "overwritten"])
    def test_a_copy_of_no_use_is_made_anew(
        self, gateway: Gateway, consumer: Consumer, damage: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = consumer.reads()
        (path,) = consumer.copies
        if damage == "garbage":
            path.write_bytes(b"garbage" * 1000)
        elif damage == "older":
            newer = _snapshot_file.SCHEMA_VERSION + 1
            monkeypatch.setattr(_snapshot_file, "SCHEMA_VERSION", newer)
            monkeypatch.setattr(_snapshot, "SCHEMA", (*_snapshot.SCHEMA[:-1], f"PRAGMA user_version = {newer}"))
        else:
            overwrite_middle(path)
        records = consumer.reads()
        assert consumer.path == "full"
        assert records == before
        assert len(consumer.told) == 1
        assert ".damaged" in consumer.told[0]
        consumer.reads()
        assert consumer.path == "cached"

    def test_damage_that_shows_half_way_gives_every_record_once(self, gateway: Gateway, consumer: Consumer) -> None:
        truth = consumer.reads()
        (path,) = consumer.copies
        half = truth[CERTIFICATES // 2]["id"]
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("UPDATE records SET record = '{' WHERE key = ?", (half,))
        connection.close()
        assert consumer.reads() == truth
        assert consumer.path == "full"
        assert len(consumer.told) == 1
        consumer.reads()
        assert consumer.path == "cached"

    def test_damage_that_shows_while_the_list_is_read_loses_no_record(
        self, gateway: Gateway, consumer: Consumer
    ) -> None:
        consumer.reads()
        (path,) = consumer.copies
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("UPDATE records SET record = '{'")
        connection.execute("UPDATE standing SET watermark = NULL")
        connection.close()
        consumer.clock.sleep(HOUR)
        before = calls(gateway)
        records = consumer.reads()
        assert calls(gateway) - before == PAGES + 1
        assert records == consumer.asks_now()
        assert path.with_suffix(".sqlite.damaged").exists()
        consumer.reads()
        assert consumer.path == "full"

    def test_a_copy_that_cannot_even_be_set_aside_is_not_used(self, consumer: Consumer) -> None:
        truth = consumer.reads()
        (path,) = consumer.copies
        path.write_bytes(b"garbage" * 1000)
        path.with_suffix(".sqlite.damaged").mkdir()
        assert consumer.reads() == truth
        assert consumer.path is None
        assert "cannot be set aside" in consumer.told[0]

    def test_a_copy_of_a_newer_collection_is_refused(self, consumer: Consumer) -> None:
        consumer.reads()
        connection = sqlite3.connect(consumer.copies[0], isolation_level=None)
        connection.execute("PRAGMA user_version = 99")
        connection.close()
        with pytest.raises(CertViewError, match="newer version") as caught:
            consumer.reads()
        assert caught.value.kind == "state"
        assert len(consumer.asks_now()) == CERTIFICATES

    def test_a_lock_that_cannot_be_made_is_one_warning(self, consumer: Consumer) -> None:
        consumer.reads()
        (path,) = consumer.copies
        path.unlink()
        path.with_suffix(".lock").unlink()
        path.with_suffix(".lock").mkdir()
        assert len(consumer.reads()) == CERTIFICATES
        assert consumer.path is None
        assert len(consumer.told) == 1


class _BusyClock(FakeClock):
    """While it sleeps, others do what they do."""

    def __init__(self, then: t.Callable[[float], None]) -> None:
        super().__init__()
        self._then = then

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self._then(self.seconds)


class TestOthers:
    def _held(self, consumer: Consumer) -> t.Callable[[], None]:
        state = StateDir(str(consumer.connection.state_dir))
        copy = Copies(state, consumer.connection, consumer.clock, consumer.told.append).best(ALL)
        free = state.try_lock(copy.name)
        assert free is not None
        return free

    def test_waiting_for_another_sync_is_told_and_bounded(
        self, gateway: Gateway, clock: FakeClock, tmp_path: Path
    ) -> None:
        consumer = Consumer(gateway.url, clock, tmp_path, max_wait=200)
        free = self._held(consumer)
        with pytest.raises(CertViewError, match="another process") as caught:
            consumer.reads()
        free()
        assert caught.value.kind == "budget"
        assert 199 < clock.seconds <= 200
        assert ["10 s" in consumer.told[0], "70 s" in consumer.told[1], "130 s" in consumer.told[2]] == [True] * 3
        assert len(consumer.told) == 4
        assert calls(gateway) == 0

    def test_with_no_patience_at_all_it_fails_at_once(self, gateway: Gateway, clock: FakeClock, tmp_path: Path) -> None:
        consumer = Consumer(gateway.url, clock, tmp_path, max_wait=0)
        free = self._held(consumer)
        with pytest.raises(CertViewError) as caught:
            consumer.reads()
        free()
        assert (caught.value.kind, clock.sleeps) == ("budget", [])

    def test_what_another_has_made_meanwhile_is_used_however_long_it_took(
        self, gateway: Gateway, clock: FakeClock, tmp_path: Path
    ) -> None:
        other = Consumer(gateway.url, clock, tmp_path)
        locked: list[t.Callable[[], None]] = []

        def other_finishes(seconds: float) -> None:
            if seconds >= 2 * HOUR and locked:
                locked.pop()()
                # It began when we did; more than max_age has passed since, but not when we asked.
                other.reads()

        waiting = Consumer(gateway.url, _BusyClock(other_finishes), tmp_path, max_wait=-1)
        locked.append(self._held(waiting))
        assert len(waiting.reads()) == CERTIFICATES
        assert waiting.path == "cached"
        assert calls(gateway) == PAGES + 1


def _read_all(url: str, state_dir: str, pages: t.Any) -> None:
    with CertificateSource(connection_to(url, state_dir=state_dir, token_cache=True)) as source:
        count = sum(1 for _each in source.records(ALL, AS_OF, TEN_MINUTES))
        pages.send((count, source.api_use["snapshot"]["path"], source.api_use["calls"]))


class TestProcesses:
    def _running(self, url: str, state_dir: Path, count: int) -> t.Iterator[tuple[t.Any, t.Any]]:
        context = multiprocessing.get_context("fork")
        for _each in range(count):
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_read_all, args=(url, str(state_dir), theirs))
            process.start()
            theirs.close()
            yield process, ours

    def test_all_who_need_a_sweep_at_once_make_one(self, tmp_path: Path) -> None:
        switches = ("--estate", "generated", "--certificates", str(CERTIFICATES), "--latency-ms", "20")
        with running_simulator(*switches) as simulator:
            answers = []
            for process, pipe in list(self._running(simulator.url, tmp_path, 6)):
                answers.append(pipe.recv() if pipe.poll(60) else None)
                process.join(30)
                process.close()
                pipe.close()
            assert sorted(answers) == [(CERTIFICATES, "cached", 0)] * 5 + [(CERTIFICATES, "full", PAGES + 1)]
            stats = simulator.stats()
        assert (stats["total"], stats["logins"]) == (PAGES + 1, 1)
        assert sum(sum(kinds.values()) for kinds in stats["refusals"].values()) == 0

    def test_one_that_is_killed_in_mid_sync_leaves_the_last_complete_state(
        self, gateway: Gateway, consumer: Consumer
    ) -> None:
        state_dir = Path(consumer.connection.state_dir or "")
        before = consumer.reads()
        consumer.clock.seconds = time.time() - AS_OF.timestamp() - HOUR
        connection = sqlite3.connect(consumer.copies[0], isolation_level=None)
        synced_at = consumer.clock.now().isoformat()
        connection.execute("UPDATE standing SET synced_at = ?, full_synced_at = ?, watermark = NULL", (synced_at,) * 2)
        connection.close()
        gateway.post("/_control/estate", {"change": CERTIFICATES})
        gateway.post("/_control/reset", {})
        gateway.post("/_control/faults", [{"fault": "stall", "call": 4, "times": 9, "match": "/certificates"}])
        ((process, pipe),) = self._running(gateway.url, state_dir, 1)
        give_up = time.monotonic() + 60
        while calls(gateway) < 4 and time.monotonic() < give_up:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        process.close()
        pipe.close()
        gateway.post("/_control/reset", {})
        assert consumer.reads(freshness=Freshness(max_age=86_400)) == before
        assert consumer.path == "cached"
        consumer.clock.sleep(HOUR)
        assert consumer.reads() == consumer.asks_now() != before
        assert consumer.told == []
