# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""QQL: grammar, meaning, refusals (QQL best practices; CertView API guide, List Certificates v1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulator.errors import ApiError
from simulator.estate.demo import demo_estate
from simulator.filters.fields import QQL_TOKENS, Row
from simulator.filters.qql import compile_query
from simulator.filters.qql_parse import QqlError, parse
from unit.simulator.serving import NOW

ESTATE = demo_estate(1, NOW)
ECDSA = {"*.apps", "db03", "mail02", "app01"}


def found(query: str, case_sensitive: bool = False) -> set[str]:
    predicate = compile_query(query, QQL_TOKENS, NOW, case_sensitive)
    assert predicate is not None
    return {
        leaf.subject.name.removesuffix(".example.com")
        for leaf in ESTATE.certificates
        if leaf.profile.type == "Leaf"
        and predicate(Row((leaf,), tuple(each.asset for each in leaf.installations), tuple(leaf.instances)))
    }


EVERYTHING = found("keySize > 0")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("selfSigned:true", {"lb01"}),
        ("selfSigned: TRUE", {"lb01"}),
        ("not selfSigned:true", EVERYTHING - {"lb01"}),
        ("NOT selfSigned:true", EVERYTHING - {"lb01"}),
        ("not not selfSigned:true", {"lb01"}),
        ("selfSigned:true and keySize:2048", {"lb01"}),
        ("selfSigned:true AND keySize:1024", set()),
        ("selfSigned:true or keySize:1024", {"lb01", "db01"}),
        ("selfSigned:true or keySize:1024 and keySize:3072", {"lb01"}),
        ("(selfSigned:true or keySize:1024) and keySize:1024", {"db01"}),
        ("not (selfSigned:true or keySize > 256)", ECDSA),
        ("subject:(name: web04)", {"web04"}),
        ("subject:(name: web04 and organization: Corp)", {"web04"}),
        ("subject:(name: web04 and organization: Shop)", set()),
        ("subject.name: web04.example.com", EVERYTHING),
        ('subject.name: "web04.example.com"', {"web04"}),
        ('subject.name: "web04.exam"', {"web04"}),
        ('subject.name: "eb04"', set()),
        ("subject.name: `web04.example.com`", {"web04"}),
        ("subject.name: `web04`", set()),
        ("issuer.organization:'Let's Certify'", {"mail02", "app01"}),
        ("issuer.organization:'Let's Certify' and keySize:256", {"mail02", "app01"}),
        ("(issuer.organization:'Let's Certify')", {"mail02", "app01"}),
        ("rootIssuer.name: X1", {"mail02", "app01"}),
        ("keySize:[`1024`,`256`]", ECDSA | {"db01"}),
        ("keySize:[1024]", {"db01"}),
        ("keySize:[256 .. 1024]", ECDSA | {"db01"}),
        ("keySize:[256..1024]", ECDSA | {"db01"}),
        ("keySize:(256 .. 1024)", set()),
        ("keySize:(255 .. 1025)", ECDSA | {"db01"}),
        ("keySize > 2048", {"web04", "mail01", "lb02", "agent.app01"}),
        ("keySize:>2048", {"web04", "mail01", "lb02", "agent.app01"}),
        ("keySize >= 3072", {"web04", "mail01", "lb02", "agent.app01"}),
        ("keySize < 1024", ECDSA),
        ("keySize <= 1024", ECDSA | {"db01"}),
        ("validTo < now", {"shop"}),
        ("validTo < '2026-06-01'", {"shop"}),
        ("validTo: '2026-05-20'", {"shop"}),
        ("validTo: 2026-05-20", {"shop"}),
        ("validTo <= 2026-05-20T00:00:00Z", {"shop"}),
        ("validTo < 2026-05-20T00:00:00Z", set()),
        ("validTo:[now-30d .. now]", {"shop"}),
        ("validTo:[now .. now+7d]", {"api"}),
        ("validFrom > now", {"lb02"}),
        ("lastFound:[now-1d .. now]", EVERYTHING),
        ("expiryGroup: Expired", {"shop"}),
        ("expiryGroup: 'In 10 Days'", {"api"}),
        ("expiryGroup: In 10 Days or keySize:1024", {"api", "db01"}),
        ("signatureAlgorithm: SHA1withRSA", {"db02"}),
        ("tags.name: PCI", {"db01", "db02"}),
        ("asset:(name: db01 and primaryIp: 192.0.2.21)", {"db01"}),
        ("asset:(name: web03 and primaryIp: 192.0.2.14)", set()),
        ("asset.name: web03 and asset.primaryIp: 192.0.2.14", {"*.apps"}),
        ("asset.primaryIp: 2001:0db8:0::25", {"mail02"}),
        ("asset.interface.address: 203.0.113.10", {"lb01"}),
        ("instance:(port: 993 and grade: C)", {"mail01"}),
        ("instance.port:[25, 636]", {"mail01", "db01"}),
        ("operatingSystem: Windows", {"db02"}),
        ("subjectAlternativeNames: `203.0.113.10`", {"lb01"}),
        ("sources: QAGENT", {"agent.app01"}),
        ("imap", {"mail01"}),
        ('"mail01 example"', {"mail01"}),
        ("extendedValidation:true", {"pay"}),
    ],
)
def test_meaning(query, expected):
    assert found(query) == expected


def test_exact_match_by_case_only_when_told():
    assert found("subject.name: `WEB04.example.com`") == {"web04"}
    assert found("subject.name: `WEB04.example.com`", case_sensitive=True) == set()


@pytest.mark.parametrize(
    "query",
    [
        "nonsense: 1",
        "subject:(nonsense: 1)",
        "nonsense:(name: 1)",
        "keySize:",
        "keySize: and",
        "and keySize:1",
        "keySize:1 and",
        "keySize:1 keySize:2)",
        "(keySize:1",
        "keySize:[1",
        "keySize:[1 .. ]",
        "keySize:(1 .. 2]",
        'subject.name:"open',
        "subject.name:`open",
        "subject.name:'open",
        "keySize: many",
        "selfSigned: maybe",
        "validTo: soon",
        "subject.name > a",
        "asset.primaryIp: 10.0",
        "expiryGroup: Later",
        "not",
        "()",
        "(" * 60 + "keySize:1" + ")" * 60,
    ],
)
def test_refusals(query):
    with pytest.raises(ApiError) as refusal:
        compile_query(query, QQL_TOKENS, NOW)
    assert refusal.value.status == 400
    assert refusal.value.envelope()["subErrors"][0]["field"] == "filter"


def test_an_empty_query_selects_all():
    assert compile_query("  ", QQL_TOKENS, NOW) is None


def test_an_error_tells_where():
    with pytest.raises(QqlError, match="position 10 near '\\)'"):
        parse("keySize:1 )")


@given(st.text(alphabet="ab:.()[]<>=\"`', \n", max_size=40) | st.text(max_size=30))
def test_any_text_is_a_query_or_refused(text):
    try:
        parse(text)
    except QqlError:
        return


@given(
    st.recursive(
        st.sampled_from(["selfSigned:true", "keySize:1024", "keySize < 300"]),
        lambda inner: st.tuples(st.sampled_from(["and", "or"]), inner, inner).map(
            lambda parts: f"({parts[1]}) {parts[0]} ({parts[2]})"
        ),
        max_leaves=6,
    )
)
def test_negation_is_the_complement(query):
    assert found(f"not ({query})") == EVERYTHING - found(query)
