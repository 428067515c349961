# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.community.qualys.plugins.module_utils._match_options import match_options
from ansible_collections.community.qualys.plugins.module_utils._matching import Match, Matcher
from unit.audit.estates import AS_OF, DAY, asset
from unit.audit.matches import UNMATCHED, claiming, interfaces, match_hosts, match_one


def test_addresses_that_too_many_assets_have_are_no_identity() -> None:
    def having(number: int, **told: t.Any) -> list[dict[str, t.Any]]:
        return [asset(each, **{"primary_ip": f"10.9.0.{each}", **told}) for each in range(1, number + 1)]

    for told in ({"primary_ip": "10.0.0.1"}, {"interfaces": interfaces("10.0.0.1", "10.0.0.1")}):
        assert len(match_one(["10.0.0.1"], *having(10, **told)).asset_ids) == 10
        assert match_one(["10.0.0.1"], *having(11, **told)) == UNMATCHED
        assert match_one(["10.0.0.1"], *having(3, **told), shared_above=2) == UNMATCHED
        assert match_one(claiming("10.0.0.1", own=()), *having(11, **told)) == UNMATCHED
        assert match_one(claiming("10.0.0.0/24", own=()), *having(11, **told)) == UNMATCHED
    one = asset(1, "10.0.0.1", interfaces=interfaces("10.0.0.1"))
    assert match_one(["10.0.0.1"], one, shared_above=1).asset_ids == (1,)
    two = [asset(1, "10.0.0.1"), asset(2, "10.9.0.2", interfaces=interfaces("10.0.0.1"))]
    assert match_one(["10.0.0.1"], *two, shared_above=1) == UNMATCHED
    # Another identity of the same host counts all the same.
    assert match_one(["10.0.0.1", "10.9.0.2"], *two, shared_above=1).asset_ids == (2,)


def test_the_addresses_that_were_not_heeded_for_that_are_told() -> None:
    matcher = Matcher(
        {"a": claiming("10.0.0.7", "10.0.1.0/24", own=["10.0.0.1", "10.0.0.2"])}, match_options(shared_above=1)
    )
    for number, address in enumerate(
        ["10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.0.7", "10.0.0.7", "10.0.1.3", "10.0.1.3"]
    ):
        matcher.offer(number, asset(number, address), None)
    assert matcher.shared_addresses() == ["10.0.0.1", "10.0.0.7", "10.0.1.3"]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "0.0.0.0", "224.0.0.251"])
def test_what_is_never_an_identity_stays_so_without_exclusions(address: str) -> None:
    assert match_one([address], asset(primary_ip=address), exclude_addresses=[]) == UNMATCHED


@pytest.mark.parametrize(
    ("excluded", "expected"),
    [
        ([], ("10.0.0.1", "172.17.0.1")),
        (["default"], ("10.0.0.1",)),
        (["10.0.0.0/24"], ("172.17.0.1",)),
        (["::ffff:10.0.0.1/128", "default"], ()),
    ],
)
def test_the_user_says_what_identifies_no_host(excluded: list[str], expected: tuple[str, ...]) -> None:
    for address in ("10.0.0.1", "172.17.0.1"):
        match = match_one([address], asset(primary_ip=address), exclude_addresses=excluded)
        assert match.asset_ids == ((1,) if address in expected else ())


def test_addresses_of_assets_are_translated_to_those_of_hosts() -> None:
    nat = {"203.0.113.0/24": "10.0.0.0/24", "203.0.113.7": "10.0.9.9"}
    assert match_one(["10.0.0.1"], asset(primary_ip="203.0.113.1"), nat=nat).asset_ids == (1,)
    by_interface = asset(primary_ip=None, interfaces=interfaces("203.0.113.1"))
    assert match_one(["10.0.0.1"], by_interface, nat=nat) == Match("interface", "10.0.0.1", (1,), False)
    assert match_one(["10.0.9.9"], asset(primary_ip="203.0.113.7"), nat=nat).asset_ids == (1,)
    assert match_one(["10.0.0.7"], asset(primary_ip="203.0.113.7"), nat=nat) == UNMATCHED
    # The host that has the address of the outside is another one.
    assert match_one(["203.0.113.1"], asset(primary_ip="203.0.113.1"), nat=nat) == UNMATCHED


