# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON filters of v2, of instances and of external sites.

Operators and their type rules: CertView API guide, "List External Sites" (taken as general). One flat list, joined by
AND; OR and nesting are unseen and refused unless the server is told to know them.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import ApiError
from . import values
from .fields import Field, Kind, Row

Predicate = Callable[[Row], bool]
MOST_VALUES_OF_IN = 1_000

_NEEDS_NO_VALUE = ("IS_EMPTY", "IS_NOT_EMPTY")
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "GREATER": operator.gt,
    "GREATER_THAN_EQUAL": operator.ge,
    "LESSER": operator.lt,
    "LESS_THAN_EQUAL": operator.le,
}
_OPERATORS = ("EQUALS", "NOT_EQUALS", "IN", "CONTAINS", *_COMPARISONS, *_NEEDS_NO_VALUE)
_NOT_CONTAINING = (Kind.DATE, Kind.BOOLEAN, Kind.ADDRESS)
_NOT_ORDERED = (Kind.BOOLEAN, Kind.TEXT, Kind.ADDRESS)


@dataclass(slots=True, frozen=True)
class Dialect:
    """``fields`` are the known ones; ``now`` is the server's clock in milliseconds; ``ignored`` filters select all."""

    fields: Mapping[str, Field]
    now: int
    rich: bool = False
    case_sensitive: bool = False
    ignored: bool = False

    def compile(self, filter_object: Any, path: str = "filter") -> Predicate | None:
        """The filter as a predicate, None for "all". Raises ApiError (400) with the offending field named."""
        if filter_object is None:
            return None
        if not isinstance(filter_object, dict):
            raise _refused(path, "must be an object with filters and operation")
        operation = filter_object.get("operation", "AND")
        if operation != "AND" and not (self.rich and operation == "OR"):
            raise _refused("operation", f"{operation} is not a supported operation")
        entries = filter_object.get("filters") or []
        if not isinstance(entries, list):
            raise _refused("filters", "must be a list")
        predicates = [self._entry(entry) for entry in entries]
        if self.ignored or not predicates:
            return None
        decide = all if operation == "AND" else any
        return lambda row: decide(predicate(row) for predicate in predicates)

    def _entry(self, entry: Any) -> Predicate:
        if not isinstance(entry, dict):
            raise _refused("filters", "every filter must be an object of field, value and operator")
        if "filters" in entry:
            if not self.rich:
                raise _refused("filters", "nested filters are not supported")
            return self.compile(entry) or (lambda row: True)
        name, operator_name = entry.get("field"), entry.get("operator")
        field = self.fields.get(name) if isinstance(name, str) else None
        if field is None:
            raise _refused(str(name), f"{name} is not a valid filter field")
        if operator_name not in _OPERATORS:
            raise _refused(str(name), f"{operator_name} is not a valid operator")
        if operator_name in _NEEDS_NO_VALUE:
            present = operator_name == "IS_NOT_EMPTY"
            return lambda row: any(True for value in field.values(row)) is present
        return self._comparison(str(name), field, operator_name, _text(str(name), entry.get("value")))

    def _comparison(self, name: str, field: Field, operator_name: str, text: str) -> Predicate:
        if operator_name == "CONTAINS":
            if field.kind in _NOT_CONTAINING:
                raise _refused(name, f"operator CONTAINS is not supported for {field.kind.value} fields")
            part = self._folded(text)
            return lambda row: any(part in self._folded(str(value)) for value in field.values(row))
        if operator_name in _COMPARISONS:
            if field.kind in _NOT_ORDERED:
                raise _refused(name, f"operator {operator_name} is not supported for {field.kind.value} fields")
            compare = _COMPARISONS[operator_name]
            first, last = self._bounds(name, field, text)
            # A day stands for all of its instants: after the day is after its end, from the day on is from its start.
            bound = last if operator_name in ("GREATER", "LESS_THAN_EQUAL") else first
            return lambda row: any(compare(value, bound) for value in field.values(row))
        texts = text.split(",") if operator_name == "IN" else [text]
        if len(texts) > MOST_VALUES_OF_IN:
            raise _refused(name, f"operator IN takes at most {MOST_VALUES_OF_IN} values")
        matches = self._equality(name, field, texts)
        if operator_name == "NOT_EQUALS":
            return lambda row: not any(matches(value) for value in field.values(row))
        return lambda row: any(matches(value) for value in field.values(row))

    def _equality(self, name: str, field: Field, texts: Iterable[str]) -> Callable[[Any], bool]:
        if field.kind in (Kind.DATE, Kind.NUMBER):
            ranges = [self._bounds(name, field, text) for text in texts]
            return lambda value: any(first <= value <= last for first, last in ranges)
        if field.kind is Kind.BOOLEAN:
            wanted_booleans = {self._read(name, field, values.boolean, text) for text in texts}
            return lambda value: value in wanted_booleans
        if field.kind is Kind.ADDRESS:
            wanted_addresses = {self._read(name, field, values.address, text) for text in texts}
            return lambda value: value in wanted_addresses
        wanted = {self._folded(text.strip()) for text in texts}
        return lambda value: self._folded(str(value)) in wanted

    def _bounds(self, name: str, field: Field, text: str) -> tuple[float, float]:
        if field.kind is Kind.DATE:
            first, last = self._read(name, field, lambda given: values.date_range(given, self.now), text)
            return first, last
        exact = self._read(name, field, values.number, text)
        return exact, exact

    def _read(self, name: str, field: Field, read: Callable[[str], Any], text: str) -> Any:
        try:
            return read(text)
        except ValueError:
            raise _refused(name, f"{text} is not a valid {field.kind.value} value") from None

    def _folded(self, text: str) -> str:
        return text if self.case_sensitive else text.lower()


def _text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    if value is not None and not isinstance(value, str):
        raise _refused(name, "value must be a string")
    if not value or not value.strip():
        raise _refused(name, "value must not be empty")
    return value


def _refused(field: str, text: str) -> ApiError:
    return ApiError(400, None, details=[(field, text)])
