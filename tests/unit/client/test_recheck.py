# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server answers although it was not asked for it: left out, and told of once."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.community.qualys.plugins.module_utils._client import CertViewClient
from ansible_collections.community.qualys.plugins.module_utils._filters import (
    MOST_IN_VALUES,
    Condition,
    Shortcuts,
    condition,
)
from ansible_collections.community.qualys.plugins.module_utils._query import Query
from simulator.settings import EstateSettings, Quirks
from unit.client.support import AS_OF, ClientFactory, Reply, ServerFactory
from unit.simulator.serving import NOW, Gateway, served, settings

HEEDLESS = {
    "filters that are ignored": Quirks(ignored_filters=True),
    "a filter by its other name": Quirks(instances_filter_key="filter"),
}
# What an instance is asked by, and where its record tells it.
OF_INSTANCES: dict[str, t.Callable[[t.Any], t.Any]] = {
    "instance.id": lambda record: record["id"],
    "instance.grade": lambda record: record["grade"],
    "instance.port": lambda record: record["port"],
    "instance.protocol": lambda record: record["protocol"],
    "asset.id": lambda record: record["asset"]["id"],
    "asset.uuid": lambda record: record["asset"]["uuid"],
    "asset.name": lambda record: record["asset"]["name"],
    "asset.primaryIp": lambda record: record["asset"]["primary_ip"],
    "certificate.id": lambda record: record["certificate"]["id"],
    "certificate.hash": lambda record: record["certificate"]["certhash"],
    "certificate.subject.name": lambda record: record["certificate"]["name"],
    "certificate.lastFound": lambda record: record["certificate"]["last_found"],
}


def gateway_with(quirks: Quirks) -> t.Any:
    return served(settings(EstateSettings("generated", 120, 60, now=NOW), quirks=quirks))


@pytest.fixture(scope="module")
def faithful() -> t.Iterator[Gateway]:
    with gateway_with(Quirks()) as gateway:
        yield gateway


@pytest.fixture(scope="module", params=HEEDLESS.values(), ids=HEEDLESS.keys())
def heedless(request: pytest.FixtureRequest) -> t.Iterator[Gateway]:
    with gateway_with(request.param) as gateway:
        yield gateway


@pytest.fixture(scope="module")
def ignoring() -> t.Iterator[Gateway]:
    with gateway_with(Quirks(ignored_filters=True)) as gateway:
        yield gateway


def instances(client: CertViewClient, *where: Condition) -> list[tuple[int, int]]:
    return sorted((record["id"], record["certificate"]["id"]) for record in client.instances(where))


class TestInstances:
    @pytest.mark.parametrize("field", OF_INSTANCES)
    def test_the_same_are_given_whether_the_server_heeds_the_filter_or_not(
        self, faithful: Gateway, heedless: Gateway, client_of: ClientFactory, told: list[str], field: str
    ) -> None:
        everything = list(client_of(faithful.url).instances())
        value = next(found for found in map(OF_INSTANCES[field], everything) if found)
        made = condition(field, "equals", value)
        expected = instances(client_of(faithful.url), made)
        assert 0 < len(expected) < len(everything) or field == "instance.protocol"
        assert told == []
        assert instances(client_of(heedless.url), made) == expected
        assert len(told) == (len(expected) < len(everything))
        assert all("instances that do not meet the conditions" in line for line in told)

    def test_it_is_told_once_however_many_parts_there_are(
        self, heedless: Gateway, client_of: ClientFactory, told: list[str]
    ) -> None:
        client = client_of(heedless.url)
        ids = sorted(record["id"] for record in client.instances())
        nobody = range(10_000_000, 10_000_000 + MOST_IN_VALUES)
        found = [r["id"] for r in client.instances([condition("instance.id", "in", [*ids[:5], *nobody, *ids[3:8]])])]
        assert sorted(found) == ids[:8]
        assert len(told) == 1

    def test_what_a_record_does_not_tell_is_the_servers_to_answer(
        self, serve: ServerFactory, client_of: ClientFactory, told: list[str]
    ) -> None:
        rows = [{"id": 1, "asset": {"id": 1}}, {"id": 2}, {"id": 3, "service": "https", "fqdn": None}]
        client = client_of(serve(Reply(200, json.dumps(rows).encode()), Reply()).url, max_concurrency=1)
        where = [
            condition("asset.tagName", "equals", "Lab"),
            condition("instance.grade", "equals", "F"),
            condition("instance.service", "equals", "HTTPS"),
            condition("instance.fqdn", "contains", "example"),
            condition("instance.colour", "greater", "blue"),
        ]
        assert [record["id"] for record in client.instances(where)] == [1, 2, 3]
        assert told == []


