# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules on the signature of the certificate: SIG.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Callable
from functools import lru_cache

from .._public_key import is_post_quantum
from .model import DOES_NOT_APPLY, PASSED, Rule, Subject, Verdict, certificate_type, failed, is_ca, not_evaluated
from .profiles import EVERY, MOZILLA_INTERMEDIATE, MOZILLA_MODERN, NIST_800_131A
from .standards import (
    BR_SIGNATURES,
    MOZILLA_SIGNATURES,
    RFC_9155,
    SHA1_SIGNATURES_DISALLOWED_FROM,
    SP_800_131A_HASHES,
    SP_800_131A_R3_HASHES,
    SSL_LABS_SIGNATURES,
)

_MD = re.compile(r"md[245]", re.IGNORECASE)
_SHA1 = re.compile(r"sha-?1(?![0-9])", re.IGNORECASE)
# SHA-512/224 and SHA3-224 are no stronger.
_SHA224 = re.compile(r"sha(?:-?512[-_/]|3-?)?-?224", re.IGNORECASE)
_HASH = re.compile(r"(MD[245]|SHA3-?(?:224|256|384|512)|SHA-?512[-_/](?:224|256)|SHA-?(?:1|224|256|384|512))(?![0-9])")
_SHAKE = re.compile(r"SHAKE-?(?:128|256)")
_EDWARDS = re.compile(r"ED-?(25519|448)")
_NO_LETTER_OR_DIGIT = re.compile(r"[\W_]+")
_NOT_REPORTED = not_evaluated("signature algorithm not reported")
_REISSUE = "Have the certificate issued again with SHA-256 or better, and install it on every instance."


class _Signature(t.NamedTuple):
    """A signature algorithm, however it is spelled."""

    hash: str
    key: str


@lru_cache(maxsize=256)
def _signature(told: str) -> _Signature | None:
    """Return what is meant by C(SHA256withRSA), C(sha256WithRSAEncryption), C(ecdsa-with-SHA256), C(Ed25519) ..."""
    text = told.upper()
    edwards = _EDWARDS.search(text)
    if edwards:
        return _Signature("", f"ED{edwards[1]}")
    digest = _HASH.search(text)
    if not digest:
        return None
    for key, marks in (("ECDSA", ("ECDSA",)), ("RSA-PSS", ("PSS", "MGF1")), ("RSA", ("RSA",)), ("DSA", ("DSA",))):
        if any(mark in text for mark in marks):
            return _Signature(_NO_LETTER_OR_DIGIT.sub("", digest[1]), key)
    return None


def _told(subject: Subject) -> str | None:
    told = subject.certificate.get("signature_algorithm")
    return told if isinstance(told, str) and told.strip() else None


def _tells_hash(algorithm: str) -> bool:
    """Tell whether it names its hash, or needs none; C(RSASSA-PSS) does neither."""
    text = algorithm.upper()
    return any(pattern.search(text) for pattern in (_HASH, _SHAKE, _EDWARDS)) or is_post_quantum(algorithm)


def _hash_not_told(algorithm: str) -> Verdict:
    return not_evaluated(f"signature algorithm {algorithm} does not tell the hash")


def _md_signature(subject: Subject) -> Verdict:
    algorithm = _told(subject)
    if algorithm is None:
        return _NOT_REPORTED
    if _MD.search(algorithm):
        return failed(f"signed with {algorithm}; SHA-256 or better needed")
    return PASSED if _tells_hash(algorithm) else _hash_not_told(algorithm)


def _weak_hash(weak: re.Pattern[str]) -> Callable[[Subject], Verdict]:
    """Judge the hash, but not on a root: clients trust it for its key and never check its own signature.

    API v1 does not tell the type. There, a self-signed certificate may be a root and is not judged.
    """

    def judge(subject: Subject) -> Verdict:
        algorithm = _told(subject)
        if algorithm is None:
            return _NOT_REPORTED
        is_weak = weak.search(algorithm) is not None
        if not is_weak and _tells_hash(algorithm):
            return PASSED
        record = subject.certificate
        kind = certificate_type(record)
        if kind == "root" or (is_ca(record) and record.get("self_signed") is True):
            return DOES_NOT_APPLY
        if not is_weak:
            return _hash_not_told(algorithm)
        if kind is None and record.get("self_signed") is not False:
            return not_evaluated(f"signed with {algorithm}, which is no fault on a root; certificate type not reported")
        return failed(f"signed with {algorithm}; SHA-256 or better needed")

    return judge


def _not_in_profile(subject: Subject) -> Verdict:
    """Judge by the list of the profile, but not on a root.

    Post-quantum signatures are newer than the lists, and not what these are there to keep out.
    """
    allowed = subject.context.lists.signatures
    if not allowed or certificate_type(subject.certificate) == "root":
        return DOES_NOT_APPLY
    algorithm = _told(subject)
    if algorithm is None:
        return _NOT_REPORTED
    if algorithm.casefold() in {name.casefold() for name in allowed}:
        return PASSED
    if is_post_quantum(algorithm):
        return DOES_NOT_APPLY
    signature = _signature(algorithm)
    if signature is None:
        return not_evaluated(f"unknown signature algorithm {algorithm}")
    if signature in map(_signature, allowed):
        return PASSED
    return failed(f"signed with {algorithm}; {', '.join(allowed)} allowed")


RULES = (
    Rule(
        id="SIG-001",
        title="Certificate is signed with MD2, MD4 or MD5",
        severity="critical",
        description="Certificates with such a signature can be forged.",
        remediation=_REISSUE,
        citations=(SSL_LABS_SIGNATURES, RFC_9155),
        profiles=EVERY,
        judge=_md_signature,
    ),
    Rule(
        id="SIG-002",
        title="Certificate is signed with SHA-1",
        severity="high",
        description="SHA-1 signatures are disallowed and refused by clients. A root's own signature does not count.",
        remediation=_REISSUE,
        citations=(BR_SIGNATURES, SP_800_131A_HASHES, RFC_9155),
        profiles=EVERY,
        judge=_weak_hash(_SHA1),
        effective=SHA1_SIGNATURES_DISALLOWED_FROM,
    ),
    Rule(
        id="SIG-003",
        title="Certificate is signed with a hash of 224 bits",
        severity="low",
        description="SHA-224 and its like have 112 bits of security, which NIST plans to disallow after 2030. A root's "
        "own signature does not count.",
        remediation=_REISSUE,
        citations=(SP_800_131A_R3_HASHES,),
        profiles=(NIST_800_131A,),
        judge=_weak_hash(_SHA224),
    ),
    Rule(
        id="SIG-004",
        title="Certificate is signed with an algorithm outside the profile",
        severity="low",
        description="The signature algorithm is none of those that the profile allows. A root's own signature does not "
        "count.",
        remediation="Have the certificate issued again by a CA that signs with an algorithm of the profile.",
        citations=(MOZILLA_SIGNATURES,),
        profiles=(MOZILLA_MODERN, MOZILLA_INTERMEDIATE),
        judge=_not_in_profile,
        yields_to=("SIG-001", "SIG-002"),
    ),
)
