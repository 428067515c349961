# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t
from datetime import timedelta

import pytest
from ansible_collections.community.qualys.plugins.module_utils import _certificate
from ansible_collections.community.qualys.plugins.module_utils._certificate import normalise
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from hypothesis import given
from hypothesis import strategies as st
from unit.client.answers import DAY, FULL, HOSTILE_VALUES, MILLISECONDS, PATHS, spoilt
from unit.client.support import AS_OF, JSON_VALUES, outcome_of


def test_every_field_of_the_answer_has_its_place() -> None:
    assert normalise(FULL, AS_OF) == {
        "id": 189259654,
        "certhash": "e6fe22bf",
        "serial_number": "00b9",
        "dn": "CN=WR2",
        "type": "Leaf",
        "key_algorithm": "RSA",
        "key_algorithm_source": "reported",
        "key_size": 2048,
        "signature_algorithm": "SHA256withRSA",
        "valid_from": "2026-03-06T00:00:00Z",
        "valid_to": "2026-06-04T00:00:00Z",
        "lifetime_days": 90.0,
        "days_remaining": 3.0,
        "expired": False,
        "self_signed": False,
        "extended_validation": False,
        "imported": False,
        "issuer_category": "unapproved",
        "revocation_status": "Not Revoked",
        "order_status": "In Renewal",
        "last_found": "2026-01-30T17:42:49Z",
        "created": "2026-01-22T18:56:12Z",
        "updated": "2026-01-30T17:42:49Z",
        "sources": ["VM", "QAGENT"],
        "instance_count": 2,
        "asset_count": 2,
        "subject": {
            "name": "WR2\ufffd",
            "organization": "Example Ltd",
            "organization_unit": ["a"],
            "locality": None,
            "state": "x",
            "country": "US",
            "certhash": None,
            "extra": {"title": "new"},
        },
        "issuer": {
            "name": "GTS Root R1",
            "organization": None,
            "organization_unit": [],
            "locality": None,
            "state": None,
            "country": None,
            "certhash": "d947",
            "extra": {},
        },
        "root_issuer": None,
        "subject_alternative_names": {
            "dns_names": ["a.example"],
            "ip_addresses": [],
            "other": {"Other\ufffdName": ["o"]},
        },
        "key_usage": ["Digital Signature"],
        "enhanced_key_usage": [],
        "raw_data": "-----BEGIN CERTIFICATE-----\nAA==\n",
        "assets": [
            {
                "id": 1060774298,
                "uuid": "a5a21a66",
                "name": "web01",
                "netbios_name": None,
                "operating_system": None,
                "primary_ip": "192.0.2.11",
                "interfaces": [
                    {"hostname": None, "address": "192.0.2.11"},
                    {"hostname": "h", "address": "2001:DB8::1"},
                ],
                "tags": [{"name": "Cloud", "uuid": "t1"}],
                "instances": [
                    {
                        "id": 3247,
                        "port": 443,
                        "protocol": "tcp",
                        "service": "https",
                        "fqdn": None,
                        "grade": "C",
                        "ssl_protocols": ["TLSv1", "TLSv1.2"],
                        "cipher_suites": {"TLSv1.2": [{"name": "x\ufffd"}]},
                        "vulnerabilities": None,
                        "extra": {"pqcSupport": False},
                    }
                ],
                "extra": {"agent": 1},
            }
        ],
        "assets_complete": False,
        "extra": {"pqcSupport": {"a\ufffd": "b\ufffd"}},
    }


def test_a_record_of_nothing_has_the_same_keys_and_says_that_nothing_was_told() -> None:
    empty = normalise({}, AS_OF)
    assert empty.keys() == normalise(FULL, AS_OF).keys()
    told = {name: value for name, value in empty.items() if value is not None}
    assert told == {
        "key_algorithm_source": "unknown",
        "sources": [],
        "key_usage": [],
        "enhanced_key_usage": [],
        "assets": [],
        "assets_complete": True,
        "extra": {},
    }


def test_what_was_not_asked_for_is_none_and_what_is_empty_is_empty() -> None:
    bare, asked = normalise({"assets": [{}, {"tags": [], "assetInterfaces": []}]}, AS_OF)["assets"]
    assert (bare["tags"], bare["interfaces"]) == (None, None)
    assert (asked["tags"], asked["interfaces"]) == ([], [])


@pytest.mark.parametrize("told", ["TLSv1.2", {"TLSv1.2": True}, 1])
def test_protocols_in_no_list_are_not_told_rather_than_none(told: t.Any) -> None:
    """A rule that sees no protocol at all would pass."""
    asset = normalise({"assets": [{"hostInstances": [{"sslProtocols": told}]}]}, AS_OF)["assets"][0]
    assert asset["instances"][0]["ssl_protocols"] is None


