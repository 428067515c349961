# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.community.qualys.plugins.module_utils import _instances
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._filters import MOST_IN_VALUES, condition
from hypothesis import example, given
from unit.client.support import JSON_VALUES, ClientFactory, Reply, ServerFactory, Simulator

KEYS = {
    "id",
    "port",
    "protocol",
    "service",
    "fqdn",
    "grade",
    "scanned",
    "asset",
    "certificate",
    "grade_summary",
    "extra",
}

# CertView API guide, "List Server Instances", and what the rating guide of SSL Labs weighs.
TOLD: dict[str, t.Any] = {
    "id": 3247,
    "port": 443,
    "scannedDate": "2025-03-29T10:11:12.000+00:00",
    "protocol": "tcp",
    "service": "https",
    "grade": "B",
    "asset": {"id": 1, "uuid": "u-1", "name": "host", "primaryIp": "10.0.0.1"},
    "certificate": {"id": 2, "certhash": "ab" * 32, "name": "www.example.org", "lastFound": 1743243072000},
    "gradeSummary": {
        "grade": "B",
        "gradeWithTrustIgnored": "B",
        "certificateScore": 100,
        "protocolSupportScore": 95.5,
        "warnings": ["Old\u202eprotocol", None],
        "protocolSupportInfo": {"SSLv2": False, "TLSv1": True},
        "protocolSupportWeightage": 30,
        "cipherStrengthInfo": {">= 256 bits (e.g., 256)": True},
        "cipherSuites": {"TLSv1.2": [{"name": "TLS_X", "encryptionKeyStrength": 256}]},
        "postQuantum": "none",
    },
    "sni": "www.example.org",
}


def record_of(told: t.Any) -> dict[str, t.Any]:
    (row,) = _instances.rows_of([told])
    return _instances.instance(row)


def test_a_body_has_its_filter_under_the_key_of_the_sample() -> None:
    where = [condition("asset.id", "equals", 42967118)]
    assert _instances.request_body(where, "all", 3, 200) == {
        "filterRequest": {
            "filters": [{"field": "asset.id", "operator": "EQUALS", "value": "42967118"}],
            "operation": "AND",
        },
        "assetType": "ALL",
        "pageNumber": 3,
        "pageSize": 200,
    }
    assert _instances.request_body([], "managed", 0, 10) == {"assetType": "MANAGED", "pageNumber": 0, "pageSize": 10}


def test_a_record_holds_what_was_told() -> None:
    record = record_of(TOLD)
    summary = record.pop("grade_summary")
    assert record == {
        "id": 3247,
        "port": 443,
        "protocol": "tcp",
        "service": "https",
        "fqdn": None,
        "grade": "B",
        "scanned": "2025-03-29T10:11:12Z",
        "asset": {"id": 1, "uuid": "u-1", "name": "host", "primary_ip": "10.0.0.1", "extra": {}},
        "certificate": {
            "id": 2,
            "certhash": "ab" * 32,
            "name": "www.example.org",
            "last_found": "2025-03-29T10:11:12Z",
            "extra": {},
        },
        "extra": {"sni": "www.example.org"},
    }
    assert {key: value for key, value in summary.items() if value is not None} == {
        "grade": "B",
        "grade_with_trust_ignored": "B",
        "certificate_score": 100,
        "protocol_support_score": 95.5,
        "protocol_support_weightage": 30,
        "protocol_support_info": {"SSLv2": False, "TLSv1": True},
        "cipher_strength_info": {">= 256 bits (e.g., 256)": True},
        "cipher_suites": {"TLSv1.2": [{"name": "TLS_X", "encryptionKeyStrength": 256}]},
        "warnings": ["Old\ufffdprotocol"],
        "extra": {"postQuantum": "none"},
    }
    assert {key for key, value in summary.items() if value is None} == {
        "key_exchange_score", "key_exchange_weightage", "key_exchange_info", "cipher_strength_score",
        "cipher_strength_weightage", "errors", "notices", "infos", "highlights",
    }  # fmt: skip


def test_what_is_not_told_is_null_and_not_missing() -> None:
    record = record_of({"id": 1})
    assert record.keys() == KEYS
    assert {key for key, value in record.items() if value} == {"id"}
    assert record["grade_summary"] is None


@given(told=JSON_VALUES)
def test_any_instance_gives_a_record_that_json_can_carry(told: t.Any) -> None:
    for hostile in (told, {"id": 1, "gradeSummary": told}, {"id": 1, "certificate": told, "asset": told}):
        record = record_of(hostile)
        assert record.keys() == KEYS
        json.loads(json.dumps(record))


