# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the rules on validity say at, just before and just after their thresholds."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.community.qualys.plugins.module_utils._rules.model import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    Context,
    Thresholds,
    Verdict,
    subject_of,
)
from ansible_collections.community.qualys.plugins.module_utils._rules.registry import RULES
from unit.audit.estates import AS_OF, DAY, SECOND, at, judge, record

HOUR = timedelta(hours=1)


def validity(lifetime: timedelta, left: timedelta) -> dict[str, str]:
    return {"valid_from": at(AS_OF + left - lifetime), "valid_to": at(AS_OF + left)}


@pytest.mark.parametrize(
    ("left", "outcome"),
    [(-SECOND, FAIL), (timedelta(0), PASS), (SECOND, PASS), (-timedelta(milliseconds=1), FAIL)],
)
def test_exp_001_a_certificate_is_valid_in_its_last_second(left: timedelta, outcome: str) -> None:
    assert judge("EXP-001", valid_to=at(AS_OF + left)).outcome == outcome


def test_exp_001_tells_since_when() -> None:
    assert judge("EXP-001", valid_to=at(AS_OF - 30 * HOUR)) == Verdict(
        FAIL, "expired 30.0 hours ago, on 2026-05-30T18:00:00Z", "2026-05-30T18:00:00Z"
    )
    assert judge("EXP-001", valid_to=at(AS_OF - 100 * DAY)).message.startswith("expired 100.0 days ago, on 2026-02-21")
    assert judge("EXP-001", valid_to=at(AS_OF - HOUR)).message.startswith("expired 60.0 minutes ago")


@pytest.mark.parametrize(
    ("lifetime", "warning", "critical"),
    [
        (398 * DAY, 30 * DAY, 7 * DAY),
        (90 * DAY, 30 * DAY, 7 * DAY),
        (47 * DAY, 47 * DAY / 3, 7 * DAY),
        (45 * DAY, 15 * DAY, 7 * DAY),
        (6 * DAY, 2 * DAY, 1 * DAY),
        (24 * HOUR, 12 * HOUR, 12 * HOUR),
    ],
)
@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_exp_002_and_003_fire_from_their_thresholds_on(
    lifetime: timedelta, warning: timedelta, critical: timedelta, seconds: int
) -> None:
    expected = PASS if seconds > 0 else FAIL
    assert judge("EXP-003", **validity(lifetime, warning + seconds * SECOND)).outcome == expected
    assert judge("EXP-002", **validity(lifetime, critical + seconds * SECOND)).outcome == expected


@pytest.mark.parametrize(("left", "outcome"), [(-SECOND, NOT_APPLICABLE), (timedelta(0), FAIL)])
@pytest.mark.parametrize("rule", ["EXP-002", "EXP-003"])
def test_exp_002_and_003_do_not_apply_to_what_has_expired(rule: str, left: timedelta, outcome: str) -> None:
    assert judge(rule, **validity(398 * DAY, left)).outcome == outcome


def test_exp_002_tells_the_time_left_and_the_threshold() -> None:
    due = "2026-06-04T12:00:00Z"
    assert judge("EXP-002", valid_to=due) == Verdict(
        FAIL, "expires in 3.5 days, on 2026-06-04T12:00:00Z; the limit is 7.0 days", due
    )
    assert judge("EXP-003", valid_to=due).message.endswith("; the limit is 30.0 days")


def test_an_unknown_lifetime_leaves_the_days() -> None:
    assert judge("EXP-003", valid_from=None, valid_to=at(AS_OF + 30 * DAY)).outcome == FAIL
    assert judge("EXP-003", valid_from=None, valid_to=at(AS_OF + 30 * DAY + SECOND)).outcome == PASS


def test_validity_that_ends_before_it_begins_leaves_the_floor() -> None:
    backwards = {"valid_from": at(AS_OF + 300 * DAY), "valid_to": at(AS_OF + 12 * HOUR)}
    assert judge("EXP-002", **backwards).outcome == FAIL
    assert judge("EXP-002", **{**backwards, "valid_to": at(AS_OF + 12 * HOUR + SECOND)}).outcome == PASS


def test_the_end_of_time() -> None:
    for rule in ("EXP-001", "EXP-002", "EXP-003"):
        assert judge(rule, valid_from="0001-01-01T00:00:00Z", valid_to="9999-12-31T23:59:59Z").outcome == PASS


def test_a_leap_day_counts() -> None:
    leap = Context(datetime(2028, 2, 28, tzinfo=timezone.utc), Thresholds())
    whole_year = {"valid_from": "2027-03-06T00:00:00Z", "valid_to": "2028-03-06T00:00:00Z"}
    assert RULES["EXP-002"].judge(subject_of(record(**whole_year), leap)).outcome == FAIL
    later = {**whole_year, "valid_to": "2028-03-06T00:00:01Z"}
    assert RULES["EXP-002"].judge(subject_of(record(**later), leap)).outcome == PASS


@pytest.mark.parametrize(("start", "outcome"), [(-SECOND, PASS), (timedelta(0), PASS), (SECOND, FAIL)])
def test_exp_005_a_certificate_is_valid_in_its_first_second(start: timedelta, outcome: str) -> None:
    verdict = judge("EXP-005", valid_from=at(AS_OF + start))
    assert verdict.outcome == outcome
    assert outcome == PASS or verdict.message == "valid only from 2026-06-01T00:00:01Z, in 1 s"
