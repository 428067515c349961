# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which rules an audit judges, and how: a profile, changed by what the user says.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import difflib
import math
import typing as t
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from ._errors import CertViewError
from ._rules.model import SEVERITIES, Rule, Thresholds, Verdict
from ._rules.registry import PROFILES, RULES

DEFAULT_PROFILE = "baseline"


@dataclass(frozen=True)
class Policy:
    """What is judged.

    :ivar rules: The chosen rules, sorted by id.
    :ivar severities: Severities that the user gives to rules; they win over those of rules and verdicts.
    """

    profile: str
    rules: tuple[Rule, ...]
    severities: Mapping[str, str] = field(default_factory=dict)
    thresholds: Thresholds = field(default_factory=Thresholds)

    @property
    def includes(self) -> tuple[str, ...]:
        """What the API must be asked to include for these rules, in the spelling of O(includes), sorted."""
        return tuple(sorted({include for rule in self.rules for include in rule.includes}))

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
        }


def load_policy(value: str | Mapping[str, t.Any]) -> Policy:
    """Return the policy that a user wrote.

    :param value: Name of a profile, or a dictionary of C(profile), C(rules) (id to C(enabled), C(severity)) and
        C(thresholds) (C(warn_days), C(crit_days) in days, C(warn_fraction), C(crit_fraction) of the lifetime,
        C(floor_hours) in hours).
    :raises CertViewError: Kind V(policy), for anything that is unknown or of the wrong type, with the nearest
        valid name.
    """
    source = _mapping({"profile": value} if isinstance(value, str) else value, "the policy")
    for key in source:
        _known(key, _READERS, "the policy", "key")
    parts = {key: reader(source[key]) for key, reader in _READERS.items() if key in source}
    profile: str = parts.get("profile", DEFAULT_PROFILE)
    enabled, severities = parts.get("rules", ({}, {}))
    chosen = dict.fromkeys(PROFILES[profile], True)
    chosen.update(enabled)
    return Policy(
        profile=profile,
        rules=tuple(RULES[rule_id] for rule_id in sorted(chosen) if chosen[rule_id]),
        severities=severities,
        thresholds=parts.get("thresholds", Thresholds()),
    )


def _read_profile(value: t.Any) -> str:
    return _known(value, PROFILES, "the policy", "profile")


def _read_rules(value: t.Any) -> tuple[dict[str, bool], dict[str, str]]:
    enabled: dict[str, bool] = {}
    severities: dict[str, str] = {}
    for rule_id, settings in _mapping(value, "'rules'").items():
        _known(rule_id, RULES, "'rules'", "rule")
        where = f"rule {rule_id}"
        for key, setting in _mapping(settings, where).items():
            if _known(key, ("enabled", "severity"), where, "key") == "severity":
                severities[rule_id] = _known(setting, SEVERITIES, where, "severity")
            elif isinstance(setting, bool):
                enabled[rule_id] = setting
            else:
                raise _wrong_type(f"'enabled' of {where}", "true or false", setting)
    return enabled, severities


def _read_thresholds(value: t.Any) -> Thresholds:
    given: dict[str, float] = {}
    for key, number in _mapping(value, "'thresholds'").items():
        _known(key, Thresholds._fields, "'thresholds'", "key")
        if isinstance(number, bool) or not isinstance(number, (int, float)) or not math.isfinite(number):
            raise _wrong_type(f"'{key}'", "a number", number)
        most = 1 if key.endswith("_fraction") else _LONGEST_DAYS
        if not 0 <= number <= most:
            raise _policy_error(f"'{key}' is {number}", f"It is between 0 and {most}.")
        given[key] = float(number)
    thresholds = Thresholds(**given)
    for unit in ("days", "fraction"):
        critical, warning = getattr(thresholds, f"crit_{unit}"), getattr(thresholds, f"warn_{unit}")
        if critical > warning:
            raise _policy_error(
                f"'crit_{unit}' is {critical:g}, more than 'warn_{unit}' with {warning:g}",
                "A certificate is to warn before it is critical.",
            )
    return thresholds


# A hundred years: no certificate is watched longer, and arithmetic on dates stays in range.
_LONGEST_DAYS = 36525

_READERS: dict[str, Callable[[t.Any], t.Any]] = {
    "profile": _read_profile,
    "rules": _read_rules,
    "thresholds": _read_thresholds,
}


def _mapping(value: t.Any, what: str) -> Mapping[str, t.Any]:
    if not isinstance(value, Mapping):
        raise _wrong_type(what, "a dictionary", value)
    return value


def _known(value: t.Any, valid: Collection[str], where: str, noun: str) -> str:
    if isinstance(value, str) and value in valid:
        return value
    by_lower_case = {name.lower(): name for name in valid}
    nearest = difflib.get_close_matches(str(value).lower(), by_lower_case, n=1, cutoff=0.0)
    raise _policy_error(
        f"{where} names an unknown {noun} {value!r}",
        f"Did you mean '{by_lower_case[nearest[0]]}'? Valid are: {', '.join(valid)}.",
    )


def _wrong_type(what: str, expected: str, value: t.Any) -> CertViewError:
    return _policy_error(
        f"{what} must be {expected}, not {value!r}",
        "A value from a template is a string unless a filter such as int, float or bool makes it another.",
    )


def _policy_error(message: str, hint: str) -> CertViewError:
    return CertViewError(message, kind="policy", hint=hint)
