# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated estates: real certificates, agreeing JSON, determinism, and everything that an audit looks for."""

from __future__ import annotations

import functools
import hashlib
import ipaddress
from collections import Counter

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given
from hypothesis import strategies as st
from simulator.estate.demo import demo_estate
from simulator.estate.der_template import DerTemplate, utc_time
from simulator.estate.generated import SIGN_EACH_UP_TO, generate
from simulator.estate.model import DAY_MS, iso
from simulator.estate.reading import read
from simulator.estate.rows import Rows
from unit.simulator.serving import NOW


@pytest.fixture(scope="module")
def small():
    return generate(400, 300, 1, NOW)


@pytest.fixture(scope="module")
def large():
    return generate(SIGN_EACH_UP_TO + 2000, 2000, 1, NOW)


def fingerprint(estate):
    digest = hashlib.sha256()
    for certificate in estate.certificates:
        digest.update(certificate.der)
        digest.update(repr(certificate.installations).encode())
    return digest.hexdigest()


@pytest.mark.parametrize("make", [demo_estate, functools.partial(generate, 60, 40)])
def test_the_same_arguments_give_the_same_bytes(make):
    assert fingerprint(make(1, NOW)) == fingerprint(make(1, NOW))
    assert fingerprint(make(1, NOW)) != fingerprint(make(2, NOW))
    assert fingerprint(make(1, NOW)) != fingerprint(make(1, NOW + DAY_MS))


def test_these_bytes_are_the_same_on_every_machine():
    # A change of this number changes every stored result that was made from an estate: tell it in the changelog.
    hashes_of_all = hashlib.sha256()
    for certificate in generate(60, 40, 7, NOW).certificates:
        hashes_of_all.update(certificate.der)
    assert hashes_of_all.hexdigest() == "821983435c8ecdebe148ef08196f7745d8ed048febe840fa0396e9d91d76e22a"


def test_the_order_of_looking_does_not_matter():
    forward, backward = (generate(3000, 2000, 1, NOW) for turn in range(2))
    backwards = [backward.certificates[number].certhash for number in reversed(range(3000))]
    assert [each.certhash for each in forward.certificates] == backwards[::-1]


@pytest.mark.parametrize("estate", [generate(400, 300, 1, NOW), demo_estate(1, NOW)], ids=["generated", "demo"])
def test_every_chain_verifies(estate):
    by_hash = {each.certhash: x509.load_der_x509_certificate(each.der) for each in estate.certificates}
    for each in estate.certificates:
        certificate = by_hash[each.certhash]
        issuer = by_hash[each.issuer.certhash]
        if each.profile.signature_algorithm == "SHA1withRSA":
            issuer.public_key().verify(
                certificate.signature, certificate.tbs_certificate_bytes, padding.PKCS1v15(), hashes.SHA1()
            )
        else:
            certificate.verify_directly_issued_by(issuer)
        assert each.root_issuer.certhash in by_hash
        assert (each.certhash == each.issuer.certhash) is each.profile.self_signed


def test_a_broken_signature_would_be_noticed(small):
    leaf = next(each for each in small.certificates if each.profile.signature_algorithm == "SHA256withRSA")
    issuer = x509.load_der_x509_certificate(small.certificate(leaf.issuer.certhash).der)
    broken = bytearray(leaf.der)
    broken[-1] ^= 1
    with pytest.raises(InvalidSignature):
        x509.load_der_x509_certificate(bytes(broken)).verify_directly_issued_by(issuer)


def agrees(certificate):
    contents = read(certificate.der)
    return (
        contents.serial_number == certificate.serial_number
        and contents.subject == certificate.subject
        and (contents.valid_from, contents.valid_to) == (certificate.valid_from, certificate.valid_to)
        and (contents.dns_names, contents.ip_addresses) == (certificate.dns_names, certificate.ip_addresses)
        and contents.profile == certificate.profile
        and contents.issuer_name == certificate.issuer.name
        and hashlib.sha256(certificate.der).hexdigest() == certificate.certhash
    )


def test_patched_certificates_agree_with_what_is_told(large):
    assert all(agrees(certificate) for certificate in large.certificates)
    assert len({certificate.certhash for certificate in large.certificates}) == len(large.certificates)


def test_signed_certificates_agree_with_what_is_told(small):
    assert all(agrees(certificate) for certificate in small.certificates)


