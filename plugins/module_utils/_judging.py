# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds what the rules of one policy say of the certificates, instances and assets of a host.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from ._estate import Estate, Instance, Observed, first_told
from ._exceptions import ACTIVE, SELECTORS, told_of_certificate
from ._findings import EXCEPTED, Finding, Where, finding_of, urgency
from ._matching import AssetId, freshness
from ._policy import Policy
from ._rules.model import (
    ASSET,
    CERTIFICATE,
    FAIL,
    HOST,
    HOST_CERTIFICATE,
    INSTANCE,
    NOT_EVALUATED,
    PASS,
    PLACEMENT,
    SCOPES,
    UNMATCHED_ASSET,
    UNPLACED_CERTIFICATE,
    Context,
    Host,
    Rule,
    Subject,
    Verdict,
    not_evaluated,
    subject_of,
)
from ._superseding import is_issuer, successors

_SUPERSEDED = "EXP-007"


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
    """Judges what belongs to hosts; each certificate and each asset once, however many hosts share them.

    :ivar policy: By which it judges.
    :ivar not_told: Id of each chosen rule that cannot be judged on anything, and the field that no answer told.
    :ivar excepted: For each exception of the policy, by its place, how many findings it covers.
    """

    def __init__(self, estate: Estate, policy: Policy, as_of: datetime) -> None:
        chosen = policy.rules_in_force(as_of.date())
        self.policy = policy
        self.not_told = _not_told(chosen, estate)
        self.rules = tuple(rule for rule in chosen if rule.id not in self.not_told)
        self.excepted: Counter[int] = Counter()
        self._of_scope = {scope: [rule for rule in self.rules if rule.scope == scope] for scope in SCOPES}
        self._knows_successors = any(rule.id == _SUPERSEDED for rule in self.rules)
        self._estate = estate
        self._as_of = as_of
        self._context = Context(as_of, policy.thresholds, policy.lists)
        self._subjects: dict[str, Subject] = {}
        self._certificates: dict[str, Judgement] = {}
        self._instances: dict[Observed, Judgement] = {}
        self._assets: dict[AssetId, tuple[list[Finding], bool]] = {}

    def host(self, host: Host, groups: Collection[str], asset_ids: Iterable[AssetId]) -> tuple[list[Finding], bool]:
        """Return the findings of a host, the most urgent first, and whether anything could be judged."""
        findings: list[Finding] = []
        judged = False
        for identifier in asset_ids:
            if identifier not in self._assets:
                self._assets[identifier] = self._judge_asset(identifier)
            of_asset, asset_judged = self._assets[identifier]
            for finding in of_asset:
                # Nearly every asset is of one host; only for a second what is said of it must be copied.
                own = finding if finding["host"] is None else {**finding}
                own["host"] = host.name
                findings.append(own)
            findings.extend(self._names_of_host(host, identifier))
            judged = judged or asset_judged
        findings.extend(self._said(HOST, Subject(self._context, host=host), Where(host=host.name)))
        if self.policy.exceptions:
            findings = [self._with_exception(finding, groups) for finding in findings]
        findings.sort(key=urgency)
        return findings, judged

    def without_host(self, unmatched: Iterable[AssetId]) -> list[Finding]:
        """Return the findings on assets that no host has and on certificates that no asset has."""
        findings: list[Finding] = []
        if self._of_scope[UNMATCHED_ASSET]:
            for identifier in unmatched:
                subject = Subject(self._context, asset=self._asset(identifier))
                findings += self._said(UNMATCHED_ASSET, subject, Where(asset_id=identifier))
        for certhash, record in sorted(self._estate.unplaced.items()):
            subject = subject_of(record, self._context)
            findings += self._said(UNPLACED_CERTIFICATE, subject, Where(certhash))
        if self.policy.exceptions:
            findings = [self._with_exception(finding, ()) for finding in findings]
        return sorted(findings, key=urgency)

    def apart_from_hosts(self, placed_nowhere: Iterable[str]) -> list[Finding]:
        """Return the findings on every asset, and on certificates that no asset has, whatever hosts there may be.

        A rule that can be judged on nothing is told once, as V(not_evaluated) and without a certificate.

        :param placed_nowhere: Fingerprints of the certificates that no asset has.
        """
        findings = [finding for identifier in self._estate.sightings for finding in self._judge_asset(identifier)[0]]
        for certhash in placed_nowhere:
            told = self._judge_certificate(certhash).told
            findings += [finding_of(rule, verdict, self.policy, Where(certhash)) for rule, verdict in told]
        for rule in self.policy.rules:
            if rule.id in self.not_told:
                missing = not_evaluated(f"no certificate tells {self.not_told[rule.id]}")
                findings.append(finding_of(rule, missing, self.policy, Where()))
        if self.policy.exceptions:
            findings = [self._with_exception(finding, ()) for finding in findings]
        return sorted([*findings, *self.without_host(())], key=urgency)

    def _said(self, scope: str, subject: Subject, where: Where) -> Iterator[Finding]:
        rules = self._of_scope[scope]
        if rules:
            for rule, verdict in _judge(rules, subject).told:
                yield finding_of(rule, verdict, self.policy, where)

    def _names_of_host(self, host: Host, identifier: AssetId) -> Iterator[Finding]:
        if self._of_scope[HOST_CERTIFICATE]:
            for certhash in self._estate.sightings[identifier]:
                subject = self._subject(certhash)._replace(host=host)
                yield from self._said(HOST_CERTIFICATE, subject, Where(certhash, identifier, host=host.name))

    def _judge_asset(self, identifier: AssetId) -> tuple[list[Finding], bool]:
        sightings = self._estate.sightings[identifier]
        asset = self._asset(identifier)
        on_instance: dict[Instance, list[str]] = {}
        for certhash, instances in sightings.items():
            for instance in instances:
                on_instance.setdefault(instance, []).append(certhash)
        replaced = self._replaced(on_instance)
        findings = list(self._said(ASSET, Subject(self._context, asset=asset), Where(asset_id=identifier)))
        judged = False
        for certhash, instances in sightings.items():
            judgement = self._judge_certificate(certhash)
            judged = judged or judgement.judged
            for superseded_by, served_on in _by_successor(certhash, instances, replaced).items():
                where = Where(certhash, identifier, served_on, superseded_by)
                findings += [
                    finding_of(rule, verdict, self.policy, where)
                    for rule, verdict in judgement.told
                    if superseded_by is None or verdict.outcome == FAIL
                ]
                findings += self._placed(where, asset)
        for instance, certhashes in on_instance.items():
            latest = sorted(certhashes, key=self._standing, reverse=True)
            judgement = self._judge_instance(first_told(sightings[certhash][instance] for certhash in latest))
            judged = judged or judgement.judged
            where = Where(latest[0], identifier, [instance])
            findings += [finding_of(rule, verdict, self.policy, where) for rule, verdict in judgement.told]
        return findings, judged

    def _replaced(self, on_instance: Mapping[Instance, list[str]]) -> dict[Instance, dict[str, str]]:
        if not self._knows_successors:
            return {}
        records = self._estate.records
        return {
            instance: successors([(certhash, records[certhash]) for certhash in certhashes], self._as_of)
            for instance, certhashes in on_instance.items()
            if len(certhashes) > 1
        }

    def _placed(self, where: Where, asset: Mapping[str, t.Any]) -> Iterator[Finding]:
        if where.certhash is None or not self._of_scope[PLACEMENT]:
            return
        certificate = self._subject(where.certhash)
        successor = None if where.superseded_by is None else self._estate.records[where.superseded_by]
        for instance in where.instances:
            subject = certificate._replace(instance=instance._asdict(), asset=asset, successor=successor)
            yield from self._said(PLACEMENT, subject, where._replace(instances=[instance]))

    def _standing(self, certhash: str) -> tuple[bool, str, str]:
        """Return the sort key by which the last of several certificates tells what an instance offers today.

        Leaves go before: a reader knows the instance by its own certificate, not by those of CAs that it sends along.
        """
        record = self._estate.records[certhash]
        return not is_issuer(record), freshness(record.get("last_found")), certhash

    def _asset(self, identifier: AssetId) -> dict[str, t.Any]:
        tags = self._estate.tags.get(identifier)
        name = self._estate.assets[identifier].to_document(identifier)["name"]
        return {"id": identifier, "name": name, "tags": None if tags is None else tuple(sorted(tags))}

    def _subject(self, certhash: str) -> Subject:
        if certhash not in self._subjects:
            self._subjects[certhash] = subject_of(self._estate.records[certhash], self._context)
        return self._subjects[certhash]

    def _judge_certificate(self, certhash: str) -> Judgement:
        if certhash not in self._certificates:
            self._certificates[certhash] = _judge(self._of_scope[CERTIFICATE], self._subject(certhash))
        return self._certificates[certhash]

    def _judge_instance(self, observed: Observed) -> Judgement:
        if observed not in self._instances:
            subject = Subject(self._context, instance=observed.told())
            self._instances[observed] = _judge(self._of_scope[INSTANCE], subject)
        return self._instances[observed]

    def _with_exception(self, finding: Finding, groups: Collection[str]) -> Finding:
        """Return a finding as excepted if an exception covers it; one that has expired is named and changes nothing."""
        if finding["status"] != FAIL:
            return finding
        told = self._told(finding, groups)
        covering = [
            (exception.status(self._as_of) != ACTIVE, number)
            for number, exception in enumerate(self.policy.exceptions)
            if exception.covers(finding["rule"], told)
        ]
        if not covering:
            return finding
        has_expired, number = min(covering)
        self.excepted[number] += 1
        exception = self.policy.exceptions[number].to_finding(self._as_of)
        return {**finding, "status": FAIL if has_expired else EXCEPTED, "exception": exception}

    def _told(self, finding: Finding, groups: Collection[str]) -> dict[str, Collection[str]]:
        record = self._estate.records.get(finding["certhash"]) or self._estate.unplaced.get(finding["certhash"])
        told: dict[str, Collection[str]] = dict.fromkeys(SELECTORS, ())
        if record is not None:
            told.update(told_of_certificate(record))
        told["host"] = (finding["host"],) if finding["host"] else ()
        told["group"] = groups
        told["tag"] = self._estate.tags.get(finding["asset_id"], ())
        return told


def _by_successor(
    certhash: str, instances: Iterable[Instance], replaced: Mapping[Instance, Mapping[str, str]]
) -> dict[str | None, list[Instance]]:
    """Return the instances of a certificate by what has taken its place there; without any, none has."""
    by_successor: dict[str | None, list[Instance]] = {}
    for instance in sorted(instances, key=Instance.order):
        by_successor.setdefault(replaced.get(instance, {}).get(certhash), []).append(instance)
    return by_successor or {None: []}


def _not_told(rules: Iterable[Rule], estate: Estate) -> dict[str, str]:
    """Return the rules whose input is told by nothing that may be judged, and that input.

    This is a matter of the API's version or of the subscription, not of a host: it is told once.
    """
    if not estate.records:
        return {}
    told: dict[str, bool] = {}
    for field in {rule.reads for rule in rules if rule.reads is not None}:
        if field in Observed._fields:
            told[field] = any(
                getattr(observed, field) is not None
                for certificates in estate.sightings.values()
                for instances in certificates.values()
                for observed in instances.values()
            )
        else:
            told[field] = any(record.get(field) is not None for record in estate.records.values())
    return {rule.id: rule.reads for rule in rules if rule.reads is not None and not told[rule.reads]}
