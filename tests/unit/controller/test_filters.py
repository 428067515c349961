# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters on certificates of every form."""

from __future__ import annotations

import json
import typing as t
from datetime import date

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.community.qualys.plugins.module_utils._certificate import normalise
from hypothesis import given
from hypothesis import strategies as st
from unit.audit.estates import AS_OF, DAY, asset, at, audited, instance, record
from unit.controller.certificates import FILTERS, NOW, RAW_V1, RAW_V2, ending


def findings(certificates: t.Any, policy: t.Any = "baseline", as_of: t.Any = NOW) -> list[dict[str, t.Any]]:
    return list(FILTERS["certview_findings"](certificates, policy, as_of))


def failing(certificates: t.Any, policy: t.Any = "baseline") -> list[str]:
    return [finding["rule"] for finding in findings(certificates, policy) if finding["status"] == "fail"]


class TestFindings:
    def test_they_are_those_of_the_audit_without_a_host(self) -> None:
        records = [
            record("aa", [asset(1), asset(2, "10.0.0.2")], key_size=1024),
            ending(-3, "bb", assets=[asset(1, instances=[instance(8443, ("SSLv3",))])]),
        ]
        document = audited(records, {"web1": ["10.0.0.1"], "web2": ["10.0.0.2"]})
        told = [finding for host in document["hosts"].values() for finding in host["findings"]]
        expected = [{**finding, "host": None} for finding in told if finding["status"] == "fail"]

        assert len(expected) > 3
        found = [finding for finding in findings(records) if finding["status"] == "fail"]
        assert sorted(map(json.dumps, found)) == sorted(map(json.dumps, expected))
        assert found[0]["severity"] == "critical"

    def test_objects_of_the_api_are_judged_like_their_records(self) -> None:
        raw = [RAW_V2, RAW_V1]
        assert findings(raw) == findings([normalise(each, AS_OF) for each in raw])
        assert {"KEY-002", "SIG-002", "TLS-002", "EXP-002", "EXP-001"} <= set(failing(raw))

    def test_a_certificate_without_an_asset_is_judged(self) -> None:
        for assets in ([], None, [{"operating_system": "Linux"}]):
            certificate = {**ending(-1), "assets": assets}
            (found,) = (each for each in findings([certificate]) if each["status"] == "fail")
            assert (found["rule"], found["certhash"], found["asset_id"]) == ("EXP-001", "aa", None)

    def test_a_record_may_lack_fields(self) -> None:
        assert failing([{"certhash": "aa", "valid_to": at(AS_OF - DAY)}]) == ["EXP-001"]

    def test_what_no_certificate_tells_is_told_once_and_never_a_pass(self) -> None:
        silent = record("aa", [asset(instances=[instance(protocols=None)])])
        told = [found for found in findings([silent, {**silent, "certhash": "bb"}]) if found["rule"] == "TLS-001"]
        assert [(found["status"], found["severity"], found["certhash"]) for found in told] == [
            ("not_evaluated", "info", None)
        ]
        assert "ssl_protocols" in told[0]["message"]

    def test_rules_on_hosts_are_left_out(self) -> None:
        rules = {found["rule"] for found in findings([record(assets=[asset()])], "inventory-hygiene")}
        assert rules.isdisjoint({"INV-002", "INV-003", "NAM-005"})

    def test_exceptions_count(self) -> None:
        exception = {"certhash": "aa", "reason": "is replaced", "expires": date(2026, 7, 1)}
        (found,) = (each for each in findings([ending(-1)], {"exceptions": [exception]}) if each["rule"] == "EXP-001")
        assert (found["status"], found["exception"]["reason"]) == ("excepted", "is replaced")

    def test_the_policy_decides(self) -> None:
        assert failing([ending(40)], {"thresholds": {"warn_days": 50, "warn_fraction": 1}}) == ["EXP-003"]
        assert failing([ending(40)], {"rules": {"EXP-004": False}}) == []

    def test_nothing_gives_nothing(self) -> None:
        assert findings([]) == []


