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

RULES = {rule.id: rule for rule in protocol.RULES}


def judge(rule: str, protocols: object) -> Verdict:
    return RULES[rule].judge(Subject(Context(AS_OF), instance={"ssl_protocols": protocols}))


@pytest.mark.parametrize(
    ("protocols", "no_tls_1_3", "not_only_tls_1_3"),
    [
        (("TLSv1.3",), PASS, PASS),
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


def test_tls_1_3_is_demanded_from_2024_on() -> None:
    assert [RULES["TLS-004"].in_force(day) for day in (date(2023, 12, 31), date(2024, 1, 1))] == [False, True]


@given(st.lists(st.text() | st.sampled_from(["TLSv1.2", "TLSv1.3", "SSLv3"])))
def test_an_instance_that_offers_only_tls_1_3_breaks_no_rule_on_protocols(protocols: list[str]) -> None:
    if judge("TLS-005", tuple(protocols)).outcome == PASS:
        assert {judge(rule, tuple(protocols)).outcome for rule in RULES} == {PASS}
