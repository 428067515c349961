# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each rule on keys, signatures, trust and protocols says, and what every rule must tell of itself."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import date

import pytest
from ansible_collections.community.qualys.plugins.module_utils._rules import expiry, key, protocol, signature, trust
from ansible_collections.community.qualys.plugins.module_utils._rules.model import (
    FAIL,
    NOT_APPLICABLE,
    NOT_EVALUATED,
    PASS,
    SEVERITIES,
    Verdict,
)
from ansible_collections.community.qualys.plugins.module_utils._rules.registry import PROFILES, RULES
from hypothesis import given
from hypothesis import strategies as st
from unit.audit.estates import judge


@pytest.mark.parametrize(
    ("rule", "algorithm", "size", "outcome", "severity"),
    [
        ("KEY-001", "RSA", 1023, FAIL, None),
        ("KEY-001", "RSA", 1024, PASS, None),
        ("KEY-002", "RSA", 512, FAIL, None),
        ("KEY-002", "RSA", 2047, FAIL, None),
        ("KEY-002", "RSA", 2048, PASS, None),
        ("KEY-002", "RSASSA-PSS", 1024, FAIL, None),
        ("KEY-004", "EC", 223, FAIL, "high"),
        ("KEY-004", "EC", 224, FAIL, "medium"),
        ("KEY-004", "EC", 255, FAIL, "medium"),
        ("KEY-004", "EC", 256, PASS, None),
    ],
)
@pytest.mark.parametrize("source", ["reported", "parsed", "inferred"])
def test_key_sizes(rule: str, algorithm: str, size: int, outcome: str, severity: str | None, source: str) -> None:
    verdict = judge(rule, key_algorithm=algorithm, key_size=size, key_algorithm_source=source)
    assert (verdict.outcome, verdict.severity) == (outcome, severity)


def test_key_verdicts_tell_the_figures() -> None:
    assert judge("KEY-002", key_size=1024).message == "RSA 1024 bits; at least 2048 needed"
    assert judge("KEY-004", key_algorithm="EC", key_size=192).message == "EC 192 bits; at least 256 needed"


@pytest.mark.parametrize("algorithm", ["EC", "Ed25519", "Ed448", "DSA", "ML-DSA-65", "SLH-DSA", "X-{{ 7*7 }}"])
@pytest.mark.parametrize("size", [256, 512, 768, 1024, 1952])
def test_keys_of_other_kinds_are_never_measured_as_rsa(algorithm: str, size: int) -> None:
    for rule in ("KEY-001", "KEY-002"):
        assert judge(rule, key_algorithm=algorithm, key_size=size).outcome == NOT_APPLICABLE


@pytest.mark.parametrize("algorithm", ["RSA", "Ed25519", "ML-KEM-512"])
def test_keys_of_other_kinds_are_never_measured_as_curves(algorithm: str) -> None:
    assert judge("KEY-004", key_algorithm=algorithm, key_size=192).outcome == NOT_APPLICABLE


@pytest.mark.parametrize("rule", ["KEY-001", "KEY-002", "KEY-004"])
def test_an_unknown_key_is_never_weak(rule: str) -> None:
    unknown = judge(rule, key_algorithm=None, key_algorithm_source="unknown", key_size=512)
    ambiguous = "key algorithm not reported; 512 bits could be of more than one algorithm"
    assert unknown == Verdict(NOT_EVALUATED, ambiguous)
    assert judge(rule, key_algorithm="RSA", key_algorithm_source="unknown", key_size=512) == unknown
    assert judge(rule, key_algorithm=None, key_size=None).message == "key algorithm not reported; nor its size"


@pytest.mark.parametrize("size", [None, 0, -1, True, "1024"])
def test_a_key_without_a_size_is_not_judged(size: object) -> None:
    assert judge("KEY-002", key_size=size) == Verdict(NOT_EVALUATED, "key size not reported")


@pytest.mark.parametrize(
    ("algorithm", "md", "sha1"),
    [
        ("MD5withRSA", FAIL, PASS),
        ("md2WithRSAEncryption", FAIL, PASS),
        ("MD4withRSA", FAIL, PASS),
        ("SHA1withRSA", PASS, FAIL),
        ("sha-1WithRSAEncryption", PASS, FAIL),
        ("ecdsa-with-SHA1", PASS, FAIL),
        ("SHA256withRSA", PASS, PASS),
        ("SHA-128something", PASS, PASS),
        ("SHA512withECDSA", PASS, PASS),
        ("Ed25519", PASS, PASS),
        ("ML-DSA-65", PASS, PASS),
        (None, NOT_EVALUATED, NOT_EVALUATED),
    ],
)
def test_signature_hashes(algorithm: str | None, md: str, sha1: str) -> None:
    assert judge("SIG-001", signature_algorithm=algorithm).outcome == md
    assert judge("SIG-002", signature_algorithm=algorithm).outcome == sha1


@pytest.mark.parametrize(
    ("kind", "self_signed", "outcome"),
    [
        ("Leaf", False, FAIL),
        ("Leaf", True, FAIL),
        ("Leaf", None, FAIL),
        ("Intermediate", False, FAIL),
        ("Intermediate", None, FAIL),
        ("Intermediate", True, NOT_APPLICABLE),
        ("Root", True, NOT_APPLICABLE),
        ("root", None, NOT_APPLICABLE),
        (None, False, FAIL),
        (None, True, NOT_EVALUATED),
        (None, None, NOT_EVALUATED),
    ],
)
def test_sig_002_spares_roots(kind: str | None, self_signed: bool | None, outcome: str) -> None:
    sha1 = judge("SIG-002", signature_algorithm="SHA1withRSA", type=kind, self_signed=self_signed)
    assert sha1.outcome == outcome
    assert outcome == NOT_APPLICABLE or "signed with SHA1withRSA" in sha1.message


