# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from datetime import date

import pytest
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._policy import (
    includes_of,
    load_host_policies,
    load_policy,
)
from ansible_collections.community.qualys.plugins.module_utils._rules.model import Lists, Thresholds, failed
from ansible_collections.community.qualys.plugins.module_utils._rules.profiles import PROFILES
from ansible_collections.community.qualys.plugins.module_utils._rules.registry import RULES, rules_of

BASELINE = rules_of("baseline")


def ids(policy: t.Any) -> tuple[str, ...]:
    return tuple(rule.id for rule in load_policy(policy).rules)


def test_a_name_is_a_profile_and_baseline_the_default() -> None:
    assert ids("baseline") == ids({}) == ids({"profile": "baseline"}) == BASELINE
    assert load_policy("baseline") == load_policy({})


def test_rules_are_switched_and_what_the_api_must_include_follows() -> None:
    assert load_policy("baseline").includes == (
        "cipher_suites",
        "extensive_certificate_info",
        "ssl_protocols",
        "vulnerabilities",
    )
    without_tls = {"rules": {rule: {"enabled": False} for rule in RULES if rule.startswith("TLS")}}
    assert ids(without_tls) == tuple(rule for rule in BASELINE if not rule.startswith("TLS"))
    assert "ssl_protocols" not in load_policy(without_tls).includes
    assert ids({"rules": {"EXP-001": {"enabled": True}, "EXP-002": True}}) == BASELINE


@pytest.mark.parametrize(("selector", "includes"), [("tag", {"asset_tags"}), ("host", set())])
def test_an_exception_may_need_more_of_the_api(selector: str, includes: set[str]) -> None:
    exception = {selector: "web*", "reason": "so", "expires": "2026-12-31"}
    policy = {"rules": dict.fromkeys(BASELINE, False), "exceptions": [exception]}
    assert set(load_policy(policy).includes) == includes


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


def test_a_profile_brings_its_own_figures_lists_and_severities() -> None:
    modern = load_policy("mozilla-modern")
    assert modern.thresholds.max_lifetime_days == 90
    assert modern.lists.cipher_suites == PROFILES["mozilla-modern"].lists["cipher_suites"]
    assert load_policy({"profile": "mozilla-modern", "thresholds": {"max_lifetime_days": 47}}).thresholds == (
        modern.thresholds._replace(max_lifetime_days=47.0)
    )
    assert load_policy("pci-dss-4").severities == {"TRU-001": "high"}
    assert load_policy({"profile": "pci-dss-4", "rules": {"TRU-001": "low"}}).severities == {"TRU-001": "low"}


def test_every_profile_has_rules_and_every_rule_a_profile() -> None:
    assert {profile for rule in RULES.values() for profile in rule.profiles} == set(PROFILES)
    for profile in PROFILES:
        assert {"EXP-001", "EXP-002", "EXP-003", "EXP-005"} <= set(rules_of(profile))


def test_the_configuration_of_a_tenant_alone_alarms_nobody() -> None:
    assert RULES["TRU-002"].profiles == ("pci-dss-4", "inventory-hygiene")


def test_a_rule_is_switched_or_weighed_in_one_word() -> None:
    off = {"enabled": False, "severity": "low"}
    policy = load_policy({"rules": {"EXP-001": False, "EXP-002": "critical", "TRU-002": True, "INV-001": "low"}})
    assert "INV-001" in {rule.id for rule in policy.rules}
    assert "INV-001" not in ids({"rules": {"INV-001": off}})
    assert "EXP-001" not in {rule.id for rule in policy.rules}
    assert "TRU-002" in {rule.id for rule in policy.rules}
    assert policy.severities["EXP-002"] == "critical"


def test_lists_take_one_word_or_several() -> None:
    assert load_policy({"lists": {"approved_issuers": "Corp CA"}}).lists == Lists(approved_issuers=("Corp CA",))
    assert load_policy({"lists": {"forbidden_issuers": ["A", " B "]}}).lists.forbidden_issuers == ("A", "B")


