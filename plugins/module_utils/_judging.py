# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds what the rules say of the certificates and instances of a host.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping
from datetime import datetime

from ._estate import Estate, Instance
from ._matching import AssetId, asset_order, freshness
from ._policy import Policy
from ._rules.model import (
    FAIL,
    NOT_EVALUATED,
    PASS,
    SEVERITIES,
    Context,
    Rule,
    Subject,
    Verdict,
    certificate_type,
    subject_of,
)

Finding = dict[str, t.Any]

CALLING_FOR_ACTION = frozenset(("expired", "expiring", "weak"))
RULES_OF_STATUS: Mapping[str, frozenset[str]] = {
    "expired": frozenset(("EXP-001",)),
    "expiring": frozenset(("EXP-002", "EXP-003")),
}
STATUSES = ("expired", "expiring", "weak", "ok", "not_evaluated", "unmatched")
"""Of hosts; worst first."""
_SEVERE_ENOUGH_TO_BE_WEAK = frozenset(("critical", "high", "medium"))
_ISSUERS = frozenset(("intermediate", "root"))
_LAST = "~"
_PORTS_NAMED = 10


class Judgement(t.NamedTuple):
    """What is to be told of one subject, and whether anything could be judged at all."""

    told: tuple[tuple[Rule, Verdict], ...]
    judged: bool


def _judge(rules: Iterable[Rule], subject: Subject) -> Judgement:
    verdicts = [(rule, rule.judge(subject)) for rule in rules]
    failing = {rule.id for rule, verdict in verdicts if verdict.outcome == FAIL}
    return Judgement(
        tuple(
            (rule, verdict)
            for rule, verdict in verdicts
            if verdict.outcome == NOT_EVALUATED or (verdict.outcome == FAIL and failing.isdisjoint(rule.yields_to))
        ),
        any(verdict.outcome in (PASS, FAIL) for rule, verdict in verdicts),
    )


class Judge:
    """Judges what belongs to hosts; each certificate and each asset once, however many hosts share them."""

    def __init__(self, estate: Estate, policy: Policy, as_of: datetime) -> None:
        rules = policy.rules_in_force(as_of.date())
        self._certificate_rules = [rule for rule in rules if not rule.per_instance]
        self._instance_rules = [rule for rule in rules if rule.per_instance]
        self._citations = {rule.id: "; ".join(map(str, rule.citations)) for rule in rules}
        self._estate = estate
        self._policy = policy
        self._context = Context(as_of, policy.thresholds)
        self._certificates: dict[str, Judgement] = {}
        self._assets: dict[AssetId, tuple[list[Finding], bool]] = {}

    def host(self, host: str, asset_ids: Iterable[AssetId]) -> tuple[list[Finding], bool]:
        """Return the findings of a host, the most urgent first, and whether anything could be judged."""
        findings: list[Finding] = []
        judged = False
        for identifier in asset_ids:
            if identifier not in self._assets:
                self._assets[identifier] = self._judge_asset(identifier)
            of_asset, asset_judged = self._assets[identifier]
            findings.extend({**finding, "host": host} for finding in of_asset)
            judged = judged or asset_judged
        findings.sort(key=urgency)
        return findings, judged

    def _judge_asset(self, identifier: AssetId) -> tuple[list[Finding], bool]:
        findings: list[Finding] = []
        judged = False
        seen_by: dict[Instance, list[tuple[bool, bool, str, str, tuple[str, ...]]]] = {}
        for certhash, instances in self._estate.sightings[identifier].items():
            judgement = self._judge_certificate(certhash)
            judged = judged or judgement.judged
            served_on = sorted(instances, key=Instance.order)
            for rule, verdict in judgement.told:
                findings.append(self._finding(rule, verdict, identifier, certhash, served_on))
            record = self._estate.records[certhash]
            is_leaf = certificate_type(record) not in _ISSUERS
            fresh = freshness(record.get("last_found"))
            for instance, protocols in instances.items():
                seen_by.setdefault(instance, []).append((bool(protocols), is_leaf, fresh, certhash, protocols))
        for instance, sightings in seen_by.items():
            # Of several certificates seen there, the last one found tells what the instance offers today; a reader
            # knows the instance by its own certificate, not by those of the CAs that it sends along.
            certhash, protocols = max(sightings)[3:]
            offers = {**instance._asdict(), "ssl_protocols": protocols}
            subject = subject_of(self._estate.records[certhash], self._context)._replace(instance=offers)
            judgement = _judge(self._instance_rules, subject)
            judged = judged or judgement.judged
            for rule, verdict in judgement.told:
                findings.append(self._finding(rule, verdict, identifier, certhash, [instance]))
        return findings, judged

    def _judge_certificate(self, certhash: str) -> Judgement:
        judgement = self._certificates.get(certhash)
        if judgement is None:
            subject = subject_of(self._estate.records[certhash], self._context)
            judgement = self._certificates[certhash] = _judge(self._certificate_rules, subject)
        return judgement

    def _finding(
        self, rule: Rule, verdict: Verdict, identifier: AssetId, certhash: str, served_on: list[Instance]
    ) -> Finding:
        """Return a finding without its host.

        What could not be judged has severity V(info): a reader who looks at severities alone is not to be alarmed
        by it, and it sorts behind all that failed.
        """
        failing = verdict.outcome == FAIL
        return {
            "rule": rule.id,
            "severity": self._policy.severity_of(rule, verdict) if failing else "info",
            "status": verdict.outcome,
            "title": rule.title,
            "message": verdict.message + (_on_ports(served_on) if len(served_on) > 1 else ""),
            "certhash": certhash,
            "host": None,
            "asset_id": identifier,
            "instance": served_on[0]._asdict() if len(served_on) == 1 else None,
            "due": verdict.due,
            "citation": self._citations[rule.id],
            "remediation": rule.remediation,
            "exception": None,
        }


def _on_ports(instances: Iterable[Instance]) -> str:
    ports = [str(port) for port in sorted({instance.port for instance in instances if instance.port is not None})]
    if not ports:
        return ""
    more = f" and {len(ports) - _PORTS_NAMED} more" if len(ports) > _PORTS_NAMED else ""
    return f" (port {', '.join(ports[:_PORTS_NAMED])}{more})"


def urgency(finding: Mapping[str, t.Any]) -> tuple[t.Any, ...]:
    """Return the sort key of findings: severity, then due date, then certificate, rule, asset and instance."""
    instance = finding["instance"]
    return (
        SEVERITIES.index(finding["severity"]),
        finding["status"] != FAIL,
        freshness(finding["due"]) or _LAST,
        finding["certhash"],
        finding["rule"],
        asset_order(finding["asset_id"]),
        Instance(**instance).order() if instance else (-1, "", ""),
    )


def host_status(matched: bool, findings: Iterable[Finding], judged: bool) -> str:
    """Return the status of a host, by the first of these that holds.

    V(unmatched) without an asset; V(expired) if EXP-001 fails; V(expiring) if EXP-002 or EXP-003 fails; V(weak) if
    any other rule fails with severity medium or above; V(ok); V(not_evaluated) if nothing could be judged.
    """
    if not matched:
        return "unmatched"
    failing = {(finding["rule"], finding["severity"]) for finding in findings if finding["status"] == FAIL}
    rules = {rule for rule, severity in failing}
    for status, deciding in RULES_OF_STATUS.items():
        if not rules.isdisjoint(deciding):
            return status
    if any(severity in _SEVERE_ENOUGH_TO_BE_WEAK for rule, severity in failing):
        return "weak"
    return "ok" if judged else "not_evaluated"
