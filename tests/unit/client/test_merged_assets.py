# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The assets of a certificate out of two answers, which need not tell the same of each."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.community.qualys.plugins.module_utils._assets import merged
from ansible_collections.community.qualys.plugins.module_utils._certificate import asset, normalise
from ansible_collections.community.qualys.plugins.module_utils._query import Query
from simulator.settings import EstateSettings, Quirks
from unit.client.support import AS_OF, ClientFactory
from unit.simulator.serving import NOW, served, settings

# What an answer tells of the assets 1, 2, ...: everything, or less.
BOTH, IDS, UUIDS, NEITHER = ("id", "uuid"), ("id",), ("uuid",), ()


def told(numbers: t.Iterable[int], keys: t.Sequence[str], name: str = "told") -> list[dict[str, t.Any]]:
    told_of = [{"id": number, "uuid": f"u-{number}"} for number in numbers]
    return [{key: each[key] for key in keys} | {"name": f"{name}-{each['id']}"} for each in told_of]


def names_and_completeness(
    embedded: list[dict[str, t.Any]], given: list[dict[str, t.Any]], counted: int | None
) -> tuple[list[str], bool]:
    record = normalise({"id": 7, "certhash": "ab", "assetCount": counted, "assets": embedded}, AS_OF)
    result = merged(record, (asset(each) for each in given))
    assert {**record, "assets": 0, "assets_complete": 0} == {**result, "assets": 0, "assets_complete": 0}
    return [each["name"] for each in result["assets"]], result["assets_complete"]


@pytest.mark.parametrize(("listed", "given"), [(BOTH, BOTH), (IDS, BOTH), (BOTH, IDS), (UUIDS, BOTH), (BOTH, UUIDS)])
def test_an_asset_is_the_same_by_its_number_or_its_uuid(listed: t.Sequence[str], given: t.Sequence[str]) -> None:
    names, complete = names_and_completeness(told([1, 2], listed, "listed"), told([1, 2, 3, 4], given), 4)
    # Those of the list tell more.
    assert (names, complete) == (["listed-1", "listed-2", "told-3", "told-4"], True)


def test_an_asset_that_lacks_what_the_others_have_is_told_apart_by_the_rest() -> None:
    listed = [*told([1], BOTH, "listed"), *told([2], IDS, "listed")]
    assert names_and_completeness(listed, told([1, 2, 3], BOTH), 3) == (["listed-1", "listed-2", "told-3"], True)


@pytest.mark.parametrize(
    ("listed", "given"), [(IDS, UUIDS), (UUIDS, IDS), (NEITHER, BOTH), (BOTH, NEITHER), (NEITHER, NEITHER)]
)
def test_lists_that_cannot_be_compared_are_not_added_up(listed: t.Sequence[str], given: t.Sequence[str]) -> None:
    assert names_and_completeness(told([1, 2], listed, "listed"), told([1, 2, 3], given), 3) == (
        ["told-1", "told-2", "told-3"], True,
    )  # fmt: skip
    # Three and two are no more than three.
    assert names_and_completeness(told([1, 2], listed, "listed"), told([1, 2, 3], given), 4)[1] is False
    assert names_and_completeness(told([1, 2], listed, "listed"), told([3], given), 4) == (
        ["listed-1", "listed-2"], False,
    )  # fmt: skip


@pytest.mark.parametrize("given", [[], [1], [1, 2], [2, 3]])
def test_fewer_than_are_counted_are_not_all(given: list[int]) -> None:
    assert names_and_completeness(told([1, 2], BOTH), told(given, BOTH), 4)[1] is False


def test_an_asset_that_is_listed_twice_counts_once() -> None:
    assert names_and_completeness(told([1, 1, 2], BOTH), told([1, 2, 3], BOTH), 4)[1] is False


@pytest.mark.parametrize(("given", "complete"), [([1, 2, 3], True), ([1, 2], True), ([1, 3, 4], False), ([], False)])
def test_where_nobody_counts_a_list_is_whole_that_names_all_known_ones(given: list[int], complete: bool) -> None:
    assert names_and_completeness(told([1, 2], BOTH), told(given, BOTH), None)[1] is complete


@pytest.mark.parametrize("left_out", [["asset.uuid"], ["asset.id"], ["asset.id", "asset.uuid"]])
def test_fields_that_are_not_asked_for_do_not_make_assets_come_twice(
    client_of: ClientFactory, left_out: list[str]
) -> None:
    estate = EstateSettings("generated", 20, 60, shared_assets=40, now=NOW)
    with served(settings(estate, quirks=Quirks(embedded_assets=3))) as gateway:
        query = Query(all_assets=True, exclude_fields=tuple(left_out))
        records = {record["certhash"]: record for record in client_of(gateway.url).records(query, AS_OF)}
        found = {
            each.certhash: sorted(i.asset.name for i in each.installations)
            for each in gateway.certview.estate.certificates
        }
    assert {certhash: sorted(asset["name"] for asset in r["assets"]) for certhash, r in records.items()} == found
    assert all(record["assets_complete"] for record in records.values())
