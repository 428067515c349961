# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the rules on the length of validity say, a second before, at and after each date and each length."""

from __future__ import annotations

import itertools
import typing as t
from datetime import date, datetime, timedelta, timezone

import pytest
from ansible_collections.community.qualys.plugins.module_utils._rules.model import (
    FAIL,
    NOT_APPLICABLE,
    NOT_EVALUATED,
    PASS,
    Context,
    Lists,
    Thresholds,
    Verdict,
    subject_of,
)
from ansible_collections.community.qualys.plugins.module_utils._rules.standards import BR_VALIDITY_LIMITS
from ansible_collections.community.qualys.plugins.module_utils._rules.validity import RULES
from hypothesis import given
from hypothesis import strategies as st
from unit.audit.estates import AS_OF, DAY, SECOND, at, record

LETS_ENCRYPT = {"name": "R11", "organization": "Let's Encrypt"}
PRIVATE = {"name": "Corp Issuing CA", "organization": "Example Corp"}
BY_ID = {rule.id: rule for rule in RULES}
OF_PUBLIC_CAS = ("VAL-001", "VAL-002", "VAL-005")
MILLISECOND = timedelta(milliseconds=1)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=timezone.utc)  # type: ignore[misc, arg-type]


def judge(
    rule: str,
    thresholds: Thresholds = Thresholds(),  # noqa: B008 - an immutable tuple
    lists: Lists = Lists(),  # noqa: B008
    **changes: t.Any,
) -> Verdict:
    told = record(**{"issuer": LETS_ENCRYPT, **changes})
    return BY_ID[rule].judge(subject_of(told, Context(AS_OF, thresholds, lists)))


def valid(rule: str, start: datetime, difference: timedelta, **changes: t.Any) -> Verdict:
    return judge(rule, valid_from=at(start), valid_to=at(start + difference), **changes)


ROWS = [
    # First and last second in which a row holds, and what it allows and recommends, in days.
    (utc(2018, 3, 1), utc(2020, 8, 31, 23, 59, 59), 825, None),
    (utc(2020, 9, 1), utc(2026, 3, 14, 23, 59, 59), 398, 397),
    (utc(2026, 3, 15), utc(2027, 3, 14, 23, 59, 59), 200, 199),
    (utc(2027, 3, 15), utc(2029, 3, 14, 23, 59, 59), 100, 99),
    (utc(2029, 3, 15), utc(2999, 12, 31, 23, 59, 59), 47, 46),
]


@pytest.mark.parametrize(("first", "last", "maximum", "recommended"), ROWS)
@pytest.mark.parametrize("offset", [timedelta(0), SECOND])
def test_val_001_a_period_includes_its_last_second(
    first: datetime, last: datetime, maximum: int, recommended: int | None, offset: timedelta
) -> None:
    for issued in (first + offset, last - offset):
        assert valid("VAL-001", issued, maximum * DAY - 2 * SECOND).outcome == PASS
        assert valid("VAL-001", issued, maximum * DAY - SECOND).outcome == PASS
        over = valid("VAL-001", issued, maximum * DAY)
        assert over.outcome == FAIL
        assert (
            over.message
            == f"valid for {maximum + 1} days; at most {maximum} days allowed when issued on {issued.date()}"
        )
        assert valid("VAL-001", issued, maximum * DAY + SECOND).outcome == FAIL


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [(row[0], earlier[2], row[2]) for earlier, row in itertools.pairwise(ROWS)],
)
def test_val_001_the_second_of_issue_decides_which_row_holds(change: datetime, before: int, after: int) -> None:
    for difference, expected in ((before * DAY - SECOND, (PASS, FAIL, FAIL)), (after * DAY - SECOND, (PASS,) * 3)):
        outcomes = tuple(valid("VAL-001", change + offset, difference).outcome for offset in (-SECOND, 0 * DAY, SECOND))
        assert outcomes == expected
    assert valid("VAL-001", change - MILLISECOND, before * DAY - SECOND).outcome == PASS


def test_val_001_the_table_leaves_no_day_without_a_row() -> None:
    until = [limit.issued_before for limit in BR_VALIDITY_LIMITS]
    assert until[-1] is None
    assert until[:-1] == sorted(day for day in until if day is not None)
    assert len(set(until)) == len(until)


