# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from ansible_collections.community.qualys.plugins.module_utils._headers import (
    Limits,
    told_limits,
    told_time,
    told_wait,
)
from hypothesis import example, given
from hypothesis import strategies as st
from unit.client.support import AS_OF

DAY = 86400.0

NAMES = [
    "X-RateLimit-Limit",
    "X-RateLimit-Window-Sec",
    "X-RateLimit-Remaining",
    "X-Concurrency-Limit-Limit",
    "X-RateLimit-ToWait-Sec",
    "X-ConcurrencyLimit-Limit",
    "Retry-After",
    "Date",
]
# What is nearly a number or a date breaks a parser sooner than any text.
VALUES = (
    st.text()
    | st.integers().map(str)
    # Some of it are digits to Python, but no number to it.
    | st.text(alphabet="0123456789 ,:+-.\x00\u0663\u00b2\u2460eE")
    | st.text(alphabet="MonTueJanFebGMTZ0123456789 ,:+-().\t", max_size=40)
    | st.datetimes().map(lambda date: f"{date:%a, %d %b} {date.year:04d} {date:%H:%M:%S} GMT")
)
HEADERS = st.dictionaries(st.sampled_from(NAMES + [name.lower() for name in NAMES]) | st.text(), VALUES)


class TestToldLimits:
    @pytest.mark.parametrize("name", ["X-Concurrency-Limit-Limit", "X-ConcurrencyLimit-Limit"])
    @pytest.mark.parametrize("spelled", [str, str.lower, str.upper])
    def test_are_read_in_any_case_and_both_spellings(self, name: str, spelled: type[str]) -> None:
        headers = {
            "X-RateLimit-Limit": "300",
            "X-RateLimit-Window-Sec": " 3600 ",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-ToWait-Sec": "12",
            name: "5",
        }
        assert told_limits({spelled(key): value for key, value in headers.items()}) == Limits(300, 3600, 0, 5, 12)

    @pytest.mark.parametrize("absent", NAMES[:5])
    def test_each_may_be_absent(self, absent: str) -> None:
        told = told_limits({name: "7" for name in NAMES[:5] if name != absent})
        assert told == tuple(None if name == absent else 7 for name in NAMES[:5])

    @pytest.mark.parametrize("value", ["", "0", "many", "-1", "1.5", "\u0663"])
    def test_what_means_nothing_is_not_told(self, value: str) -> None:
        told = told_limits(dict.fromkeys(NAMES, value))
        assert (told.limit, told.window_seconds, told.concurrency) == (None, None, None)

    @given(HEADERS)
    @example(dict.fromkeys(NAMES, "\u00b2"))
    def test_any_headers_are_limits_that_can_be_kept(self, headers: dict[str, str]) -> None:
        told = told_limits(headers)
        assert all(value is None or value >= 1 for value in (told.limit, told.concurrency))
        assert told.window_seconds is None or 1 <= told.window_seconds <= DAY
        assert told.wait_seconds is None or 0 <= told.wait_seconds <= DAY
        assert told.remaining is None or told.remaining >= 0


class TestToldWait:
    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            ({}, None),
            ({"X-RateLimit-ToWait-Sec": "7"}, 7.0),
            ({"x-ratelimit-towait-sec": " 7 "}, 7.0),
            ({"Retry-After": "9"}, 9.0),
            ({"Retry-After": "9", "X-RateLimit-ToWait-Sec": "7"}, 7.0),
            ({"Retry-After": "Mon, 01 Jun 2026 00:01:00 GMT"}, 60.0),
            ({"retry-after": "Sun, 31 May 2026 23:00:00 GMT"}, 0.0),
            ({"Retry-After": "Tue, 01 Jun 2038 00:00:00 GMT"}, DAY),
            ({"Retry-After": "999999999999999"}, DAY),
            ({"Retry-After": "soon"}, None),
            ({"Retry-After": "-1"}, None),
            ({"Retry-After": "Mon, 01 Jun 2026 00:01:00 -0000"}, None),
            ({"X-RateLimit-ToWait-Sec": "1.5", "Retry-After": "4"}, 4.0),
            ({"X-RateLimit-ToWait-Sec": "\u0663"}, None),
            # Our clock is ten minutes ahead of the server's, and behind it.
            ({"Retry-After": "Sun, 31 May 2026 23:51:00 GMT", "Date": "Sun, 31 May 2026 23:50:00 GMT"}, 60.0),
            ({"Retry-After": "Mon, 01 Jun 2026 00:11:00 GMT", "Date": "Mon, 01 Jun 2026 00:10:00 GMT"}, 60.0),
            ({"Retry-After": "Mon, 01 Jun 2026 00:11:00 GMT", "Date": "lunchtime"}, 660.0),
        ],
    )
    def test_seconds_or_date_of_either_header(self, headers: dict[str, str], seconds: float | None) -> None:
        assert told_wait(headers, AS_OF) == seconds

    @given(HEADERS)
    @example(dict.fromkeys(NAMES, "\u00b2"))
    def test_any_headers_are_a_wait_of_at_most_a_day_or_none(self, headers: dict[str, str]) -> None:
        seconds = told_wait(headers, AS_OF)
        assert seconds is None or 0 <= seconds <= DAY

    @given(st.datetimes())
    def test_any_date_is_a_wait_of_at_most_a_day(self, date: datetime) -> None:
        header = f"{date:%a, %d %b} {date.year:04d} {date:%H:%M:%S} GMT"
        seconds = told_wait({"Retry-After": header}, AS_OF)
        if date.year >= 1970:
            expected = (date.replace(microsecond=0, tzinfo=timezone.utc) - AS_OF).total_seconds()
            assert seconds == min(max(expected, 0.0), DAY)


class TestToldTime:
    @pytest.mark.parametrize(
        ("headers", "time"),
        [
            ({"Date": "Mon, 01 Jun 2026 00:00:00 GMT"}, AS_OF),
            ({"date": " Mon, 01 Jun 2026 02:00:00 +0200 "}, AS_OF),
            ({"Date": "Mon, 01 Jun 2026 00:00:00 -0000"}, None),
            ({"Date": "Mon, 01 Jun 99999 00:00:00 GMT"}, None),
            ({"Date": "now"}, None),
            ({}, None),
        ],
    )
    def test_is_that_of_the_date_header(self, headers: dict[str, str], time: datetime | None) -> None:
        assert told_time(headers) == time

    @given(HEADERS)
    @example({"Date": " "})
    def test_any_headers_are_a_time_with_a_zone_or_none(self, headers: dict[str, str]) -> None:
        time = told_time(headers)
        assert time is None or time.tzinfo is not None
