# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules on the public key: KEY, but for KEY-009 on how an instance exchanges keys.

A curve that is only inferred makes nobody weak for its size: such a finding is low at most.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from .._public_key import is_post_quantum
from .._values import iso
from .issuers import is_public_ca
from .model import (
    DOES_NOT_APPLY,
    PASSED,
    Rule,
    Subject,
    Verdict,
    certificate_type,
    failed,
    is_ca,
    not_evaluated,
)
from .profiles import CABF_PUBLIC, EVERY, INVENTORY_HYGIENE, MOZILLA_MODERN, NIST_800_131A, NIST_PQC
from .standards import (
    BR_EC_SIZES,
    BR_KEY_SIZES,
    BR_RSA_MULTIPLE_OF_BITS,
    EC_DISALLOWED_BELOW_BITS,
    EC_MINIMUM_BITS,
    FIPS_186_5_DSA,
    IR_8547_SIGNATURES,
    KEYS_OF_112_BITS_DEMANDED_FROM,
    MOZILLA_KEYS,
    QUANTUM_VULNERABLE_DISALLOWED_FROM,
    RSA_112_BITS_DEPRECATED_FROM,
    RSA_128_BITS_SECURITY_BITS,
    RSA_BROKEN_BELOW_BITS,
    RSA_MINIMUM_BITS,
    SP_800_131A_KEYS,
    SP_800_131A_R3_112_BITS,
    SP_1800_16_PRACTICES,
    SSL_LABS_KEYS,
)
from .subject_key import DSA, EC, RSA, Key, key_of, measured_key

_SECOND = timedelta(seconds=1)


def _rsa_below(limit: int) -> Callable[[Subject], Verdict]:
    def judge(subject: Subject) -> Verdict:
        measured = measured_key(subject, RSA)
        if isinstance(measured, Verdict):
            return measured
        key, size = measured
        return failed(f"{key}; at least {RSA_MINIMUM_BITS} needed") if size < limit else PASSED

    return judge


def _ec_small(subject: Subject) -> Verdict:
    measured = measured_key(subject, EC)
    if isinstance(measured, Verdict):
        return measured
    key, size = measured
    if size >= EC_MINIMUM_BITS:
        return PASSED
    severity = "low" if key.is_inferred else "high" if size < EC_DISALLOWED_BELOW_BITS else "medium"
    return failed(f"{key}; at least {EC_MINIMUM_BITS} needed", severity=severity)


def _outlives(subject: Subject, limit: datetime, key: Key, lack: str, severity: str) -> Verdict:
    """Judge a key that is to be gone by an instant: a notice, unless the certificate is valid beyond it."""
    if subject.valid_to is None:
        return not_evaluated("end of validity not reported")
    valid_to, last = subject.certificate.get("valid_to"), iso(limit - _SECOND)
    if subject.valid_to < limit:
        return failed(f"{key}; {lack} after {last}", severity="info")
    return failed(f"{key}; {lack} after {last}, and it is valid until {valid_to}", last, severity)


def _rsa_beyond_2030(subject: Subject) -> Verdict:
    measured = measured_key(subject, RSA)
    if isinstance(measured, Verdict):
        return measured
    key, size = measured
    if size >= RSA_128_BITS_SECURITY_BITS:
        return PASSED
    lack = f"at least {RSA_128_BITS_SECURITY_BITS} needed"
    return _outlives(subject, RSA_112_BITS_DEPRECATED_FROM, key, lack, "medium")


def _quantum_vulnerable(subject: Subject) -> Verdict:
    key = key_of(subject)
    if isinstance(key, Verdict):
        return key
    if is_post_quantum(key.algorithm):
        return PASSED
    return _outlives(subject, QUANTUM_VULNERABLE_DISALLOWED_FROM, key, "a post-quantum algorithm needed", "high")


