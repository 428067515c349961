# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts times certificates times policy: the audit document.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone

from ._asset_ids import AssetId, asset_order
from ._certificate import as_of as at_instant
from ._changes import SCHEMA_VERSION, compare
from ._errors import CertViewError
from ._estate import Estate, Record
from ._findings import CALLING_FOR_ACTION, STATUSES, Finding, counts, host_status
from ._judges import Judges
from ._match_options import DEFAULT_OPTIONS, MatchOptions
from ._matching import Identities, Match, Matcher
from ._policy import Policy
from ._rules.model import SEVERITIES, UNPLACED_CERTIFICATE, Host
from ._values import iso

FAIL_ON = (*SEVERITIES, "none")


class AuditedHost(t.NamedTuple):
    """What the inventory tells of a host.

    :ivar identities: Its addresses and names; in a plain sequence all are its own.
    :ivar names: Those by which its certificates may name it, in lower case.
    :ivar groups: The groups that it is in.
    :ivar policy: Its own policy; V(None) if that of the audit holds.
    """

    identities: Identities | Sequence[str]
    names: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    policy: Policy | None = None


def audit(
    records: Iterable[Record],
    hosts: Mapping[str, AuditedHost],
    policy: Policy,
    *,
    as_of: datetime,
    gateway: str,
    api: Mapping[str, t.Any],
    matching: MatchOptions = DEFAULT_OPTIONS,
    previous: Mapping[str, t.Any] | None = None,
) -> dict[str, t.Any]:
    """Return the audit document (schema version 1); the same input gives the same document, byte for byte.

    C(generated_at) is P(as_of) too: the time of writing would make two documents of the same state differ.

    C(certificates) holds the records of those that are on a matched host, with C(expired) and C(days_remaining) as of
    P(as_of); the others are counted in the summary. C(summary.by_severity) and C(summary.by_rule) count what is wrong,
    once per asset, even where several hosts share the asset.

    :param records: Certificate records, in any order; read once, as a stream.
    :param policy: Of the hosts that have none of their own, and of what belongs to no host.
    :param as_of: The time that certificates are judged at; aware.
    :param api: The C(api) part of the document.
    :param matching: How hosts and assets are matched.
    :param previous: The last document, to tell what is new and what is fixed.
    :raises CertViewError: Kinds V(options), V(ambiguous), V(previous).
    :raises ValueError: A time without a time zone.
    """
    as_of = _utc(as_of)
    estate, matches, _found, matching_told = swept(
        records,
        Matcher({name: host.identities for name, host in hosts.items()}, matching, as_of=as_of),
        keep_unplaced=any(rule.scope == UNPLACED_CERTIFICATE for rule in policy.rules),
    )
    judges = Judges(estate, policy, as_of)
    audited = {name: audit_host(name, hosts[name], matches[name], estate, judges) for name in sorted(hosts)}
    matched_assets = {identifier for match in matches.values() for identifier in match.asset_ids}
    unmatched_assets = sorted(estate.assets.keys() - matched_assets, key=asset_order)
    without_host = judges.default.without_host(unmatched_assets)
    on_hosts = {certhash for identifier in matched_assets for certhash in estate.sightings[identifier]}
    policies = {
        "policy": policy.to_document(),
        "host_policies": judges.to_document({name: host.policy for name, host in hosts.items()}),
    }
    changes = None
    if previous is not None:
        rules_of = {name: {rule.id for rule in judges.of(host.policy).rules} for name, host in hosts.items()}
        changes = compare(previous, {**policies, "hosts": audited}, rules_of, estate.incomplete)
    summary = _summary(audited, without_host, estate, matched_assets, judges)
    for certhash in on_hosts:
        # In place: a second copy of all records would be a third of the memory.
        estate.records[certhash].update(at_instant(estate.records[certhash], as_of))
    return {
        "schema_version": SCHEMA_VERSION,
        "generated_at": iso(as_of),
        "as_of": iso(as_of),
        "gateway": gateway,
        **policies,
        "exceptions": judges.exceptions(),
        "summary": {**summary, **matching_told},
        "hosts": audited,
        "unmatched_assets": [estate.assets.pop(identifier).to_document(identifier) for identifier in unmatched_assets],
        "findings_without_host": without_host,
        "certificates": {certhash: estate.records[certhash] for certhash in sorted(on_hosts)},
        "changes": changes,
        "api": dict(api),
    }


class Swept(t.NamedTuple):
    """What one sweep tells of hosts.

    :ivar matches: Of each host, in the order of the inventory.
    :ivar found: Assets that have an identity of a host, chosen for it or not.
    :ivar told: What the summary tells of the matching.
    """

    estate: Estate
    matches: dict[str, Match]
    found: set[AssetId]
    told: dict[str, t.Any]


