# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.community.qualys.plugins.module_utils._asset_ids import asset_id
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._matching import Match, Matcher
from unit.audit.estates import asset
from unit.audit.matches import UNMATCHED, interfaces, match_hosts, match_one


@pytest.mark.parametrize(
    ("identities", "seen", "rule", "value"),
    [
        (["10.0.0.1"], asset(primary_ip="10.0.0.1/24"), "primary_ip", "10.0.0.1"),
        (["::FFFF:10.0.0.1"], asset(primary_ip="10.0.0.1"), "primary_ip", "10.0.0.1"),
        (["10.0.0.9"], asset(interfaces=interfaces("10.0.0.8", "10.0.0.9")), "interface", "10.0.0.9"),
        (["Web1.example.com."], asset(name="WEB1.EXAMPLE.COM"), "fqdn", "web1.example.com"),
        (
            ["web1.example.com"],
            asset(interfaces=interfaces("10.0.0.8", hostname="web1.example.com")),
            "fqdn",
            "web1.example.com",
        ),
        (["web1"], asset(name="web1.example.com"), "short_name", "web1"),
        (["web1.example.com"], asset(name="WEB1"), "short_name", "web1"),
        (["web1"], asset(name="web1"), "short_name", "web1"),
        (["web1.example.com"], asset(netbios_name="WEB1"), "netbios", "web1"),
        (["averylongnameofahost.example.com"], asset(netbios_name="AVERYLONGNAMEOF"), "netbios", "averylongnameof"),
    ],
)
def test_each_rule_finds_its_asset(identities: list[str], seen: dict[str, t.Any], rule: str, value: str) -> None:
    assert match_one(identities, seen) == Match(rule, value, (1,), False)


@pytest.mark.parametrize(
    ("identities", "seen"),
    [
        (["10.0.0.2"], asset()),
        ([], asset()),
        (["127.0.0.1", "::1", "localhost"], asset(primary_ip="127.0.0.1", name="localhost")),
        (["172.17.0.1"], asset(interfaces=interfaces("172.17.0.1"))),
        (["51.124.XX.247"], asset(primary_ip="51.124.XX.247", name="51.124.XX.247")),
        (["UNKNOWN"], asset(name="UNKNOWN", netbios_name="UNKNOWN")),
        (["web1.prod.example.com"], asset(name="web1.dev.example.com")),
        (["web1", "web1.prod.example.com"], asset(name="web1.dev.example.com")),
        (["www.example.com"], asset(instances=[{"port": 443, "protocol": "tcp", "fqdn": "www.example.com"}])),
    ],
)
def test_what_is_no_shared_identity(identities: list[str], seen: dict[str, t.Any]) -> None:
    assert match_one(identities, seen) == UNMATCHED


def test_short_names_and_netbios_names_must_be_unique_among_assets() -> None:
    assert match_one(["web1"], asset(1, name="web1.a.example"), asset(2, name="web1.b.example")) == UNMATCHED
    assert match_one(["web1"], asset(1, netbios_name="WEB1"), asset(2, netbios_name="WEB1")) == UNMATCHED


def test_short_names_and_netbios_names_must_be_unique_among_hosts() -> None:
    hosts = {"web1.a.example": ["web1.a.example"], "web1.b.example": ["web1.b.example"]}
    for seen in (asset(name="web1"), asset(netbios_name="WEB1")):
        matches, unmatched = match_hosts(hosts, [seen])
        assert set(matches.values()) == {UNMATCHED}
        assert unmatched == [1]


def test_the_first_rule_that_hits_decides() -> None:
    by_address = asset(1, primary_ip="10.0.0.1")
    by_interface = asset(2, primary_ip=None, interfaces=interfaces("10.0.0.1"))
    by_name = asset(3, primary_ip=None, name="web1.example.com")
    identities = ["web1.example.com", "10.0.0.1"]
    assert match_one(identities, by_name, by_interface, by_address).asset_ids == (1,)
    assert match_one(identities, by_name, by_interface).asset_ids == (2,)
    assert match_one(identities, by_name, by_interface, by_address, match_on=["fqdn", "primary_ip"]).asset_ids == (3,)
    assert match_one(identities, by_interface, by_address, match_on=["fqdn"]) == UNMATCHED


def test_the_most_telling_identity_is_named() -> None:
    both = [asset(1, primary_ip="10.0.0.1"), asset(2, primary_ip="10.0.0.2")]
    assert match_one(["10.0.0.2", "10.0.0.1"], *both) == Match("primary_ip", "10.0.0.2", (1, 2), True)


