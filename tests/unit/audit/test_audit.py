# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import json
import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.community.qualys.plugins.module_utils._audit import failing_hosts
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._match_options import MatchOptions
from ansible_collections.community.qualys.plugins.module_utils._rules.registry import RULES
from unit.audit.estates import AS_OF, DAY, asset, at, audited, instance, record, silent_instance

UNTOLD = {
    "valid_from": None,
    "valid_to": None,
    "key_algorithm": None,
    "key_algorithm_source": "unknown",
    "signature_algorithm": None,
    "self_signed": None,
    "subject_alternative_names": None,
    "revocation_status": None,
    "issuer": None,
}


def findings(document: dict[str, t.Any], host: str = "web1") -> list[tuple[str, str, str]]:
    return [
        (finding["rule"], finding["severity"], finding["status"]) for finding in document["hosts"][host]["findings"]
    ]


def test_a_sound_host_has_no_findings() -> None:
    document = audited([record("aa", [asset()])])
    assert document["hosts"]["web1"] == {
        "status": "ok",
        "match": {
            "rule": "primary_ip",
            "value": "10.0.0.1",
            "asset_ids": [1],
            "ambiguous": False,
            "candidates_tried": ["10.0.0.1"],
        },
        "certificates": ["aa"],
        "findings": [],
    }
    assert document["changes"] is None


def test_a_finding_tells_everything() -> None:
    document = audited(
        [record("aa", [asset(instances=[instance(8443, fqdn="aa.example.com")])], valid_to=at(AS_OF - 3 * DAY))]
    )
    assert document["hosts"]["web1"]["findings"] == [
        {
            "rule": "EXP-001",
            "severity": "critical",
            "status": "fail",
            "title": "Certificate has expired",
            "message": "expired 3.0 days ago, on 2026-05-29T00:00:00Z",
            "certhash": "aa",
            "host": "web1",
            "asset_id": 1,
            "instance": {"port": 8443, "protocol": "tcp", "fqdn": "aa.example.com"},
            "due": "2026-05-29T00:00:00Z",
            "citation": "RFC 5280, 4.1.2.5 <https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5>; "
            "PCI DSS 4.0.1, 4.2.1 <https://www.pcisecuritystandards.org/document_library/>; "
            "SSL Labs SSL Server Rating Guide, grade T <https://github.com/ssllabs/research/wiki/SSL-Server-Rating-Guide>",
            "remediation": RULES["EXP-001"].remediation,
            "exception": None,
            "superseded_by": None,
        }
    ]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "ok"),
        ({"valid_to": at(AS_OF - DAY), "key_size": 512}, "expired"),
        ({"valid_to": at(AS_OF + DAY), "key_size": 512}, "expiring"),
        ({"valid_to": at(AS_OF + 20 * DAY)}, "expiring"),
        ({"valid_from": at(AS_OF + DAY)}, "weak"),
        ({"key_size": 1024}, "weak"),
        ({"self_signed": True}, "weak"),
        ({"self_signed": True, "type": "Root"}, "ok"),
        ({"valid_to": at(AS_OF - DAY), "type": "Intermediate"}, "expired"),
        ({"key_algorithm": "EC", "key_size": 256}, "ok"),
        ({"key_algorithm": None, "key_algorithm_source": "unknown", "key_size": 512}, "ok"),
        (UNTOLD, "not_evaluated"),
    ],
)
def test_the_status_of_a_host(changes: dict[str, t.Any], status: str) -> None:
    document = audited([record("aa", [asset(instances=[silent_instance()])], **changes)])
    assert document["hosts"]["web1"]["status"] == status
    assert document["summary"]["by_status"][status] == 1
    assert document["summary"]["hosts_failing"] == (status in ("expired", "expiring", "weak"))


def test_a_failure_of_low_severity_is_not_weak() -> None:
    small = [record("aa", [asset()], key_size=1024)]
    document = audited(small, policy={"rules": {"KEY-002": {"severity": "low"}}})
    assert document["hosts"]["web1"]["status"] == "ok"
    assert findings(document) == [("KEY-002", "low", "fail")]
    assert document["summary"]["hosts_failing"] == 0


def test_an_instance_alone_can_be_judged() -> None:
    document = audited([record("aa", [asset()], **UNTOLD)])
    assert document["hosts"]["web1"]["status"] == "ok"


