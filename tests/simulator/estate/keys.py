# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reproducible key pairs: RSA from the committed pool, elliptic curves derived from the seed."""

from __future__ import annotations

import functools
import hashlib
import re
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

# How many keys of each size the authorities have; the leaves take the others.
_FOR_AUTHORITIES = {2048: 2, 3072: 1, 4096: 2}
_POOL = Path(__file__).with_name("rsa_test_keys.pem")
_CURVES: dict[int, ec.EllipticCurve] = {256: ec.SECP256R1(), 384: ec.SECP384R1()}


@functools.cache
def _rsa_pool() -> dict[int, list[rsa.RSAPrivateKey]]:
    pool: dict[int, list[rsa.RSAPrivateKey]] = {}
    for pem in re.findall(rb"-----BEGIN PRIVATE KEY-----.*?-----END PRIVATE KEY-----\n", _POOL.read_bytes(), re.DOTALL):
        # Checking that the primes are primes costs seconds, and these are our own committed keys.
        key = serialization.load_pem_private_key(pem, password=None, unsafe_skip_rsa_key_validation=True)
        if isinstance(key, rsa.RSAPrivateKey):
            pool.setdefault(key.key_size, []).append(key)
    return pool


def _rsa_key(bits: int, number: int) -> rsa.RSAPrivateKey:
    keys = _rsa_pool()[bits]
    return keys[number % len(keys)]


def _secret(seed: str, octets: int) -> bytes:
    return hashlib.shake_256(seed.encode()).digest(octets)


def _ec_key(bits: int, seed: str) -> ec.EllipticCurvePrivateKey:
    # One octet short of the curve's order: always a valid private value, and no rejection loop.
    return ec.derive_private_key(int.from_bytes(_secret(seed, bits // 8 - 1), "big") | 1, _CURVES[bits])


def _ed25519_key(seed: str) -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.from_private_bytes(_secret(seed, 32))


def authority_key(algorithm: str, seed: str, number: int) -> PrivateKey:
    """``algorithm`` is ``RSA-2048``, ``EC-256`` and so on; ``number`` is below ``_FOR_AUTHORITIES`` for RSA."""
    return _key(algorithm, seed, number)


def leaf_key(algorithm: str, seed: str, number: int) -> PrivateKey:
    """Like ``authority_key``, also ``Ed25519``; never the key of an authority. The RSA pool is small: keys repeat."""
    family, _dash, bits = algorithm.partition("-")
    if family == "RSA":
        reserved = _FOR_AUTHORITIES.get(int(bits), 0)
        number = reserved + number % (len(_rsa_pool()[int(bits)]) - reserved)
    return _key(algorithm, seed, number)


def _key(algorithm: str, seed: str, number: int) -> PrivateKey:
    family, _dash, bits = algorithm.partition("-")
    if family == "RSA":
        return _rsa_key(int(bits), number)
    if family == "EC":
        return _ec_key(int(bits), seed)
    return _ed25519_key(seed)
