# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judges and matches certificates that a user hands over, without an audit.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import typing as t
from collections.abc import Mapping, Sequence
from datetime import datetime

from ._asset_ids import AssetId, asset_id
from ._certificate import Record
from ._errors import CertViewError
from ._estate import Estate, certificate_key
from ._findings import RULES_OF_STATUS, Finding, host_status
from ._given_records import records_of
from ._judging import Judge
from ._matching import Identities, Matcher
from ._policy import Policy, load_policy
from ._rules.model import HOST, HOST_CERTIFICATE, UNMATCHED_ASSET

_NEED_A_HOST = frozenset((HOST, HOST_CERTIFICATE, UNMATCHED_ASSET))
_OF_EXPIRY = frozenset().union(*RULES_OF_STATUS.values())


class _AllAssets(Matcher):
    """Takes every asset: there are no hosts that it could be another's."""

    def __init__(self) -> None:
        super().__init__({})

    def offer(self, identifier: AssetId, asset: Mapping[str, t.Any], last_found: object) -> bool:
        return True


def findings_of(certificates: t.Any, policy: t.Any, instant: datetime) -> list[Finding]:
    """Return what a policy finds in certificates, in the form of the audit document, the most urgent first.

    Rules on hosts are left out, as there are none. A rule that can be judged on nothing, because no certificate tells
    what it reads, is told once, as V(not_evaluated) and without a C(certhash).

    :param certificates: As for records_of().
    :param policy: As for load_policy().
    :raises CertViewError: of kind V(options) or V(policy).
    """
    estate = Estate(_AllAssets(), keep_unplaced=True)
    slim: dict[str, Record] = {}
    for record in records_of(certificates, instant):
        estate.add(record)
        slim[certificate_key(record)] = {**record, "assets": [], "raw_data": None}
    # Besides those without an asset, those whose assets tell nothing that they could be known by.
    placed_nowhere = [certhash for certhash in slim if certhash not in estate.records]
    estate.records.update((certhash, slim[certhash]) for certhash in placed_nowhere)
    return Judge(estate, _without_hosts(policy), instant).apart_from_hosts(placed_nowhere)


def _without_hosts(value: t.Any) -> Policy:
    policy = _profile(value) if isinstance(value, str) else load_policy(value)
    return dataclasses.replace(policy, rules=tuple(rule for rule in policy.rules if rule.scope not in _NEED_A_HOST))


# A test of thousands of certificates names the same one each time.
_profile = functools.lru_cache(maxsize=16)(load_policy)


def days_left(certificate: t.Any, instant: datetime) -> t.Optional[float]:
    """Return the days until a certificate ends, negative once it has; None if it does not tell its end.

    :raises CertViewError: of kind V(options) for what is not one certificate.
    """
    days: t.Optional[float] = _one(certificate, instant)["days_remaining"]
    return days


def is_expired(certificate: t.Any, instant: datetime) -> bool:
    """Tell whether a certificate has ended.

    :raises CertViewError: of kind V(options) for what is not one certificate, or does not tell its end.
    """
    return bool(_dated(certificate, instant)["expired"])


def is_expiring(certificate: t.Any, days: t.Any, instant: datetime) -> bool:
    """Tell whether a certificate is still valid, and ends within so many days.

    :raises CertViewError: of kind V(options) as is_expired(), and for what is no number of days.
    """
    most = number_of_days(days)
    record = _dated(certificate, instant)
    return not record["expired"] and bool(record["days_remaining"] <= most)


def is_weak(certificate: t.Any, policy: t.Any, instant: datetime) -> bool:
    """Tell whether a certificate, or what an instance of it offers, would make a host V(weak) though nothing expired.

    :raises CertViewError: of kind V(options) for what is not one certificate, or V(policy).
    """
    findings = findings_of([_one(certificate, instant)], policy, instant)
    return host_status(True, (each for each in findings if each["rule"] not in _OF_EXPIRY), True) == "weak"


def number_of_days(value: t.Any) -> float:
    """Return a number of days, also one that a template has turned into text.

    :raises CertViewError: of kind V(options).
    """
    try:
        days = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        days = math.nan
    if not 0 <= days < math.inf:
        raise CertViewError(f"days is {value!r}, and must be a number of 0 or more", kind="options")
    return days


def certificates_of_hosts(
    certificates: t.Any, hosts: Mapping[str, Identities], instant: datetime
) -> dict[str, list[Record]]:
    """Return for each host the records of the certificates on its assets, in their order; the same rules as the audit.

    :raises CertViewError: of kind V(options).
    """
    matcher = Matcher(hosts)
    records = records_of(certificates, instant)
    found_on: dict[AssetId, list[int]] = {}
    for number, record in enumerate(records):
        for asset in record["assets"]:
            identifier = asset_id(asset)
            if identifier is not None:
                found_on.setdefault(identifier, []).append(number)
                matcher.offer(identifier, asset, record["last_found"])
    return {host: _on(match.asset_ids, found_on, records) for host, match in matcher.resolve().items()}


def _on(
    assets: Sequence[AssetId], found_on: Mapping[AssetId, Sequence[int]], records: Sequence[Record]
) -> list[Record]:
    return [records[number] for number in sorted({number for asset in assets for number in found_on[asset]})]


def _one(certificate: t.Any, instant: datetime) -> Record:
    if not isinstance(certificate, Mapping):
        raise CertViewError(
            "this is about one certificate", kind="options", hint="Use select, reject or map for a list of them"
        )
    return records_of(certificate, instant)[0]


def _dated(certificate: t.Any, instant: datetime) -> Record:
    record = _one(certificate, instant)
    if record["days_remaining"] is None:
        raise CertViewError(
            f"certificate {record['certhash']} does not tell when it ends",
            kind="options",
            hint="Leave such certificates out with selectattr('valid_to')",
        )
    return record
