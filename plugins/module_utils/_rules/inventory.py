# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules on the inventory itself, what it knows and what it misses: INV.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

from datetime import timedelta

from .._values import parse_time
from .model import (
    ASSET,
    DOES_NOT_APPLY,
    HOST,
    PASSED,
    UNMATCHED_ASSET,
    UNPLACED_CERTIFICATE,
    Rule,
    Subject,
    Verdict,
    failed,
    not_evaluated,
)
from .profiles import INVENTORY_HYGIENE, PCI_DSS_4
from .standards import PCI_DSS_4_2_1_1, SP_1800_16_PRACTICES

_DAY = timedelta(days=1)


def _stale(subject: Subject) -> Verdict:
    last_found = parse_time(subject.certificate.get("last_found"))
    if last_found is None:
        return not_evaluated("time at which it was last found not reported")
    ago, days = subject.context.as_of - last_found, subject.context.thresholds.stale_days
    if ago <= days * _DAY:
        return PASSED
    told = subject.certificate["last_found"]
    return failed(f"last found {ago / _DAY:.1f} days ago, on {told}; the limit is {days:g} days")


def _asset_unmatched(subject: Subject) -> Verdict:
    """The scope brings only assets that no host has."""
    asset = subject.asset
    if asset is None:
        return not_evaluated("asset not known")
    return failed(f"asset {_called(asset.get('name'), asset.get('id'))} is no host of the inventory")


def _called(name: object, identifier: object) -> str:
    told = [str(part) for part in (name, identifier) if part not in (None, "")]
    return " with id ".join(told) or "without a name"


def _host_unseen(subject: Subject) -> Verdict:
    host = subject.host
    if host is None:
        return not_evaluated("host not known")
    return PASSED if host.is_matched else failed(f"host {host.name} is no asset that CertView knows a certificate of")


def _count(told: object) -> int | None:
    return told if isinstance(told, int) and not isinstance(told, bool) and told >= 0 else None


def _unused(subject: Subject) -> Verdict:
    """The scope brings only certificates of which no asset was listed; the counts tell whether there is none.

    An instance is on an asset, so where API v1 does not count the assets, the instances tell.
    """
    for noun in ("asset", "instance"):
        count = _count(subject.certificate.get(f"{noun}_count"))
        if count is not None:
            return PASSED if count else failed(f"found on 0 {noun}s")
    return not_evaluated("number of assets not reported")


def _no_owner(subject: Subject) -> Verdict:
    prefixes = tuple(prefix.casefold() for prefix in subject.context.lists.owner_tag_prefixes if prefix)
    if not prefixes:
        return DOES_NOT_APPLY
    tags = (subject.asset or {}).get("tags")
    if not isinstance(tags, (list, tuple)):
        return not_evaluated("asset tags not reported")
    if any(isinstance(tag, str) and tag.strip().casefold().startswith(prefixes) for tag in tags):
        return PASSED
    return failed(f"none of {len(tags)} asset tags begins with {' or '.join(prefixes)}")


RULES = (
    Rule(
        id="INV-001",
        title="Certificate was not found for a long time",
        severity="info",
        description="No scan or agent has found the certificate for longer than the limit of the policy, by default "
        "30 days. What is told of it may no longer be true.",
        remediation="Check that scans still reach the asset; remove what is gone from the inventory.",
        citations=(PCI_DSS_4_2_1_1, SP_1800_16_PRACTICES),
        profiles=(INVENTORY_HYGIENE, PCI_DSS_4),
        judge=_stale,
        reads="last_found",
    ),
    Rule(
        id="INV-002",
        title="Asset belongs to no host",
        severity="info",
        description="Certificates were found on an asset that matches no host of the inventory: nobody here would "
        "renew them.",
        remediation="Add the host to the inventory, or its addresses to certview_addresses.",
        citations=(PCI_DSS_4_2_1_1, SP_1800_16_PRACTICES),
        profiles=(INVENTORY_HYGIENE, PCI_DSS_4),
        judge=_asset_unmatched,
        scope=UNMATCHED_ASSET,
    ),
    Rule(
        id="INV-003",
        title="Host is unknown to CertView",
        severity="info",
        description="A host of the inventory matches no asset with a certificate. It serves none, or no scan and no "
        "agent has looked.",
        remediation="Scan the host or install the agent; check which of its addresses CertView knows.",
        citations=(PCI_DSS_4_2_1_1, SP_1800_16_PRACTICES),
        profiles=(INVENTORY_HYGIENE, PCI_DSS_4),
        judge=_host_unseen,
        scope=HOST,
    ),
    Rule(
        id="INV-004",
        title="Certificate is not in use",
        severity="info",
        description="The certificate was found on no asset. One that an asset has is not judged, even if no instance "
        "serves it.",
        remediation="Revoke and remove what nobody needs; check for a load balancer that no scan reaches.",
        citations=(SP_1800_16_PRACTICES,),
        profiles=(INVENTORY_HYGIENE,),
        judge=_unused,
        scope=UNPLACED_CERTIFICATE,
    ),
    Rule(
        id="INV-005",
        title="Asset has no owner",
        severity="low",
        description="No tag of the asset begins with a prefix by which the policy knows owners, by default 'owner'. "
        "A certificate needs somebody who renews it.",
        remediation="Tag the asset with its owner, such as 'owner: web team', or name your prefix in the policy.",
        citations=(PCI_DSS_4_2_1_1, SP_1800_16_PRACTICES),
        profiles=(PCI_DSS_4, INVENTORY_HYGIENE),
        judge=_no_owner,
        scope=ASSET,
        includes=("asset_tags",),
    ),
)
