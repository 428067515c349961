# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the rules on validity say at, just before and just after their thresholds."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.community.qualys.plugins.module_utils._rules.model import (
    FAIL,
    NOT_APPLICABLE,
    NOT_EVALUATED,
    PASS,
    PLACEMENT,
    Context,
    Thresholds,
    Verdict,
    subject_of,
)
from ansible_collections.community.qualys.plugins.module_utils._rules.registry import RULES
from hypothesis import given
from hypothesis import strategies as st
from unit.audit.estates import AS_OF, DAY, SECOND, at, judge, record

HOUR = timedelta(hours=1)
MILLISECOND = timedelta(milliseconds=1)


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


@pytest.mark.parametrize(
    ("lifetime", "notice"),
    [
        (398 * DAY, 90 * DAY),
        (270 * DAY, 90 * DAY),
        (200 * DAY, 200 * DAY / 3),
        (90 * DAY, 30 * DAY),
        (6 * DAY, 2 * DAY),
    ],
)
@pytest.mark.parametrize(("offset", "outcome"), [(-SECOND, FAIL), (timedelta(0), FAIL), (SECOND, PASS)])
def test_exp_004_gives_notice(lifetime: timedelta, notice: timedelta, offset: timedelta, outcome: str) -> None:
    assert judge("EXP-004", **validity(lifetime, notice + offset)).outcome == outcome


def test_exp_004_is_silent_on_what_is_told_more_urgently() -> None:
    assert RULES["EXP-004"].yields_to == ("EXP-001", "EXP-002", "EXP-003")
    assert judge("EXP-004", valid_to=at(AS_OF - SECOND)).outcome == NOT_APPLICABLE
    assert judge("EXP-004", valid_to=at(AS_OF + 80 * DAY)) == Verdict(
        FAIL, "expires in 80.0 days, on 2026-08-20T00:00:00Z; the limit is 90.0 days", "2026-08-20T00:00:00Z"
    )


@given(st.integers(2, 4000), st.integers(1, 4000 * 86400))
def test_what_renews_itself_at_a_third_is_never_told_of(days: int, seconds: int) -> None:
    lifetime = days * DAY
    left = min(lifetime, lifetime / 3 + seconds * SECOND)
    for rule in ("EXP-001", "EXP-002", "EXP-003", "EXP-004"):
        assert judge(rule, **validity(lifetime, left)).outcome == PASS


@pytest.mark.parametrize(
    ("ago", "outcome"),
    [
        (-DAY, PASS),
        (timedelta(0), PASS),
        (90 * DAY - SECOND, PASS),
        (90 * DAY, PASS),
        (90 * DAY + MILLISECOND, FAIL),
        (90 * DAY + SECOND, FAIL),
    ],
)
def test_exp_006_is_long_expired_after_so_many_days(ago: timedelta, outcome: str) -> None:
    assert judge("EXP-006", valid_to=at(AS_OF - ago), last_found=at(AS_OF - 31 * DAY)).outcome == outcome


@pytest.mark.parametrize(
    ("last_found", "outcome"),
    [
        (at(AS_OF), PASS),
        (at(AS_OF - 30 * DAY), PASS),
        (at(AS_OF - 30 * DAY - MILLISECOND), FAIL),
        (None, NOT_APPLICABLE),
        ("yesterday", NOT_APPLICABLE),
    ],
)
def test_exp_006_leaves_what_is_still_found_to_exp_001(last_found: str | None, outcome: str) -> None:
    long_expired = {"valid_to": at(AS_OF - 400 * DAY), "last_found": last_found}
    assert judge("EXP-006", **long_expired).outcome == outcome
    assert judge("EXP-001", **long_expired).outcome == FAIL


def test_exp_006_silences_exp_001_where_it_is_chosen() -> None:
    assert judge("EXP-006", valid_to="2026-02-01T00:00:00Z", last_found="2026-04-01T00:00:00Z") == Verdict(
        FAIL,
        "expired 120.0 days ago, on 2026-02-01T00:00:00Z, and last found 61.0 days ago; forgotten after 90 days, if "
        "not found for 30",
        "2026-02-01T00:00:00Z",
    )
    assert judge("EXP-001", valid_to="2026-02-01T00:00:00Z").outcome == FAIL
    assert RULES["EXP-001"].yields_to == ("EXP-006",)
    assert RULES["EXP-006"].profiles == ("inventory-hygiene",)


