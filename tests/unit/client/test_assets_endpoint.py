# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t
from collections.abc import Iterator

import pytest
from ansible_collections.community.qualys.plugins.module_utils._asset_search import checked_certhash, found_assets
from ansible_collections.community.qualys.plugins.module_utils._assets import rows_of
from ansible_collections.community.qualys.plugins.module_utils._certificate import asset
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._sweep import sweep
from hypothesis import given
from hypothesis import strategies as st
from simulator.settings import EstateSettings, Quirks
from support.simulator import running_simulator
from unit.client.support import JSON_VALUES, ClientFactory, Reply, ServerFactory, Simulator, outcome_of
from unit.simulator.serving import NOW, served, settings

SHARED_BY = 450
CERTHASH = "ab" * 32
BOTH = ("tags", "instances")


@pytest.fixture(scope="module")
def many_assets() -> Iterator[Simulator]:
    with running_simulator(
        "--estate", "generated", "--certificates", "20", "--assets", "500", "--shared-assets", str(SHARED_BY)
    ) as simulator:
        yield Simulator(simulator)


@pytest.fixture
def shared(many_assets: Simulator) -> t.Any:
    """What is true of the certificate on very many assets."""
    many_assets.reset()
    return max(many_assets.control("estate"), key=lambda certificate: len(certificate["assets"]))


class Hostile:
    """A client whose server answers anything."""

    def __init__(self, answers: list[t.Any]) -> None:
        self._answers = [*answers, []]

    def assets(self, certhash: str, *, attributes: t.Sequence[str], qql: str) -> Iterator[dict[str, t.Any]]:
        return (asset(row) for page in sweep(self._rows, page_size=200) for row in page)

    def _rows(self, number: int, size: int, wish: object) -> list[dict[str, t.Any]]:
        rows = rows_of(self._answers.pop(0) if self._answers else [])
        if not isinstance(rows, list):
            raise CertViewError("no list", kind="answer")
        return rows


def found(client: t.Any, certhash: str, *, attributes: t.Sequence[str] = BOTH, qql: str = "") -> list[dict[str, t.Any]]:
    return list(found_assets(client, certhash, attributes=attributes, qql=qql))


@pytest.mark.parametrize("spelling", [CERTHASH, CERTHASH.upper(), f" {':'.join([CERTHASH[:2]] * 32)}\n"])
def test_a_fingerprint_is_taken_in_any_spelling(spelling: str) -> None:
    assert checked_certhash(spelling) == CERTHASH


@pytest.mark.parametrize(
    "text", ["", "ab" * 20, CERTHASH[:-1], f"{CERTHASH}0", f"../{CERTHASH[3:]}", "é" * 64, "٣" * 64]
)
def test_what_is_no_fingerprint_never_becomes_part_of_a_url(text: str) -> None:
    with pytest.raises(CertViewError, match="SHA-256") as caught:
        checked_certhash(text)
    assert caught.value.kind == "options"


def test_every_asset_comes_once(many_assets: Simulator, shared: t.Any, client_of: ClientFactory) -> None:
    assets = found(client_of(many_assets.url), shared["certhash"])
    assert len(assets) == SHARED_BY
    assert {asset["id"] for asset in assets} == {asset["id"] for asset in shared["assets"]}
    assert {asset["id"]: [i["port"] for i in asset["instances"]] for asset in assets} == {
        asset["id"]: asset["ports"] for asset in shared["assets"]
    }
    assert all(isinstance(asset["tags"], list) for asset in assets)


def test_attributes_that_are_not_asked_for_are_not_told(
    many_assets: Simulator, shared: t.Any, client_of: ClientFactory
) -> None:
    client = client_of(many_assets.url)
    assert all(asset["tags"] is None for asset in found(client, shared["certhash"], attributes=["instances"]))
    assert not any(asset["instances"] for asset in found(client, shared["certhash"], attributes=["tags"]))


@pytest.mark.parametrize("read", ["body", "query"])
def test_all_come_wherever_the_server_reads_the_parameters(client_of: ClientFactory, read: str) -> None:
    estate = EstateSettings("generated", 20, 500, shared_assets=SHARED_BY, now=NOW)
    with served(settings(estate, quirks=Quirks(assets_parameters=read))) as gateway:
        crowded = max(gateway.certview.estate.certificates, key=lambda each: len(each.installations))
        client = client_of(gateway.url)
        assert {each["id"] for each in found(client, crowded.certhash)} == {i.asset.id for i in crowded.installations}
        # Three pages and the one that ends the list.
        assert client.api_use["calls"] <= 5
        name = crowded.installations[0].asset.name
        (only,) = found(client, crowded.certhash, attributes=["tags"], qql=f"asset.name:`{name}`")
    assert (only["name"], only["instances"]) == (name, [])
    assert only["tags"] is not None