@example(score=float("inf"))
@example(score=float("nan"))
@example(score=10**400)
@given(score=JSON_VALUES)
def test_a_score_is_a_finite_number_or_none(score: t.Any) -> None:
    summary = record_of({"id": 1, "gradeSummary": {"certificateScore": score}})["grade_summary"]
    told = summary["certificate_score"]
    assert told is None or (isinstance(told, (int, float)) and told - told == 0)


class TestOverHttp:
    def test_every_instance_comes_once_with_its_summary(self, simulator: Simulator, client_of: ClientFactory) -> None:
        expected = sorted(
            (certificate["certhash"], asset["id"], port)
            for certificate in simulator.control("estate")
            for asset in certificate["assets"]
            for port in asset["ports"]
        )
        records = list(client_of(simulator.url).instances())
        assert sorted((r["certificate"]["certhash"], r["asset"]["id"], r["port"]) for r in records) == expected
        assert all(sum(r["grade_summary"]["key_exchange_info"].values()) == 1 for r in records)
        assert all(r["extra"] == r["grade_summary"]["extra"] == {} for r in records)

    def test_the_asset_type_is_asked_for(self, simulator: Simulator, client_of: ClientFactory) -> None:
        client = client_of(simulator.url)
        kinds = {kind: {r["id"] for r in client.instances(asset_type=kind)} for kind in ("managed", "unmanaged", "all")}
        assert kinds["managed"] | kinds["unmanaged"] == kinds["all"]
        assert kinds["managed"] < kinds["all"]

    def test_conditions_choose(self, simulator: Simulator, client_of: ClientFactory) -> None:
        client = client_of(simulator.url)
        everything = list(client.instances())
        grade = everything[0]["grade"]
        chosen = list(client.instances([condition("instance.grade", "equals", grade)], page_size=50))
        assert {r["id"] for r in chosen} == {r["id"] for r in everything if r["grade"] == grade}
        assert len(chosen) < len(everything)

    def test_more_values_than_the_server_takes_are_asked_for_in_parts(
        self, simulator: Simulator, client_of: ClientFactory
    ) -> None:
        client = client_of(simulator.url)
        ids = sorted(r["id"] for r in client.instances())
        wanted = [*ids[:5], *range(10_000_000, 10_000_000 + MOST_IN_VALUES), *ids[3:8]]
        found = [r["id"] for r in client.instances([condition("instance.id", "in", wanted)])]
        assert sorted(found) == ids[:8]

    def test_an_unknown_field_is_told_in_the_servers_words(
        self, simulator: Simulator, client_of: ClientFactory
    ) -> None:
        with pytest.raises(CertViewError, match=r"instance\.colour") as caught:
            list(client_of(simulator.url).instances([condition("instance.colour", "equals", "red")]))
        assert (caught.value.kind, caught.value.http_status) == ("request", 400)

    def test_an_instance_of_two_certificates_is_two_records(
        self, serve: ServerFactory, client_of: ClientFactory
    ) -> None:
        rows = [{"id": 7, "certificate": {"id": number}} for number in (1, 2)]
        client = client_of(serve(Reply(200, json.dumps(rows).encode()), Reply()).url, max_concurrency=1)
        assert [(r["id"], r["certificate"]["id"]) for r in client.instances()] == [(7, 1), (7, 2)]

    def test_an_instance_without_a_number_is_known_by_its_uuid(
        self, serve: ServerFactory, client_of: ClientFactory
    ) -> None:
        rows = [{"uuid": uuid, "port": 443, "certificate": {"id": 1}} for uuid in ("u-1", "u-2", "u-1")]
        page = Reply(200, json.dumps(rows).encode())
        records = list(client_of(serve(page, page, Reply()).url, max_concurrency=1).instances())
        assert [(r["id"], r["port"], r["extra"]) for r in records] == [
            (None, 443, {"uuid": "u-1"}), (None, 443, {"uuid": "u-2"}),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        "body",
        [
            b'{"instances": []}', b'["x"]', b"[[]]", b"<html>", b"7", b"[null]", b'[{"port": 443}]',
            b'[{"certhash": "ab", "port": 443}]', b'[{"id": null, "uuid": "", "assetId": "u-1", "port": 443}]',
        ],
    )  # fmt: skip
    def test_an_answer_that_is_no_list_of_instances_is_an_error(
        self, body: bytes, serve: ServerFactory, client_of: ClientFactory
    ) -> None:
        with pytest.raises(CertViewError) as caught:
            list(client_of(serve(Reply(200, body)).url, retries=0).instances())
        assert caught.value.kind == "answer"
