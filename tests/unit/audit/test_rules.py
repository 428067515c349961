# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for every rule: what it tells of itself, where it belongs, and that nothing makes it raise."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace
from datetime import date

import pytest
from ansible_collections.community.qualys.plugins.module_utils import _rules
from ansible_collections.community.qualys.plugins.module_utils._rules.model import (
    FAIL,
    NOT_APPLICABLE,
    NOT_EVALUATED,
    PASS,
    SCOPES,
    SEVERITIES,
    Context,
    Host,
    Lists,
    Subject,
    Thresholds,
    certificate_type,
    is_ca,
    subject_of,
)
from ansible_collections.community.qualys.plugins.module_utils._rules.profiles import PROFILES
from ansible_collections.community.qualys.plugins.module_utils._rules.registry import RULES, rules_of
from hypothesis import given
from hypothesis import strategies as st
from unit.audit.estates import AS_OF, record
from unit.client.support import JSON_VALUES

# The table of rules that the collection promises, in the letters of its profiles.
LETTERS = {
    "B": "baseline",
    "C": "cabf-public",
    "N": "nist-800-131a",
    "Q": "nist-pqc",
    "P": "pci-dss-4",
    "Mm": "mozilla-modern",
    "Mi": "mozilla-intermediate",
    "Mo": "mozilla-old",
    "S": "ssllabs",
    "A": "acme-short-lived",
    "H": "inventory-hygiene",
}
ALL = " ".join(LETTERS)
ALL_BUT_OLD = ALL.replace("Mo ", "")
PROMISED = {
    "EXP-001": ("critical", ALL),
    "EXP-002": ("high", ALL),
    "EXP-003": ("medium", ALL),
    "EXP-004": ("info", "B P H"),
    "EXP-005": ("high", ALL),
    "EXP-006": ("info", "H"),
    "EXP-007": ("info", "B H"),
    "VAL-001": ("high", "B C"),
    "VAL-002": ("low", "C"),
    "VAL-003": ("low", "H"),
    "VAL-004": ("medium", "Mm Mi Mo"),
    "VAL-005": ("info", "C A"),
    "VAL-006": ("info", "A"),
    "KEY-001": ("critical", ALL),
    "KEY-002": ("high", ALL),
    "KEY-003": ("medium", "N Q"),
    "KEY-004": ("high", ALL),
    "KEY-005": ("high", "C N"),
    "KEY-006": ("low", "C"),
    "KEY-007": ("low", "Mm"),
    "KEY-008": ("info", "Q"),
    "KEY-009": ("info", "Q"),
    "KEY-010": ("low", "H"),
    "SIG-001": ("critical", ALL),
    "SIG-002": ("high", ALL),
    "SIG-003": ("low", "N"),
    "SIG-004": ("low", "Mm Mi"),
    "TRU-001": ("medium", "B C P S"),
    "TRU-002": ("medium", "P H"),
    "TRU-003": ("high", "B C"),
    "TRU-004": ("high", "S B"),
    "TRU-005": ("low", "H"),
    "TRU-006": ("critical", ALL),
    "NAM-001": ("high", "B C S"),
    "NAM-002": ("low", "H P"),
    "NAM-003": ("medium", "C"),
    "NAM-004": ("medium", "C"),
    "NAM-005": ("info", "H"),
    "TLS-001": ("critical", ALL),
    "TLS-002": ("high", ALL_BUT_OLD),
    "TLS-003": ("high", ALL),
    "TLS-004": ("low", "N Mm"),
    "TLS-005": ("medium", "Mm"),
    "CIP-001": ("critical", ALL),
    "CIP-002": ("high", ALL),
    "CIP-003": ("high", ALL_BUT_OLD),
    "CIP-004": ("medium", "N Mi S"),
    "CIP-005": ("low", "Mi S"),
    "CIP-006": ("low", "Mm Mi Mo"),
    "CIP-007": ("high", "S"),
    "GRD-001": ("high", "B S P"),
    "VUL-001": ("critical", "B P S"),
    "INV-001": ("info", "H P"),
    "INV-002": ("info", "H P"),
    "INV-003": ("info", "H P"),
    "INV-004": ("info", "H"),
    "INV-005": ("low", "P H"),
}
INCLUDES = {
    "asset_interfaces",
    "vulnerabilities",
    "ssl_protocols",
    "cipher_suites",
    "asset_tags",
    "extensive_certificate_info",
}


def test_every_rule_that_was_promised_is_there_with_its_severity() -> None:
    assert {rule.id: rule.severity for rule in RULES.values()} == {
        identifier: severity for identifier, (severity, _profiles) in PROMISED.items()
    }


@pytest.mark.parametrize("letters", LETTERS)
def test_every_profile_chooses_the_promised_rules(letters: str) -> None:
    promised = [rule for rule, (_severity, profiles) in sorted(PROMISED.items()) if letters in profiles.split()]
    assert list(rules_of(LETTERS[letters])) == promised


def test_every_profile_is_promised_and_overrides_severities_of_its_own_rules() -> None:
    assert set(PROFILES) == set(LETTERS.values())
    for name, profile in PROFILES.items():
        assert set(profile.severities) <= set(rules_of(name))
        assert set(profile.severities.values()) <= set(SEVERITIES)
        assert set(profile.thresholds) <= set(Thresholds._fields)
        assert set(profile.lists) <= set(Lists._fields)


def test_every_family_is_registered_and_no_two_declare_the_same_rule() -> None:
    modules = [
        importlib.import_module(f"{_rules.__name__}.{found.name}") for found in pkgutil.iter_modules(_rules.__path__)
    ]
    declared = [
        rule.id
        for module in modules
        if module.__name__ != f"{_rules.__name__}.registry"
        for rule in getattr(module, "RULES", ())
    ]
    assert sorted(declared) == sorted(RULES)


