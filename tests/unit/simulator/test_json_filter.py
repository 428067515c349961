# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON filters: operators, type rules, refusals (CertView API guide, List External Sites; release notes 4.6)."""

from __future__ import annotations

import pytest
from simulator.settings import Quirks

LEAVES = {
    "*.apps.example.com", "agent.app01.example.com", "api.example.com", "app01.example.com", "blog.example.com",
    "db01.example.com", "db02.example.com", "db03.example.com", "lb01.example.com", "lb02.example.com",
    "mail01.example.com", "mail02.example.com", "pay.example.com", "shop.example.com", "web04.example.com",
    "www.example.com",
}  # fmt: skip


def condition(field, operator, value=None):
    return {"field": field, "operator": operator, "value": value}


def ask(gateway, *conditions, version="v2.2", **more):
    return gateway.certificates(version, filter={"filters": list(conditions), "operation": "AND", **more})


def leaves(answer):
    assert answer.status_code == 200, answer.text
    return {row["subject"]["name"] for row in answer.json()} & LEAVES


EXPIRED = {"shop.example.com"}
WEAK_KEY = {"db01.example.com"}
ACME = {"mail02.example.com", "app01.example.com"}
ECDSA = {"*.apps.example.com", "db03.example.com"} | ACME
RSA_3072 = {"web04.example.com", "mail01.example.com", "lb02.example.com", "agent.app01.example.com"}
PCI = {"db01.example.com", "db02.example.com"}


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("certificate.keySize", "EQUALS", "1024", WEAK_KEY),
        ("certificate.keySize", "LESSER", "1025", WEAK_KEY | ECDSA),
        ("certificate.keySize", "GREATER", "3071", RSA_3072),
        ("certificate.keySize", "GREATER_THAN_EQUAL", "3073", set()),
        ("certificate.keySize", "LESS_THAN_EQUAL", "256", ECDSA),
        ("certificate.keySize", "IN", "1024,256", WEAK_KEY | ECDSA),
        ("certificate.keySize", "NOT_EQUALS", "2048", WEAK_KEY | ECDSA | RSA_3072),
        ("certificate.keySize", "CONTAINS", "24", WEAK_KEY),
        ("certificate.validToDate", "LESSER", "2026-06-01T00:00:00.000Z", EXPIRED),
        ("certificate.validToDate", "LESS_THAN_EQUAL", "2026-05-20", EXPIRED),
        ("certificate.validToDate", "LESSER", "2026-05-20", set()),
        ("certificate.validToDate", "EQUALS", "2026-05-20", EXPIRED),
        ("certificate.validFromDate", "GREATER", "2026-06-01", {"lb02.example.com"}),
        ("certificate.updateDate", "GREATER", "2026-05-31T18:00:00", set()),
        ("certificate.updateDate", "GREATER_THAN_EQUAL", "2026-05-31T18:00:00+00:00", LEAVES),
        ("certificate.signatureAlgorithm", "EQUALS", "sha1withrsa", {"db02.example.com"}),
        ("certificate.signatureAlgorithm", "CONTAINS", "SHA1", {"db02.example.com"}),
        ("certificate.selfSigned", "EQUALS", "true", {"lb01.example.com"}),
        ("certificate.selfSigned", "NOT_EQUALS", "true", LEAVES - {"lb01.example.com"}),
        ("certificate.selfSigned", "EQUALS", True, {"lb01.example.com"}),
        ("certificate.type", "EQUALS", "leaf", LEAVES),
        ("certificate.type", "EQUALS", "Root", set()),
        ("certificate.subject.cn", "EQUALS", "shop.example.com", EXPIRED),
        ("certificate.issuer.organization", "EQUALS", "Let's Certify", ACME),
        ("certificate.publicKeyAlgorithm", "EQUALS", "EC", ECDSA),
        ("certificate.subject.organization", "IS_EMPTY", None, ACME),
        ("certificate.subject.organization", "IS_NOT_EMPTY", "string", LEAVES - ACME),
        ("asset.tagName", "EQUALS", "PCI", PCI),
        ("asset.tagName", "IN", "PCI,Lab", PCI | {"app01.example.com", "agent.app01.example.com"}),
        ("asset.tagName", "IS_EMPTY", None, {"lb01.example.com", "lb02.example.com", "mail02.example.com"}),
        ("asset.primaryIp", "EQUALS", "2001:0db8::0025", {"mail02.example.com"}),
        ("asset.interface.address", "EQUALS", "203.0.113.10", {"lb01.example.com"}),
        ("asset.name", "CONTAINS", "DB0", {"db01.example.com", "db02.example.com", "db03.example.com"}),
        ("instance.port", "EQUALS", "3389", {"db02.example.com"}),
        ("instance.grade", "EQUALS", "T", {"shop.example.com", "lb01.example.com", "lb02.example.com"}),
    ],
)  # fmt: skip
def test_operators(demo, field, operator, value, expected):
    assert leaves(ask(demo, condition(field, operator, value))) == expected


