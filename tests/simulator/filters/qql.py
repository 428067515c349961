# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""QQL, the query language of v1: text in, predicate out."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import ApiError
from .fields import Field
from .json_filter import Predicate
from .qql_evaluate import Compiler
from .qql_parse import QqlError, parse


def compile_query(query: str, tokens: Mapping[str, Field], now: int, case_sensitive: bool = False) -> Predicate | None:
    """The query as a predicate, None for an empty one. Raises ApiError (400) for wrong syntax and unknown tokens."""
    if not query.strip():
        return None
    try:
        return Compiler(tokens, now, case_sensitive).compile(parse(query))
    except QqlError as error:
        raise ApiError(400, None, details=[("filter", str(error))]) from None
