# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the rules on grades and vulnerabilities say."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.community.qualys.plugins.module_utils._rules import grade, vulnerability
from ansible_collections.community.qualys.plugins.module_utils._rules.model import (
    DOES_NOT_APPLY,
    FAIL,
    NOT_APPLICABLE,
    NOT_EVALUATED,
    PASS,
    PASSED,
    SSL_LABS_GRADES,
    Context,
    Subject,
    Thresholds,
    Verdict,
    failed,
    not_evaluated,
)
from hypothesis import given
from hypothesis import strategies as st
from unit.audit.estates import AS_OF

RULES = {rule.id: rule for rule in (*grade.RULES, *vulnerability.RULES)}


def judge(rule: str, told: object, min_grade: str = "B") -> Verdict:
    context = Context(AS_OF, Thresholds(min_grade=min_grade))
    return RULES[rule].judge(Subject(context, instance={"grade": told, "vulnerabilities": told}))


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        ("A+", PASSED),
        ("A", PASSED),
        ("A-", PASSED),
        ("B", PASSED),
        (" b ", PASSED),
        ("C", failed("graded C; at least B needed", severity="medium")),
        ("D", failed("graded D; at least B needed", severity="medium")),
        ("E", failed("graded E; at least B needed", severity="medium")),
        ("F", failed("graded F; at least B needed", severity="high")),
        ("T", DOES_NOT_APPLY),
        ("m", DOES_NOT_APPLY),
        ("NA", not_evaluated("graded NA")),
        ("N/A", not_evaluated("graded N/A")),
        ("A--", not_evaluated("graded A--")),
        ("", not_evaluated("grade of the instance not reported")),
        (None, not_evaluated("grade of the instance not reported")),
        (1, not_evaluated("grade of the instance not reported")),
    ],
)
def test_grd_001_the_grade_against_the_default_minimum(told: object, verdict: Verdict) -> None:
    assert judge("GRD-001", told) == verdict


def test_grd_001_every_grade_against_every_minimum() -> None:
    for minimum, lowest in enumerate(SSL_LABS_GRADES):
        outcomes = [judge("GRD-001", told, lowest).outcome for told in SSL_LABS_GRADES]
        assert outcomes == [PASS] * (minimum + 1) + [FAIL] * (len(SSL_LABS_GRADES) - minimum - 1)


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        ("T", failed("graded T: clients do not trust the certificate")),
        ("M", failed("graded M: the certificate is for another name")),
        ("F", PASSED),
        ("A+", PASSED),
        ("NA", not_evaluated("graded NA")),
        (None, not_evaluated("grade of the instance not reported")),
    ],
)
def test_tru_004_the_grades_that_tell_of_trust(told: object, verdict: Verdict) -> None:
    assert judge("TRU-004", told) == verdict


def vulnerable(*severities: object) -> list[dict[str, object]]:
    return [{"qid": 38600 + number, "title": "Flaw", "severity": each} for number, each in enumerate(severities)]


@pytest.mark.parametrize(
    ("told", "outcome", "severity"),
    [
        ([], PASS, None),
        (vulnerable(1, 2), PASS, None),
        (vulnerable(3), FAIL, "medium"),
        (vulnerable(1, 4, 3), FAIL, "high"),
        (vulnerable("5", 3), FAIL, "critical"),
        (vulnerable(2, None), NOT_EVALUATED, None),
        (vulnerable(6), NOT_EVALUATED, None),
        (vulnerable(True), NOT_EVALUATED, None),
        (vulnerable(0), NOT_EVALUATED, None),
        (vulnerable("HIGH", 3), FAIL, "medium"),
        ([38600], NOT_EVALUATED, None),
        (3, NOT_EVALUATED, None),
        ({"count": 3}, NOT_EVALUATED, None),
        ("", NOT_EVALUATED, None),
        (None, NOT_EVALUATED, None),
    ],
)
def test_vul_001_the_worst_severity_counts(told: object, outcome: str, severity: str | None) -> None:
    verdict = judge("VUL-001", told)
    assert (verdict.outcome, verdict.severity) == (outcome, severity)


def test_vul_001_tells_the_worst_first() -> None:
    assert judge("VUL-001", vulnerable(2, 3, 5)).message == (
        "2 vulnerabilities of severity 3 or more: QID 38602 Flaw (severity 5), QID 38601 Flaw (severity 3)"
    )
    assert judge("VUL-001", [{"severity": 3}]).message == (
        "1 vulnerability of severity 3 or more: without a name (severity 3)"
    )
    many = judge("VUL-001", [{"title": f"T{number}", "severity": 4} for number in range(7)] + vulnerable(5)).message
    assert many.startswith("8 vulnerabilities of severity 3 or more: QID 38600 Flaw (severity 5), T0 (severity 4), ")
    assert many.endswith("T3 (severity 4) and 3 more")


def test_vul_001_tells_what_is_missing() -> None:
    assert judge("VUL-001", None).message == "vulnerabilities of the instance not reported"
    assert judge("VUL-001", {}).message == "vulnerabilities reported in an unknown form"
    assert judge("VUL-001", vulnerable(None)).message == "severity of some vulnerabilities not reported"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(SSL_LABS_GRADES),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["qid", "title", "severity"]), inner),
)


@given(JSON, st.sampled_from(SSL_LABS_GRADES))
def test_no_json_makes_a_rule_raise(told: object, minimum: str) -> None:
    for rule in RULES:
        verdict = judge(rule, told, minimum)
        assert verdict.outcome in (PASS, FAIL, NOT_EVALUATED, NOT_APPLICABLE)
        assert bool(verdict.message) == (verdict.outcome in (FAIL, NOT_EVALUATED))
        assert RULES[rule].judge(Subject(Context(AS_OF))).outcome == NOT_EVALUATED


@given(st.lists(st.fixed_dictionaries({"qid": st.integers(1, 9), "severity": st.integers(1, 5)})))
def test_vul_001_the_order_does_not_matter(found: list[dict[str, t.Any]]) -> None:
    assert judge("VUL-001", found) == judge("VUL-001", sorted(found, key=json.dumps))
