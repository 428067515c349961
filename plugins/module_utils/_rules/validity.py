# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules on the length of the validity period: VAL.

They judge leaves only: no standard here limits what a root or an intermediate is valid for. Where the type is not
reported (API v1), nothing is judged, since a root of 25 years is none of these faults. A period that ends before it
begins has no length; EXP-001 and EXP-005 tell of such a certificate, which is never valid.

Two ways to measure. The Baseline Requirements count the last second, since a period of RFC 5280 includes both its
ends, and round up to days of 86,400 s (BR 6.3.2): from 00:00:00 to 00:00:00 of the next day are two days. Apple,
Mozilla and a policy of one's own go by the difference of the two times.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import calendar
import typing as t
from datetime import datetime, timedelta

from .issuers import is_public_ca
from .model import DOES_NOT_APPLY, PASSED, Rule, Subject, Verdict, certificate_type, failed, is_ca, not_evaluated
from .profiles import (
    ACME_SHORT_LIVED,
    BASELINE,
    CABF_PUBLIC,
    INVENTORY_HYGIENE,
    MOZILLA_INTERMEDIATE,
    MOZILLA_MODERN,
    MOZILLA_OLD,
)
from .standards import (
    APPLE_825_DAYS,
    BR_EFFECTIVE_FROM,
    BR_FINAL_VALIDITY_DAYS,
    BR_FINAL_VALIDITY_FROM,
    BR_SHORT_LIVED,
    BR_SHORT_LIVED_DAYS,
    BR_VALIDITY,
    BR_VALIDITY_LIMITS,
    BR_VALIDITY_RECOMMENDED_FROM,
    MOZILLA_LIFESPAN,
    RFC_5280_VALIDITY,
    ValidityLimit,
)

_DAY = timedelta(days=1)
_LAST_SECOND = timedelta(seconds=1)
_SHORTER = "Have the certificate issued anew for a shorter time, and automate its renewal."


def _not_leaf(subject: Subject) -> Verdict | None:
    """Return why a certificate is not judged as a leaf; V(None) if it is."""
    if is_ca(subject.certificate):
        return DOES_NOT_APPLY
    return not_evaluated("certificate type not reported") if certificate_type(subject.certificate) is None else None


def _not_leaf_of(public: bool, subject: Subject) -> Verdict | None:
    """Return why a certificate is not judged as a leaf of a public, or of a private, CA; V(None) if it is."""
    if is_ca(subject.certificate):
        return DOES_NOT_APPLY
    is_public = is_public_ca(subject.certificate, subject.context.lists)
    if is_public is not None and is_public != public:
        return DOES_NOT_APPLY
    if certificate_type(subject.certificate) is None:
        return not_evaluated("certificate type not reported")
    return not_evaluated("issuer not reported") if is_public is None else None


class _Period(t.NamedTuple):
    """From when a certificate is valid, which is when it counts as issued, and for how long."""

    issued: datetime
    difference: timedelta

    @property
    def by_br(self) -> timedelta:
        return self.difference + _LAST_SECOND


def _period(subject: Subject) -> _Period | Verdict:
    """Return the validity period, or the verdict that there is none to judge."""
    start, end = subject.valid_from, subject.valid_to
    if start is None:
        return not_evaluated("start of validity not reported")
    if end is None:
        return not_evaluated("end of validity not reported")
    return DOES_NOT_APPLY if end < start else _Period(start, end - start)


