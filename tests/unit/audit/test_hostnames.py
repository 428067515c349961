# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a certificate is for a host: as RFC 9525 says, and as OpenSSL decides in a handshake."""

from __future__ import annotations

import ipaddress
import ssl
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils._rules import hostnames
from ansible_collections.community.qualys.plugins.module_utils._rules.hostnames import (
    LibraryMissing,
    is_for,
    reference_identity,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

KEY = ec.generate_private_key(ec.SECP256R1())

# Host, DNS names, IP addresses, whether the certificate is for the host.
CASES = [
    ("www.example.com", "www.example.com", "", True),
    ("www.example.com", "WWW.EXAMPLE.COM", "", True),
    ("www.example.com", "mail.example.com *.example.com", "", True),
    ("www.example.com", "example.com ww.example.com wwww.example.com", "", False),
    ("www.example.com", "www.example.com.evil.example evil.www.example.com", "", False),
    ("example.com", "www.example.com *.example.com *.com", "", False),
    ("a.b.example.com", "*.example.com", "", False),
    ("a.b.example.com", "a.*.example.com *.*.example.com *.b.*.com", "", False),
    ("foo.example.com", "f*.example.com *o.example.com f*o.example.com", "", False),
    ("www.example.com", "* *.* *. *.com", "", False),
    ("host.corp", "*.corp", "", False),
    ("web1", "web1", "", True),
    ("web1", "web1.example.com *", "", False),
    ("xn--bcher-kva.example.com", "xn--bcher-kva.example.com", "", True),
    ("xn--bcher-kva.example.com", "*.example.com", "", True),
    ("a.xn--bcher-kva.example", "*.xn--bcher-kva.example", "", True),
    ("xn--bcher-kva.example.com", "xn--*.example.com xn--b*.example.com *.com", "", False),
    ("a.xn--bcher-kva.example.com", "*.example.com", "", False),
    ("10.0.0.1", "", "10.0.0.1", True),
    ("10.0.0.1", "", "10.0.0.2", False),
    ("10.0.0.1", "10.0.0.1 *.0.0.1", "", False),
    ("10.0.0.1", "10.0.0.1", "10.0.0.1", True),
    ("2001:db8::1", "", "2001:db8:0:0:0:0:0:1", True),
    ("2001:db8::1", "www.example.com", "2001:db8::2", False),
    ("www.example.com", "", "10.0.0.1", False),
]


@pytest.mark.parametrize(("host", "dns", "ip", "expected"), CASES)
def test_names_are_compared_as_the_standard_says(host: str, dns: str, ip: str, expected: bool) -> None:
    assert is_for(host, tuple(dns.split()), tuple(ip.split())) is expected


@pytest.mark.parametrize(("host", "dns", "ip", "expected"), CASES)
def test_openssl_decides_the_same(tmp_path: Path, host: str, dns: str, ip: str, expected: bool) -> None:
    names: list[x509.GeneralName] = [x509.DNSName(each) for each in dns.split()]
    names += [x509.IPAddress(ipaddress.ip_address(each)) for each in ip.split()]
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "self")])
    certificate = x509.CertificateBuilder(
        called,
        called,
        KEY.public_key(),
        serial_number=1,
        not_valid_before=datetime(2020, 1, 1, tzinfo=timezone.utc),
        not_valid_after=datetime(9999, 1, 1, tzinfo=timezone.utc),
        extensions=[x509.Extension(x509.SubjectAlternativeName.oid, False, x509.SubjectAlternativeName(names))],
    ).sign(KEY, hashes.SHA256())
    assert handshake(host, certificate.public_bytes(Encoding.PEM), tmp_path / "server.pem") is expected


