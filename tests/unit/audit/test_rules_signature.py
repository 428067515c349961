# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the rules on signatures say."""

from __future__ import annotations

import pytest
from ansible_collections.community.qualys.plugins.module_utils._rules.model import (
    FAIL,
    NOT_APPLICABLE,
    NOT_EVALUATED,
    PASS,
    Context,
    Lists,
    Verdict,
    subject_of,
)
from ansible_collections.community.qualys.plugins.module_utils._rules.profiles import (
    MOZILLA_INTERMEDIATE,
    MOZILLA_MODERN,
    PROFILES,
)
from ansible_collections.community.qualys.plugins.module_utils._rules.registry import RULES
from unit.audit.estates import AS_OF, judge, record


@pytest.mark.parametrize(
    ("algorithm", "md", "sha1", "sha224"),
    [
        ("MD5withRSA", FAIL, PASS, PASS),
        ("md2WithRSAEncryption", FAIL, PASS, PASS),
        ("MD4withRSA", FAIL, PASS, PASS),
        ("SHA1withRSA", PASS, FAIL, PASS),
        ("sha-1WithRSAEncryption", PASS, FAIL, PASS),
        ("ecdsa-with-SHA1", PASS, FAIL, PASS),
        ("SHA224withRSA", PASS, PASS, FAIL),
        ("sha-224withECDSA", PASS, PASS, FAIL),
        ("SHA512/224withRSA", PASS, PASS, FAIL),
        ("SHA3-224withRSA", PASS, PASS, FAIL),
        ("SHA256withRSA", PASS, PASS, PASS),
        ("SHA-128something", *[NOT_EVALUATED] * 3),
        ("RSASSA-PSS", *[NOT_EVALUATED] * 3),
        ("1.2.643.2.2.3", *[NOT_EVALUATED] * 3),
        ("SHA256withRSAandMGF1", PASS, PASS, PASS),
        ("ecdsa-with-SHAKE256", PASS, PASS, PASS),
        ("SHA512withECDSA", PASS, PASS, PASS),
        ("SHA512/256withRSA", PASS, PASS, PASS),
        ("Ed25519", PASS, PASS, PASS),
        ("ML-DSA-65", PASS, PASS, PASS),
        (None, *[NOT_EVALUATED] * 3),
        (" ", *[NOT_EVALUATED] * 3),
        (5, *[NOT_EVALUATED] * 3),
    ],
)
def test_signature_hashes(algorithm: object, md: str, sha1: str, sha224: str) -> None:
    outcomes = [judge(rule, signature_algorithm=algorithm).outcome for rule in ("SIG-001", "SIG-002", "SIG-003")]
    assert outcomes == [md, sha1, sha224]


@pytest.mark.parametrize(
    ("rule", "algorithm"), [("SIG-001", "MD5withRSA"), ("SIG-002", "SHA1withRSA"), ("SIG-003", "SHA224withRSA")]
)
def test_signature_verdicts_tell_the_algorithm(rule: str, algorithm: str) -> None:
    verdict = judge(rule, signature_algorithm=algorithm)
    assert verdict == Verdict(FAIL, f"signed with {algorithm}; SHA-256 or better needed")


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
@pytest.mark.parametrize(("rule", "algorithm"), [("SIG-002", "SHA1withRSA"), ("SIG-003", "SHA224withRSA")])
def test_weak_hashes_on_roots_are_no_fault(
    rule: str, algorithm: str, kind: str | None, self_signed: bool | None, outcome: str
) -> None:
    verdict = judge(rule, signature_algorithm=algorithm, type=kind, self_signed=self_signed)
    assert verdict.outcome == outcome
    assert outcome == NOT_APPLICABLE or f"signed with {algorithm}" in verdict.message


