# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.community.qualys.plugins.module_utils._superseding import Found, successors
from hypothesis import given
from hypothesis import strategies as st
from unit.audit.estates import AS_OF, DAY, asset, at, audited, instance, record

NAMES = {"subject": {"name": "www.example.com"}, "subject_alternative_names": None}


def old(**changes: t.Any) -> dict[str, t.Any]:
    expired = {"valid_from": at(AS_OF - 90 * DAY), "valid_to": at(AS_OF - DAY), **NAMES}
    return record("aa", [asset()], **{**expired, **changes})


def new(**changes: t.Any) -> dict[str, t.Any]:
    fresh = {"valid_from": at(AS_OF - 10 * DAY), "valid_to": at(AS_OF + 80 * DAY), **NAMES}
    return record("bb", [asset()], **{**fresh, **changes})


def alternatives(*names: str) -> dict[str, t.Any]:
    return {"subject_alternative_names": {"dns_names": list(names), "ip_addresses": [], "other": {}}}


def found(*records: dict[str, t.Any]) -> dict[str, str]:
    there = [Found(each["certhash"], each) for each in records]
    return successors(there, there, AS_OF, 30 * DAY)


@pytest.mark.parametrize(
    ("of_old", "of_new"),
    [
        ({}, {}),
        ({"subject": {"name": "WWW.example.com"}}, {}),
        (alternatives("a", "b"), {**alternatives("B", "a", "c"), "subject": {"name": "c"}}),
        ({"key_algorithm": "EC", "last_found": "2026-05-01T00:00:00Z"}, {}),
        # Found by one scan after the other, or elsewhere.
        ({"last_found": at(AS_OF)}, {"last_found": at(AS_OF - 29 * DAY)}),
        (
            {"last_found": at(AS_OF - 40 * DAY), **alternatives("a", "b")},
            {"last_found": at(AS_OF), **alternatives("a")},
        ),
        ({"type": None}, {"type": None}),
    ],
)
def test_a_newer_valid_certificate_of_the_same_names_is_the_successor(
    of_old: dict[str, t.Any], of_new: dict[str, t.Any]
) -> None:
    assert found(old(**of_old), new(**of_new)) == {"aa": "bb"}


@pytest.mark.parametrize(
    ("of_old", "of_new"),
    [
        ({}, {"subject": {"name": "other.example.com"}}),
        ({"subject": None}, {"subject": None}),
        (alternatives("a", "b"), alternatives("a")),
        ({"key_algorithm": "EC"}, {}),
        # Two that one scan found, some minutes after each other.
        ({"key_algorithm": "EC", "last_found": "2026-05-30T09:50:00Z"}, {}),
        # Rolled back: the old one is found, and the new one is not any more.
        ({"last_found": at(AS_OF)}, {"last_found": at(AS_OF - 31 * DAY)}),
        (
            {"last_found": at(AS_OF - 20 * DAY), **alternatives("a", "b")},
            {"last_found": at(AS_OF), **alternatives("a")},
        ),
        ({"type": "Root"}, {"type": "Root"}),
        ({}, {"type": "Intermediate"}),
        ({}, {"valid_from": at(AS_OF + DAY)}),
        ({}, {"valid_to": at(AS_OF - DAY)}),
        ({}, {"valid_from": None}),
        ({"valid_from": None}, {}),
        ({"valid_from": at(AS_OF - 10 * DAY)}, {}),
    ],
)
def test_what_is_not_known_to_replace_it_is_no_successor(of_old: dict[str, t.Any], of_new: dict[str, t.Any]) -> None:
    assert found(old(**of_old), new(**of_new)) == {}


def test_of_several_the_newest_is_the_successor() -> None:
    between = {**new(valid_from=at(AS_OF - 20 * DAY)), "certhash": "cc"}
    assert found(between, old(), new()) == {"aa": "bb", "cc": "bb"}


@given(st.permutations([old(), new(), {**new(valid_from=at(AS_OF - 20 * DAY)), "certhash": "cc"}]))
def test_the_order_of_certificates_changes_nothing(records: list[dict[str, t.Any]]) -> None:
    assert found(*records) == {"aa": "bb", "cc": "bb"}


def test_findings_on_a_superseded_certificate_are_told_and_do_not_count() -> None:
    document = audited([old(), new()])
    host = document["hosts"]["web1"]
    by_rule = {finding["rule"]: finding for finding in host["findings"]}
    assert host["status"] == "ok"
    assert by_rule["EXP-001"]["severity"] == by_rule["EXP-007"]["severity"] == "info"
    assert by_rule["EXP-001"]["superseded_by"] == by_rule["EXP-007"]["superseded_by"] == "bb"
    assert by_rule["EXP-001"]["status"] == "fail"
    assert document["summary"]["by_rule"]["EXP-001"] == 0


def test_where_no_rule_on_successors_is_chosen_every_certificate_counts() -> None:
    assert audited([old(), new()], policy={"rules": {"EXP-007": False}})["hosts"]["web1"]["status"] == "expired"


def test_an_old_certificate_counts_on_the_instances_where_it_was_not_replaced() -> None:
    two_ports = [asset(instances=[instance(443), instance(8443)])]
    host = audited([{**old(), "assets": two_ports}, new()])["hosts"]["web1"]
    told = {
        (finding["superseded_by"], finding["instance"]["port"], finding["severity"])
        for finding in host["findings"]
        if finding["rule"] == "EXP-001"
    }
    assert host["status"] == "expired"
    assert told == {(None, 8443, "critical"), ("bb", 443, "info")}


@pytest.mark.parametrize(
    ("of_old", "of_new", "status"),
    [
        (instance(), instance(fqdn="www.example.com"), "ok"),
        (instance(fqdn="www.example.com"), instance(), "ok"),
        (instance(fqdn="a.example.com"), instance(fqdn="www.example.com"), "expired"),
        (instance(443), instance(8443), "expired"),
        (None, None, "ok"),
        (None, instance(), "expired"),
    ],
)
def test_a_place_is_a_port_whose_name_may_not_be_told(of_old: t.Any, of_new: t.Any, status: str) -> None:
    names = alternatives("a.example.com", "www.example.com")
    records = [
        {**each, **names, "assets": [asset(instances=[place] if place else [])]}
        for each, place in ((old(), of_old), (new(), of_new))
    ]
    assert audited(records)["hosts"]["web1"]["status"] == status


def test_a_successor_on_another_asset_replaces_nothing() -> None:
    elsewhere = {**new(), "assets": [asset(2, "10.0.0.2")]}
    assert audited([old(), elsewhere])["hosts"]["web1"]["status"] == "expired"


def test_a_replaced_certificate_is_a_fixed_one() -> None:
    before = audited([old()])
    changes = audited([old(), new()], previous=before)["changes"]
    assert "EXP-001" in [finding["rule"] for finding in changes["fixed"]]
    assert changes["undecided"] == 0