def test_not_equals_is_true_without_a_value(demo):
    assert leaves(ask(demo, condition("asset.tagName", "NOT_EQUALS", "PCI"))) == LEAVES - PCI


def test_conditions_are_joined_by_and(demo):
    conditions = [condition("certificate.type", "EQUALS", "Leaf"), condition("certificate.keySize", "LESSER", "2048")]
    assert leaves(ask(demo, *conditions, condition("asset.tagName", "EQUALS", "PCI"))) == WEAK_KEY


def test_a_filter_of_nothing_is_no_filter(demo):
    assert len(ask(demo).json()) == len(demo.certificates(filter=None).json()) == 24


def test_the_key_operator_instead_of_operation_is_tolerated(demo):
    body = {"filters": [condition("certificate.keySize", "EQUALS", "1024")], "operator": "AND"}
    assert leaves(demo.certificates("v2", filter=body)) == WEAK_KEY


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (condition("certificate.nonsense", "EQUALS", "x"), "not a valid filter field"),
        (condition("hash", "EQUALS", "x"), "not a valid filter field"),
        (condition("certificate.keySize", "BETWEEN", "1"), "not a valid operator"),
        (condition("certificate.keySize", "equals", "1"), "not a valid operator"),
        (condition("certificate.keySize", "EQUALS", ""), "must not be empty"),
        (condition("certificate.keySize", "EQUALS"), "must not be empty"),
        (condition("certificate.keySize", "EQUALS", ["1024"]), "must be a string"),
        (condition("certificate.keySize", "EQUALS", "many"), "not a valid number"),
        (condition("certificate.validToDate", "GREATER", "soon"), "not a valid date"),
        (condition("certificate.selfSigned", "EQUALS", "yes"), "not a valid boolean"),
        (condition("asset.primaryIp", "EQUALS", "10.0.0"), "not a valid IP"),
        (condition("certificate.validToDate", "CONTAINS", "2026"), "not supported for date"),
        (condition("certificate.selfSigned", "CONTAINS", "true"), "not supported for boolean"),
        (condition("asset.primaryIp", "CONTAINS", "10."), "not supported for IP"),
        (condition("asset.name", "GREATER", "a"), "not supported for string"),
        (condition("certificate.selfSigned", "LESSER", "true"), "not supported for boolean"),
        (condition("asset.primaryIp", "LESS_THAN_EQUAL", "10.0.0.1"), "not supported for IP"),
        (condition("certificate.keySize", "IN", ",".join(["1"] * 1001)), "at most 1000"),
        ("certificate.keySize", "must be an object"),
    ],
)
def test_refusals(demo, entry, problem):
    answer = ask(demo, entry)
    assert answer.status_code == 400
    assert answer.json()["message"] is None
    assert problem in answer.json()["subErrors"][0]["message"]


def test_key_algorithm_is_no_field_of_v2(demo):
    entry = condition("certificate.publicKeyAlgorithm", "EQUALS", "RSA")
    assert ask(demo, entry, version="v2").status_code == 400
    assert ask(demo, entry, version="v2.1").status_code == 200


def test_or_and_nesting_only_by_switch(demo, start):
    either = {
        "operation": "OR",
        "filters": [
            condition("certificate.keySize", "EQUALS", "1024"),
            {"operation": "AND", "filters": [condition("certificate.selfSigned", "EQUALS", "true")]},
        ],
    }
    nested = {"operation": "AND", "filters": [either]}
    assert demo.certificates(filter=either).status_code == 400
    assert demo.certificates(filter=nested).status_code == 400
    assert demo.certificates(filter="certificate.keySize").status_code == 400
    rich = start(quirks=Quirks(rich_filters=True))
    assert leaves(rich.certificates(filter=nested)) == WEAK_KEY | {"lb01.example.com"}


def test_filters_are_ignored_only_by_switch(start):
    gateway = start(quirks=Quirks(ignored_filters=True))
    assert leaves(ask(gateway, condition("certificate.type", "EQUALS", "Root"))) >= LEAVES
    # What no server takes is still refused.
    assert ask(gateway, condition("certificate.colour", "EQUALS", "red")).status_code == 400


def test_case_matters_only_by_switch(start):
    gateway = start(quirks=Quirks(case_sensitive=True))
    assert leaves(ask(gateway, condition("certificate.type", "EQUALS", "leaf"))) == set()
    assert leaves(ask(gateway, condition("certificate.type", "EQUALS", "Leaf"))) == LEAVES
