# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules on the grade that CertView gives to an instance: GRD-001, and TRU-004 for the two grades that tell of trust.

CertView grades by the guide of SSL Labs, but does not take off for a wrong name or a revoked certificate, does not test
forward secrecy, and never gives more than a C where a cipher has 64-bit blocks. So a grade neither replaces the other
rules nor is replaced by them.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

from .model import DOES_NOT_APPLY, INSTANCE, PASSED, SSL_LABS_GRADES, Rule, Subject, Verdict, failed, not_evaluated
from .profiles import BASELINE, PCI_DSS_4, SSLLABS
from .standards import CERTVIEW_GRADE, SSL_LABS_GRADE, SSL_LABS_TRUST

_TRUST_GRADES = {"T": "clients do not trust the certificate", "M": "the certificate is for another name"}
_NO_GRADE = not_evaluated("grade of the instance not reported")
_WORST = SSL_LABS_GRADES[-1]


def _grade(subject: Subject) -> str | Verdict:
    """Return the grade, or the verdict that there is none; CertView says C(NA) of what it could not grade."""
    told = (subject.instance or {}).get("grade")
    grade = told.strip().upper() if isinstance(told, str) else ""
    if not grade:
        return _NO_GRADE
    return grade if grade in SSL_LABS_GRADES or grade in _TRUST_GRADES else not_evaluated(f"graded {grade[:20]}")


def _below_minimum(subject: Subject) -> Verdict:
    grade = _grade(subject)
    if isinstance(grade, Verdict):
        return grade
    if grade in _TRUST_GRADES:
        return DOES_NOT_APPLY
    minimum = subject.context.thresholds.min_grade
    if SSL_LABS_GRADES.index(grade) <= SSL_LABS_GRADES.index(minimum):
        return PASSED
    return failed(f"graded {grade}; at least {minimum} needed", severity="high" if grade == _WORST else "medium")


def _not_trusted(subject: Subject) -> Verdict:
    grade = _grade(subject)
    if isinstance(grade, Verdict):
        return grade
    return failed(f"graded {grade}: {_TRUST_GRADES[grade]}") if grade in _TRUST_GRADES else PASSED


RULES = (
    Rule(
        id="GRD-001",
        title="Grade is below the minimum",
        severity="high",
        description="The grade is worse than the lowest one that passes, by default B: high for an F, else medium. "
        f"Best first: {', '.join(SSL_LABS_GRADES)}.",
        remediation="Look up in Certificate View what the instance lost its grade for, change the server's "
        "configuration, and reload the service.",
        citations=(SSL_LABS_GRADE, CERTVIEW_GRADE),
        profiles=(BASELINE, SSLLABS, PCI_DSS_4),
        judge=_below_minimum,
        scope=INSTANCE,
        reads="grade",
    ),
    Rule(
        id="TRU-004",
        title="Grade tells that the certificate is not trusted",
        severity="high",
        description="The grade is T (no chain to a CA that clients trust, expired, revoked) or M (another name).",
        remediation="Install a certificate for the name of the server, issued by a CA that the clients trust, with all "
        "intermediate certificates.",
        citations=(SSL_LABS_TRUST, CERTVIEW_GRADE),
        profiles=(SSLLABS, BASELINE),
        judge=_not_trusted,
        scope=INSTANCE,
        reads="grade",
    ),
)
