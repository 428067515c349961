# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import json
import typing as t

import pytest
from ansible_collections.community.qualys.plugins.module_utils._audit import AuditedHost
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._policy import load_policy
from unit.audit.estates import AS_OF, DAY, asset, at, audited, instance, record

WEAK = record("aa", [asset()], key_size=1024)
SOUND = record("bb", [asset()])
UNKNOWN_KEY = record("aa", [asset()], key_algorithm=None, key_algorithm_source="unknown")


def changes(
    before: list[dict[str, t.Any]], now: list[dict[str, t.Any]], **options: t.Any
) -> tuple[list[str], list[str], int, int]:
    previous = json.loads(json.dumps(audited(before)))
    told = audited(now, previous=previous, **options)["changes"]
    new, fixed = ([finding["rule"] for finding in told[part]] for part in ("new", "fixed"))
    return new, fixed, told["unchanged"], told["undecided"]


def on_port(protocols: list[str], certhash: str = "aa", identifier: int | str = 1) -> dict[str, t.Any]:
    return record(certhash, [asset(identifier, instances=[instance(protocols=protocols)])])


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ([SOUND], [SOUND], ([], [], 0, 0)),
        ([SOUND], [SOUND, WEAK], (["KEY-002"], [], 0, 0)),
        ([WEAK], [WEAK], ([], [], 1, 0)),
        ([WEAK], [SOUND], ([], ["KEY-002"], 0, 0)),
        ([WEAK], [UNKNOWN_KEY], ([], [], 0, 1)),
        ([WEAK], [], ([], [], 0, 1)),
        ([on_port(["TLSv1", "TLSv1.2"])], [on_port(["TLSv1", "TLSv1.2"], "bb")], ([], [], 1, 0)),
        ([on_port(["TLSv1", "TLSv1.2"])], [on_port(["TLSv1.2"])], ([], ["TLS-002"], 0, 0)),
        ([on_port(["TLSv1", "TLSv1.2"])], [on_port(["TLSv1", "TLSv1.2"], identifier="uuid-1")], ([], [], 1, 0)),
    ],
)
def test_what_changed(before: list[dict[str, t.Any]], now: list[dict[str, t.Any]], expected: tuple[t.Any, ...]) -> None:
    assert changes(before, now) == expected


def test_what_becomes_more_urgent_is_new_and_not_fixed() -> None:
    soon, very_soon = (record("aa", [asset()], valid_to=at(AS_OF + days * DAY)) for days in (20, 2))
    assert changes([soon], [very_soon]) == (["EXP-002"], [], 0, 1)


def test_a_rule_that_is_switched_off_fixes_nothing() -> None:
    assert changes([WEAK], [WEAK], policy={"rules": {"KEY-002": {"enabled": False}}}) == ([], [], 0, 1)


SOON = record("aa", [asset()], valid_to=at(AS_OF + 20 * DAY))
SHORTER = {"thresholds": {"warn_days": 10}}


@pytest.mark.parametrize(
    ("now", "policy", "expected"),
    [
        ([SOON], SHORTER, (["EXP-004"], [], 0, 1)),
        ([SOUND], SHORTER, ([], ["EXP-003"], 0, 0)),
        ([SOUND], "baseline", ([], ["EXP-003"], 0, 0)),
        ([SOON], {"lists": {"public_cas": ["Other"]}, **SHORTER}, (["EXP-004"], [], 0, 1)),
    ],
)
def test_another_figure_in_the_policy_mends_no_certificate(
    now: t.Any, policy: t.Any, expected: tuple[t.Any, ...]
) -> None:
    assert changes([SOON], now, policy=policy) == expected


def test_another_figure_for_one_host_mends_no_certificate() -> None:
    own = load_policy(SHORTER, load_policy("baseline"))
    hosts = {"web1": AuditedHost(["10.0.0.1"], policy=own)}
    assert changes([SOON], [SOON], hosts=hosts) == (["EXP-004"], [], 0, 1)


def test_what_is_no_longer_told_of_an_instance_is_not_fixed() -> None:
    elsewhere = record("bb", [asset(2, "10.0.0.2")])
    nowhere = record("aa", [asset(instances=[])])
    assert changes([on_port(["SSLv3", "TLSv1.2"])], [nowhere, elsewhere]) == ([], [], 0, 1)


def test_a_certificate_that_may_be_on_assets_that_were_not_named_is_not_fixed() -> None:
    cut = {**WEAK, "assets": [asset(9, "10.0.0.9")], "assets_complete": False}
    assert changes([WEAK], [SOUND, cut]) == ([], [], 0, 1)


def test_what_is_excepted_now_is_not_fixed() -> None:
    exception = {"certhash": "aa", "reason": "so", "expires": "2026-12-31"}
    assert changes([WEAK], [WEAK], policy={"exceptions": [exception]}) == ([], [], 0, 1)


def test_a_host_that_left_the_inventory_is_not_fixed() -> None:
    assert changes([WEAK], [WEAK], hosts={"web2": ["10.0.0.1"]}) == (["KEY-002"], [], 0, 1)


def test_a_rule_that_this_version_does_not_know_is_undecided() -> None:
    previous = audited([WEAK])
    previous["hosts"]["web1"]["findings"][0]["rule"] = "OLD-001"
    told = audited([SOUND], previous=previous)["changes"]
    assert (told["new"], told["fixed"], told["undecided"]) == ([], [], 1)


def test_fixed_findings_are_told_as_they_were() -> None:
    previous = audited([WEAK])
    before = copy.deepcopy(previous)
    assert audited([SOUND], previous=previous)["changes"]["fixed"] == before["hosts"]["web1"]["findings"]
    assert previous == before


@pytest.mark.parametrize(
    ("previous", "words"),
    [
        ({}, "schema version None, not 1"),
        ({"schema_version": 2}, "schema version 2, not 1"),
        (["web1"], "schema version None"),
        ({"schema_version": 1}, "no audit document: KeyError 'hosts'"),
        ({"schema_version": 1, "hosts": {}, "host_policies": [{}]}, "no audit document: KeyError 'hosts'"),
        ({"schema_version": 1, "hosts": []}, "no audit document: AttributeError"),
        ({"schema_version": 1, "hosts": {"a": {"findings": [7]}}}, "no audit document: TypeError"),
        ({"schema_version": 1, "hosts": {"a": {"findings": [{"status": "fail"}]}}}, "no audit document: KeyError"),
    ],
)
def test_what_is_no_audit_is_refused(previous: t.Any, words: str) -> None:
    with pytest.raises(CertViewError) as caught:
        audited([], previous=previous)
    assert words in str(caught.value)
    assert caught.value.kind == "previous"


def test_a_severity_of_another_world_is_refused() -> None:
    previous = audited([WEAK])
    previous["hosts"]["web1"]["findings"][0]["severity"] = "apocalyptic"
    with pytest.raises(CertViewError, match="no audit document: ValueError"):
        audited([], previous=previous)