class TestMatch:
    def match(self, certificates: t.Any, hosts: t.Any) -> dict[str, list[str]]:
        found = FILTERS["certview_match"](certificates, hosts, NOW)
        return {host: [each["certhash"] for each in records] for host, records in found.items()}

    def test_hosts_are_matched_as_by_the_audit(self) -> None:
        records = [
            record("aa", [asset(1), asset(2, "10.0.0.2", name="db1.example.com")]),
            record("bb", [asset(2, "10.0.0.2", name="db1.example.com")]),
            record("cc"),
        ]
        hosts = {"web1": "10.0.0.1", "db1": ["db1.example.com"], "gone": ["10.9.9.9"]}
        assert self.match(records, hosts) == {"web1": ["aa"], "db1": ["aa", "bb"], "gone": []}
        assert list(self.match(records, hosts)) == list(hosts)

    def test_a_list_of_names_is_enough(self) -> None:
        records = [record("aa", [asset(1, name="web1.example.com")])]
        assert self.match(records, ["web1.example.com", "a name of mine"]) == {
            "web1.example.com": ["aa"],
            "a name of mine": [],
        }

    def test_objects_of_the_api_are_matched(self) -> None:
        found = self.match([RAW_V2, RAW_V1], {"two": "10.0.0.1", "one": "10.0.0.2"})
        assert found == {"two": ["ab" * 32], "one": ["cd" * 32]}

    @pytest.mark.parametrize("hosts", ["web1", 5, None, [1], {"web1": 5}, {"web1": [None]}])
    def test_other_hosts_are_refused(self, hosts: t.Any) -> None:
        with pytest.raises(AnsibleFilterError, match=r"certview_match: hosts"):
            self.match([], hosts)


class TestGroups:
    def test_by_issuer(self) -> None:
        records = [
            record("aa", issuer={"name": "Z CA", "organization": "Z"}),
            record("bb", issuer={"name": None, "organization": "A Ltd"}),
            record("cc", issuer={"name": "Z CA"}),
            record("dd", issuer=None),
        ]
        groups = FILTERS["certview_by_issuer"](records, NOW)
        assert [(name, [each["certhash"] for each in group]) for name, group in groups.items()] == [
            ("A Ltd", ["bb"]),
            ("Z CA", ["aa", "cc"]),
            ("unknown", ["dd"]),
        ]

    def test_by_expiry_week(self) -> None:
        records = [
            record("aa", valid_to="2027-01-03T23:59:59Z"),
            record("bb", valid_to="2026-06-07T23:59:59.999Z"),
            record("cc", valid_to="2026-06-08T00:00:00Z"),
            record("dd", valid_to=None),
            RAW_V1,
        ]
        groups = FILTERS["certview_by_expiry_week"](records, NOW)
        assert {week: [each["certhash"][:2] for each in group] for week, group in groups.items()} == {
            "2026-W22": ["cd"],
            "2026-W23": ["bb"],
            "2026-W24": ["cc"],
            "2026-W53": ["aa"],
            "unknown": ["dd"],
        }
        assert list(groups) == sorted(groups)

    @given(st.lists(st.builds(ending, st.floats(-5000, 5000), st.text(min_size=1)), max_size=6))
    def test_nothing_is_lost(self, records: list[dict[str, t.Any]]) -> None:
        for name in ("certview_by_issuer", "certview_by_expiry_week"):
            groups = FILTERS[name](records, NOW)
            told = [each["certhash"] for group in groups.values() for each in group]
            assert sorted(told) == sorted(each["certhash"] for each in records)


class TestDigest:
    def test_of_certificates(self) -> None:
        records = [ending(-1), ending(2, "bb"), ending(30, "cc"), ending(31, "dd"), record("ee", valid_to=None)]
        assert FILTERS["certview_digest"](records, as_of=NOW) == (
            "5 certificates: 1 expired, 2 within 30 days, 1 later, 1 of unknown end; "
            "next: bb.example.com in 2.0 days (2026-06-03)"
        )
        assert FILTERS["certview_digest"]([ending(-1)], "7", NOW) == "1 certificate: 1 expired"

    def test_of_findings(self) -> None:
        found = findings([ending(-1, "aa", key_size=1024, assets=[asset()]), ending(-2, "bb", assets=[asset(2)])])
        line = FILTERS["certview_digest"]([each for each in found if each["status"] == "fail"])
        assert line == "3 findings: 2 critical, 1 high; EXP-001 2, KEY-002 1"

    def test_of_what_is_no_open_finding(self) -> None:
        made = [
            {"rule": "EXP-001", "severity": "info", "status": "fail", "superseded_by": "bb"},
            {"rule": "KEY-002", "severity": "high", "status": "excepted"},
            {"rule": "TLS-001", "severity": "info", "status": "not_evaluated"},
        ]
        assert FILTERS["certview_digest"](made) == "0 findings; 1 excepted, 1 superseded, 1 not evaluated"

    def test_of_nothing(self) -> None:
        assert FILTERS["certview_digest"]([]) == "none"

    def test_it_is_one_line_whatever_a_name_holds(self) -> None:
        name = "a\nb\x1b[31m\u202e"
        line = FILTERS["certview_digest"]([ending(5, subject={"name": name})], as_of=NOW)
        assert line.isprintable()
        for nameless in ({"subject": None, "certhash": None}, {"subject": name, "dn": 7}):
            certificate = {**ending(5), "subject_alternative_names": None, **nameless}
            assert FILTERS["certview_digest"]([certificate], as_of=NOW).isprintable()
