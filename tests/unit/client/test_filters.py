# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.community.qualys.plugins.module_utils._certificate import Record, normalise
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
from unit.client.support import AS_OF, JSON_VALUES, outcome_of

END, SIZE, NAME = "certificate.validToDate", "certificate.keySize", "certificate.subject.name"


class TestCondition:
    @pytest.mark.parametrize(
        ("field", "operator", "value", "values"),
        [
            (SIZE, "lesser", 2048, ("2048",)),
            (SIZE, " Lesser ", "2048", ("2048",)),
            ("certificate.selfSigned", "equals", True, ("true",)),
            ("certificate.selfSigned", "equals", "False", ("False",)),
            (NAME, "in", "a, b", ("a", "b")),
            (NAME, "in", ["a", 5], ("a", "5")),
            (NAME, "contains", "x,y", ("x,y",)),
            (NAME, "is_empty", None, ()),
            (NAME, "is_not_empty", "", ()),
            ("certificate.unheardOf", "greater", "z", ("z",)),
            ("asset.primaryIp", "equals", "10.0.0.1", ("10.0.0.1",)),
        ],
    )
    def test_what_can_be_asked(self, field: str, operator: str, value: object, values: tuple[str, ...]) -> None:
        assert condition(field, operator, value) == Condition(field, operator.strip().lower(), values)

    @pytest.mark.parametrize(
        ("field", "operator", "value", "words"),
        [
            (SIZE, "less", 1, "Did you mean lesser"),
            (SIZE, "xxx", 1, "no operator 'xxx'"),
            (SIZE, "is_empty", 1, "takes no value"),
            (SIZE, "is_empty", 0, "takes no value"),
            (SIZE, "equals", None, "needs a value"),
            (SIZE, "equals", "", "needs a value"),
            (SIZE, "in", [], "needs a value"),
            (SIZE, "equals", [1], "takes one value"),
            (SIZE, "equals", {"a": 1}, "takes one value"),
            (NAME, "in", ["a,b"], "holds a comma"),
            (NAME, "in", ["a", " "], "cannot be a value"),
            (NAME, "in", ["a", None], "cannot be a value"),
            (NAME, "in", {"a": 1}, "cannot be a value"),
            (SIZE, "contains", "20", "contains cannot be asked of certificate.keySize, whose type is number"),
            (END, "contains", "2026", "whose type is date"),
            (NAME, "greater", "a", "greater cannot be asked"),
            ("certificate.selfSigned", "lesser", True, "whose type is boolean"),
            ("asset.primaryIp", "less_than_equal", "10.0.0.1", "whose type is address"),
            (SIZE, "equals", "two", "'two' is no number"),
            (SIZE, "in", "1,two", "'two' is no number"),
            (END, "greater", "tomorrow", "2026-06-01T00:00:00Z"),
            (END, "greater", 20260601, "'20260601' is no date"),
            ("certificate.selfSigned", "equals", 1, "is no boolean"),
            ("asset.primaryIp", "equals", "10.0.0.XX", "is no address"),
        ],
    )
    def test_what_can_mean_nothing_is_refused(self, field: str, operator: str, value: object, words: str) -> None:
        with pytest.raises(CertViewError) as caught:
            condition(field, operator, value)
        assert words in str(caught.value)
        assert caught.value.kind == "options"

    @given(st.sampled_from(sorted(FIELDS)) | st.text(), st.sampled_from(OPERATORS) | st.text(), JSON_VALUES)
    def test_whatever_is_written_is_a_condition_or_a_clear_error(self, field: str, operator: str, value: t.Any) -> None:
        outcome = outcome_of(condition, field, operator, value)
        if isinstance(outcome, CertViewError):
            assert outcome.kind == "options"
        else:
            json.dumps(to_json([outcome]))
            assert holds([outcome], normalise({}, AS_OF), untold=True) or field.startswith(("asset.", "instance."))


class TestJsonFilter:
    def test_no_condition_is_no_filter(self) -> None:
        assert to_json([]) is None

    def test_shape_and_spelling_of_the_guide(self) -> None:
        made = [
            condition(END, "lesser", "2026-03-31"),
            condition(END, "greater", "2026-03-31T01:00:00.25+01:00"),
            condition("asset.tagName", "not_equals", "Lab"),
            condition(SIZE, "in", [1024, 2048]),
            condition("asset.id", "is_not_empty"),
            condition("certificate.publicKeyAlgorithm", "equals", "RSA"),
        ]
        assert to_json(made) == {
            "filters": [
                {"field": END, "value": "2026-03-31T00:00:00.000Z", "operator": "LESSER"},
                {"field": END, "value": "2026-03-31T00:00:00.250Z", "operator": "GREATER"},
                {"field": "asset.tagName", "value": "Lab", "operator": "NOT_EQUALS"},
                {"field": SIZE, "value": "1024,2048", "operator": "IN"},
                {"field": "asset.id", "operator": "IS_NOT_EMPTY"},
                {"field": "certificate.publicKeyAlgorithm", "value": "RSA", "operator": "EQUALS"},
            ],
            "operation": "AND",
        }