def swept(records: Iterable[Record], matcher: Matcher, *, keep_unplaced: bool = False) -> Swept:
    """Return what *records* tell.

    :param matcher: Of nobody else, for it is large, and what is to be judged takes its place in memory.
    :raises CertViewError: Kind V(ambiguous).
    """
    estate = Estate(matcher, keep_unplaced=keep_unplaced)
    for record in records:
        estate.add(record)
    matches = matcher.resolve()
    estate.forget_sweep()
    told = {"assets_stale": matcher.assets_stale, "shared_addresses": matcher.shared_addresses()}
    return Swept(estate, matches, matcher.assets_found, told)


def audit_host(name: str, host: AuditedHost, match: Match, estate: Estate, judges: Judges) -> dict[str, t.Any]:
    """Return the part of an audit document that tells of one host."""
    is_matched = bool(match.asset_ids)
    findings, judged = judges.of(host.policy).host(Host(name, host.names, is_matched), host.groups, match.asset_ids)
    return {
        "status": host_status(is_matched, findings, judged),
        "match": {
            **match._asdict(),
            "asset_ids": list(match.asset_ids),
            "candidates_tried": list(match.candidates_tried),
        },
        "certificates": sorted({certhash for asset in match.asset_ids for certhash in estate.sightings[asset]}),
        "findings": findings,
    }


def failing_hosts(document: Mapping[str, t.Any], fail_on: str) -> list[str]:
    """Return the sorted names of the hosts on which a rule fails with severity P(fail_on) or worse.

    :param fail_on: A severity, or V(none) for no host at all.
    :raises CertViewError: Kind V(options), if it is neither.
    """
    if fail_on not in FAIL_ON:
        raise CertViewError(f"fail_on is {fail_on!r}", kind="options", hint=f"It is one of {', '.join(FAIL_ON)}.")
    if fail_on == "none":
        return []
    severe = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return sorted(
        name
        for name, host in document["hosts"].items()
        if any(counts(finding) and finding["severity"] in severe for finding in host["findings"])
    )


def _summary(
    hosts: Mapping[str, t.Any],
    without_host: Sequence[Finding],
    estate: Estate,
    matched_assets: set[AssetId],
    judges: Judges,
) -> dict[str, t.Any]:
    statuses = Counter(host["status"] for host in hosts.values())
    failing = [*_failing_once(hosts), *filter(counts, without_host)]
    severities = Counter(finding["severity"] for finding in failing)
    rules = Counter(finding["rule"] for finding in failing)
    return {
        "hosts": len(hosts),
        "hosts_matched": len(hosts) - statuses["unmatched"],
        "hosts_unmatched": statuses["unmatched"],
        "hosts_ambiguous": sum(host["match"]["ambiguous"] for host in hosts.values()),
        "hosts_failing": sum(statuses[status] for status in CALLING_FOR_ACTION),
        "assets": len(estate.assets),
        "assets_unmatched": len(estate.assets) - len(matched_assets),
        "assets_incomplete": sum(
            estate.assets[identifier].certificates > len(estate.sightings[identifier]) for identifier in matched_assets
        ),
        "certificates": estate.certificates,
        "certificates_incomplete": len(estate.incomplete),
        "by_status": {status: statuses[status] for status in STATUSES},
        "by_severity": {severity: severities[severity] for severity in SEVERITIES},
        "by_rule": {rule_id: rules[rule_id] for rule_id in judges.chosen_rules()},
        "rules_not_evaluated": judges.not_told(),
    }


def _failing_once(hosts: Mapping[str, t.Any]) -> list[Finding]:
    """Return what fails, once where several hosts share an asset, as the host says whose policy weighs it most.

    What is superseded is no failure, but that it is superseded counts.
    """
    failing: dict[tuple[t.Any, ...], Finding] = {}
    for name, host in hosts.items():
        for finding in host["findings"]:
            if counts(finding) or (finding["superseded_by"] and finding["rule"] == "EXP-007"):
                instance = finding["instance"] and tuple(finding["instance"].values())
                # What is said of no asset is said of the host itself.
                owner = name if finding["asset_id"] is None else finding["asset_id"]
                key = finding["rule"], owner, finding["certhash"], instance
                failing[key] = min(failing.get(key, finding), finding, key=_weight)
    return list(failing.values())


def _weight(finding: Finding) -> int:
    return SEVERITIES.index(finding["severity"])


def _utc(moment: datetime) -> datetime:
    """Return the time in UTC, to the millisecond: as exactly as the document tells it."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(timezone.utc).replace(microsecond=moment.microsecond // 1000 * 1000)