def test_the_asset_of_v1_has_its_uuid_as_asset_id() -> None:
    asset = normalise({"assets": [{"assetId": "a5a21a66"}]}, AS_OF)["assets"][0]
    assert (asset["id"], asset["uuid"], asset["extra"]) == (None, "a5a21a66", {})


@pytest.mark.parametrize(
    ("raw", "valid_to"),
    [
        ({"validTo": MILLISECONDS}, "2026-06-01T00:00:00Z"),
        ({"validToDate": "2026-06-01T02:00:00.000+02:00"}, "2026-06-01T00:00:00Z"),
        ({"validTo": "never", "validToDate": "2026-06-01"}, "2026-06-01T00:00:00Z"),
        ({"validTo": 0}, "1970-01-01T00:00:00Z"),
        ({"validTo": 10**18, "validToDate": None}, None),
    ],
)
def test_the_end_in_either_spelling(raw: dict[str, t.Any], valid_to: str | None) -> None:
    assert normalise(raw, AS_OF)["valid_to"] == valid_to


@pytest.mark.parametrize(
    ("seconds", "expired", "days"),
    [(-1, True, 0.0), (0, False, 0.0), (1, False, 0.0), (-43200, True, -0.5), (43200, False, 0.5)],
)
def test_the_last_second_of_validity_is_valid(seconds: int, expired: bool, days: float) -> None:
    """RFC 5280 4.1.2.5: the period is inclusive of notAfter."""
    record = normalise({"validTo": MILLISECONDS + 1000 * seconds}, AS_OF)
    assert record["expired"] is expired
    assert record["days_remaining"] == pytest.approx(days, abs=1e-4)


# Self-signed, with a key on P-256.
EC_CERTIFICATE = """-----BEGIN CERTIFICATE-----
MIIBfjCCASOgAwIBAgIUJ/1UNkrOL+bABbdZCaUXPNjdyq0wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJYS5leGFtcGxlMB4XDTI2MTEyMjE5NTk0OFoXDTM2MTExOTE5
NTk0OFowFDESMBAGA1UEAwwJYS5leGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAEyKSBI7CMxCpZcVT3iieB/fPQi7PemB0yWlSUdPi4YRSWmGWmBeAYA45Z
epbeLXRCo9UPpXYFlrBMDx4h+/FHgKNTMFEwHQYDVR0OBBYEFBPq7xG9ZVcZnfgb
cfKWf5wiDWprMB8GA1UdIwQYMBaAFBPq7xG9ZVcZnfgbcfKWf5wiDWprMA8GA1Ud
EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAIFwiKyqlyUhFym7/skNiFsX
8kO76Rcow9ELbRVTkQw+AiEA2K7w1vZk3fBol+UxGVoujE+U0pA1UVmStAVcbOVU
DCo=
-----END CERTIFICATE-----
"""


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"publicKeyAlgorithm": "ECC", "keySize": 256}, ("EC", "reported", 256)),
        ({"publicKeyAlgorithm": "RSA", "keySize": "2048"}, ("RSA", "reported", 2048)),
        ({"publicKeyAlgorithm": "EdDSA", "keySize": 256}, ("Ed25519", "reported", 256)),
        ({"publicKeyAlgorithm": "MLDSA65", "keySize": 1952}, ("ML-DSA-65", "reported", 1952)),
        ({"publicKeyAlgorithm": "GOST"}, ("GOST", "reported", None)),
        ({"publicKeyAlgorithm": "RSA_2048", "keySize": 2048}, ("RSA", "reported", 2048)),
        ({"publicKeyAlgorithm": "unknown", "keySize": 256, "rawData": EC_CERTIFICATE}, ("EC", "parsed", 256)),
        ({"publicKeyAlgorithm": "N/A", "keySize": 2048}, ("RSA", "inferred", 2048)),
        ({"publicKeyAlgorithm": "-", "keySize": 512}, (None, "unknown", 512)),
        ({"publicKeyAlgorithm": "RSA", "keySize": 2048, "rawData": EC_CERTIFICATE}, ("RSA", "reported", 2048)),
        ({"keySize": 256, "rawData": EC_CERTIFICATE}, ("EC", "parsed", 256)),
        ({"keySize": 2048, "rawData": EC_CERTIFICATE}, ("EC", "parsed", 2048)),
        ({"rawData": EC_CERTIFICATE}, ("EC", "parsed", 256)),
        ({"publicKeyAlgorithm": " ", "rawData": EC_CERTIFICATE.replace("\n", "\r\n")}, ("EC", "parsed", 256)),
        ({"keySize": 384, "rawData": "AA=="}, ("EC", "inferred", 384)),
        ({"keySize": 4096, "rawData": 5}, ("RSA", "inferred", 4096)),
        ({"keySize": 1952}, (None, "unknown", 1952)),
        ({"keySize": 512}, (None, "unknown", 512)),
        ({}, (None, "unknown", None)),
    ],
)
def test_the_key_is_reported_or_parsed_or_inferred(
    raw: dict[str, t.Any], expected: tuple[str | None, str, int | None]
) -> None:
    record = normalise(raw, AS_OF)
    assert (record["key_algorithm"], record["key_algorithm_source"], record["key_size"]) == expected