def test_no_leaf_has_the_key_of_an_authority(small):
    keys = {
        kind: {
            each.profile.subject_key_identifier for each in small.certificates if (each.profile.type == "Leaf") is kind
        }
        for kind in (True, False)
    }
    assert not keys[True] & keys[False]


def test_an_estate_holds_everything_that_an_audit_looks_for(large):
    leaves = [each for each in large.certificates if each.profile.type == "Leaf"]
    assert {each.profile.type for each in large.certificates} == {"Leaf", "Intermediate", "Root"}
    assert {(each.profile.key_algorithm, each.profile.key_size) for each in leaves} == {
        ("RSA", 1024), ("RSA", 2048), ("RSA", 3072), ("RSA", 4096), ("EC", 256), ("EC", 384), ("EdDSA", 256),
    }  # fmt: skip
    lifetimes = {round((each.valid_to - each.valid_from) / DAY_MS) for each in leaves}
    assert {398, 200, 90, 47, 6} <= lifetimes
    assert any(each.valid_to < NOW for each in leaves)
    assert any(NOW < each.valid_to < NOW + 7 * DAY_MS for each in leaves)
    assert any(each.valid_from > NOW for each in leaves)
    assert any(each.profile.self_signed for each in leaves)
    assert any(each.subject.name.startswith("*.") for each in leaves)
    assert any(each.profile.signature_algorithm == "SHA1withRSA" for each in leaves)
    assert any(each.profile.key_algorithm == "RSA" and "ECDSA" in each.profile.signature_algorithm for each in leaves)
    assert any(len(each.installations) > 1 for each in leaves)
    assert any(not each.installations and each.imported for each in leaves)
    assert any(each.installations and not each.installations[0].instances for each in leaves)
    protocols = {protocol for each in leaves for instance in each.instances for protocol in instance.tls.protocols}
    assert {"SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"} <= protocols


def test_assets_of_every_awkward_kind(large):
    assets = list(large.assets)
    held = Counter(id(each.asset) for certificate in large.certificates for each in certificate.installations)
    assert max(held.values()) > 1
    shared = Counter(asset.primary_ip for asset in assets)
    assert max(shared.values()) > 1
    assert any(ipaddress.ip_address(asset.primary_ip).version == 6 for asset in assets)
    assert any(len(asset.interfaces) > 1 for asset in assets)
    assert any(asset.operating_system == "NetScaler" for asset in assets)
    assert any(asset.name == "UNKNOWN" for asset in assets)
    assert any(not asset.managed for asset in assets)
    assert len({asset.uuid for asset in assets}) == len(assets)


def test_instance_numbers_are_unique(large):
    numbers = Counter(instance.id for certificate in large.certificates for instance in certificate.instances)
    assert max(numbers.values()) == 1


@pytest.mark.parametrize("certificates", [0, 1, 5, 8, 9])
def test_tiny_estates(certificates):
    estate = generate(certificates, 0, 1, NOW)
    assert len(list(estate.certificates)) == certificates


def test_times():
    assert iso(1_780_272_000_123) == "2026-06-01T00:00:00.123+00:00"
    assert utc_time(1_780_272_000_000) == b"260601000000Z"


def test_a_template_refuses_what_does_not_fit(large):
    leaf = next(each for each in large.certificates if isinstance(each.encoding, DerTemplate))
    with pytest.raises(ValueError, match="another length"):
        leaf.encoding.patched(leaf.serial_number, "short.example.com", leaf.valid_from, leaf.valid_to)
    with pytest.raises(ValueError, match="exactly once"):
        DerTemplate(leaf.der, "00", leaf.subject.name, leaf.valid_from, leaf.valid_to)
    with pytest.raises(ValueError, match="does not hold the name"):
        DerTemplate(leaf.der, leaf.serial_number, "absent.example.com", leaf.valid_from, leaf.valid_to)


@given(st.integers(0, 50), st.integers(1, 7), st.slices(60))
def test_rows_are_a_list_made_late(count, block_size, part):
    made = []

    def block(first, stop):
        made.append(first)
        return list(range(first, stop))

    rows = Rows(count, block, block_size)
    assert rows[part] == list(range(count))[part]
    assert len(set(made)) == len(made)
    already = {first // block_size for first in made}
    assert set(rows.blocks_to_fill()) == set(range(-(-count // block_size))) - already
    assert list(rows) == list(range(count))
    assert len(set(made)) == len(made)
    with pytest.raises(IndexError):
        rows[count]
