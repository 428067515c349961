# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an inventory tells of the hosts of an audit document."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.community.qualys.plugins.module_utils._findings import STATUSES
from ansible_collections.community.qualys.plugins.module_utils._report.inventory import (
    LASTING_GROUPS,
    OWN_WORDS,
    HostEntry,
    host_entries,
)
from unit.audit.estates import AS_OF, DAY, SECOND, Record, asset, at, audited, record


def entry(*records: Record, details: str = "scalars", host: str = "10.0.0.1") -> HostEntry:
    ((name, found),) = host_entries(audited(records, {"web": [host]}), details)
    assert name == "web"
    return found


def test_a_sound_host() -> None:
    assert entry(record("aa", [asset()]), record("bb", [asset()], valid_to=at(AS_OF + 150 * DAY))) == HostEntry(
        {
            "certview_status": "ok",
            "certview_severity": None,
            "certview_findings_count": 0,
            "certview_certificates_count": 2,
            "certview_days_remaining": 150.0,
            "certview_next_expiry": at(AS_OF + 150 * DAY),
            "certview_rules": "",
            "certview_matched_by": "primary_ip",
        },
        ("certview_ok",),
    )


def test_a_host_that_nobody_has_scanned() -> None:
    assert entry(record("aa", [asset()]), host="10.9.9.9") == HostEntry(
        {
            "certview_status": "unmatched",
            "certview_severity": None,
            "certview_findings_count": 0,
            "certview_certificates_count": 0,
            "certview_days_remaining": None,
            "certview_next_expiry": None,
            "certview_rules": "",
            "certview_matched_by": None,
        },
        ("certview_unmatched",),
    )


def test_what_is_wrong_makes_groups_of_its_rules_and_of_the_worst_severity() -> None:
    told = entry(record("aa", [asset()], valid_to=at(AS_OF - SECOND), key_size=1024))
    assert told.groups == (
        "certview_expired",
        "certview_rule_exp_001",
        "certview_rule_key_002",
        "certview_severity_critical",
    )
    assert told.variables["certview_rules"] == "EXP-001,KEY-002"
    assert told.variables["certview_findings_count"] == 2
    assert told.variables["certview_severity"] == "critical"
    assert told.variables["certview_days_remaining"] < 0


def test_a_certificate_whose_successor_is_in_place_is_waited_for_by_nobody() -> None:
    name = {"subject": {"name": "www.example.com"}, "subject_alternative_names": None}
    told = entry(
        record("aa", [asset()], valid_to=at(AS_OF - 5 * DAY), **name),
        record("bb", [asset()], valid_from=at(AS_OF - 10 * DAY), valid_to=at(AS_OF + 80 * DAY), **name),
    )
    assert told.variables["certview_status"] == "ok"
    assert told.variables["certview_days_remaining"] == 80.0


def test_an_end_that_is_not_known_is_not_the_soonest() -> None:
    told = entry(record("aa", [asset()], valid_to=None), record("bb", [asset()]))
    assert told.variables["certview_days_remaining"] == 200.0
    assert entry(record("aa", [asset()], valid_to=None)).variables["certview_next_expiry"] is None


@pytest.mark.parametrize("details", ["json", "structure"])
def test_findings_are_told_on_request(details: str) -> None:
    records = [record("aa", [asset()], key_size=1024)]
    findings: t.Any = entry(*records, details=details).variables["certview_findings"]
    document = audited(records, {"web": ["10.0.0.1"]})["hosts"]["web"]["findings"]

    assert isinstance(findings, str if details == "json" else list)
    assert (json.loads(findings) if details == "json" else findings) == document != []
    assert "certview_findings" not in entry(*records).variables
    assert "certview_findings" not in OWN_WORDS


def test_a_play_may_be_for_any_status() -> None:
    assert {f"certview_{status}" for status in STATUSES} < set(LASTING_GROUPS)