def test_hosts_may_share_an_asset() -> None:
    matches, unmatched = match_hosts({"a": ["10.0.0.1"], "b": ["10.0.0.1"]}, [asset(), asset(2, "10.0.0.2")])
    assert matches["a"] == matches["b"] == Match("primary_ip", "10.0.0.1", (1,), False)
    assert unmatched == [2]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [("all", (3, 7, "uuid-x")), ("newest", (7,)), ("skip", ())],
)
def test_several_assets_with_one_address(choice: str, expected: tuple[object, ...]) -> None:
    assets = [
        asset("uuid-x", last_found="2026-05-01T00:00:00Z"),
        asset(3, last_found=None),
        asset(7, last_found="2026-05-01T00:00:00.001Z"),
    ]
    for order in (assets, assets[::-1]):
        matches, unmatched = match_hosts({"web1": ["10.0.0.1"]}, order, on_ambiguous=choice)
        assert matches["web1"] == Match("primary_ip", "10.0.0.1", expected, True)
        assert set(unmatched) == {3, 7, "uuid-x"} - set(expected)


def test_the_newest_of_equally_new_assets_is_the_higher_id() -> None:
    assert match_one(["10.0.0.1"], asset(8), asset(30), on_ambiguous="newest").asset_ids == (30,)


def test_an_asset_is_as_new_as_its_newest_certificate() -> None:
    sightings = [
        asset(1, last_found="2026-05-03T00:00:00Z"),
        asset(2, last_found="2026-05-02T00:00:00Z"),
        asset(1, last_found="2026-05-01T00:00:00Z"),
    ]
    assert match_one(["10.0.0.1"], *sightings, on_ambiguous="newest").asset_ids == (1,)


def test_fail_names_the_host_and_the_assets() -> None:
    assets = [asset(5), asset(6)]
    with pytest.raises(CertViewError, match=r"host 'web1' matches assets 5, 6 by primary_ip 10\.0\.0\.1\.") as caught:
        match_one(["10.0.0.1"], *assets, on_ambiguous="fail")
    assert caught.value.kind == "ambiguous"
    hosts = {"b": ["10.0.0.1"], "a": ["10.0.0.1"], "c": ["10.0.0.1"]}
    with pytest.raises(CertViewError, match=r"host 'a' .* and 2 more hosts"):
        match_hosts(hosts, assets, on_ambiguous="fail")
    assert match_one(["10.0.0.1"], asset(5), on_ambiguous="fail").asset_ids == (5,)


def test_what_identifies_an_asset() -> None:
    assert asset_id(asset(7)) == 7
    assert asset_id(asset("", uuid="u")) == "u"
    assert asset_id(asset(None, uuid=None)) == "10.0.0.1"  # type: ignore[arg-type]
    nothing = {"id": None, "uuid": None, "primary_ip": None, "name": None}
    assert asset_id(nothing) is None
    assert match_hosts({"web1": ["10.0.0.1"]}, [{**nothing, "interfaces": interfaces("10.0.0.1")}]) == (
        {"web1": UNMATCHED},
        [],
    )


def test_an_asset_whose_primary_address_came_late_still_matches() -> None:
    for late in (None, "51.124.XX.247"):
        assert match_one(["10.0.0.1"], asset(primary_ip=late), asset()).asset_ids == (1,)
    matcher = Matcher({"web1": ["10.0.0.1"]})
    assert matcher.offer(1, asset(primary_ip=None), None)
    assert not matcher.offer(2, asset(2, "10.0.0.2"), None)


def test_the_most_telling_of_several_names_of_one_asset_is_named() -> None:
    known_twice = asset(interfaces=interfaces("10.0.0.8", "10.0.0.9"))
    assert match_one(["10.0.0.8", "10.0.0.9"], known_twice).value == "10.0.0.8"
    assert match_one(["10.0.0.9", "10.0.0.8"], known_twice).value == "10.0.0.9"


NEWER, OLDER = "2026-05-02T00:00:00Z", "2026-05-01T00:00:00Z"


@pytest.mark.parametrize(
    ("names", "older", "newer"),
    [
        (["web1.example.com"], {"name": "web1.example.com"}, {}),
        (["web1.example.com"], {"name": "web1.example.com"}, {"name": "web1"}),
        (["web1"], {"name": "web1.example.com"}, {"name": "db1.example.com"}),
        (["web1.example.com"], {"netbios_name": "WEB1"}, {"netbios_name": "DB1"}),
        (
            ["web1.example.com"],
            {"interfaces": interfaces("10.0.0.3", hostname="web1")},
            {"name": "web1.example.org"},
        ),
    ],
)
def test_of_several_assets_the_one_that_a_name_confirms_is_preferred_to_a_newer_one(
    names: list[str], older: dict[str, t.Any], newer: dict[str, t.Any]
) -> None:
    assets = [asset(1, last_found=OLDER, **older), asset(2, last_found=NEWER, **newer)]
    assert match_one(["10.0.0.1", *names], *assets, on_ambiguous="newest") == Match(
        "primary_ip", "10.0.0.1", (1,), True
    )
    assert match_one(["10.0.0.1", "other"], *assets, on_ambiguous="newest").asset_ids == (2,)