def test_what_was_not_evaluated_is_listed_last_and_counts_as_no_failure() -> None:
    document = audited([record("aa", [asset()], **{**UNTOLD, "self_signed": True, "type": "Leaf"})])
    assert findings(document)[0] == ("TRU-001", "medium", "fail")
    assert {status for rule, severity, status in findings(document)[1:]} == {"not_evaluated"}
    assert {severity for rule, severity, status in findings(document)[1:]} == {"info"}
    assert document["summary"]["by_severity"] == {"critical": 0, "high": 0, "medium": 1, "low": 0, "info": 0}
    assert failing_hosts(document, "info") == ["web1"]
    assert failing_hosts(audited([record("aa", [asset()], **UNTOLD)]), "info") == []


@pytest.mark.parametrize(
    ("left", "disabled", "rules"),
    [
        (-DAY, (), ["EXP-001"]),
        (DAY, (), ["EXP-002"]),
        (20 * DAY, (), ["EXP-003"]),
        (DAY, ("EXP-002",), ["EXP-003"]),
        (-DAY, ("EXP-001",), []),
    ],
)
def test_one_certificate_expires_once(left: timedelta, disabled: tuple[str, ...], rules: list[str]) -> None:
    policy = {"rules": {rule: {"enabled": False} for rule in disabled}}
    document = audited([record("aa", [asset()], valid_to=at(AS_OF + left))], policy=policy)
    assert [rule for rule, severity, status in findings(document)] == rules


def test_findings_stand_in_order_of_urgency() -> None:
    document = audited(
        [
            record("dd", [asset()], key_size=512, valid_to=at(AS_OF - DAY)),
            record("cc", [asset()], valid_to=at(AS_OF - 2 * DAY)),
            record("bb", [asset()], valid_to=at(AS_OF - 2 * DAY)),
            record("aa", [asset()], valid_to=at(AS_OF + 20 * DAY)),
        ]
    )
    listed = [(finding["certhash"], finding["rule"]) for finding in document["hosts"]["web1"]["findings"]]
    assert listed == [
        ("bb", "EXP-001"),
        ("cc", "EXP-001"),
        ("dd", "EXP-001"),
        ("dd", "KEY-001"),
        ("aa", "EXP-003"),
    ]


@pytest.mark.parametrize(
    ("ports", "named"),
    [([443, 25], " (port 25, 443)"), (range(1, 13), " (port 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more)")],
)
def test_a_certificate_on_several_ports_is_one_finding(ports: list[int], named: str) -> None:
    document = audited([record("aa", [asset(instances=[instance(port) for port in ports])], key_size=1024)])
    (finding,) = document["hosts"]["web1"]["findings"]
    assert finding["instance"] is None
    assert finding["message"] == "RSA 1024 bits; at least 2048 needed" + named


@pytest.mark.parametrize(
    "instances", [[], [{**instance(), "port": None}, {**instance(), "port": None, "fqdn": "aa.example.com"}]]
)
def test_a_certificate_without_a_port_is_judged_too(instances: list[dict[str, t.Any]]) -> None:
    document = audited([record("aa", [asset(instances=instances)], key_size=1024)])
    (finding,) = document["hosts"]["web1"]["findings"]
    assert (finding["instance"], finding["message"]) == (None, "RSA 1024 bits; at least 2048 needed")


@pytest.mark.parametrize("issuer_type", ["Intermediate", "Root", "root"])
def test_an_instance_is_known_by_its_own_certificate_not_by_its_issuers(issuer_type: str) -> None:
    offers = [asset(instances=[instance(protocols=["SSLv3", "TLSv1.2"])])]
    leaf = record("aa", offers, last_found="2026-05-01T00:00:00Z")
    issuer = record("bb", offers, type=issuer_type, last_found="2026-05-02T00:00:00Z")
    (finding,) = audited([leaf, issuer])["hosts"]["web1"]["findings"]
    assert (finding["rule"], finding["certhash"]) == ("TLS-001", "aa")


def test_an_instance_is_judged_once_by_what_was_found_last() -> None:
    def seen(certhash: str, day: int, protocols: list[str] | None) -> dict[str, t.Any]:
        found = f"2026-05-{day:02}T00:00:00Z"
        return record(certhash, [asset(instances=[instance(protocols=protocols)])], last_found=found)

    old, new, unobserved = seen("aa", 1, ["TLSv1"]), seen("bb", 2, ["SSLv3", "TLSv1.2"]), seen("cc", 3, None)
    document = audited([old, new, unobserved])
    (finding,) = document["hosts"]["web1"]["findings"]
    assert (finding["rule"], finding["certhash"], finding["message"]) == ("TLS-001", "cc", "offers SSLv3")
    assert findings(audited([old])) == [("TLS-002", "high", "fail"), ("TLS-003", "high", "fail")]
    elsewhere = record("dd", [asset(2, "10.0.0.2")])
    both = {"web1": ["10.0.0.1"], "web2": ["10.0.0.2"]}
    assert findings(audited([unobserved, elsewhere], both)) == [
        ("TLS-001", "info", "not_evaluated"),
        ("TLS-002", "info", "not_evaluated"),
        ("TLS-003", "info", "not_evaluated"),
    ]


