# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from datetime import date

import pytest
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._policy import load_policy
from ansible_collections.community.qualys.plugins.module_utils._rules.model import Thresholds, failed
from ansible_collections.community.qualys.plugins.module_utils._rules.registry import PROFILES, RULES


def ids(policy: t.Any) -> tuple[str, ...]:
    return tuple(rule.id for rule in load_policy(policy).rules)


def test_a_name_is_a_profile_and_baseline_the_default() -> None:
    assert ids("baseline") == ids({}) == ids({"profile": "baseline"}) == PROFILES["baseline"]
    assert load_policy("baseline") == load_policy({})


def test_rules_are_switched_and_what_the_api_must_include_follows() -> None:
    assert load_policy("baseline").includes == ("ssl_protocols",)
    without_tls = {"rules": {rule: {"enabled": False} for rule in RULES if rule.startswith("TLS")}}
    assert ids(without_tls) == tuple(rule for rule in PROFILES["baseline"] if not rule.startswith("TLS"))
    assert load_policy(without_tls).includes == ()
    assert ids({"rules": {"EXP-001": {"enabled": True}, "EXP-002": {}}}) == PROFILES["baseline"]


def test_the_users_severity_wins_over_verdict_and_rule() -> None:
    policy = load_policy({"rules": {"KEY-004": {"severity": "low"}}})
    small, rule = failed("small", severity="medium"), RULES["KEY-004"]
    assert policy.severity_of(rule, small) == "low"
    assert load_policy("baseline").severity_of(rule, small) == "medium"
    assert load_policy("baseline").severity_of(rule, failed("small")) == "high"
    assert {rule["id"]: rule["severity"] for rule in policy.to_document()["rules"]}["KEY-004"] == "low"


def test_thresholds_are_changed_one_by_one() -> None:
    assert load_policy({"thresholds": {"warn_days": 60, "floor_hours": 0}}).thresholds == Thresholds(
        warn_days=60.0, floor_hours=0.0
    )
    assert load_policy({"thresholds": {"crit_days": 30}}).thresholds.crit_days == 30.0


def test_rules_are_in_force_by_date() -> None:
    early = {rule.id for rule in load_policy("baseline").rules_in_force(date(2010, 1, 1))}
    assert early == {"EXP-001", "EXP-002", "EXP-003", "EXP-005", "KEY-001", "SIG-001", "TRU-001"}


def test_the_document_tells_each_rule() -> None:
    document = load_policy("baseline").to_document()
    assert document["profile"] == "baseline"
    assert document["thresholds"]["warn_days"] == 30.0
    by_id = {rule["id"]: rule for rule in document["rules"]}
    assert tuple(by_id) == PROFILES["baseline"]
    assert by_id["TLS-002"]["effective"] == "2021-03-01"
    assert by_id["EXP-001"]["effective"] is None
    assert by_id["TLS-002"]["citations"][0] == {
        "document": "RFC 8996",
        "section": "4 and 5",
        "url": "https://www.rfc-editor.org/rfc/rfc8996#section-4",
    }


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ("basline", "unknown profile 'basline'. Did you mean 'baseline'"),
        ({"profile": ["baseline"]}, "unknown profile"),
        ({"rulez": {}}, "unknown key 'rulez'. Did you mean 'rules'"),
        ({1: {}}, "unknown key 1"),
        (None, "the policy must be a dictionary, not None"),
        (["baseline"], "the policy must be a dictionary"),
        ({"rules": []}, "'rules' must be a dictionary"),
        ({"rules": {"exp-001": {}}}, "unknown rule 'exp-001'. Did you mean 'EXP-001'"),
        ({"rules": {"TLS-004": {}}}, "unknown rule 'TLS-004'. Did you mean 'TLS-00"),
        ({"rules": {"EXP-001": False}}, "rule EXP-001 must be a dictionary, not False"),
        ({"rules": {"EXP-001": {"enable": True}}}, "unknown key 'enable'. Did you mean 'enabled'"),
        ({"rules": {"EXP-001": {"enabled": "no"}}}, "'enabled' of rule EXP-001 must be true or false, not 'no'"),
        ({"rules": {"EXP-001": {"severity": "hihg"}}}, "unknown severity 'hihg'. Did you mean 'high'"),
        ({"thresholds": 30}, "'thresholds' must be a dictionary"),
        ({"thresholds": {"warn_day": 30}}, "unknown key 'warn_day'. Did you mean 'warn_days'"),
        ({"thresholds": {"warn_days": "30"}}, "'warn_days' must be a number, not '30'"),
        ({"thresholds": {"warn_days": True}}, "'warn_days' must be a number"),
        ({"thresholds": {"warn_days": float("nan")}}, "'warn_days' must be a number"),
        ({"thresholds": {"warn_days": -1}}, "'warn_days' is -1"),
        ({"thresholds": {"warn_days": 1e9}}, "between 0 and 36525"),
        ({"thresholds": {"warn_fraction": 30}}, "between 0 and 1"),
        ({"thresholds": {"warn_days": 5}}, "'crit_days' is 7, more than 'warn_days' with 5"),
        ({"thresholds": {"crit_fraction": 0.5}}, "'crit_fraction' is 0.5"),
    ],
)
def test_a_typing_error_is_an_error_with_the_nearest_name(policy: t.Any, words: str) -> None:
    with pytest.raises(CertViewError) as caught:
        load_policy(policy)
    assert words in str(caught.value)
    assert caught.value.kind == "policy"
    assert caught.value.hint
