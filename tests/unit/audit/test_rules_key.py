# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the rules on keys say."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.community.qualys.plugins.module_utils._certificate import normalise
from ansible_collections.community.qualys.plugins.module_utils._rules.model import (
    FAIL,
    NOT_APPLICABLE,
    NOT_EVALUATED,
    PASS,
    PASSED,
    Context,
    Thresholds,
    Verdict,
    subject_of,
)
from ansible_collections.community.qualys.plugins.module_utils._rules.registry import RULES
from hypothesis import given
from hypothesis import strategies as st
from unit.audit.estates import AS_OF, SECOND, at, instance, judge, record

PUBLIC = {"name": "R11", "organization": "Let's Encrypt"}
PRIVATE = {"name": "Corp Issuing CA", "organization": "Corp"}
POST_QUANTUM = (
    *("ML-DSA-44", "ML-DSA-65", "ML-DSA-87", "MLDSA65", "ml_dsa_87", "id-ml-dsa-44", "ML_KEM_768", "ML-KEM-1024"),
    *("SLH-DSA-SHA2-128s", "slh-dsa-shake-256f", "SLH-DSA", "FN-DSA-512", "Falcon-1024", "HashML-DSA-65", "XMSS-MT"),
    *("MLDSA65-ECDSA-P256-SHA512", "HSS-LMS"),
)
POST_QUANTUM_BYTES = (800, 1184, 1312, 1568, 1952, 2592)


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
@pytest.mark.parametrize("source", ["reported", "parsed"])
def test_key_sizes(rule: str, algorithm: str, size: int, outcome: str, severity: str | None, source: str) -> None:
    verdict = judge(rule, key_algorithm=algorithm, key_size=size, key_algorithm_source=source)
    assert (verdict.outcome, verdict.severity) == (outcome, severity)


@pytest.mark.parametrize("size", [160, 192, 224])
def test_a_curve_that_is_only_inferred_makes_nobody_weak_for_its_size(size: int) -> None:
    inferred = {"key_algorithm": "EC", "key_algorithm_source": "inferred", "key_size": size}
    assert judge("KEY-004", **inferred).severity == "low"
    assert judge("KEY-005", issuer=PUBLIC, **inferred).severity == "low"


def test_key_verdicts_tell_the_figures() -> None:
    assert judge("KEY-002", key_size=1024).message == "RSA 1024 bits; at least 2048 needed"
    assert judge("KEY-004", key_algorithm="EC", key_size=192).message == "EC 192 bits; at least 256 needed"
    inferred = judge("KEY-002", key_size=1024, key_algorithm_source="inferred")
    assert inferred == Verdict(FAIL, "RSA 1024 bits (algorithm inferred from the size); at least 2048 needed")


@pytest.mark.parametrize("algorithm", ["EC", "Ed25519", "Ed448", "EdDSA", "DSA", "ML-DSA-65", "SLH-DSA"])
@pytest.mark.parametrize("size", [256, 512, 768, 1024, 1952])
def test_keys_of_other_kinds_are_never_measured_as_rsa(algorithm: str, size: int) -> None:
    for rule in ("KEY-001", "KEY-002", "KEY-003", "KEY-006"):
        assert judge(rule, key_algorithm=algorithm, key_size=size).outcome == NOT_APPLICABLE


@pytest.mark.parametrize("algorithm", ["RSA", "Ed25519", "ML-KEM-512"])
def test_keys_of_other_kinds_are_never_measured_as_curves(algorithm: str) -> None:
    assert judge("KEY-004", key_algorithm=algorithm, key_size=192).outcome == NOT_APPLICABLE


@pytest.mark.parametrize("algorithm", ["GOST R 34.10-2012", "1.2.643.7.1.1.1.1", "SM2", "X-{{ 7*7 }}"])
@pytest.mark.parametrize("issuer", [PUBLIC, PRIVATE, None])
@pytest.mark.parametrize("rule", [f"KEY-00{number}" for number in range(1, 9)])
def test_a_key_of_a_kind_that_nobody_here_knows_is_named(
    rule: str, issuer: dict[str, str] | None, algorithm: str
) -> None:
    expected = Verdict(NOT_EVALUATED, f"unknown key algorithm {algorithm}")
    assert judge(rule, key_algorithm=algorithm, key_size=256, issuer=issuer) == expected


