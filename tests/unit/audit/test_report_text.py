# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
import unicodedata

import pytest
from ansible_collections.community.qualys.plugins.module_utils._match_options import MatchOptions
from ansible_collections.community.qualys.plugins.module_utils._report.text import (
    action_table,
    host_line,
    printable,
    summary_lines,
)
from hypothesis import given
from hypothesis import strategies as st
from unit.audit.estates import AS_OF, DAY, asset, at, audited, instance, record


@pytest.mark.parametrize(
    ("records", "line"),
    [
        ([], "web1: UNMATCHED - no asset of CertView has one of its addresses or names"),
        ([record("aa", [asset()])], "web1: OK - 1 certificate; aa.example.com expires first, in 200.0 days"),
        (
            [record("aa", [asset()]), record("bb", [asset()], valid_to=at(AS_OF + 40 * DAY)), record("cc", [asset()])],
            "web1: OK - 3 certificates; bb.example.com expires first, in 40.0 days",
        ),
        (
            [record("aa", [asset(instances=[instance(), instance(8443, protocols=None)])])],
            "web1: OK - 1 certificate; aa.example.com expires first, in 200.0 days; "
            "3 verdicts missing for want of data",
        ),
        (
            [record("aa", [asset(instances=[])], **dict.fromkeys(("valid_from", "valid_to", "signature_algorithm",
                                                                  "key_algorithm", "self_signed", "type", "issuer",
                                                                  "revocation_status")))],
            "web1: NOT EVALUATED - 1 certificate; 11 verdicts missing for want of data",
        ),
        (
            [record("aa", [asset()], valid_to=at(AS_OF - 3 * DAY))],
            "web1: EXPIRED - aa.example.com on 443/tcp expired 3.0 days ago, on 2026-05-29T00:00:00Z "
            "[EXP-001 critical]",
        ),
        (
            [record("aa", [asset(instances=[{**instance(), "protocol": None}])], key_size=512)],
            "web1: WEAK - aa.example.com on 443 RSA 512 bits; at least 2048 needed [KEY-001 critical]",
        ),
        (
            [record("aa", [asset(instances=[])], key_size=1024, subject={"name": None},
                    subject_alternative_names={"dns_names": ["alt.example.com"]})],
            "web1: WEAK - alt.example.com RSA 1024 bits; at least 2048 needed [KEY-002 high]",
        ),
        (
            [record("ab" * 32, [asset(instances=[])], key_size=1024, subject=None,
                    subject_alternative_names=None)],
            "web1: WEAK - abababababababab RSA 1024 bits; at least 2048 needed [KEY-002 high]",
        ),
    ],
)  # fmt: skip
def test_the_line_of_a_host(records: list[dict[str, t.Any]], line: str) -> None:
    assert host_line(audited(records), "web1") == line


def test_the_line_of_a_host_with_too_many_assets() -> None:
    document = audited([record("aa", [asset(1), asset(2)])], matching=MatchOptions(on_ambiguous="skip"))
    assert host_line(document, "web1") == "web1: UNMATCHED - several assets have 10.0.0.1, and none was chosen"


def estate() -> dict[str, t.Any]:
    return audited(
        [
            record("aa", [asset(1, "10.0.0.1")], key_size=1024),
            record("bb", [asset(2, "10.0.0.2", instances=[])], valid_to=at(AS_OF + 20 * DAY)),
            record("cc", [asset(3, "10.0.0.3")], valid_to=at(AS_OF - 2 * DAY), subject={"name": "x" * 60}),
            record("dd", [asset(4, "10.0.0.4")]),
            record("ee", [asset(5, "10.0.0.5")], valid_to=at(AS_OF + DAY)),
        ],
        {"web1": ["10.0.0.1"], "web2": ["10.0.0.2"], "web3": ["10.0.0.3"], "web4": [], "web5": ["10.0.0.5"]},
    )


def test_the_table_is_aligned_and_the_most_urgent_stands_first() -> None:
    assert action_table(estate()) == [
        "SEVERITY  HOST  CERTIFICATE                                   PORT     DAYS  RULE     WHAT",
        "critical  web3  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...  443/tcp  -2.0  EXP-001  "
        "expired 2.0 days ago, on 2026-05-30T00:00:00Z",
        "high      web5  ee.example.com                                443/tcp   1.0  EXP-002  "
        "expires in 24.0 hours, on 2026-06-02T00:00:00Z; the limit is 7.0 days",
        "high      web1  aa.example.com                                443/tcp     -  KEY-002  "
        "RSA 1024 bits; at least 2048 needed",
        "medium    web2  bb.example.com                                -        20.0  EXP-003  "
        "expires in 20.0 days, on 2026-06-21T00:00:00Z; the limit is 30.0 days",
    ]


def test_a_long_table_is_cut_and_says_so() -> None:
    table = action_table(estate(), limit=3)
    assert (len(table), table[-1]) == (5, "... and 1 more finding")
    assert action_table(estate(), limit=4) == action_table(estate())
    assert action_table(estate(), limit=0)[-1] == "... and 4 more findings"


def test_what_is_told_for_information_calls_for_no_action() -> None:
    noticed = [record("aa", [asset()], valid_to=at(AS_OF + 40 * DAY))]
    assert [finding["rule"] for finding in audited(noticed)["hosts"]["web1"]["findings"]] == ["EXP-004"]
    assert action_table(audited(noticed)) == []


