# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of v2, v2.1 and v2.2."""

from __future__ import annotations

import base64
import hashlib

import pytest
from simulator.estate.rendering import INCLUDES
from simulator.settings import EstateSettings, Quirks
from unit.simulator.serving import NOW

V2_FIELDS = {
    "id", "certhash", "keySize", "serialNumber", "validToDate", "validTo", "validFromDate", "validFrom",
    "signatureAlgorithm", "extendedValidation", "createdDate", "dn", "subject", "updateDate", "lastFound", "imported",
    "selfSigned", "issuer", "rootissuer", "issuerCategory", "instanceCount", "assetCount", "sources", "assets", "type",
}  # fmt: skip
EXTENSIVE_FIELDS = {
    "keyUsage", "enhancedKeyUsage", "subjectKeyIdentifier", "authKeyIdentifier", "subjectAlternativeNames", "rawData",
}  # fmt: skip


@pytest.mark.parametrize(
    ("version", "more"),
    [("v2", set()), ("v2.1", {"publicKeyAlgorithm"}), ("v2.2", {"publicKeyAlgorithm", "revocationStatus"})],
)
def test_fields_of_each_version(demo, version, more):
    rows = demo.certificates(version).json()
    assert len(rows) == 24
    assert {frozenset(row) for row in rows} == {frozenset(V2_FIELDS | more)}
    instances = [each for row in rows for asset in row["assets"] for each in asset["hostInstances"]]
    assert all(("pqcSupport" in each) is (version == "v2.2") for each in instances)


def test_plain_v22(start):
    assert {frozenset(row) for row in start(quirks=Quirks(plain_v22=True)).certificates().json()} == {
        frozenset(V2_FIELDS | {"publicKeyAlgorithm"})
    }


@pytest.mark.parametrize(
    ("include", "where", "names"),
    [
        ("EXTENSIVE_CERTIFICATE_INFO", "certificate", EXTENSIVE_FIELDS),
        ("ASSET_INTERFACES", "asset", {"assetInterfaces"}),
        ("ASSET_TAGS", "asset", {"tags"}),
        ("SSL_PROTOCOLS", "instance", {"sslProtocols"}),
        ("CIPHER_SUITES", "instance", {"cipherSuites"}),
        ("VULNERABILITIES", "instance", {"vulnerabilities"}),
    ],
)
def test_each_include_adds_its_fields_and_no_other(demo, include, where, names):
    def fields(row):
        assets = row["assets"]
        instances = [each for asset in assets for each in asset["hostInstances"]]
        owners = {"certificate": [row], "asset": assets, "instance": instances}
        return {kind: set().union(*map(set, found)) for kind, found in owners.items()}

    for plain, more in zip(demo.certificates().json(), demo.certificates(includes=[include]).json(), strict=True):
        before, after = fields(plain), fields(more)
        assert {kind: after[kind] - before[kind] for kind in after if after[kind] != before[kind]} in (
            {where: names},
            {},
        )
        assert before[where] == set() or after[where] >= names


def test_an_include_that_nobody_asked_for(start):
    gateway = start(quirks=Quirks(unasked_includes=frozenset({"ASSET_TAGS"})))
    assets = [asset for row in gateway.certificates().json() for asset in row["assets"]]
    assert assets
    assert all("tags" in asset for asset in assets)


def test_certhash_is_the_hash_of_raw_data(demo):
    for row in demo.certificates(includes=["EXTENSIVE_CERTIFICATE_INFO"]).json():
        lines = row["rawData"].splitlines()
        assert (lines[0], lines[-1]) == ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----")
        assert hashlib.sha256(base64.b64decode("".join(lines[1:-1]))).hexdigest() == row["certhash"]


def test_bare_raw_data(start):
    gateway = start(quirks=Quirks(bare_raw_data=True))
    for row in gateway.certificates(includes=["EXTENSIVE_CERTIFICATE_INFO"]).json():
        assert hashlib.sha256(base64.b64decode(row["rawData"], validate=True)).hexdigest() == row["certhash"]


def test_times_are_told_twice(demo):
    row = next(row for row in demo.certificates().json() if row["subject"]["name"] == "shop.example.com")
    assert (row["validTo"], row["validToDate"]) == (NOW - 12 * 86_400_000, "2026-05-20T00:00:00.000+00:00")
    assert row["validFromDate"] == "2025-04-17T00:00:01.000+00:00"
    assert row["updateDate"] == "2026-05-31T18:00:00.000+00:00"
    assert row["lastFound"] == NOW - 6 * 3_600_000


def test_ec_name(start):
    algorithms = {row["publicKeyAlgorithm"] for row in start(quirks=Quirks(ec_name="ECC")).certificates("v2.1").json()}
    assert algorithms == {"RSA", "ECC"}


