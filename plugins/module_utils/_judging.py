# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds what the rules of one policy say of the certificates, instances and assets of a host.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from ._asset_ids import AssetId
from ._estate import Estate, Instance
from ._excepting import Excepting
from ._findings import Finding, Where, finding_of, urgency
from ._observed import Observed
from ._placements import NOWHERE, Placements
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
        # That nothing has replaced a certificate says nothing good of it.
        any(verdict.outcome in (PASS, FAIL) for rule, verdict in verdicts if rule.id != _SUPERSEDED),
    )


class Told:
    """What was said so far, and whether anything could be judged."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.judged = False


class Judge:
    """Judges what belongs to hosts; each certificate and each asset once, however many hosts share them.

    :ivar policy: By which it judges.
    :ivar not_told: Id of each chosen rule that cannot be judged on anything, and the field that no answer told.
    :ivar rules: The other chosen rules that are in force.
    :ivar excepting: Its exceptions, and what they cover.
    """

    def __init__(self, estate: Estate, policy: Policy, as_of: datetime) -> None:
        chosen = policy.rules_in_force(as_of.date())
        self.policy = policy
        self.not_told = _not_told(chosen, estate)
        self.rules = tuple(rule for rule in chosen if rule.id not in self.not_told)
        self.excepting = Excepting(estate, policy, as_of)
        self._of_scope = {scope: [rule for rule in self.rules if rule.scope == scope] for scope in SCOPES}
        self._superseded_as_of = as_of if any(rule.id == _SUPERSEDED for rule in self.rules) else None
        self._stale = timedelta(days=policy.thresholds.stale_days)
        self._estate = estate
        self._context = Context(as_of, policy.thresholds, policy.lists)
        self._subjects: dict[str, Subject] = {}
        self._certificates: dict[str, Judgement] = {}
        self._instances: dict[Observed, Judgement] = {}
        self._assets: dict[AssetId, Told] = {}

    def host(self, host: Host, groups: Collection[str], asset_ids: Iterable[AssetId]) -> tuple[list[Finding], bool]:
        """Return the findings of a host, the most urgent first, and whether anything could be judged."""
        told = Told()
        for identifier in asset_ids:
            of_asset = self._assets.get(identifier) or self._judge_asset(identifier)
            told.judged |= of_asset.judged
            for finding in of_asset.findings:
                # Nearly every asset is of one host; only for a second what is said of it must be copied.
                own = finding if finding["host"] is None else {**finding}
                own["host"] = host.name
                told.findings.append(own)
            if self._of_scope[HOST_CERTIFICATE]:
                self._judge_names(told, host, identifier)
        self._say(told, HOST, Subject(self._context, host=host), Where(host=host.name))
        findings = self.excepting.marked(told.findings, groups)
        findings.sort(key=urgency)
        return findings, told.judged

    def without_host(self, unmatched: Iterable[AssetId]) -> list[Finding]:
        """Return the findings on assets that no host has and on certificates that no asset has."""
        told = Told()
        if self._of_scope[UNMATCHED_ASSET]:
            for identifier in unmatched:
                subject = Subject(self._context, asset=self._asset(identifier))
                self._say(told, UNMATCHED_ASSET, subject, Where(asset_id=identifier))
        for certhash, record in self._estate.unplaced.items():
            self._say(told, UNPLACED_CERTIFICATE, subject_of(record, self._context), Where(certhash))
        return sorted(self.excepting.marked(told.findings), key=urgency)

    def apart_from_hosts(self, placed_nowhere: Iterable[str]) -> list[Finding]:
        """Return the findings on every asset, and on certificates that no asset has, whatever hosts there may be.

        A rule that can be judged on nothing is told once, as V(not_evaluated) and without a certificate.

        :param placed_nowhere: Fingerprints of the certificates that no asset has.
        """
        findings = [finding for asset in self._estate.sightings for finding in self._judge_asset(asset).findings]
        for certhash in placed_nowhere:
            findings += self._findings(self._judge_certificate(certhash), Where(certhash))
        for rule in self.policy.rules:
            if rule.id in self.not_told:
                missing = not_evaluated(f"no certificate tells {self.not_told[rule.id]}")
                findings.append(finding_of(rule, missing, self.policy, Where()))
        return sorted([*self.excepting.marked(findings), *self.without_host(())], key=urgency)

    def _findings(self, judgement: Judgement, where: Where) -> list[Finding]:
        return [finding_of(rule, verdict, self.policy, where) for rule, verdict in judgement.told]

    def _say(self, told: Told, scope: str, subject: Subject, where: Where) -> None:
        if self._of_scope[scope]:
            self._add(told, _judge(self._of_scope[scope], subject), where)

    def _add(self, told: Told, judgement: Judgement, where: Where) -> None:
        told.judged |= judgement.judged
        told.findings += self._findings(judgement, where)

    def _judge_names(self, told: Told, host: Host, identifier: AssetId) -> None:
        for certhash in self._estate.sightings[identifier]:
            subject = self._subject(certhash)._replace(host=host)
            self._say(told, HOST_CERTIFICATE, subject, Where(certhash, identifier, host=host.name))

    def _judge_asset(self, identifier: AssetId) -> Told:
        told = self._assets[identifier] = Told()
        asset = self._asset(identifier)
        sightings, records = self._estate.sightings[identifier], self._estate.records
        placements = Placements(sightings, records, self._superseded_as_of, self._stale)
        self._say(told, ASSET, Subject(self._context, asset=asset), Where(asset_id=identifier))
        for certhash, successor, places in placements.by_successor():
            judgement = self._judge_certificate(certhash)
            if successor is not None:
                judgement = judgement._replace(told=tuple(_failing(judgement.told)))
            self._add(told, judgement, Where(certhash, identifier, _known(places), successor))
            if self._of_scope[PLACEMENT]:
                self._judge_places(told, asset, Where(certhash, identifier, places, successor))
        for instance, certhash, observed in placements.offers():
            self._add(told, self._judge_instance(observed), Where(certhash, identifier, _known([instance])))
        return told

    def _judge_places(self, told: Told, asset: Mapping[str, t.Any], where: Where) -> None:
        certificate = self._subject(t.cast(str, where.certhash))
        successor = None if where.superseded_by is None else self._estate.records[where.superseded_by]
        for instance in where.instances:
            subject = certificate._replace(instance=instance._asdict(), asset=asset, successor=successor)
            self._say(told, PLACEMENT, subject, where._replace(instances=_known([instance])))

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


def _failing(told: Iterable[tuple[Rule, Verdict]]) -> Iterator[tuple[Rule, Verdict]]:
    return ((rule, verdict) for rule, verdict in told if verdict.outcome == FAIL)


def _known(places: Iterable[Instance]) -> list[Instance]:
    return [place for place in places if place != NOWHERE]


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
