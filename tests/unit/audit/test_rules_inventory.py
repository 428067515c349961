# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the rules on the inventory itself say."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest
from ansible_collections.community.qualys.plugins.module_utils._rules.inventory import RULES
from ansible_collections.community.qualys.plugins.module_utils._rules.model import (
    FAIL,
    NOT_APPLICABLE,
    NOT_EVALUATED,
    PASS,
    Context,
    Host,
    Lists,
    Subject,
    Thresholds,
    Verdict,
    subject_of,
)
from hypothesis import given
from hypothesis import strategies as st
from unit.audit.estates import AS_OF, DAY, SECOND, at, record

BY_ID = {rule.id: rule for rule in RULES}
CONTEXT = Context(AS_OF)
MILLISECOND = timedelta(milliseconds=1)


def of_record(rule: str, context: Context = CONTEXT, **changes: t.Any) -> Verdict:
    return BY_ID[rule].judge(subject_of(record(**changes), context))


def of_asset(rule: str, context: Context = CONTEXT, **asset: t.Any) -> Verdict:
    return BY_ID[rule].judge(Subject(context, asset=asset))


@pytest.mark.parametrize(
    ("ago", "outcome"),
    [
        (30 * DAY - SECOND, PASS),
        (30 * DAY, PASS),
        (30 * DAY + MILLISECOND, FAIL),
        (30 * DAY + SECOND, FAIL),
        (timedelta(0), PASS),
        # Clocks differ: it was found just now.
        (-DAY, PASS),
    ],
)
def test_inv_001_is_stale_after_so_many_days(ago: timedelta, outcome: str) -> None:
    assert of_record("INV-001", last_found=at(AS_OF - ago)).outcome == outcome


def test_inv_001_tells_the_figures() -> None:
    assert of_record("INV-001", last_found="2026-04-17T12:00:00Z") == Verdict(
        FAIL, "last found 44.5 days ago, on 2026-04-17T12:00:00Z; the limit is 30 days"
    )
    patient = Context(AS_OF, Thresholds(stale_days=44.5))
    assert of_record("INV-001", patient, last_found="2026-04-17T12:00:00Z").outcome == PASS


@pytest.mark.parametrize("told", [None, "", "yesterday", "2026-02-30T00:00:00Z", [], {}, True])
def test_inv_001_is_not_judged_without_a_time(told: object) -> None:
    assert of_record("INV-001", last_found=told) == Verdict(
        NOT_EVALUATED, "time at which it was last found not reported"
    )


def test_inv_002_names_the_asset() -> None:
    assert of_asset("INV-002", id=7, name="vip1") == Verdict(FAIL, "asset vip1 with id 7 is no host of the inventory")
    assert of_asset("INV-002", id=7, name=None).message == "asset 7 is no host of the inventory"
    assert of_asset("INV-002").message == "asset without a name is no host of the inventory"
    assert BY_ID["INV-002"].judge(Subject(CONTEXT)).outcome == NOT_EVALUATED


def test_inv_003_names_the_host() -> None:
    judge = BY_ID["INV-003"].judge
    assert judge(Subject(CONTEXT, host=Host("web1", is_matched=True))).outcome == PASS
    assert judge(Subject(CONTEXT, host=Host("web1", is_matched=False))) == Verdict(
        FAIL, "host web1 is no asset that CertView knows a certificate of"
    )
    assert judge(Subject(CONTEXT)).outcome == NOT_EVALUATED


@pytest.mark.parametrize(
    ("assets", "instances", "outcome"),
    [
        (0, 0, FAIL),
        (0, 2, FAIL),
        (0, None, FAIL),
        # On assets that the answer did not list: a scope leaves them out, or there are too many.
        (2, 0, PASS),
        (None, 0, FAIL),
        (1, 1, PASS),
        (None, 1, PASS),
        (1, None, PASS),
        (None, None, NOT_EVALUATED),
        (False, False, NOT_EVALUATED),
        (-1, -1, NOT_EVALUATED),
        ("0", "0", NOT_EVALUATED),
    ],
)
def test_inv_004_counts(assets: object, instances: object, outcome: str) -> None:
    assert of_record("INV-004", asset_count=assets, instance_count=instances).outcome == outcome


def test_inv_004_tells_the_counts() -> None:
    assert of_record("INV-004", asset_count=0, instance_count=0).message == "found on 0 assets"
    assert of_record("INV-004", asset_count=None, instance_count=0).message == "found on 0 instances"
    assert of_record("INV-004").message == "number of assets not reported"


@pytest.mark.parametrize(
    ("tags", "outcome"),
    [
        (("Owner: web team",), PASS),
        (("linux", " OWNER-7 "), PASS),
        (("owner",), PASS),
        (("linux", "downer", "the owner"), FAIL),
        (("own",), FAIL),
        ((), FAIL),
        (None, NOT_EVALUATED),
        ("owner", NOT_EVALUATED),
        ((None, 7, {}), FAIL),
    ],
)
def test_inv_005_looks_for_a_tag_of_the_owner(tags: object, outcome: str) -> None:
    assert of_asset("INV-005", tags=tags).outcome == outcome


def test_inv_005_goes_by_the_prefixes_of_the_policy() -> None:
    ours = Context(AS_OF, lists=Lists(owner_tag_prefixes=("Team/", "Betreuer")))
    assert of_asset("INV-005", ours, tags=("team/web",)).outcome == PASS
    assert of_asset("INV-005", ours, tags=("BETREUER: x",)).outcome == PASS
    assert of_asset("INV-005", ours, tags=("owner: x", "y")).message == (
        "none of 2 asset tags begins with team/ or betreuer"
    )
    for nothing in ((), ("",)):
        without = Context(AS_OF, lists=Lists(owner_tag_prefixes=nothing))
        assert of_asset("INV-005", without, tags=()).outcome == NOT_APPLICABLE


JSON: st.SearchStrategy[t.Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.dictionaries(st.sampled_from(("last_found", "asset_count", "instance_count")), JSON),
    st.none() | st.dictionaries(st.sampled_from(("id", "name", "tags")), JSON),
)
def test_no_json_makes_a_rule_raise(junk: dict[str, t.Any], asset: dict[str, t.Any] | None) -> None:
    for rule in RULES:
        verdict = rule.judge(subject_of(record(**junk), CONTEXT)._replace(asset=asset))
        assert bool(verdict.message) == (verdict.outcome in (FAIL, NOT_EVALUATED))


@given(st.integers(-100, 100), st.integers(-100, 100))
def test_inv_001_what_is_stale_stays_so(first: int, second: int) -> None:
    newer, older = (of_record("INV-001", last_found=at(AS_OF - days * DAY)).outcome for days in sorted((first, second)))
    assert newer != FAIL or older == FAIL
