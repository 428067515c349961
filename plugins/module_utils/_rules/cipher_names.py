# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the name of a cipher suite tells, in the spelling of IANA or of OpenSSL.

IANA names a suite by key exchange, cipher and hash (RFC 5246 appendix A.5 and the registry "TLS Cipher Suites"), TLS
1.3 only by cipher and hash (RFC 8446 appendix B.4), SSL 2.0 in an order of its own. OpenSSL leaves out the RSA key
exchange and the mode CBC and shortens the rest (manual page ciphers(1)).

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import re
import typing as t
from functools import lru_cache

_SHORT_KEY_EXCHANGES = {
    None: "RSA",
    "ADH": "DH_ANON",
    "AECDH": "ECDH_ANON",
    "ECDHE": "ECDHE_RSA",
    "EDH_DSS": "DHE_DSS",
    "EDH_RSA": "DHE_RSA",
    "SRP": "SRP_SHA",
    "SRP_DSS": "SRP_SHA_DSS",
    "SRP_RSA": "SRP_SHA_RSA",
}
_SHORT = re.compile(
    r"(?:(?P<export>EXP(?:1024)?)-)?"
    r"(?:(?P<exchange>(?:EC)?DHE?-(?:RSA|DSS|ECDSA|PSK)|EDH-(?:RSA|DSS)|SRP-(?:RSA|DSS)|RSA-PSK"
    r"|ADH|AECDH|ECDHE|PSK|SRP|KRB5)-)?"
    r"(?P<cipher>(?:AES|CAMELLIA|ARIA)-?(?:128|256)(?:-GCM|-CCM8?|-CBC)?|CHACHA20-POLY1305|SEED|IDEA(?:-CBC)?|RC4"
    r"|RC2-CBC|DES-CBC3?|3DES-EDE-CBC|NULL)"
    r"(?:-(?P<hash>SHA(?:256|384)?|MD5))?"
)
_SHORT_CIPHERS = {
    "DES-CBC": "DES_CBC",
    "DES-CBC3": "3DES_EDE_CBC",
    "IDEA": "IDEA_CBC",
    "RC2-CBC": "RC2_CBC_128",
    "RC4": "RC4_128",
    "SEED": "SEED_CBC",
}
_EXPORT_CIPHERS = {
    ("EXP", "DES-CBC"): "DES40_CBC",
    ("EXP", "RC2-CBC"): "RC2_CBC_40",
    ("EXP", "RC4"): "RC4_40",
    ("EXP1024", "RC2-CBC"): "RC2_CBC_56",
    ("EXP1024", "RC4"): "RC4_56",
}
_BLOCK_CIPHER = re.compile(r"([A-Z]+)-?(128|256)-?(GCM|CCM8?|CBC)?")

# The bits of security of ciphers whose names tell no length of the key, or none that an attacker has to search.
_BITS = {"NULL": 0, "DES40": 40, "DES": 56, "FORTEZZA": 80}
_CIPHERS = frozenset(
    (
        *_BITS,
        *("28147", "3DES", "AEGIS", "AES", "ARIA", "CAMELLIA", "CHACHA20", "IDEA", "KUZNYECHIK", "MAGMA", "RC2", "RC4"),
        *("SEED", "SM4"),
    )
)
_TLS_1_3_CIPHERS = frozenset(("AEGIS", "AES", "CHACHA20", "SM4"))
_HASHES = frozenset(("SHA256", "SHA384"))
_VARIABLE_KEYS = frozenset(("DES", "RC2", "RC4"))
_KEY_LENGTH = re.compile(r"(?:EXPORT)?([0-9]{2,3})")
_64_BIT_BLOCKS = frozenset(("3DES", "DES", "DES40", "IDEA", "RC2"))
# MGM exists in TLS 1.3 alone (RFC 9367), whose key exchange is always ephemeral.
_EPHEMERAL = frozenset(("ANON", "DHE", "ECCPWD", "ECDHE", "SRP"))


class CipherSuite(t.NamedTuple):
    """What the name of a suite tells.

    :ivar name: Its IANA name in upper case.
    :ivar bits: The bits of security of a cipher that has few, else V(None).
    """

    name: str
    encrypts: bool
    authenticates: bool
    is_export: bool
    bits: int | None
    is_rc4: bool
    has_64_bit_blocks: bool
    is_cbc: bool
    has_forward_secrecy: bool