def _type_not_allowed(subject: Subject) -> Verdict:
    """Judge DSA wherever it is, and else what a public CA must not certify."""
    key = key_of(subject)
    if isinstance(key, Verdict):
        return key
    if key.algorithm in DSA:
        return failed(f"{key}; RSA or ECDSA needed")
    if key.algorithm in RSA or (key.algorithm in EC and key.size in BR_EC_SIZES):
        return PASSED
    is_public = is_public_ca(subject.certificate, subject.context.lists)
    if is_public is False or is_post_quantum(key.algorithm):
        return DOES_NOT_APPLY
    if key.algorithm in EC and key.size is None:
        return not_evaluated("key size not reported")
    if is_public is None:
        return not_evaluated(f"{key}, which a public CA must not certify; issuer not reported")
    return failed(f"{key}; RSA, or EC of 256, 384 or 521 bits needed", severity="low" if key.is_inferred else None)


def _rsa_odd_size(subject: Subject) -> Verdict:
    measured = measured_key(subject, RSA)
    if isinstance(measured, Verdict):
        return measured
    key, size = measured
    if size % BR_RSA_MULTIPLE_OF_BITS == 0:
        return PASSED
    return failed(f"{key}; a multiple of {BR_RSA_MULTIPLE_OF_BITS} needed")


def _not_ecdsa(subject: Subject) -> Verdict:
    """Judge the server's own key: those of the CAs are not the server's choice.

    Mozilla's profile weighs ECDSA against RSA, and says nothing of post-quantum keys.
    """
    if is_ca(subject.certificate):
        return DOES_NOT_APPLY
    key = key_of(subject)
    if isinstance(key, Verdict):
        return key
    if key.algorithm in EC:
        return PASSED
    if is_post_quantum(key.algorithm):
        return DOES_NOT_APPLY
    if certificate_type(subject.certificate) is None:
        return not_evaluated(f"{key}, which is no fault of a CA's; certificate type not reported")
    return failed(f"{key}; ECDSA needed")


def _shared_widely(subject: Subject) -> Verdict:
    """Judge leaves only: every server sends the same intermediate along, without its key."""
    if is_ca(subject.certificate):
        return DOES_NOT_APPLY
    count = subject.certificate.get("asset_count")
    if not isinstance(count, int) or isinstance(count, bool):
        return not_evaluated("number of assets not reported")
    most = subject.context.thresholds.shared_assets
    if count <= most:
        return PASSED
    if certificate_type(subject.certificate) is None:
        return not_evaluated(f"on {count} assets, which is no fault of a CA's; certificate type not reported")
    return failed(f"on {count} assets; at most {most:g} allowed")


_NEW_KEY = "Make a new key ({}), have a new certificate issued for it, and revoke the old one."
_SINCE_ALGORITHM = "v2.1"