@pytest.mark.parametrize(
    ("start", "last_end"),
    [
        (utc(2017, 1, 10, 8), utc(2020, 4, 10, 7, 59, 59)),
        (utc(2016, 7, 1), utc(2019, 9, 30, 23, 59, 59)),
        # 39 months after 30 November come to a February, of 29 or 28 days.
        (utc(2016, 11, 30), utc(2020, 2, 28, 23, 59, 59)),
        (utc(2017, 11, 30), utc(2021, 2, 27, 23, 59, 59)),
        (utc(2018, 2, 28, 23, 59, 59), utc(2021, 5, 28, 23, 59, 58)),
        # 60 months before, from a leap day.
        (utc(2016, 2, 29), utc(2021, 2, 27, 23, 59, 59)),
        (utc(2012, 7, 1), utc(2017, 6, 30, 23, 59, 59)),
        (utc(2016, 6, 30, 23, 59, 59), utc(2021, 6, 30, 23, 59, 58)),
        (utc(2015, 12, 31, 12), utc(2020, 12, 31, 11, 59, 59)),
    ],
)
def test_val_001_counts_months_by_the_calendar(start: datetime, last_end: datetime) -> None:
    for offset, outcome in ((-SECOND, PASS), (timedelta(0), PASS), (SECOND, FAIL), (2 * SECOND, FAIL)):
        assert valid("VAL-001", start, last_end + offset - start).outcome == outcome


def test_val_001_months_end_where_days_begin() -> None:
    almost_39_months = 1185 * DAY - SECOND
    for offset, outcome in ((-SECOND, PASS), (timedelta(0), FAIL), (SECOND, FAIL)):
        assert valid("VAL-001", utc(2018, 3, 1) + offset, almost_39_months).outcome == outcome
    almost_60_months = 1826 * DAY - SECOND
    for offset, outcome in ((-SECOND, PASS), (timedelta(0), FAIL), (SECOND, FAIL)):
        assert valid("VAL-001", utc(2016, 7, 1) + offset, almost_60_months).outcome == outcome
    assert valid("VAL-001", utc(2017, 1, 31), 1200 * DAY).message == (
        "valid for 1201 days; at most 39 months allowed when issued on 2017-01-31"
    )


@pytest.mark.parametrize(("offset", "outcome"), [(-SECOND, NOT_APPLICABLE), (timedelta(0), FAIL), (SECOND, FAIL)])
def test_val_001_holds_since_there_are_baseline_requirements(offset: timedelta, outcome: str) -> None:
    assert valid("VAL-001", utc(2012, 7, 1) + offset, 3650 * DAY).outcome == outcome


def test_val_001_a_millisecond_over_is_a_day_over() -> None:
    issued = utc(2025, 1, 1)
    assert valid("VAL-001", issued, 398 * DAY - SECOND).outcome == PASS
    over = valid("VAL-001", issued, 398 * DAY - SECOND + MILLISECOND)
    assert over.message.startswith("valid for 399 days; at most 398 days")


@pytest.mark.parametrize("rule", OF_PUBLIC_CAS)
def test_a_leap_day_is_a_day(rule: str) -> None:
    limit = {"VAL-001": 398, "VAL-002": 397, "VAL-005": 47}[rule]
    for start in (utc(2024, 2, 29), utc(2024, 1, 31), utc(2024, 3, 1)):
        assert valid(rule, start, limit * DAY - SECOND).outcome == PASS
        assert valid(rule, start, limit * DAY).outcome == FAIL


@pytest.mark.parametrize(("first", "last", "maximum", "recommended"), ROWS)
def test_val_002_recommends_a_day_less(first: datetime, last: datetime, maximum: int, recommended: int | None) -> None:
    for issued in (first, first + SECOND, last - SECOND, last):
        if recommended is None:
            assert valid("VAL-002", issued, maximum * DAY).outcome == NOT_APPLICABLE
            continue
        assert valid("VAL-002", issued, recommended * DAY - 2 * SECOND).outcome == PASS
        assert valid("VAL-002", issued, recommended * DAY - SECOND).outcome == PASS
        assert valid("VAL-002", issued, recommended * DAY).message == (
            f"valid for {maximum} days; at most {recommended} recommended when issued on {issued.date()}"
        )
        assert valid("VAL-002", issued, recommended * DAY + SECOND).outcome == FAIL
    assert BY_ID["VAL-002"].yields_to == ("VAL-001",)