def test_a_finding_on_a_host_or_asset_has_no_certificate() -> None:
    document = audited([], {"web1": ["10.0.0.1"]}, {"rules": {"INV-003": "medium"}})
    assert action_table(document)[1].split()[:5] == ["medium", "web1", "-", "-", "-"]
    owned = [record("aa", [asset(tags=[])])]
    document = audited(owned, policy={"rules": {"INV-005": "medium"}})
    assert host_line(document, "web1").startswith("web1: WEAK - none of 0 asset tags")


def test_exceptions_are_counted_and_those_at_their_end_are_named() -> None:
    exception = {"certhash": "aa", "rules": "KEY-002", "reason": "Lab", "ticket": "CHG-1"}
    small = [record("aa", [asset()], key_size=1024)]
    document = audited(small, policy={"exceptions": [{**exception, "expires": "2026-06-30"}]})
    assert "1 finding excepted by 1 exception" in summary_lines(document)
    assert host_line(document, "web1").endswith("; 1 finding excepted")
    document = audited(small, policy={"exceptions": [{**exception, "expires": "2026-05-30"}]})
    assert "exception expired on 2026-05-31T00:00:00Z, 1 finding open again: CHG-1, Lab" in summary_lines(document)


def test_what_the_matching_left_out_is_told() -> None:
    many = [asset(number, "10.0.0.1") for number in range(1, 13)]
    records = [record("aa", many), record("bb", [asset(20, "10.0.0.2")], last_found="2026-01-01T00:00:00Z")]
    matching = MatchOptions(asset_max_age_days=30)
    lines = summary_lines(audited(records, {"web1": ["10.0.0.1"], "web2": ["10.0.0.2"]}, matching=matching))
    assert "1 asset left out: not found for longer than allowed" in lines
    assert "addresses that identify no host, because too many assets have them: 10.0.0.1" in lines


def test_what_no_answer_tells_is_told_in_the_summary() -> None:
    silent = record("aa", [asset()], revocation_status=None)
    assert "not judged, because CertView told it of nothing: revocation_status (TRU-006)" in summary_lines(
        audited([silent])
    )


def test_nothing_to_do_is_no_table() -> None:
    assert action_table(audited([record("aa", [asset()])])) == []


def test_the_summary() -> None:
    assert summary_lines(estate()) == [
        "4 of 5 hosts matched; 1 not seen by CertView; 1 asset matches no host",
        "not seen by CertView: web4",
        "hosts: 1 expired, 2 expiring, 1 weak, 1 unmatched",
        "findings: 1 critical, 2 high, 1 medium",
        "5 certificates read, judged as of 2026-06-01T00:00:00Z by policy baseline; "
        "2 API calls, 0.5 s waited for the budget, read from api",
    ]


def test_many_hosts_that_were_never_seen_are_not_all_named() -> None:
    document = audited([], {f"host{number:02}": [] for number in range(12)})
    named = ", ".join(f"host{number:02}" for number in range(10))
    assert summary_lines(document)[1] == f"not seen by CertView: {named} and 2 more"


def test_a_line_tells_the_finding_that_decides_the_status() -> None:
    offers = [asset(instances=[instance(protocols=["SSLv3", "TLSv1.2"])])]
    document = audited([record("aa", offers, valid_to=at(AS_OF + 20 * DAY))])
    line = host_line(document, "web1")
    assert line.startswith("web1: EXPIRING - aa.example.com on 443/tcp expires in 20.0 days")
    assert line.endswith("[EXP-003 medium]; 1 more")


def test_the_summary_of_nothing() -> None:
    nothing = audited([], {})
    nothing["api"] = {}
    assert summary_lines(nothing) == [
        "0 of 0 hosts matched; 0 not seen by CertView; 0 assets match no host",
        "hosts: none",
        "findings: none",
        "0 certificates read, judged as of 2026-06-01T00:00:00Z by policy baseline; "
        "0 API calls, 0.0 s waited for the budget",
    ]


def test_the_summary_warns_of_what_is_doubtful_and_tells_the_changes() -> None:
    records = [record("aa", [asset(1), asset(2)], assets_complete=False, key_size=1024)]
    document = audited(records, previous=audited([]))
    assert summary_lines(document)[3:6] == [
        "1 host with several assets: check which is meant",
        "incomplete: CertView named only some assets of 1 certificate; 0 assets changed identity during the sweep",
        "since the last audit: 1 new, 0 fixed, 0 unchanged, 0 undecided",
    ]


@given(st.text(), st.text())
def test_no_text_of_a_certificate_breaks_a_line(name: str, host: str) -> None:
    hostile = record("aa", [asset(instances=[instance(protocols=[name])])], subject={"name": name}, key_size=512,
                     signature_algorithm=f"SHA1{name}")  # fmt: skip
    document = audited([hostile], {host: ["10.0.0.1"]})
    for line in [host_line(document, host), *action_table(document), *summary_lines(document)]:
        assert len(line.splitlines()) == 1
        assert not {unicodedata.category(character) for character in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_what_is_not_printable_is_replaced_and_not_removed() -> None:
    assert printable("a\x00b\x1b[2Jc\u202ed\u2028e\n") == "a?b?[2Jc?d?e?"
    assert printable("bücher 証明書") == "bücher 証明書"
