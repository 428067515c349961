# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules on the public key: KEY.

CertView tells the algorithm of the key from v2.1 on only; before, a record holds what its size allows to infer,
and where that is ambiguous (512 bits: RSA, or the curve brainpoolP512) nothing is judged. Keys of other kinds,
post-quantum ones among them, are never measured by the sizes of RSA and elliptic curves.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

from collections.abc import Callable

from .model import DOES_NOT_APPLY, PASSED, Rule, Subject, Verdict, failed, not_evaluated
from .standards import (
    BR_KEY_SIZES,
    EC_DISALLOWED_BELOW_BITS,
    EC_MINIMUM_BITS,
    KEYS_OF_112_BITS_DEMANDED_FROM,
    RSA_BROKEN_BELOW_BITS,
    RSA_MINIMUM_BITS,
    SP_800_131A_KEYS,
    SSL_LABS_KEYS,
)

# RSASSA-PSS (RFC 4055) is an RSA key that is restricted to one padding: the same sizes count.
_RSA = frozenset({"RSA", "RSASSA-PSS"})
_EC = frozenset({"EC"})


def _key_size(subject: Subject, algorithms: frozenset[str]) -> int | Verdict:
    """Return the size in bits of a key of these algorithms, or the verdict that there is none to judge."""
    record = subject.certificate
    algorithm, size = record.get("key_algorithm"), record.get("key_size")
    measurable = isinstance(size, int) and not isinstance(size, bool) and size > 0
    if algorithm is None or record.get("key_algorithm_source") == "unknown":
        what = f"{size} bits could be of more than one algorithm" if measurable else "nor its size"
        return not_evaluated(f"key algorithm not reported; {what}")
    if algorithm not in algorithms:
        return DOES_NOT_APPLY
    if not measurable or not isinstance(size, int):
        return not_evaluated("key size not reported")
    return size


def _needs(algorithm: str, size: int, minimum: int, severity: str | None = None) -> Verdict:
    return failed(f"{algorithm} {size} bits; at least {minimum} needed", severity=severity)


def _rsa_below(limit: int) -> Callable[[Subject], Verdict]:
    def judge(subject: Subject) -> Verdict:
        size = _key_size(subject, _RSA)
        if isinstance(size, Verdict):
            return size
        return _needs("RSA", size, RSA_MINIMUM_BITS) if size < limit else PASSED

    return judge


def _ec_small(subject: Subject) -> Verdict:
    size = _key_size(subject, _EC)
    if isinstance(size, Verdict):
        return size
    if size >= EC_MINIMUM_BITS:
        return PASSED
    return _needs("EC", size, EC_MINIMUM_BITS, "high" if size < EC_DISALLOWED_BELOW_BITS else "medium")


_NEW_KEY = "Make a new key ({}), have a new certificate issued for it, and revoke the old one."

RULES = (
    Rule(
        id="KEY-001",
        title="RSA key can be broken",
        severity="critical",
        description=f"The RSA key has fewer than {RSA_BROKEN_BELOW_BITS} bits and can be factored.",
        remediation=_NEW_KEY.format("RSA of 2048 bits or more, or ECDSA P-256"),
        citations=(SSL_LABS_KEYS,),
        judge=_rsa_below(RSA_BROKEN_BELOW_BITS),
    ),
    Rule(
        id="KEY-002",
        title="RSA key is too small",
        severity="high",
        description=f"The RSA key has fewer than {RSA_MINIMUM_BITS} bits, less than 112 bits of security.",
        remediation=_NEW_KEY.format("RSA of 2048 bits or more, or ECDSA P-256"),
        citations=(BR_KEY_SIZES, SP_800_131A_KEYS),
        judge=_rsa_below(RSA_MINIMUM_BITS),
        effective=KEYS_OF_112_BITS_DEMANDED_FROM,
    ),
    Rule(
        id="KEY-004",
        title="Elliptic curve key is too small",
        severity="high",
        description=f"The curve has fewer than {EC_MINIMUM_BITS} bits: high below {EC_DISALLOWED_BELOW_BITS}, "
        "else medium.",
        remediation=_NEW_KEY.format("ECDSA P-256 or P-384"),
        citations=(SP_800_131A_KEYS, BR_KEY_SIZES),
        judge=_ec_small,
        effective=KEYS_OF_112_BITS_DEMANDED_FROM,
    ),
)