@pytest.mark.parametrize("algorithm", ["unknown", "N/A", "null", "-", ""])
@pytest.mark.parametrize("rule", [f"KEY-00{number}" for number in range(1, 9)])
def test_a_word_that_tells_no_algorithm_tells_nothing(rule: str, algorithm: str) -> None:
    message = "key algorithm not reported; 512 bits could be of more than one algorithm"
    assert judge(rule, key_algorithm=algorithm, key_size=512) == Verdict(NOT_EVALUATED, message)


@pytest.mark.parametrize(
    ("rule", "told", "size", "message"),
    [
        ("KEY-001", "RSA_1000", 1000, "RSA 1000 bits; at least 2048 needed"),
        ("KEY-002", "RSA (1024 bits)", 1024, "RSA 1024 bits; at least 2048 needed"),
        ("KEY-004", "secp192r1", 192, "EC 192 bits; at least 256 needed"),
        ("KEY-005", "DSS", 2048, "DSA 2048 bits; RSA or ECDSA needed"),
    ],
)
def test_a_weak_key_is_found_however_its_algorithm_is_spelled(rule: str, told: str, size: int, message: str) -> None:
    assert judge(rule, key_algorithm=told, key_size=size).message == message


@pytest.mark.parametrize("rule", [f"KEY-00{number}" for number in range(1, 9)])
def test_an_unknown_key_is_never_weak(rule: str) -> None:
    unknown = judge(rule, key_algorithm=None, key_algorithm_source="unknown", key_size=512)
    ambiguous = "key algorithm not reported; 512 bits could be of more than one algorithm"
    assert unknown == Verdict(NOT_EVALUATED, ambiguous)
    assert judge(rule, key_algorithm="RSA", key_algorithm_source="unknown", key_size=512) == unknown
    assert judge(rule, key_algorithm=None, key_size=None).message == "key algorithm not reported; nor its size"


@pytest.mark.parametrize("size", [None, 0, -1, True, "1024"])
@pytest.mark.parametrize("rule", ["KEY-001", "KEY-002", "KEY-003", "KEY-006"])
def test_a_key_without_a_size_is_not_judged(rule: str, size: object) -> None:
    assert judge(rule, key_size=size) == Verdict(NOT_EVALUATED, "key size not reported")


END_OF_2030 = datetime(2030, 12, 31, 23, 59, 59, tzinfo=timezone.utc)
END_OF_2035 = datetime(2035, 12, 31, 23, 59, 59, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("rule", "last", "lack", "severity"),
    [
        ("KEY-003", END_OF_2030, "at least 3072 needed after 2030-12-31T23:59:59Z", "medium"),
        ("KEY-008", END_OF_2035, "a post-quantum algorithm needed after 2035-12-31T23:59:59Z", "high"),
    ],
)
def test_keys_may_last_to_the_last_second_of_the_year(rule: str, last: datetime, lack: str, severity: str) -> None:
    for before in (last - SECOND, last, last + timedelta(milliseconds=999)):
        assert judge(rule, valid_to=at(before)) == Verdict(FAIL, f"RSA 2048 bits; {lack}", None, "info")
    for after in (last + SECOND, last + 2 * SECOND, datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone.utc)):
        message = f"RSA 2048 bits; {lack}, and it is valid until {at(after)}"
        assert judge(rule, valid_to=at(after)) == Verdict(FAIL, message, at(last), severity)
    assert judge(rule, valid_to=None) == Verdict(NOT_EVALUATED, "end of validity not reported")


@pytest.mark.parametrize(("size", "outcome"), [(2048, FAIL), (3071, FAIL), (3072, PASS), (4096, PASS)])
def test_key_003_wants_128_bits_of_security(size: int, outcome: str) -> None:
    assert judge("KEY-003", key_size=size, valid_to="2031-06-01T00:00:00Z").outcome == outcome


def test_a_key_that_is_too_small_is_told_of_once() -> None:
    assert RULES["KEY-002"].yields_to == ("KEY-001",)
    assert RULES["KEY-003"].yields_to == ("KEY-001", "KEY-002")


