# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One model of conditions, written as JSON filter (v2.x), as QQL (v1), or asked of a record here.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import difflib
import functools
import itertools
import operator
import typing as t
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ._errors import CertViewError
from ._fields import FIELDS, Field
from ._values import fingerprint, iso, parse_iso

# CertView API guide, "Compatible tokens, date formats and supported operators"; there is no BETWEEN.
OPERATORS = (
    "equals",
    "not_equals",
    "in",
    "contains",
    "greater",
    "greater_than_equal",
    "lesser",
    "less_than_equal",
    "is_empty",
    "is_not_empty",
)

_WITHOUT_VALUE = frozenset({"is_empty", "is_not_empty"})
_ORDER = frozenset({"greater", "greater_than_equal", "lesser", "less_than_equal"})

# CertView API guide, "List External Sites": at most so many comma-separated values in one IN.
MOST_IN_VALUES = 1000


@dataclass(frozen=True)
class Condition:
    """One comparison; all conditions of a query must hold.

    :ivar field: The API's own name of the field, for example V(certificate.validToDate).
    :ivar operator: One of OPERATORS.
    :ivar values: What to compare with: none for V(is_empty) and V(is_not_empty), several for V(in), else one.
    """

    field: str
    operator: str
    values: tuple[str, ...] = ()


def _refuse(message: str, hint: str = "") -> CertViewError:
    return CertViewError(message, kind="options", hint=hint)


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)) and str(value).strip():
        return str(value).strip()
    raise _refuse(f"{value!r} cannot be a value of a condition", "Give a text, a number or a boolean that is not empty")


def condition(field: str, comparison: str, value: object = None) -> Condition:
    """Return the condition that a user wrote, once it can mean something.

    :param value: A text, number or boolean; for V(in) a list of them, or one text with commas.
    :raises CertViewError: of kind V(options) for what no server could accept: an unknown operator, a value missing or
        too much, an operator that the field's type does not have, a value that is not of the field's type.
    """
    name = comparison.strip().lower()
    if name not in OPERATORS:
        near = difflib.get_close_matches(name, OPERATORS, n=1)
        raise _refuse(f"there is no operator {comparison!r}", f"Did you mean {near[0]}?" if near else "")
    if name in _WITHOUT_VALUE:
        if value not in (None, "", []):
            raise _refuse(f"the operator {name} on {field} takes no value, and {value!r} was given")
        return Condition(field, name)
    if value is None or value == [] or value == "":
        raise _refuse(f"the operator {name} on {field} needs a value")
    if name == "in":
        several = value if isinstance(value, list) else _as_text(value).split(",")
        made = Condition(field, name, tuple(_as_text(item) for item in several))
        if any("," in item for item in made.values):
            raise _refuse(f"a value for {field} holds a comma, which separates the values of in", "Use equals for it")
    elif isinstance(value, (list, dict)):
        advice = "Give one condition for each of them" if name == "not_equals" else "Use in for several"
        raise _refuse(f"the operator {name} on {field} takes one value", advice)
    else:
        made = Condition(field, name, (_as_text(value),))
    _check_type(made)
    return made


def _check_type(made: Condition) -> None:
    """Refuse what the field's type does not allow.

    Source: CertView API guide, "List External Sites" (contains: not for dates, booleans, addresses; order: not for
    texts, booleans, addresses).
    """
    known = FIELDS.get(made.field)
    if known is None:
        return
    if not _is_asked_of(made.operator, known):
        raise _refuse(f"{made.operator} cannot be asked of {made.field}, whose type is {known.type}")
    for value in made.values:
        if known.read(value) is None:
            hint = "Give it as 2026-06-01 or 2026-06-01T00:00:00Z" if known.type == "date" else ""
            raise _refuse(f"{value!r} is no {known.type}, as {made.field} needs", hint)


def _is_asked_of(comparison: str, known: Field) -> bool:
    if comparison == "contains":
        return known.type == "text"
    return comparison not in _ORDER or known.type in ("number", "date")


