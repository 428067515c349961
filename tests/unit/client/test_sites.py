# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import csv
import io
import json
import typing as t
from collections.abc import Iterator

import pytest
from ansible_collections.community.qualys.plugins.module_utils import _site_names, _sites
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._filters import condition
from ansible_collections.community.qualys.plugins.module_utils._site_adding import ensured_sites
from ansible_collections.community.qualys.plugins.module_utils._site_names import (
    checked_sites,
    listed_spelling,
    spelling,
)
from hypothesis import given
from hypothesis import strategies as st
from support.simulator import running_simulator
from unit.client.support import JSON_VALUES, ClientFactory, Reply, ServerFactory, Simulator, outcome_of

KEYS = {"id", "uuid", "site", "created", "scanned", "scan_status", "assets", "extra"}

LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
NAMES = st.builds(
    lambda labels, top: ".".join([*labels, top]),
    st.lists(LABELS, min_size=1, max_size=3),
    st.sampled_from(["com", "example", "xn--p1ai"]),
)


class TestNames:
    @pytest.mark.parametrize(
        ("given_as", "sent"),
        [
            ("www.example.com", "www.example.com"),
            (" WWW.Example.COM. ", "www.example.com"),
            ("8.8.8.8", "8.8.8.8"),
            ("203.0.113.10", "203.0.113.10"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("faß.de", "xn--fa-hia.de"),
            ("日本語。jp", "xn--wgv71a119e.jp"),
            ("_dmarc.example.com", "_dmarc.example.com"),
        ],
    )
    def test_a_site_has_one_spelling(self, given_as: str, sent: str) -> None:
        assert checked_sites([given_as]) == [sent]

    @pytest.mark.parametrize(
        ("site", "why"),
        [
            ("10.0.0.1", "not a public address"),
            ("172.31.255.255", "not a public address"),
            ("192.168.0.1", "not a public address"),
            ("127.0.0.1", "not a public address"),
            ("169.254.169.254", "not a public address"),
            ("100.64.0.1", "not a public address"),
            ("0.0.0.0", "not a public address"),
            ("224.0.0.1", "not a public address"),
            ("255.255.255.255", "not a public address"),
            ("2001:db8::1", "IPv6"),
            ("::ffff:8.8.8.8", "IPv6"),
            ("", "neither"),
            (".", "neither"),
            ("localhost", "neither"),
            ("8.8.8", "neither"),
            ("8.8.8.256", "neither"),
            ("8.8.8.0/24", "neither"),
            ("https://www.example.com", "neither"),
            ("www.example.com:443", "neither"),
            ("www.example.com/path", "neither"),
            ("*.example.com", "neither"),
            ("www..example.com", "neither"),
            ("-www.example.com", "neither"),
            ("www.example.com,evil.example", "neither"),
            ("www.example.com\nevil.example", "neither"),
            ('"www.example.com"', "neither"),
            ("www.example.com\x00", "neither"),
            (f"{'a' * 64}.example", "neither"),
            (f"{'a.' * 126}example", "neither"),
            (f"{'ü' * 300}.example", "neither"),
        ],
    )
    def test_what_qualys_would_refuse_is_named_with_the_reason(self, site: str, why: str) -> None:
        with pytest.raises(CertViewError) as caught:
            checked_sites(["www.example.com", site])
        assert caught.value.kind == "options"
        assert f"{site!r} ({why}" in caught.value.message
        assert "'www.example.com' (" not in caught.value.message

    def test_every_bad_one_is_named_but_not_without_end(self) -> None:
        with pytest.raises(CertViewError) as caught:
            checked_sites([f"10.0.0.{number}" for number in range(30)])
        assert all(f"'10.0.0.{number}'" in caught.value.message for number in range(20))
        assert "and 10 more" in caught.value.message

    def test_two_spellings_are_one_site(self) -> None:
        assert checked_sites(["b.example", "a.example", "B.example.", "BÜCHER.example", "bücher.example"]) == [
            "b.example", "a.example", "xn--bcher-kva.example",
        ]  # fmt: skip

    def test_without_idna_other_scripts_are_refused_with_what_to_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_site_names, "_HAS_IDNA", False)
        assert checked_sites(["www.example.com"]) == ["www.example.com"]
        with pytest.raises(CertViewError, match="idna is not installed"):
            checked_sites(["bücher.example"])

    @pytest.mark.parametrize(
        ("listed", "compared"),
        [
            ("https://shop.example.com/", "shop.example.com"),
            ("HTTPS://Shop.Example.com.:8443/cart?next=//evil.example", "shop.example.com"),
            ("http://user:word@203.0.113.10", "203.0.113.10"),
            ("https://bücher.example#top", "xn--bcher-kva.example"),
            (" Shop.Example.com. ", "shop.example.com"),
            ("admin@example.com", "admin@example.com"),
            ("https:///shop.example.com", "https:///shop.example.com"),
            ("", ""),
        ],
    )
    def test_a_listed_url_is_compared_by_its_host(self, listed: str, compared: str) -> None:
        assert listed_spelling(listed) == compared

    @given(
        name=NAMES,
        user=st.just("") | st.from_regex(r"[^/?#@]*@", fullmatch=True),
        port=st.just("") | st.integers(0, 65535).map(":{}".format),
        rest=st.just("") | st.builds(str.__add__, st.sampled_from("/?#"), st.text()),
    )
    def test_whatever_a_url_holds_its_host_is_found(self, name: str, user: str, port: str, rest: str) -> None:
        assert listed_spelling(f"https://{user}{name}{port}{rest}") == name

    @given(text=st.text() | st.text().map("https://{}".format))
    def test_any_listed_text_has_a_spelling(self, text: str) -> None:
        assert isinstance(listed_spelling(text), str)

    @given(name=st.text())
    def test_any_text_is_refused_or_is_one_line_of_the_file(self, name: str) -> None:
        outcome = outcome_of(checked_sites, [name])
        if not isinstance(outcome, CertViewError):
            assert _sites.upload(outcome).content.decode().splitlines() == ["Sites", *outcome]
            assert outcome == [spelling(name)] == [spelling(outcome[0])]

    @given(name=NAMES)
    def test_any_name_is_taken(self, name: str) -> None:
        assert checked_sites([name.upper()]) == [name]