@pytest.mark.parametrize(
    ("algorithm", "size", "public", "private", "unknown"),
    [
        ("RSA", 1024, PASS, PASS, PASS),
        ("RSASSA-PSS", 2048, PASS, PASS, PASS),
        ("EC", 256, PASS, PASS, PASS),
        ("EC", 384, PASS, PASS, PASS),
        ("EC", 521, PASS, PASS, PASS),
        ("EC", 224, FAIL, NOT_APPLICABLE, NOT_EVALUATED),
        ("EC", 512, FAIL, NOT_APPLICABLE, NOT_EVALUATED),
        ("EC", None, NOT_EVALUATED, NOT_APPLICABLE, NOT_EVALUATED),
        ("Ed25519", 256, FAIL, NOT_APPLICABLE, NOT_EVALUATED),
        ("DSA", 2048, FAIL, FAIL, FAIL),
        ("ML-DSA-65", 1952, NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE),
        ("GOST R 34.10", 256, NOT_EVALUATED, NOT_EVALUATED, NOT_EVALUATED),
    ],
)
def test_key_005_types_of_keys(algorithm: str, size: int | None, public: str, private: str, unknown: str) -> None:
    key = {"key_algorithm": algorithm, "key_size": size}
    outcomes = [judge("KEY-005", issuer=issuer, **key).outcome for issuer in (PUBLIC, PRIVATE, None)]
    assert outcomes == [public, private, unknown]


def test_key_005_tells_the_key() -> None:
    def message(**changes: t.Any) -> str:
        return judge("KEY-005", **changes).message

    assert message(key_algorithm="DSA", key_size=1024) == "DSA 1024 bits; RSA or ECDSA needed"
    needed = "RSA, or EC of 256, 384 or 521 bits needed"
    assert message(key_algorithm="EC", key_size=320, issuer=PUBLIC) == f"EC 320 bits; {needed}"
    assert message(key_algorithm="Ed448", key_size=None, issuer=PUBLIC) == f"Ed448; {needed}"
    assert message(key_algorithm="GOST", issuer=PUBLIC) == "unknown key algorithm GOST"
    not_told = "EC 320 bits, which a public CA must not certify; issuer not reported"
    assert message(key_algorithm="EC", key_size=320, issuer=None) == not_told


@pytest.mark.parametrize(("size", "outcome"), [(2047, FAIL), (2048, PASS), (2049, FAIL), (2056, PASS), (4098, FAIL)])
def test_key_006_whole_octets(size: int, outcome: str) -> None:
    verdict = judge("KEY-006", key_size=size)
    assert verdict.outcome == outcome
    assert verdict == PASSED or verdict.message == f"RSA {size} bits; a multiple of 8 needed"


@pytest.mark.parametrize(
    ("algorithm", "kind", "outcome"),
    [
        ("EC", "Leaf", PASS),
        ("RSA", "Leaf", FAIL),
        ("RSA", None, NOT_EVALUATED),
        ("EC", None, PASS),
        ("RSA", "Intermediate", NOT_APPLICABLE),
        ("RSA", "Root", NOT_APPLICABLE),
        ("Ed25519", "Leaf", FAIL),
        ("DSA", "Leaf", FAIL),
        ("ML-DSA-65", "Leaf", NOT_APPLICABLE),
        ("GOST", "Leaf", NOT_EVALUATED),
    ],
)
def test_key_007_only_ecdsa(algorithm: str, kind: str | None, outcome: str) -> None:
    verdict = judge("KEY-007", key_algorithm=algorithm, type=kind)
    assert verdict.outcome == outcome
    assert outcome != FAIL or verdict.message == f"{algorithm} 2048 bits; ECDSA needed"


@pytest.mark.parametrize("algorithm", ["RSA", "RSASSA-PSS", "EC", "DSA", "Ed25519", "Ed448", "EdDSA", "X25519"])
def test_key_008_what_quantum_computers_break(algorithm: str) -> None:
    assert judge("KEY-008", key_algorithm=algorithm).severity == "info"


