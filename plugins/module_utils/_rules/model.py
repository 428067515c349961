# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a rule is, what it judges and what it says.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from .._values import parse_time

SEVERITIES = ("critical", "high", "medium", "low", "info")
"""Worst first."""

PASS = "pass"
FAIL = "fail"
NOT_EVALUATED = "not_evaluated"
NOT_APPLICABLE = "not_applicable"


class Citation(t.NamedTuple):
    """Where a rule comes from, so that an auditor can look it up."""

    document: str
    section: str
    url: str

    def __str__(self) -> str:
        """Return the citation as one line of text."""
        return f"{self.document}, {self.section} <{self.url}>"


class Thresholds(t.NamedTuple):
    """When a certificate is about to expire: so many days, or so large a share of its lifetime, whichever is less.

    The shares keep short-lived certificates quiet that are renewed in time: an ACME client renews at two thirds
    of the lifetime, so one that has less than a third left is stuck. Below the floor every certificate is critical.
    """

    warn_days: float = 30.0
    warn_fraction: float = 1 / 3
    crit_days: float = 7.0
    crit_fraction: float = 1 / 6
    floor_hours: float = 12.0


class Context(t.NamedTuple):
    """What is the same for all that one audit judges."""

    as_of: datetime
    thresholds: Thresholds


class Subject(t.NamedTuple):
    """What a rule looks at: a certificate record, and for rules on instances one instance of an asset."""

    context: Context
    certificate: Mapping[str, t.Any]
    valid_from: datetime | None
    valid_to: datetime | None
    instance: Mapping[str, t.Any] | None = None


class Verdict(t.NamedTuple):
    """What a rule says of a subject.

    P(due) is the ISO 8601 time by which to act; P(severity) replaces that of the rule, where the figures decide it.
    """

    outcome: str
    message: str = ""
    due: str | None = None
    severity: str | None = None


PASSED = Verdict(PASS)
DOES_NOT_APPLY = Verdict(NOT_APPLICABLE)


def failed(message: str, due: str | None = None, severity: str | None = None) -> Verdict:
    """Return the verdict that the subject breaks the rule, with the figures in P(message)."""
    return Verdict(FAIL, message, due, severity)


def not_evaluated(missing: str) -> Verdict:
    """Return the verdict that the rule could not be judged, with the input that P(missing) names."""
    return Verdict(NOT_EVALUATED, missing)


@dataclass(frozen=True)
class Rule:
    """One rule, with all that a report or a guide tells about it.

    :ivar severity: One of SEVERITIES, unless the verdict or the policy says otherwise.
    :ivar citations: The standards that it comes from; at least one.
    :ivar per_instance: Whether it judges instances (a port of an asset) rather than certificates.
    :ivar judge: Pure function; never raises, whatever the record holds.
    :ivar includes: What the API must be asked to include, in the spelling of O(includes).
    :ivar yields_to: Rules that tell the same fact more urgently: where one of them fails, this one is silent.
    :ivar effective: Day from which the standard demands it; V(None) for always.
    :ivar ineffective: First day on which the standard no longer demands it.
    """

    id: str
    title: str
    severity: str
    description: str
    remediation: str
    citations: tuple[Citation, ...]
    judge: Callable[[Subject], Verdict]
    per_instance: bool = False
    includes: tuple[str, ...] = ()
    yields_to: tuple[str, ...] = ()
    effective: date | None = None
    ineffective: date | None = None

    def in_force(self, day: date) -> bool:
        """Tell whether the standard demands this on a day (UTC)."""
        return (self.effective is None or self.effective <= day) and (
            self.ineffective is None or day < self.ineffective
        )


def subject_of(certificate: Mapping[str, t.Any], context: Context) -> Subject:
    """Return a certificate record as rules on certificates look at it."""
    return Subject(
        context, certificate, parse_time(certificate.get("valid_from")), parse_time(certificate.get("valid_to"))
    )


def certificate_type(certificate: Mapping[str, t.Any]) -> str | None:
    """Return C(leaf), C(intermediate), C(root) or what else the API said; V(None) where it does not tell (v1).

    Lower case, because clients have seen both C(Root) and C(root).
    """
    told = certificate.get("type")
    return told.lower() if isinstance(told, str) else None
