# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of v1 (CertView 3.0.0 release notes, sample for v1)."""

from __future__ import annotations

import json

import pytest
from simulator.settings import EstateSettings, Quirks
from unit.simulator.serving import NOW

V1_FIELDS = {
    "keySize", "subject", "validFrom", "validTo", "signatureAlgorithm", "instanceCount", "dn", "certhash", "assets",
    "selfSigned", "issuerCategory", "subjectAlternativeNames", "lastFound", "extendedValidation", "sources",
}  # fmt: skip


def test_the_documented_request(demo):
    body = {
        "certificateDetails": "basic",
        "filter": "subject:(name: shop)",
        "pageNumber": 0,
        "pageSize": 10,
        "sort": '[{"lastFound": "desc"}]',
    }
    rows = demo.post("/certview/v1/certificates", body).json()
    assert [row["subject"]["name"] for row in rows] == ["shop.example.com"]
    assert set(rows[0]) == V1_FIELDS
    assert rows[0]["dn"] == 'CN=shop.example.com, O="Example Shop, Inc.", L=Foster City, ST=California, C=US'
    assert rows[0]["issuerCategory"] == "Example Trust TLS RSA CA 1"
    assert rows[0]["subjectAlternativeNames"] == {
        "DNS Name": ["shop.example.com", "www.shop.example.com"],
        "IP Address": None,
    }


def test_assets_are_named_by_uuid_and_complete_without_includes(demo):
    v1 = {row["certhash"]: row for row in demo.certificates("v1").json()}
    v2 = {row["certhash"]: row for row in demo.certificates("v2").json()}
    assert v1.keys() == v2.keys()
    for certhash, row in v1.items():
        assert [each["assetId"] for each in row["assets"]] == [each["uuid"] for each in v2[certhash]["assets"]]
        assert (row["validTo"], row["lastFound"]) == (v2[certhash]["validTo"], v2[certhash]["lastFound"])
        for asset in row["assets"]:
            assert {"name", "tags", "primaryIp", "created", "updated", "assetInterfaces", "hostInstances"} <= set(asset)
            assert asset["certificateCount"] == 0
            for instance in asset["hostInstances"]:
                assert set(instance) == {"protocol", "sslProtocols", "port", "grade", "vulnerabilities"}


def test_sort(demo):
    def sorted_by(*entries):
        return demo.certificates("v1", sort=json.dumps(list(entries))).json()

    ascending = [row["validTo"] for row in sorted_by({"validTo": "asc"})]
    assert ascending == sorted(ascending)
    descending = [(row["keySize"], row["validTo"]) for row in sorted_by({"keySize": "desc"}, {"validTo": "asc"})]
    assert descending == sorted(descending, key=lambda pair: (-pair[0], pair[1]))


@pytest.mark.parametrize(
    "sort", ["lastFound", '{"lastFound": "desc"}', '[{"nonsense": "asc"}]', '[{"lastFound": "down"}]', ["lastFound"]]
)
def test_refuses_a_wrong_sort(demo, sort):
    answer = demo.certificates("v1", sort=sort)
    assert answer.status_code == 400
    assert answer.json()["subErrors"][0]["field"] == "sort"


def test_the_window_of_ten_thousand_records(start):
    gateway = start(estate=EstateSettings("generated", 10_100, 50, now=NOW))
    assert len(gateway.certificates("v1", pageNumber=49).json()) == 200
    refused = gateway.certificates("v1", pageNumber=50)
    assert refused.status_code == 400
    assert "10000" in refused.json()["message"]
    assert gateway.certificates("v1", pageNumber=66, pageSize=150).status_code == 400
    assert len(gateway.certificates("v2.2", pageNumber=50).json()) == 100


def test_only_basic_details_are_known(demo):
    assert demo.certificates("v1", certificateDetails="nonsense").status_code == 400


def test_an_object_filter_is_refused_or_answered_as_v2(demo, start):
    body = {"filter": {"filters": [], "operation": "AND"}, "assetType": "ALL"}
    assert demo.certificates("v1", **body).status_code == 400
    rows = start(quirks=Quirks(v1_object_filter=True)).certificates("v1", **body).json()
    assert len(rows) == 24
    assert "assetCount" in rows[0]