def test_key_008_does_not_guess_at_unknown_algorithms() -> None:
    assert judge("KEY-008", key_algorithm="GOST") == Verdict(NOT_EVALUATED, "unknown key algorithm GOST")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (True, PASSED),
        (False, Verdict(FAIL, "offers no post-quantum key exchange")),
        (None, Verdict(NOT_EVALUATED, "post-quantum key exchange of the instance not reported")),
        ("no", Verdict(NOT_EVALUATED, "post-quantum key exchange of the instance not reported")),
    ],
)
def test_key_009_post_quantum_exchange(told: object, expected: Verdict) -> None:
    subject = subject_of(record(), Context(AS_OF))._replace(instance={**instance(), "pqc": told})
    assert RULES["KEY-009"].judge(subject) == expected
    assert judge("KEY-009").outcome == NOT_EVALUATED


@pytest.mark.parametrize(
    ("count", "kind", "outcome"),
    [
        (0, "Leaf", PASS),
        (10, "Leaf", PASS),
        (11, "Leaf", FAIL),
        (11, "Intermediate", NOT_APPLICABLE),
        (11, "Root", NOT_APPLICABLE),
        (10, None, PASS),
        (11, None, NOT_EVALUATED),
        (None, "Leaf", NOT_EVALUATED),
        (True, "Leaf", NOT_EVALUATED),
    ],
)
def test_key_010_shared_widely(count: object, kind: str | None, outcome: str) -> None:
    verdict = judge("KEY-010", asset_count=count, type=kind)
    assert verdict.outcome == outcome
    assert outcome != FAIL or verdict.message == "on 11 assets; at most 10 allowed"


def test_key_010_goes_by_the_policy() -> None:
    strict = Context(AS_OF, Thresholds(shared_assets=1))
    assert RULES["KEY-010"].judge(subject_of(record(asset_count=2), strict)).message == "on 2 assets; at most 1 allowed"


@pytest.mark.parametrize("told", POST_QUANTUM)
@pytest.mark.parametrize("size", [None, 512, 1024, *POST_QUANTUM_BYTES])
def test_a_post_quantum_key_that_the_api_names_is_never_weak(told: str, size: int | None) -> None:
    key = {
        name: value
        for name, value in normalise({"publicKeyAlgorithm": told, "keySize": size}, AS_OF).items()
        if name.startswith("key_") and name != "key_usage"
    }
    for number in range(1, 8):
        verdict = judge(f"KEY-00{number}", issuer=PUBLIC, valid_to="2040-01-01T00:00:00Z", **key)
        assert verdict.outcome == NOT_APPLICABLE
    assert judge("KEY-008", valid_to="2040-01-01T00:00:00Z", **key) == PASSED


@given(
    told=st.sampled_from(POST_QUANTUM) | st.none(),
    size=st.sampled_from(POST_QUANTUM_BYTES),
    unit=st.sampled_from((1, 8)),
    version=st.sampled_from(("v1", "v2", "v2.1")),
)
def test_no_post_quantum_key_is_weak_in_any_version(told: str | None, size: int, unit: int, version: str) -> None:
    raw = {"keySize": size * unit, "type": "Leaf", "issuer": {"organization": "DigiCert Inc", "name": "x"}}
    if version == "v2.1":
        raw["publicKeyAlgorithm"] = told
    subject = subject_of(normalise(raw, AS_OF), Context(AS_OF))
    outcomes = {RULES[f"KEY-00{number}"].judge(subject).outcome for number in range(1, 7)}
    assert outcomes <= {NOT_APPLICABLE, NOT_EVALUATED}


@given(size=st.integers(-10, 20000))
def test_what_is_inferred_from_the_size_alone_makes_only_rsa_of_1024_bits_and_more_weak(size: int) -> None:
    subject = subject_of(normalise({"keySize": size, "type": "Leaf"}, AS_OF), Context(AS_OF))
    for rule in ("KEY-001", "KEY-002", "KEY-004"):
        verdict = RULES[rule].judge(subject)
        if verdict.outcome == FAIL and verdict.severity != "low":
            assert rule == "KEY-002"
            assert 1024 <= size < 2048
            assert "inferred from the size" in verdict.message
