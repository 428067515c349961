# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.community.qualys.plugins.module_utils._values import (
    iso,
    items,
    lines,
    mapping,
    parse_iso,
    parse_time,
    scrub,
    scrub_all,
    text,
    texts,
    told_time,
    truth,
    whole,
)
from hypothesis import example, given
from hypothesis import strategies as st
from unit.client.support import JSON_VALUES

UTC = timezone.utc
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)

# NUL, escape, delete, C1, bidirectional marks and isolates, line separators, lone surrogate.
DANGEROUS = "\x00\x09\x0a\x1b\x7f\x9b\u061c\u200e\u202e\u2066\u2028\u2029\ud800"


@pytest.mark.parametrize("character", DANGEROUS)
def test_a_dangerous_character_is_replaced_not_removed(character: str) -> None:
    assert scrub(f"bank.example{character}.evil.example") == "bank.example\ufffd.evil.example"


@pytest.mark.parametrize("harmless", ["", "plain", "Müller & Söhne", "日本", "a\u00a0b", "a\u200bb", "🔒", "<b>"])
def test_harmless_text_stays(harmless: str) -> None:
    assert scrub(harmless) == harmless


@given(st.text())
def test_scrubbing_keeps_the_length_is_idempotent_and_leaves_encodable_text(value: str) -> None:
    scrubbed = scrub(value)
    assert len(scrubbed) == len(value)
    assert scrub(scrubbed) == scrubbed
    assert not set(scrubbed) & set(DANGEROUS)
    scrubbed.encode("utf-8")


@given(JSON_VALUES)
def test_all_texts_of_any_document_are_scrubbed(value: t.Any) -> None:
    assert not any(character in json.dumps(scrub_all(value), ensure_ascii=False) for character in "\x7f\u202e\ud800")


def test_keys_and_inner_texts_are_scrubbed_and_the_rest_stays() -> None:
    assert scrub_all({"a\x00": ["b\x00", 1, None, True, {"c": "d\x00"}]}) == {
        "a\ufffd": ["b\ufffd", 1, None, True, {"c": "d\ufffd"}]
    }


@pytest.mark.parametrize("shell", [lambda inner: [inner], lambda inner: {"a": inner}])
def test_what_lies_too_deep_is_replaced(shell: t.Callable[[t.Any], t.Any]) -> None:
    document: t.Any = 1
    for _each in range(5000):
        document = shell(document)
    scrubbed = json.dumps(scrub_all(document))
    assert scrubbed.count("[") + scrubbed.count("{") == 64
    assert "\\ufffd" in scrubbed


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (" a ", "a"),
        ("", None),
        ("  ", None),
        (5, "5"),
        (1.5, "1.5"),
        (True, None),
        (None, None),
        ([], None),
        ({}, None),
    ],
)
def test_text(value: object, expected: str | None) -> None:
    assert text(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("a\r\nb\n", "a\r\nb\n"), ("a\x00b\u2028", "a\ufffdb\ufffd"), (" \n", None), (5, None)]
)
def test_lines_keep_their_ends(value: object, expected: str | None) -> None:
    assert lines(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, 5),
        (-5, -5),
        (5.0, 5),
        (5.5, None),
        (" 05 ", 5),
        ("-7", -7),
        ("5.0", None),
        ("٣", None),
        ("1" * 19, None),
        (None, None),
        (True, None),
        (float("inf"), None),
        (float("nan"), None),
        ("", None),
        ([5], None),
    ],
)
def test_whole(value: object, expected: int | None) -> None:
    assert whole(value) == expected
    assert not isinstance(whole(value), bool)


@pytest.mark.parametrize(
    ("value", "expected"), [(True, True), (False, False), (" TRUE ", True), ("false", False), ("yes", None), (1, None)]
)
def test_truth(value: object, expected: bool | None) -> None:
    assert truth(value) is expected


def test_lists_and_objects_or_nothing() -> None:
    assert (items([1]), items(None), items("ab"), items({})) == ([1], [], [], [])
    assert (mapping({"a": 1}), mapping(None), mapping([])) == ({"a": 1}, {}, {})
    assert (texts(["a", None, " ", 5, {}]), texts("a"), texts(None)) == (["a", "5"], ["a"], [])


