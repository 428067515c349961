# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the values that filters carry."""

from __future__ import annotations

import ipaddress
import re
from datetime import datetime, timezone

from ..estate.model import DAY_MS

_RELATIVE = re.compile(r"now(?:(?P<sign>[+-])(?P<count>\d+)(?P<unit>[smhdwMy]))?\Z")
_UNIT_MS = {
    "s": 1000,
    "m": 60_000,
    "h": 3_600_000,
    "d": DAY_MS,
    "w": 7 * DAY_MS,
    "M": 30 * DAY_MS,
    "y": 365 * DAY_MS,
}
_DAY_ONLY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


def date_range(text: str, now: int) -> tuple[int, int]:
    """The first and the last millisecond that a date means: a whole day for ``2024-01-01``, else one instant.

    Takes ISO 8601 with or without fraction and zone (absent: UTC), ``now``, ``now-30d``, and milliseconds of the epoch.
    Raises ValueError for anything else.
    """
    text = text.strip()
    relative = _RELATIVE.match(text)
    if relative:
        offset = int(relative["count"] or 0) * _UNIT_MS[relative["unit"]] if relative["unit"] else 0
        instant = now - offset if relative["sign"] == "-" else now + offset
        return instant, instant
    if re.match(r"\d{12,14}\Z", text):
        return int(text), int(text)
    # fromisoformat() of Python 3.10 knows neither Z nor a fraction of other than three or six digits.
    moment = datetime.fromisoformat(re.sub(r"Z\Z", "+00:00", text))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    start = round(moment.timestamp() * 1000)
    return (start, start + DAY_MS - 1) if _DAY_ONLY.match(text) else (start, start)


def number(text: str) -> float:
    """Raises ValueError unless the text is a plain decimal number."""
    if not re.match(r"-?\d+(\.\d+)?\Z", text.strip()):
        raise ValueError(f"{text!r} is not a number")
    return float(text)


def boolean(text: str) -> bool:
    """Raises ValueError unless the text is ``true`` or ``false``."""
    lowered = text.strip().lower()
    if lowered not in ("true", "false"):
        raise ValueError(f"{text!r} is neither true nor false")
    return lowered == "true"


def address(text: str) -> str:
    """The address in its shortest spelling. Raises ValueError unless it is one."""
    return ipaddress.ip_address(text.strip()).compressed