def test_a_host_changes_the_policy_of_the_audit_and_keeps_the_rest() -> None:
    base = load_policy({"profile": "pci-dss-4", "thresholds": {"warn_days": 45}, "rules": {"TLS-001": "low"}})
    policies = load_host_policies(
        {"a": {"thresholds": {"crit_days": 10}}, "b": "nist-pqc", "c": {"thresholds": {"crit_days": 10}}}, base
    )
    assert policies["a"].profile == "pci-dss-4"
    assert policies["a"].thresholds == base.thresholds._replace(crit_days=10.0)
    assert policies["a"] is policies["c"]
    assert policies["b"].profile == "nist-pqc"
    assert policies["b"].thresholds.warn_days == 45
    assert policies["b"].severities["TLS-001"] == "low"
    assert set(includes_of([base, *policies.values()])) >= {*base.includes, *policies["b"].includes}


@pytest.mark.parametrize("slip", [{1: "a", "rules": {}}, {date(2026, 1, 1): "a"}, ["pci"], 7])
def test_whatever_a_host_says_is_an_error_that_names_it(slip: t.Any) -> None:
    with pytest.raises(CertViewError, match="certview_policy of host web1: "):
        load_host_policies({"web1": slip}, load_policy("baseline"))


def test_an_error_in_the_policy_of_a_host_names_the_host() -> None:
    with pytest.raises(CertViewError, match=r"certview_policy of host web1: .*unknown profile 'pci'") as caught:
        load_host_policies({"web1": "pci"}, load_policy("baseline"))
    assert "pci-dss-4" in caught.value.hint


def test_rules_are_in_force_by_date() -> None:
    early = {rule.id for rule in load_policy("baseline").rules_in_force(date(2010, 1, 1))}
    late = {rule.id for rule in load_policy("baseline").rules_in_force(date(2026, 6, 1))}
    assert late == set(BASELINE)
    assert late - early == {rule.id for rule in RULES.values() if rule.id in BASELINE and rule.effective}
    assert {"KEY-002", "TLS-002"} <= late - early


def test_the_document_tells_each_rule() -> None:
    document = load_policy("baseline").to_document()
    assert document["profile"] == "baseline"
    assert document["thresholds"]["warn_days"] == 30.0
    by_id = {rule["id"]: rule for rule in document["rules"]}
    assert tuple(by_id) == BASELINE
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
        ({"rules": {"TLS-009": {}}}, "unknown rule 'TLS-009'. Did you mean 'TLS-00"),
        ({"rules": {"EXP-001": 1}}, "rule EXP-001 must be a dictionary, not 1"),
        ({"rules": {"EXP-001": "hihg"}}, "unknown severity 'hihg'. Did you mean 'high'"),
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
        ({"thresholds": {"warn_fraction": 30}}, "above 0 and at most 1"),
        ({"thresholds": {"warn_fraction": 0, "crit_fraction": 0}}, "'warn_fraction' is 0. It is above 0"),
        ({"rules": {"EXP-001": {}}}, "rule EXP-001 says nothing"),
        ({"rules": ["EXP-001"]}, "'rules' must be a dictionary, not ['EXP-001']. See the documentation"),
        ({"thresholds": {"warn_days": 5}}, "'crit_days' is 7, more than 'warn_days' with 5"),
        ({"thresholds": {"crit_fraction": 0.5}}, "'crit_fraction' is 0.5"),
        ({"thresholds": {"min_grade": "A++"}}, "unknown grade 'A++'. Did you mean 'A+'"),
        ({"thresholds": {"shared_assets": -1}}, "'shared_assets' is -1"),
        ({"lists": ["DigiCert Inc"]}, "'lists' must be a dictionary"),
        ({"lists": {"public_ca": []}}, "unknown key 'public_ca'. Did you mean 'public_cas'"),
        ({"lists": {"public_cas": [1]}}, "'public_cas' must be a list of texts"),
        ({"lists": {"public_cas": {"a": "b"}}}, "'public_cas' must be a list of texts"),
    ],
)
def test_a_typing_error_is_an_error_with_the_nearest_name(policy: t.Any, words: str) -> None:
    with pytest.raises(CertViewError) as caught:
        load_policy(policy)
    assert words in str(caught.value)
    assert caught.value.kind == "policy"
    assert caught.value.hint
