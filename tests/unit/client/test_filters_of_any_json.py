# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Conditions of any values on answers of any shape: met or not, or a clear error."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.community.qualys.plugins.module_utils._certificate import normalise
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._fields import FIELDS
from ansible_collections.community.qualys.plugins.module_utils._filters import (
    OPERATORS,
    Condition,
    Shortcuts,
    condition,
    holds,
    to_json,
    to_qql,
)
from hypothesis import given
from hypothesis import strategies as st
from unit.client.answers import HOSTILE_VALUES, PATHS, spoilt
from unit.client.support import AS_OF, outcome_of

VALUE_OF_TYPE = {"text": "TLSv1", "number": 443, "date": "2026-06-01", "boolean": True, "address": "192.0.2.11"}


def asked_of_all_fields() -> t.Iterator[Condition]:
    for name, field in FIELDS.items():
        for operator in OPERATORS:
            made = outcome_of(condition, name, operator, None if "empty" in operator else VALUE_OF_TYPE[field.type])
            if isinstance(made, Condition):
                yield made


ASKED_OF_ALL_FIELDS = list(asked_of_all_fields())


@given(st.sampled_from(PATHS), HOSTILE_VALUES, st.booleans())
def test_any_json_in_the_place_of_any_field_meets_a_condition_or_not(
    path: tuple[str | int, ...], value: t.Any, untold: bool
) -> None:
    record = normalise(spoilt(path, value), AS_OF)
    for made in ASKED_OF_ALL_FIELDS:
        assert holds([made], record, untold=untold) in (True, False)


def up_to_two(values: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    """Texts for a list option; often none, because one that is refused hides what becomes of the others."""
    return st.just(()) | st.just(()) | st.lists(values, max_size=2).map(tuple)


SHORTCUTS = st.builds(
    Shortcuts,
    certhashes=up_to_two(st.text() | st.text("0123456789abcdefABCDEF", min_size=64, max_size=64)),
    primary_ips=up_to_two(st.text() | st.ip_addresses().map(str)),
    asset_names=up_to_two(st.text()),
    tags=up_to_two(st.text()),
    types=up_to_two(st.text()),
    signature_algorithms=up_to_two(st.text()),
    expiring_within_days=st.none() | st.floats() | st.integers(),
    expired=st.none() | st.booleans(),
    self_signed=st.none() | st.booleans(),
    key_size_below=st.none() | st.integers(),
)


@given(SHORTCUTS, st.sampled_from(PATHS), HOSTILE_VALUES)
def test_any_values_of_shortcuts_are_conditions_that_can_be_asked_or_a_clear_error(
    shortcuts: Shortcuts, path: tuple[str | int, ...], value: t.Any
) -> None:
    made = outcome_of(shortcuts.conditions, AS_OF)
    if isinstance(made, CertViewError):
        assert made.kind == "options"
        return
    assert (made == []) == (shortcuts == Shortcuts())
    asked = outcome_of(to_qql, made)
    assert not isinstance(asked, CertViewError) or asked.kind == "options"
    json.dumps(to_json(made))
    assert holds(made, normalise(spoilt(path, value), AS_OF), untold=True) in (True, False)
