# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What scans see at ports: protocols, cipher suites and grade, shared by all instances that look alike."""

from __future__ import annotations

from .model import CipherSuite, TlsProfile, Vulnerability

_ECDHE_AES256 = CipherSuite("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDH", 256, "Good")
_ECDHE_AES128 = CipherSuite("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDH", 128, "Good")
_ECDSA_AES128 = CipherSuite("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDH", 128, "Good")
_STATIC_RSA = CipherSuite("TLS_RSA_WITH_AES_128_CBC_SHA", "RSA", 128, "Weak")
_TRIPLE_DES = CipherSuite("TLS_RSA_WITH_3DES_EDE_CBC_SHA", "RSA", 112, "Weak")
_RC4 = CipherSuite("TLS_RSA_WITH_RC4_128_SHA", "RSA", 128, "Insecure")
_TLS13 = (
    CipherSuite("TLS_AES_256_GCM_SHA384", "ECDH", 256, "Good"),
    CipherSuite("TLS_CHACHA20_POLY1305_SHA256", "ECDH", 256, "Good"),
)
_POODLE = Vulnerability(38603, "SSLv3 Padding Oracle Attack Information Disclosure Vulnerability (POODLE)", 3)
_OLD_TLS = Vulnerability(38628, "Secure Sockets Layer/Transport Layer Security (SSL/TLS) Server supports TLSv1.0", 3)


def _like(profile: TlsProfile, grade: str) -> TlsProfile:
    return TlsProfile(
        profile.protocols, profile.cipher_suites, grade, profile.grade, profile.vulnerabilities, profile.post_quantum
    )


# The protocol lists are unordered in real answers, so these are not sorted either.
MODERN = TlsProfile(
    ("TLSv1.3", "TLSv1.2"), (("TLSv1.2", (_ECDHE_AES256, _ECDHE_AES128)), ("TLSv1.3", _TLS13)), "A+", "A+"
)
MODERN_ECDSA = TlsProfile(("TLSv1.3", "TLSv1.2"), (("TLSv1.2", (_ECDSA_AES128,)), ("TLSv1.3", _TLS13)), "A", "A")
TLS13_ONLY = TlsProfile(("TLSv1.3",), (("TLSv1.3", _TLS13),), "A+", "A+", post_quantum=True)
TLS12 = TlsProfile(("TLSv1.2",), (("TLSv1.2", (_ECDHE_AES256, _STATIC_RSA)),), "A", "A")
TLS10 = TlsProfile(
    ("TLSv1", "TLSv1.2", "TLSv1.1"),
    (("TLSv1.2", (_ECDHE_AES128, _STATIC_RSA)), ("TLSv1", (_STATIC_RSA, _TRIPLE_DES)), ("TLSv1.1", (_STATIC_RSA,))),
    "B",
    "B",
    (_OLD_TLS,),
)
SSL3 = TlsProfile(
    ("SSLv3", "TLSv1.2", "TLSv1"),
    (("SSLv3", (_RC4, _TRIPLE_DES)), ("TLSv1", (_STATIC_RSA,)), ("TLSv1.2", (_STATIC_RSA,))),
    "C",
    "C",
    (_POODLE, _OLD_TLS),
)
SSL3_ONLY = TlsProfile(("SSLv3",), (("SSLv3", (_RC4,)),), "F", "F", (_POODLE,))

# Grade T: the chain is not trusted, or the certificate is not valid now (SSL Labs rating guide, used by CertView).
_UNTRUSTED = {
    profile: _like(profile, "T") for profile in (MODERN, MODERN_ECDSA, TLS13_ONLY, TLS12, TLS10, SSL3, SSL3_ONLY)
}


def untrusted(profile: TlsProfile) -> TlsProfile:
    return _UNTRUSTED[profile]