class TestFile:
    @given(names=st.lists(NAMES, min_size=1, max_size=5))
    def test_it_is_one_column_under_a_header(self, names: list[str]) -> None:
        upload = _sites.upload(names)
        assert list(csv.reader(io.StringIO(upload.content.decode()))) == [["Sites"], *([name] for name in names)]
        assert (upload.name, upload.content_type) == ("sites.csv", "text/csv")


class TestRecords:
    def test_it_takes_the_names_that_are_known_and_keeps_the_rest(self) -> None:
        told = {
            "siteId": "17",
            "uuid": "u-1",
            "fqdn": "www.example.com",
            "createdDate": "2023-09-06T11:41:24.196+00:00",
            "lastScanDate": 1743243072000,
            "scanStatus": None,
            "status": "FINISHED\x07",
            "assets": [{"id": 5, "name": "host"}],
            "ip": "203.0.113.10",
            "owner": {"name": "a\x00b"},
        }
        record = _sites.site(told)
        (asset,) = record.pop("assets")
        assert (asset["id"], asset["name"]) == (5, "host")
        assert record == {
            "id": 17,
            "uuid": "u-1",
            "site": "www.example.com",
            "created": "2023-09-06T11:41:24.196Z",
            "scanned": "2025-03-29T10:11:12Z",
            "scan_status": "FINISHED\ufffd",
            "extra": {"ip": "203.0.113.10", "owner": {"name": "a\ufffdb"}},
        }

    @given(told=st.dictionaries(st.sampled_from([*_sites.KEYS, "createdDate", "status", "assets", "x"]), JSON_VALUES))
    def test_any_site_gives_a_record_that_json_can_carry(self, told: dict[str, t.Any]) -> None:
        record = _sites.site(told)
        assert record.keys() == KEYS
        json.dumps(record)

    @given(answer=JSON_VALUES)
    def test_any_answer_gives_rows_or_itself(self, answer: t.Any) -> None:
        rows = _sites.rows_of(answer)
        if isinstance(answer, list) and not all(isinstance(item, list) for item in answer):
            assert rows is answer
        elif isinstance(answer, list):
            assert len(rows) == sum(map(len, answer))

    @pytest.mark.parametrize(("answer", "rows"), [([], []), ([[]], []), ([[1, 2]], [1, 2]), ([[1], [2]], [1, 2])])
    def test_an_array_in_an_array_is_one(self, answer: t.Any, rows: t.Any) -> None:
        assert _sites.rows_of(answer) == rows

    def test_the_body_asks_for_assets_and_conditions(self) -> None:
        body = _sites.request_body([condition("scanStatus", "equals", "FINISHED")], True, 1, 200)
        assert body == {
            "filter": {
                "filters": [{"field": "scanStatus", "operator": "EQUALS", "value": "FINISHED"}],
                "operation": "AND",
            },
            "includes": ["ASSETS"],
            "pageNumber": 1,
            "pageSize": 200,
        }
        assert _sites.request_body([], False, 0, 10) == {"pageNumber": 0, "pageSize": 10}


