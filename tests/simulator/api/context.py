# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every endpoint works with."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web

from ..errors import MALFORMED_JSON, ApiError
from ..estate.blemishes import Blemishes
from ..estate.estate import Estate
from ..estate.rendering import Wanted
from ..filters.fields import Field
from ..filters.json_filter import Dialect
from ..settings import Quirks


@dataclass(slots=True)
class Context:
    """The served estate, and the selections that running sweeps come back to page by page."""

    estate: Estate
    quirks: Quirks
    _selections: OrderedDict[tuple[object, ...], Sequence[Any]] = field(default_factory=OrderedDict)

    def selection(self, key: tuple[object, ...], select: Callable[[], Sequence[Any]]) -> Sequence[Any]:
        """``select()``, remembered until the estate changes: a sweep of 1,000 pages must not filter 1,000 times."""
        full_key = (self.estate.revision, *key)
        if full_key not in self._selections:
            self._selections[full_key] = select()
            while len(self._selections) > 8:
                self._selections.popitem(last=False)
        return self._selections[full_key]

    def dialect(self, fields: Mapping[str, Field]) -> Dialect:
        """The filter language over these fields."""
        quirks = self.quirks
        return Dialect(
            fields, self.estate.now, quirks.rich_filters, quirks.case_sensitive, ignored=quirks.ignored_filters
        )

    def wanted(self, version: str, **asked: Any) -> Wanted:
        quirks = self.quirks
        return Wanted(
            version,
            embedded_assets=quirks.embedded_assets,
            bare_raw_data=quirks.bare_raw_data,
            ec_name=quirks.ec_name,
            plain_v22=quirks.plain_v22,
            blemishes=Blemishes(quirks.blemishes),
            **asked,
        )


async def json_body(request: web.Request) -> dict[str, Any]:
    """The body as an object; an absent one is empty. Raises ApiError for what a Spring service would refuse."""
    content = await request.read()
    if not content:
        return {}
    if request.content_type != "application/json":
        raise ApiError(415, f"Content-Type '{request.content_type}' is not supported")
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise ApiError(400, f"Malformed JSON: {error}", MALFORMED_JSON) from None
    if not isinstance(body, dict):
        raise ApiError(400, "Malformed JSON: an object is expected", MALFORMED_JSON)
    return body