def test_instances_differ_by_port_protocol_and_name() -> None:
    served = [instance(443, ["TLSv1", "TLSv1.2"], fqdn) for fqdn in ("", "a.example.com", "b.example.com")]
    wildcard = {"dns_names": ["*.example.com"], "ip_addresses": [], "other": {}}
    document = audited([record("aa", [asset(instances=served)], subject_alternative_names=wildcard)])
    told = [finding["instance"]["fqdn"] for finding in document["hosts"]["web1"]["findings"]]
    assert told == [None, "a.example.com", "b.example.com"]


def test_hosts_that_share_an_asset_share_its_findings_and_count_once() -> None:
    hosts = {"web2": ["10.0.0.1"], "web1": ["10.0.0.1"]}
    document = audited([record("aa", [asset()], key_size=1024)], hosts)
    assert list(document["hosts"]) == ["web1", "web2"]
    for host in hosts:
        assert [finding["host"] for finding in document["hosts"][host]["findings"]] == [host]
    assert document["summary"]["by_rule"]["KEY-002"] == document["summary"]["by_severity"]["high"] == 1
    assert failing_hosts(document, "high") == ["web1", "web2"]


def test_coverage_is_told_both_ways() -> None:
    records = [
        record("aa", [asset(1), asset(5, "10.0.0.5", name="vip")]),
        record("bb", [asset(5, "10.0.0.5", name="vip"), asset(4, None, uuid=None)]),
        record("cc"),
    ]
    document = audited(records, {"web1": ["10.0.0.1"], "web2": ["10.0.0.2"]})
    assert document["hosts"]["web2"] == {
        "status": "unmatched",
        "match": {"rule": None, "value": None, "asset_ids": [], "ambiguous": False, "candidates_tried": ["10.0.0.2"]},
        "certificates": [],
        "findings": [],
    }
    assert document["unmatched_assets"] == [
        {"id": 4, "uuid": None, "name": None, "primary_ip": None, "certificates": 1},
        {"id": 5, "uuid": "uuid-5", "name": "vip", "primary_ip": "10.0.0.5", "certificates": 2},
    ]
    assert list(document["certificates"]) == ["aa"]
    counted = ("hosts", "hosts_matched", "hosts_unmatched", "assets", "assets_unmatched", "certificates")
    assert [document["summary"][name] for name in counted] == [2, 1, 1, 3, 2, 3]


def test_an_ambiguous_host_may_be_skipped() -> None:
    records = [record("aa", [asset(1), asset(2)], key_size=1024)]
    everything = audited(records)
    assert everything["hosts"]["web1"]["match"]["ambiguous"]
    assert everything["summary"]["hosts_ambiguous"] == 1
    assert [finding["asset_id"] for finding in everything["hosts"]["web1"]["findings"]] == [1, 2]
    skipped = audited(records, matching=MatchOptions(on_ambiguous="skip"))
    assert skipped["hosts"]["web1"]["status"] == "unmatched"
    assert skipped["summary"]["assets_unmatched"] == 2


def test_records_are_as_of_the_audit_and_left_as_they_came() -> None:
    read_later = record("aa", [asset()], expired=True, days_remaining=-5.0)
    before = copy.deepcopy(read_later)
    document = audited(iter([read_later, record("bb", [asset()], valid_to=None)]))
    told = document["certificates"]["aa"]
    assert (told["expired"], told["days_remaining"]) == (False, 200.0)
    assert "assets" not in told
    assert document["certificates"]["bb"]["expired"] is None
    assert read_later == before


def test_what_cannot_be_complete_is_counted() -> None:
    records = [
        record("aa", [asset(1, "10.0.0.9")], assets_complete=False),
        record("bb", [asset(1, "10.0.0.1")]),
    ]
    summary = audited(records)["summary"]
    assert (summary["certificates_incomplete"], summary["assets_incomplete"]) == (1, 1)


def test_a_record_without_hash_is_not_lost() -> None:
    document = audited([record("", [asset()], key_size=1024), record("", [asset()], key_size=512)])
    assert document["summary"]["certificates"] == len(document["hosts"]["web1"]["certificates"]) == 2
    assert all(certhash.startswith("unknown-") for certhash in document["certificates"])
    assert findings(document)[0] == ("KEY-001", "critical", "fail")


