# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assets of a certificate, server instances, external sites, import."""

from __future__ import annotations

import base64

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from simulator.estate.generated import generate
from simulator.settings import EstateSettings, Quirks
from unit.simulator.serving import NOW

SHARED = EstateSettings("generated", 20, 60, now=NOW, shared_assets=60)


@pytest.fixture(scope="module")
def wildcard(demo):
    return next(row for row in demo.certificates().json() if row["subject"]["name"].startswith("*."))


def assets_path(certhash):
    return f"/certview/v1/certificates/{certhash}/assets"


def test_assets_show_what_was_asked_for(demo, wildcard):
    def fields(**body):
        (names,) = {frozenset(asset) for asset in demo.post(assets_path(wildcard["certhash"]), body).json()}
        return names

    plain = {"id", "uuid", "netbiosName", "name", "operatingSystem", "primaryIp"}
    assert fields() == plain
    assert fields(attributes="tags") == plain | {"tags"}
    assert fields(attributes="hostInstances") == plain | {"hostInstances"}
    assert fields(attributes="tags, hostInstances") == plain | {"tags", "hostInstances"}
    assert demo.post(assets_path(wildcard["certhash"]), {"attributes": "nonsense"}).status_code == 400


def test_assets_are_filtered_sorted_and_paged(start):
    gateway = start(estate=SHARED)
    shared = max(gateway.certificates().json(), key=lambda row: row["assetCount"])
    path = assets_path(shared["certhash"].upper())
    first = gateway.post(path, {}).json()
    assert len(first) == 10
    assert gateway.post(path, params={"pageNumber": "1"}).json() != first
    everything = gateway.post(path, {"pageSize": 200}).json()
    assert everything[:10] == first
    assert len(everything) == 60
    assert gateway.post(path, {"pageSize": 200, "sort": "descending"}).json() == everything[::-1]
    assert gateway.post(path, {"pageNumber": 1, "pageSize": 200}).json() == []
    one = gateway.post(path, {"filter": f"asset.name: `{first[0]['name']}`"}).json()
    assert [asset["id"] for asset in one] == [first[0]["id"]]
    assert gateway.post(path, {"filter": "nonsense: 1"}).status_code == 400
    assert gateway.post(path, {"sort": "sideways"}).status_code == 400
    assert gateway.post(path, {"pageNumber": 50, "pageSize": 200}).status_code == 400


def test_assets_of_the_expired(demo):
    shop = next(row for row in demo.certificates().json() if row["subject"]["name"] == "shop.example.com")
    assert len(demo.post(assets_path(shop["certhash"]), {"filter": "expiryGroup: Expired"}).json()) == 1
    assert demo.post(assets_path(shop["certhash"]), {"filter": "not expiryGroup: Expired"}).json() == []


def test_assets_of_an_unknown_certificate(demo, start):
    path = assets_path("0" * 64)
    assert demo.post(path, {}).json() == []
    assert start(quirks=Quirks(unknown_certhash="refuse")).post(path, {}).status_code == 404


def test_wrapped_assets(start):
    gateway = start(estate=SHARED, quirks=Quirks(wrapped_assets=True))
    shared = max(gateway.certificates().json(), key=lambda row: row["assetCount"])
    answer = gateway.post(assets_path(shared["certhash"]), {}).json()
    assert (answer["count"], len(answer["data"])) == (60, 10)


@pytest.mark.parametrize(("read", "rows"), [("either", 7), ("body", 7), ("query", 5)])
def test_parameters_of_assets_are_read_from_the_body_or_the_query(start, read, rows):
    gateway = start(estate=SHARED, quirks=Quirks(assets_parameters=read))
    shared = max(gateway.certificates().json(), key=lambda row: row["assetCount"])
    path = assets_path(shared["certhash"])
    assert len(gateway.post(path, {"pageSize": 7}, params={"pageSize": "5"}).json()) == rows
    assert len(gateway.post(path, {"pageSize": 5}).json()) == (10 if read == "query" else 5)
    assert len(gateway.post(path, params={"pageSize": "5"}).json()) == (10 if read == "body" else 5)


def instances(gateway, **body):
    return gateway.post("/certview/v2/instances", {"pageSize": 200, **body})