def test_a_claim_may_name_the_address_outside_or_inside() -> None:
    seen = asset(primary_ip="203.0.113.1")
    for claim in ("203.0.113.1", "10.0.0.1", "203.0.113.0/28", "10.0.0.0/28"):
        assert match_one(claiming(claim, own=()), seen, nat={"203.0.113.1": "10.0.0.1"}).asset_ids == (1,), claim


def test_networks_that_each_see_the_other_translated() -> None:
    nat = {"10.0.0.0/24": "10.1.0.0/24", "10.1.0.0/24": "10.0.0.0/24"}
    hosts = {"a": ["10.0.0.5"], "b": ["10.1.0.5"]}
    matches, unmatched = match_hosts(hosts, [asset(1, "10.0.0.5"), asset(2, "10.1.0.5")], nat=nat)
    assert (matches["a"].asset_ids, matches["b"].asset_ids, unmatched) == ((2,), (1,), [])


def test_assets_that_were_not_found_for_long_are_not_matched_and_counted() -> None:
    limit = (AS_OF - 30 * DAY).isoformat()[:19]
    ages = {1: f"{limit}Z", 2: "2026-05-01T23:59:59.999Z", 3: None, 4: "2020-01-01T00:00:00Z"}
    assert limit == "2026-05-02T00:00:00"
    matcher = Matcher({"web1": ["10.0.0.1", "web1"]}, match_options(asset_max_age_days=30), as_of=AS_OF)
    for number, last_found in ages.items():
        matcher.offer(number, asset(number, name=f"web1.{number}.example"), last_found)
    matcher.offer(5, asset(5, "10.0.0.2"), "2020-01-01T00:00:00Z")
    assert matcher.resolve()["web1"].asset_ids == (1, 3)
    assert matcher.assets_stale == 2


def test_an_asset_that_was_found_again_is_not_stale() -> None:
    old, new = (asset(1, last_found=time) for time in ("2020-01-01T00:00:00Z", "2026-05-31T00:00:00Z"))
    assert match_one(["10.0.0.1"], old, asset_max_age_days=30) == UNMATCHED
    for seen in ([old, new], [new, old]):
        assert match_one(["10.0.0.1"], *seen, asset_max_age_days=30).asset_ids == (1,)


def test_stale_assets_make_nothing_ambiguous_and_nothing_shared() -> None:
    stale = [asset(number, last_found="2020-01-01T00:00:00Z", name=f"web1.{number}.example") for number in range(2, 30)]
    fresh = asset(1, name="web1.example.com")
    for identity, rule in (("10.0.0.1", "primary_ip"), ("web1", "short_name")):
        match = match_one([identity], fresh, *stale, asset_max_age_days=30)
        assert match == Match(rule, identity, (1,), False)
    assert match_one(claiming("10.0.0.0/24", own=()), fresh, *stale, asset_max_age_days=30).asset_ids == (1,)


def test_an_age_needs_a_time_at_which_it_is_measured() -> None:
    with pytest.raises(ValueError, match="no time at which to measure"):
        Matcher({}, match_options(asset_max_age_days=30))


def test_an_asset_is_as_new_as_it_was_under_another_identity() -> None:
    before = asset(1, "10.0.0.9", last_found="2026-05-31T00:00:00Z")
    after = asset(1, "10.0.0.1", last_found="2020-01-01T00:00:00Z")
    for seen in ([before, after], [after, before]):
        assert match_one(["10.0.0.1"], *seen, asset_max_age_days=30).asset_ids == (1,)
        assert match_one(["10.0.0.1"], asset(2, last_found="2026-05-01T00:00:00Z"), *seen, on_ambiguous="newest") == (
            Match("primary_ip", "10.0.0.1", (1,), True)
        )