def test_val_002_recommends_nothing_before_2020_09() -> None:
    assert valid("VAL-002", utc(2020, 8, 31, 23, 59, 59), 9999 * DAY).outcome == NOT_APPLICABLE
    assert valid("VAL-002", utc(2010, 1, 1), 9999 * DAY).outcome == NOT_APPLICABLE


@pytest.mark.parametrize(
    ("rule", "days", "changes"),
    [
        ("VAL-003", 825, {"issuer": PRIVATE}),
        ("VAL-003", 90, {"issuer": PRIVATE, "thresholds": Thresholds(private_max_days=90.0)}),
        ("VAL-004", 366, {}),
        ("VAL-004", 366, {"issuer": PRIVATE}),
        ("VAL-004", 90, {"thresholds": Thresholds(max_lifetime_days=90.0)}),
    ],
)
def test_val_003_and_004_go_by_the_difference_of_the_times(rule: str, days: int, changes: dict[str, t.Any]) -> None:
    """So that what "openssl x509 -days 825" makes is no day too long."""
    assert valid(rule, utc(2026, 1, 1), days * DAY - SECOND, **changes).outcome == PASS
    assert valid(rule, utc(2026, 1, 1), days * DAY, **changes).outcome == PASS
    over = valid(rule, utc(2026, 1, 1), days * DAY + SECOND, **changes)
    assert over == Verdict(FAIL, f"valid for {days + 1} days; the limit is {days} days")


def test_val_005_names_the_issuer_and_the_day() -> None:
    issued = utc(2026, 5, 1)
    assert valid("VAL-005", issued, 47 * DAY - SECOND).outcome == PASS
    assert valid("VAL-005", issued, 47 * DAY) == Verdict(
        FAIL,
        "issued by Let's Encrypt, R11 for 48 days; at most 47 allowed when issued from 2029-03-15 on",
        "2029-03-15T00:00:00Z",
    )
    unnamed = valid("VAL-005", issued, 90 * DAY, issuer=None, root_issuer={"organization": "DigiCert Inc"})
    assert unnamed.message.startswith("issued by a CA that is not named for 91 days")


@pytest.mark.parametrize("issuer", [LETS_ENCRYPT, PRIVATE, None])
def test_val_006_holds_for_every_ca(issuer: dict[str, str] | None) -> None:
    issued = utc(2026, 5, 1)
    assert valid("VAL-006", issued, 7 * DAY - SECOND, issuer=issuer).outcome == PASS
    assert valid("VAL-006", issued, 7 * DAY, issuer=issuer) == Verdict(
        FAIL, "valid for 8 days; short-lived are at most 7"
    )


FOREVER = {"valid_from": "2026-04-01T00:00:00Z", "valid_to": "9999-12-31T23:59:59Z"}


def changes_for(rule: str) -> dict[str, t.Any]:
    return {"issuer": PRIVATE if rule == "VAL-003" else LETS_ENCRYPT}


@pytest.mark.parametrize("rule", BY_ID)
def test_the_end_of_time(rule: str) -> None:
    forever = judge(rule, **FOREVER, **changes_for(rule))
    assert forever.outcome == FAIL
    assert " 2912353 days" in forever.message
    whole_calendar = {"valid_from": "0001-01-01T00:00:00Z", "valid_to": "9999-12-31T23:59:59Z"}
    expected = NOT_APPLICABLE if rule in ("VAL-001", "VAL-002") else FAIL
    assert judge(rule, **whole_calendar, **changes_for(rule)).outcome == expected
    last_second = dict.fromkeys(("valid_from", "valid_to"), "9999-12-31T23:59:59Z")
    assert judge(rule, **last_second, **changes_for(rule)).outcome == PASS


@pytest.mark.parametrize("rule", BY_ID)
def test_a_period_that_ends_before_it_begins_has_no_length(rule: str) -> None:
    start = utc(2026, 5, 1)
    for difference in (-SECOND, -MILLISECOND, -4000 * DAY):
        assert valid(rule, start, difference, **changes_for(rule)).outcome == NOT_APPLICABLE
    assert valid(rule, start, timedelta(0), **changes_for(rule)).outcome == PASS


@pytest.mark.parametrize("rule", BY_ID)
def test_nothing_is_judged_without_dates_or_type(rule: str) -> None:
    of_issuer = changes_for(rule)
    assert judge(rule, valid_from=None, **of_issuer) == Verdict(NOT_EVALUATED, "start of validity not reported")
    assert judge(rule, valid_to=None, **of_issuer) == Verdict(NOT_EVALUATED, "end of validity not reported")
    for times in (FOREVER, {"valid_from": at(AS_OF), "valid_to": at(AS_OF + DAY)}):
        for kind in (None, "Something new"):
            untyped = judge(rule, type=kind, **times, **of_issuer)
            assert untyped == Verdict(NOT_EVALUATED, "certificate type not reported")


