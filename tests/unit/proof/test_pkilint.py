# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An independent checker finds the same faults in real and hostile certificates, or there is a reason why not.

Each certificate is judged as the leaf of a public CA, by us and by the checker: see pkilint_verdicts.py. A difference
that nothing in the table explains fails, and so does an explanation that explains none.
"""

from __future__ import annotations

import collections
import os
import typing as t
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.community.qualys.plugins.module_utils._rules.model import (
    FAIL,
    NOT_EVALUATED,
    PASS,
    Context,
    subject_of,
)
from ansible_collections.community.qualys.plugins.module_utils._rules.registry import RULES
from unit.client.support import AS_OF
from unit.proof.conftest import Record, Records, fetched
from unit.proof.corpus import Found, corpus
from unit.proof.independent import Reading, Refused, read
from unit.proof.pkilint_verdicts import FAULTS, faults
from unit.proof.redated import redated
from unit.proof.serving_foreign import scanned, serving

_ALL = "QUALYS_TEST_MANY" in os.environ
_NIST = "x509/PKITS_data/"
_COMPARED = ("key_algorithm", "key_size", "signature_algorithm", "valid_from", "valid_to")

_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)

# Which of our rules know the fault; KEY-002 and KEY-006 are two sides of one check there.
_RULES: Mapping[str, tuple[str, ...]] = {
    "longer than allowed": ("VAL-001",),
    "longer than recommended": ("VAL-001", "VAL-002"),
    "length of the RSA key": ("KEY-002", "KEY-006"),
    "kind of the key": ("KEY-004", "KEY-005"),
    "signature": ("SIG-001", "SIG-002"),
}


class _Case(t.NamedTuple):
    """A fault that the checker and our rules do not agree on.

    :ivar ours: V(fail), V(not_evaluated) or V(pass), whether it passes or does not apply.
    """

    fault: str
    name: str
    truth: Reading
    record: Record
    ours: str
    is_theirs: bool


class _Explanation(t.NamedTuple):
    why: str
    fault: str
    holds: Callable[[_Case], bool]


def _day(*day: int) -> datetime:
    return datetime(*day, tzinfo=timezone.utc)  # type: ignore[misc,arg-type]


def _months_begun(start: datetime, end: datetime) -> int:
    whole = 12 * (end.year - start.year) + end.month - start.month
    return whole + ((end.day, end.time()) > (start.day, start.time()))


def _was_allowed_then(case: _Case) -> bool:
    """Tell it by what the Baseline Requirements said before 2020-09-01: 1.0 section 9.4, 1.5.6 section 6.3.2."""
    # That these are the certificate's is proven in test_records.py; cryptography does not read all of them.
    start, end = (datetime.strptime(case.record[each], "%Y-%m-%dT%H:%M:%S%z") for each in ("valid_from", "valid_to"))
    if start < _day(2012, 7, 1):
        return True
    if start < _day(2015, 4, 1):
        return _months_begun(start, end) <= 60
    if start < _day(2018, 3, 1):
        return _months_begun(start, end) <= 39
    return bool(start < _day(2020, 9, 1) and end - start < 825 * _DAY)


def _named(*names: str) -> Callable[[_Case], bool]:
    return lambda case: case.name in names and case.is_theirs


_CUSTOM = "x509/custom"
_EXPLANATIONS = (
    _Explanation(
        "the checker has the 398 days of 2020-09-01 for all that is older, too: it was allowed when it was issued",
        "longer than allowed",
        lambda case: case.is_theirs and case.ours == PASS and _was_allowed_then(case),
    ),
    _Explanation(
        "nothing was recommended before 2020-09-01",
        "longer than recommended",
        lambda case: case.is_theirs and case.ours == PASS and _was_allowed_then(case),
    ),
    _Explanation(
        "an EC key with its curve written out, not named: CertView tells the size only",
        "kind of the key",
        _named(f"{_CUSTOM}/ec_no_named_curve.pem"),
    ),
    _Explanation(
        "an RSA key under the identifier of RSASSA-PSS (BR 7.1.3.1.1): its size is sound, which is what we judge",
        "kind of the key",
        lambda case: case.is_theirs and case.record["key_algorithm"] == "RSASSA-PSS" and case.ours == PASS,
    ),
    _Explanation(
        "an algorithm that we do not know is not judged",
        "kind of the key",
        lambda case: case.is_theirs and case.ours == NOT_EVALUATED and isinstance(case.truth["key"], Refused),
    ),
    _Explanation(
        "an algorithm that we do not know may be RSA by another name",
        "length of the RSA key",
        lambda case: not case.is_theirs and case.ours == NOT_EVALUATED and isinstance(case.truth["key"], Refused),
    ),
    _Explanation(
        "RSASSA-PSS: CertView does not tell the hash",
        "signature",
        lambda case: case.record["signature_algorithm"] == "RSASSA-PSS" and case.ours == NOT_EVALUATED,
    ),
    _Explanation(
        "the signature of an algorithm that browsers do not take, but with a hash that is sound, or none of its own",
        "signature",
        _named("x509/ed25519/root-ed25519.pem", "x509/ed448/root-ed448.pem", f"{_CUSTOM}/dsa_null_alg_params.pem"),
    ),
    _Explanation(
        "an algorithm that we do not know is not judged",
        "signature",
        lambda case: case.is_theirs and case.ours == NOT_EVALUATED and case.name == "x509/e-trust.ru.der",
    ),
    _Explanation(
        "a sound algorithm, whose parameters are encoded in another way than RFC 5280 or the BR want",
        "signature",
        _named(f"{_CUSTOM}/ecdsa_null_alg.pem", f"{_CUSTOM}/unsupported_extension_2.pem"),
    ),
    _Explanation(
        "the certificate tells two signature algorithms, and CertView that of the signature",
        "signature",
        _named(f"{_CUSTOM}/mismatch_inner_outer_sig_algorithm.der"),
    ),
)

# The checker refuses it, for a default that is written out.
_UNREADABLE = {"x509/ed25519/ed25519-rfc8410.pem"}


def _as_public_leaf(record: Record) -> Record:
    issuer = {**record["issuer"], "organization": "DigiCert Inc"}
    return {**record, "type": "Leaf", "self_signed": False, "issuer": issuer}


def _verdict(fault: str, record: Record) -> str:
    subject = subject_of(_as_public_leaf(record), Context(AS_OF))
    outcomes = {RULES[rule].judge(subject).outcome for rule in _RULES[fault]}
    return next((outcome for outcome in (FAIL, NOT_EVALUATED) if outcome in outcomes), PASS)


def _cases(found: t.Iterable[Found], records: Mapping[str, Record]) -> tuple[list[_Case], collections.Counter[str]]:
    """Return the faults that are not agreed on, and how often each is agreed to be there."""
    differing: list[_Case] = []
    agreed: collections.Counter[str] = collections.Counter()
    for name, encoded in found:
        truth = read(encoded)
        record = records.get(truth["certhash"])
        if record is None or name in _UNREADABLE:
            continue
        theirs = faults(encoded)
        for fault in FAULTS:
            ours = _verdict(fault, record)
            if ours == (FAIL if fault in theirs else PASS):
                agreed[fault] += ours == FAIL
            else:
                differing.append(_Case(fault, name, truth, record, ours, fault in theirs))
    return differing, agreed


def _worth_checking(records: Mapping[str, Record]) -> t.Iterator[Found]:
    """Return all but those of NIST's suite that are like another one of it in all that is compared.

    That suite tests paths: most of its certificates differ in their names only. They are checked where there is time.
    """
    seen: set[tuple[t.Any, ...]] = set()
    for found in corpus():
        record = records.get(read(found.encoded)["certhash"])
        if record is not None and found.name.startswith(_NIST) and not _ALL:
            look = tuple(record[field] for field in _COMPARED)
            if look in seen:
                continue
            seen.add(look)
        yield found


# The checker tells of every serial number that is odd, in its own log and as a warning.
@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning", "ignore::UserWarning")
def test_an_independent_checker_finds_the_same_faults_or_there_is_a_reason(records: Records) -> None:
    differing, agreed = _cases(_worth_checking(records["v2.2"]), records["v2.2"])
    reasons = {
        (case.fault, case.name): [each for each in _EXPLANATIONS if each.fault == case.fault and each.holds(case)]
        for case in differing
    }
    unexplained = [(case.fault, case.name, case.ours) for case in differing if len(reasons[case.fault, case.name]) != 1]
    assert unexplained == []
    used = {each for explanations in reasons.values() for each in explanations}
    assert [each.why for each in _EXPLANATIONS if each not in used] == [], "explanations that explain nothing"
    assert all(agreed[fault] >= 10 for fault in FAULTS), agreed


# BR 6.3.2: from this day on at most so many days, before it so many; one less is recommended.
_LIMITS = ((_day(2026, 3, 15), 200, 398), (_day(2027, 3, 15), 100, 200), (_day(2029, 3, 15), 47, 100))


def _at_the_boundaries(original: bytes) -> t.Iterator[Found]:
    for day, *limits in _LIMITS:
        for start in (day - _SECOND, day, day + _SECOND):
            for length in (days - less for days in limits for less in (0, 1)):
                for difference in (length * _DAY - 2 * _SECOND, length * _DAY - _SECOND, length * _DAY):
                    yield Found(f"{start} + {difference}", redated(original, start, start + difference))


def test_the_maximum_validity_agrees_to_the_second_on_every_side_of_each_date() -> None:
    (original,) = (found.encoded for found in corpus() if found.name == "x509/cryptography.io.chain.pem")
    dated = list(_at_the_boundaries(original))
    with serving(scanned(dated).certificates) as gateway:
        records = fetched(gateway.url, "v2.2")
    assert len(records) == len(dated)
    differing, agreed = _cases(dated, records)
    assert [(case.fault, case.name, case.ours) for case in differing] == []
    assert agreed["longer than recommended"] > agreed["longer than allowed"] > len(dated) / 3
