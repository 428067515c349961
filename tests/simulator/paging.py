# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Page numbers and sizes (CertView API guide: 0-based, default 10, at most 200)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from .errors import ApiError, invalid

DEFAULT_SIZE, LARGEST_SIZE, WINDOW = 10, 200, 10_000

_T = TypeVar("_T")


@dataclass(slots=True, frozen=True)
class Page:
    number: int
    size: int

    def of(self, rows: Sequence[_T]) -> Sequence[_T]:
        return rows[self.number * self.size : (self.number + 1) * self.size]


def read_page(body: Mapping[str, Any], oversized: str, windowed: bool) -> Page:
    """Raises ApiError (400). ``oversized`` says what a size beyond 200 does: ``refuse`` or ``clamp``.

    ``windowed``: the 10,000-record window of v1 and of the assets of a certificate.
    """
    number = _whole(body, "pageNumber", 0)
    size = _whole(body, "pageSize", DEFAULT_SIZE)
    if number < 0:
        raise invalid("pageNumber", "must not be less than 0")
    if size < 1:
        raise invalid("pageSize", "must not be less than 1")
    if size > LARGEST_SIZE:
        if oversized == "refuse":
            raise invalid("pageSize", f"must not be more than {LARGEST_SIZE}")
        size = LARGEST_SIZE
    if windowed and (number + 1) * size > WINDOW:
        raise ApiError(400, f"Result window is too large, pageNumber * pageSize must be less than {WINDOW} records.")
    return Page(number, size)


def _whole(body: Mapping[str, Any], name: str, default: int) -> int:
    value = body.get(name)
    if value is None:
        return default
    # Some working clients send numbers as strings.
    if isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise invalid(name, "must be a whole number")
    return value
