# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a rule is, what it judges and what it says.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import functools
import re
import typing as t
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from .._values import parse_time

SEVERITIES = ("critical", "high", "medium", "low", "info")
"""Worst first."""

SSL_LABS_GRADES = ("A+", "A", "A-", "B", "C", "D", "E", "F")
"""Best first. T (no trust) and M (names do not match) are not in this order."""

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
    """Figures by which rules judge, and which a policy may change.

    A certificate is about to expire when so many days are left, or so large a share of its lifetime, whichever is
    less. The shares keep short-lived certificates quiet that are renewed in time: an ACME client renews at two thirds
    of the lifetime, so one that has less than a third left is stuck. Below the floor every certificate is critical.

    :ivar notice_days: Days before the end at which a certificate is worth a notice.
    :ivar long_expired_days: Days after the end from which a certificate counts as forgotten, if it is out of date too.
    :ivar stale_days: Days after which what was not found again counts as out of date.
    :ivar private_max_days: The longest lifetime of a leaf of a private CA.
    :ivar max_lifetime_days: The longest lifetime of a leaf where a profile limits it whoever issued it.
    :ivar shared_assets: The most assets that should share one certificate and its private key.
    :ivar min_grade: The lowest grade that passes, out of SSL_LABS_GRADES.
    """

    warn_days: float = 30.0
    warn_fraction: float = 1 / 3
    crit_days: float = 7.0
    crit_fraction: float = 1 / 6
    floor_hours: float = 12.0
    notice_days: float = 90.0
    long_expired_days: float = 90.0
    stale_days: float = 30.0
    private_max_days: float = 825.0
    max_lifetime_days: float = 366.0
    shared_assets: float = 10.0
    min_grade: str = "B"


class Lists(t.NamedTuple):
    """Names by which rules judge, and which a policy may give; compared without regard to case.

    :ivar approved_issuers: Issuers that the organisation has approved: names, organisations, or globs of them.
    :ivar forbidden_issuers: Issuers that it has forbidden, likewise.
    :ivar public_cas: Organisations whose certificates browsers trust, besides those that the collection knows.
    :ivar owner_tag_prefixes: What the name of an asset tag begins with that tells who owns the asset.
    :ivar cipher_suites: Suites that may be offered, by their IANA names.
    :ivar signatures: Signature algorithms that are allowed.
    """

    approved_issuers: tuple[str, ...] = ()
    forbidden_issuers: tuple[str, ...] = ()
    public_cas: tuple[str, ...] = ()
    owner_tag_prefixes: tuple[str, ...] = ("owner",)
    cipher_suites: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()


class Context(t.NamedTuple):
    """What is the same for all that one policy judges."""

    as_of: datetime
    thresholds: Thresholds = Thresholds()
    lists: Lists = Lists()


class Host(t.NamedTuple):
    """A host of the inventory.

    :ivar names: Its names in lower case, as canonical_name() spells them.
    :ivar is_matched: Whether it has an asset.
    """

    name: str
    names: tuple[str, ...] = ()
    is_matched: bool = True


class Subject(t.NamedTuple):
    """What a rule looks at; what its scope does not bring is V(None).

    :ivar certificate: The record of a certificate, without its assets.
    :ivar instance: What was observed there: C(grade), C(ssl_protocols), C(cipher_suites), C(vulnerabilities), C(pqc);
        in the scope PLACEMENT also where it is: C(port), C(protocol), C(fqdn).
    :ivar asset: C(id), C(name), C(tags) (names; V(None) if not asked for).
    :ivar successor: The record of a newer certificate that has taken the place of this one on this instance.
    """

    context: Context
    certificate: Mapping[str, t.Any] = {}
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    instance: Mapping[str, t.Any] | None = None
    asset: Mapping[str, t.Any] | None = None
    host: Host | None = None
    successor: Mapping[str, t.Any] | None = None


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


CERTIFICATE = "certificate"
PLACEMENT = "placement"
INSTANCE = "instance"
ASSET = "asset"
HOST = "host"
HOST_CERTIFICATE = "host_certificate"
UNMATCHED_ASSET = "unmatched_asset"
UNPLACED_CERTIFICATE = "unplaced_certificate"
SCOPES = (
    CERTIFICATE,
    PLACEMENT,
    INSTANCE,
    ASSET,
    HOST,
    HOST_CERTIFICATE,
    UNMATCHED_ASSET,
    UNPLACED_CERTIFICATE,
)
"""What a rule is judged on: once for a certificate; for each instance that a certificate was found on; for what an
instance offers, as it was observed with the certificate that was found there last; for an asset of a host; for a host;
for each certificate of a host; for an asset that no host has; for a certificate that no asset has."""


@dataclass(frozen=True)
class Rule:
    """One rule, with all that a report or a guide tells about it.

    :ivar severity: One of SEVERITIES, unless the verdict, the profile or the policy says otherwise.
    :ivar citations: The standards that it comes from; at least one.
    :ivar profiles: The names of the profiles that it belongs to.
    :ivar judge: Pure function; never raises, whatever the record holds.
    :ivar scope: One of SCOPES.
    :ivar includes: What the API must be asked to include, in the spelling of O(includes).
    :ivar since: The version of the API that first tells the input; V(None) for all.
    :ivar reads: The field of the record or of the instance without which nothing can be judged; V(None) where there is
        no single one. Where no answer of a whole sweep tells it, that is told once and not for each certificate.
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
    profiles: tuple[str, ...]
    judge: Callable[[Subject], Verdict]
    scope: str = CERTIFICATE
    includes: tuple[str, ...] = ()
    since: str | None = None
    reads: str | None = None
    yields_to: tuple[str, ...] = ()
    effective: date | None = None
    ineffective: date | None = None

    @functools.cached_property
    def citation(self) -> str:
        """All citations in one line of text."""
        return "; ".join(map(str, self.citations))

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
    """Return V(leaf), V(intermediate) or V(root); V(None) where the API does not tell (v1), or not in words known here.

    Clients have seen both C(Root) and C(root). Of what is told to be of a CA and no more, the signature tells the rest.
    """
    kind, self_signed = _kind(certificate), certificate.get("self_signed")
    if kind != _CA:
        return kind
    return "root" if self_signed is True else "intermediate" if self_signed is False else None


def is_ca(certificate: Mapping[str, t.Any]) -> bool:
    """Tell whether a certificate is known to be of a CA."""
    return _kind(certificate) not in (None, "leaf")


_CA = "ca"
# Without what is neither letter nor digit.
_KINDS: Mapping[str, str] = {
    **dict.fromkeys(("leaf", "endentity", "server"), "leaf"),
    **dict.fromkeys(("intermediate", "intermediateca", "subordinateca", "subca"), "intermediate"),
    **dict.fromkeys(("root", "rootca"), "root"),
    **dict.fromkeys(("ca", "certificateauthority"), _CA),
}


def _kind(certificate: Mapping[str, t.Any]) -> str | None:
    told = certificate.get("type")
    return _kind_of(told) if isinstance(told, str) else None


@functools.lru_cache(maxsize=256)
def _kind_of(told: str) -> str | None:
    return _KINDS.get(re.sub(r"[\W_]+", "", told.lower()))