class TestQql:
    @pytest.mark.parametrize(
        ("made", "text"),
        [
            (condition(NAME, "equals", "a b"), "subject.name:`a b`"),
            (condition(NAME, "not_equals", "a"), "not subject.name:`a`"),
            (condition(NAME, "contains", "Let's"), 'subject.name:"Let\'s"'),
            (condition(NAME, "in", ["a", "b"]), "subject.name:[`a`, `b`]"),
            (condition(SIZE, "lesser", 2048), "keySize < 2048"),
            (condition(SIZE, "less_than_equal", 2048), "keySize <= 2048"),
            (condition(SIZE, "equals", 2048), "keySize:2048"),
            (condition("certificate.selfSigned", "equals", True), "selfSigned:true"),
            (condition(END, "greater_than_equal", "2026-06-01"), "validTo >= '2026-06-01T00:00:00Z'"),
            (condition(END, "greater", "2026-06-01"), "validTo > '2026-06-01T00:00:00Z'"),
            (condition("certificate.sources", "equals", "VM"), "sources:`VM`"),
        ],
    )
    def test_one_condition(self, made: Condition, text: str) -> None:
        assert to_qql([made]) == text

    def test_several_conditions_must_all_hold(self) -> None:
        assert to_qql([condition(SIZE, "equals", 1), condition(SIZE, "not_equals", 2)]) == "keySize:1 and not keySize:2"
        assert to_qql([]) is None

    @pytest.mark.parametrize(("operator", "value"), [("equals", "a`b"), ("in", ["a", "`"]), ("contains", 'a"b')])
    def test_a_value_that_would_end_its_quotes_is_refused(self, operator: str, value: object) -> None:
        with pytest.raises(CertViewError, match="QQL cannot quote"):
            to_qql([condition(NAME, operator, value)])

    @pytest.mark.parametrize("operator", ["is_empty", "is_not_empty"])
    def test_what_no_document_of_qql_shows_is_refused(self, operator: str) -> None:
        with pytest.raises(CertViewError, match=f"cannot be asked for {operator}"):
            to_qql([condition(NAME, operator)])

    def test_a_field_without_a_token_is_refused(self) -> None:
        with pytest.raises(CertViewError, match=r"no field for asset\.primaryIp"):
            to_qql([condition("asset.primaryIp", "equals", "10.0.0.1")])

    @given(st.text(min_size=1), st.sampled_from(["equals", "not_equals", "in", "contains"]))
    def test_no_value_can_leave_its_quotes(self, value: str, operator: str) -> None:
        try:
            text = to_qql([condition(NAME, operator, [value] if operator == "in" else value)])
        except CertViewError:
            return
        quote = '"' if operator == "contains" else "`"
        assert text is not None
        assert text.count(quote) == 2


TIMES = ("2026-05-31T00:00:00Z", "2026-06-01T00:00:00Z", "2026-06-01T00:00:00.500Z", "2026-07-01T00:00:00Z")
TEXTS = ("web01", "WEB01", "web", "db.example")
ADDRESSES = ("10.0.0.1", "10.0.0.2", "2001:db8::1")
RECORDS = st.fixed_dictionaries(
    {
        "keySize": st.sampled_from([256, 2048, 4096]),
        "validToDate": st.sampled_from(TIMES),
        "selfSigned": st.booleans(),
        "subject": st.fixed_dictionaries({"name": st.sampled_from(TEXTS)}),
        "assets": st.lists(
            st.fixed_dictionaries(
                {
                    "name": st.sampled_from(TEXTS),
                    "primaryIp": st.sampled_from(ADDRESSES),
                    "hostInstances": st.lists(
                        st.fixed_dictionaries({"port": st.sampled_from([443, 8443])}), max_size=2
                    ),
                }
            ),
            max_size=3,
        ),
    }
)

