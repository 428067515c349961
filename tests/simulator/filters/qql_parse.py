# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of QQL, as far as Qualys' help shows it (QQL best practices; Unified Dashboard help, "How to search").

::

    query    = and_query { "or" and_query }
    and_query= unary { "and" unary }
    unary    = "not" unary | "(" query ")" | field | value
    field    = token ":" ( "(" query ")"  |  operand )  |  token comparison value
    operand  = [ comparison ] value | "[" value { "," value } "]" | "[" value ".." value "]" | "(" value ".." value ")"
    value    = '"phrase"' | "`exact`" | "'text'" | word { word }

``subject:(name: x)`` prefixes the tokens inside. A parenthesis after a colon is a range if it holds "..", else a group.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class QqlError(ValueError):
    """The text is not QQL; the words say where."""


class Match(Enum):
    WORDS = "words"
    PHRASE = "phrase"
    EXACT = "exact"


@dataclass(slots=True, frozen=True)
class Value:
    text: str
    match: Match


@dataclass(slots=True, frozen=True)
class Text:
    """A value without a field: looked for everywhere."""

    value: Value


@dataclass(slots=True, frozen=True)
class Comparison:
    """``operator`` is one of ``:`` (any of the values), ``>``, ``>=``, ``<``, ``<=``."""

    token: str
    operator: str
    values: tuple[Value, ...]


@dataclass(slots=True, frozen=True)
class Range:
    token: str
    low: Value
    high: Value
    inclusive: bool


@dataclass(slots=True, frozen=True)
class Group:
    token: str
    query: Node


@dataclass(slots=True, frozen=True)
class Not:
    query: Node


@dataclass(slots=True, frozen=True)
class All:
    queries: tuple[Node, ...]


@dataclass(slots=True, frozen=True)
class Any:
    queries: tuple[Node, ...]


Node = Text | Comparison | Range | Group | Not | All | Any

_SPACE = re.compile(r"\s*")
_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)*")
_COMPARISON = re.compile(r">=|<=|>|<")
_QUOTED = {
    '"': (re.compile(r'"([^"]*)"'), Match.PHRASE),
    "`": (re.compile(r"`([^`]*)`"), Match.EXACT),
    # An apostrophe inside is no end: a published client queries issuer.organization:'Let's Encrypt'.
    "'": (re.compile(r"'(.*?)'(?=[\s)\],]|\Z)", re.DOTALL), Match.PHRASE),
}
_WORD = re.compile(r"""(?:(?!\.\.)[^\s()\[\],"`'<>])(?:(?!\.\.)[^\s()\[\],"`<>])*""")
_KEYWORDS = ("and", "or", "not")
_DEEPEST = 50


def parse(text: str) -> Node:
    """Raises QqlError."""
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0

    def whole(self) -> Node:
        node = self._query()
        if not self._ended():
            raise self._error("unexpected text")
        return node

    def _error(self, problem: str) -> QqlError:
        rest = self._text[self._at : self._at + 20]
        return QqlError(f"Invalid query: {problem} at position {self._at}" + (f" near '{rest}'" if rest else ""))

    def _skip_space(self) -> None:
        space = _SPACE.match(self._text, self._at)
        self._at = space.end() if space else self._at

    def _ended(self) -> bool:
        self._skip_space()
        return self._at >= len(self._text)

    def _take(self, mark: str) -> bool:
        self._skip_space()
        if self._text.startswith(mark, self._at):
            self._at += len(mark)
            return True
        return False

    def _expect(self, mark: str) -> None:
        if not self._take(mark):
            raise self._error(f"'{mark}' expected")

    def _keyword_ahead(self) -> str | None:
        self._skip_space()
        word = _WORD.match(self._text, self._at)
        # "not:" would be a token, not the operator.
        return word[0].lower() if word and word[0].lower() in _KEYWORDS else None

    def _take_keyword(self, keyword: str) -> bool:
        if self._keyword_ahead() == keyword:
            self._at += len(keyword)
            return True
        return False

    def _query(self) -> Node:
        alternatives = [self._and_query()]
        while self._take_keyword("or"):
            alternatives.append(self._and_query())
        return alternatives[0] if len(alternatives) == 1 else Any(tuple(alternatives))

    def _and_query(self) -> Node:
        conditions = [self._unary()]
        while self._take_keyword("and"):
            conditions.append(self._unary())
        return conditions[0] if len(conditions) == 1 else All(tuple(conditions))

    def _unary(self) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._error("nesting too deep")
        try:
            if self._take_keyword("not"):
                return Not(self._unary())
            if self._take("("):
                node = self._query()
                self._expect(")")
                return node
            return self._field() or Text(self._value())
        finally:
            self._depth -= 1

    def _field(self) -> Node | None:
        self._skip_space()
        token = _TOKEN.match(self._text, self._at)
        if not token:
            return None
        start, self._at = self._at, token.end()
        if self._take(":"):
            return self._operand(token[0])
        self._skip_space()
        comparison = _COMPARISON.match(self._text, self._at)
        if comparison:
            self._at = comparison.end()
            return Comparison(token[0], comparison[0], (self._value(),))
        self._at = start
        return None

    def _operand(self, token: str) -> Node:
        self._skip_space()
        comparison = _COMPARISON.match(self._text, self._at)
        if comparison:
            self._at = comparison.end()
            return Comparison(token, comparison[0], (self._value(),))
        if self._take("["):
            return self._list_or_range(token)
        if self._take("("):
            return self._group_or_range(token)
        return Comparison(token, ":", (self._value(),))

    def _list_or_range(self, token: str) -> Node:
        first = self._value()
        if self._take(".."):
            return self._rest_of_range(token, first, inclusive=True)
        values = [first]
        while self._take(","):
            values.append(self._value())
        self._expect("]")
        return Comparison(token, ":", tuple(values))

    def _group_or_range(self, token: str) -> Node:
        start = self._at
        try:
            low = self._value()
        except QqlError:
            low = None
        if low is not None and self._take(".."):
            return self._rest_of_range(token, low, inclusive=False)
        self._at = start
        node = self._query()
        self._expect(")")
        return Group(token, node)

    def _rest_of_range(self, token: str, low: Value, inclusive: bool) -> Range:
        high = self._value()
        self._expect("]" if inclusive else ")")
        return Range(token, low, high, inclusive)

    def _value(self) -> Value:
        self._skip_space()
        quote = self._text[self._at : self._at + 1]
        if quote in _QUOTED:
            pattern, match = _QUOTED[quote]
            quoted = pattern.match(self._text, self._at)
            if not quoted:
                raise self._error(f"{quote} is not closed")
            self._at = quoted.end()
            return Value(quoted[1], match)
        words: list[str] = []
        while self._keyword_ahead() is None:
            word = _WORD.match(self._text, self._at)
            if not word:
                break
            words.append(word[0])
            self._at = word.end()
        if not words:
            raise self._error("a value is expected")
        return Value(" ".join(words), Match.WORDS)
