# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import random
import re
import typing as t

import pytest
from ansible_collections.community.qualys.plugins.module_utils._asset_ids import AssetId
from ansible_collections.community.qualys.plugins.module_utils._match_options import DEFAULT_OPTIONS, match_options
from ansible_collections.community.qualys.plugins.plugin_utils._inventory_assets import (
    HOSTNAMES,
    Asset,
    AssetNotes,
    Reach,
    host_names,
)
from hypothesis import given
from hypothesis import strategies as st
from unit.audit.estates import AS_OF, DAY, Record, asset, at, instance, record


def noted(*records: Record) -> dict[AssetId, Asset]:
    notes = AssetNotes()
    assert list(notes.noted(records)) == list(records)
    return notes.assets


REACH = Reach(DEFAULT_OPTIONS)


def named(
    *assets: Record, preference: t.Sequence[str] = HOSTNAMES, taken: t.Iterable[str] = ()
) -> tuple[dict[AssetId, str], list[str]]:
    told: list[str] = []
    return host_names(noted(record("aa", assets)), preference, REACH, taken, told.append), told


def test_what_several_sightings_tell_is_put_together() -> None:
    old = asset(1, "10.0.0.1", name="old.example.com", operating_system="Linux 5", instances=[instance(443)])
    new = asset(
        1, None, name="new.example.com", operating_system=None, instances=[instance(8443)], tags=[{"name": "Web"}]
    )
    records = [
        record("aa", [old], last_found=at(AS_OF - DAY)),
        record("bb", [new], last_found=at(AS_OF)),
        record("cc", [{**old, "tags": [{"name": "PCI"}, {"name": None}]}], last_found=None),
    ]
    expected = {
        "certview_asset_id": 1,
        "certview_asset_name": "new.example.com",
        "certview_netbios_name": None,
        "certview_operating_system": "Linux 5",
        "certview_tags": ["PCI", "Web"],
        "certview_ports": [443, 8443],
        "ansible_host": "10.0.0.1",
    }
    for _turn in range(6):
        random.Random(_turn).shuffle(records)
        assert noted(*records)[1].variables(1, REACH) == expected


def test_an_asset_without_a_number_is_known_by_what_else_it_has() -> None:
    assert set(noted(record("aa", [asset(1, id=None), {**asset(2), "id": None, "uuid": None}]))) == {
        "uuid-1",
        "10.0.0.1",
    }


@pytest.mark.parametrize(
    ("preference", "expected"),
    [
        (["name"], "WEB01"),
        (["netbios_name", "name"], "WEB01-NB"),
        (["fqdn", "name"], "a.example.com"),
        (["primary_ip"], "10.0.0.1"),
    ],
)
def test_the_first_wanted_name_that_there_is_names_the_host(preference: list[str], expected: str) -> None:
    interfaces = [{"hostname": name, "address": None} for name in ("b.example.com", "a.example.com", "plain", None)]
    known = asset(1, name="WEB01", netbios_name="WEB01-NB", interfaces=interfaces)
    assert named(known, preference=preference) == ({1: expected}, [])


def test_a_qualified_name_of_the_asset_comes_before_those_of_its_interfaces() -> None:
    interfaces = [{"hostname": "a.example.com", "address": None}]
    assert named(asset(1, name="web.example.com", interfaces=interfaces), preference=["fqdn"])[0] == {
        1: "web.example.com"
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("my server (old)", "my_server__old_"),
        ("{{ 7*7 }}", "___7_7___"),
        ("-oProxyCommand=x", "oProxyCommand_x"),
        ("web.example.com.", "web.example.com"),
        ("2001:0DB8::0001", "2001:db8::1"),
        ("büro", "büro"),
        ("a\u00a0b\tc\nd", "a_b_c_d"),
        ("all:!web", "all__web"),
        # These are nobody's names, or the controller's own.
        ("localhost", None),
        ("LocalHost.", None),
        ("UNKNOWN", None),
        ("127.0.0.1", None),
        ("-localhost", None),
        (".LocalHost-", None),
        ("127.0.0.1-", None),
        ("127.1", None),
        ("0x7f.1", None),
        ("2130706433", None),
        ("172.17.0.1", None),
        ("db-1", "db-1"),
        ("::1", None),
        ("0.0.0.0", None),
        ("---", None),
        ("", None),
    ],
)
def test_what_cannot_be_a_name_is_replaced_or_left_out(name: str, expected: str | None) -> None:
    assert named(asset(7, None, name=name))[0] == {7: expected or "certview_asset_7"}


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "::1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "51.124.XX.247", "172.17.0.1", "169.254.7.7"],
)
def test_an_address_that_leads_to_the_controller_or_to_nobody_is_not_connected_to(address: str) -> None:
    assert "ansible_host" not in noted(record("aa", [asset(1, address)]))[1].variables(1, REACH)


def test_an_address_is_told_as_hosts_have_it() -> None:
    reach = Reach(match_options(nat={"192.0.2.0/24": "10.1.2.0/24"}, exclude_addresses=["10.1.2.9"]))
    assets = noted(record("aa", [asset(1, "192.0.2.7"), asset(2, "192.0.2.9"), asset(3, "172.17.0.1")]))
    addresses = {number: assets[number].variables(number, reach).get("ansible_host") for number in assets}
    assert addresses == {1: "10.1.2.7", 2: None, 3: "172.17.0.1"}
    assert host_names(assets, ["primary_ip"], reach, (), print) == {
        1: "10.1.2.7",
        2: "certview_asset_2",
        3: "172.17.0.1",
    }


def test_each_of_several_assets_of_a_name_has_its_id_behind_it() -> None:
    assets = [asset(1, name="web"), asset(2, name="WEB"), asset(3, name="db"), asset("u-1", None, name="web")]
    assets[3].update(id=None, uuid="u/1")
    names, told = named(*assets)

    assert names == {1: "web_1", 2: "WEB_2", 3: "db", "u/1": "web_u_1"}
    assert len(told) == 1
    assert "web_1, WEB_2, web_u_1" in told[0]


def test_a_name_that_a_host_or_group_has_is_left_to_it() -> None:
    names, told = named(asset(1, name="all"), asset(2, name="Web01"), asset(3, name="db"), taken=["all", "web01"])
    assert names == {1: "all_1", 2: "Web01_2", 3: "db"}
    assert len(told) == 1


def test_a_name_with_an_id_behind_it_may_be_taken_too() -> None:
    names, _told = named(asset(1, name="web"), asset(2, name="web"), asset(3, name="web_1"), taken=["WEB_2"])
    assert names == {1: "web_1_1", 2: "web_2_2", 3: "web_1"}


NAMES = st.one_of(
    st.none(), st.text(max_size=12), st.sampled_from(["web", "WEB", "web_1", "all", "localhost", "web.example.com"])
)


@given(st.lists(st.tuples(NAMES, NAMES), max_size=8), st.sets(st.sampled_from(["all", "web", "web_1", "web_2"])))
def test_names_are_safe_unique_and_the_same_in_any_order(
    told: list[tuple[str | None, str | None]], taken: set[str]
) -> None:
    assets = [asset(number, name=name, netbios_name=netbios) for number, (name, netbios) in enumerate(told)]
    names, _told = named(*assets, taken=taken)
    folded = [name.casefold() for name in names.values()]

    assert len(set(folded)) == len(folded) == len(assets)
    assert not taken & set(folded)
    assert all(re.fullmatch(r"[\w.:-]+", name) and name[0] not in "-." for name in names.values())
    assert names == named(*reversed(assets), taken=sorted(taken))[0]