@given(JSON_VALUES)
def test_no_reader_ever_raises(value: t.Any) -> None:
    for read in (text, lines, whole, truth, items, mapping, texts, parse_time, parse_iso, scrub_all):
        read(value)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-06-01T12:00:00.000+00:00", NOON),
        ("2026-06-01T12:00:00Z", NOON),
        ("2026-06-01 12:00:00", NOON),
        ("2026-06-01T14:00:00+0200", NOON),
        ("2026-06-01T06:30:00-05:30", NOON),
        (" 2026-06-01 ", NOON.replace(hour=0)),
        ("2026-06-01T12:00:00.5Z", NOON + timedelta(milliseconds=500)),
        ("2026-06-01T12:00:00.123456789Z", NOON + timedelta(microseconds=123456)),
        ("2026-06-31", None),
        ("2026-06-01T25:00:00Z", None),
        ("2026-06-01T12:00Z", None),
        ("2026-06-01T12:00:00+99:99", None),
        ("0001-01-01T00:00:00+23:00", None),
        ("9999-12-31T23:59:59-01:00", None),
        ("٢٠٢٦-06-01", None),
        ("20260601", None),
        ("1780315200000", None),
        ("soon", None),
        (1780315200000, None),
        (None, None),
    ],
)
def test_parse_iso(value: object, expected: datetime | None) -> None:
    assert parse_iso(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1780315200000, NOON),
        ("1780315200000", NOON),
        (1780315200000.0, NOON),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (-1, datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)),
        ("2026-06-01T12:00:00Z", NOON),
        (10**17, None),
        (-(10**17), None),
        (1e300, None),
        (True, None),
        ([], None),
    ],
)
def test_parse_time(value: object, expected: datetime | None) -> None:
    assert parse_time(value) == expected


@given(st.datetimes(timezones=st.just(UTC)))
def test_what_iso_writes_is_read_again_to_the_millisecond(instant: datetime) -> None:
    instant = instant.replace(microsecond=instant.microsecond // 1000 * 1000)
    assert parse_iso(iso(instant)) == parse_time(iso(instant)) == instant


@given(st.from_regex(r"[ -~\d]{4}-[ -~\d]{2}-[ -~\d]{2}T[ -~\d]{2}:[ -~\d]{2}:[ -~\d]{2}Z", fullmatch=True))
@example("2026-06-01T24:00:00Z")
@example("2026-02-29T00:00:00Z")
@example("2026-W0-1 T00:00:00Z")
@example("٢٠٢٦-06-01T00:00:00Z")
def test_what_looks_as_iso_writes_it_is_read_as_any_other_time(value: str) -> None:
    assert parse_time(value) == parse_iso(value)


OFFSETS = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)), OFFSETS)
def test_an_offset_means_the_same_instant(naive: datetime, offset: timezone) -> None:
    instant = naive.replace(microsecond=0, tzinfo=offset)
    assert parse_iso(instant.isoformat()) == instant


@given(
    st.integers(-(10**15), 10**15)
    | st.datetimes(timezones=st.just(timezone.utc)).map(lambda instant: instant.isoformat(timespec="milliseconds"))
    | st.text(alphabet="0123456789-:.+TWZ", max_size=32)
    | st.from_regex(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", fullmatch=True)
    | st.none()
    | st.booleans()
    | st.floats()
    | st.lists(st.integers())
)
@example("2026-W01-1T00:00:00.000+00:00")
@example("2026-06-01T00:00:00,000+00:00")
@example("2026-06-01T24:00:00.000+00:00")
def test_the_short_way_to_a_time_is_the_long_way(value: object) -> None:
    assert told_time(value) == iso(parse_time(value))


def test_iso() -> None:
    assert iso(NOON) == "2026-06-01T12:00:00Z"
    assert iso(NOON + timedelta(milliseconds=7)) == "2026-06-01T12:00:00.007Z"
    assert iso(None) is None
