# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What filters and tests make of values that are wrapped, hostile or wrong."""

from __future__ import annotations

import contextlib
import json
import typing as t
from collections.abc import Iterator, Mapping
from datetime import date

import jinja2
import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._given_records import records_of
from ansible_collections.community.qualys.plugins.plugin_utils._jinja import plain
from hypothesis import given
from hypothesis import strategies as st
from unit.audit.estates import AS_OF, asset, instance, record
from unit.client.support import JSON_VALUES
from unit.controller.certificates import FILTERS, NOW, RAW_V2, TESTS, ending

# As Ansible's own texts: str() does not make a plain one of it.
Text: type[str] = type("Text", (str,), {"__str__": lambda text: text})


class Lazy(Mapping[t.Any, t.Any]):
    def __init__(self, values: Mapping[t.Any, t.Any]) -> None:
        self._values = values

    def __getitem__(self, key: t.Any) -> t.Any:
        return self._values[key]

    def __iter__(self) -> Iterator[t.Any]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class TestPlain:
    def test_wrapped_values_become_plain_ones(self) -> None:
        vaulted = type("Vaulted", (), {"__ENCRYPTED__": True, "__str__": lambda value: Text("opened")})()

        class Number(int):
            pass

        value = Lazy({Text("a"): (Text("b"), {Text("c")}), 1: Number(2), "d": date(2026, 6, 1), "e": vaulted})
        found = plain(value)

        assert found == {"a": ["b", ["c"]], "1": 2, "d": "2026-06-01", "e": "opened"}
        assert json.dumps(found) == json.dumps(found, default=str)
        texts = [*found, found["a"][0], found["e"]]
        assert {text.__class__ for text in texts} == {str}
        assert found["1"].__class__ is int

    def test_what_select_returns_is_a_list(self) -> None:
        assert plain(iter([1, 2])) == [1, 2]
        assert FILTERS["certview_digest"](iter([ending(-1)]), as_of=NOW) == "1 certificate: 1 expired"

    @given(JSON_VALUES)
    def test_plain_values_stay_as_they_are(self, value: t.Any) -> None:
        assert json.dumps(plain(value)) == json.dumps(value)

    def test_what_is_not_defined_stays_an_error(self) -> None:
        missing = jinja2.StrictUndefined(name="certificates")
        for value in (missing, [missing], {"a": missing}, jinja2.Undefined(name="certificates")):
            with pytest.raises(jinja2.UndefinedError, match="certificates"):
                FILTERS["certview_findings"](value)

    def test_too_deep_a_value_is_refused(self) -> None:
        deep: t.Any = []
        for _each in range(5000):
            deep = [deep]
        with pytest.raises(AnsibleFilterError, match="nested more than 64 times"):
            FILTERS["certview_findings"](deep)


CERTIFICATE_KEYS = st.sampled_from(
    [*record(), *RAW_V2, "validToDate", "rootissuer", "subjectAlternativeNames", "vulnerabilities"]
)
HOSTILE = st.dictionaries(CERTIFICATE_KEYS, JSON_VALUES, max_size=8)
HOSTILE_ASSETS = st.lists(
    st.dictionaries(st.sampled_from([*asset(), "primaryIp", "hostInstances"]), JSON_VALUES, max_size=5)
    | st.fixed_dictionaries(
        {"id": JSON_VALUES, "instances": st.lists(st.dictionaries(st.sampled_from(list(instance())), JSON_VALUES))}
    ),
    max_size=3,
)


class TestHostileInput:
    @given(
        JSON_VALUES
        | st.lists(HOSTILE)
        | st.lists(st.builds(lambda fields, assets: {**record(), **fields, "assets": assets}, HOSTILE, HOSTILE_ASSETS))
    )
    def test_every_filter_gives_an_answer_or_a_clear_error(self, certificates: t.Any) -> None:
        policy = {
            "profile": "inventory-hygiene",
            "exceptions": [{"issuer": "x*", "reason": "x", "expires": "2027-01-01"}],
        }
        calls = [
            lambda: FILTERS["certview_findings"](certificates, "baseline", NOW),
            lambda: FILTERS["certview_findings"](certificates, policy, NOW),
            lambda: FILTERS["certview_match"](certificates, {"a": "10.0.0.1"}, NOW),
            lambda: FILTERS["certview_by_issuer"](certificates, NOW),
            lambda: FILTERS["certview_by_expiry_week"](certificates, NOW),
            lambda: FILTERS["certview_digest"](certificates, as_of=NOW),
            lambda: TESTS["certview_weak"](certificates, as_of=NOW),
            lambda: TESTS["certview_expired"](certificates, NOW),
        ]
        for call in calls:
            # Any other error than this one fails the test.
            with contextlib.suppress(AnsibleFilterError):
                json.dumps(call())

    @pytest.mark.parametrize(
        ("value", "words"),
        [
            ("text", "a text"),
            (7, "a number"),
            (None, "null"),
            (b"text", "bytes"),
            ([record(), "text"], "item 2 is a text"),
            ([[]], "item 1 is a list"),
            ([{"certhash": "aa"}], "item 1 has neither valid_to"),
            ([record(assets="all")], "assets of item 1 must be a list of dictionaries"),
            ([record(assets=[asset(instances=[1])])], "instances of item 1"),
        ],
    )
    def test_what_is_no_certificate_is_named_with_its_place(self, value: t.Any, words: str) -> None:
        with pytest.raises(CertViewError, match=words) as raised:
            records_of(plain(value), AS_OF)
        assert raised.value.kind == "options"
        assert "certview_certificate_info" in raised.value.hint

    def test_records_and_objects_may_stand_in_one_list(self) -> None:
        assert [each["certhash"] for each in records_of([record("aa"), RAW_V2], AS_OF)] == ["aa", "ab" * 32]
