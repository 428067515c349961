# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.community.qualys.plugins.module_utils._observed import Observed, first_told, observed_of
from hypothesis import given
from hypothesis import strategies as st
from unit.audit.estates import AS_OF, DAY, asset, at, audited, instance, record

WEAK = ["TLS_RSA_WITH_RC4_128_SHA"]
STRONG = ["TLS_AES_128_GCM_SHA256"]
SEVERE = [{"qid": 1, "title": "Severe", "severity": 5}]
MILD = [{"qid": 2, "title": "Mild", "severity": 1}]

TOLD = st.fixed_dictionaries(
    {},
    optional={
        "ssl_protocols": st.none() | st.lists(st.sampled_from(["SSLv3", "TLSv1.2", "TLSv1.3"]), unique=True),
        "cipher_suites": st.none() | st.sampled_from([WEAK, STRONG, {"TLSv1.2": WEAK}, {"TLSv1.2": STRONG}, "x", 1]),
        "grade": st.none() | st.sampled_from(["A+", "a", "F", "T", "M", "NA", "?"]),
        "vulnerabilities": st.none() | st.sampled_from([[], SEVERE, MILD, 3]),
        "extra": st.none() | st.sampled_from([{}, {"pqcSupport": True}, {"pqcSupport": False}]),
    },
)


@pytest.mark.parametrize(
    ("field", "better", "worse", "rule"),
    [
        ("ssl_protocols", ["TLSv1.2"], ["SSLv3", "TLSv1.2"], "TLS-001"),
        ("cipher_suites", STRONG, WEAK, "CIP-002"),
        ("cipher_suites", {"TLSv1.2": STRONG}, {"TLSv1.2": WEAK}, "CIP-002"),
        ("vulnerabilities", MILD, SEVERE, "VUL-001"),
        ("vulnerabilities", [], SEVERE, "VUL-001"),
        ("grade", "A", "T", "TRU-004"),
        ("grade", "A", "F", "GRD-001"),
    ],
)
@pytest.mark.parametrize("order", [1, -1])
def test_of_two_sightings_the_worse_is_not_lost(field: str, better: t.Any, worse: t.Any, rule: str, order: int) -> None:
    seen = [{**instance(), field: told} for told in (better, worse)][::order]
    twice = audited([record("aa", [asset(instances=seen)])])
    again = audited([record("aa", [asset(instances=[each])]) for each in seen])
    together = audited([record(name, [asset(instances=[each])]) for name, each in zip(("aa", "bb"), seen, strict=True)])
    for document in (twice, again, together):
        assert rule in {finding["rule"] for finding in document["hosts"]["web1"]["findings"]}


def test_what_was_found_before_the_last_scan_tells_only_what_the_last_does_not() -> None:
    old = record("aa", [asset(instances=[{**instance(protocols=["SSLv3"]), "grade": "F"}])], last_found=at(AS_OF - DAY))
    silent = {**instance(protocols=None), "grade": "A"}
    new = record("bb", [asset(instances=[silent])], last_found=at(AS_OF))
    rules = {finding["rule"] for finding in audited([old, new])["hosts"]["web1"]["findings"]}
    assert "TLS-001" in rules
    assert "GRD-001" not in rules


def test_an_asset_without_instances_passes_nothing() -> None:
    records = [record("aa", [asset(instances=[])]), record("bb", [asset(2, "10.0.0.2")])]
    document = audited(records, {"web1": ["10.0.0.1"], "web2": ["10.0.0.2"]})
    told = {(finding["rule"], finding["status"]) for finding in document["hosts"]["web1"]["findings"]}
    assert {("TLS-001", "not_evaluated"), ("CIP-001", "not_evaluated"), ("GRD-001", "not_evaluated")} <= told
    assert {finding["instance"] for finding in document["hosts"]["web1"]["findings"]} == {None}
    assert document["hosts"]["web2"]["findings"] == []


def test_what_shape_is_unknown_is_not_evaluated_and_not_passed() -> None:
    seen = [{**instance(), "cipher_suites": told} for told in (STRONG, {"TLSv1.2": STRONG})]
    elsewhere = record("bb", [asset(2, "10.0.0.2")])
    document = audited([record("aa", [asset(instances=seen)]), elsewhere])
    told = {(finding["rule"], finding["status"]) for finding in document["hosts"]["web1"]["findings"]}
    assert ("CIP-002", "not_evaluated") in told


@given(TOLD, TOLD, TOLD)
def test_together_is_the_same_in_any_order(one: t.Any, two: t.Any, three: t.Any) -> None:
    a, b, c = map(observed_of, (one, two, three))
    assert a.worse_of(b) == b.worse_of(a)
    assert a.worse_of(b).worse_of(c) == a.worse_of(b.worse_of(c))
    assert a.worse_of(a) == a
    assert a.worse_of(Observed()) == a
    assert first_told([a]) == a
    assert a.worse_of(b).told() is not None
