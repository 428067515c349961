# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which rules an audit judges, and how: a profile, changed by what the user says, and once more for single hosts.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from ._errors import CertViewError
from ._exceptions import PolicyException, read_exceptions
from ._policy_reading import (
    checked_thresholds,
    known,
    mapping,
    read_lists,
    read_profile,
    read_rules,
    read_thresholds,
)
from ._rules.model import Lists, Rule, Thresholds, Verdict
from ._rules.profiles import BASELINE, PROFILES
from ._rules.registry import RULES, rules_of

DEFAULT_PROFILE = BASELINE

_READERS: Mapping[str, Callable[[t.Any], t.Any]] = {
    "profile": read_profile,
    "rules": read_rules,
    "thresholds": read_thresholds,
    "lists": read_lists,
    "exceptions": read_exceptions,
}


@dataclass(frozen=True)
class _Settings:
    """What users have said, before a profile is filled in."""

    profile: str = DEFAULT_PROFILE
    enabled: Mapping[str, bool] = field(default_factory=dict)
    severities: Mapping[str, str] = field(default_factory=dict)
    thresholds: Mapping[str, t.Any] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exceptions: tuple[PolicyException, ...] = ()


@dataclass(frozen=True)
class Policy:
    """What is judged.

    :ivar rules: The chosen rules, sorted by id.
    :ivar severities: Severities that the user or the profile gives to rules; they win over those of verdicts.
    :ivar settings: What it was made of, so that a host's policy can change it.
    """

    profile: str
    rules: tuple[Rule, ...]
    severities: Mapping[str, str]
    thresholds: Thresholds
    lists: Lists
    exceptions: tuple[PolicyException, ...]
    settings: _Settings

    @property
    def includes(self) -> tuple[str, ...]:
        """What the API must be asked to include for these rules, in the spelling of O(includes), sorted."""
        needed = {include for rule in self.rules for include in rule.includes}
        if any(kind == "tag" for exception in self.exceptions for kind, patterns in exception.selectors):
            needed.add("asset_tags")
        return tuple(sorted(needed))

    def rules_in_force(self, day: date) -> tuple[Rule, ...]:
        """Return the chosen rules that their standards demand on a day (UTC)."""
        return tuple(rule for rule in self.rules if rule.in_force(day))

    def severity_of(self, rule: Rule, verdict: Verdict) -> str:
        """Return how severe it is that a rule fails with this verdict."""
        return self.severities.get(rule.id) or verdict.severity or rule.severity

    def to_document(self) -> dict[str, t.Any]:
        """Return the C(policy) part of an audit document, with the metadata of every chosen rule."""
        return {
            "profile": self.profile,
            "rules": [
                {
                    "id": rule.id,
                    "title": rule.title,
                    "severity": self.severities.get(rule.id, rule.severity),
                    "description": rule.description,
                    "remediation": rule.remediation,
                    "citations": [citation._asdict() for citation in rule.citations],
                    "effective": rule.effective and rule.effective.isoformat(),
                    "ineffective": rule.ineffective and rule.ineffective.isoformat(),
                }
                for rule in self.rules
            ],
            "thresholds": self.thresholds._asdict(),
            "lists": {name: list(names) for name, names in self.lists._asdict().items()},
        }


def load_policy(value: str | Mapping[str, t.Any], base: Policy | None = None) -> Policy:
    """Return the policy that a user wrote.

    :param value: Name of a profile, or a dictionary of C(profile), C(rules) (id to C(enabled), C(severity)),
        C(thresholds) and C(lists) (fields of Thresholds and Lists), and C(exceptions).
    :param base: Holds for all that P(value) does not say; the exceptions of both count.
    :raises CertViewError: Kind V(policy), for anything that is unknown or of the wrong type, with the nearest
        valid name.
    """
    source = mapping({"profile": value} if isinstance(value, str) else value, "the policy")
    for key in source:
        known(key, _READERS, "the policy", "key")
    parts = {key: reader(source[key]) for key, reader in _READERS.items() if key in source}
    below = base.settings if base else _Settings()
    enabled, severities = parts.get("rules", ({}, {}))
    return _made(
        _Settings(
            profile=parts.get("profile", below.profile),
            enabled={**below.enabled, **enabled},
            severities={**below.severities, **severities},
            thresholds={**below.thresholds, **parts.get("thresholds", {})},
            lists={**below.lists, **parts.get("lists", {})},
            exceptions=below.exceptions + parts.get("exceptions", ()),
        )
    )


def load_host_policies(values: Mapping[str, t.Any], base: Policy) -> dict[str, Policy]:
    """Return the policies of hosts that have their own; hosts that say the same share one.

    :param values: Inventory name to what load_policy() takes.
    :raises CertViewError: Kind V(policy), naming the host.
    """
    made: dict[str, Policy] = {}
    policies = {}
    for host, value in values.items():
        said = repr(value)
        if said not in made:
            try:
                made[said] = load_policy(value, base)
            except CertViewError as exc:
                raise CertViewError(
                    f"certview_policy of host {host}: {exc.message}", kind=exc.kind, hint=exc.hint
                ) from exc
        policies[host] = made[said]
    return policies


def includes_of(policies: Iterable[Policy]) -> tuple[str, ...]:
    """Return what the API must be asked to include for all these policies, sorted."""
    return tuple(sorted({include for policy in policies for include in policy.includes}))


def _made(settings: _Settings) -> Policy:
    profile = PROFILES[settings.profile]
    chosen = dict.fromkeys(rules_of(settings.profile), True)
    chosen.update(settings.enabled)
    return Policy(
        profile=settings.profile,
        rules=tuple(RULES[rule_id] for rule_id in sorted(chosen) if chosen[rule_id]),
        severities={**profile.severities, **settings.severities},
        thresholds=checked_thresholds(Thresholds(**{**profile.thresholds, **settings.thresholds})),
        lists=Lists(**{**profile.lists, **settings.lists}),
        exceptions=settings.exceptions,
        settings=settings,
    )
