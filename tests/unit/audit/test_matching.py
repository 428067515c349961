# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import random
import typing as t
from collections.abc import Iterable, Mapping, Sequence

import pytest
from ansible_collections.community.qualys.plugins.module_utils._addresses import canonical_address, canonical_name
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._matching import (
    MATCH_RULES,
    UNMATCHED,
    AssetId,
    Match,
    Matcher,
    asset_id,
    asset_order,
)
from hypothesis import given
from hypothesis import strategies as st
from unit.audit.estates import asset

Hosts = dict[str, list[str]]


def interfaces(*addresses: str, hostname: str | None = None) -> list[dict[str, str | None]]:
    return [{"hostname": hostname, "address": address} for address in addresses]


def match_hosts(
    hosts: Mapping[str, Sequence[str]],
    assets: Iterable[Mapping[str, t.Any]],
    match_on: Sequence[str] = MATCH_RULES,
    on_ambiguous: str = "all",
) -> tuple[dict[str, Match], list[AssetId]]:
    """Return the match of every host, and the sorted ids of the assets of no host."""
    matcher = Matcher(hosts, match_on, on_ambiguous)
    offered: set[AssetId] = set()
    for told in assets:
        identifier = asset_id(told)
        if identifier is not None:
            offered.add(identifier)
            matcher.offer(identifier, told, told.get("last_found"))
    matches = matcher.resolve()
    offered.difference_update(*(match.asset_ids for match in matches.values()))
    return matches, sorted(offered, key=asset_order)


def match_one(identities: list[str], *assets: dict[str, t.Any], **options: t.Any) -> Match:
    matches, _unmatched = match_hosts({"web1": identities}, assets, **options)
    return matches["web1"]


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


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"match_on": ["fqdn", "fdqn"]}, "match_on names 'fdqn'"),
        ({"match_on": []}, "match_on names no rule"),
        ({"on_ambiguous": "any"}, "on_ambiguous is 'any'.*all, newest, skip, fail"),
    ],
)
def test_unknown_options_are_refused(options: dict[str, t.Any], words: str) -> None:
    with pytest.raises(CertViewError, match=words) as caught:
        match_hosts({}, [], **options)
    assert caught.value.kind == "options"


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


LABELS = st.sampled_from(["web1", "web2", "averylongnameofahost", "averylongnameofothers"])
NAMES = st.one_of(LABELS, st.builds("{}.{}".format, LABELS, st.sampled_from(["a.example", "b.example"])))
ADDRESSES = st.sampled_from(["10.0.0.1", "10.0.0.2", "127.0.0.1", "2001:db8::1", "2001:db8::2", "51.124.XX.247"])
IDENTITIES = st.lists(st.one_of(ADDRESSES, NAMES), max_size=3)
ASSETS = st.lists(
    st.builds(
        asset,
        st.integers(1, 4),
        st.none() | ADDRESSES,
        name=st.none() | NAMES | ADDRESSES,
        netbios_name=st.none() | LABELS.map(lambda label: label[:15].upper()),
        interfaces=st.none() | st.lists(st.fixed_dictionaries({"hostname": st.none() | NAMES, "address": ADDRESSES})),
        last_found=st.sampled_from([None, "2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z"]),
    ),
    max_size=6,
)
HOSTS = st.dictionaries(st.sampled_from("abcd"), IDENTITIES)
CHOICES = st.sampled_from(["all", "newest", "skip"])


@given(HOSTS, ASSETS, CHOICES, st.randoms(use_true_random=False))
def test_the_order_of_hosts_and_assets_does_not_matter(
    hosts: Hosts, assets: list[dict[str, t.Any]], choice: str, shuffler: random.Random
) -> None:
    other_assets, other_hosts = assets[:], list(hosts.items())
    shuffler.shuffle(other_assets)
    shuffler.shuffle(other_hosts)
    assert match_hosts(hosts, assets, on_ambiguous=choice) == match_hosts(
        dict(other_hosts), other_assets, on_ambiguous=choice
    )


def respelled(identity: str | None) -> str | None:
    if identity is None or "XX" in identity:
        return identity
    if ":" in identity:
        return f"[{identity.replace('::', ':0:0:0:0:0:').upper()}]"
    return f"::ffff:{identity}" if canonical_address(identity) else f" {identity.upper()}."


@given(HOSTS, ASSETS, CHOICES)
def test_the_spelling_of_identities_does_not_matter(hosts: Hosts, assets: list[dict[str, t.Any]], choice: str) -> None:
    other_hosts = {host: [respelled(identity) or "" for identity in identities] for host, identities in hosts.items()}
    other_assets = [
        {
            **seen,
            "primary_ip": respelled(seen["primary_ip"]),
            "name": respelled(seen["name"]),
            "interfaces": [
                {"hostname": respelled(each["hostname"]), "address": respelled(each["address"])}
                for each in seen["interfaces"] or ()
            ],
        }
        for seen in assets
    ]
    assert match_hosts(hosts, assets, on_ambiguous=choice) == match_hosts(
        other_hosts, other_assets, on_ambiguous=choice
    )


def identities_of(seen: dict[str, t.Any]) -> set[str | None]:
    """Everything that an asset is known by, also in short."""
    texts = [seen["primary_ip"], seen["name"], seen["netbios_name"]]
    for each in seen["interfaces"] or ():
        texts += [each["hostname"], each["address"]]
    return known_by(texts)


def known_by(texts: list[t.Any]) -> set[str | None]:
    names = {canonical_name(text) for text in texts}
    labels = {name.partition(".")[0] for name in names if name}
    return {canonical_address(text) for text in texts} | names | labels | {label[:15] for label in labels}


@given(HOSTS, ASSETS)
def test_no_host_gains_an_asset_with_which_it_shares_no_identity(hosts: Hosts, assets: list[dict[str, t.Any]]) -> None:
    matches, unmatched = match_hosts(hosts, assets)
    for host, match in matches.items():
        for identifier in match.asset_ids:
            of_asset = set().union(*(identities_of(seen) for seen in assets if seen["id"] == identifier))
            assert of_asset & known_by(hosts[host]) - {None, "127.0.0.1"}
    matched = {identifier for match in matches.values() for identifier in match.asset_ids}
    assert matched | set(unmatched) == {seen["id"] for seen in assets}
    assert not matched & set(unmatched)


def test_the_most_telling_of_several_names_of_one_asset_is_named() -> None:
    known_twice = asset(interfaces=interfaces("10.0.0.8", "10.0.0.9"))
    assert match_one(["10.0.0.8", "10.0.0.9"], known_twice).value == "10.0.0.8"
    assert match_one(["10.0.0.9", "10.0.0.8"], known_twice).value == "10.0.0.9"
