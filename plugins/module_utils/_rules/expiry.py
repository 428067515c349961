# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules on the validity period: EXP.

They hold for certificates of every type: an expired intermediate breaks the servers that send it.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from .model import DOES_NOT_APPLY, PASSED, Rule, Subject, Thresholds, Verdict, failed, not_evaluated
from .standards import LETS_ENCRYPT_RENEWAL, PCI_DSS_4_2_1, RFC_5280_VALIDITY, SSL_LABS_TRUST

_DAY = timedelta(days=1)
_UNITS = (("days", _DAY), ("hours", timedelta(hours=1)), ("minutes", timedelta(minutes=1)))
_RENEW = "Renew the certificate, install it on every instance that serves it, and reload the service."


def _span(duration: timedelta) -> str:
    """Return a duration in the largest unit of which it has at least two, else in seconds."""
    for unit, length in _UNITS:
        if duration >= 2 * length:
            return f"{duration / length:.1f} {unit}"
    return f"{duration / timedelta(seconds=1):.0f} s"


def _threshold(days: float, fraction: float, subject: Subject) -> timedelta:
    """Without a start of validity the lifetime is unknown and the days alone count: rather early than late."""
    threshold = days * _DAY
    if subject.valid_from is not None and subject.valid_to is not None:
        threshold = min(threshold, (subject.valid_to - subject.valid_from) * fraction)
    return max(threshold, timedelta(hours=subject.context.thresholds.floor_hours))


def _expired(subject: Subject) -> Verdict:
    if subject.valid_to is None:
        return not_evaluated("end of validity not reported")
    if subject.valid_to >= subject.context.as_of:
        return PASSED
    due = subject.certificate["valid_to"]
    return failed(f"expired {_span(subject.context.as_of - subject.valid_to)} ago, on {due}", due)


def _expiring(subject: Subject, days: float, fraction: float) -> Verdict:
    if subject.valid_to is None:
        return not_evaluated("end of validity not reported")
    remaining = subject.valid_to - subject.context.as_of
    if remaining < timedelta(0):
        return DOES_NOT_APPLY
    threshold = _threshold(days, fraction, subject)
    if remaining > threshold:
        return PASSED
    due = subject.certificate["valid_to"]
    return failed(f"expires in {_span(remaining)}, on {due}; the limit is {_span(threshold)}", due)


def _expiring_critical(subject: Subject) -> Verdict:
    thresholds: Thresholds = subject.context.thresholds
    return _expiring(subject, thresholds.crit_days, thresholds.crit_fraction)


def _expiring_warning(subject: Subject) -> Verdict:
    thresholds: Thresholds = subject.context.thresholds
    return _expiring(subject, thresholds.warn_days, thresholds.warn_fraction)


def _not_yet_valid(subject: Subject) -> Verdict:
    start: datetime | None = subject.valid_from
    if start is None:
        return not_evaluated("start of validity not reported")
    if start <= subject.context.as_of:
        return PASSED
    return failed(f"valid only from {subject.certificate['valid_from']}, in {_span(start - subject.context.as_of)}")


RULES = (
    Rule(
        id="EXP-001",
        title="Certificate has expired",
        severity="critical",
        description="The end of validity lies before the time of the audit. Clients refuse the certificate.",
        remediation=_RENEW,
        citations=(RFC_5280_VALIDITY, PCI_DSS_4_2_1, SSL_LABS_TRUST),
        judge=_expired,
    ),
    Rule(
        id="EXP-002",
        title="Certificate expires very soon",
        severity="high",
        description="What is left is at most the critical threshold of the policy; by default 7 days or a sixth of the "
        "lifetime, whichever is less, and never less than 12 hours.",
        remediation=_RENEW,
        citations=(RFC_5280_VALIDITY, LETS_ENCRYPT_RENEWAL),
        judge=_expiring_critical,
        yields_to=("EXP-001",),
    ),
    Rule(
        id="EXP-003",
        title="Certificate expires soon",
        severity="medium",
        description="What is left is at most the warning threshold of the policy; by default 30 days or a third of the "
        "lifetime, whichever is less. Automatic renewal, where there is any, did not happen.",
        remediation=_RENEW,
        citations=(RFC_5280_VALIDITY, LETS_ENCRYPT_RENEWAL),
        judge=_expiring_warning,
        yields_to=("EXP-001", "EXP-002"),
    ),
    Rule(
        id="EXP-005",
        title="Certificate is not valid yet",
        severity="high",
        description="The start of validity lies after the time of the audit. Clients refuse the certificate.",
        remediation="Install the certificate that is valid now; check the clock of the issuing CA.",
        citations=(RFC_5280_VALIDITY,),
        judge=_not_yet_valid,
    ),
)
