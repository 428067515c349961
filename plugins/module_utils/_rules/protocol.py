# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules on the protocol versions and on the key exchange that an instance offers: TLS and KEY-009.

An instance without protocols was not observed, not secured: nothing is judged. DTLS counts as the version of TLS that
it goes by (RFC 6347, RFC 9147).

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import re
from functools import lru_cache

from .model import INSTANCE, PASSED, Rule, Subject, Verdict, failed, not_evaluated
from .profiles import EVERY, MOZILLA_MODERN, MOZILLA_OLD, NIST_800_131A, NIST_PQC, every_but
from .standards import (
    CURRENT_TLS_PROTOCOLS,
    DEPRECATED_TLS_PROTOCOLS,
    MOZILLA_CURVES,
    MOZILLA_PROTOCOLS,
    PCI_DSS_4_2_1,
    RFC_6176,
    RFC_7568,
    RFC_8996,
    SP_800_52_VERSIONS,
    SSL_LABS_PROTOCOLS,
    SSL_PROHIBITED_FROM,
    SSL_PROTOCOLS,
    TLS_1_0_AND_1_1_PROHIBITED_FROM,
    TLS_1_2_DEMANDED_FROM,
    TLS_1_3_DEMANDED_FROM,
    TLS_1_3_PROTOCOLS,
)
from .wording import listed

_KNOWN = {name.lower(): name for name in SSL_PROTOCOLS + DEPRECATED_TLS_PROTOCOLS + CURRENT_TLS_PROTOCOLS}
_VERSION = re.compile(r"(ssl|d?tls)[\s_-]*v?[\s_-]*([0-9])(?:[._-]?([0-9]))?")
_NOT_OBSERVED = not_evaluated("protocols of the instance not reported")
_ONLY_CURRENT = "Switch off all but TLS 1.2 and TLS 1.3 in the server's configuration, and reload the service."


@lru_cache(maxsize=256)
def _spelled(protocol: str) -> str:
    """Return a protocol in the spelling of Qualys: CertView says C(TLSv1), other sources C(TLS 1.0) or C(TLSv1_0)."""
    version = _VERSION.fullmatch(protocol.strip().lower())
    if version is None:
        return protocol
    family, major, minor = version.groups()
    return _KNOWN.get(f"{family}v{major}.{minor}" if minor not in (None, "0") else f"{family}v{major}", protocol)


def _offered(subject: Subject) -> list[str]:
    protocols = (subject.instance or {}).get("ssl_protocols") or ()
    return sorted({_spelled(str(protocol)) for protocol in protocols})


def _offers_any(subject: Subject, unwanted: tuple[str, ...]) -> Verdict:
    offered = _offered(subject)
    if not offered:
        return _NOT_OBSERVED
    found = [protocol for protocol in offered if protocol in unwanted]
    return failed(f"offers {', '.join(found)}") if found else _strange(offered) or PASSED


def _ssl(subject: Subject) -> Verdict:
    return _offers_any(subject, SSL_PROTOCOLS)


def _deprecated_tls(subject: Subject) -> Verdict:
    return _offers_any(subject, DEPRECATED_TLS_PROTOCOLS)


def _no_current_tls(subject: Subject) -> Verdict:
    offered = _offered(subject)
    if not offered:
        return _NOT_OBSERVED
    if any(protocol in CURRENT_TLS_PROTOCOLS for protocol in offered):
        return PASSED
    return _strange(offered) or failed(f"offers only {', '.join(offered)}; TLSv1.2 or TLSv1.3 needed")


def _strange(offered: list[str]) -> Verdict | None:
    """What has a name that is not known may be any of those that have one, or newer than all of them."""
    strange = [protocol for protocol in offered if protocol not in _KNOWN.values()]
    return not_evaluated(f"unknown protocol {listed(strange)}") if strange else None


def _no_tls_1_3(subject: Subject) -> Verdict:
    offered = _offered(subject)
    if not offered:
        return _NOT_OBSERVED
    if any(protocol in TLS_1_3_PROTOCOLS for protocol in offered):
        return PASSED
    return _strange(offered) or failed(f"offers only {', '.join(offered)}; TLSv1.3 needed")