def test_instances_agree_with_the_certificates(demo):
    listed = {
        (row["certhash"], asset["id"], instance["id"])
        for row in demo.certificates().json()
        for asset in row["assets"]
        for instance in asset["hostInstances"]
    }
    rows = instances(demo, assetType="ALL").json()
    assert {(row["certificate"]["certhash"], row["asset"]["id"], row["id"]) for row in rows} == listed
    assert len(instances(demo).json()) < len(rows)


def test_the_filter_of_instances_is_called_filter_request(demo):
    entry = {"field": "instance.port", "value": "3389", "operator": "EQUALS"}
    only = instances(demo, filterRequest={"filters": [entry], "operation": "AND"}).json()
    assert {row["port"] for row in only} == {3389}
    # A key that the service does not know is no error, and no filter either.
    assert len(instances(demo, filter={"filters": [entry]}).json()) > len(only)
    assert instances(demo, filterRequest={"filters": [{"field": "x"}]}).status_code == 400


def test_the_filter_of_instances_is_called_otherwise_by_switch(start):
    gateway = start(quirks=Quirks(instances_filter_key="filter"))
    entry = {"field": "instance.port", "value": "3389", "operator": "EQUALS"}
    only = instances(gateway, filter={"filters": [entry]}).json()
    assert {row["port"] for row in only} == {3389}
    assert len(instances(gateway, filterRequest={"filters": [entry]}).json()) > len(only)


def test_grade_summary(demo):
    rows = instances(demo, assetType="ALL").json()
    mail = next(row for row in rows if row["certificate"]["name"] == "mail01.example.com")
    summary = mail["gradeSummary"]
    assert summary["protocolSupportInfo"] == {
        "SSLv2": False, "SSLv3": True, "TLSv1": True, "TLSv1.1": False, "TLSv1.2": True, "TLSv1.3": False,
    }  # fmt: skip
    assert summary["cipherStrengthInfo"]["< 128 bits (e.g., 40, 56)"]
    assert set(summary["cipherSuites"]["TLSv1.2"][0]) == {"name", "keyExchange", "encryptionKeyStrength", "category"}
    weights = [summary[f"{part}Weightage"] for part in ("protocolSupport", "keyExchange", "cipherStrength")]
    assert weights == [30, 30, 40]
    for row in rows:
        assert sum(row["gradeSummary"]["keyExchangeInfo"].values()) == 1
    weak = next(row for row in rows if row["certificate"]["name"] == "db01.example.com")
    assert weak["gradeSummary"]["keyExchangeInfo"]["Key or DH parameter strength < 2048 bits (e.g., 1024)"]
    expired = next(row for row in rows if row["certificate"]["name"] == "shop.example.com")
    assert (expired["grade"], expired["gradeSummary"]["gradeWithTrustIgnored"]) == ("T", "A+")


def sites(gateway, **body):
    return gateway.post("/certview/v1/externalSites", body)


def add_sites(gateway, *lines, action="SAVE", header="Sites"):
    content = "\n".join((header, *lines)) + "\n"
    parameters = {"action": action} if action else {}
    return gateway.post(
        "/certview/v1/externalSites/bulkAdd", params=parameters, files={"file": ("sites.csv", content, "text/csv")}
    )


def test_external_sites_come_as_an_array_in_an_array(demo, start):
    ((site,),) = sites(demo).json()
    assert site["site"] == "www.example.com"
    assert "assets" not in site
    assert sites(demo, includes=["ASSETS"]).json()[0][0]["assets"] == []
    assert start(quirks=Quirks(flat_external_sites=True)).post("/certview/v1/externalSites", {}).json() == [site]
    assert sites(demo, includes=["NONSENSE"]).status_code == 400


