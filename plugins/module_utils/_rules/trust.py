# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules on trust: TRU.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from .globs import matches_any
from .issuers import names_of_issuer
from .model import DOES_NOT_APPLY, FAIL, PASSED, Rule, Subject, Verdict, certificate_type, failed, is_ca, not_evaluated
from .profiles import BASELINE, CABF_PUBLIC, EVERY, INVENTORY_HYGIENE, PCI_DSS_4, SSLLABS
from .standards import (
    BR_REVOCATION,
    CERTVIEW_APPROVED_CAS,
    PCI_DSS_4_2_1,
    RFC_5280_ISSUER,
    SP_1800_16_PRACTICES,
    SSL_LABS_TRUST,
)

_UNAPPROVED = re.compile(r"(?:un|not[\s_-]*)approved", re.IGNORECASE)
_APPROVED = re.compile(r"approved(?:[\s_-]*ca)?", re.IGNORECASE)
_SELF_SIGNED = re.compile(r"self[\s_-]*signed", re.IGNORECASE)
_NOT_REVOKED = re.compile(r"(?:not|un|non)[\s_-]*revoked|\bgood\b", re.IGNORECASE)
_REVOKED = re.compile(r"revoked", re.IGNORECASE)
_ISSUER_NOT_REPORTED = not_evaluated("issuer not reported")


def _self_signed_leaf(subject: Subject) -> Verdict:
    """Judge leaves only: every root is self-signed, and many servers send theirs along.

    API v1 does not tell the type. There, a self-signed certificate may be such a root and is not judged.
    """
    self_signed = subject.certificate.get("self_signed")
    if self_signed is False:
        return PASSED
    if is_ca(subject.certificate):
        return DOES_NOT_APPLY
    if self_signed is None:
        return not_evaluated("not reported whether it is self-signed")
    if certificate_type(subject.certificate) is None:
        return not_evaluated("self-signed, which is no fault on a root; certificate type not reported")
    return failed("self-signed; no client can tell it from a forged one")


def _unapproved_ca(subject: Subject) -> Verdict:
    """Judge what CAs issue to servers: the CAs above these are the issuer's choice.

    API v1 does not tell the type. There, what is approved passes, and nothing fails.
    """
    if is_ca(subject.certificate):
        return DOES_NOT_APPLY
    verdict = _approval(subject)
    if verdict.outcome == FAIL and certificate_type(subject.certificate) is None:
        return not_evaluated(f"{verdict.message}; certificate type not reported")
    return verdict


def _approval(subject: Subject) -> Verdict:
    """Judge by the list of the policy, or else by what the tenant told CertView.

    What signed itself is not the work of a CA.
    """
    record, approved = subject.certificate, subject.context.lists.approved_issuers
    if approved:
        names = names_of_issuer(record)
        if not names:
            return _ISSUER_NOT_REPORTED
        return PASSED if matches_any(approved, names) else failed(f"issued by {names[0]}, which is not approved")
    category = record.get("issuer_category")
    if not isinstance(category, str) or not category.strip():
        return not_evaluated("issuer category not reported")
    if _UNAPPROVED.search(category):
        return failed(f"{_issued_by(record)}; Certificate View calls that CA {category}")
    if _SELF_SIGNED.fullmatch(category.strip()):
        return DOES_NOT_APPLY
    if _APPROVED.fullmatch(category.strip()):
        return PASSED
    # API v1 tells the name of the issuer here.
    return not_evaluated(f"issuer category {category} does not tell whether the CA is approved")


def _issued_by(record: Mapping[str, object]) -> str:
    return f"issued by {next(iter(names_of_issuer(record)), 'an unknown CA')}"


