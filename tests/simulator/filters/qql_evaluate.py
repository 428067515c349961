# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The meaning of parsed QQL."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..estate.estate import all_names
from ..estate.model import DAY_MS, Asset, Certificate, Instance
from . import values
from .fields import Field, Kind, Row
from .json_filter import Predicate
from .qql_parse import All as AllOf
from .qql_parse import Any as AnyOf
from .qql_parse import Comparison, Group, Match, Node, Not, QqlError, Range, Text, Value

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_WORDS = re.compile(r"\w+")
_EXPIRY_GROUP = re.compile(r"in (\d+) days\Z", re.IGNORECASE)

# Groups over what occurs several times in a row hold for one and the same of them.
_REPEATED = {"asset": "assets", "instance": "instances"}


class Compiler:
    """``tokens`` are the known ones, ``now`` the server's clock in milliseconds."""

    def __init__(self, tokens: Mapping[str, Field], now: int, case_sensitive: bool) -> None:
        self._tokens = tokens
        self._now = now
        self._case_sensitive = case_sensitive

    def compile(self, node: Node, prefix: str = "") -> Predicate:
        """Raises QqlError for unknown tokens and for values that do not fit their token."""
        if isinstance(node, AllOf):
            conditions = [self.compile(query, prefix) for query in node.queries]
            return lambda row: all(condition(row) for condition in conditions)
        if isinstance(node, AnyOf):
            alternatives = [self.compile(query, prefix) for query in node.queries]
            return lambda row: any(alternative(row) for alternative in alternatives)
        if isinstance(node, Not):
            denied = self.compile(node.query, prefix)
            return lambda row: not denied(row)
        if isinstance(node, Group):
            return self._group(f"{prefix}{node.token}", node.query)
        if isinstance(node, Text):
            return self._text(node.value)
        if isinstance(node, Range):
            return self._range(f"{prefix}{node.token}", node)
        return self._comparison(f"{prefix}{node.token}", node)

    def _group(self, token: str, query: Node) -> Predicate:
        if not any(known.startswith(f"{token}.") for known in self._tokens):
            raise QqlError(f"Invalid query: unknown token '{token}'")
        inner = self.compile(query, f"{token}.")
        repeated = _REPEATED.get(token)
        if repeated == "assets":
            return lambda row: any(inner(_only_asset(row, asset)) for asset in row.assets)
        if repeated == "instances":
            return lambda row: any(inner(_only_instance(row, instance)) for instance in row.instances)
        return inner

    def _field(self, token: str) -> Field:
        field = self._tokens.get(token)
        if field is None:
            raise QqlError(f"Invalid query: unknown token '{token}'")
        return field

    def _text(self, value: Value) -> Predicate:
        matches = self._text_matcher(value)
        return lambda row: any(matches(name) for each in row.certificates for name in all_names(each))

    def _range(self, token: str, node: Range) -> Predicate:
        field = self._field(token)
        low, high = self._bounds(token, field, node.low), self._bounds(token, field, node.high)
        if node.inclusive:
            return _any_value(field, lambda value: low[0] <= value <= high[1])
        return _any_value(field, lambda value: low[1] < value < high[0])

    def _comparison(self, token: str, node: Comparison) -> Predicate:
        if token == "expiryGroup" and node.operator == ":":
            return self._expiry_group(node.values)
        field = self._field(token)
        if node.operator != ":":
            first, last = self._bounds(token, field, node.values[0])
            bound = last if node.operator in (">", "<=") else first
            compare = _COMPARE[node.operator]
            return _any_value(field, lambda value: compare(value, bound))
        matchers = [self._matcher(token, field, value) for value in node.values]
        return _any_value(field, lambda found: any(matches(found) for matches in matchers))

    def _expiry_group(self, wanted: Iterable[Value]) -> Predicate:
        """``Expired``, or the interface's own words such as ``In 100 Days``."""
        spans: list[tuple[float, float]] = []
        for value in wanted:
            days = _EXPIRY_GROUP.match(value.text)
            if value.text.lower() == "expired":
                spans.append((float("-inf"), self._now - 1))
            elif days:
                spans.append((self._now, self._now + int(days[1]) * DAY_MS))
            else:
                raise QqlError(f"Invalid query: '{value.text}' is not a value of expiryGroup")
        return lambda row: any(low <= each.valid_to <= high for each in row.certificates for low, high in spans)

    def _matcher(self, token: str, field: Field, value: Value) -> Callable[[Any], bool]:
        if field.kind in (Kind.DATE, Kind.NUMBER):
            first, last = self._bounds(token, field, value)
            return lambda found: first <= found <= last
        if field.kind is Kind.BOOLEAN:
            boolean = self._read(token, field, values.boolean, value)
            return lambda found: found is boolean
        if field.kind is Kind.ADDRESS:
            address = self._read(token, field, values.address, value)
            return lambda found: found == address
        return self._text_matcher(value)

    def _bounds(self, token: str, field: Field, value: Value) -> tuple[float, float]:
        if field.kind is Kind.DATE:
            first, last = self._read(token, field, lambda text: values.date_range(text, self._now), value)
            return first, last
        if field.kind is Kind.NUMBER:
            exact = self._read(token, field, values.number, value)
            return exact, exact
        raise QqlError(f"Invalid query: '{token}' cannot be compared by order")

    def _read(self, token: str, field: Field, read: Callable[[str], Any], value: Value) -> Any:
        try:
            return read(value.text)
        except ValueError:
            raise QqlError(f"Invalid query: '{value.text}' is not a {field.kind.value} value of '{token}'") from None

    def _text_matcher(self, value: Value) -> Callable[[str], bool]:
        wanted = self._folded(value.text)
        if value.match is Match.EXACT:
            return lambda found: self._folded(found) == wanted
        words = _WORDS.findall(wanted)
        if value.match is Match.WORDS:
            # Without quotes QQL finds related terms: one common word is enough.
            wanted_words = set(words)
            return lambda found: not wanted_words.isdisjoint(_WORDS.findall(self._folded(found)))
        return lambda found: _holds_phrase(_WORDS.findall(self._folded(found)), words)

    def _folded(self, text: str) -> str:
        return text if self._case_sensitive else text.lower()


def _any_value(field: Field, matches: Callable[[Any], bool]) -> Predicate:
    return lambda row: any(matches(value) for value in field.values(row))


def _holds_phrase(words: list[str], phrase: list[str]) -> bool:
    """The phrase's words in a row, the last one perhaps only begun ("contains/prefix of words")."""
    *whole, begun = phrase or [""]
    for start in range(len(words) - len(whole)):
        if words[start : start + len(whole)] == whole and words[start + len(whole)].startswith(begun):
            return True
    return False


def _only_asset(row: Row, asset: Asset) -> Row:
    certificates: tuple[Certificate, ...] = row.certificates
    instances = tuple(
        instance
        for certificate in certificates
        for installation in certificate.installations
        if installation.asset is asset
        for instance in installation.instances
    )
    return Row(certificates, (asset,), instances)


def _only_instance(row: Row, instance: Instance) -> Row:
    return Row(row.certificates, row.assets, (instance,))