def test_a_certificate_that_comes_twice_counts_once_and_its_newer_record_is_told() -> None:
    small: dict[str, t.Any] = {"key_size": 1024}
    old = record("aa", [asset(instances=[instance(443)])], updated="2026-05-01T00:00:00Z", dn="old", **small)
    new = record("aa", [asset(instances=[instance(25)])], updated="2026-05-02T00:00:00Z", dn="new", **small)
    for records in ([old, new], [new, old]):
        document = audited(records)
        assert document["summary"]["certificates"] == 1
        assert document["certificates"]["aa"]["dn"] == "new"
        (finding,) = document["hosts"]["web1"]["findings"]
        assert finding["message"].endswith("(port 25, 443)")


def test_an_asset_in_two_parts_is_one() -> None:
    parts = [asset(instances=[]), {**asset(primary_ip=None), "interfaces": []}]
    document = audited([record("aa", [*parts, {**asset("", None), "uuid": None}])])
    assert document["summary"]["assets"] == 1
    assert document["hosts"]["web1"]["match"]["asset_ids"] == [1]


def test_times() -> None:
    moment = datetime(2026, 6, 1, 2, 30, 0, 123999, tzinfo=timezone(timedelta(hours=2)))
    document = audited([], as_of=moment)
    assert document["as_of"] == document["generated_at"] == "2026-06-01T00:30:00.123Z"
    with pytest.raises(ValueError, match="no time zone"):
        audited([], as_of=AS_OF.replace(tzinfo=None))


def test_rules_are_judged_only_where_their_standard_demands() -> None:
    offers_tls_1_0 = [record("aa", [asset(instances=[instance(protocols=["TLSv1", "TLSv1.2"])])])]
    day = datetime(2021, 3, 1, tzinfo=timezone.utc)
    before = [rule for rule, severity, status in findings(audited(offers_tls_1_0, as_of=day - DAY))]
    assert (before, findings(audited(offers_tls_1_0, as_of=day))[-1][0]) == (["EXP-005"], "TLS-002")


@pytest.mark.parametrize(
    ("fail_on", "hosts"),
    [
        ("none", []),
        ("critical", ["gone"]),
        ("high", ["gone", "weak"]),
        ("medium", ["gone", "soon", "weak"]),
        ("info", ["gone", "soon", "weak"]),
    ],
)
def test_failing_hosts_are_those_at_or_above_the_severity(fail_on: str, hosts: list[str]) -> None:
    document = audited(
        [
            record("aa", [asset(1, "10.0.0.1")]),
            record("bb", [asset(2, "10.0.0.2")], key_size=1024),
            record("cc", [asset(3, "10.0.0.3")], valid_to=at(AS_OF - DAY)),
            record("dd", [asset(4, "10.0.0.4")], valid_to=at(AS_OF + 20 * DAY)),
        ],
        {"fine": ["10.0.0.1"], "weak": ["10.0.0.2"], "gone": ["10.0.0.3"], "soon": ["10.0.0.4"], "unseen": []},
    )
    assert failing_hosts(document, fail_on) == hosts


def test_an_unknown_fail_on_is_refused() -> None:
    with pytest.raises(CertViewError, match=r"fail_on is 'hihg'.*critical, high, medium, low, info, none") as caught:
        failing_hosts(audited([]), "hihg")
    assert caught.value.kind == "options"


def test_the_document_is_json() -> None:
    document = audited([record("aa", [asset()], key_size=1024)])
    assert json.loads(json.dumps(document)) == document


def test_repeated_records_and_assets_count_once() -> None:
    cut = record("aa", [asset(5, "10.0.0.5"), asset(5, "10.0.0.5")], assets_complete=False)
    other = record("bb", [asset(5, "10.0.0.5")])
    document = audited([cut, other, cut])
    assert document["summary"]["certificates_incomplete"] == 1
    assert [seen["certificates"] for seen in document["unmatched_assets"]] == [2]


def test_an_unmatched_asset_is_told_as_it_was_found_last() -> None:
    new = record("aa", [asset(5, "10.0.0.5", name="new")], last_found="2026-05-02T00:00:00Z")
    old = record("bb", [asset(5, "10.0.0.5", name="old")], last_found="2026-05-01T00:00:00Z")
    for records in ([new, old], [old, new]):
        assert audited(records)["unmatched_assets"][0]["name"] == "new"


def test_a_record_has_not_expired_in_its_last_second() -> None:
    document = audited([record("aa", [asset()], valid_to=at(AS_OF))])
    assert (document["certificates"]["aa"]["expired"], document["certificates"]["aa"]["days_remaining"]) == (False, 0.0)
