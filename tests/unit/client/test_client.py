# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.community.qualys.plugins.module_utils._ahead import Wish
from ansible_collections.community.qualys.plugins.module_utils._client import CertViewClient
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._filters import Condition, Shortcuts, condition, holds
from ansible_collections.community.qualys.plugins.module_utils._options import Credentials
from ansible_collections.community.qualys.plugins.module_utils._query import INCLUDES, Query
from hypothesis import given, settings
from hypothesis import strategies as st
from simulator.estate.blemishes import KINDS as BLEMISHES
from simulator.settings import EstateSettings
from unit.client.support import AS_OF, ClientFactory, FakeClock, Reply, ServerFactory, Simulator, connection_to, jwt
from unit.simulator.serving import NOW, served
from unit.simulator.serving import settings as simulator_settings

ALL = Query()
Records = list[dict[str, t.Any]]


def read(client: CertViewClient, query: Query = ALL) -> Records:
    return list(client.records(query, AS_OF))


def refusal(client: CertViewClient, query: Query = ALL) -> CertViewError:
    with pytest.raises(CertViewError) as caught:
        read(client, query)
    return caught.value


def hashes(records: t.Iterable[dict[str, t.Any]]) -> set[str]:
    return {record["certhash"] for record in records}


def bodies(server: t.Any) -> list[t.Any]:
    return [json.loads(request.body) for request in server.received if request.path != "/auth"]


def called(server: t.Any) -> list[str]:
    return [request.path.split("/")[2] for request in server.received if request.path != "/auth"]


def certificate(number: int, **fields: t.Any) -> dict[str, t.Any]:
    return {"id": number, "certhash": f"{number:064x}", **fields}


def reply(*certificates: dict[str, t.Any]) -> Reply:
    return Reply(200, json.dumps(certificates).encode())


BAD_FILTER = Reply(400, b'{"errorCode": 400, "message": "Unknown field"}')
GONE = Reply(404, b'{"errorCode": 404, "message": "No static resource"}')


