# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the rules on names say; how names are compared is tested with the comparison."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.community.qualys.plugins.module_utils._rules import name
from ansible_collections.community.qualys.plugins.module_utils._rules.hostnames import LibraryMissing
from ansible_collections.community.qualys.plugins.module_utils._rules.model import (
    DOES_NOT_APPLY,
    FAIL,
    NOT_APPLICABLE,
    NOT_EVALUATED,
    PASS,
    PASSED,
    Context,
    Host,
    Subject,
    Verdict,
    failed,
    not_evaluated,
    subject_of,
)
from hypothesis import given
from hypothesis import strategies as st
from unit.audit.estates import AS_OF, instance, record

RULES = {rule.id: rule for rule in name.RULES}
NO_NAMES_TOLD = not_evaluated("subject alternative names not reported")
NO_TYPE = not_evaluated("certificate has no alternative names, and its type is not reported")
NO_LIBRARY = not_evaluated("Python library service-identity is not installed")
PUBLIC = {"name": "R11", "organization": "Let's Encrypt"}
PRIVATE = {"name": "Example Issuing CA", "organization": "Example Corp"}
BY_ADDRESS = not_evaluated("the instance is called 10.0.0.1, and the certificate is for no IP address")
HOST = Host("web1", ("web1", "web1.example.com"))


def judge(
    rule: str, dns: str = "", ip: str = "", fqdn: object = "www.example.com", host: Host | None = HOST, **changes: t.Any
) -> Verdict:
    names = {"dns_names": dns.split(), "ip_addresses": ip.split(), "other": {}}
    told = record(**{"subject_alternative_names": names, "issuer": PUBLIC, **changes})
    subject = subject_of(told, Context(AS_OF))
    return RULES[rule].judge(subject._replace(instance={**instance(), "fqdn": fqdn}, host=host))


@pytest.mark.parametrize(
    ("fqdn", "dns", "ip", "verdict"),
    [
        ("www.example.com", "mail.example.com *.example.com", "", PASSED),
        ("10.0.0.1", "", "10.0.0.1", PASSED),
        ("[2001:DB8::1]", "", "2001:db8::1", PASSED),
        ("web1", "web1", "", PASSED),
        (
            "WWW.example.com",
            "a.example.com b.example.com",
            "10.0.0.1",
            failed("www.example.com not among the names of the certificate: a.example.com, b.example.com, 10.0.0.1"),
        ),
        (
            "10.0.0.1",
            "10.0.0.1 a.example",
            "10.0.0.2",
            failed("10.0.0.1 not among the names of the certificate: 10.0.0.1 (as a DNS name), a.example, 10.0.0.2"),
        ),
        ("10.0.0.1", "a.example", "", BY_ADDRESS),
        ("10.0.0.1", "10.0.0.1", "", BY_ADDRESS),
        ("10.0.0.1", "", "", BY_ADDRESS),
        (
            "[2001:DB8::1]",
            "a.example",
            "",
            not_evaluated("the instance is called 2001:db8::1, and the certificate is for no IP address"),
        ),
        ("www.example.com", "", "", failed("www.example.com wanted; the certificate has no alternative names")),
        ("web1", "web1.example.com", "", not_evaluated("the instance is called web1, without a domain")),
        (
            "51.124.XX.247",
            "a.example",
            "",
            not_evaluated("the instance is called 51.124.XX.247, which is no host name"),
        ),
        ("a b", "a.example", "", not_evaluated("the instance is called a b, which is no host name")),
        ("", "a.example", "", DOES_NOT_APPLY),
        ("  ", "a.example", "", DOES_NOT_APPLY),
        (None, "a.example", "", DOES_NOT_APPLY),
        (7, "a.example", "", DOES_NOT_APPLY),
        ("UNKNOWN", "a.example", "", DOES_NOT_APPLY),
        ("localhost.", "a.example", "", DOES_NOT_APPLY),
    ],
)
def test_nam_001_the_name_of_the_instance(fqdn: object, dns: str, ip: str, verdict: Verdict) -> None:
    assert judge("NAM-001", dns, ip, fqdn) == verdict


def test_nam_001_does_not_look_at_the_common_name() -> None:
    assert judge("NAM-001", "a.example.com", subject={"name": "www.example.com"}).outcome == FAIL


def test_nam_001_names_only_the_first_of_many() -> None:
    message = judge("NAM-001", " ".join(f"h{number}.example.com" for number in range(90))).message
    assert message.endswith(
        "h0.example.com, h1.example.com, h2.example.com, h3.example.com, h4.example.com and 85 more"
    )


@pytest.mark.parametrize("rule", ["NAM-001", "NAM-003", "NAM-004", "NAM-005"])
@pytest.mark.parametrize(
    ("kind", "names", "verdict"),
    [
        ("Leaf", None, NO_NAMES_TOLD),
        ("Leaf", [], NO_NAMES_TOLD),
        (None, None, NO_NAMES_TOLD),
        (None, {}, NO_TYPE),
        (None, {"dns_names": "a.example", "ip_addresses": [None, 7]}, NO_TYPE),
        ("Intermediate", None, DOES_NOT_APPLY),
        ("root", {"dns_names": ["x"]}, DOES_NOT_APPLY),
        ("Intermediate CA", {"dns_names": ["x"]}, DOES_NOT_APPLY),
        ("CA", {"dns_names": ["x"]}, DOES_NOT_APPLY),
        ("Of a new kind", {}, NO_TYPE),
    ],
)
def test_only_leaves_of_known_names_are_judged(rule: str, kind: str | None, names: object, verdict: Verdict) -> None:
    assert judge(rule, type=kind, subject_alternative_names=names) == verdict


