# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What v1 of the API does in its own way: order, and fingerprints."""

from __future__ import annotations

import itertools
import json
import typing as t
from collections.abc import Callable

import pytest
from ansible_collections.community.qualys.plugins.module_utils._client import CertViewClient
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._filters import MOST_IN_VALUES, Shortcuts, condition
from ansible_collections.community.qualys.plugins.module_utils._query import Query
from simulator.settings import EstateSettings
from unit.client.support import (
    AS_OF,
    ClientFactory,
    Received,
    Reply,
    ScriptedServer,
    ServerFactory,
    Simulator,
    jwt,
)
from unit.simulator.serving import NOW, Gateway, served, settings

NOBODY = tuple(f"{number:064x}" for number in range(2 * MOST_IN_VALUES))


def read(client: CertViewClient, query: Query) -> list[dict[str, t.Any]]:
    return list(client.records(query, AS_OF))


class TestOrder:
    @pytest.fixture
    def query(self, simulator: Simulator) -> Query:
        hashes = sorted(row["certhash"] for row in simulator.control("estate"))
        values = [*hashes[::2], *NOBODY, *hashes[1::2]]
        return Query(
            where=(condition("certificate.hash", "in", values),),
            sort=(("certificate.keySize", "desc"), ("certificate.validToDate", "asc")),
        )

    @pytest.mark.parametrize("limit", [None, 5])
    def test_parts_are_brought_into_one_order(
        self, simulator: Simulator, client_of: ClientFactory, query: Query, limit: int | None
    ) -> None:
        """Each of them is sorted by the server."""
        by_v1, by_v2 = (
            [
                (record["key_size"], record["valid_to"])
                for record in itertools.islice(
                    client_of(simulator.url, api_version=version).records(query, AS_OF), limit
                )
            ]
            for version in ("v1", "v2.2")
        )
        assert by_v1 == by_v2 == sorted(by_v2, key=lambda pair: (-pair[0], pair[1]))
        assert len(by_v1) == (limit or len(simulator.control("estate")))

    def test_parts_cannot_be_sorted_by_what_no_record_is_known_to_hold(
        self, simulator: Simulator, client_of: ClientFactory
    ) -> None:
        query = Query(where=(condition("certificate.hash", "in", list(NOBODY)),), sort=(("sources", "asc"),))
        with pytest.raises(CertViewError, match="cannot sort by sources") as caught:
            read(client_of(simulator.url, api_version="v1"), query)
        assert caught.value.kind == "options"
        assert simulator.list_calls == 0

    def test_a_list_in_one_part_comes_as_the_server_sorts_it_page_by_page(
        self, simulator: Simulator, client_of: ClientFactory
    ) -> None:
        client = client_of(simulator.url, api_version="v1", max_concurrency=1)
        records = client.records(Query(sort=(("sources", "asc"),), page_size=10), AS_OF)
        assert len(list(itertools.islice(records, 5))) == 5
        assert simulator.list_calls <= 2


@pytest.fixture(scope="module")
def large() -> t.Iterator[Gateway]:
    """More than v1 gives."""
    with served(settings(EstateSettings("generated", 10_100, 50, now=NOW))) as gateway:
        yield gateway


class TestFingerprints:
    """Whether v1 can be asked for them is known from hearsay only."""

    @pytest.mark.parametrize("number", [0, 10_050])
    def test_one_is_found_without_reading_the_whole_list(
        self, large: Gateway, client_of: ClientFactory, number: int
    ) -> None:
        wanted = large.certview.estate.certificates[number].certhash
        client = client_of(large.url, api_version="v1")
        assert [record["certhash"] for record in read(client, Query(shortcuts=Shortcuts(certhashes=(wanted,))))] == [
            wanted
        ]
        # Two to see that it can be asked for, one or two for the list of one.
        assert client.api_use["calls"] <= 4
        assert read(client, Query(shortcuts=Shortcuts(certhashes=NOBODY[:1]))) == []
        assert client.api_use["calls"] <= 6

    def test_with_a_query_in_qql_it_is_one_of_those_that_are_asked_for(
        self, simulator: Simulator, client_of: ClientFactory
    ) -> None:
        own = [
            record["certhash"]
            for record in read(client_of(simulator.url), Query(shortcuts=Shortcuts(self_signed=True)))
        ]
        query = Query(qql="selfSigned:true or keySize:1", shortcuts=Shortcuts(certhashes=(*own[:2], *NOBODY[:1])))
        assert sorted(record["certhash"] for record in read(client_of(simulator.url), query)) == sorted(own[:2])

    CERTIFICATES: t.ClassVar[list[dict[str, t.Any]]] = [
        {"id": number, "certhash": f"{number:064x}", "assets": []} for number in (7, 8, 9)
    ]

    @pytest.fixture
    def asked(self) -> list[dict[str, t.Any]]:
        return []

    @pytest.fixture(
        params=[
            ("refused", lambda rows, query: Reply(400, b'{"errorCode":400,"message":"unknown token certhash"}')),
            ("taken as text", lambda rows, query: Reply()),
            ("ignored", lambda rows, query: Reply(body=json.dumps(rows).encode())),
        ],
        ids=lambda param: param[0],
    )
    def odd(self, request: pytest.FixtureRequest, asked: list[dict[str, t.Any]]) -> t.Iterator[ScriptedServer]:
        """A server that does not know the token."""
        answer_to_token: Callable[[t.Any, str], Reply] = request.param[1]

        def answer(received: Received) -> Reply:
            if received.path.startswith("/auth"):
                return Reply(201, jwt({"sub": "demo", "iat": 0, "exp": 14400}).encode())
            body = json.loads(received.body)
            asked.append(body)
            start = body["pageNumber"] * body["pageSize"]
            rows = self.CERTIFICATES[start : start + body["pageSize"]]
            return answer_to_token(rows, body["filter"]) if "filter" in body else Reply(body=json.dumps(rows).encode())

        server = ScriptedServer(answer)
        yield server
        server.close()

    def test_a_server_that_does_not_know_the_token_loses_none(
        self, odd: ScriptedServer, asked: list[dict[str, t.Any]], client_of: ClientFactory
    ) -> None:
        client = client_of(odd.url, api_version="v1", max_concurrency=1)
        for wanted in (8, 9):
            query = Query(shortcuts=Shortcuts(certhashes=(f"{wanted:064x}",)))
            assert [record["id"] for record in read(client, query)] == [wanted]
        # It was tried out once.
        assert sum(body["pageSize"] == 1 for body in asked) == 2

    @pytest.mark.parametrize("body", [b'["x"]', b"[null]", b'[{"id": 1}, 7]'])
    def test_what_is_no_list_of_certificates_is_an_error(
        self, client_of: ClientFactory, serve: ServerFactory, body: bytes
    ) -> None:
        server = serve(Reply(body=body))
        query = Query(shortcuts=Shortcuts(certhashes=NOBODY[:1]))
        with pytest.raises(CertViewError) as caught:
            read(client_of(server.url, api_version="v1"), query)
        assert caught.value.kind == "answer"

    def test_an_empty_list_is_empty(self, client_of: ClientFactory, serve: ServerFactory) -> None:
        server = serve(Reply())
        query = Query(shortcuts=Shortcuts(certhashes=NOBODY[:1]))
        assert read(client_of(server.url, api_version="v1"), query) == []
