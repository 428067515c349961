# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the server does not do in one call: long conditions, all assets, changes only, several pages at once."""

from __future__ import annotations

import itertools
import json
import threading
import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.community.qualys.plugins.module_utils._client import CertViewClient
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._filters import MOST_IN_VALUES, Shortcuts, condition
from ansible_collections.community.qualys.plugins.module_utils._query import Query
from simulator.settings import EstateSettings, Quirks
from unit.client.support import AS_OF, ClientFactory, Received, Reply, ScriptedServer, ServerFactory, Simulator, jwt
from unit.simulator.serving import NOW, Gateway, served, settings

Records = list[dict[str, t.Any]]


def read(client: CertViewClient, query: Query) -> Records:
    return list(client.records(query, AS_OF))


def hashes(records: Records) -> list[str]:
    return sorted(record["certhash"] for record in records)


class TestLongConditions:
    """An IN takes 1,000 values (CertView API guide, "List External Sites")."""

    NOBODY = tuple(f"{number:064x}" for number in range(2 * MOST_IN_VALUES))

    @pytest.mark.parametrize("as_where", [True, False])
    def test_more_values_than_an_in_takes_are_asked_for_in_parts(
        self, simulator: Simulator, client_of: ClientFactory, as_where: bool
    ) -> None:
        wanted = sorted(row["certhash"] for row in simulator.control("estate"))[:300]
        values = (*wanted[:150], *self.NOBODY, *wanted[150:])
        query = (
            Query(where=(condition("certificate.hash", "in", list(values)),))
            if as_where
            else Query(shortcuts=Shortcuts(certhashes=values))
        )
        client = client_of(simulator.url)
        assert hashes(read(client, query)) == wanted
        # Three parts, of at most one page each and the empty one; the whole list would be three calls, too.
        assert client.api_use["calls"] <= 6

    def test_what_answers_several_parts_comes_once(self, simulator: Simulator, client_of: ClientFactory) -> None:
        names = sorted({asset["name"] for row in simulator.control("estate") for asset in row["assets"]})
        values = (*names, *self.NOBODY, *reversed(names))
        records = read(client_of(simulator.url), Query(shortcuts=Shortcuts(asset_names=values)))
        assert len(set(hashes(records))) == len(records)
        on_assets = [row["certhash"] for row in simulator.control("estate") if row["assets"]]
        assert hashes(records) == sorted(on_assets)

    def test_two_long_conditions_are_asked_for_in_all_pairs_of_parts(
        self, simulator: Simulator, client_of: ClientFactory
    ) -> None:
        row = next(row for row in simulator.control("estate") if row["assets"])
        long = {
            "certhashes": (*self.NOBODY, row["certhash"]),
            "asset_names": (row["assets"][0]["name"], *self.NOBODY),
        }
        assert hashes(read(client_of(simulator.url), Query(shortcuts=Shortcuts(**long)))) == [row["certhash"]]

    def test_parts_that_the_server_does_not_take_are_looked_for_here_with_one_sweep(
        self, serve: ServerFactory, client_of: ClientFactory, told: list[str]
    ) -> None:
        rows = [{"id": number, "certhash": f"{number:064x}"} for number in (1, 2, 99_999)]
        server = serve(Reply(400, b'{"errorCode":400,"message":"no"}'), Reply(body=json.dumps(rows).encode()), Reply())
        client = client_of(server.url)
        assert hashes(read(client, Query(shortcuts=Shortcuts(certhashes=self.NOBODY)))) == [
            f"{number:064x}" for number in (1, 2)
        ]
        assert len([line for line in told if "does not take a filter" in line]) == 1
        assert client.api_use["calls"] == 3


@pytest.fixture
def crowded() -> t.Iterator[Gateway]:
    """Lists hold three assets of a certificate at the most; some certificates are on many."""
    estate = EstateSettings("generated", 60, 120, shared_assets=40, now=NOW)
    with served(settings(estate, quirks=Quirks(embedded_assets=3))) as gateway:
        yield gateway


def truth(gateway: Gateway) -> dict[str, set[int]]:
    return {
        each.certhash: {installation.asset.id for installation in each.installations}
        for each in gateway.certview.estate.certificates
    }