@pytest.mark.parametrize("kind", ["Leaf", "leaf", None])
def test_what_has_names_is_judged_as_a_leaf(kind: str | None) -> None:
    for rule in ("NAM-001", "NAM-005"):
        assert judge(rule, "other.example.com", type=kind).outcome == FAIL
    assert judge("NAM-003", "other.example.com", type=kind) == PASSED


@pytest.mark.parametrize(
    ("common_name", "dns", "verdict"),
    [
        ("www.example.com", "www.example.com", PASSED),
        ("www.example.com", "www.example.com *.example.com", failed("is for *.example.com")),
        ("*.example.com", "*.example.com *.example.org", failed("is for *.example.com, *.example.org")),
        ("*.example.com", "www.example.com", failed("is for *.example.com")),
        ("star*.example.com", "f*.example.com", PASSED),
        (None, "", PASSED),
    ],
)
def test_nam_002_wildcards(common_name: object, dns: str, verdict: Verdict) -> None:
    assert judge("NAM-002", dns, subject={"name": common_name}) == verdict


def test_nam_002_the_common_name_alone_can_fail_but_not_pass() -> None:
    unknown: dict[str, t.Any] = {"subject_alternative_names": None}
    assert judge("NAM-002", subject={"name": "*.example.com"}, **unknown) == failed("is for *.example.com")
    assert judge("NAM-002", subject={"name": "www.example.com"}, **unknown) == NO_NAMES_TOLD
    assert judge("NAM-002", subject=None, **unknown) == NO_NAMES_TOLD
    assert judge("NAM-002", subject={"name": "*.example.com"}, type="Root") == DOES_NOT_APPLY


@pytest.mark.parametrize(("dns", "ip", "outcome"), [("a.example", "", PASS), ("", "10.0.0.1", PASS), ("", "", FAIL)])
def test_nam_003_a_leaf_has_a_name(dns: str, ip: str, outcome: str) -> None:
    assert judge("NAM-003", dns, ip).outcome == outcome


@pytest.mark.parametrize(
    "internal",
    [
        *(
            "web1",
            "*.corp",
            "mail.corp",
            "a.b.LOCAL.",
            "printer.lan",
            "x.internal",
            "nas.home.arpa",
            "localhost",
            "x.test",
        ),
        *("10.0.0.1", "192.168.1.1", "127.0.0.1", "169.254.1.1", "fd00::1", "fe80::1", "::ffff:10.0.0.1", "224.0.0.1"),
    ],
)
def test_nam_004_internal_names(internal: str) -> None:
    expected = failed(f"issued by a public CA for {internal}")
    assert judge("NAM-004", f"www.example.com {internal}") == expected
    assert judge("NAM-004", ip=f"8.8.8.8 {internal}") == expected
    assert judge("NAM-004", internal, issuer=PRIVATE) == DOES_NOT_APPLY


def test_nam_004_names_of_the_world() -> None:
    world = "www.example.com *.corp.example.com local.example.com xn--bcher-kva.de myhome.net 8.8.8.8 2606:4700::1111"
    assert judge("NAM-004", world, "1.1.1.1 2606:4700::1111") == PASSED
    assert judge("NAM-004", world, issuer=None) == PASSED
    assert judge("NAM-004", "web1 www.example.com", issuer=None) == not_evaluated(
        "is for web1, which no public CA may certify; issuer not reported"
    )


@pytest.mark.parametrize(
    ("names", "dns", "verdict"),
    [
        (("web1", "web1.example.com"), "www.example.com web1.example.com", PASSED),
        (("web1", "web1.example.com"), "*.example.com", PASSED),
        (("web1",), "web1", PASSED),
        (
            ("web1", "web1.example.com"),
            "www.example.com",
            failed("web1.example.com not among the names of the certificate: www.example.com"),
        ),
        (("web1",), "web1.example.com", not_evaluated("the inventory knows web1 without a domain")),
        ((), "www.example.com", DOES_NOT_APPLY),
    ],
)
def test_nam_005_the_names_of_the_inventory(names: tuple[str, ...], dns: str, verdict: Verdict) -> None:
    assert judge("NAM-005", dns, host=Host("web1", names)) == verdict


def test_nam_005_needs_a_host() -> None:
    assert judge("NAM-005", "www.example.com", host=None) == DOES_NOT_APPLY


def test_without_the_library_nothing_is_taken_for_granted(monkeypatch: pytest.MonkeyPatch) -> None:
    def is_for(*arguments: object) -> bool:
        raise LibraryMissing

    monkeypatch.setattr(name, "is_for", is_for)
    assert judge("NAM-001", "www.example.com") == judge("NAM-005", "www.example.com") == NO_LIBRARY


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["*.example.com", "web1", "10.0.0.1"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["dns_names", "ip_addresses"]), inner),
)
NAMES = st.fixed_dictionaries({"dns_names": st.lists(JSON) | JSON, "ip_addresses": st.lists(JSON) | JSON})


@given(NAMES | JSON, JSON, JSON, st.sampled_from(["Leaf", None, "Root", 7]))
def test_no_json_makes_a_rule_raise(names: object, fqdn: object, holder: object, kind: object) -> None:
    told = {"subject_alternative_names": names, "subject": holder, "issuer": holder, "type": kind}
    for rule in RULES:
        verdict = judge(rule, fqdn=fqdn, **told)
        assert verdict.outcome in (PASS, FAIL, NOT_EVALUATED, NOT_APPLICABLE)
        assert bool(verdict.message) == (verdict.outcome in (FAIL, NOT_EVALUATED))
        assert RULES[rule].judge(Subject(Context(AS_OF))).outcome in (NOT_EVALUATED, NOT_APPLICABLE)
