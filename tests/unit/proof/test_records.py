# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The records of some hundred real and hostile certificates say what an independent reader finds in them.

All is compared with what `cryptography` reads. A record that differs in a field needs a reason in the table below, and
a reason that no longer holds fails, too.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t
from collections.abc import Callable, Mapping
from datetime import datetime

import pytest
from unit.client.support import AS_OF
from unit.proof.conftest import VERSIONS, Record, Records
from unit.proof.corpus import corpus, redated_corpus
from unit.proof.independent import Refused, read
from unit.proof.serving_foreign import Scanned

_PKITS, _CUSTOM = "x509/PKITS_data/certs", "x509/custom"


def _instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S%z")


def _hash_of_signature(record: Record) -> str | None:
    found = re.match(r"(MD[0-9]|SHA[0-9]+)(?:with|$)", record["signature_algorithm"])
    return found[1].lower() if found else None


# What a record says, in the words of the independent reading.
_SAID: Mapping[str, Callable[[Record], t.Any]] = {
    "certhash": lambda record: record["certhash"],
    "key": lambda record: (record["key_algorithm"], record["key_size"]),
    "signature_hash": _hash_of_signature,
    "validity": lambda record: (_instant(record["valid_from"]), _instant(record["valid_to"])),
    "self_signed": lambda record: record["self_signed"],
    "serial_number": lambda record: int.from_bytes(bytes.fromhex(record["serial_number"]), "big", signed=True),
    "dns_names": lambda record: record["subject_alternative_names"]["dns_names"],
    "ip_addresses": lambda record: [
        str(ipaddress.ip_address(address)) for address in record["subject_alternative_names"]["ip_addresses"]
    ],
}
_UNTOLD = {"v1": {"serial_number"}, "v2": set(), "v2.2": set()}


class _Reason(t.NamedTuple):
    """Why these certificates may differ in these fields."""

    why: str
    fields: tuple[str, ...]
    names: tuple[str, ...]
    versions: tuple[str, ...] = VERSIONS


_NAMES = ("dns_names", "ip_addresses")
_REASONS = (
    _Reason(
        "cryptography refuses the whole certificate, CertView's scanner need not: nothing to compare with",
        tuple(field for field in _SAID if field != "certhash"),
        (
            # The parameters of the key are those of the issuer's key (RFC 3279 2.3.2).
            f"{_PKITS}/DSAParametersInheritedCACert.crt",
            f"{_PKITS}/ValidDSAParameterInheritanceTest5EE.crt",
            # NULL as the parameter of an algorithm that has none.
            f"{_CUSTOM}/dsa_null_alg_params.pem",
            f"{_CUSTOM}/ecdsa_null_alg.pem",
            # Version 8.
            f"{_CUSTOM}/invalid_version.pem",
            # A default that is written out, which DER forbids.
            "x509/ed25519/ed25519-rfc8410.pem",
        ),
    ),
    _Reason(
        "cryptography refuses all extensions because of one; a scanner reads the names",
        _NAMES,
        (
            "x509/badssl-sct-anonymous-sig.der",
            "x509/badssl-sct-none-hash.der",
            f"{_CUSTOM}/cp_invalid.pem",
            f"{_CUSTOM}/cp_invalid2.der",
            f"{_CUSTOM}/empty-eku.pem",
            f"{_CUSTOM}/inhibit_any_policy_negative.pem",
            f"{_CUSTOM}/invalid-sct-length.der",
            f"{_CUSTOM}/invalid-sct-version.der",
            f"{_CUSTOM}/malformed-ian.pem",
            f"{_CUSTOM}/malformed-san.pem",
            f"{_CUSTOM}/nc_invalid_ip4_netmask.der",
            f"{_CUSTOM}/nc_invalid_ip_netmask.pem",
            f"{_CUSTOM}/nc_ip_invalid_length.pem",
            f"{_CUSTOM}/two_basic_constraints.pem",
            "x509/san_edipartyname.der",
            "x509/san_x400address.der",
            "x509/wosign-bc-invalid.pem",
        ),
    ),
    _Reason("a name without a character is no name", ("dns_names",), (f"{_CUSTOM}/san_empty_hostname.pem",)),
    _Reason(
        "names in UTF-8 where RFC 5280 4.2.1.6 wants ASCII: Java does not read them as such",
        ("dns_names",),
        ("x509/utf8-dnsname.pem",),
    ),
    _Reason(
        "the contents were changed after the signature was made; names and key identifiers say self-signed",
        ("self_signed",),
        (
            f"{_CUSTOM}/alternate-rsa-sha1-oid.der",
            f"{_CUSTOM}/cp_invalid.pem",
            f"{_CUSTOM}/cp_invalid2.der",
            f"{_CUSTOM}/malformed-ian.pem",
            f"{_CUSTOM}/malformed-san.pem",
            f"{_CUSTOM}/nc_invalid_ip4_netmask.der",
            f"{_CUSTOM}/nc_ip_invalid_length.pem",
        ),
    ),
    _Reason(
        "cryptography reads the names or verifies the signature of none like it",
        ("self_signed",),
        (
            f"{_CUSTOM}/invalid_utf8_common_name.pem",
            f"{_CUSTOM}/name_attribute_unsupported_tag.pem",
            f"{_CUSTOM}/rsa_pss_cert_invalid_mgf.der",
            f"{_CUSTOM}/rsa_pss_cert_no_sig_params.der",
            f"{_CUSTOM}/rsa_pss_cert_unsupported_mgf_hash.der",
            "x509/e-trust.ru.der",
            "x509/verisign_md2_root.pem",
        ),
    ),
    _Reason(
        "Java's name for RSASSA-PSS, which is all that CertView tells, does not tell the hash",
        ("signature_hash",),
        (
            f"{_CUSTOM}/ca/rsae_ca.pem",
            f"{_CUSTOM}/rsa_pss.pem",
            f"{_CUSTOM}/rsa_pss_cert.pem",
            f"{_CUSTOM}/rsa_pss_cert_invalid_mgf.der",
            f"{_CUSTOM}/rsa_pss_cert_no_sig_params.der",
            f"{_CUSTOM}/rsa_pss_cert_unsupported_mgf_hash.der",
            f"{_CUSTOM}/rsa_pss_sha256_no_null.pem",
            "x509/ee-pss-sha1-cert.pem",
        ),
    ),
    _Reason(
        "cryptography does not know signatures with MD2, nor MD5 without a word on the key",
        ("signature_hash",),
        ("x509/v1_cert.pem", "x509/verisign_md2_root.pem"),
    ),
    _Reason(
        "keys of an algorithm that cryptography does not know",
        ("key",),
        (f"{_CUSTOM}/unsupported_subject_public_key_info.pem", "x509/e-trust.ru.der"),
    ),
    _Reason(
        "a key that is for RSASSA-PSS only (RFC 4055 1.2) is an RSA key to cryptography",
        ("key",),
        (
            f"{_CUSTOM}/rsa_pss.pem",
            f"{_CUSTOM}/rsa_pss_cert.pem",
            f"{_CUSTOM}/rsa_pss_cert_invalid_mgf.der",
            f"{_CUSTOM}/rsa_pss_cert_no_sig_params.der",
            f"{_CUSTOM}/rsa_pss_cert_unsupported_mgf_hash.der",
        ),
        ("v2", "v2.2"),
    ),
    _Reason(
        "v1 tells no algorithm and no certificate to read it in: 1024 and 2048 bits are taken for RSA, 256 for EC, and "
        "what no size decides (448, 512) for unknown",
        ("key",),
        (
            f"{_PKITS}/DSACACert.crt",
            f"{_PKITS}/InvalidDSASignatureTest6EE.crt",
            f"{_PKITS}/ValidDSASignaturesTest4EE.crt",
            f"{_CUSTOM}/dsa_selfsigned_ca.pem",
            "x509/san_edipartyname.der",
            "x509/san_x400address.der",
            "x509/ed25519/root-ed25519.pem",
            "x509/ed25519/server-ed25519-cert.pem",
            "x509/ed448/root-ed448.pem",
            "x509/ed448/server-ed448-cert.pem",
            "x509/v1_cert.pem",
        ),
        ("v1",),
    ),
)
_EXPLAINED = {
    (name, field, version): reason.why
    for reason in _REASONS
    for name in reason.names
    for field in reason.fields
    for version in reason.versions
    if field not in _UNTOLD[version]
}