def handshake(host: str, certificate: bytes, file: Path) -> bool:
    """Whether a client that trusts this certificate takes it for that of the host, in a handshake within memory."""
    file.write_bytes(certificate + KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(file)
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.load_verify_locations(cadata=certificate.decode())
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting.wrap_bio(to_client, to_server, server_hostname=host)
    server = serving.wrap_bio(to_server, to_client, server_side=True)
    for end in (client, server, client):
        try:
            end.do_handshake()
        except ssl.SSLWantReadError:
            continue
        except ssl.SSLCertVerificationError as error:
            if "mismatch" not in error.verify_message:
                raise
            return False
    return client.version() is not None


@pytest.mark.parametrize(
    ("host", "dns"),
    [
        ("bücher.example.com", "bücher.example.com"),
        ("bücher.example.com", "xn--bcher-kva.example.com"),
        ("xn--bcher-kva.example.com", "bücher.example.com"),
        ("xn--bcher-kva.example.com", "BÜCHER.example.com."),
        ("BÜCHER.Example.com", "XN--BCHER-KVA.EXAMPLE.COM"),
        ("bu\N{COMBINING DIAERESIS}cher.example.com", "bücher.example.com"),
        ("bücher.example.com", "*.example.com"),
        ("www.bücher.example", "*.xn--bcher-kva.example"),
        ("www_1.bücher.example", "*.bücher.example"),
        ("www.bücher.example", "www。bücher。example。"),
        ("faß.example", "xn--fa-hia.example"),
    ],
)
def test_international_names_are_one_name_in_both_spellings(host: str, dns: str) -> None:
    reference = reference_identity(host)
    assert reference is not None
    assert is_for(reference, (dns,), ()) is True
    assert is_for(reference, ("bucher.example.com", "*.bücher.example.com", "fass.example"), ()) is False


def test_a_dot_at_the_end_and_spaces_around_do_not_count() -> None:
    for host in ("www.example.com", "www.example.com.", " WWW.example.com "):
        reference = reference_identity(host)
        assert reference == "www.example.com"
        for dns in ("www.example.com", "www.example.com.", " www.EXAMPLE.com", "*.example.com."):
            assert is_for(reference, (dns,), ()) is True
    assert is_for("www.example.com", ("www.example.com..",), ()) is False


def test_what_no_host_can_be_called_is_skipped() -> None:
    junk = ("", " ", ".", "*", "\0", "a b.example", "http://www.example.com", "x" * 300, "ü" * 300, "\ud800", "a..b")
    assert is_for("www.example.com", junk, ("", "10.0.0.0/8", "fe80::1%eth0", "51.124.XX.247")) is False
    assert is_for("www.example.com", (*junk, "*.example.com"), junk) is True
    assert is_for("10.0.0.1", junk, (*junk, " 10.0.0.1 ")) is True


@pytest.mark.parametrize(
    "reference", ["\ud800.example", "a\N{ARABIC-INDIC DIGIT ONE}ü-.example", "1_000", "xn--ü.example"]
)
def test_what_is_no_name_of_a_host_is_told(reference: str) -> None:
    assert is_for(reference, ("www.example.com",), ()) is None


@pytest.fixture
def no_library() -> Iterator[None]:
    """As where neither library is installed."""
    hidden = {each: sys.modules.get(each) for each in ("service_identity", "service_identity.hazmat", "idna")}
    caches = (hostnames.is_for, hostnames._patterns, hostnames._imported)
    with pytest.MonkeyPatch.context() as patch:
        for each in hidden:
            patch.setitem(sys.modules, each, None)
        for cache in caches:
            cache.cache_clear()
        yield
    for cache in caches:
        cache.cache_clear()


@pytest.mark.usefixtures("no_library")
def test_without_the_library_only_the_very_same_name_is_known() -> None:
    assert is_for("www.example.com", ("WWW.example.com.",), ()) is True
    for host in ("www.example.com", "10.0.0.1", "bücher.example.com"):
        with pytest.raises(LibraryMissing):
            is_for(host, ("*.example.com", "mail.example.com"), ("10.0.0.1",))


LABEL = st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True).filter(lambda label: label[2:4] != "--")
NAME = st.lists(LABEL, min_size=3, max_size=5).map(".".join)
ANYTHING = (
    st.text() | NAME | st.sampled_from(["*.example.com", "10.0.0.1", "::1", "bücher.example", "xn--a", "xn--", "*"])
)


@given(NAME, st.lists(ANYTHING), st.data())
def test_a_name_matches_itself_in_any_case_with_and_without_a_dot(
    host: str, others: list[str], data: st.DataObject
) -> None:
    spelled = "".join(data.draw(st.sampled_from((letter, letter.upper()))) for letter in host)
    for dns in (spelled, f"{spelled}."):
        assert is_for(host, (*others, dns), ()) is True


@given(NAME, LABEL, LABEL)
def test_a_wildcard_stands_for_exactly_one_label(domain: str, first: str, second: str) -> None:
    wildcard = (f"*.{domain}",)
    assert is_for(f"{first}.{domain}", wildcard, ()) is True
    assert is_for(f"xn--{first}.{domain}", wildcard, ()) is True
    assert is_for(f"{second}.{first}.{domain}", wildcard, ()) is False
    assert is_for(domain, wildcard, ()) is False
    assert is_for(f"{first}.{domain}", (f"{first[0]}*.{domain}",), ()) is False


@given(NAME, NAME)
def test_the_short_cut_and_the_library_agree(host: str, other: str) -> None:
    from service_identity.hazmat import DNS_ID, DNSPattern

    for dns in (host, other):
        assert is_for(host, (dns,), ()) is DNS_ID(host).verify(DNSPattern.from_bytes(dns.encode()))


@given(ANYTHING, st.lists(ANYTHING), st.lists(ANYTHING))
def test_no_text_raises(host: str, dns: list[str], ip: list[str]) -> None:
    reference = reference_identity(host)
    if reference is not None:
        assert is_for(reference, tuple(dns), tuple(ip)) in (True, False, None)
