# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.community.qualys.plugins.module_utils._matching import Match, Matcher
from unit.audit.estates import asset
from unit.audit.matches import UNMATCHED, claiming, interfaces, match_hosts, match_one

VIP = "203.0.113.18"


@pytest.mark.parametrize(
    ("claim", "seen"),
    [
        (VIP, asset(7, VIP)),
        (f" ::ffff:{VIP} ", asset(7, VIP)),
        (VIP, asset(7, None, interfaces=interfaces("198.51.100.1", VIP))),
        ("203.0.113.16/28", asset(7, VIP)),
        ("203.0.113.16/255.255.255.240", asset(7, VIP)),
        ("203.0.113.16/28", asset(7, None, interfaces=interfaces(VIP))),
        ("2001:db8:1::/64", asset(7, "2001:0DB8:1::25")),
        ("shop.example.com", asset(7, VIP, name="Shop.Example.COM")),
        ("shop", asset(7, VIP, name="shop.example.com")),
        ("shop.example.com", asset(7, VIP, name="SHOP")),
        ("shop", asset(7, VIP, netbios_name="SHOP")),
    ],
)
def test_a_claim_adds_assets(claim: str, seen: dict[str, t.Any]) -> None:
    value = {" ::ffff:203.0.113.18 ": VIP, "203.0.113.16/255.255.255.240": "203.0.113.16/28"}.get(claim, claim)
    assert match_one(claiming(claim), seen) == Match("alias", value, (7,), False)
    assert match_one(claiming(claim), seen, asset(1)) == Match("primary_ip", "10.0.0.1", (1, 7), False)
    assert match_one(claiming(claim), seen, asset(1), on_ambiguous="fail").asset_ids == (1, 7)


@pytest.mark.parametrize(
    ("claim", "seen"),
    [
        ("203.0.113.17/28", asset(7, VIP)),
        ("203.0.113.32/28", asset(7, VIP)),
        ("0.0.0.0/0", asset(7, VIP)),
        ("51.124.XX.247", asset(7, "51.124.XX.247")),
        ("127.0.0.0/8", asset(7, "127.0.0.1")),
        ("172.16.0.0/12", asset(7, None, interfaces=interfaces("172.17.0.1"))),
        ("shop.a.example", asset(7, VIP, name="shop.b.example")),
    ],
)
def test_what_a_claim_does_not_bring(claim: str, seen: dict[str, t.Any]) -> None:
    assert match_one(claiming(claim), seen) == UNMATCHED


def test_a_short_claim_that_several_assets_answer_to_brings_none_of_them() -> None:
    assert (
        match_one(claiming("shop"), asset(7, VIP, name="shop.a.example"), asset(8, VIP, name="shop.b.example"))
        == UNMATCHED
    )


@pytest.mark.parametrize(("choice", "expected"), [("all", (1, 2, 7)), ("newest", (2, 7)), ("skip", (7,))])
def test_claims_are_neither_counted_nor_left_out_where_own_identities_are_ambiguous(
    choice: str, expected: tuple[int, ...]
) -> None:
    match = match_one(claiming(VIP), asset(1), asset(2), asset(7, VIP), on_ambiguous=choice)
    assert match == Match("primary_ip", "10.0.0.1", expected, True)


def test_several_claims_are_not_ambiguous_and_the_first_that_found_something_is_named() -> None:
    match = match_one(claiming("192.0.2.1", "203.0.113.16/28"), asset(7, VIP), asset(8, "203.0.113.19"))
    assert match == Match("alias", "203.0.113.16/28", (7, 8), False)


def test_a_claim_takes_nothing_from_other_hosts() -> None:
    """Not the asset, and not the short name that only one host may have."""
    for identity in ("10.0.0.1", "web1"):
        seen = asset(1, name="web1.example.com")
        without, _unmatched = match_hosts({"web1": [identity], "lb": []}, [seen])
        matches, _unmatched = match_hosts({"web1": [identity], "lb": claiming(identity, own=())}, [seen])
        assert matches["web1"] == without["web1"]
        assert matches["web1"].asset_ids == matches["lb"].asset_ids == (1,)


def test_a_claim_counts_whatever_rules_are_chosen() -> None:
    assert match_one(claiming(VIP), asset(1), asset(7, VIP), match_on=["fqdn"]) == Match("alias", VIP, (7,), False)


def test_virtual_addresses_of_no_host_are_told_as_assets_without_host() -> None:
    assets = [asset(1), asset(7, VIP), asset(8, "203.0.113.19")]
    assert match_hosts({"lb": claiming(VIP)}, assets)[1] == [8]
    assert match_hosts({"lb": claiming()}, assets)[1] == [7, 8]


def test_what_was_tried_is_told_in_order_and_claims_last() -> None:
    tried = [
        "Web1.example.com",
        "10.0.0.1/24",
        "127.0.0.1",
        "51.124.XX.247",
        "::FFFF:10.0.0.2",
        "10.0.0.1",
        "localhost",
    ]
    matcher = Matcher({"web1": claiming("203.0.113.16/28", "web1.example.com", "10.0.0.9/28", own=tried), "db1": []})
    matches = matcher.resolve()
    assert matches["web1"].candidates_tried == (
        *("web1.example.com", "10.0.0.1", "10.0.0.2", "203.0.113.16/28", "10.0.0.9"),
    )
    assert matches["db1"].candidates_tried == ()