class TestReadingEverything:
    @pytest.mark.parametrize("version", ["auto", "v1", "v2", "v2.1", "v2.2"])
    def test_every_certificate_arrives_once(self, simulator: Simulator, client_of: ClientFactory, version: str) -> None:
        truth = {row["certhash"] for row in simulator.control("estate")}
        client = client_of(simulator.url, api_version=version)
        records = read(client)
        assert len(records) == len(truth)
        assert hashes(records) == truth
        assert client.api_use["version"] == ("v2.2" if version == "auto" else version)

    def test_costs_its_pages_and_the_empty_one(self, simulator: Simulator, client_of: ClientFactory) -> None:
        client = client_of(simulator.url)
        pages = -(-len(read(client)) // 200)
        calls = simulator.list_calls
        assert pages < calls <= pages + 2
        use = client.api_use
        # Which of the last answers came last is left to chance.
        assert use["rate_limit"].pop("remaining") in (300 - calls, 301 - calls)
        assert use == {
            "version": "v2.2",
            "calls": calls,
            "refusals": 0,
            "waited_seconds": 0.0,
            "rate_limit": {"limit": 300, "window_seconds": 3600},
            "source": "api",
        }

    def test_before_the_first_call_nothing_was_used(self, client_of: ClientFactory) -> None:
        nothing = {"limit": None, "window_seconds": None, "remaining": None}
        use = client_of("http://127.0.0.1:1").api_use
        assert (use["version"], use["calls"], use["rate_limit"]) == (None, 0, nothing)

    @pytest.mark.parametrize("fault", ["rows-inserted", "rows-moved"])
    def test_rows_that_shift_are_healed(self, simulator: Simulator, client_of: ClientFactory, fault: str) -> None:
        truth = {row["certhash"] for row in simulator.control("estate")}
        simulator.fault(fault, call=3, rows=7)
        records = read(client_of(simulator.url), Query(page_size=50))
        assert len(records) == len(hashes(records))
        assert truth <= hashes(records)

    @pytest.mark.parametrize(("times", "read_until"), [(1, 400), (2, 200)])
    def test_an_answer_without_content_ends_the_list_if_it_stays(
        self, simulator: Simulator, client_of: ClientFactory, times: int, read_until: int
    ) -> None:
        simulator.fault("empty", call=2, times=times)
        assert len(read(client_of(simulator.url, max_concurrency=1))) == read_until

    @pytest.mark.parametrize("nothing", [Reply(202, b""), Reply(202, b"[]"), Reply(200, b" "), Reply(200, b"null")])
    def test_an_answer_that_tells_no_end_is_asked_for_again(
        self, serve: ServerFactory, client_of: ClientFactory, nothing: Reply
    ) -> None:
        server = serve(reply(certificate(1)), nothing, reply(certificate(2)), reply())
        assert len(read(client_of(server.url, max_concurrency=1), Query(page_size=1))) == 2

    @pytest.mark.parametrize("nothing", [Reply(202, b""), Reply(200, b""), Reply(200, b"null")])
    def test_an_answer_that_never_tells_the_end_is_an_error(
        self, serve: ServerFactory, client_of: ClientFactory, nothing: Reply
    ) -> None:
        server = serve(reply(certificate(1)), *[nothing] * 3)
        error = refusal(client_of(server.url, max_concurrency=1, retries=2), Query(page_size=1))
        assert (error.kind, error.http_status) == ("answer", nothing.status)
        assert "holds nothing where a list should be" in error.message

    def test_an_object_in_place_of_the_list_is_an_error_not_the_end(
        self, simulator: Simulator, client_of: ClientFactory
    ) -> None:
        simulator.fault("object", call=2, times=99)
        error = refusal(client_of(simulator.url))
        assert (error.kind, error.code) == ("answer", "500")
        assert error.request == "POST /certview/v2.2/certificates"
        assert "Something went wrong" in error.message

    @pytest.mark.parametrize("answer", [{}, {"rows": []}, {"errorCode": None, "subErrors": []}, 7, "text"])
    def test_what_is_neither_a_list_nor_a_refusal_is_an_error(
        self, serve: ServerFactory, client_of: ClientFactory, answer: t.Any
    ) -> None:
        error = refusal(client_of(serve(reply(certificate(1)), Reply(body=json.dumps(answer).encode())).url))
        assert (error.kind, error.http_status) == ("answer", 200)
        assert f"{type(answer).__name__} where a list should be" in error.message

    def test_a_failure_in_mid_sweep_is_an_error_not_the_end(
        self, simulator: Simulator, client_of: ClientFactory
    ) -> None:
        simulator.fault("forbidden", call=3, times=9)
        records = client_of(simulator.url).records(Query(page_size=50), AS_OF)
        assert len([next(records) for _each in range(100)]) == 100
        with pytest.raises(CertViewError, match="User license"):
            next(records)


class TestVersions:
    @pytest.mark.parametrize(
        ("existing", "used"), [(["v1", "v2", "v2.1"], "v2.1"), (["v1", "v2"], "v2"), (["v2.2", "v2"], "v2.2")]
    )
    def test_the_newest_that_is_there_is_found_and_remembered(
        self, simulator: Simulator, client_of: ClientFactory, existing: list[str], used: str
    ) -> None:
        simulator.control("versions", {"versions": existing})
        client = client_of(simulator.url)
        read(client)
        calls = client.api_use["calls"]
        read(client)
        assert client.api_use["version"] == used
        assert client.api_use["calls"] - calls == simulator.stats["calls"][f"/certview/{used}/certificates"] / 2

    @pytest.mark.parametrize("status", [404, 410])
    def test_a_gateway_without_any_is_an_error_of_the_last(
        self, serve: ServerFactory, client_of: ClientFactory, status: int
    ) -> None:
        server = serve(Reply(status))
        error = refusal(client_of(server.url))
        assert (error.kind, error.http_status, error.request) == ("not_found", status, "POST /certview/v2/certificates")
        assert called(server) == ["v2.2", "v2.1", "v2"]

    @pytest.mark.parametrize("status", [400, 403])
    def test_only_a_missing_version_is_fallen_back_from(
        self, serve: ServerFactory, client_of: ClientFactory, status: int
    ) -> None:
        server = serve(Reply(status))
        refusal(client_of(server.url))
        assert called(server) == ["v2.2"]

    def test_a_version_is_remembered_only_once_it_answered(
        self, serve: ServerFactory, client_of: ClientFactory
    ) -> None:
        server = serve(Reply(403), GONE, reply())
        client = client_of(server.url)
        refusal(client)
        assert client.api_use["version"] is None
        assert read(client) == []
        assert called(server) == ["v2.2", "v2.2", "v2.1"]

    def test_a_named_one_is_used_and_no_other(self, serve: ServerFactory, client_of: ClientFactory) -> None:
        server = serve(GONE)
        assert refusal(client_of(server.url, api_version="v2.1")).http_status == 404
        assert called(server) == ["v2.1"]

    def test_a_query_in_qql_uses_v1_for_itself_alone(self, serve: ServerFactory, client_of: ClientFactory) -> None:
        server = serve(reply())
        client = client_of(server.url)
        read(client, Query(qql="selfSigned:true"))
        assert client.api_use["version"] == "v1"
        read(client)
        assert called(server) == ["v1", "v2.2"]

    def test_a_query_in_qql_contradicts_a_newer_version(self, client_of: ClientFactory) -> None:
        error = refusal(client_of("http://127.0.0.1:1", api_version="v2.2"), Query(qql="selfSigned:true"))
        assert error.kind == "options"

    def test_a_list_longer_than_the_window_of_v1_is_an_error(
        self, serve: ServerFactory, client_of: ClientFactory
    ) -> None:
        pages = [reply(*(certificate(200 * page + row) for row in range(200))) for page in range(51)]
        server = serve(*pages)
        assert refusal(client_of(server.url, api_version="v1")).kind == "window"
        assert len(called(server)) == 50


class TestRequests:
    def test_of_v2_has_the_shape_of_the_guide(self, serve: ServerFactory, client_of: ClientFactory) -> None:
        server = serve(reply())
        query = Query(
            where=(condition("asset.tagName", "not_equals", "Lab"),),
            shortcuts=Shortcuts(types=("Leaf",)),
            includes=("asset_tags", "cipher_suites"),
            exclude_fields=("asset.netbiosName", "asset.uuid"),
            asset_type="managed",
            page_size=50,
        )
        read(client_of(server.url), query)
        assert bodies(server) == [
            {
                "filter": {
                    "filters": [
                        {"field": "asset.tagName", "value": "Lab", "operator": "NOT_EQUALS"},
                        {"field": "certificate.type", "value": "Leaf", "operator": "IN"},
                    ],
                    "operation": "AND",
                },
                "pageNumber": 0,
                "pageSize": 50,
                "assetType": "MANAGED",
                "includes": ["ASSET_TAGS", "CIPHER_SUITES"],
                "excludeFields": "asset.netbiosName,asset.uuid",
            }
        ]

    def test_of_v1_has_the_shape_of_the_release_notes(self, serve: ServerFactory, client_of: ClientFactory) -> None:
        server = serve(reply())
        query = Query(
            qql="subject:(name: x) or keySize:1024",
            where=(condition("certificate.selfSigned", "equals", True),),
            sort=(("certificate.lastFound", "desc"), ("unknownToken", "asc")),
        )
        read(client_of(server.url), query)
        assert bodies(server) == [
            {
                "certificateDetails": "basic",
                "filter": "(subject:(name: x) or keySize:1024) and selfSigned:true",
                "sort": '[{"lastFound": "desc"}, {"unknownToken": "asc"}]',
                "pageNumber": 0,
                "pageSize": 200,
            }
        ]

    def test_without_conditions_has_no_filter(self, serve: ServerFactory, client_of: ClientFactory) -> None:
        server = serve(reply())
        read(client_of(server.url))
        read(client_of(server.url, api_version="v1"))
        assert not any({"filter", "includes", "excludeFields", "sort"} & body.keys() for body in bodies(server))


class TestFiltering:
    def test_what_the_server_should_have_left_out_is_left_out_here(
        self, serve: ServerFactory, client_of: ClientFactory
    ) -> None:
        server = serve(reply(certificate(1, keySize=1024), certificate(2, keySize=2048), certificate(3)), reply())
        records = read(client_of(server.url), Query(shortcuts=Shortcuts(key_size_below=2048)))
        # Of the third the server knew more than it told.
        assert [record["id"] for record in records] == [1, 3]

    def test_a_shortcut_the_server_does_not_know_is_checked_here(
        self, serve: ServerFactory, client_of: ClientFactory, told: list[str]
    ) -> None:
        server = serve(
            BAD_FILTER, reply(certificate(1, keySize=1024), certificate(2, keySize=2048), certificate(3)), reply()
        )
        records = read(client_of(server.url), Query(shortcuts=Shortcuts(key_size_below=2048)))
        assert [record["id"] for record in records] == [1]
        assert len(told) == 1
        assert "Unknown field" in told[0]
        assert ["filter" in body for body in bodies(server)] == [True, False, False]

    def test_the_users_own_condition_is_never_dropped(
        self, serve: ServerFactory, client_of: ClientFactory, told: list[str]
    ) -> None:
        server = serve(BAD_FILTER)
        query = Query(where=(Condition("no.field", "equals", ("x",)),), shortcuts=Shortcuts(self_signed=True))
        error = refusal(client_of(server.url), query)
        assert (error.kind, error.http_status) == ("request", 400)
        assert "Unknown field" in str(error)
        assert told == []
        assert all("filter" in body for body in bodies(server))

    def test_a_filter_refused_in_mid_sweep_is_an_error(self, serve: ServerFactory, client_of: ClientFactory) -> None:
        server = serve(reply(certificate(1, keySize=1)), BAD_FILTER)
        assert refusal(client_of(server.url), Query(shortcuts=Shortcuts(key_size_below=2048))).http_status == 400
        assert len(called(server)) == 2

    def test_what_cannot_be_pushed_is_not(self, serve: ServerFactory, client_of: ClientFactory) -> None:
        asset = {"primaryIp": "2001:DB8::1"}
        server = serve(reply(certificate(1, assets=[asset]), certificate(2, assets=[])), reply())
        records = read(client_of(server.url), Query(shortcuts=Shortcuts(primary_ips=("2001:db8:0::1",))))
        assert [record["id"] for record in records] == [1]
        assert "filter" not in bodies(server)[0]


PUSHED = [
    ("certificate.keySize", "equals", 2048),
    ("certificate.keySize", "not_equals", 2048),
    ("certificate.keySize", "lesser", 2048),
    ("certificate.keySize", "less_than_equal", 2048),
    ("certificate.keySize", "greater", 2048),
    ("certificate.keySize", "greater_than_equal", 3072),
    ("certificate.keySize", "in", [256, 384]),
    ("certificate.validToDate", "lesser", "2026-06-01"),
    ("certificate.validToDate", "greater_than_equal", "2026-06-15T12:00:00Z"),
    ("certificate.selfSigned", "equals", True),
    ("certificate.selfSigned", "not_equals", True),
    ("certificate.signatureAlgorithm", "contains", "sha1"),
    ("certificate.signatureAlgorithm", "equals", "SHA256withRSA"),
    ("certificate.subject.name", "contains", "example"),
    ("certificate.subject.organization", "is_not_empty", None),
    ("certificate.subject.organization", "is_empty", None),
    ("asset.name", "contains", "org"),
    ("asset.tagName", "in", ["Production", "Cloud"]),
    ("asset.tagName", "not_equals", "Production"),
    ("instance.port", "equals", 443),
    ("instance.port", "greater", 1024),
    ("instance.grade", "in", "A,B"),
]
EVERYTHING = Query(includes=INCLUDES)


@pytest.mark.parametrize(
    ("version", "field", "operator", "value"),
    [(version, *asked) for version in ("v2.2", "v1") for asked in PUSHED if version != "v1" or "empty" not in asked[1]],
)
def test_the_server_selects_what_holds_selects(
    simulator: Simulator, client_of: ClientFactory, version: str, field: str, operator: str, value: object
) -> None:
    made = condition(field, operator, value)
    client = client_of(simulator.url, api_version=version)
    everything = read(client, EVERYTHING)
    # An empty text is one that a record does not tell.
    untold = operator == "is_empty"
    chosen = hashes(record for record in everything if holds([made], record, untold=untold))
    # Asked for on the bare connection, so that nothing is checked again here.
    returned: set[str] = set()
    for number in range(-(-len(everything) // 200) + 1):
        rows = client._certificates._page(EVERYTHING, (made,), number, 200, Wish())
        returned |= {row["certhash"] for row in rows}
    if (operator == "not_equals" and field.startswith("asset.")) or (operator == "contains" and version == "v1"):
        # Of several values the server may mean any or all; QQL looks for words, not for any part of a text.
        assert returned <= chosen
    else:
        assert returned == chosen
    assert 0 < len(returned) < len(everything)


# What one version does not tell, by the CertView API guides; everything else must be the same in both.
UNTOLD_BY_V1 = {
    "certificate": {"id", "type", "key_algorithm", "key_algorithm_source", "revocation_status", "imported", "created"}
    | {"updated", "asset_count", "assets_complete", "raw_data", "key_usage", "enhanced_key_usage", "serial_number"}
    # It gives the issuer's name as its category (CertView API release notes 3.0.0, sample of v1).
    | {"issuer_category", "issuer", "root_issuer", "extra"},
    "asset": {"id", "extra"},
    "instance": {"id", "service", "fqdn", "cipher_suites", "extra"},
}
UNTOLD_BY_V2 = {"order_status"}


def without(holder: dict[str, t.Any], untold: set[str]) -> dict[str, t.Any]:
    return {name: value for name, value in holder.items() if name not in untold}


def common(record: dict[str, t.Any]) -> dict[str, t.Any]:
    told = without(record, UNTOLD_BY_V1["certificate"] | UNTOLD_BY_V2)
    told["assets"] = [without(asset, UNTOLD_BY_V1["asset"]) for asset in record["assets"]]
    for asset in told["assets"]:
        asset["instances"] = [without(instance, UNTOLD_BY_V1["instance"]) for instance in asset["instances"]]
    return told


@settings(max_examples=10)
@given(
    st.integers(0, 2**32),
    st.integers(1, 90),
    st.integers(1, 60),
    st.dictionaries(st.sampled_from(BLEMISHES), st.floats(0.0, 1.0)),
)
def test_one_estate_gives_one_set_of_records_whichever_version_told_of_it(
    seed: int, certificates: int, assets: int, blemishes: dict[str, float]
) -> None:
    estate = EstateSettings("generated", certificates, assets, seed, NOW)
    by_version = []
    with served(simulator_settings(estate)) as gateway:
        gateway.certview.settings.quirks.blemishes = blemishes
        for version in ("v1", "v2.2"):
            with CertViewClient(connection_to(gateway.url, api_version=version), clock=FakeClock()) as client:
                by_version.append({record["certhash"]: record for record in client.records(EVERYTHING, AS_OF)})
    by_v1, by_v2 = by_version
    assert len(by_v1) == certificates
    assert by_v1.keys() == by_v2.keys()
    for certhash, record in by_v1.items():
        assert record.keys() == by_v2[certhash].keys()
        assert common(record) == common(by_v2[certhash])
        assert record["key_algorithm"] in (None, by_v2[certhash]["key_algorithm"]) or record["key_size"] == 256


class TestSorting:
    @pytest.mark.parametrize(("order", "ids"), [("asc", [3, 1, 4, 2]), ("desc", [1, 4, 3, 2])])
    def test_of_v2_is_done_here_with_the_untold_last(
        self, serve: ServerFactory, client_of: ClientFactory, order: str, ids: list[int]
    ) -> None:
        rows = [certificate(1, keySize=20), certificate(2), certificate(3, keySize=10), certificate(4, keySize=20)]
        records = read(client_of(serve(reply(*rows), reply()).url), Query(sort=(("certificate.keySize", order),)))
        assert [record["id"] for record in records] == ids

    def test_the_first_field_weighs_most(self, serve: ServerFactory, client_of: ClientFactory) -> None:
        rows = [certificate(number, keySize=number % 2, validTo=number) for number in range(4)]
        query = Query(sort=(("certificate.keySize", "desc"), ("certificate.validToDate", "asc")))
        records = read(client_of(serve(reply(*rows), reply()).url), query)
        assert [record["id"] for record in records] == [1, 3, 0, 2]

    def test_an_unknown_field_is_refused_before_anything_is_read(
        self, serve: ServerFactory, client_of: ClientFactory
    ) -> None:
        server = serve(reply())
        error = refusal(client_of(server.url), Query(sort=(("certificate.size", "asc"),)))
        assert error.kind == "options"
        assert "certificate.keySize" in error.hint
        assert server.received == []


class TestLogin:
    def test_gives_the_token(self, simulator: Simulator, client_of: ClientFactory, told: list[str]) -> None:
        client = client_of(simulator.url)
        token = client.log_in()
        assert client.log_in() is token
        assert token.username == "certview-demo"
        assert client.gateway_url == simulator.url
        assert told == []

    def test_warns_of_a_token_without_certview(self, client_of: ClientFactory, told: list[str]) -> None:
        client_of("http://127.0.0.1:1", Credentials(token=jwt({"modulesAllowed": ["VM"]}))).log_in()
        assert "does not list Certificate View" in told[0]


def test_a_client_is_its_own_context_and_needs_no_more_than_a_connection(simulator: Simulator) -> None:
    with CertViewClient(connection_to(simulator.url)) as client:
        assert next(iter(client.records(Query(page_size=1), AS_OF)))["certhash"]