def test_adding_sites_is_idempotent(start):
    gateway = start()
    answer = add_sites(gateway, "shop.example.com", "192.0.2.1", "WWW.example.com")
    assert (answer.status_code, answer.text) == (202, "Created")
    assert add_sites(gateway, "shop.example.com", action="SAVE_AND_LAUNCH").status_code == 202
    (listed,) = sites(gateway).json()
    assert [each["site"] for each in listed] == ["www.example.com", "shop.example.com", "192.0.2.1"]
    assert [each["scanStatus"] for each in listed] == ["NOT_SCANNED", "SCAN_LAUNCHED", "NOT_SCANNED"]
    entry = {"field": "scanStatus", "operator": "EQUALS", "value": "SCAN_LAUNCHED"}
    (launched,) = sites(gateway, filter={"filters": [entry], "operation": "AND"}).json()
    assert [each["site"] for each in launched] == ["shop.example.com"]
    empty = {"field": "scanDate", "operator": "IS_NOT_EMPTY"}
    assert sites(gateway, filter={"filters": [empty]}).json() == [[]]


def test_refused_sites_are_named_by_line_and_none_is_added(start):
    gateway = start()
    answer = add_sites(gateway, "172.16.0.0", "2001:db8::1", "fine.example.com", "not a name", "1.2.3")
    assert answer.status_code == 400
    envelope = answer.json()
    assert envelope["message"] is None
    assert [(each["lineNo"], each["field"], each["message"]) for each in envelope["subErrors"]] == [
        (1, "172.16.0.0", "Provide a valid public IP address"),
        (2, "2001:db8::1", "We don't support IPv6 right now, so Please provide a IPv4 address"),
        (4, "", "Invalid FQDN or IP Address"),
        (5, "", "Invalid FQDN or IP Address"),
    ]
    assert len(sites(gateway).json()[0]) == 1


@pytest.mark.parametrize(
    ("lines", "action"), [((), "SAVE"), (("a.example.com",), None), (("a.example.com",), "LAUNCH")]
)
def test_refused_files_of_sites(demo, lines, action):
    assert add_sites(demo, *lines, action=action).status_code == 400


def test_a_file_of_sites_holds_a_thousand_records(start):
    gateway = start()
    names = [f"site-{number}.example.com" for number in range(1001)]
    assert add_sites(gateway, *names).status_code == 400
    assert add_sites(gateway, *names[:1000]).status_code == 202


def import_file(gateway, content, name="leaf.pem"):
    return gateway.post("/certview/v1/certificates/import/leaf", files={"file": (name, content)})


def foreign_leaves(count):
    estate = generate(60, 0, 99, NOW)
    leaves = [each for each in estate.certificates if each.profile.type == "Leaf"][:count]
    return [x509.load_der_x509_certificate(leaf.der) for leaf in leaves]


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
def test_import_makes_a_certificate_without_assets(start, encoding):
    gateway = start()
    (leaf,) = foreign_leaves(1)
    (result,) = import_file(gateway, leaf.public_bytes(encoding)).json()["certificatesResponses"]
    assert x509.load_pem_x509_certificate(result["rawData"].encode()) == leaf
    row = next(row for row in gateway.certificates().json() if row["certhash"] == result["certhash"])
    assert (row["imported"], row["sources"], row["assets"]) == (True, ["IMPORT"], [])
    assert row["issuer"]["name"] == leaf.issuer.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value


def test_import_of_many_is_idempotent(start):
    gateway = start()
    content = b"".join(leaf.public_bytes(Encoding.PEM) for leaf in foreign_leaves(3))
    first = import_file(gateway, content).json()
    assert len(first["certificatesResponses"]) == 3
    assert import_file(gateway, content).json() == first
    assert len(gateway.certificates().json()) == 27


def test_import_refuses_authorities_nonsense_and_restricted_users(demo, start):
    rows = demo.certificates(includes=["EXTENSIVE_CERTIFICATE_INFO"]).json()
    root = next(row for row in rows if row["type"] == "Root")
    assert import_file(demo, root["rawData"]).status_code == 400
    for content in (b"nonsense", base64.b64encode(b"nonsense"), b"-----BEGIN CERTIFICATE-----\nx\n"):
        assert import_file(demo, content).status_code == 400
    assert demo.post("/certview/v1/certificates/import/leaf", {}).status_code == 415
    assert demo.post("/certview/v1/certificates/import/leaf", files={"other": b"x"}).status_code == 400
    (leaf,) = foreign_leaves(1)
    answer = import_file(start(quirks=Quirks(restricted_user=True)), leaf.public_bytes(Encoding.PEM))
    assert (answer.status_code, answer.json()["errorCode"]) == (403, 2012)