@pytest.fixture(scope="module", params=[(), ("--flat-external-sites",)], ids=["nested", "flat"])
def started(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with running_simulator("--certificates", "5", "--estate", "generated", *request.param) as simulator:
        yield Simulator(simulator)


@pytest.fixture
def sites(started: Simulator) -> Simulator:
    """A simulator whose one external site is C(www.example.com)."""
    started.control("reset", {"estate": True})
    return started


def ensured(client: t.Any, *names: str, launch_scan: bool = False, check_mode: bool = False) -> dict[str, t.Any]:
    return ensured_sites(client, names, launch_scan=launch_scan, check_mode=check_mode)


def names_of(client: t.Any, **options: t.Any) -> list[str]:
    return [record["site"] for record in client.external_sites(**options)]


class TestAdding:
    def test_what_is_missing_is_added_and_nothing_the_second_time(
        self, sites: Simulator, client_of: ClientFactory
    ) -> None:
        client = client_of(sites.url)
        wanted = ("WWW.example.com.", "shop.example.com", "203.0.113.10")
        first = ensured(client, *wanted)
        assert first["changed"] is True
        assert (first["added"], first["present"]) == (["shop.example.com", "203.0.113.10"], ["www.example.com"])
        assert names_of(client) == ["www.example.com", "shop.example.com", "203.0.113.10"]
        second = ensured(client, *wanted)
        assert second["changed"] is False
        assert (second["added"], len(second["present"])) == ([], 3)
        assert len(names_of(client)) == 3

    def test_the_diff_shows_the_sites_of_the_task(self, sites: Simulator, client_of: ClientFactory) -> None:
        diff = ensured(client_of(sites.url), "www.example.com", "a.example")["diff"]
        assert (diff["before"], diff["after"]) == ("www.example.com\n", "a.example\nwww.example.com\n")

    def test_check_mode_tells_and_adds_nothing(self, sites: Simulator, client_of: ClientFactory) -> None:
        client = client_of(sites.url)
        foretold = ensured(client, "shop.example.com", check_mode=True)
        assert (foretold["changed"], foretold["added"]) == (True, ["shop.example.com"])
        assert names_of(client) == ["www.example.com"]

    @pytest.mark.parametrize(("launch", "status"), [(False, "NOT_SCANNED"), (True, "SCAN_LAUNCHED")])
    def test_a_scan_is_launched_for_what_is_added_and_not_for_what_is_there(
        self, sites: Simulator, client_of: ClientFactory, launch: bool, status: str
    ) -> None:
        client = client_of(sites.url)
        ensured(client, "www.example.com", "shop.example.com", launch_scan=launch)
        told = {record["site"]: record["scan_status"] for record in client.external_sites()}
        assert told == {"www.example.com": "NOT_SCANNED", "shop.example.com": status}

    def test_what_is_on_a_later_page_is_there_too(self, sites: Simulator, client_of: ClientFactory) -> None:
        client = client_of(sites.url)
        names = [f"site-{number}.example" for number in range(450)]
        assert len(ensured(client, *names)["added"]) == 450
        assert ensured(client, *names, "www.example.com")["changed"] is False

    def test_a_file_holds_a_thousand(self, sites: Simulator, client_of: ClientFactory) -> None:
        client = client_of(sites.url)
        names = [f"site-{number}.example" for number in range(1001)]
        result = ensured(client, *names)
        assert len(result["added"]) == 1001
        assert sites.stats["calls"][_sites.ADD_PATH] == 2
        assert len(names_of(client)) == 1002

    def test_when_a_later_file_fails_it_is_told_what_was_added(
        self, sites: Simulator, client_of: ClientFactory
    ) -> None:
        sites.control("faults", [{"match": "bulkAdd", "call": 2, "times": 1, "fault": "forbidden"}])
        client = client_of(sites.url)
        with pytest.raises(CertViewError, match="of 1001 new sites the first 1000 have been added") as caught:
            ensured(client, *(f"site-{number}.example" for number in range(1001)))
        assert caught.value.kind == "permission"
        assert len(names_of(client)) == 1001

    def test_a_bad_site_fails_before_any_call(self, sites: Simulator, client_of: ClientFactory) -> None:
        before = sites.list_calls
        with pytest.raises(CertViewError, match="IPv6"):
            ensured(client_of(sites.url), "shop.example.com", "2001:db8::1")
        assert sites.list_calls == before

    def test_no_site_is_no_call(self, sites: Simulator, client_of: ClientFactory) -> None:
        before = sites.list_calls
        assert ensured(client_of(sites.url))["changed"] is False
        assert sites.list_calls == before

    def test_the_servers_refusal_names_the_sites(self, sites: Simulator, client_of: ClientFactory) -> None:
        with pytest.raises(CertViewError) as caught:
            client_of(sites.url).add_external_sites(["192.168.0.1", "fine.example", "2001:db8::1"])
        assert (caught.value.kind, caught.value.http_status) == ("request", 400)
        assert "192.168.0.1: Provide a valid public IP address" in caught.value.message
        assert "2001:db8::1: We don't support IPv6 right now" in caught.value.message

    def test_assets_are_told_when_they_are_asked_for(self, sites: Simulator, client_of: ClientFactory) -> None:
        client = client_of(sites.url)
        assert [record["assets"] for record in client.external_sites()] == [None]
        assert [record["assets"] for record in client.external_sites(assets=True)] == [[]]

    def test_conditions_choose(self, sites: Simulator, client_of: ClientFactory) -> None:
        client = client_of(sites.url)
        ensured(client, "shop.example.com", launch_scan=True)
        assert names_of(client, where=[condition("scanStatus", "equals", "SCAN_LAUNCHED")]) == ["shop.example.com"]


class TestRefusals:
    @staticmethod
    def refusal(serve: ServerFactory, client_of: ClientFactory, field: str) -> CertViewError:
        problem = {"errorCode": 400, "field": field, "lineNo": 2, "message": "Invalid FQDN or IP Address"}
        body = json.dumps({"errorCode": 400, "message": None, "subErrors": [problem], "status": "BAD_REQUEST"})
        server = serve(Reply(), Reply(400, body.encode()))
        with pytest.raises(CertViewError) as caught:
            ensured(client_of(server.url, max_concurrency=1), "fine.example", "odd_.example")
        assert (caught.value.kind, caught.value.http_status) == ("request", 400)
        assert caught.value.hint == "Leave out of sites what the server refuses"
        return caught.value

    def test_a_line_that_the_server_names_is_named_alone(self, serve: ServerFactory, client_of: ClientFactory) -> None:
        refused = self.refusal(serve, client_of, "odd_.example")
        assert "odd_.example: Invalid FQDN or IP Address" in refused.message
        assert "fine.example" not in refused.message

    def test_a_line_that_it_does_not_name_is_one_of_those_sent(
        self, serve: ServerFactory, client_of: ClientFactory
    ) -> None:
        refused = self.refusal(serve, client_of, "")
        assert "Invalid FQDN or IP Address (sent: fine.example, odd_.example)" in refused.message


class TestUnknownShapes:
    @pytest.mark.parametrize("key", ["site", "hostname", "target"])
    def test_a_site_is_known_whatever_its_field_is_called(
        self, key: str, serve: ServerFactory, client_of: ClientFactory
    ) -> None:
        server = serve(Reply(200, json.dumps([[{"id": 1, key: "Shop.Example.com"}]]).encode()), Reply())
        result = ensured(client_of(server.url, max_concurrency=1), "shop.example.com")
        assert (result["changed"], result["present"]) == (False, ["shop.example.com"])
        assert not any("bulkAdd" in request.path for request in server.received)

    @pytest.mark.parametrize(
        "row",
        [
            {"id": 1, "name": "Shop", "fqdn": "shop.example.com"},
            {"id": 1, "site": "Shop", "target": "Shop.Example.com."},
            {"id": 1, "name": "Shop", "url": "https://shop.example.com/"},
            {"id": 1, "fqdn": "www.example.com", "ip": "203.0.113.10", "entry": "shop.example.com"},
        ],
    )
    def test_a_site_is_known_whatever_else_its_entry_is_called(
        self, row: t.Any, serve: ServerFactory, client_of: ClientFactory
    ) -> None:
        server = serve(Reply(200, json.dumps([[row]]).encode()), Reply())
        assert ensured(client_of(server.url, max_concurrency=1), "shop.example.com")["changed"] is False
        assert not any("bulkAdd" in request.path for request in server.received)

    def test_a_site_is_told_by_its_name_and_not_by_what_it_is_called(self) -> None:
        record = _sites.site({"id": 1, "name": "Shop", "fqdn": "shop.example.com"})
        assert (record["site"], record["extra"]) == ("shop.example.com", {"name": "Shop"})

    def test_a_page_in_the_servers_place_is_no_confirmation(
        self, serve: ServerFactory, client_of: ClientFactory
    ) -> None:
        page = Reply(200, b"<html><title>Please log in to the WLAN</title></html>")
        with pytest.raises(CertViewError) as caught:
            ensured(client_of(serve(Reply(), page).url, max_concurrency=1, retries=0), "shop.example.com")
        assert caught.value.kind == "answer"

    def test_an_error_under_http_200_is_no_confirmation(self, serve: ServerFactory, client_of: ClientFactory) -> None:
        told = {"errorCode": 500, "message": None, "subErrors": [{"field": "", "message": "The queue is full"}]}
        server = serve(Reply(), Reply(200, json.dumps(told).encode()))
        with pytest.raises(CertViewError, match="The queue is full") as caught:
            ensured(client_of(server.url, max_concurrency=1), "shop.example.com")
        assert (caught.value.kind, caught.value.code) == ("answer", "500")

    @pytest.mark.parametrize("reply", [Reply(202, b"Created"), Reply(200, b""), Reply(201, b'{"status": "CREATED"}')])
    def test_any_other_confirmation_is_one(self, reply: Reply, serve: ServerFactory, client_of: ClientFactory) -> None:
        server = serve(Reply(), reply)
        assert ensured(client_of(server.url, max_concurrency=1), "shop.example.com")["changed"] is True
        assert server.received[-1].path == f"{_sites.ADD_PATH}?action=SAVE"

    @given(rows=st.lists(JSON_VALUES, max_size=3))
    def test_whatever_is_listed_the_missing_are_found(self, rows: list[t.Any]) -> None:
        class Listed:
            api_use: t.ClassVar[dict[str, t.Any]] = {}

            def external_sites(self) -> list[dict[str, t.Any]]:
                return [_sites.site(row) for row in rows if isinstance(row, dict)]

        assert ensured(Listed(), "not-listed.example", check_mode=True)["added"] == ["not-listed.example"]