# More would be found by looking elsewhere, fewer would mean that the search for them broke.
_AT_LEAST_FOUND = 600
_UNREADABLE = {"x509/badasn1time.pem"}


def test_all_certificates_are_listed_by_every_version(estate: Scanned, records: Records) -> None:
    assert len(corpus()) >= _AT_LEAST_FOUND
    assert set(estate.unreadable) == _UNREADABLE
    certhashes = {certificate.certhash for certificate in estate.certificates}
    assert len(certhashes) == len(corpus()) + len(redated_corpus()) - len(_UNREADABLE)
    for version in VERSIONS:
        assert set(records[version]) == certhashes, version


def test_records_agree_with_the_independent_reading_or_there_is_a_reason(records: Records) -> None:
    different: dict[tuple[str, str, str], str] = {}
    compared = 0
    for found in (*corpus(), *redated_corpus()):
        truth = read(found.encoded)
        if found.name in _UNREADABLE:
            assert isinstance(truth["key"], Refused)
            continue
        for version in VERSIONS:
            record = records[version][truth["certhash"]]
            for field, say in _SAID.items():
                if field in _UNTOLD[version]:
                    assert record[field] is None
                    continue
                compared += 1
                if say(record) != truth[field]:
                    different[found.name, field, version] = f"{say(record)!r}, not {truth[field]!r}"
    assert {case: what for case, what in different.items() if case not in _EXPLAINED} == {}
    assert {case: why for case, why in _EXPLAINED.items() if case not in different} == {}, "reasons that do not hold"
    assert len(different) / compared < 0.03


def test_every_reason_names_a_certificate_once() -> None:
    cases = [
        (name, field, version)
        for reason in _REASONS
        for name in reason.names
        for field in reason.fields
        for version in reason.versions
    ]
    assert len(cases) == len(set(cases))


@pytest.mark.parametrize(
    ("version", "sources"), [("v1", {"inferred", "unknown"}), ("v2", {"parsed"}), ("v2.2", {"reported"})]
)
def test_the_source_of_the_key_algorithm_is_told(records: Records, version: str, sources: set[str]) -> None:
    """v2 tells the certificate, and the library reads the key in more of them than the independent reader."""
    assert {record["key_algorithm_source"] for record in records[version].values()} == sources


def test_ages_are_those_of_the_dates(records: Records) -> None:
    for found in (*corpus(), *redated_corpus()):
        truth = read(found.encoded)
        if isinstance(truth["validity"], Refused):
            continue
        valid_from, valid_to = truth["validity"]
        for version in VERSIONS:
            record = records[version][truth["certhash"]]
            assert record["expired"] is (valid_to < AS_OF), (found.name, version)
            assert record["days_remaining"] == pytest.approx((valid_to - AS_OF).total_seconds() / 86400, abs=1e-6)
            assert record["lifetime_days"] == pytest.approx((valid_to - valid_from).total_seconds() / 86400, abs=1e-4)