@pytest.mark.parametrize(
    ("kind", "self_signed", "outcome"),
    [
        ("Leaf", True, FAIL),
        ("leaf", True, FAIL),
        ("Leaf", False, PASS),
        ("Leaf", None, NOT_EVALUATED),
        ("Intermediate", True, NOT_APPLICABLE),
        ("Root", True, NOT_APPLICABLE),
        ("Root", None, NOT_APPLICABLE),
        (None, True, NOT_EVALUATED),
        (None, False, PASS),
        (None, None, NOT_EVALUATED),
    ],
)
def test_tru_001_judges_leaves(kind: str | None, self_signed: bool | None, outcome: str) -> None:
    assert judge("TRU-001", type=kind, self_signed=self_signed).outcome == outcome


@pytest.mark.parametrize(
    ("protocols", "ssl", "deprecated", "no_current"),
    [
        (["TLSv1.2", "TLSv1.3"], PASS, PASS, PASS),
        (["TLSv1.3"], PASS, PASS, PASS),
        (["tls 1.2"], PASS, PASS, PASS),
        (["TLSv1", "TLSv1.2"], PASS, FAIL, PASS),
        (["TLS 1.0", "TLSv1.2"], PASS, FAIL, PASS),
        (["TLSv1.1"], PASS, FAIL, FAIL),
        (["SSLv2"], FAIL, PASS, FAIL),
        (["SSL 3.0", "TLSv1.2"], FAIL, PASS, PASS),
        (["SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2"], FAIL, FAIL, PASS),
        (["TLSv1.4"], PASS, PASS, NOT_EVALUATED),
        (["TLSv1", "QUIC"], PASS, FAIL, NOT_EVALUATED),
        ([], NOT_EVALUATED, NOT_EVALUATED, NOT_EVALUATED),
        (None, NOT_EVALUATED, NOT_EVALUATED, NOT_EVALUATED),
    ],
)
def test_protocols(protocols: list[str] | None, ssl: str, deprecated: str, no_current: str) -> None:
    verdicts = [judge(rule, protocols).outcome for rule in ("TLS-001", "TLS-002", "TLS-003")]
    assert verdicts == [ssl, deprecated, no_current]


def test_protocol_verdicts_tell_the_protocols() -> None:
    assert judge("TLS-002", ["TLSv1.1", "TLSv1", "TLSv1.2"]).message == "offers TLSv1, TLSv1.1"
    assert judge("TLS-003", ["TLSv1"]).message == "offers only TLSv1; TLSv1.2 or TLSv1.3 needed"
    assert judge("TLS-003", ["TLSv9"]).message == "unknown protocol TLSv9"


JUDGED_FIELDS = (
    "valid_from",
    "valid_to",
    "key_algorithm",
    "key_algorithm_source",
    "key_size",
    "signature_algorithm",
    "type",
    "self_signed",
)
JUNK = st.one_of(st.none(), st.text(), st.integers(), st.booleans(), st.just("2026-02-30T00:00:00Z"))


@given(
    st.fixed_dictionaries(dict.fromkeys(JUDGED_FIELDS, JUNK)),
    st.none() | st.lists(st.text()),
)  # fmt: skip
def test_no_rule_raises_or_passes_without_its_input(junk: dict[str, t.Any], protocols: list[str] | None) -> None:
    for rule in RULES:
        verdict = judge(rule, protocols, **junk)
        assert verdict.outcome in (PASS, FAIL, NOT_EVALUATED, NOT_APPLICABLE)
        assert bool(verdict.message) == (verdict.outcome in (FAIL, NOT_EVALUATED))
    nothing = dict.fromkeys(junk)
    assert not {rule for rule in RULES if judge(rule, None, **nothing).outcome in (PASS, FAIL)}


def test_every_rule_tells_all_that_a_reader_needs() -> None:
    for identifier, rule in RULES.items():
        assert identifier == rule.id
        assert rule.severity in SEVERITIES
        assert all((rule.title, rule.description, rule.remediation))
        assert not rule.title.endswith(".")
        assert rule.description.endswith(".")
        assert rule.remediation.endswith(".")
        assert rule.citations
        assert all(citation.document and citation.section for citation in rule.citations)
        assert all(citation.url.startswith("https://") for citation in rule.citations)
        assert set(rule.yields_to) < set(RULES)
        assert rule.per_instance == bool(rule.includes)


def test_every_profile_chooses_rules_that_exist_once() -> None:
    for chosen in PROFILES.values():
        assert set(chosen) <= set(RULES)
        assert len(chosen) == len(set(chosen))
    assert PROFILES["baseline"] == (
        *("EXP-001", "EXP-002", "EXP-003", "EXP-005", "KEY-001", "KEY-002", "KEY-004"),
        *("SIG-001", "SIG-002", "TLS-001", "TLS-002", "TLS-003", "TRU-001"),
    )


def test_no_two_families_declare_the_same_rule() -> None:
    declared = [rule.id for family in (expiry, key, protocol, signature, trust) for rule in family.RULES]
    assert sorted(declared) == sorted(RULES)


def test_a_rule_is_in_force_between_its_dates() -> None:
    deprecated_tls = RULES["TLS-002"]
    assert [deprecated_tls.in_force(date(2021, *day)) for day in ((2, 28), (3, 1))] == [False, True]
    withdrawn = replace(deprecated_tls, ineffective=date(2030, 1, 1))
    assert [withdrawn.in_force(day) for day in (date(2029, 12, 31), date(2030, 1, 1))] == [True, False]