def test_a_certificate_is_not_parsed_for_what_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of thousands of records are read, and most tell it."""
    monkeypatch.setattr(_certificate, "public_key_of", None)
    assert normalise({**FULL, "rawData": EC_CERTIFICATE}, AS_OF)["key_algorithm"] == "RSA"


@pytest.mark.parametrize(
    ("assets", "count", "complete"),
    [(2, 2, True), (2, 3, False), (0, 0, True), (999, None, True), (1000, None, False), (1000, 1000, True)],
)
def test_whether_all_assets_are_embedded(assets: int, count: int | None, complete: bool) -> None:
    assert normalise({"assets": [{}] * assets, "assetCount": count}, AS_OF)["assets_complete"] is complete


@pytest.mark.parametrize("raw", [None, [], "x", 5, True])
def test_what_is_no_certificate_is_refused(raw: object) -> None:
    with pytest.raises(CertViewError, match=f"holds {type(raw).__name__} where a certificate should be") as caught:
        normalise(raw, AS_OF)
    assert caught.value.kind == "answer"


def test_a_field_nested_deeper_than_the_stack_is_no_crash() -> None:
    deep: list[t.Any] = []
    for _each in range(5000):
        deep = [deep]
    record = normalise({"unknown": deep, "assets": [{"hostInstances": [{"cipherSuites": deep}]}]}, AS_OF)
    assert len(json.dumps(record)) < 5000


FIELD_NAMES = st.sampled_from(sorted(FULL)) | st.text()
OBJECTS = st.dictionaries(FIELD_NAMES, JSON_VALUES | st.lists(st.dictionaries(FIELD_NAMES, JSON_VALUES), max_size=3))


@given(JSON_VALUES | OBJECTS)
def test_any_json_is_a_full_record_or_a_clear_error(raw: t.Any) -> None:
    outcome = outcome_of(normalise, raw, AS_OF)
    if isinstance(outcome, CertViewError):
        assert outcome.kind == "answer"
        assert not isinstance(raw, dict)
    else:
        assert outcome.keys() == normalise({}, AS_OF).keys()
        json.dumps(outcome, ensure_ascii=False).encode("utf-8")


# What CertView tells there is passed on in whatever shape it has.
AS_IT_COMES = ("extra", "other", "cipher_suites", "vulnerabilities")


def assert_has_shape(value: t.Any, like: t.Any, where: str = "record") -> None:
    """A record has what a reader of another may rely on: its keys, and in them its types or nothing."""
    if isinstance(like, dict):
        assert value is None or value.keys() == like.keys(), where
        for key in like if value else ():
            if key not in AS_IT_COMES:
                assert_has_shape(value[key], like[key], f"{where}.{key}")
    elif isinstance(like, list):
        assert value is None or isinstance(value, list), where
        for each in value or ():
            assert_has_shape(each, like[0] if like else "", f"{where}[]")
    elif like is not None:
        assert value is None or type(value) is type(like), where


@given(HOSTILE_VALUES)
def test_any_json_in_the_place_of_any_field_leaves_a_record_of_the_same_shape(value: t.Any) -> None:
    whole = normalise({**FULL, "rootissuer": FULL["issuer"]}, AS_OF)
    for path in PATHS:
        record = normalise(spoilt(path, value), AS_OF)
        assert_has_shape(record, whole)
        json.dumps(record, ensure_ascii=False).encode("utf-8")


@given(st.integers(-4000, 4000), st.integers(0, 2000))
def test_days_count_from_as_of_and_turn_negative_with_expiry(start: int, length: int) -> None:
    raw = {"validFrom": MILLISECONDS + start * DAY, "validTo": MILLISECONDS + (start + length) * DAY}
    record = normalise(raw, AS_OF)
    assert record["lifetime_days"] == length
    assert record["days_remaining"] == start + length
    assert record["expired"] is (start + length < 0)
    later = normalise(raw, AS_OF + timedelta(days=1))
    assert later["days_remaining"] == record["days_remaining"] - 1