# What a condition is about, read from the raw answer by other means than the library's: values and what to ask for.
READERS: dict[str, tuple[t.Callable[[t.Any], list[t.Any]], t.Callable[[str], t.Any], tuple[object, ...]]] = {
    SIZE: (lambda raw: [raw["keySize"]], int, (256, 2048, 3000)),
    END: (
        # All are of one shape but for the half second, and so sort as text.
        lambda raw: [raw["validToDate"].replace("00Z", "00.000Z")],
        lambda text: f"{text[:10]}T00:00:00.000Z",
        ("2026-06-01", "2026-07-01T00:00:00Z"),
    ),
    "certificate.selfSigned": (lambda raw: [raw["selfSigned"]], lambda text: text == "true", (True, False)),
    NAME: (lambda raw: [raw["subject"]["name"].lower()], str.lower, ("Web01", "web", "none")),
    "asset.name": (lambda raw: [asset["name"].lower() for asset in raw["assets"]], str.lower, ("Web01", "eb")),
    "asset.primaryIp": (
        lambda raw: [asset["primaryIp"] for asset in raw["assets"]],
        lambda text: "2001:db8::1" if ":" in text else text,
        ("10.0.0.1", "2001:DB8:0::1"),
    ),
    "instance.port": (
        lambda raw: [each["port"] for asset in raw["assets"] for each in asset["hostInstances"]],
        int,
        (443, 8443, 1),
    ),
}


def independent(raw: t.Any, field: str, operator: str, wanted: list[t.Any]) -> bool:
    values = READERS[field][0](raw)
    matches = {
        "equals": lambda: any(value == wanted[0] for value in values),
        "in": lambda: bool(set(values) & set(wanted)),
        # Kept unless every value is the unwanted one: what any reading of the server could return.
        "not_equals": lambda: not values or set(values) != set(wanted),
        "contains": lambda: any(wanted[0] in value for value in values),
        "greater": lambda: max(values, default=wanted[0]) > wanted[0],
        "greater_than_equal": lambda: bool(values) and max(values) >= wanted[0],
        "lesser": lambda: min(values, default=wanted[0]) < wanted[0],
        "less_than_equal": lambda: bool(values) and min(values) <= wanted[0],
        "is_empty": lambda: not values,
        "is_not_empty": lambda: bool(values),
    }
    return matches[operator]()


class TestHolds:
    @given(RECORDS, st.sampled_from(sorted(READERS)), st.sampled_from(OPERATORS), st.data())
    def test_agrees_with_an_independent_evaluation(
        self, raw: t.Any, field: str, operator: str, data: st.DataObject
    ) -> None:
        choices = READERS[field][2]
        value: t.Any = data.draw(st.sampled_from(choices))
        if operator == "in":
            value = data.draw(st.lists(st.sampled_from(choices), min_size=1, max_size=2))
        try:
            made = condition(field, operator, None if operator.endswith("empty") else value)
        except CertViewError:
            return
        wanted = [READERS[field][1](text) for text in made.values]
        record = normalise(raw, AS_OF)
        assert holds([made], record, untold=False) is independent(raw, field, operator, wanted)
        assert holds([made], record, untold=True) is independent(raw, field, operator, wanted)

    @given(RECORDS, st.integers(0, 5000), st.booleans())
    def test_all_conditions_must_hold(self, raw: t.Any, size: int, own: bool) -> None:
        both = [condition(SIZE, "lesser", size), condition("certificate.selfSigned", "equals", own)]
        record = normalise(raw, AS_OF)
        assert holds(both, record, untold=True) is (raw["keySize"] < size and raw["selfSigned"] is own)

    @pytest.mark.parametrize("untold", [True, False])
    @pytest.mark.parametrize(
        "field", [SIZE, "asset.tagName", "certificate.unheardOf", "certificate.publicKeyAlgorithm"]
    )
    def test_what_the_answer_does_not_tell_counts_as_the_caller_says(self, field: str, untold: bool) -> None:
        record = normalise({"assets": [{}]}, AS_OF)
        assert holds([condition(field, "equals", "1")], record, untold=untold) is untold

    @pytest.mark.parametrize(
        ("complete", "told", "met"), [(True, True, False), (False, True, True), (False, False, False)]
    )
    def test_an_asset_that_the_answer_left_out_may_be_the_one_that_is_meant(
        self, complete: bool, told: bool, met: bool
    ) -> None:
        raw = {"assets": [{"primaryIp": "10.0.0.1"}], "assetCount": 1 if complete else 1500, "keySize": 2048}
        record = normalise(raw, AS_OF)
        assert holds([condition("asset.primaryIp", "equals", "10.99.0.1")], record, untold=told) is met
        assert holds([condition(SIZE, "equals", 1024)], record, untold=told) is False


