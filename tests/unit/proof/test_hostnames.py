# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""NAM-001 says of real certificates under all kinds of names what RFC 9525 says."""

from __future__ import annotations

import collections
import ipaddress
import typing as t

import pytest
from ansible_collections.community.qualys.plugins.module_utils._rules.model import (
    FAIL,
    NOT_APPLICABLE,
    NOT_EVALUATED,
    PASS,
    Context,
    subject_of,
)
from ansible_collections.community.qualys.plugins.module_utils._rules.registry import RULES
from unit.client.support import AS_OF
from unit.proof.conftest import Record, Records
from unit.proof.corpus import corpus
from unit.proof.independent import Refused, read
from unit.proof.rfc9525 import is_presented

# (certificate, name): why the verdict is another one than that of RFC 9525.
_EXPLAINED = {
    ("x509/custom/san_idna2003_dnsname.pem", "\N{BIOHAZARD SIGN}.ws"): "a symbol is in no name of IDNA2008 (RFC 5892)",
}

_VERDICTS = {True: PASS, False: FAIL, None: NOT_EVALUATED}

_AT_LEAST_MATCHED, _AT_LEAST_MISMATCHED = 50, 350


def _verdict(record: Record, instance: Record) -> str:
    return RULES["NAM-001"].judge(subject_of(record, Context(AS_OF))._replace(instance=instance)).outcome


def _is_address(name: str) -> bool:
    try:
        return bool(ipaddress.ip_address(name))
    except ValueError:
        return False


def _instances(record: Record) -> list[Record]:
    return [instance for asset in record["assets"] for instance in asset["instances"]]


def test_the_verdict_on_a_name_is_that_of_rfc_9525(records: Records) -> None:
    different: dict[tuple[str, str], str] = {}
    counts: collections.Counter[str] = collections.Counter()
    for found in corpus():
        truth = read(found.encoded)
        record = records["v2.2"].get(t.cast(str, truth["certhash"]))
        if record is None or isinstance(truth["dns_names"], Refused) or record["type"] != "Leaf":
            continue
        for instance in _instances(record):
            name = instance["fqdn"]
            expected = _VERDICTS[is_presented(name, truth["dns_names"], truth["ip_addresses"])]
            if expected == FAIL and "." not in name.removesuffix(".") and ":" not in name:
                # Whoever uses a name without a domain has a domain added by his own settings.
                expected = NOT_EVALUATED
            if expected == FAIL and _is_address(name) and not truth["ip_addresses"]:
                # Scanners go by addresses; of clients that do, the certificate tells nothing.
                expected = NOT_EVALUATED
            verdict = _verdict(record, instance)
            counts[expected] += 1
            if verdict != expected:
                different[found.name, name] = f"{verdict}, not {expected}"
    assert {case: what for case, what in different.items() if case not in _EXPLAINED} == {}
    assert set(_EXPLAINED) - set(different) == set(), "reasons that do not hold"
    assert counts[PASS] >= _AT_LEAST_MATCHED, counts
    assert counts[FAIL] >= _AT_LEAST_MISMATCHED, counts


def test_authorities_have_no_name_to_be_matched(records: Records) -> None:
    judged = {
        _verdict(record, instance)
        for record in records["v2.2"].values()
        if record["type"] != "Leaf"
        for instance in _instances(record)
    }
    assert judged == {NOT_APPLICABLE}


@pytest.mark.parametrize("version", ["v1"])
def test_without_a_name_of_the_instance_nothing_is_a_mismatch(records: Records, version: str) -> None:
    judged = {_verdict(record, instance) for record in records[version].values() for instance in _instances(record)}
    assert FAIL not in judged


@pytest.mark.parametrize(
    ("reference", "dns_names", "expected"),
    [
        ("www.example.com", ["www.example.com"], True),
        ("WWW.Example.COM.", ["www.example.com"], True),
        ("www.example.com", ["*.example.com"], True),
        ("a.b.example.com", ["*.example.com"], False),
        ("example.com", ["*.example.com"], False),
        ("www.example.com", ["w*.example.com"], False),
        ("www.example.com", ["www.*.com"], False),
        ("example.com", ["*.com"], False),
        ("bücher.example", ["xn--bcher-kva.example"], True),
        ("192.0.2.1", ["192.0.2.1"], False),
    ],
)
def test_the_yardstick_itself(reference: str, dns_names: list[str], expected: bool) -> None:
    assert is_presented(reference, dns_names, ["192.0.2.7", "2001:db8::1"]) is expected
    assert is_presented("2001:DB8:0::0:1", dns_names, ["192.0.2.7", "2001:db8::1"])
