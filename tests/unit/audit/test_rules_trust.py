# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the rules on trust say."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.community.qualys.plugins.module_utils._rules.model import (
    FAIL,
    NOT_APPLICABLE,
    NOT_EVALUATED,
    PASS,
    PASSED,
    Context,
    Lists,
    Verdict,
    subject_of,
)
from ansible_collections.community.qualys.plugins.module_utils._rules.registry import RULES
from unit.audit.estates import AS_OF, judge, record

ISSUER = {"name": "R11", "organization": "Let's Encrypt", "certhash": "bb"}
ROOT = {"name": "ISRG Root X1", "organization": "Internet Security Research Group", "certhash": "cc"}


def judged(rule: str, lists: Lists, **changes: t.Any) -> Verdict:
    told = {"issuer": ISSUER, "root_issuer": ROOT, **changes}
    return RULES[rule].judge(subject_of(record(**told), Context(AS_OF, lists=lists)))


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
    ("category", "outcome"),
    [
        ("unapproved", FAIL),
        ("Unapproved CA", FAIL),
        ("Not Approved", FAIL),
        ("approved", PASS),
        ("Approved CA", PASS),
        ("Self-Signed", NOT_APPLICABLE),
        ("selfSigned", NOT_APPLICABLE),
        ("DigiCert Test SHA2 Intermediate CA-1", NOT_EVALUATED),
        (" ", NOT_EVALUATED),
        (None, NOT_EVALUATED),
    ],
)
def test_tru_002_goes_by_the_category_of_certview(category: str | None, outcome: str) -> None:
    assert judged("TRU-002", Lists(), issuer_category=category).outcome == outcome


@pytest.mark.parametrize(
    ("approved", "outcome"),
    [
        (("R11",), PASS),
        (("LET'S ENCRYPT",), PASS),
        (("isrg root *",), PASS),
        (("Corp CA", "Internet Security Research Group"), PASS),
        (("R1",), FAIL),
        (("Corp CA", "Encrypt"), FAIL),
        (("R1[",), FAIL),
    ],
)
@pytest.mark.parametrize("category", ["approved", "unapproved", None])
def test_tru_002_goes_by_the_list_of_the_policy_before_all(
    approved: tuple[str, ...], outcome: str, category: str | None
) -> None:
    assert judged("TRU-002", Lists(approved_issuers=approved), issuer_category=category).outcome == outcome


def test_tru_002_tells_the_issuer() -> None:
    unapproved = judged("TRU-002", Lists(), issuer_category="unapproved")
    assert unapproved.message == "issued by R11; Certificate View calls that CA unapproved"
    unknown = judged("TRU-002", Lists(), issuer_category="unapproved", issuer=None, root_issuer=None)
    assert unknown.message == "issued by an unknown CA; Certificate View calls that CA unapproved"
    listed = Lists(approved_issuers=("Corp",))
    assert judged("TRU-002", listed).message == "issued by R11, which is not approved"
    assert judged("TRU-002", listed, issuer=None, root_issuer=None).message == "issuer not reported"
    strange = judged("TRU-002", Lists(), issuer_category="R11")
    assert strange.message == "issuer category R11 does not tell whether the CA is approved"


@pytest.mark.parametrize(
    ("kind", "unapproved", "approved"),
    [
        ("Intermediate", NOT_APPLICABLE, NOT_APPLICABLE),
        ("Root", NOT_APPLICABLE, NOT_APPLICABLE),
        (None, NOT_EVALUATED, PASS),
    ],
)
def test_tru_002_judges_what_servers_are_issued(kind: str | None, unapproved: str, approved: str) -> None:
    assert judged("TRU-002", Lists(), issuer_category="unapproved", type=kind).outcome == unapproved
    assert judged("TRU-002", Lists(approved_issuers=("Corp",)), type=kind).outcome == unapproved
    assert judged("TRU-002", Lists(approved_issuers=("R11",)), type=kind).outcome == approved


@pytest.mark.parametrize("kind", ["Leaf", "Intermediate", None])
def test_tru_003_forbidden_issuers(kind: str | None) -> None:
    assert judged("TRU-003", Lists(), type=kind).outcome == NOT_APPLICABLE
    assert judged("TRU-003", Lists(forbidden_issuers=("Symantec*", "WoSign*")), type=kind) == PASSED
    by_root = judged("TRU-003", Lists(forbidden_issuers=("internet security*",)), type=kind)
    assert by_root == Verdict(FAIL, "issued by Internet Security Research Group, which is forbidden")
    unknown = judged("TRU-003", Lists(forbidden_issuers=("*",)), type=kind, issuer=None, root_issuer=None)
    assert unknown == Verdict(NOT_EVALUATED, "issuer not reported")


@pytest.mark.parametrize(
    ("changes", "outcome", "message"),
    [
        ({}, PASS, ""),
        ({"issuer": None}, FAIL, "Certificate View tells no issuer"),
        (
            {"issuer": {**ISSUER, "certhash": None}},
            FAIL,
            "issued by R11; Certificate View has not seen the certificate of that CA",
        ),
        ({"issuer": None, "type": "Root"}, NOT_APPLICABLE, ""),
        ({"issuer": None, "type": "Intermediate"}, NOT_APPLICABLE, ""),
        ({"issuer": None, "self_signed": True}, NOT_APPLICABLE, ""),
        ({"issuer": None, "type": None}, NOT_EVALUATED, "certificate type not reported"),
    ],
)
def test_tru_005_unknown_issuers(changes: dict[str, t.Any], outcome: str, message: str) -> None:
    verdict = judged("TRU-005", Lists(), **changes)
    assert (verdict.outcome, verdict.message) == (outcome, message)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("Revoked", FAIL),
        ("REVOKED (keyCompromise)", FAIL),
        ("Not Revoked", PASS),
        ("not_revoked", PASS),
        ("NotRevoked", PASS),
        ("Good", PASS),
        ("Unknown", NOT_EVALUATED),
        ("", NOT_EVALUATED),
        (None, NOT_EVALUATED),
        (False, NOT_EVALUATED),
    ],
)
def test_tru_006_revocation(status: object, outcome: str) -> None:
    verdict = judge("TRU-006", revocation_status=status)
    assert verdict.outcome == outcome
    assert outcome != FAIL or verdict.message == f"revocation status is {status}"


def test_tru_006_an_unknown_word_is_told() -> None:
    unknown = judge("TRU-006", revocation_status="OCSP error").message
    assert unknown == "revocation status OCSP error does not tell whether it is revoked"
    assert judge("TRU-006", revocation_status=None).message == "revocation status not reported"