def selected(shortcuts: Shortcuts, *records: Record) -> list[bool]:
    conditions = shortcuts.conditions(AS_OF)
    return [holds(conditions, record, untold=False) for record in records]


class TestShortcuts:
    def test_none_given_is_no_condition(self) -> None:
        assert Shortcuts().conditions(AS_OF) == []

    def test_expiry_is_judged_by_as_of(self) -> None:
        ends = [AS_OF + timedelta(seconds=seconds) for seconds in (-1, 0, 86400, 86401)]
        records = [normalise({"validToDate": end.isoformat()}, AS_OF) for end in ends]
        assert selected(Shortcuts(expired=True), *records) == [True, False, False, False]
        assert selected(Shortcuts(expired=False), *records) == [False, True, True, True]
        assert selected(Shortcuts(expiring_within_days=1), *records) == [False, True, True, False]
        assert selected(Shortcuts(expired=True), *records) == [record["expired"] for record in records]

    @pytest.mark.parametrize("days", [-1, float("nan"), float("inf"), 1e12, 4e6])
    def test_days_that_no_calendar_has_are_refused(self, days: float) -> None:
        with pytest.raises(CertViewError, match="expiring_within_days is") as caught:
            Shortcuts(expiring_within_days=days).conditions(AS_OF)
        assert caught.value.kind == "options"

    def test_fingerprints_are_taken_as_browsers_and_openssl_show_them(self) -> None:
        record = normalise({"certhash": "e6fe22bf" * 8}, AS_OF)
        shown = Shortcuts(certhashes=(" " + ":".join(["E6:FE:22:BF"] * 8),))
        assert selected(shown, record) == [True]
        assert shown.conditions(AS_OF)[0].values == ("e6fe22bf" * 8,)

    @pytest.mark.parametrize("given", ["ab" * 20, "e6fe22bf", "", "g" * 64, "\u0661" * 64])
    def test_what_is_no_sha_256_is_refused_rather_than_never_found(self, given: str) -> None:
        with pytest.raises(CertViewError, match="no SHA-256 fingerprint") as caught:
            Shortcuts(certhashes=("ab" * 32, given)).conditions(AS_OF)
        assert caught.value.kind == "options"

    @pytest.mark.parametrize("name", ["asset_names", "tags", "types", "signature_algorithms"])
    def test_a_blank_is_no_name(self, name: str) -> None:
        with pytest.raises(CertViewError, match="cannot be a value") as caught:
            Shortcuts(**{name: ("a", " ")}).conditions(AS_OF)
        assert caught.value.kind == "options"

    @pytest.mark.parametrize(
        ("shortcuts", "raw", "other"),
        [
            (Shortcuts(primary_ips=("10.0.0.1",)), {"assets": [{"primaryIp": "10.0.0.1"}]}, {"assets": []}),
            (Shortcuts(asset_names=("Web01",)), {"assets": [{"name": "web01"}]}, {"assets": [{"name": "web"}]}),
            (Shortcuts(tags=("a", "b")), {"assets": [{"tags": [{"name": "b"}]}]}, {"assets": [{"tags": []}]}),
            (Shortcuts(types=("Leaf",)), {"type": "Leaf"}, {"type": "Root"}),
            (Shortcuts(signature_algorithms=("sha1withrsa",)), {"signatureAlgorithm": "SHA1withRSA"}, {}),
            (Shortcuts(self_signed=True), {"selfSigned": True}, {"selfSigned": False}),
            (Shortcuts(self_signed=False), {"selfSigned": False}, {"selfSigned": True}),
            (Shortcuts(key_size_below=2048), {"keySize": 2047}, {"keySize": 2048}),
        ],
    )
    def test_each_selects_what_it_says(self, shortcuts: Shortcuts, raw: t.Any, other: t.Any) -> None:
        assert selected(shortcuts, normalise(raw, AS_OF), normalise(other, AS_OF)) == [True, False]

    def test_what_is_no_address_is_refused_rather_than_never_found(self) -> None:
        with pytest.raises(CertViewError, match="'web01' is no address"):
            Shortcuts(primary_ips=("web01",)).conditions(AS_OF)


def test_operators_that_are_documented_are_all_there() -> None:
    assert len(set(OPERATORS)) == 10


def test_json_dates_are_utc_whatever_the_offset() -> None:
    zone = timezone(timedelta(hours=5))
    made = condition(END, "greater", datetime(2026, 6, 1, 5, tzinfo=zone).isoformat())
    assert to_json([made]) == {
        "filters": [{"field": END, "operator": "GREATER", "value": "2026-06-01T00:00:00.000Z"}],
        "operation": "AND",
    }
