# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules on the time that is left: EXP.

They hold for certificates of every type, but for EXP-007: an expired intermediate breaks the servers that send it.

EXP-006 is chosen by inventory-hygiene alone. There EXP-001 yields to it: what ended so long ago, and was not found any
more since, is no outage but a leftover, and its host is not V(expired) for that. What is still found is told of by
EXP-001, however old it is; and so is all of it where EXP-006 is not chosen.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from .._values import parse_time
from .model import (
    DOES_NOT_APPLY,
    PASSED,
    PLACEMENT,
    Rule,
    Subject,
    Thresholds,
    Verdict,
    certificate_type,
    failed,
    is_ca,
    not_evaluated,
)
from .profiles import BASELINE, EVERY, INVENTORY_HYGIENE, PCI_DSS_4
from .standards import (
    CERTVIEW_ALERTS,
    LEMUR_REPLACED,
    LETS_ENCRYPT_RENEWAL,
    PCI_DSS_4_2_1,
    RFC_5280_VALIDITY,
    SSL_LABS_TRUST,
    XCA_LONG_EXPIRED,
)

_DAY = timedelta(days=1)
_UNITS = (("days", _DAY), ("hours", timedelta(hours=1)), ("minutes", timedelta(minutes=1)))
_RENEW = "Renew the certificate, install it on every instance that serves it, and reload the service."
_CERTHASH_SHOWN = 16


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


def _expiring_notice(subject: Subject) -> Verdict:
    """The share of the warning holds here too: else what is issued for 90 days would never be without a notice."""
    thresholds: Thresholds = subject.context.thresholds
    return _expiring(subject, thresholds.notice_days, thresholds.warn_fraction)


def _long_expired(subject: Subject) -> Verdict:
    if subject.valid_to is None:
        return not_evaluated("end of validity not reported")
    as_of, thresholds = subject.context.as_of, subject.context.thresholds
    ago = as_of - subject.valid_to
    if ago <= thresholds.long_expired_days * _DAY:
        return PASSED
    last_found = parse_time(subject.certificate.get("last_found"))
    if last_found is None:
        return DOES_NOT_APPLY
    unseen = as_of - last_found
    if unseen <= thresholds.stale_days * _DAY:
        return PASSED
    due = subject.certificate["valid_to"]
    return failed(
        f"expired {_span(ago)} ago, on {due}, and last found {_span(unseen)} ago; forgotten after "
        f"{thresholds.long_expired_days:g} days, if not found for {thresholds.stale_days:g}",
        due,
    )


def _superseded(subject: Subject) -> Verdict:
    """API v1 does not tell the type. There only what has a successor is told of, and nothing passes."""
    successor = subject.successor
    if is_ca(subject.certificate):
        return DOES_NOT_APPLY
    if successor is None:
        return PASSED if certificate_type(subject.certificate) == "leaf" else DOES_NOT_APPLY
    certhash = str(successor.get("certhash") or "another")[:_CERTHASH_SHOWN]
    start, end = (successor.get(key) or "an unknown time" for key in ("valid_from", "valid_to"))
    return failed(f"superseded by {certhash}, valid from {start} to {end}")


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
        profiles=EVERY,
        judge=_expired,
        yields_to=("EXP-006",),
    ),
    Rule(
        id="EXP-002",
        title="Certificate expires very soon",
        severity="high",
        description="What is left is at most the critical threshold of the policy; by default 7 days or a sixth of the "
        "lifetime, whichever is less, and never less than 12 hours.",
        remediation=_RENEW,
        citations=(RFC_5280_VALIDITY, LETS_ENCRYPT_RENEWAL),
        profiles=EVERY,
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
        profiles=EVERY,
        judge=_expiring_warning,
        yields_to=("EXP-001", "EXP-002"),
    ),
    Rule(
        id="EXP-004",
        title="Certificate expires in the time to come",
        severity="info",
        description="What is left is at most the notice threshold of the policy; by default 90 days or a third of the "
        "lifetime, whichever is less. Certificates that renew themselves in time are never told of.",
        remediation="Plan the renewal, and note who does it.",
        citations=(CERTVIEW_ALERTS, RFC_5280_VALIDITY),
        profiles=(BASELINE, PCI_DSS_4, INVENTORY_HYGIENE),
        judge=_expiring_notice,
        yields_to=("EXP-001", "EXP-002", "EXP-003"),
    ),
    Rule(
        id="EXP-005",
        title="Certificate is not valid yet",
        severity="high",
        description="The start of validity lies after the time of the audit. Clients refuse the certificate.",
        remediation="Install the certificate that is valid now; check the clock of the issuing CA.",
        citations=(RFC_5280_VALIDITY,),
        profiles=EVERY,
        judge=_not_yet_valid,
    ),
    Rule(
        id="EXP-006",
        title="Certificate expired long ago",
        severity="info",
        description="The end of validity lies further back than long_expired_days of the policy, by default 90 days, "
        "and the certificate was not found for stale_days, by default 30 days. It is hardly an outage of today but one "
        "that nobody has removed; EXP-001 is silent on it. One that is still found is told of by EXP-001.",
        remediation="Remove the certificate and its private key from the asset, or renew it if clients still need it.",
        citations=(XCA_LONG_EXPIRED,),
        profiles=(INVENTORY_HYGIENE,),
        judge=_long_expired,
    ),
    Rule(
        id="EXP-007",
        title="Certificate has been superseded",
        severity="info",
        description="A newer, valid leaf for the same names was found on the same asset and port. What else is wrong "
        "with the old one there is told as info. Neither this nor that ever counts: not for the status of a host, nor "
        "for what a policy fails on, whatever severity is given to this rule.",
        remediation="Make sure that every service uses the new certificate, then remove the old one and its key.",
        citations=(LEMUR_REPLACED,),
        profiles=(BASELINE, INVENTORY_HYGIENE),
        judge=_superseded,
        scope=PLACEMENT,
        includes=("extensive_certificate_info",),
    ),
)