def test_pages_are_zero_based_ten_by_default_and_end_empty(demo):
    everything = [row["id"] for row in demo.certificates().json()]
    pages = [demo.post("/certview/v2.2/certificates", {"assetType": "ALL", "pageNumber": n}).json() for n in range(4)]
    assert [len(page) for page in pages] == [10, 10, 4, 0]
    assert [row["id"] for page in pages for row in page] == everything
    assert (
        demo.certificates(pageNumber="1", pageSize="10").json() == demo.certificates(pageNumber=1, pageSize=10).json()
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"pageSize": 0}, "pageSize"),
        ({"pageSize": -1}, "pageSize"),
        ({"pageSize": 201}, "pageSize"),
        ({"pageNumber": -1}, "pageNumber"),
        ({"pageNumber": "one"}, "pageNumber"),
        ({"pageNumber": 1.5}, "pageNumber"),
        ({"pageNumber": True}, "pageNumber"),
        ({"includes": ["NONSENSE"]}, "includes"),
        ({"includes": "ASSET_TAGS"}, "includes"),
        ({"excludeFields": "certificate.nonsense"}, "excludeFields"),
        ({"assetType": "SOME"}, "assetType"),
    ],
)
def test_refuses_wrong_parameters_by_name(demo, body, field):
    answer = demo.certificates(**body)
    assert answer.status_code == 400
    envelope = answer.json()
    assert envelope["status"] == "BAD_REQUEST"
    assert envelope["message"] is None
    assert (envelope["errorCode"], envelope["subErrors"][0]["field"]) == (1905, field)


def test_an_oversized_page_may_be_clamped(start):
    gateway = start(quirks=Quirks(oversized_page="clamp"), estate=EstateSettings("generated", 230, now=NOW))
    assert len(gateway.certificates(pageSize=1000).json()) == 200


def test_exclude_fields(demo):
    names = "certificate.certhash, certificate.keySize, asset.netbiosName, asset.uuid, instance.grade"
    for row in demo.certificates(excludeFields=names).json():
        assert set(row) == V2_FIELDS - {"certhash", "keySize"} | {"publicKeyAlgorithm", "revocationStatus"}
        for asset in row["assets"]:
            assert not {"netbiosName", "uuid"} & set(asset)
            assert all("grade" not in instance for instance in asset["hostInstances"])


def test_asset_type_hides_assets_and_what_is_only_on_them(demo):
    def names(**body):
        return {
            row["subject"]["name"] for row in demo.post("/certview/v2/certificates", {"pageSize": 200, **body}).json()
        }

    everything = names(assetType="ALL")
    assert everything - names() == {"mail02.example.com"}
    assert names() == names(assetType="MANAGED")
    assert "mail02.example.com" in names(assetType="UNMANAGED")
    assert "shop.example.com" not in names(assetType="UNMANAGED")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_post_is_answered(demo, method):
    answer = demo.session.request(method, f"{demo.url}/certview/v2/certificates", timeout=30)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, 400)


def test_malformed_json_and_wrong_content_type(demo):
    headers = {"Content-Type": "application/json"}
    for content in ("{", "[]", '"text"'):
        answer = demo.post("/certview/v2/certificates", data=content, headers=headers)
        assert (answer.status_code, answer.json()["errorCode"]) == (400, 140001)
    assert demo.post("/certview/v2/certificates", data="{}", headers={"Content-Type": "text/plain"}).status_code == 415


@pytest.mark.parametrize("path", ["/certview/v2/cas", "/certview/v2/certificates/count", "/certview/v3/certificates"])
def test_unknown_paths(demo, path):
    answer = demo.post(path, {})
    assert answer.status_code == 404
    assert answer.json()["status"] == "NOT_FOUND"
    assert answer.json()["message"] == f"No static resource {path[1:]}."


@pytest.mark.parametrize("status", [404, 410])
def test_versions_can_be_taken_away(start, status):
    gateway = start(versions=("v1", "v2"), quirks=Quirks(gone_status=status))
    assert gateway.certificates("v2").status_code == 200
    assert gateway.certificates("v2.1").status_code == status
    assert gateway.post("/_control/versions", {"versions": ["v2.1"]}).json() == {"versions": ["v2.1"]}
    assert gateway.certificates("v2").status_code == status
    assert gateway.certificates("v2.1").status_code == 200


def test_embedded_assets_are_capped_and_counted_in_full(start):
    gateway = start(
        estate=EstateSettings("generated", 20, 60, now=NOW, shared_assets=60), quirks=Quirks(embedded_assets=25)
    )
    shared = max(gateway.certificates().json(), key=lambda row: row["assetCount"])
    assert (shared["assetCount"], len(shared["assets"])) == (60, 25)
    assert shared["instanceCount"] >= 60


def test_every_include_is_known(demo):
    assert demo.certificates(includes=list(INCLUDES)).status_code == 200