RULES = (
    Rule(
        id="KEY-001",
        title="RSA key can be broken",
        severity="critical",
        description=f"The RSA key has fewer than {RSA_BROKEN_BELOW_BITS} bits and can be factored.",
        remediation=_NEW_KEY.format("RSA of 2048 bits or more, or ECDSA P-256"),
        citations=(SSL_LABS_KEYS,),
        profiles=EVERY,
        judge=_rsa_below(RSA_BROKEN_BELOW_BITS),
        since=_SINCE_ALGORITHM,
    ),
    Rule(
        id="KEY-002",
        title="RSA key is too small",
        severity="high",
        description=f"The RSA key has fewer than {RSA_MINIMUM_BITS} bits, less than 112 bits of security.",
        remediation=_NEW_KEY.format("RSA of 2048 bits or more, or ECDSA P-256"),
        citations=(BR_KEY_SIZES, SP_800_131A_KEYS),
        profiles=EVERY,
        judge=_rsa_below(RSA_MINIMUM_BITS),
        since=_SINCE_ALGORITHM,
        yields_to=("KEY-001",),
        effective=KEYS_OF_112_BITS_DEMANDED_FROM,
    ),
    Rule(
        id="KEY-003",
        title="RSA key is too small for use after 2030",
        severity="medium",
        description=f"The RSA key has fewer than {RSA_128_BITS_SECURITY_BITS} bits, less than 128 bits of security, "
        "which NIST plans to deprecate after 2030. Info, unless the certificate is valid beyond 2030.",
        remediation=_NEW_KEY.format("RSA of 3072 bits or more, or ECDSA P-256"),
        citations=(IR_8547_SIGNATURES, SP_800_131A_R3_112_BITS),
        profiles=(NIST_800_131A, NIST_PQC),
        judge=_rsa_beyond_2030,
        since=_SINCE_ALGORITHM,
        yields_to=("KEY-001", "KEY-002"),
    ),
    Rule(
        id="KEY-004",
        title="Elliptic curve key is too small",
        severity="high",
        description=f"The curve has fewer than {EC_MINIMUM_BITS} bits: high below {EC_DISALLOWED_BELOW_BITS}, "
        "else medium; low where only the size tells that it is a curve.",
        remediation=_NEW_KEY.format("ECDSA P-256 or P-384"),
        citations=(SP_800_131A_KEYS, BR_KEY_SIZES),
        profiles=EVERY,
        judge=_ec_small,
        since=_SINCE_ALGORITHM,
        effective=KEYS_OF_112_BITS_DEMANDED_FROM,
    ),
    Rule(
        id="KEY-005",
        title="Key is of a type that is not allowed",
        severity="high",
        description="A DSA key; or, from a public CA, a key that is neither RSA nor on P-256, P-384 or P-521. Low "
        "where only the size tells that it is a curve.",
        remediation=_NEW_KEY.format("RSA of 2048 bits or more, or ECDSA P-256 or P-384"),
        citations=(BR_KEY_SIZES, FIPS_186_5_DSA),
        profiles=(CABF_PUBLIC, NIST_800_131A),
        judge=_type_not_allowed,
        since=_SINCE_ALGORITHM,
    ),
    Rule(
        id="KEY-006",
        title="Size of the RSA key is not a multiple of 8 bits",
        severity="low",
        description="The modulus of a publicly trusted RSA key is of whole octets.",
        remediation=_NEW_KEY.format("RSA of 2048, 3072 or 4096 bits"),
        citations=(BR_KEY_SIZES,),
        profiles=(CABF_PUBLIC,),
        judge=_rsa_odd_size,
        since=_SINCE_ALGORITHM,
    ),
    Rule(
        id="KEY-007",
        title="Key of the server is not ECDSA",
        severity="low",
        description="Clients that all know TLS 1.3 all know ECDSA too, which is faster than RSA for the server.",
        remediation=_NEW_KEY.format("ECDSA P-256"),
        citations=(MOZILLA_KEYS,),
        profiles=(MOZILLA_MODERN,),
        judge=_not_ecdsa,
        since=_SINCE_ALGORITHM,
    ),
    Rule(
        id="KEY-008",
        title="Key can be broken by quantum computers",
        severity="info",
        description="RSA, DSA and elliptic curves of any size, which NIST plans to disallow after 2035. High, if the "
        "certificate is valid beyond 2035.",
        remediation="Take stock of where the certificate is used, plan its migration to ML-DSA or SLH-DSA, and keep "
        "its lifetime short until then.",
        citations=(IR_8547_SIGNATURES,),
        profiles=(NIST_PQC,),
        judge=_quantum_vulnerable,
        since=_SINCE_ALGORITHM,
    ),
    Rule(
        id="KEY-010",
        title="Certificate is on many assets",
        severity="low",
        description="The certificate is on more assets than the policy allows (shared_assets, by default 10). One that "
        "loses the private key exposes all of them, and a renewal has to reach all of them.",
        remediation="Have a certificate and a key for each asset, or for few of them, and automate their renewal.",
        citations=(SP_1800_16_PRACTICES,),
        profiles=(INVENTORY_HYGIENE,),
        judge=_shared_widely,
        reads="asset_count",
    ),
)