def split(conditions: t.Sequence[Condition]) -> t.Iterator[tuple[Condition, ...]]:
    """Give *conditions* in parts that the server takes: what meets one of the parts, meets them all."""
    return itertools.product(*map(_pieces, conditions))


def _pieces(made: Condition) -> list[Condition]:
    values = made.values
    starts = range(0, max(1, len(values)), MOST_IN_VALUES)
    return [replace(made, values=values[start : start + MOST_IN_VALUES]) for start in starts]


def to_json(conditions: t.Sequence[Condition], fields: t.Mapping[str, Field] = FIELDS) -> t.Optional[dict[str, t.Any]]:
    """Return the v2.x filter for *conditions*; None for no condition.

    Source: CertView API release notes 3.0.0 (shape); values are texts in all documented samples.

    :param fields: Those of the list that is to be filtered.
    """
    if not conditions:
        return None
    filters = []
    for made in conditions:
        entry = {"field": made.field, "operator": made.operator.upper()}
        if made.values:
            entry["value"] = ",".join(_json_value(fields.get(made.field), value) for value in made.values)
        filters.append(entry)
    return {"filters": filters, "operation": "AND"}


def _json_value(known: t.Optional[Field], value: str) -> str:
    if known is not None and known.type == "date":
        instant = parse_iso(value)
        if instant is not None:
            return f"{instant.isoformat()[:19]}.{instant.microsecond // 1000:03d}Z"
    return value


_QQL_ORDER = {"greater": ">", "greater_than_equal": ">=", "lesser": "<", "less_than_equal": "<="}


def to_qql(conditions: t.Sequence[Condition]) -> t.Optional[str]:
    """Return the v1 query (Qualys Query Language) for *conditions*; None for no condition.

    Source: Qualys online help, "How to Search" (back-ticks: exact; double quotes: contains; lists in brackets).

    :raises CertViewError: of kind V(options) for a value that QQL cannot quote, a field that v1 does not have, or
        V(is_empty) and V(is_not_empty).
    """
    return " and ".join(map(_qql_term, conditions)) or None


def _qql_term(made: Condition) -> str:
    known = FIELDS.get(made.field)
    token = known.qql if known else made.field.split(".", 1)[-1]
    if not token:
        raise _refuse(f"v1 of the API has no field for {made.field}", "Leave api_version at auto")
    if made.operator in _WITHOUT_VALUE:
        # No document shows how QQL asks for it, and a guess could select nothing in silence.
        raise _refuse(f"v1 of the API cannot be asked for {made.operator}", "Leave api_version at auto")
    values = [_qql_value(known, value, made.operator) for value in made.values]
    if made.operator == "in":
        return f"{token}:[{', '.join(values)}]"
    if made.operator in _QQL_ORDER:
        return f"{token} {_QQL_ORDER[made.operator]} {values[0]}"
    return f"{'not ' if made.operator == 'not_equals' else ''}{token}:{values[0]}"


def _qql_value(known: t.Optional[Field], value: str, comparison: str) -> str:
    if known is not None and known.type == "date":
        return f"'{iso(parse_iso(value))}'"
    if known is not None and known.type in ("number", "boolean"):
        return value.lower()
    quote = '"' if comparison == "contains" else "`"
    if quote in value:
        raise _refuse(f"QQL cannot quote the value {value!r}", "Leave api_version at auto")
    return f"{quote}{value}{quote}"


_COMPARE: t.Mapping[str, t.Callable[[t.Any, t.Any], bool]] = {
    "greater": operator.gt,
    "greater_than_equal": operator.ge,
    "lesser": operator.lt,
    "less_than_equal": operator.le,
}


@functools.lru_cache(maxsize=256)
def _wanted(made: Condition, known: Field) -> t.Optional[frozenset[t.Any]]:
    """Return what *made* compares with, read as the field's type; None when the type does not allow for that.

    Kept, because a list may hold 100,000 records, and an IN 1,000 values.
    """
    wanted = frozenset(known.read(value) for value in made.values)
    return wanted if _is_asked_of(made.operator, known) and None not in wanted else None


