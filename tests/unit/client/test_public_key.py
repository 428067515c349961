# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What kind of public key a certificate has: by name, by its own word, by its size."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import certifi
import pytest
from ansible_collections.community.qualys.plugins.module_utils._der import object_identifier
from ansible_collections.community.qualys.plugins.module_utils._public_key import (
    algorithm_name,
    inferred_algorithm,
    is_post_quantum,
    public_key_of,
)
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

POST_QUANTUM_BYTES = (800, 1184, 1312, 1568, 1952, 2592)


def der(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    octets = bytearray()
    for arc in (40 * first + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7F)
        octets.extend(reversed(groups))
    return der(0x06, bytes(octets))


def certificate(algorithm: bytes, key: bytes, *, version: bytes = der(0xA0, der(0x02, b"\x02"))) -> bytes:
    """A certificate that nobody signed: who looks for the key alone needs no more (RFC 5280 4.1)."""
    info = der(0x30, der(0x30, algorithm), der(0x03, b"\0", key))
    nothing = der(0x30)
    serial = der(0x02, b"\x05")
    return der(0x30, der(0x30, version, serial, nothing, nothing, nothing, nothing, info), nothing, der(0x03, b"\0"))


def rsa(bits: int) -> bytes:
    modulus = (1 << bits - 1 | 1).to_bytes(bits // 8 + 1, "big")
    return der(0x30, der(0x02, modulus), der(0x02, b"\x01\0\x01"))


def raw_data(encoded: bytes) -> str:
    return base64.b64encode(encoded).decode()


RSA = oid("1.2.840.113549.1.1.1") + der(0x05)
EC = oid("1.2.840.10045.2.1")
NIST = "2.16.840.1.101.3.4"


@pytest.mark.parametrize(
    ("algorithm", "key", "expected"),
    [
        (RSA, rsa(1024), ("RSA", 1024)),
        (RSA, rsa(2047), ("RSA", 2047)),
        (RSA, rsa(4096), ("RSA", 4096)),
        (oid("1.2.840.113549.1.1.10"), rsa(2048), ("RSASSA-PSS", 2048)),
        (RSA, b"no key", ("RSA", None)),
        (RSA, der(0x30, der(0x02)), ("RSA", None)),
        (RSA, der(0x30, der(0x04, b"\x01")), ("RSA", None)),
        (EC + oid("1.2.840.10045.3.1.7"), b"\x04", ("EC", 256)),
        (EC + oid("1.3.132.0.33"), b"\x04", ("EC", 224)),
        (EC + oid("1.3.132.0.34"), b"\x04", ("EC", 384)),
        (EC + oid("1.3.132.0.35"), b"\x04", ("EC", 521)),
        (EC + oid("1.3.132.0.10"), b"\x04", ("EC", 256)),
        (EC + oid("1.3.36.3.3.2.8.1.1.1"), b"\x04", ("EC", 160)),
        (EC + oid("1.3.36.3.3.2.8.1.1.7"), b"\x04", ("EC", 256)),
        (EC + oid("1.3.36.3.3.2.8.1.1.14"), b"\x04", ("EC", 512)),
        (EC + oid("1.3.132.0.99"), b"\x04", ("EC", None)),
        (EC + der(0x30, der(0x02, b"\x01")), b"\x04", ("EC", None)),
        (EC, b"\x04", ("EC", None)),
        (oid("1.2.840.10040.4.1") + der(0x30, der(0x02, b"\0\x80" + b"\0" * 127)), b"", ("DSA", 1024)),
        (oid("1.2.840.10040.4.1"), b"", ("DSA", None)),
        (oid("1.3.101.112"), b"\0" * 32, ("Ed25519", 256)),
        (oid("1.3.101.113"), b"\0" * 57, ("Ed448", 456)),
        (oid(f"{NIST}.3.17"), b"\0" * 1312, ("ML-DSA-44", None)),
        (oid(f"{NIST}.3.18"), b"\0" * 1952, ("ML-DSA-65", None)),
        (oid(f"{NIST}.3.19"), b"\0" * 2592, ("ML-DSA-87", None)),
        (oid(f"{NIST}.3.20"), b"\0" * 32, ("SLH-DSA-SHA2-128s", None)),
        (oid(f"{NIST}.3.25"), b"\0" * 64, ("SLH-DSA-SHA2-256f", None)),
        (oid(f"{NIST}.3.26"), b"\0" * 32, ("SLH-DSA-SHAKE-128s", None)),
        (oid(f"{NIST}.3.31"), b"\0" * 64, ("SLH-DSA-SHAKE-256f", None)),
        (oid(f"{NIST}.4.1"), b"\0" * 800, ("ML-KEM-512", None)),
        (oid(f"{NIST}.4.3"), b"\0" * 1568, ("ML-KEM-1024", None)),
        (oid("1.2.643.7.1.1.1.1"), b"\0" * 64, ("1.2.643.7.1.1.1.1", None)),
    ],
)
def test_keys_of_certificates(algorithm: bytes, key: bytes, expected: tuple[str, int | None]) -> None:
    assert public_key_of(raw_data(certificate(algorithm, key))) == expected
    assert public_key_of(raw_data(certificate(algorithm, key, version=b""))) == expected


def test_raw_data_is_pem_or_bare_base64_of_any_form() -> None:
    bare = raw_data(certificate(RSA, rsa(2048)))
    broken = "\r\n".join(bare[start : start + 64] for start in range(0, len(bare), 64))
    armoured = f"-----BEGIN CERTIFICATE-----\n{broken}\n-----END CERTIFICATE-----\n"
    forms = (
        bare,
        f" {broken}\n",
        armoured,
        f"subject=x\n{armoured}",
        armoured + armoured,
        armoured.partition("-----END")[0],
    )
    for form in forms:
        assert public_key_of(form) == ("RSA", 2048)


@pytest.mark.parametrize(
    "told",
    [
        "",
        "AA==",
        "AA",
        "no Base64!",
        "\ufffd",
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
        "-----BEGIN",
        raw_data(certificate(b"", b"")),
        raw_data(certificate(der(0x06), b"")),
        raw_data(certificate(der(0x06, b"\x80"), b"")),
        raw_data(certificate(der(0x06, b"\x81" * 70 + b"\x01"), b"")),
        raw_data(certificate(der(0x05), b"")),
        raw_data(certificate(RSA, rsa(2048))[:-1]),
        raw_data(certificate(RSA, rsa(2048))[:20]),
        raw_data(der(0x30, der(0x30), der(0x30), der(0x03))),
        raw_data(der(0x30, der(0x02, b"\x00"))),
        raw_data(der(0x30, der(0x30, *(der(0x30) for unused in range(6))), der(0x30), der(0x03))),
    ],
)
def test_what_is_no_certificate_has_no_key(told: str) -> None:
    assert public_key_of(told) is None


@given(st.text() | st.binary(max_size=200).map(raw_data))
def test_any_text_is_read(told: str) -> None:
    public_key_of(told)


@given(st.data())
def test_any_damage_to_a_certificate_is_read(data: st.DataObject) -> None:
    damaged = bytearray(certificate(EC + oid("1.2.840.10045.3.1.7"), b"\x04" * 65))
    for position in data.draw(st.lists(st.integers(0, len(damaged) - 1), min_size=1, max_size=4)):
        damaged[position] = data.draw(st.integers(0, 255))
    public_key_of(raw_data(bytes(damaged)))


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_keys_of_mozillas_roots_as_another_library_reads_them() -> None:
    names = {"RSAPublicKey": "RSA", "ECPublicKey": "EC"}
    compared = 0
    for block in re.findall(
        r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----", Path(certifi.where()).read_text()
    ):
        try:
            key = x509.load_pem_x509_certificate(block.encode()).public_key()
        except ValueError:  # One has the serial number 0, which cryptography announces to refuse.
            continue
        name = next(name for kind, name in names.items() if kind in type(key).__name__)
        assert public_key_of(block) == (name, key.key_size)  # type: ignore[union-attr]
        compared += 1
    assert compared > 100


@given(st.lists(st.integers(0, 1 << 70), min_size=1, max_size=8), st.integers(0, 2))
def test_object_identifiers(arcs: list[int], first: int) -> None:
    dotted = ".".join(map(str, (first, arcs[0] % 40 if first < 2 else arcs[0], *arcs[1:])))
    assert object_identifier(oid(dotted)[2:]) == dotted


@pytest.mark.parametrize(
    ("told", "size", "expected"),
    [
        ("RSA", 2048, "RSA"),
        ("rsaEncryption", 2048, "RSA"),
        ("1.2.840.113549.1.1.1", 2048, "RSA"),
        ("RSASSA-PSS", 2048, "RSASSA-PSS"),
        ("id-RSASSA-PSS", 2048, "RSASSA-PSS"),
        ("ECC", 256, "EC"),
        ("ecdsa", None, "EC"),
        ("id-ecPublicKey", 256, "EC"),
        ("DSA", 1024, "DSA"),
        ("Ed-25519", 256, "Ed25519"),
        ("ED448", None, "Ed448"),
        ("EdDSA", 256, "Ed25519"),
        ("EdDSA", 255, "Ed25519"),
        ("EdDSA", 456, "Ed448"),
        ("EdDSA", None, "EdDSA"),
        ("EdDSA", 384, "EdDSA"),
        ("ML-DSA-65", 1952, "ML-DSA-65"),
        ("MLDSA65", 1952, "ML-DSA-65"),
        ("id-ml-dsa-87", None, "ML-DSA-87"),
        ("ML_KEM_768", 768, "ML-KEM-768"),
        ("2.16.840.1.101.3.4.3.18", None, "ML-DSA-65"),
        ("SLH-DSA-SHA2-128S", 256, "SLH-DSA-SHA2-128s"),
        ("slhdsa_shake_256f", 512, "SLH-DSA-SHAKE-256f"),
        ("ML-DSA", None, "ML-DSA"),
        ("X.509 {{ 7*7 }}", None, "X.509 {{ 7*7 }}"),
        *(
            (told, 2048, "RSA")
            for told in ("RSA_2048", "RSA 2048", "RSA-2048", "RSA2048", "RSA (2048 bits)", "RSA 512 bit")
        ),
        *(
            (told, None, "EC")
            for told in ("ECDH", "EC 256", "ECDSA_384", "ECDSA (256 bits)", "EC P-256", "P-256", "NIST P-521")
        ),
        *((told, None, "EC") for told in ("secp256r1", "SECP256K1", "prime256v1", "sect233r1", "brainpoolP512t1")),
        *((told, None, "EC") for told in ("ECDSA_P256", "EC (secp384r1)", "ECDSA P-256 (256 bits)")),
        ("DSS", 1024, "DSA"),
        ("DSA_1024", 1024, "DSA"),
        ("RSA-PSS 2048", 2048, "RSASSA-PSS"),
        ("RSA2048-MLKEM768", None, "RSA2048-MLKEM768"),
        ("EC25519", None, "EC25519"),
        ("GOST R 34.10-2012", 256, "GOST R 34.10-2012"),
    ],
)
def test_names(told: str, size: int | None, expected: str) -> None:
    assert algorithm_name(told, size) == expected
    assert algorithm_name(expected, size) == expected


@pytest.mark.parametrize("told", ["unknown", "Unknown", "UNKNOWN ", "n/a", "N.A.", "null", "None", "-", "--", "?", ""])
def test_words_that_tell_no_algorithm(told: str) -> None:
    assert algorithm_name(told, 2048) is None


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        *(
            (name, True)
            for name in ("ML-DSA-65", "mldsa", "ML_KEM_768", "SLH-DSA-SHA2-128s", "id-slh-dsa", "FN-DSA-512")
        ),
        *((name, True) for name in ("Dilithium3", "HSS-LMS", "XMSS-MT", "HashML-DSA-44", "MLDSA65-ECDSA-P256-SHA512")),
        *((name, False) for name in ("RSA", "EC", "DSA", "Ed25519", "EdDSA", "GOST", "", "RSA-ML-DSA", "HTML")),
    ],
)
def test_post_quantum_names(algorithm: str, expected: bool) -> None:
    assert is_post_quantum(algorithm) is expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        *((size, "EC") for size in (160, 192, 224, 256, 320, 384, 521)),
        *((size, "RSA") for size in (1024, 1025, 2048, 3072, 4096, 8192, 16384)),
        *((size, None) for size in (None, 0, -2048, 128, 233, 255, 512, 768, 1023)),
        *((size * unit, None) for size in POST_QUANTUM_BYTES for unit in (1, 8)),
    ],
)
def test_inferred_from_the_size(size: int | None, expected: str | None) -> None:
    assert inferred_algorithm(size) == expected
