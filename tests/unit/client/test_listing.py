# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import typing as t
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils import _listing
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._filters import Condition, Shortcuts
from ansible_collections.community.qualys.plugins.module_utils._freshness import Freshness
from ansible_collections.community.qualys.plugins.module_utils._listing import as_of_option, listed, query_from
from ansible_collections.community.qualys.plugins.module_utils._query import Query
from unit.client.support import AS_OF, Reply, ServerFactory, Simulator, SourceFactory

BARE: dict[str, t.Any] = {
    **dict.fromkeys(["certhashes", "primary_ips", "asset_names", "tags", "types", "signature_algorithms", "where"]),
    **dict.fromkeys(["expiring_within_days", "expired", "self_signed", "key_size_below", "includes", "exclude_fields"]),
    **dict.fromkeys(["query", "sort", "limit"]),
    "asset_type": "all",
    "all_assets": False,
    "page_size": 200,
}
NOW = Freshness()


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        (None, AS_OF),
        ("", AS_OF),
        ("2026-01-02", datetime(2026, 1, 2, tzinfo=timezone.utc)),
        ("2026-06-01T02:00:00+02:00", AS_OF),
        ("1960-01-01", datetime(1960, 1, 1, tzinfo=timezone.utc)),
    ],
)
def test_as_of(value: str | None, instant: datetime) -> None:
    assert as_of_option(value, AS_OF) == instant


@pytest.mark.parametrize("value", ["tomorrow", "20260601", "1780315200000", "2026-13-01"])
def test_as_of_that_is_no_instant_is_refused(value: str) -> None:
    with pytest.raises(CertViewError, match=value) as caught:
        as_of_option(value, AS_OF)
    assert caught.value.kind == "options"


def test_no_option_is_a_query_for_everything() -> None:
    assert query_from(BARE) == Query()


def test_every_option_has_its_place() -> None:
    params = {
        **BARE,
        "where": [{"field": "instance.port", "operator": "in", "value": [443, 8443]}],
        "query": "selfSigned:true",
        "certhashes": ["a"],
        "types": ["Leaf"],
        "expired": False,
        "key_size_below": 2048,
        "includes": ["cipher_suites"],
        "exclude_fields": ["asset.uuid"],
        "asset_type": "managed",
        "all_assets": True,
        "page_size": 1,
        "sort": [{"field": "certificate.id", "order": "desc"}],
    }
    assert query_from(params) == Query(
        where=(Condition("instance.port", "in", ("443", "8443")),),
        shortcuts=Shortcuts(certhashes=("a",), types=("Leaf",), expired=False, key_size_below=2048),
        qql="selfSigned:true",
        includes=("cipher_suites",),
        exclude_fields=("asset.uuid",),
        asset_type="managed",
        all_assets=True,
        page_size=1,
        sort=(("certificate.id", "desc"),),
    )


@pytest.mark.parametrize("includes", [None, ["asset_tags"]])
def test_tags_are_asked_for_when_they_are_to_be_checked(includes: list[str] | None) -> None:
    assert query_from({**BARE, "tags": ["Lab"], "includes": includes}).includes == ("asset_tags",)


@pytest.mark.parametrize(("name", "value"), [("page_size", 0), ("page_size", 201), ("limit", 0), ("limit", -1)])
def test_numbers_out_of_bounds_are_refused(name: str, value: int) -> None:
    with pytest.raises(CertViewError, match=f"{name} is {value}") as caught:
        query_from({**BARE, name: value})
    assert caught.value.kind == "options"


@pytest.mark.parametrize(("excess", "complete"), [(None, True), (-1, False), (0, True), (1, True), (-250, False)])
def test_a_limit_cuts_and_says_so(
    simulator: Simulator, source_of: SourceFactory, told: list[str], excess: int | None, complete: bool
) -> None:
    total = len(simulator.control("estate"))
    limit = None if excess is None else total + excess
    result = listed(source_of(simulator.url), Query(), AS_OF, NOW, limit=limit, tell=told.append)
    assert result["count"] == len(result["certificates"]) == min(total, total if limit is None else limit)
    assert result["complete"] is complete
    assert told == []


def test_a_file_takes_the_limit_too(simulator: Simulator, source_of: SourceFactory, tmp_path: Path) -> None:
    dest = tmp_path / "records"
    result = listed(source_of(simulator.url), Query(), AS_OF, NOW, limit=3, dest=str(dest), tell=print)
    assert (result["count"], result["complete"]) == (3, False)
    assert len(dest.read_text(encoding="utf-8").splitlines()) == 3


def test_a_failed_sweep_leaves_the_file_as_it_was(
    simulator: Simulator, source_of: SourceFactory, tmp_path: Path
) -> None:
    dest = tmp_path / "records"
    dest.write_text("old", encoding="utf-8")
    simulator.fault("forbidden", call=2)
    with pytest.raises(CertViewError):
        listed(source_of(simulator.url), Query(), AS_OF, NOW, dest=str(dest), tell=print)
    assert dest.read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize(("as_file", "sort"), [(True, ()), (False, (("certificate.id", "desc"),))])
def test_a_list_that_never_settles_is_an_error_unless_it_may_be_incomplete(
    serve: ServerFactory,
    source_of: SourceFactory,
    told: list[str],
    tmp_path: Path,
    sort: tuple[tuple[str, str], ...],
    as_file: bool,
) -> None:
    # The same page for ever.
    server = serve(Reply(body=b'[{"id": 1}, {"id": 2}]'))
    dest = str(tmp_path / "records") if as_file else None
    pairs = Query(page_size=2, sort=sort)
    with pytest.raises(CertViewError) as caught:
        listed(source_of(server.url), pairs, AS_OF, NOW, dest=dest, tell=told.append)
    assert caught.value.kind == "shifting"
    assert not os.listdir(tmp_path)
    assert told == []

    result = listed(source_of(server.url), pairs, AS_OF, NOW, dest=dest, allow_incomplete=True, tell=told.append)
    assert (result["complete"], result["count"]) == (False, 2)
    assert "Some records may be missing" in told[0]


def test_other_failures_are_never_allowed(simulator: Simulator, source_of: SourceFactory) -> None:
    simulator.fault("forbidden", call=2)
    with pytest.raises(CertViewError):
        listed(source_of(simulator.url), Query(), AS_OF, NOW, allow_incomplete=True, tell=print)


def test_a_large_result_is_warned_of(
    simulator: Simulator, source_of: SourceFactory, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_listing, "_MANY_RECORDS", 100)
    listed(source_of(simulator.url), Query(), AS_OF, NOW, limit=100, tell=told.append)
    assert told == []
    listed(source_of(simulator.url), Query(), AS_OF, NOW, limit=101, tell=told.append)
    assert "Set dest" in told[0]


def test_days_remaining_follow_as_of(simulator: Simulator, source_of: SourceFactory) -> None:
    soon, later = (
        listed(source_of(simulator.url), Query(), AS_OF + timedelta(days=days), NOW, limit=1, tell=print)[
            "certificates"
        ][0]
        for days in (0, 2)
    )
    assert soon["days_remaining"] - later["days_remaining"] == pytest.approx(2)