@pytest.mark.parametrize(
    ("kind", "self_signed", "outcome"),
    [
        ("Root", True, NOT_APPLICABLE),
        ("Intermediate", True, NOT_APPLICABLE),
        ("Intermediate", False, NOT_EVALUATED),
        ("Leaf", True, NOT_EVALUATED),
        (None, True, NOT_EVALUATED),
    ],
)
def test_a_hash_that_is_not_told_is_no_fault_on_roots_either(kind: str | None, self_signed: bool, outcome: str) -> None:
    for rule in ("SIG-002", "SIG-003"):
        verdict = judge(rule, signature_algorithm="RSASSA-PSS", type=kind, self_signed=self_signed)
        assert verdict.outcome == outcome
        assert outcome == NOT_APPLICABLE or verdict.message == "signature algorithm RSASSA-PSS does not tell the hash"


def judged_by(profile: str, algorithm: str | None, kind: str = "Leaf") -> Verdict:
    lists = Lists(**PROFILES[profile].lists)
    subject = subject_of(record(signature_algorithm=algorithm, type=kind), Context(AS_OF, lists=lists))
    return RULES["SIG-004"].judge(subject)


@pytest.mark.parametrize(
    ("algorithm", "modern", "intermediate"),
    [
        ("SHA256withECDSA", PASS, PASS),
        ("ecdsa-with-SHA384", PASS, PASS),
        ("SHA-512withECDSA", PASS, PASS),
        ("SHA256withRSA", FAIL, PASS),
        ("sha256WithRSAEncryption", FAIL, PASS),
        ("SHA256withRSAandMGF1", FAIL, FAIL),
        ("SHA256withRSA/PSS", FAIL, FAIL),
        ("SHA1withRSA", FAIL, FAIL),
        ("SHA224withECDSA", FAIL, FAIL),
        ("SHA512/256withECDSA", FAIL, FAIL),
        ("SHA3-256withECDSA", FAIL, FAIL),
        ("SHA256withDSA", FAIL, FAIL),
        ("Ed25519", FAIL, FAIL),
        ("ML-DSA-65", NOT_APPLICABLE, NOT_APPLICABLE),
        ("SLH-DSA-SHA2-128s", NOT_APPLICABLE, NOT_APPLICABLE),
        ("UNKNOWN", NOT_EVALUATED, NOT_EVALUATED),
        ("SHA256withGOST", NOT_EVALUATED, NOT_EVALUATED),
        (None, NOT_EVALUATED, NOT_EVALUATED),
    ],
)
def test_sig_004_by_the_profiles_of_mozilla(algorithm: str | None, modern: str, intermediate: str) -> None:
    assert judged_by(MOZILLA_MODERN, algorithm).outcome == modern
    assert judged_by(MOZILLA_INTERMEDIATE, algorithm).outcome == intermediate


def test_sig_004_tells_what_is_allowed() -> None:
    assert judged_by(MOZILLA_MODERN, "SHA256withRSA").message == (
        "signed with SHA256withRSA; SHA256withECDSA, SHA384withECDSA, SHA512withECDSA allowed"
    )
    assert judged_by(MOZILLA_MODERN, "UNKNOWN").message == "unknown signature algorithm UNKNOWN"


def test_sig_004_spares_roots_and_needs_a_list() -> None:
    assert judged_by(MOZILLA_MODERN, "SHA1withRSA", "Root").outcome == NOT_APPLICABLE
    assert judged_by(MOZILLA_MODERN, "SHA1withRSA", "Intermediate").outcome == FAIL
    assert judge("SIG-004", signature_algorithm="SHA1withRSA").outcome == NOT_APPLICABLE


def test_sig_004_takes_the_list_of_the_policy_also_with_unknown_algorithms() -> None:
    lists = Lists(signatures=("GOST R 34.10", "Ed25519"))
    for algorithm, outcome in (("gost r 34.10", PASS), ("ED-25519", PASS), ("SHA256withRSA", FAIL)):
        subject = subject_of(record(signature_algorithm=algorithm), Context(AS_OF, lists=lists))
        assert RULES["SIG-004"].judge(subject).outcome == outcome
