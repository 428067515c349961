# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads what a user wrote as a policy, part by part; a slip is an error that names the nearest valid word.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import difflib
import math
import typing as t
from collections.abc import Collection, Mapping

from ._errors import CertViewError
from ._rules.model import SEVERITIES, SSL_LABS_GRADES, Lists, Thresholds
from ._rules.profiles import PROFILES
from ._rules.registry import RULES

# A hundred years: no certificate is watched longer, and arithmetic on dates stays in range.
_LONGEST_DAYS = 36525
_MOST_ASSETS = 10_000_000


def read_profile(value: t.Any) -> str:
    """Return the name of a profile."""
    return known(value, PROFILES, "the policy", "profile")


def read_rules(value: t.Any) -> tuple[dict[str, bool], dict[str, str]]:
    """Return which rules are switched on or off, and the severities that rules are given.

    A rule that is given a severity is on, unless it is switched off: it would do nothing else.
    """
    enabled: dict[str, bool] = {}
    severities: dict[str, str] = {}
    for rule_id, settings in mapping(value, "'rules'").items():
        known(rule_id, RULES, "'rules'", "rule")
        where = f"rule {rule_id}"
        # The short form: a rule is on or off, or has a severity.
        if isinstance(settings, bool):
            settings = {"enabled": settings}
        elif isinstance(settings, str):
            settings = {"severity": settings}
        if not mapping(settings, where):
            raise policy_error(f"{where} says nothing", "Write true, false or a severity.")
        for key, setting in settings.items():
            if known(key, ("enabled", "severity"), where, "key") == "severity":
                severities[rule_id] = known(setting, SEVERITIES, where, "severity")
                enabled.setdefault(rule_id, True)
            elif isinstance(setting, bool):
                enabled[rule_id] = setting
            else:
                raise wrong_type(f"'enabled' of {where}", "true or false", setting)
    return enabled, severities


def read_thresholds(value: t.Any) -> dict[str, t.Any]:
    """Return the fields of Thresholds that are given."""
    given: dict[str, t.Any] = {}
    for key, figure in mapping(value, "'thresholds'").items():
        known(key, Thresholds._fields, "'thresholds'", "key")
        if key == "min_grade":
            given[key] = known(figure, SSL_LABS_GRADES, "'min_grade'", "grade")
        else:
            given[key] = _figure(key, figure)
    return given


def checked_thresholds(thresholds: Thresholds) -> Thresholds:
    """Return *thresholds*, which may come from a profile, a policy and that of a host, if they agree."""
    for unit in ("days", "fraction"):
        critical, warning = getattr(thresholds, f"crit_{unit}"), getattr(thresholds, f"warn_{unit}")
        if critical > warning:
            raise policy_error(
                f"'crit_{unit}' is {critical:g}, more than 'warn_{unit}' with {warning:g}",
                "A certificate is to warn before it is critical.",
            )
    return thresholds


def read_lists(value: t.Any) -> dict[str, tuple[str, ...]]:
    """Return the fields of Lists that are given."""
    given = mapping(value, "'lists'")
    for key in given:
        known(key, Lists._fields, "'lists'", "key")
    return {key: words(names, f"'{key}'") for key, names in given.items()}


def words(value: t.Any, what: str) -> tuple[str, ...]:
    """Return a list of texts, or the only one."""
    several = [value] if isinstance(value, str) else value
    if not isinstance(several, (list, tuple)) or not all(isinstance(word, str) and word.strip() for word in several):
        raise wrong_type(what, "a list of texts", value)
    return tuple(str(word).strip() for word in several)


def _figure(key: str, value: t.Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise wrong_type(f"'{key}'", "a number", value)
    if key.endswith("_fraction"):
        if not 0 < value <= 1:
            raise policy_error(f"'{key}' is {value}", "It is above 0 and at most 1; with 1 the days alone count.")
        return float(value)
    most = _MOST_ASSETS if key.endswith("_assets") else _LONGEST_DAYS
    if not 0 <= value <= most:
        raise policy_error(f"'{key}' is {value}", f"It is between 0 and {most}.")
    return float(value)


def mapping(value: t.Any, what: str) -> Mapping[str, t.Any]:
    """Return *value* if it is a dictionary.

    :raises CertViewError: Kind V(policy), if not.
    """
    if not isinstance(value, Mapping):
        raise wrong_type(what, "a dictionary", value)
    return value


def known(value: t.Any, valid: Collection[str], where: str, noun: str) -> str:
    """Return *value* if it is one of the valid words.

    :raises CertViewError: Kind V(policy), with the nearest valid word, if not.
    """
    if isinstance(value, str) and value in valid:
        return value
    by_lower_case = {name.lower(): name for name in valid}
    nearest = difflib.get_close_matches(str(value).lower(), by_lower_case, n=1, cutoff=0.0)
    raise policy_error(
        f"{where} names an unknown {noun} {value!r}",
        f"Did you mean '{by_lower_case[nearest[0]]}'? Valid are: {', '.join(valid)}.",
    )


def wrong_type(what: str, expected: str, value: t.Any) -> CertViewError:
    """Return the error that something is not of the type that it must be of."""
    hint = "A value from a template is a string unless a filter such as int, float or bool makes it another."
    if isinstance(value, (list, tuple, Mapping)) or value is None:
        hint = "See the documentation of the option policy for its form."
    return policy_error(f"{what} must be {expected}, not {value!r}", hint)


def policy_error(message: str, hint: str) -> CertViewError:
    """Return an error in what the user wrote."""
    return CertViewError(message, kind="policy", hint=hint)