class TestExternalSites:
    @pytest.fixture
    def sites(self, request: pytest.FixtureRequest, ignoring: Gateway, faithful: Gateway) -> tuple[Gateway, Gateway]:
        for gateway in (faithful, ignoring):
            gateway.login()
            content = "Sites\na.example.org\nb.example.org\n203.0.113.9\n"
            answer = gateway.post(
                "/certview/v1/externalSites/bulkAdd?action=SAVE_AND_LAUNCH", files={"file": ("s.csv", content)}
            )
            assert answer.status_code == 202
        return faithful, ignoring

    @pytest.mark.parametrize(
        "made",
        [
            condition("site", "equals", "A.example.org"),
            condition("site", "contains", "b.ex"),
            condition("site", "in", ["a.example.org", "203.0.113.9"]),
            condition("scanStatus", "equals", "SCAN_LAUNCHED"),
            condition("scanStatus", "not_equals", "SCAN_LAUNCHED"),
            condition("id", "greater", "9001"),
            condition("createdDate", "lesser", "2026-06-01"),
            condition("createdDate", "less_than_equal", "2026-06-01"),
        ],
        ids=lambda made: f"{made.field} {made.operator}",
    )
    def test_the_same_are_given_whether_the_server_heeds_the_filter_or_not(
        self, sites: tuple[Gateway, Gateway], client_of: ClientFactory, told: list[str], made: Condition
    ) -> None:
        faithful, ignoring = sites
        expected, found = (
            [record["site"] for record in client_of(gateway.url).external_sites([made])]
            for gateway in (faithful, ignoring)
        )
        assert found == expected
        assert len(told) == (len(expected) < 4)

    @pytest.mark.parametrize(
        ("field", "operator", "value"),
        [
            # Their types are a guess: what does not fit it is not judged by it.
            ("id", "equals", "5f0cbb5c-3a8e-4f39-8d0f-f5f5b2c1a9d3"),
            ("id", "contains", "7"),
            ("createdDate", "greater", "now-30d"),
            ("scanStatus", "greater", "B"),
            ("siteId", "equals", "8"),
        ],
    )
    def test_a_condition_that_does_not_fit_is_the_servers_to_answer(
        self, serve: ServerFactory, client_of: ClientFactory, told: list[str], field: str, operator: str, value: str
    ) -> None:
        row = {"id": 8, "site": "a.example.org", "createdDate": "2026-01-01T00:00:00Z", "scanStatus": "A"}
        server = serve(Reply(200, json.dumps([row]).encode()), Reply())
        client = client_of(server.url, max_concurrency=1)
        where = [condition(field, operator, value)]
        assert [record["id"] for record in client.external_sites(where)] == [8]
        assert json.loads(server.received[-1].body)["filter"]["filters"][0]["value"] == value
        assert told == []

    def test_a_day_is_its_first_instant_to_the_server_too(self, serve: ServerFactory, client_of: ClientFactory) -> None:
        server = serve(Reply())
        list(client_of(server.url).external_sites([condition("scanDate", "greater", "2026-01-01")]))
        (asked,) = json.loads(server.received[-1].body)["filter"]["filters"]
        assert asked == {"field": "scanDate", "operator": "GREATER", "value": "2026-01-01T00:00:00.000Z"}


@pytest.mark.parametrize(
    "query",
    [
        Query(where=(condition("certificate.keySize", "lesser", 2048),)),
        Query(shortcuts=Shortcuts(types=("Root",))),
        Query(shortcuts=Shortcuts(expired=False), where=(condition("instance.port", "equals", 443),)),
    ],
)
def test_certificates_too(
    faithful: Gateway, ignoring: Gateway, client_of: ClientFactory, told: list[str], query: Query
) -> None:
    expected = [record["certhash"] for record in client_of(faithful.url).records(query, AS_OF)]
    assert told == []
    assert 0 < len(expected) < 120
    assert [record["certhash"] for record in client_of(ignoring.url).records(query, AS_OF)] == expected
    assert len(told) == 1
    assert "certificates that do not meet the conditions" in told[0]
