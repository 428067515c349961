# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Conditions as the server reads them: in JSON and in QQL they mean the same, whatever their values hold."""

from __future__ import annotations

import functools
import typing as t
from datetime import datetime, timezone

from ansible_collections.community.qualys.plugins.module_utils._certificate import normalise
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._fields import FIELDS
from ansible_collections.community.qualys.plugins.module_utils._filters import (
    Condition,
    condition,
    holds,
    to_json,
    to_qql,
)
from ansible_collections.community.qualys.plugins.module_utils._values import iso
from hypothesis import given, settings
from hypothesis import strategies as st
from simulator.estate.model import Certificate
from simulator.estate.rendering import INCLUDES, Wanted, certificate_v2
from simulator.filters.fields import JSON_FIELDS, Row
from simulator.filters.json_filter import Dialect
from simulator.filters.qql_parse import All, Comparison, Match, Not, Value, parse
from simulator.server import build_estate
from simulator.settings import EstateSettings
from unit.client.support import AS_OF, outcome_of
from unit.simulator.serving import NOW

WITHOUT_VALUE = ("is_empty", "is_not_empty")
ORDERS = {"greater": ">", "greater_than_equal": ">=", "lesser": "<", "less_than_equal": "<="}
OPERATORS_OF = {
    "text": ("equals", "not_equals", "in", "contains"),
    "number": ("equals", "not_equals", "in", *ORDERS),
    "date": ("equals", *ORDERS),
    "boolean": ("equals", "not_equals"),
    "address": ("equals", "not_equals", "in"),
}
# Half of what ends a value or begins something else in QQL, half of anything.
TRICKY = st.text("\"'`()[]{}:<>=,.\\ \n\tandortxyé", min_size=1) | st.text(min_size=1)
VALUES_OF: dict[str, st.SearchStrategy[t.Any]] = {
    "text": TRICKY,
    "number": st.integers(0, 2**53),
    "date": st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=st.just(timezone.utc)).map(
        lambda instant: f"{instant.isoformat()[:19]}.{instant.microsecond // 1000:03d}Z"
    ),
    "boolean": st.booleans(),
    "address": st.ip_addresses(v=4).map(str),
}


@st.composite
def conditions(
    draw: st.DrawFn, fields: t.Sequence[str], own_values: t.Callable[[str], t.Sequence[t.Any]] = lambda field: ()
) -> Condition:
    """A condition that can be written, with any value or with one that some certificate has."""
    field = draw(st.sampled_from(fields))
    kind = FIELDS[field].type
    value = VALUES_OF[kind]
    if own_values(field):
        value = st.sampled_from(own_values(field)) | value
    operator = draw(st.sampled_from((*OPERATORS_OF[kind], *WITHOUT_VALUE)))
    if operator in WITHOUT_VALUE:
        return condition(field, operator)
    try:
        return condition(field, operator, draw(st.lists(value, min_size=1, max_size=4) if operator == "in" else value))
    except CertViewError:
        # A text of blanks, or one with a comma for `in`: refused before it is written, as other tests show.
        return condition("certificate.keySize", "equals", 1)


def read_back(made: Condition) -> t.Any:
    """The condition as a parser of QQL should understand it, said by other means than the library's."""
    kind = FIELDS[made.field].type
    match = {"text": Match.EXACT, "date": Match.PHRASE}.get(kind, Match.WORDS)
    if made.operator == "contains":
        match = Match.PHRASE
    texts = [value.removesuffix("Z").removesuffix(".000") + "Z" if kind == "date" else value for value in made.values]
    texts = [text.lower() if kind == "boolean" else text for text in texts]
    values = tuple(Value(text, match) for text in texts)
    comparison = Comparison(FIELDS[made.field].qql, ORDERS.get(made.operator, ":"), values)
    return Not(comparison) if made.operator == "not_equals" else comparison


@given(st.lists(conditions([name for name, field in FIELDS.items() if field.qql]), min_size=1, max_size=4))
def test_qql_is_read_back_as_the_conditions_that_it_was_written_from(made: list[Condition]) -> None:
    text = outcome_of(to_qql, made)
    if isinstance(text, CertViewError):
        if "QQL cannot quote" in str(text):
            assert any({"contains": '"'}.get(each.operator, "`") in value for each in made for value in each.values)
        else:
            assert any(f"cannot be asked for {each.operator}" in str(text) for each in made)
        return
    assert not any(each.operator in WITHOUT_VALUE for each in made)
    assert text is not None
    expected = [read_back(each) for each in made]
    assert parse(text) == (expected[0] if len(expected) == 1 else All(tuple(expected)))


def _row(certificate: Certificate) -> Row:
    installations = certificate.installations
    return Row(
        (certificate,),
        tuple(installation.asset for installation in installations),
        tuple(instance for installation in installations for instance in installation.instances),
    )


@functools.cache
def served() -> list[tuple[Row, dict[str, t.Any]]]:
    """Certificates as the server filters them, and the records that a client has of them."""
    wanted = Wanted("v2.2", includes=frozenset(INCLUDES))
    certificates = build_estate(EstateSettings("generated", 40, 30, now=NOW)).certificates
    return [(_row(each), normalise(certificate_v2(each, wanted), AS_OF)) for each in certificates]


@functools.cache
def own_values(field: str) -> list[t.Any]:
    """What a user would write to find one of the certificates."""
    values = {value for row, record in served() for value in JSON_FIELDS[field].values(row)}
    if FIELDS[field].type == "date":
        return sorted(iso(datetime.fromtimestamp(value / 1000, timezone.utc)) or "" for value in values)
    return sorted(values)


@settings(max_examples=150)
@given(st.lists(conditions([name for name in FIELDS if name in JSON_FIELDS], own_values), min_size=1, max_size=2))
def test_the_server_selects_by_json_what_the_conditions_mean_here(made: list[Condition]) -> None:
    chosen = Dialect(JSON_FIELDS, NOW).compile(to_json(made))
    assert chosen is not None
    by_server = {record["id"] for row, record in served() if chosen(row)}
    # What a record does not tell is empty here, for all that an answer can tell was asked for.
    here = {
        record["id"]
        for row, record in served()
        if all(holds([each], record, untold=each.operator == "is_empty") for each in made)
    }
    if any(each.operator == "not_equals" for each in made):
        # With several values the server may mean any or all of them; what contradicts both is dropped here.
        assert by_server <= {record["id"] for row, record in served() if holds(made, record, untold=True)}
    else:
        assert by_server == here