def test_exp_006_goes_by_the_days_of_the_policy() -> None:
    strict = Context(AS_OF, Thresholds(long_expired_days=1.5, stale_days=30.5))
    for ago, outcome in ((36 * HOUR, PASS), (36 * HOUR + SECOND, FAIL)):
        told = record(valid_to=at(AS_OF - ago), last_found=at(AS_OF - 31 * DAY))
        assert RULES["EXP-006"].judge(subject_of(told, strict)).outcome == outcome
    patient = Context(AS_OF, Thresholds(long_expired_days=1.5, stale_days=31))
    assert RULES["EXP-006"].judge(subject_of(told, patient)).outcome == PASS


@pytest.mark.parametrize("rule", ["EXP-001", "EXP-002", "EXP-003", "EXP-004", "EXP-006"])
def test_nothing_is_judged_without_an_end(rule: str) -> None:
    assert judge(rule, valid_to=None) == Verdict(NOT_EVALUATED, "end of validity not reported")
    assert judge(rule, valid_to="10000-01-01T00:00:00Z").outcome == NOT_EVALUATED


def placed(successor: t.Any = None, **changes: t.Any) -> Verdict:
    subject = subject_of(record(**changes), Context(AS_OF))
    return RULES["EXP-007"].judge(subject._replace(successor=successor))


SUCCESSOR = record("0123456789abcdef" * 4, valid_from="2026-05-01T00:00:00Z", valid_to="2026-11-01T00:00:00Z")


def test_exp_007_names_the_successor() -> None:
    assert RULES["EXP-007"].scope == PLACEMENT
    assert RULES["EXP-007"].includes == ("extensive_certificate_info",)
    assert placed(SUCCESSOR) == Verdict(
        FAIL, "superseded by 0123456789abcdef, valid from 2026-05-01T00:00:00Z to 2026-11-01T00:00:00Z"
    )
    assert RULES["EXP-007"].severity == "info"


@pytest.mark.parametrize(
    ("kind", "alone", "replaced"),
    [
        ("Leaf", PASS, FAIL),
        ("leaf", PASS, FAIL),
        (None, NOT_APPLICABLE, FAIL),
        ("Root", NOT_APPLICABLE, NOT_APPLICABLE),
        ("Intermediate", NOT_APPLICABLE, NOT_APPLICABLE),
        ("End Entity", PASS, FAIL),
        ("Of a new kind", NOT_APPLICABLE, FAIL),
    ],
)
def test_exp_007_judges_leaves(kind: str | None, alone: str, replaced: str) -> None:
    assert placed(type=kind).outcome == alone
    assert placed(SUCCESSOR, type=kind).outcome == replaced


@pytest.mark.parametrize("successor", [{}, {"certhash": None, "valid_from": 7, "valid_to": []}])
def test_exp_007_bears_a_successor_that_tells_nothing(successor: dict[str, t.Any]) -> None:
    assert placed(successor).message.startswith("superseded by another, valid from ")


def test_validity_that_ends_before_it_begins_is_told_of_at_any_time() -> None:
    """Such a certificate is never valid; between the two times it is both expired and not valid yet."""
    backwards = {"valid_from": at(AS_OF + DAY), "valid_to": at(AS_OF - DAY)}
    told = record(**backwards)
    for offset, expired, early in (
        (-2, PASS, FAIL),
        (-1, PASS, FAIL),
        (0, FAIL, FAIL),
        (1, FAIL, PASS),
        (2, FAIL, PASS),
    ):
        subject = subject_of(told, Context(AS_OF + offset * DAY))
        outcomes = tuple(RULES[rule].judge(subject).outcome for rule in ("EXP-001", "EXP-005"))
        assert outcomes == (expired, early)


JUNK = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.lists(st.integers(), max_size=2)
)


@given(
    st.dictionaries(st.sampled_from(("type", "valid_from", "valid_to")), JUNK),
    st.none() | st.dictionaries(st.sampled_from(("certhash", "valid_from", "valid_to")), JUNK),
)
def test_no_json_makes_a_rule_raise(junk: dict[str, t.Any], successor: dict[str, t.Any] | None) -> None:
    subject = subject_of(record(**junk), Context(AS_OF))._replace(successor=successor)
    for number in range(1, 8):
        verdict = RULES[f"EXP-00{number}"].judge(subject)
        assert bool(verdict.message) == (verdict.outcome in (FAIL, NOT_EVALUATED))


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6))
def test_what_ends_earlier_is_never_told_of_less_urgently(first: int, second: int) -> None:
    urgency = ("EXP-006", "EXP-001", "EXP-002", "EXP-003", "EXP-004")
    earlier, later = (
        next(
            (
                place
                for place, rule in enumerate(urgency)
                if judge(
                    rule,
                    valid_from=None,
                    valid_to=at(AS_OF + minutes * timedelta(minutes=1)),
                    last_found=at(AS_OF - 31 * DAY),
                ).outcome
                == FAIL
            ),
            len(urgency),
        )
        for minutes in sorted((first, second))
    )
    assert earlier <= later