@pytest.mark.parametrize("rule", BY_ID)
@pytest.mark.parametrize("kind", ["Root", "root", "Intermediate", "CA"])
def test_only_leaves_are_judged(rule: str, kind: str) -> None:
    assert judge(rule, type=kind, **FOREVER, **changes_for(rule)).outcome == NOT_APPLICABLE
    assert judge(rule, type="leaf", **FOREVER, **changes_for(rule)).outcome == FAIL


@pytest.mark.parametrize("rule", OF_PUBLIC_CAS)
def test_the_baseline_requirements_hold_for_public_cas(rule: str) -> None:
    for kind in ("Leaf", None):
        assert judge(rule, type=kind, **FOREVER, issuer=PRIVATE).outcome == NOT_APPLICABLE
    assert judge(rule, **FOREVER, issuer=None) == Verdict(NOT_EVALUATED, "issuer not reported")
    assert judge(rule, **FOREVER, issuer={"name": "X", "organization": "DigiCert Inc"}).outcome == FAIL
    assert judge(rule, **FOREVER, issuer=PRIVATE, lists=Lists(public_cas=("example corp",))).outcome == FAIL
    assert judge(rule, **FOREVER, self_signed=True).outcome == NOT_APPLICABLE


def test_val_003_holds_for_private_cas() -> None:
    assert judge("VAL-003", **FOREVER, issuer=LETS_ENCRYPT).outcome == NOT_APPLICABLE
    assert judge("VAL-003", **FOREVER, issuer=None) == Verdict(NOT_EVALUATED, "issuer not reported")
    assert judge("VAL-003", **FOREVER, issuer=LETS_ENCRYPT, self_signed=True).outcome == FAIL


MOMENTS = st.datetimes(
    min_value=datetime(1950, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(timezone.utc)
).map(lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000))
LENGTHS = st.integers(-(10**9), 4 * 10**9)


@given(st.sampled_from(sorted(BY_ID)), MOMENTS, LENGTHS, LENGTHS)
def test_a_longer_certificate_never_passes_where_a_shorter_one_fails(
    rule: str, start: datetime, first: int, second: int
) -> None:
    shorter, longer = (
        valid(rule, start, seconds * SECOND, **changes_for(rule)).outcome for seconds in sorted((first, second))
    )
    assert shorter != FAIL or longer == FAIL


@given(MOMENTS, st.integers(0, 4 * 10**9))
def test_what_is_within_the_recommendation_is_within_the_maximum(start: datetime, seconds: int) -> None:
    recommended, maximum = (valid(rule, start, seconds * SECOND).outcome for rule in ("VAL-002", "VAL-001"))
    assert recommended != PASS or maximum == PASS
    assert maximum != FAIL or recommended in (FAIL, NOT_APPLICABLE)


@given(MOMENTS, st.integers(0, 4 * 10**9))
def test_val_001_agrees_with_the_formula_of_the_standard(start: datetime, seconds: int) -> None:
    """The formula in whole milliseconds, as it would be written on the API's own fields."""
    days = next(
        (days for until, days in ((date(2020, 9, 1), 825), (date(2026, 3, 15), 398)) if start.date() < until),
        {True: 200, False: 100 if start.date() < date(2029, 3, 15) else 47}[start.date() < date(2027, 3, 15)],
    )
    if start.date() < date(2018, 3, 1):
        return
    expected = FAIL if seconds + 1 > days * 86400 else PASS
    assert valid("VAL-001", start, seconds * SECOND).outcome == expected


JSON: st.SearchStrategy[t.Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
FIELDS = ("type", "valid_from", "valid_to", "issuer", "root_issuer", "self_signed")


@given(st.sampled_from(sorted(BY_ID)), st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_no_json_makes_a_rule_raise(rule: str, junk: dict[str, t.Any]) -> None:
    verdict = judge(rule, **junk)
    assert bool(verdict.message) == (verdict.outcome in (FAIL, NOT_EVALUATED))
    assert judge(rule, **{**dict.fromkeys(FIELDS), **junk, "type": None}).outcome in (NOT_EVALUATED, NOT_APPLICABLE)