def _not_only_tls_1_3(subject: Subject) -> Verdict:
    offered = _offered(subject)
    if not offered:
        return _NOT_OBSERVED
    older = [protocol for protocol in offered if protocol in _KNOWN.values() and protocol not in TLS_1_3_PROTOCOLS]
    if older:
        return failed(f"offers {', '.join(older)}; only TLSv1.3 allowed")
    return _strange(offered) or PASSED


def _no_post_quantum_exchange(subject: Subject) -> Verdict:
    supported = (subject.instance or {}).get("pqc")
    if not isinstance(supported, bool):
        return not_evaluated("post-quantum key exchange of the instance not reported")
    return PASSED if supported else failed("offers no post-quantum key exchange")


RULES = (
    Rule(
        id="TLS-001",
        title="Instance offers SSL 2.0 or SSL 3.0",
        severity="critical",
        description="Both protocols are broken (DROWN, POODLE) and prohibited.",
        remediation=_ONLY_CURRENT,
        citations=(RFC_6176, RFC_7568),
        profiles=EVERY,
        judge=_ssl,
        scope=INSTANCE,
        includes=("ssl_protocols",),
        reads="ssl_protocols",
        effective=SSL_PROHIBITED_FROM,
    ),
    Rule(
        id="TLS-002",
        title="Instance offers TLS 1.0 or TLS 1.1",
        severity="high",
        description="Both protocols depend on SHA-1 and MD5 and are prohibited, and so is DTLS 1.0.",
        remediation=_ONLY_CURRENT,
        citations=(RFC_8996, SP_800_52_VERSIONS, PCI_DSS_4_2_1),
        profiles=every_but(MOZILLA_OLD),
        judge=_deprecated_tls,
        scope=INSTANCE,
        includes=("ssl_protocols",),
        reads="ssl_protocols",
        effective=TLS_1_0_AND_1_1_PROHIBITED_FROM,
    ),
    Rule(
        id="TLS-003",
        title="Instance offers neither TLS 1.2 nor TLS 1.3",
        severity="high",
        description="Clients of today refuse to connect, or connect without protection that counts.",
        remediation=_ONLY_CURRENT,
        citations=(SP_800_52_VERSIONS, SSL_LABS_PROTOCOLS),
        profiles=EVERY,
        judge=_no_current_tls,
        scope=INSTANCE,
        includes=("ssl_protocols",),
        reads="ssl_protocols",
        effective=TLS_1_2_DEMANDED_FROM,
    ),
    Rule(
        id="TLS-004",
        title="Instance does not offer TLS 1.3",
        severity="low",
        description="TLS 1.3 leaves out all that is known to be weak in TLS 1.2 and hides the certificate on its way.",
        remediation="Switch on TLS 1.3 in the server's configuration, after an update if it has to be, and reload the "
        "service.",
        citations=(SP_800_52_VERSIONS, MOZILLA_PROTOCOLS),
        profiles=(NIST_800_131A, MOZILLA_MODERN),
        judge=_no_tls_1_3,
        scope=INSTANCE,
        includes=("ssl_protocols",),
        reads="ssl_protocols",
        effective=TLS_1_3_DEMANDED_FROM,
    ),
    Rule(
        id="TLS-005",
        title="Instance offers more than TLS 1.3",
        severity="medium",
        description="Mozilla's modern configuration is for clients that all know TLS 1.3, and offers nothing else.",
        remediation="Switch off all but TLS 1.3 in the server's configuration, and reload the service.",
        citations=(MOZILLA_PROTOCOLS,),
        profiles=(MOZILLA_MODERN,),
        judge=_not_only_tls_1_3,
        scope=INSTANCE,
        includes=("ssl_protocols",),
        reads="ssl_protocols",
    ),
    Rule(
        id="KEY-009",
        title="Instance offers no post-quantum key exchange",
        severity="info",
        description="What is recorded today can be decrypted once there are quantum computers, unless keys are "
        "exchanged by X25519MLKEM768 or its like.",
        remediation="Switch on X25519MLKEM768 as the first group of the server; OpenSSL 3.5 and newer know it.",
        citations=(MOZILLA_CURVES,),
        profiles=(NIST_PQC,),
        judge=_no_post_quantum_exchange,
        scope=INSTANCE,
        since="v2.2",
        reads="pqc",
    ),
)