def _holds_for(comparison: str, wanted: frozenset[t.Any], values: t.Sequence[t.Any]) -> bool:
    if comparison == "is_empty":
        return not values
    if comparison == "is_not_empty":
        return bool(values)
    if comparison in ("equals", "in"):
        return not wanted.isdisjoint(values)
    (one,) = wanted
    if comparison == "not_equals":
        # With several values the server may mean any or all of them; only what contradicts both is dropped.
        return not values or any(value != one for value in values)
    if comparison == "contains":
        return any(str(one) in str(value) for value in values)
    return any(_COMPARE[comparison](value, one) for value in values)


def holds(
    conditions: t.Iterable[Condition],
    record: t.Mapping[str, t.Any],
    *,
    untold: bool,
    fields: t.Mapping[str, Field] = FIELDS,
) -> bool:
    """Tell whether *record* meets all *conditions*. Texts are compared without regard to case.

    :param untold: What counts for a condition on a field that the answer left out, that this collection does not know,
        or whose type does not fit: V(True) where the server has looked already, V(False) where nobody else does.
    :param fields: Those of the list that the record is of.
    """
    for made in conditions:
        known = fields.get(made.field)
        wanted = _wanted(made, known) if known else None
        values = known.values(record) if known and wanted is not None else None
        if wanted is not None and values is not None and _holds_for(made.operator, wanted, values):
            continue
        # Of a certificate on very many assets the answer holds only some: the one that is meant may be another.
        told = values is not None and (record.get("assets_complete") is not False or not (known and known.is_of_assets))
        if told or not untold:
            return False
    return True


def _certhash(given: str) -> str:
    # Browsers and OpenSSL show fingerprints of SHA-1, too, which no certificate would ever have here.
    certhash = fingerprint(given)
    if certhash is None:
        raise _refuse(
            f"certhashes has {given!r}, which is no SHA-256 fingerprint",
            "Give 64 hexadecimal digits, with or without colons",
        )
    return certhash


def _days_after(as_of: datetime, days: float) -> datetime:
    try:
        if days >= 0:
            return as_of + timedelta(days=days)
    except OverflowError:
        pass
    raise _refuse(f"expiring_within_days is {days:g}, and must be 0 or more, and end before the year 10000")


@dataclass(frozen=True)
class Shortcuts:
    """The conditions that have an option of their own, all to be met."""

    certhashes: tuple[str, ...] = ()
    primary_ips: tuple[str, ...] = ()
    asset_names: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    signature_algorithms: tuple[str, ...] = ()
    expiring_within_days: t.Optional[float] = None
    expired: t.Optional[bool] = None
    self_signed: t.Optional[bool] = None
    key_size_below: t.Optional[int] = None

    def conditions(self, as_of: datetime) -> list[Condition]:
        """Return them as conditions; an option that was not given, or is an empty list, adds none.

        :param as_of: The instant from which days are counted.
        :raises CertViewError: of kind V(options) for what is no fingerprint, no address, or an end that no calendar
            has.
        """
        lists = {
            "certificate.hash": tuple(map(_certhash, self.certhashes)),
            "asset.primaryIp": self.primary_ips,
            "asset.name": self.asset_names,
            "asset.tagName": self.tags,
            "certificate.type": self.types,
            "certificate.signatureAlgorithm": self.signature_algorithms,
        }
        found = [Condition(field, "in", tuple(map(_as_text, values))) for field, values in lists.items() if values]
        for made in found:
            _check_type(made)
        now = str(iso(as_of))
        if self.expiring_within_days is not None:
            end = str(iso(_days_after(as_of, self.expiring_within_days)))
            found.append(Condition("certificate.validToDate", "greater_than_equal", (now,)))
            found.append(Condition("certificate.validToDate", "less_than_equal", (end,)))
        if self.expired is not None:
            side = "lesser" if self.expired else "greater_than_equal"
            found.append(Condition("certificate.validToDate", side, (now,)))
        if self.self_signed is not None:
            found.append(condition("certificate.selfSigned", "equals", self.self_signed))
        if self.key_size_below is not None:
            found.append(condition("certificate.keySize", "lesser", self.key_size_below))
        return found
