# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The profiles: what each is for, and where it departs from the rules as they are declared.

Which rules belong to a profile is declared with the rule. Thresholds and lists of a standard lie in the data file.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .standards import (
    MOZILLA_INTERMEDIATE_CIPHER_SUITES,
    MOZILLA_INTERMEDIATE_LIFESPAN_DAYS,
    MOZILLA_INTERMEDIATE_SIGNATURES,
    MOZILLA_MODERN_CIPHER_SUITES,
    MOZILLA_MODERN_LIFESPAN_DAYS,
    MOZILLA_MODERN_SIGNATURES,
    MOZILLA_OLD_CIPHER_SUITES,
    MOZILLA_OLD_LIFESPAN_DAYS,
)

BASELINE = "baseline"
CABF_PUBLIC = "cabf-public"
NIST_800_131A = "nist-800-131a"
NIST_PQC = "nist-pqc"
PCI_DSS_4 = "pci-dss-4"
MOZILLA_MODERN = "mozilla-modern"
MOZILLA_INTERMEDIATE = "mozilla-intermediate"
MOZILLA_OLD = "mozilla-old"
SSLLABS = "ssllabs"
ACME_SHORT_LIVED = "acme-short-lived"
INVENTORY_HYGIENE = "inventory-hygiene"


@dataclass(frozen=True)
class Profile:
    """A choice of rules for a purpose.

    :ivar severities: Where the purpose makes a rule more severe than it is elsewhere.
    :ivar thresholds: Fields of Thresholds that the purpose demands.
    :ivar lists: Fields of Lists that the purpose demands.
    """

    name: str
    description: str
    severities: Mapping[str, str] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile(
            BASELINE,
            "What hurts every estate: expiry, broken keys, signatures, protocols and ciphers, mismatched names. "
            "Quiet on what depends on how a tenant has configured Certificate View.",
        ),
        Profile(
            CABF_PUBLIC,
            "What the CA/Browser Forum demands of publicly trusted server certificates.",
            severities={"TRU-001": "high"},
        ),
        Profile(NIST_800_131A, "Algorithms and key lengths that NIST SP 800-131A and SP 800-52 allow."),
        Profile(NIST_PQC, "What has to change before quantum computers break RSA and elliptic curves (NIST IR 8547)."),
        Profile(
            PCI_DSS_4,
            "PCI DSS 4.0.1: certificates that protect card data, inventoried, valid, and with a custodian.",
            severities={"TRU-001": "high"},
        ),
        Profile(
            MOZILLA_MODERN,
            "Mozilla Server Side TLS, modern: clients that all know TLS 1.3.",
            thresholds={"max_lifetime_days": MOZILLA_MODERN_LIFESPAN_DAYS},
            lists={"cipher_suites": MOZILLA_MODERN_CIPHER_SUITES, "signatures": MOZILLA_MODERN_SIGNATURES},
        ),
        Profile(
            MOZILLA_INTERMEDIATE,
            "Mozilla Server Side TLS, intermediate: recommended for almost every server.",
            thresholds={"max_lifetime_days": MOZILLA_INTERMEDIATE_LIFESPAN_DAYS},
            lists={"cipher_suites": MOZILLA_INTERMEDIATE_CIPHER_SUITES, "signatures": MOZILLA_INTERMEDIATE_SIGNATURES},
        ),
        Profile(
            MOZILLA_OLD,
            "Mozilla Server Side TLS, old: a last resort for very old clients.",
            thresholds={"max_lifetime_days": MOZILLA_OLD_LIFESPAN_DAYS},
            lists={"cipher_suites": MOZILLA_OLD_CIPHER_SUITES},
        ),
        Profile(SSLLABS, "What costs a server its grade at SSL Labs."),
        Profile(
            ACME_SHORT_LIVED,
            "Certificates that a client renews on its own, on the way to a lifetime of 47 days and less.",
        ),
        Profile(
            INVENTORY_HYGIENE,
            "What an inventory is asked: who owns it, is it still there, is it known, is it used.",
        ),
    )
}

EVERY = tuple(PROFILES)


def every_but(*names: str) -> tuple[str, ...]:
    """Return the names of all profiles but these."""
    return tuple(name for name in EVERY if name not in names)