def _forbidden_issuer(subject: Subject) -> Verdict:
    forbidden = subject.context.lists.forbidden_issuers
    if not forbidden:
        return DOES_NOT_APPLY
    names = names_of_issuer(subject.certificate)
    if not names:
        return _ISSUER_NOT_REPORTED
    matching = [name for name in names if matches_any(forbidden, (name,))]
    return failed(f"issued by {matching[0]}, which is forbidden") if matching else PASSED


def _unknown_issuer(subject: Subject) -> Verdict:
    """Judge leaves only: that nobody is above a root is no gap."""
    record = subject.certificate
    if is_ca(record):
        return DOES_NOT_APPLY
    if certificate_type(record) is None:
        return not_evaluated("certificate type not reported")
    if record.get("self_signed") is True:
        return DOES_NOT_APPLY
    issuer = record.get("issuer")
    if not isinstance(issuer, Mapping):
        return failed("Certificate View tells no issuer")
    if not issuer.get("certhash"):
        return failed(f"{_issued_by(record)}; Certificate View has not seen the certificate of that CA")
    return PASSED


def _revoked(subject: Subject) -> Verdict:
    """Judge by the words of CertView; a word that speaks of no revocation, such as V(Unknown), tells nothing."""
    status = subject.certificate.get("revocation_status")
    if not isinstance(status, str) or not status.strip():
        return not_evaluated("revocation status not reported")
    if _NOT_REVOKED.search(status):
        return PASSED
    if _REVOKED.search(status):
        return failed(f"revocation status is {status}")
    return not_evaluated(f"revocation status {status} does not tell whether it is revoked")


RULES = (
    Rule(
        id="TRU-001",
        title="Server certificate is self-signed",
        severity="medium",
        description="A leaf that signed itself is trusted by no client unless it is pinned there.",
        remediation="Have a certificate issued by a CA that the clients trust, public or internal.",
        citations=(SSL_LABS_TRUST,),
        profiles=(BASELINE, CABF_PUBLIC, PCI_DSS_4, SSLLABS),
        judge=_self_signed_leaf,
    ),
    Rule(
        id="TRU-002",
        title="Server certificate is of a CA that is not approved",
        severity="medium",
        description="The issuer is not in the list approved_issuers of the policy; without that list, Certificate View "
        "counts it among the unapproved CAs, which depends on how the tenant is configured.",
        remediation="Have the certificate issued by an approved CA; or approve the CA, in the policy or in Certificate "
        "View.",
        citations=(CERTVIEW_APPROVED_CAS, SP_1800_16_PRACTICES),
        profiles=(PCI_DSS_4, INVENTORY_HYGIENE),
        judge=_unapproved_ca,
    ),
    Rule(
        id="TRU-003",
        title="Certificate is of a forbidden CA",
        severity="high",
        description="The issuer or its root matches the list forbidden_issuers of the policy, for instance because "
        "browsers no longer trust it.",
        remediation="Have a certificate issued by another CA, and install it on every instance.",
        citations=(SP_1800_16_PRACTICES,),
        profiles=(BASELINE, CABF_PUBLIC),
        judge=_forbidden_issuer,
    ),
    Rule(
        id="TRU-005",
        title="Issuer of the server certificate is not known",
        severity="low",
        description="Certificate View tells no issuer of the leaf, or has not found the certificate of that CA: the "
        "server may not send its chain.",
        remediation="Configure the server to send the intermediate certificates along with its own.",
        citations=(RFC_5280_ISSUER,),
        profiles=(INVENTORY_HYGIENE,),
        judge=_unknown_issuer,
    ),
    Rule(
        id="TRU-006",
        title="Certificate is revoked",
        severity="critical",
        description="The CA has revoked the certificate. Clients that check refuse it; Certificate View's grade does "
        "not tell.",
        remediation="Have a certificate issued for a new key, and install it on every instance; find out why it was "
        "revoked.",
        citations=(PCI_DSS_4_2_1, BR_REVOCATION),
        profiles=EVERY,
        judge=_revoked,
        since="v2.2",
        reads="revocation_status",
    ),
)
