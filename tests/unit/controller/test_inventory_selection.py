# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._stored_record import StoredRecord, text_of
from ansible_collections.community.qualys.plugins.plugin_utils._inventory_selection import (
    SELECTION_OPTIONS,
    Selection,
    selection_of,
)
from unit.audit.estates import AS_OF, DAY, asset, at, record

WEB = asset(1, name="web", tags=[{"name": "Web"}, {"name": "Production"}])
LAB = asset(2, name="lab", tags=[{"name": "Web"}, {"name": "Lab"}])
RECORDS = [
    record("leaf", [WEB, LAB], valid_to=at(AS_OF + 3 * DAY)),
    record("root", [WEB, LAB], type="Root"),
    record("lone", [LAB], self_signed=True),
    record("nowhere"),
]


def selection(**options: t.Any) -> Selection:
    given = {**dict.fromkeys(SELECTION_OPTIONS), "asset_type": "all", "all_assets": True, "page_size": 200}
    return selection_of({**given, **options}, (), AS_OF)


def chosen(**options: t.Any) -> dict[str, list[int]]:
    """Return the assets of the certificates that are chosen: the same ones if the records lie in a local copy."""
    stored = [StoredRecord(text_of(dict(each)), AS_OF) for each in RECORDS]
    fresh, lazy = (
        {found["certhash"]: [each["id"] for each in found["assets"]] for found in selection(**options).chosen(given)}
        for given in (RECORDS, stored)
    )
    assert fresh == lazy
    return fresh


def where(field: str, operator: str = "equals", value: t.Any = None) -> dict[str, t.Any]:
    return {"field": field, "operator": operator, "value": value}


EVERYTHING = {"leaf": [1, 2], "root": [1, 2], "lone": [2], "nowhere": []}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, EVERYTHING),
        ({"tags": ["Production"]}, {"leaf": [1], "root": [1]}),
        ({"types": ["Leaf"]}, {"leaf": [1, 2], "lone": [2], "nowhere": []}),
        # Both of one asset, and not each of any.
        ({"tags": ["Production"], "asset_names": ["lab"]}, {}),
        (
            {"include_filters": [{"tags": ["Lab"], "types": ["Root"]}, {"self_signed": True}]},
            {"root": [2], "lone": [2]},
        ),
        ({"include_filters": [{"expiring_within_days": 7}]}, {"leaf": [1, 2]}),
        ({"exclude_filters": [{"tags": ["Lab"]}, {"types": ["Root"]}]}, {"leaf": [1]}),
        ({"exclude_filters": [{"tags": ["Lab"], "types": ["Root"]}]}, {"leaf": [1, 2], "root": [1], "lone": [2]}),
        ({"types": ["Leaf"], "include_filters": [{"tags": ["Web"]}]}, {"leaf": [1, 2], "lone": [2]}),
        ({"where": [where("certificate.keySize", "greater", 4096)]}, {}),
        # The server has looked at what only it knows.
        (
            {"where": [where("certificate.anything", value="x")], "tags": ["Lab"]},
            {"leaf": [2], "root": [2], "lone": [2]},
        ),
    ],
)
def test_certificates_are_chosen_each_with_the_assets_that_are(
    options: dict[str, t.Any], expected: dict[str, list[int]]
) -> None:
    assert chosen(**options) == expected


def test_a_record_that_lacks_assets_still_tells_of_those_that_it_has() -> None:
    incomplete = [{**RECORDS[0], "assets_complete": False}]
    found = list(selection(exclude_filters=[{"tags": ["Lab"]}]).chosen(incomplete))
    assert [each["id"] for each in found[0]["assets"]] == [1]
    assert found[0]["assets_complete"] is False


def test_the_server_is_asked_for_conditions_and_for_what_filters_need() -> None:
    asked = selection(tags=["Web"], exclude_filters=[{"tags": ["Lab"]}], asset_type="managed").query
    assert asked.shortcuts.tags == ("Web",)
    assert asked.includes == ("asset_tags",)
    assert asked.asset_type == "managed"
    assert selection(exclude_filters=[{"tags": ["Lab"]}]).query.includes == ("asset_tags",)
    assert selection(expired=True).query.includes == ()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"where": ["x"]}, ["where"]),
        ({"where": [{"field": "certificate.keySize"}]}, ["operator"]),
        ({"where": [where("certificate.keySize", "above", 1)]}, ["above"]),
        ({"where": [{**where("certificate.keySize", value=1), "value2": 1}]}, ["value2"]),
        ({"primary_ips": ["nowhere"]}, ["nowhere"]),
        ({"include_filters": [{"tag": ["Web"]}]}, ["include_filters", "tag"]),
        ({"include_filters": [{"include_filters": []}]}, ["include_filters"]),
        ({"exclude_filters": [{}]}, ["exclude_filters", "no condition"]),
        ({"exclude_filters": ["tags"]}, ["exclude_filters", "'tags'"]),
        (
            {"exclude_filters": [{"where": [where("asset.tag", value="x")]}]},
            ["asset.tag", "Did you mean asset.tagName"],
        ),
        ({"page_size": 0}, ["page_size"]),
        (
            {"exclude_filters": [{"where": [where("asset.operatingSystem", "is_empty")]}]},
            ["is_empty", "exclude what is"],
        ),
        ({"include_filters": [{"where": [where("asset.tagName", "not_equals", "Lab")]}]}, ["not_equals"]),
    ],
)
def test_a_slip_is_told_of_and_chooses_nothing(options: dict[str, t.Any], words: list[str]) -> None:
    with pytest.raises(CertViewError) as caught:
        selection(**options)
    assert caught.value.kind == "options"
    assert [word for word in words if word not in str(caught.value)] == []