def _days(length: timedelta) -> int:
    """Return the days of a length; one that has begun counts."""
    return -(-length // _DAY)


def _months_after(start: datetime, months: int) -> datetime:
    """Return the same day and time so many months later, or the last day of a month that is too short for it.

    The Baseline Requirements did not say how to count; this is how calendars do, and as strict as they can be read.
    """
    year, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + year, month + 1
    return start.replace(year=year, month=month, day=min(start.day, calendar.monthrange(year, month)[1]))


def _limit_for(issued: datetime) -> ValidityLimit:
    return next(
        limit for limit in BR_VALIDITY_LIMITS if limit.issued_before is None or issued.date() < limit.issued_before
    )


def _longest(limit: ValidityLimit, issued: datetime) -> timedelta:
    return limit.maximum * _DAY if limit.unit == "days" else _months_after(issued, limit.maximum) - issued


def _over_br_maximum(subject: Subject) -> Verdict:
    period = _not_leaf_of(True, subject) or _period(subject)
    if isinstance(period, Verdict):
        return period
    if period.issued.date() < BR_EFFECTIVE_FROM:
        return DOES_NOT_APPLY
    limit = _limit_for(period.issued)
    if period.by_br <= _longest(limit, period.issued):
        return PASSED
    return failed(
        f"valid for {_days(period.by_br)} days; at most {limit.maximum} {limit.unit} allowed "
        f"when issued on {period.issued.date()}"
    )


def _over_br_recommendation(subject: Subject) -> Verdict:
    period = _not_leaf_of(True, subject) or _period(subject)
    if isinstance(period, Verdict):
        return period
    recommended = _limit_for(period.issued).recommended_days
    if recommended is None:
        return DOES_NOT_APPLY
    if period.by_br <= recommended * _DAY:
        return PASSED
    return failed(
        f"valid for {_days(period.by_br)} days; at most {recommended} recommended when issued on {period.issued.date()}"
    )


def _at_most(days: float, period: _Period | Verdict) -> Verdict:
    if isinstance(period, Verdict):
        return period
    if period.difference <= days * _DAY:
        return PASSED
    return failed(f"valid for {_days(period.difference)} days; the limit is {days:g} days")


def _private_too_long(subject: Subject) -> Verdict:
    return _at_most(subject.context.thresholds.private_max_days, _not_leaf_of(False, subject) or _period(subject))


def _over_lifespan(subject: Subject) -> Verdict:
    return _at_most(subject.context.thresholds.max_lifetime_days, _not_leaf(subject) or _period(subject))


def _not_47_day_ready(subject: Subject) -> Verdict:
    """The message names the issuer: it is there that the change is made, for all that it issues at once."""
    period = _not_leaf_of(True, subject) or _period(subject)
    if isinstance(period, Verdict):
        return period
    if period.by_br <= BR_FINAL_VALIDITY_DAYS * _DAY:
        return PASSED
    return failed(
        f"issued by {_issuer(subject)} for {_days(period.by_br)} days; at most {BR_FINAL_VALIDITY_DAYS} allowed "
        f"when issued from {BR_FINAL_VALIDITY_FROM} on",
        due=f"{BR_FINAL_VALIDITY_FROM}T00:00:00Z",
    )


def _issuer(subject: Subject) -> str:
    issuer = subject.certificate.get("issuer")
    names = (issuer.get("organization"), issuer.get("name")) if isinstance(issuer, dict) else ()
    return ", ".join(name for name in names if isinstance(name, str) and name) or "a CA that is not named"


def _not_short_lived(subject: Subject) -> Verdict:
    period = _not_leaf(subject) or _period(subject)
    if isinstance(period, Verdict):
        return period
    if period.by_br <= BR_SHORT_LIVED_DAYS * _DAY:
        return PASSED
    return failed(f"valid for {_days(period.by_br)} days; short-lived are at most {BR_SHORT_LIVED_DAYS}")


RULES = (
    Rule(
        id="VAL-001",
        title="Certificate is valid for longer than a public CA may issue it",
        severity="high",
        description="A leaf of a public CA is valid for longer than the Baseline Requirements allowed on the day from "
        "which it is valid. A day begun counts in full, and the last second counts: a period that ends at the time of "
        "day at which it began is a day over. Browsers refuse such a certificate.",
        remediation="Ask the CA for a certificate of the length allowed, and tell it of this one.",
        citations=(BR_VALIDITY, RFC_5280_VALIDITY),
        profiles=(BASELINE, CABF_PUBLIC),
        judge=_over_br_maximum,
        since="v2",
        reads="type",
        effective=BR_EFFECTIVE_FROM,
    ),
    Rule(
        id="VAL-002",
        title="Certificate is valid for longer than recommended",
        severity="low",
        description="A leaf of a public CA is valid for longer than the Baseline Requirements recommend, which is a "
        "day less than they allow: a wrong second does not make it a violation then.",
        remediation="Have certificates issued for at least a day less than the maximum.",
        citations=(BR_VALIDITY,),
        profiles=(CABF_PUBLIC,),
        judge=_over_br_recommendation,
        since="v2",
        reads="type",
        yields_to=("VAL-001",),
        effective=BR_VALIDITY_RECOMMENDED_FROM,
    ),
    Rule(
        id="VAL-003",
        title="Certificate of a private CA is valid for very long",
        severity="low",
        description="A leaf of a private CA is valid for longer than the limit of the policy, by default 825 days. "
        "Clients of Apple refuse it.",
        remediation=_SHORTER,
        citations=(APPLE_825_DAYS,),
        profiles=(INVENTORY_HYGIENE,),
        judge=_private_too_long,
        since="v2",
        reads="type",
    ),
    Rule(
        id="VAL-004",
        title="Certificate is valid for longer than the lifespan of the profile",
        severity="medium",
        description="A leaf is valid for longer than the limit of the policy: 90 days for Mozilla's modern "
        "configuration, 366 days for the others.",
        remediation=_SHORTER,
        citations=(MOZILLA_LIFESPAN,),
        profiles=(MOZILLA_MODERN, MOZILLA_INTERMEDIATE, MOZILLA_OLD),
        judge=_over_lifespan,
        since="v2",
        reads="type",
    ),
    Rule(
        id="VAL-005",
        title="Issuance is not ready for 47 days",
        severity="info",
        description="A leaf of a public CA is valid for longer than any may be that is issued from "
        f"{BR_FINAL_VALIDITY_FROM} on. Until then its renewal has to be automated.",
        remediation="Automate issuance and installation, by ACME for instance, before the maximum falls.",
        citations=(BR_VALIDITY,),
        profiles=(CABF_PUBLIC, ACME_SHORT_LIVED),
        judge=_not_47_day_ready,
        since="v2",
        reads="type",
        yields_to=("VAL-001",),
    ),
    Rule(
        id="VAL-006",
        title="Certificate is not short-lived",
        severity="info",
        description="A leaf is valid for more than 7 days, so that it has to be revoked when its key is lost.",
        remediation="Where renewal runs reliably, choose the CA's profile for short-lived certificates.",
        citations=(BR_SHORT_LIVED,),
        profiles=(ACME_SHORT_LIVED,),
        judge=_not_short_lived,
        since="v2",
        reads="type",
    ),
)