class TestAllAssets:
    def test_a_list_tells_which_records_lack_some(self, crowded: Gateway, client_of: ClientFactory) -> None:
        assets = truth(crowded)
        records = read(client_of(crowded.url), Query())
        assert any(len(each) > 3 for each in assets.values())
        for record in records:
            assert record["assets_complete"] is (len(assets[record["certhash"]]) <= 3)

    def test_the_others_are_asked_for_where_they_are_wanted(self, crowded: Gateway, client_of: ClientFactory) -> None:
        client = client_of(crowded.url)
        records = read(client, Query(all_assets=True, includes=("asset_tags", "asset_interfaces")))
        assert {r["certhash"]: {asset["id"] for asset in r["assets"]} for r in records} == truth(crowded)
        assert all(record["assets_complete"] for record in records)
        assert all(len(record["assets"]) == len({asset["uuid"] for asset in record["assets"]}) for record in records)
        tags = [asset["tags"] for record in records for asset in record["assets"]]
        assert None not in tags
        many = sum(len(each) > 3 for each in truth(crowded).values())
        assert many < client.api_use["calls"] <= 2 * many + 3

    def test_a_condition_that_only_they_decide_asks_for_them(self, crowded: Gateway, client_of: ClientFactory) -> None:
        """IPv6 addresses are compared here, because the server may compare them as texts."""
        estate = crowded.certview.estate
        hidden = next(
            (each.certhash, installation.asset)
            for each in estate.certificates
            if len(each.installations) > 3
            for installation in each.installations[3:]
        )
        certhash, asset = hidden
        asset.primary_ip = "2001:db8::5e"
        query = Query(shortcuts=Shortcuts(primary_ips=("2001:DB8:0::5E",)))
        assert certhash in hashes(read(client_of(crowded.url), query))

    @pytest.mark.parametrize("certhash", ["../../../auth?x=", "ab" * 31, None, "AB/CD"])
    def test_what_is_no_fingerprint_becomes_no_part_of_a_url(
        self, serve: ServerFactory, client_of: ClientFactory, told: list[str], certhash: str | None
    ) -> None:
        rows = [{"id": number, "certhash": certhash, "assetCount": 2, "assets": []} for number in (1, 2)]
        server = serve(Reply(body=json.dumps(rows).encode()), Reply())
        records = read(client_of(server.url, max_concurrency=1), Query(all_assets=True))
        assert [(record["id"], record["assets_complete"]) for record in records] == [(1, False), (2, False)]
        assert {received.path for received in server.received} == {"/auth", "/certview/v2.2/certificates"}
        assert sum(received.path == "/auth" for received in server.received) == 1
        assert len(told) == 1
        assert "without a fingerprint" in told[0]

    def test_more_than_the_api_tells_is_said(
        self, client_of: ClientFactory, told: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        raw = {"id": 1, "certhash": "ab" * 32, "assetCount": 10_001, "assets": []}

        def answer(request: Received) -> Reply:
            if request.path.startswith("/auth"):
                return Reply(201, jwt({"sub": "demo", "iat": 0, "exp": 14400}).encode())
            number = json.loads(request.body)["pageNumber"]
            if "/assets?" in request.path:
                rows = [{"id": 200 * number + row, "uuid": f"u{200 * number + row}"} for row in range(200)]
                return Reply(body=json.dumps(rows).encode())
            return Reply(body=json.dumps([raw] if number == 0 else []).encode())

        server = ScriptedServer(answer)
        try:
            (record,) = read(client_of(server.url), Query(all_assets=True))
        finally:
            server.close()
        assert record["assets_complete"] is False
        assert f"{'ab' * 32} is on 10001 assets" in told[0]


SINCE = datetime.fromtimestamp(NOW / 1000, timezone.utc) - timedelta(days=3)


def changed_since(gateway: Gateway, since: datetime) -> list[str]:
    return sorted(
        each.certhash for each in gateway.certview.estate.certificates if each.updated > since.timestamp() * 1000
    )


class TestChanges:
    def test_only_what_was_updated_since_is_given(self, crowded: Gateway, client_of: ClientFactory) -> None:
        updates = sorted(each.updated for each in crowded.certview.estate.certificates)
        since = datetime.fromtimestamp(updates[-10] / 1000, timezone.utc)
        records = list(client_of(crowded.url).changes(Query(), since, AS_OF))
        assert hashes(records) == changed_since(crowded, since)
        assert 0 < len(records) < len(updates)

    def test_with_all_their_assets_if_these_are_wanted(self, crowded: Gateway, client_of: ClientFactory) -> None:
        since = SINCE - timedelta(days=4000)
        records = list(client_of(crowded.url).changes(Query(all_assets=True), since, AS_OF))
        assert {r["certhash"]: {asset["id"] for asset in r["assets"]} for r in records} == truth(crowded)

    @pytest.mark.parametrize("updated", ["2026-05-28T23:59:59.000+00:00", None, "soon"])
    def test_an_answer_of_other_certificates_is_an_error(
        self, serve: ServerFactory, client_of: ClientFactory, updated: str | None
    ) -> None:
        server = serve(Reply(body=json.dumps([{"id": 1, "certhash": "ab", "updateDate": updated}]).encode()))
        with pytest.raises(CertViewError) as caught:
            list(client_of(server.url).changes(Query(), SINCE, AS_OF))
        assert caught.value.kind == "filter"

    def test_a_refusal_to_filter_is_an_error_of_its_own(self, serve: ServerFactory, client_of: ClientFactory) -> None:
        server = serve(Reply(400, b'{"errorCode":400,"message":"updateDate is no field"}'))
        with pytest.raises(CertViewError, match="updateDate is no field") as caught:
            list(client_of(server.url).changes(Query(), SINCE, AS_OF))
        assert caught.value.kind == "filter"

    def test_a_refused_login_is_no_refused_filter(self, serve: ServerFactory, client_of: ClientFactory) -> None:
        server = serve(Reply(), login=Reply(400, b"no such user"))
        with pytest.raises(CertViewError) as caught:
            list(client_of(server.url).changes(Query(), SINCE, AS_OF))
        assert caught.value.kind == "credentials"

    def test_a_refusal_in_the_middle_is_what_it_is(self, serve: ServerFactory, client_of: ClientFactory) -> None:
        rows = [{"id": row, "certhash": str(row), "updateDate": "2026-06-01T00:00:00Z"} for row in range(200)]
        server = serve(Reply(body=json.dumps(rows).encode()), Reply(400, b"{}"))
        with pytest.raises(CertViewError) as caught:
            list(client_of(server.url).changes(Query(), SINCE, AS_OF))
        assert caught.value.kind != "filter"


class Meeting:
    """A server whose pages come only when so many calls are waiting for theirs."""

    def __init__(self, parties: int, pages: int) -> None:
        self._barrier = threading.Barrier(parties, timeout=20)
        self._pages = pages
        self.numbers: list[int] = []

    def __call__(self, request: Received) -> Reply:
        if request.path.startswith("/auth"):
            return Reply(201, jwt({"sub": "demo", "iat": 0, "exp": 14400}).encode())
        number = json.loads(request.body)["pageNumber"]
        self.numbers.append(number)
        if 0 < number < self._pages - 1:
            self._barrier.wait()
        rows = [{"id": 200 * number + row} for row in range(200)] if number < self._pages else []
        return Reply(body=json.dumps(rows).encode())


@pytest.mark.parametrize("at_once", [2, 3])
def test_as_many_pages_are_read_at_once_as_are_allowed(client_of: ClientFactory, at_once: int) -> None:
    meeting = Meeting(at_once, pages=2 + 2 * at_once)
    server = ScriptedServer(meeting)
    try:
        records = read(client_of(server.url, max_concurrency=at_once), Query())
    finally:
        server.close()
    assert [record["id"] for record in records] == list(range(200 * (2 + 2 * at_once)))
    assert meeting.numbers[0] == 0


def test_who_stops_early_leaves_no_call_behind(simulator: Simulator, client_of: ClientFactory) -> None:
    client = client_of(simulator.url)
    records = client.records(Query(page_size=10), AS_OF)
    assert len(list(itertools.islice(records, 55))) == 55
    t.cast(t.Generator[t.Any, None, None], records).close()
    assert simulator.list_calls == client.api_use["calls"] <= 6 + 2


def test_a_page_that_fails_is_the_error_of_the_sweep(simulator: Simulator, client_of: ClientFactory) -> None:
    simulator.fault("forbidden", call=7)
    seen: list[str] = []
    records = client_of(simulator.url).records(Query(page_size=10), AS_OF)
    with pytest.raises(CertViewError) as caught:
        seen.extend(record["certhash"] for record in records)
    assert caught.value.kind == "permission"
    # In order: what came before the failed page, and nothing from behind it.
    assert len(seen) in (50, 60, 70)
