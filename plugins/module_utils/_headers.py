# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the headers of an answer tell: the limits, how long to wait, and the server's time. Any may be absent or wrong.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from datetime import datetime
from email.utils import parsedate_to_datetime

# The longest window of any service level is a day; more is a mistake, and no timer takes any number.
LONGEST_WAIT_SECONDS = 86_400


class Limits(t.NamedTuple):
    """The limits of one API; None for what was not told.

    :ivar limit: Calls that the subscription may make in one window.
    :ivar remaining: Calls that are left of it.
    :ivar concurrency: Calls that may run at once.
    :ivar wait_seconds: Seconds until the rate limit admits the next call.
    """

    limit: t.Optional[int] = None
    window_seconds: t.Optional[int] = None
    remaining: t.Optional[int] = None
    concurrency: t.Optional[int] = None
    wait_seconds: t.Optional[int] = None


def told_limits(headers: t.Mapping[str, str]) -> Limits:
    """Return the limits that *headers* tell.

    Source: Qualys API limits guide, "HTTP response headers"; its text spells the concurrency headers in two ways.
    """
    told = _by_lower_name(headers)
    window = _number(told, "x-ratelimit-window-sec")
    wait = _number(told, "x-ratelimit-towait-sec")
    return Limits(
        limit=_number(told, "x-ratelimit-limit") or None,
        window_seconds=min(window, LONGEST_WAIT_SECONDS) if window else None,
        remaining=_number(told, "x-ratelimit-remaining"),
        concurrency=_number(told, "x-concurrency-limit-limit") or _number(told, "x-concurrencylimit-limit") or None,
        wait_seconds=None if wait is None else min(wait, LONGEST_WAIT_SECONDS),
    )


def told_wait(headers: t.Mapping[str, str], now: datetime) -> t.Optional[float]:
    """Return the seconds that a refusal asks to wait, or None when it does not say.

    :param now: What a date is compared with when the answer does not tell the server's own time.

    Sources: Qualys API limits guide (X-RateLimit-ToWait-Sec); RFC 9110 10.2.3 (Retry-After: seconds or a date).
    """
    told = _by_lower_name(headers)
    for name in ("x-ratelimit-towait-sec", "retry-after"):
        seconds = _number(told, name)
        if seconds is not None:
            return float(min(seconds, LONGEST_WAIT_SECONDS))
    until = _date(told.get("retry-after", ""))
    if until is None:
        return None
    ahead = (until - (told_time(headers) or now)).total_seconds()
    return min(max(0.0, ahead), float(LONGEST_WAIT_SECONDS))


def told_time(headers: t.Mapping[str, str]) -> t.Optional[datetime]:
    """Return the server's time when it answered, in whole seconds.

    Source: RFC 9110 6.6.1 (Date).
    """
    return _date(_by_lower_name(headers).get("date", ""))


def _by_lower_name(headers: t.Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value.strip() for name, value in headers.items()}


def _number(told: t.Mapping[str, str], name: str) -> t.Optional[int]:
    value = told.get(name, "")
    return int(value[:12]) if value.isascii() and value.isdigit() else None


def _date(value: str) -> t.Optional[datetime]:
    try:
        date = parsedate_to_datetime(value)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    # Without a zone it cannot be compared with ours; HTTP's dates have one.
    return date if date.tzinfo is not None else None
