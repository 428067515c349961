# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for whatever hosts and assets there are."""

from __future__ import annotations

import random
import typing as t

from ansible_collections.community.qualys.plugins.module_utils._addresses import (
    canonical_address,
    canonical_name,
    canonical_range,
)
from ansible_collections.community.qualys.plugins.module_utils._matching import Identities, Match
from ansible_collections.community.qualys.plugins.module_utils._networks import NetworkMap, Translation
from hypothesis import given
from hypothesis import strategies as st
from unit.audit.estates import asset
from unit.audit.matches import match_hosts

Hosts = dict[str, Identities]
Asset = dict[str, t.Any]

LABELS = st.sampled_from(["web1", "web2", "averylongnameofahost", "averylongnameofothers"])
NAMES = st.one_of(LABELS, st.builds("{}.{}".format, LABELS, st.sampled_from(["a.example", "b.example"])))
ADDRESSES = st.sampled_from(
    ["10.0.0.1", "10.0.0.2", "10.0.1.1", "127.0.0.1", "172.17.0.1", "2001:db8::1", "2001:db8::2", "51.124.XX.247"]
)
NETWORKS = st.sampled_from(
    ["10.0.0.0/24", "10.0.0.0/16", "10.0.0.2/31", "127.0.0.0/8", "2001:db8::/64", "172.16.0.0/12"]
)
CLAIMS = st.lists(st.one_of(ADDRESSES, NETWORKS, NAMES), max_size=2).map(tuple)
IDENTITIES = st.builds(Identities, st.lists(st.one_of(ADDRESSES, NAMES), max_size=3).map(tuple), CLAIMS)
TIMES = st.sampled_from([None, "2020-01-01T00:00:00Z", "2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z"])
ASSETS = st.lists(
    st.builds(
        asset,
        st.integers(1, 5),
        st.none() | ADDRESSES,
        name=st.none() | NAMES | ADDRESSES,
        netbios_name=st.none() | LABELS.map(lambda label: label[:15].upper()),
        interfaces=st.none() | st.lists(st.fixed_dictionaries({"hostname": st.none() | NAMES, "address": ADDRESSES})),
        last_found=TIMES,
    ),
    max_size=6,
)
HOSTS = st.dictionaries(st.sampled_from("abcd"), IDENTITIES)
NAT = st.dictionaries(
    st.sampled_from(["10.0.0.1", "10.0.0.0/24", "10.0.1.0/24", "2001:db8::1"]), st.just(""), max_size=3
).map(lambda given: {outside: "10.9.9.0/24" if "/" in outside else "10.0.0.2" for outside in given})
OPTIONS = st.fixed_dictionaries(
    {
        "on_ambiguous": st.sampled_from(["all", "newest", "skip"]),
        "shared_above": st.sampled_from([1, 2, 10]),
        "exclude_addresses": st.sampled_from([["default"], [], ["10.0.0.1"], ["default", "10.0.0.0/24"]]),
        "nat": NAT,
        "asset_max_age_days": st.none() | st.just(60),
    }
)


def replaced(seen: Asset, spell: t.Callable[[t.Any], t.Any]) -> Asset:
    """Return an asset in which *spell* has written every address and name."""
    return {
        **seen,
        "primary_ip": spell(seen["primary_ip"]),
        "name": spell(seen["name"]),
        "interfaces": [
            {"hostname": spell(each["hostname"]), "address": spell(each["address"])}
            for each in seen["interfaces"] or ()
        ],
    }


@given(HOSTS, ASSETS, OPTIONS, st.randoms(use_true_random=False))
def test_the_order_of_hosts_and_assets_does_not_matter(
    hosts: Hosts, assets: list[Asset], options: dict[str, t.Any], shuffler: random.Random
) -> None:
    other_assets, other_hosts = assets[:], list(hosts.items())
    shuffler.shuffle(other_assets)
    shuffler.shuffle(other_hosts)
    assert match_hosts(hosts, assets, **options) == match_hosts(dict(other_hosts), other_assets, **options)


@given(HOSTS, ASSETS, OPTIONS, st.randoms(use_true_random=False))
def test_the_spelling_of_identities_does_not_matter(
    hosts: Hosts, assets: list[Asset], options: dict[str, t.Any], chooser: random.Random
) -> None:
    def respelt(identity: t.Any) -> t.Any:
        return chooser.choice(spellings(identity))

    other_hosts = {host: Identities(*(tuple(map(respelt, some)) for some in known)) for host, known in hosts.items()}
    other_options = {
        **options,
        "exclude_addresses": [
            entry if entry == "default" else respelt(entry) for entry in options["exclude_addresses"]
        ],
        "nat": {respelt(outside): respelt(inside) for outside, inside in options["nat"].items()},
    }
    assert match_hosts(hosts, assets, **options) == match_hosts(
        other_hosts, [replaced(seen, respelt) for seen in assets], **other_options
    )


def spellings(identity: t.Any) -> list[t.Any]:
    """Every way in which this identity is written somewhere."""
    if identity is None or "XX" in identity:
        return [identity]
    address, slash, length = identity.partition("/")
    if slash:
        long = address.replace("::", ":0:0:0:0:0:0").upper()
        return [f"{long}/{length}", f" [{identity}] "] + [f"::ffff:{address}/{96 + int(length)}"] * (":" not in address)
    if ":" in identity:
        exploded = identity.replace("::", ":0000:0000:0000:0000:0000:000")
        return [identity, exploded, exploded.upper(), f"[{identity}]", f"{identity}%eth0", f"{identity}/64"]
    if canonical_address(identity):
        return [identity, f"::ffff:{identity}", f" {identity} ", f"{identity}/32", f"[{identity}]"]
    return [identity, identity.upper(), f" {identity}.", identity.title()]