def test_a_query_chooses(many_assets: Simulator, shared: t.Any, client_of: ClientFactory) -> None:
    name = shared["assets"][0]["name"]
    (asset,) = found(client_of(many_assets.url), shared["certhash"], qql=f"asset.name:`{name}`")
    assert asset["name"] == name


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"[]"),
        Reply(204, b""),
        Reply(200, b'{"data": [], "count": 0}'),
        Reply(404, b'{"errorCode": 404, "message": "Certificate is not found.", "status": "NOT_FOUND"}'),
    ],
)
def test_an_unknown_certificate_has_no_assets(reply: Reply, serve: ServerFactory, client_of: ClientFactory) -> None:
    assert found(client_of(serve(reply).url), CERTHASH) == []


@pytest.mark.parametrize(
    "body",
    [
        b"<html><title>404 Not Found</title></html>",
        b'{"errorCode": 404, "message": "No static resource certview/v1/certificates/abab/assets.", "status": "x"}',
        b"",
    ],
)
def test_a_404_of_the_wrong_gateway_stays_an_error(body: bytes, serve: ServerFactory, client_of: ClientFactory) -> None:
    with pytest.raises(CertViewError) as caught:
        found(client_of(serve(Reply(404, body)).url), CERTHASH)
    assert (caught.value.kind, caught.value.http_status) == ("not_found", 404)


def test_a_certificate_that_vanishes_while_it_is_read_is_no_empty_list(
    serve: ServerFactory, client_of: ClientFactory
) -> None:
    page = json.dumps([{"id": number} for number in range(200)]).encode()
    gone = Reply(404, b'{"errorCode": 404, "message": "Certificate is not found."}')
    with pytest.raises(CertViewError) as caught:
        found(client_of(serve(Reply(200, page), gone).url, max_concurrency=1), CERTHASH)
    assert caught.value.http_status == 404


def test_more_assets_than_the_api_gives_are_an_error(serve: ServerFactory, client_of: ClientFactory) -> None:
    pages = [Reply(200, json.dumps([{"id": n} for n in range(p * 200, p * 200 + 200)]).encode()) for p in range(51)]
    with pytest.raises(CertViewError) as caught:
        found(client_of(serve(*pages).url, max_concurrency=1), CERTHASH)
    assert caught.value.kind == "window"


def test_an_error_under_http_200_is_no_end_of_the_list(serve: ServerFactory, client_of: ClientFactory) -> None:
    refusal = {"errorCode": 500, "message": "Search is down", "subErrors": [], "status": "INTERNAL_SERVER_ERROR"}
    page = json.dumps([{"id": number} for number in range(200)]).encode()
    for replies in ([], [Reply(200, page)]):
        server = serve(*replies, Reply(200, json.dumps(refusal).encode()))
        with pytest.raises(CertViewError, match="Search is down") as caught:
            found(client_of(server.url, max_concurrency=1), CERTHASH)
        assert (caught.value.kind, caught.value.http_status, caught.value.code) == ("answer", 200, "500")


@pytest.mark.parametrize("row", [{"certhash": "ab"}, {"name": "host"}, {"id": None, "uuid": ""}, "host", None])
def test_a_row_that_names_no_asset_is_an_error_and_no_empty_record(
    row: t.Any, serve: ServerFactory, client_of: ClientFactory
) -> None:
    page = Reply(200, json.dumps([{"id": 1}, row]).encode())
    with pytest.raises(CertViewError) as caught:
        found(client_of(serve(page, Reply()).url, max_concurrency=1), CERTHASH)
    assert caught.value.kind == "answer"


@pytest.mark.parametrize(
    "wrapper",
    [
        {"count": 450},
        {"totalElements": 2, "totalPages": 1, "last": True, "pageable": {"offset": 0}, "sort": None},
        {"total": 2, "errorCode": None, "message": None},
    ],
)
@pytest.mark.parametrize("rows", [[], [{"id": 1}, {"id": 2}]])
def test_a_list_may_come_in_an_object_with_a_total(wrapper: dict[str, t.Any], rows: list[t.Any]) -> None:
    assert rows_of({"data": rows, **wrapper}) is rows


@pytest.mark.parametrize(
    "answer",
    [
        {"errorCode": 500, "message": None, "subErrors": []},
        {"subErrors": [], "message": None, "count": 0},
        {"_error": {"code": 500}, "data": [], "count": 0},
        {"error": "no", "data": [], "count": 0},
        {"status": 500, "data": [], "count": 0},
        {"code": 17, "data": [], "count": 0},
        {"message": "Search is down", "data": [], "count": 0},
        {"reason": "maintenance", "data": [], "count": 0},
        {"errors": [], "count": 0},
        {"data": []},
        {"data": [], "count": None},
        {"data": [], "count": True},
        {"data": [{"id": 1}, {"id": 2}], "count": 1},
        {"data": [], "tags": [], "count": 0},
        {"count": 0},
        {},
    ],
)
def test_an_object_that_could_be_anything_else_is_no_list(answer: dict[str, t.Any]) -> None:
    assert rows_of(answer) is answer


@given(answers=st.lists(JSON_VALUES, min_size=1, max_size=3))
def test_whatever_the_server_answers_is_read_or_refused(answers: list[t.Any]) -> None:
    outcome = outcome_of(found, Hostile(answers), CERTHASH)
    assert isinstance(outcome, CertViewError) or all(set(asset) >= {"id", "uuid", "extra"} for asset in outcome)
