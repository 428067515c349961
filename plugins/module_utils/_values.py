# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of foreign JSON, read without trust: each reader gives its type or None, and never raises.

Certificates and asset names are text that anybody may have written (Qualys answers have held NUL characters).

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import functools
import re
import typing as t
from datetime import date, datetime, timedelta, timezone

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

# Control characters, line separators, lone surrogates, and the marks that make a page show text in another order.
_ALWAYS_UNSAFE = "\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
_UNSAFE = re.compile(f"[\x00-\x1f{_ALWAYS_UNSAFE}]")
_UNSAFE_BUT_LINES = re.compile(f"[\x00-\x09\x0b\x0c\x0e-\x1f{_ALWAYS_UNSAFE}]")

# Nothing that CertView tells lies deeper; Python's own recursion limit would be next.
_DEEPEST = 64

_LENGTH_OF_OWN_TIME = len("2026-06-01T00:00:00Z")
_LENGTH_OF_API_TIME = len("2026-06-01T00:00:00.000+00:00")
_ISO_8601 = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d)(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?", re.ASCII)


def scrub(value: str) -> str:
    """Return *value* with each dangerous character replaced by U+FFFD.

    Replaced, not removed: C(bank.example<NUL>.evil.example) must not turn into another name.
    """
    return _UNSAFE.sub("\ufffd", value) if not value.isprintable() else value


def scrub_all(value: t.Any, *, depth: int = 0) -> t.Any:
    """Return a JSON value of any shape with all its texts scrubbed, keys included.

    What lies deeper than any true answer is replaced by U+FFFD, so that no reader after us runs out of stack.
    """
    if isinstance(value, str):
        return scrub(value)
    if depth == _DEEPEST and isinstance(value, (dict, list)):
        return "\ufffd"
    if isinstance(value, dict):
        return {scrub(str(key)): scrub_all(item, depth=depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [scrub_all(item, depth=depth + 1) for item in value]
    return value


def others(raw: t.Mapping[str, t.Any], known: t.AbstractSet[str]) -> dict[str, t.Any]:
    """Return what an object holds besides the *known* keys, scrubbed and otherwise untouched."""
    if raw.keys() <= known:
        return {}
    return {scrub_all(str(key)): scrub_all(value) for key, value in raw.items() if key not in known}


def text(value: object) -> t.Optional[str]:
    """Return a text that says something, scrubbed and without blanks around it; else None."""
    if isinstance(value, str):
        # As scrub does, but most values of an answer come through here, and a call less is a tenth of the time.
        return (value if value.isprintable() else scrub(value)).strip() or None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return None


def lines(value: object) -> t.Optional[str]:
    """Return a text of several lines (PEM), scrubbed of all but its line ends."""
    if isinstance(value, str) and value.strip():
        return _UNSAFE_BUT_LINES.sub("\ufffd", value)
    return None


def whole(value: object) -> t.Optional[int]:
    """Return a whole number, also one that is written as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,18}\s*", value):
        return int(value)
    return None


def fingerprint(value: object) -> t.Optional[str]:
    """Return a SHA-256 fingerprint as the API spells it, 64 lower-case hexadecimal digits; colons may be in it."""
    if not isinstance(value, str):
        return None
    digits = value.replace(":", "").strip().lower()
    return digits if re.fullmatch(r"[0-9a-f]{64}", digits, re.ASCII) else None


def truth(value: object) -> t.Optional[bool]:
    """Return a boolean, also one that is written as text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return None


def items(value: object) -> list[t.Any]:
    """Return a list; an absent one as an empty one."""
    return value if isinstance(value, list) else []


def mapping(value: object) -> dict[str, t.Any]:
    """Return an object; an absent one as an empty one."""
    return value if isinstance(value, dict) else {}


def texts(value: object) -> list[str]:
    """Return the texts of a list, or of a single text, in their order."""
    if not value:
        return []
    candidates = value if isinstance(value, list) else [value]
    return [found for found in map(text, candidates) if found is not None]


def _is_api_time(value: str) -> bool:
    return len(value) == _LENGTH_OF_API_TIME and value[4:20:3] == "--T::." and value.endswith("+00:00")


def parse_iso(value: object) -> t.Optional[datetime]:
    """Return the instant that an ISO 8601 text means, in UTC; a text without an offset is taken as UTC.

    None when it is no instant of the years 1 to 9999.
    """
    if not isinstance(value, str):
        return None
    if _is_api_time(value):
        # The API's own form takes a fraction of the time so, and a record holds several.
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return None
    found = _ISO_8601.fullmatch(value.strip())
    if not found:
        return None
    day, clock, fraction, offset = found.groups()
    offset = "+00:00" if offset in (None, "Z") else f"{offset[:3]}:{offset[-2:]}"
    micro = f"{fraction or '.':0<7}"[:7]
    try:
        return datetime.fromisoformat(f"{day}T{clock or '00:00:00'}{micro}{offset}").astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None


def parse_time(value: object) -> t.Optional[datetime]:
    """Return the instant that an ISO 8601 text or a number of milliseconds since 1970 means, in UTC.

    Sources: CertView API guide, "List CertView Certificates v2" (V(validTo) in epoch milliseconds, V(validToDate) in
    ISO 8601 with offset). None when it is no instant of the years 1 to 9999.
    """
    if isinstance(value, str) and len(value) == _LENGTH_OF_OWN_TIME and value[4:20:3] == "--T::Z":
        # As iso() writes it: records out of a local copy hold no other form, and an audit reads several of each.
        try:
            return datetime.fromisoformat(f"{value[:-1]}+00:00")
        except ValueError:
            return None
    number = whole(value)
    if number is None:
        return parse_iso(value)
    try:
        return _EPOCH + timedelta(milliseconds=number)
    except OverflowError:
        return None


def iso(instant: t.Optional[datetime]) -> t.Optional[str]:
    """Return an instant in UTC as V(2026-06-01T00:00:00Z), with milliseconds where it has any."""
    if instant is None:
        return None
    whole_seconds = instant.isoformat()[:19]
    milliseconds = instant.microsecond // 1000
    return f"{whole_seconds}.{milliseconds:03d}Z" if milliseconds else f"{whole_seconds}Z"


def told_time(value: object) -> t.Optional[str]:
    """Return C(iso(parse_time(value))).

    Times are most of the work that a record takes; the two forms that the API uses are done in a third of the time.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        days, rest = divmod(value, 86_400_000)
        seconds, milliseconds = divmod(rest, 1000)
        minutes, second = divmod(seconds, 60)
        try:
            whole_seconds = f"{_day(days)}T{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"
        except OverflowError:
            return None
        return f"{whole_seconds}.{milliseconds:03d}Z" if milliseconds else f"{whole_seconds}Z"
    if isinstance(value, str) and _is_api_time(value):
        if parse_iso(value) is None:
            return None
        return f"{value[:19]}Z" if value[19:23] == ".000" else f"{value[:23]}Z"
    return iso(parse_time(value))


@functools.lru_cache(maxsize=8192)
def _day(days: int) -> str:
    """Return the date so many days after 1970-01-01."""
    return (date(1970, 1, 1) + timedelta(days=days)).isoformat()
