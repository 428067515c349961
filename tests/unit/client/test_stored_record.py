# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t
from datetime import timedelta

import pytest
from ansible_collections.community.qualys.plugins.module_utils._certificate import as_of, normalise
from ansible_collections.community.qualys.plugins.module_utils._stored_record import StoredRecord, record_of, text_of
from hypothesis import given
from hypothesis import strategies as st
from unit.client.support import AS_OF, JSON_VALUES

LATER = AS_OF + timedelta(days=7)
TOLD = normalise({"id": 1, "certhash": "AA", "validTo": 1780315200000, "assets": [{"id": 7, "name": "web01"}]}, AS_OF)
FIRST, REST = text_of(TOLD).split("\n")


@given(
    st.dictionaries(st.sampled_from(["id", "certhash", "dn", "lastFound", "assets", "assetCount", "new"]), JSON_VALUES)
)
def test_a_record_is_read_as_it_was_written(raw: dict[str, t.Any]) -> None:
    record = normalise(raw, AS_OF)
    # As text: NaN is not equal to itself, and the order of the keys is to be the same.
    assert json.dumps(record_of(text_of(record))) == json.dumps(record)
    assert json.dumps(dict(StoredRecord(text_of(record), LATER))) == json.dumps(as_of(record, LATER))


def test_what_is_looked_at_first_is_told_without_reading_the_rest() -> None:
    record = StoredRecord(f"{FIRST}\nno JSON", LATER)
    assert {field: record.get(field) for field in json.loads(FIRST)} == json.loads(FIRST)
    assert record["assets"] == TOLD["assets"]


def test_the_rest_is_read_when_it_is_asked_for() -> None:
    record = StoredRecord(text_of(TOLD), LATER)
    assert record["days_remaining"] == as_of(TOLD, LATER)["days_remaining"] != TOLD["days_remaining"]
    assert record.get("expired") is True
    assert (record.get("unknown"), record.get("unknown", 1)) == (None, 1)
    assert len(record) == len(TOLD)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", FIRST, f"{FIRST}{REST}", f"{FIRST}\n{REST}}}", f"[]\n{REST}", f"{FIRST}\n[]"]
)
def test_what_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"record|Expecting|Extra"):
        record_of(text)
