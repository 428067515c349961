# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How names are compared with the patterns that a user wrote.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import fnmatch
import functools
import re
import typing as t
from collections.abc import Iterable


def matches_any(patterns: Iterable[str], names: Iterable[str]) -> bool:
    """Tell whether one of the names is one of the patterns, letter for letter or as a glob, in any case of letters.

    The letters count first: an organisation may well be called C(Example [EU] Ltd). White space around either is left
    out. Of a glob that means nothing, such as C([z-a]), only the letters count.
    """
    literals, globs = _compiled(tuple(patterns))
    folded = [_folded(name) for name in names]
    return not literals.isdisjoint(folded) or (globs is not None and any(map(globs.match, folded)))


def _folded(name: str) -> str:
    return name.strip().casefold()


@functools.lru_cache(maxsize=4096)
def _compiled(patterns: tuple[str, ...]) -> tuple[frozenset[str], t.Pattern[str] | None]:
    literals = frozenset(map(_folded, patterns))
    expressions = [_expression(pattern) for pattern in sorted(literals) if re.search(r"[*?[]", pattern)]
    return literals, re.compile("|".join(expressions)) if expressions else None


def _expression(pattern: str) -> str:
    expression = fnmatch.translate(pattern)
    try:
        re.compile(expression)
    except re.error:
        # Of C([z-a]) newer Pythons make what never matches, older ones what is no expression.
        return r"(?!)"
    return expression