def test_every_rule_tells_all_that_a_reader_needs() -> None:
    for identifier, rule in RULES.items():
        assert identifier == rule.id
        assert rule.severity in SEVERITIES
        assert all((rule.title, rule.description, rule.remediation))
        assert not rule.title.endswith(".")
        assert rule.description.endswith(".")
        assert rule.remediation.endswith(".")
        assert rule.citations
        assert all(citation.document and citation.section for citation in rule.citations)
        assert all(citation.url.startswith("https://") for citation in rule.citations)
        assert set(rule.yields_to) < set(RULES) - {identifier}
        assert rule.scope in SCOPES
        assert set(rule.includes) <= INCLUDES
        assert rule.since in (None, "v2", "v2.1", "v2.2")


def test_no_two_rules_have_the_same_title() -> None:
    titles = [rule.title for rule in RULES.values()]
    assert sorted(titles) == sorted(set(titles))


def test_a_rule_is_in_force_between_its_dates() -> None:
    deprecated_tls = RULES["TLS-002"]
    assert [deprecated_tls.in_force(date(2021, *day)) for day in ((2, 28), (3, 1))] == [False, True]
    withdrawn = replace(deprecated_tls, ineffective=date(2030, 1, 1))
    assert [withdrawn.in_force(day) for day in (date(2029, 12, 31), date(2030, 1, 1))] == [True, False]


# Values that come close to what a field holds, or that a reader of it may stumble over.
ODDITIES = (
    *("2026-02-30T00:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "RSA", "EC", "ML-DSA-65", "reported"),
    *("Leaf", "root", "SHA1withRSA", "T", "A", "", "\0", "*.", "xn--", None, True, False, 0, -1, 1.5, 1 << 70, 1e308),
    *([], [None], [[]], [{}], {}, {"": [{}]}, {"name": [], "organization": {}, "certhash": 1}, {"dns_names": {"a": 1}}),
)
FIELDS = st.sampled_from([*record(), "port", "protocol", "fqdn", "grade", "pqc"])


@st.composite
def subjects(draw: st.DrawFn) -> Subject:
    """Anything that the API may tell; what the audit itself makes of it has the shape that it always has."""
    fields = draw(st.dictionaries(FIELDS, JSON_VALUES | st.sampled_from(ODDITIES)))
    certificate = record() if draw(st.booleans()) else dict.fromkeys(record(), draw(st.sampled_from(ODDITIES)))
    words = st.lists(st.text(), max_size=2).map(tuple)
    lists = Lists(*(draw(words) for _field in Lists._fields))
    instance = {
        **{name: fields.get(name) for name in ("port", "protocol", "fqdn", "grade", "pqc")},
        "ssl_protocols": draw(st.none() | words),
        "cipher_suites": draw(JSON_VALUES | st.sampled_from(ODDITIES)),
        "vulnerabilities": draw(JSON_VALUES | st.sampled_from(ODDITIES)),
    }
    asset = {"id": 1, "name": None, "tags": draw(st.none() | words), "is_matched": draw(st.booleans())}
    subject = subject_of({**certificate, **fields}, Context(AS_OF, Thresholds(), lists))
    return subject._replace(
        instance=draw(st.sampled_from((None, instance))),
        asset=draw(st.sampled_from((None, asset))),
        host=draw(st.none() | st.builds(Host, st.text(), words, st.booleans())),
        successor=draw(st.sampled_from((None, {**certificate, **fields}, {}))),
    )


@given(subject=subjects())
def test_no_rule_raises(subject: Subject) -> None:
    for identifier, rule in RULES.items():
        verdict = rule.judge(subject)
        assert verdict.outcome in (PASS, FAIL, NOT_EVALUATED, NOT_APPLICABLE), identifier
        assert bool(verdict.message) == (verdict.outcome in (FAIL, NOT_EVALUATED)), identifier
        assert verdict.severity is None or verdict.severity in SEVERITIES, identifier


@pytest.mark.parametrize(
    ("told", "kind", "of_a_ca"),
    [
        *((told, "leaf", False) for told in ("Leaf", "leaf", " END ENTITY ", "end-entity", "EndEntity", "Server")),
        *((told, "intermediate", True) for told in ("Intermediate", "INTERMEDIATE_CA", "Subordinate CA", "Sub CA")),
        *((told, "root", True) for told in ("Root", "root", "Root CA", "RootCA")),
        *((told, None, True) for told in ("CA", "Certificate Authority")),
        *(
            (told, None, False)
            for told in ("Cross", "Leaf or root", "", "{{ 7*7 }}", None, 7, ["Leaf"], {"type": "Leaf"})
        ),
    ],
)
def test_types_of_certificates(told: object, kind: str | None, of_a_ca: bool) -> None:
    certificate = {"type": told}
    assert (certificate_type(certificate), is_ca(certificate)) == (kind, of_a_ca)


@pytest.mark.parametrize(("self_signed", "kind"), [(True, "root"), (False, "intermediate"), (None, None), ([], None)])
def test_what_is_of_a_ca_and_no_more_is_told_by_its_signature(self_signed: object, kind: str | None) -> None:
    assert certificate_type({"type": "CA", "self_signed": self_signed}) == kind
    assert certificate_type({"type": "Leaf", "self_signed": self_signed}) == "leaf"


@pytest.mark.parametrize("identifier", RULES)
def test_no_rule_passes_or_fails_without_its_input(identifier: str) -> None:
    nothing = Subject(Context(AS_OF), dict.fromkeys(record()))
    assert RULES[identifier].judge(nothing).outcome in (NOT_EVALUATED, NOT_APPLICABLE)