def known_by(texts: t.Iterable[t.Any]) -> set[str]:
    """Everything that these texts can be meant by, also in short."""
    known = set()
    for text in texts:
        address, name = canonical_address(text), canonical_name(text)
        if address is not None:
            known.add(address)
        if name is not None:
            label = name.partition(".")[0]
            known |= {name, label, label[:15]}
    return known


def told_of(seen: Asset) -> list[t.Any]:
    texts = [seen["primary_ip"], seen["name"], seen["netbios_name"]]
    for each in seen["interfaces"] or ():
        texts += [each["hostname"], each["address"]]
    return texts


def is_claimed(identities: Identities, of_asset: set[str]) -> bool:
    networks = {found: True for found in map(canonical_range, identities.claimed) if found}
    addresses = (text for text in of_asset if canonical_address(text))
    return any(NetworkMap(networks).holding(address) for address in addresses)


@given(HOSTS, ASSETS, OPTIONS)
def test_no_host_gains_an_asset_with_which_it_shares_no_identity(
    hosts: Hosts, assets: list[Asset], options: dict[str, t.Any]
) -> None:
    matches, unmatched = match_hosts(hosts, assets, **options)
    nat = Translation(options["nat"])
    for host, match in matches.items():
        for identifier in match.asset_ids:
            told = known_by(text for seen in assets if seen["id"] == identifier for text in told_of(seen))
            told |= {nat.inside(text) for text in told if canonical_address(text)}
            told -= {"127.0.0.1"}
            assert told & known_by((*hosts[host].own, *hosts[host].claimed)) or is_claimed(hosts[host], told)
    matched = {identifier for match in matches.values() for identifier in match.asset_ids}
    assert matched | set(unmatched) == {seen["id"] for seen in assets}
    assert not matched & set(unmatched)


@given(HOSTS, ASSETS)
def test_a_host_has_every_asset_with_its_primary_address(hosts: Hosts, assets: list[Asset]) -> None:
    matches, _unmatched = match_hosts(hosts, assets, exclude_addresses=[])
    for host, match in matches.items():
        own = {canonical_address(identity) for identity in hosts[host].own} - {None, "127.0.0.1"}
        expected = {seen["id"] for seen in assets if canonical_address(seen["primary_ip"]) in own}
        assert expected <= set(match.asset_ids)
        assert (match.rule == "primary_ip") == bool(expected)


@given(HOSTS, ASSETS, OPTIONS)
def test_claims_only_add(hosts: Hosts, assets: list[Asset], options: dict[str, t.Any]) -> None:
    with_claims, unmatched = match_hosts(hosts, assets, **options)
    without, unmatched_without = match_hosts(
        {host: known._replace(claimed=()) for host, known in hosts.items()}, assets, **options
    )
    assert set(unmatched) <= set(unmatched_without)
    for host, match in with_claims.items():
        assert set(without[host].asset_ids) <= set(match.asset_ids)
        assert match.ambiguous == without[host].ambiguous
        if without[host].rule is not None:
            assert (match.rule, match.value) == (without[host].rule, without[host].value)
        else:
            assert match.rule in (None, "alias")


@given(HOSTS, ASSETS, OPTIONS, st.sampled_from("abcd"))
def test_what_one_host_claims_changes_no_other(
    hosts: Hosts, assets: list[Asset], options: dict[str, t.Any], one: str
) -> None:
    others = {host: known._replace(claimed=()) if host == one else known for host, known in hosts.items()}
    matches, _unmatched = match_hosts(hosts, assets, **options)
    without, _unmatched = match_hosts(others, assets, **options)
    assert {host: match for host, match in matches.items() if host != one} == {
        host: match for host, match in without.items() if host != one
    }


@given(HOSTS, ASSETS, OPTIONS)
def test_a_translation_is_the_same_as_an_estate_that_was_scanned_from_inside(
    hosts: Hosts, assets: list[Asset], options: dict[str, t.Any]
) -> None:
    hosts = {host: known._replace(claimed=()) for host, known in hosts.items()}
    nat = Translation(options["nat"])

    def from_inside(text: t.Any) -> t.Any:
        address = canonical_address(text)
        return text if address is None else nat.inside(address)

    inside = [
        {
            **seen,
            "primary_ip": from_inside(seen["primary_ip"]),
            "interfaces": [{**each, "address": from_inside(each["address"])} for each in seen["interfaces"] or ()],
        }
        for seen in assets
    ]
    assert match_hosts(hosts, assets, **options) == match_hosts(hosts, inside, **{**options, "nat": {}})


@given(HOSTS, ASSETS, OPTIONS)
def test_one_choice_narrows_another(hosts: Hosts, assets: list[Asset], options: dict[str, t.Any]) -> None:
    hosts = {host: known._replace(claimed=()) for host, known in hosts.items()}

    def by(choice: str) -> dict[str, Match]:
        return match_hosts(hosts, assets, **{**options, "on_ambiguous": choice})[0]

    everything, newest, nothing = by("all"), by("newest"), by("skip")
    for host, match in everything.items():
        assert match.ambiguous == (len(match.asset_ids) > 1)
        if match.ambiguous:
            assert len(newest[host].asset_ids) == 1
            assert set(newest[host].asset_ids) < set(match.asset_ids)
            assert nothing[host] == match._replace(asset_ids=())
        else:
            assert match == newest[host] == nothing[host]