def is_signal(name: str) -> bool:
    """Tell whether a name is of a signal that clients send in place of a suite (RFC 5746, RFC 7507)."""
    return name.strip().upper().endswith("_SCSV")


@lru_cache(maxsize=4096)
def cipher_suite(name: str) -> CipherSuite | None:
    """Return what the name of a cipher suite tells, or V(None) if it is the name of none that is known here."""
    iana = _iana_name(name.strip().upper())
    if iana is None:
        return None
    exchange, cipher = _parts(iana)
    bulk = _bulk_cipher(exchange, cipher)
    if bulk is None:
        return None
    return CipherSuite(
        name=iana,
        encrypts=bulk != "NULL",
        authenticates="ANON" not in exchange and "NULL" not in exchange,
        is_export=any(token.startswith("EXPORT") for token in (*exchange, *cipher)),
        bits=_bits(bulk, cipher),
        is_rc4=bulk == "RC4",
        has_64_bit_blocks=bulk in _64_BIT_BLOCKS,
        is_cbc="CBC" in cipher,
        has_forward_secrecy=not exchange or "MGM" in cipher or not _EPHEMERAL.isdisjoint(exchange),
    )


def _iana_name(name: str) -> str | None:
    if name.startswith("SSL_CK_"):
        return name
    if name.startswith(("TLS_", "SSL_")):
        return _with_hash(f"TLS_{name[4:]}".replace("_PSK_DHE_", "_DHE_PSK_"))
    short = _SHORT.fullmatch(name)
    if short is None:
        return None
    export, exchange, cipher, digest = short.group("export", "exchange", "cipher", "hash")
    exchange = exchange and exchange.replace("-", "_")
    exchange = _SHORT_KEY_EXCHANGES.get(exchange, exchange)
    if export:
        exchange += "_EXPORT" if export == "EXP" else "_EXPORT1024"
    suite = f"TLS_{exchange}_WITH_{_EXPORT_CIPHERS.get((export, cipher)) or _long_cipher(cipher)}"
    return _with_hash(f"{suite}_{digest}" if digest else suite)


def _with_hash(suite: str) -> str:
    """OpenSSL and early clients do not name the one hash that there is with this cipher."""
    return f"{suite}_SHA256" if suite.endswith("_CHACHA20_POLY1305") else suite


def _long_cipher(cipher: str) -> str:
    block = _BLOCK_CIPHER.fullmatch(cipher)
    if block is None:
        return _SHORT_CIPHERS.get(cipher, cipher.replace("-", "_"))
    name, bits, mode = block.groups()
    return f"{name}_{bits}_{'CCM_8' if mode == 'CCM8' else mode or 'CBC'}"


def _parts(iana: str) -> tuple[list[str], list[str]]:
    """Return the words of the key exchange (none for TLS 1.3) and those of the cipher and the hash."""
    if iana.startswith("SSL_CK_"):
        return ["RSA"], iana.split("_")[2:]
    exchange, with_, cipher = iana[4:].partition("_WITH_")
    return (exchange.split("_"), cipher.split("_")) if with_ else ([], exchange.split("_"))


def _bulk_cipher(exchange: list[str], cipher: list[str]) -> str | None:
    first = cipher[0]
    if exchange:
        return "3DES" if "EDE3" in cipher else first if first in _CIPHERS else None
    if first in _HASHES:
        # RFC 9150: these suites for TLS 1.3 protect the integrity alone.
        return "NULL"
    return first if first in _TLS_1_3_CIPHERS and "CBC" not in cipher else None


def _bits(bulk: str, cipher: list[str]) -> int | None:
    """Return the least that a word of the name says; the key of SSL 2.0's C(DES_64) has 56 bits and 8 of parity."""
    told = [_BITS[bulk]] if bulk in _BITS else []
    if bulk in _VARIABLE_KEYS:
        told += [int(match.group(1)) for match in map(_KEY_LENGTH.fullmatch, cipher) if match]
    return min(told) if told else None
