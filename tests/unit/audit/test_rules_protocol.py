# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the rules on protocol versions say that one standard or one profile alone demands."""

from __future__ import annotations

from datetime import date

import pytest
from ansible_collections.community.qualys.plugins.module_utils._rules import protocol
from ansible_collections.community.qualys.plugins.module_utils._rules.model import (
    FAIL,
    NOT_EVALUATED,
    PASS,
    Context,
    Subject,
    Verdict,
)
from hypothesis import given
from hypothesis import strategies as st
from unit.audit.estates import AS_OF

RULES = {rule.id: rule for rule in protocol.RULES if rule.id.startswith("TLS")}


def judge(rule: str, protocols: object) -> Verdict:
    return RULES[rule].judge(Subject(Context(AS_OF), instance={"ssl_protocols": protocols}))


@pytest.mark.parametrize(
    ("protocols", "no_tls_1_3", "not_only_tls_1_3"),
    [
        (("TLSv1.3",), PASS, PASS),
        (("DTLSv1.3",), PASS, PASS),
        (("DTLSv1.2", "DTLSv1.3"), PASS, FAIL),
        (("TLS 1.3",), PASS, PASS),
        (("TLSv1.2", "TLSv1.3"), PASS, FAIL),
        (("TLSv1.2",), FAIL, FAIL),
        (("SSLv2", "TLSv1"), FAIL, FAIL),
        (("TLSv1.2", "TLSv1.4"), NOT_EVALUATED, FAIL),
        (("TLSv1.3", "TLSv1.4"), PASS, NOT_EVALUATED),
        (("QUIC",), NOT_EVALUATED, NOT_EVALUATED),
        ((), NOT_EVALUATED, NOT_EVALUATED),
        (None, NOT_EVALUATED, NOT_EVALUATED),
    ],
)
def test_tls_1_3(protocols: tuple[str, ...] | None, no_tls_1_3: str, not_only_tls_1_3: str) -> None:
    assert [judge(rule, protocols).outcome for rule in ("TLS-004", "TLS-005")] == [no_tls_1_3, not_only_tls_1_3]


def test_the_verdicts_tell_the_protocols() -> None:
    assert judge("TLS-004", ("TLSv1.2", "TLSv1.1")).message == "offers only TLSv1.1, TLSv1.2; TLSv1.3 needed"
    assert judge("TLS-005", ("TLSv1.3", "TLSv1.2")).message == "offers TLSv1.2; only TLSv1.3 allowed"
    assert judge("TLS-004", ("QUIC",)).message == judge("TLS-005", ("QUIC",)).message == "unknown protocol QUIC"
    assert judge("TLS-004", None).message == judge("TLS-005", None).message == "protocols of the instance not reported"


@pytest.mark.parametrize(
    ("protocols", "ssl", "deprecated", "none_current"),
    [
        (("TLSv1.2",), PASS, PASS, PASS),
        (("DTLSv1.2",), PASS, PASS, PASS),
        (("TLSv1.2", "QUIC"), NOT_EVALUATED, NOT_EVALUATED, PASS),
        (("SSLv3", "TLSv1", "QUIC"), FAIL, FAIL, NOT_EVALUATED),
        (("SSLv3", "QUIC"), FAIL, NOT_EVALUATED, NOT_EVALUATED),
        (("DTLSv1.0",), PASS, FAIL, FAIL),
        (("SSLv23", ""), NOT_EVALUATED, NOT_EVALUATED, NOT_EVALUATED),
    ],
)
def test_a_protocol_that_is_not_known_may_be_a_bad_one(
    protocols: tuple[str, ...], ssl: str, deprecated: str, none_current: str
) -> None:
    outcomes = [judge(rule, protocols).outcome for rule in ("TLS-001", "TLS-002", "TLS-003")]
    assert outcomes == [ssl, deprecated, none_current]


@pytest.mark.parametrize(
    ("spellings", "rule", "known_as"),
    [
        ("TLSv1 TLSv1.0 TLSv1_0 TLS1_0 TLS-1.0 tls1 TLSV10", "TLS-002", "TLSv1"),
        ("TLSv1.1 TLSv1_1 TLS1_1 TLS_V1_1 TLS11 tls1.1", "TLS-002", "TLSv1.1"),
        ("DTLSv1.0 DTLSv1 dtls1_0", "TLS-002", "DTLSv1"),
        ("SSLv2 SSLv2.0 SSL2 ssl_2.0 SSL-V2", "TLS-001", "SSLv2"),
        ("SSLv3 SSLv3.0 SSL3 ssl30", "TLS-001", "SSLv3"),
        ("TLSv1.2 TLS1_2 tls12 TLS-1.2", "TLS-005", "TLSv1.2"),
    ],
)
def test_spellings(spellings: str, rule: str, known_as: str) -> None:
    for spelling in (*spellings.split(), known_as.replace("v", " "), f" {known_as.upper()} "):
        assert judge(rule, (spelling,)).message.startswith(f"offers {known_as}"), spelling


def test_protocols_are_prohibited_from_the_months_of_the_rfcs_on() -> None:
    for rule, first, before in (
        ("TLS-001", date(2015, 6, 1), date(2015, 5, 31)),
        ("TLS-002", date(2021, 3, 1), date(2021, 2, 28)),
    ):
        assert [RULES[rule].in_force(day) for day in (before, first)] == [False, True]


def test_tls_1_3_is_demanded_from_2024_on() -> None:
    assert [RULES["TLS-004"].in_force(day) for day in (date(2023, 12, 31), date(2024, 1, 1))] == [False, True]


@given(st.lists(st.text() | st.sampled_from(["TLSv1.2", "TLSv1.3", "SSLv3"])))
def test_an_instance_that_offers_only_tls_1_3_breaks_no_rule_on_protocols(protocols: list[str]) -> None:
    if judge("TLS-005", tuple(protocols)).outcome == PASS:
        assert {judge(rule, tuple(protocols)).outcome for rule in RULES} == {PASS}
