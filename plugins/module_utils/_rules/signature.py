# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules on the signature of the certificate: SIG.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import re

from .model import DOES_NOT_APPLY, PASSED, Rule, Subject, Verdict, certificate_type, failed, not_evaluated
from .standards import (
    BR_SIGNATURES,
    RFC_9155,
    SHA1_SIGNATURES_DISALLOWED_FROM,
    SP_800_131A_HASHES,
    SSL_LABS_SIGNATURES,
)

_MD = re.compile(r"md[245]", re.IGNORECASE)
_SHA1 = re.compile(r"sha-?1(?![0-9])", re.IGNORECASE)
_NOT_REPORTED = not_evaluated("signature algorithm not reported")
_REISSUE = "Have the certificate issued again with SHA-256 or better, and install it on every instance."


def _md_signature(subject: Subject) -> Verdict:
    algorithm = subject.certificate.get("signature_algorithm")
    if not isinstance(algorithm, str):
        return _NOT_REPORTED
    return failed(f"signed with {algorithm}; SHA-256 or better needed") if _MD.search(algorithm) else PASSED


def _sha1_signature(subject: Subject) -> Verdict:
    """Judge the hash, but not on a root: clients trust it for its key and never check its own signature.

    API v1 does not tell the type. There, a self-signed certificate may be a root and is not judged.
    """
    record = subject.certificate
    algorithm = record.get("signature_algorithm")
    if not isinstance(algorithm, str):
        return _NOT_REPORTED
    if not _SHA1.search(algorithm):
        return PASSED
    kind = certificate_type(record)
    if kind is None and record.get("self_signed") is not False:
        return not_evaluated(f"signed with {algorithm}, which is no fault on a root; certificate type not reported")
    if kind == "root" or (kind != "leaf" and record.get("self_signed") is True):
        return DOES_NOT_APPLY
    return failed(f"signed with {algorithm}; SHA-256 or better needed")


RULES = (
    Rule(
        id="SIG-001",
        title="Certificate is signed with MD2, MD4 or MD5",
        severity="critical",
        description="Certificates with such a signature can be forged.",
        remediation=_REISSUE,
        citations=(SSL_LABS_SIGNATURES, RFC_9155),
        judge=_md_signature,
    ),
    Rule(
        id="SIG-002",
        title="Certificate is signed with SHA-1",
        severity="high",
        description="SHA-1 signatures are disallowed and refused by clients. A root's own signature does not count.",
        remediation=_REISSUE,
        citations=(BR_SIGNATURES, SP_800_131A_HASHES, RFC_9155),
        judge=_sha1_signature,
        effective=SHA1_SIGNATURES_DISALLOWED_FROM,
    ),
)
