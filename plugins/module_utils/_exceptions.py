# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exceptions of a policy: findings that somebody has accepted, for a reason and for a time.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ._identities import canonical_serial
from ._policy_reading import known, mapping, policy_error, words, wrong_type
from ._rules.globs import matches_any
from ._rules.issuers import names_of_issuer
from ._rules.registry import RULES
from ._values import iso, parse_iso

ACTIVE = "active"
EXPIRED = "expired"

SELECTORS = ("certhash", "serial", "issuer", "subject", "host", "group", "tag")
_KEYS = ("rules", *SELECTORS, "reason", "expires", "ticket")
_GLOB = re.compile(r"[*?\[]")
_DAY_ONLY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class PolicyException:
    """What is accepted, why, and until when.

    :ivar rules: Ids of the rules that it holds for; none for all.
    :ivar selectors: For each kind of SELECTORS that is given, patterns of which one must match; all kinds must.
    :ivar expires: The first instant at which it no longer holds.
    """

    rules: tuple[str, ...]
    selectors: tuple[tuple[str, tuple[str, ...]], ...]
    reason: str
    expires: datetime
    ticket: str | None = None

    def covers(self, rule: str, told: Mapping[str, Collection[str]]) -> bool:
        """Tell whether it holds for what a rule says.

        :param told: For each of SELECTORS, what is known of the finding.
        """
        return (not self.rules or rule in self.rules) and all(
            matches_any(patterns, told[kind]) for kind, patterns in self.selectors
        )

    def status(self, as_of: datetime) -> str:
        """Return ACTIVE or EXPIRED."""
        return ACTIVE if as_of < self.expires else EXPIRED

    def to_finding(self, as_of: datetime) -> dict[str, t.Any]:
        """Return the C(exception) of a finding that it covers."""
        return {
            "reason": self.reason,
            "expires": iso(self.expires),
            "ticket": self.ticket,
            "status": self.status(as_of),
        }

    def to_document(self, as_of: datetime, findings: int) -> dict[str, t.Any]:
        """Return an item of the C(exceptions) of an audit document.

        :param findings: How many it covers.
        """
        selectors = {kind: list(patterns) for kind, patterns in self.selectors}
        return {"rules": list(self.rules), **selectors, **self.to_finding(as_of), "findings": findings}


def read_exceptions(value: t.Any) -> tuple[PolicyException, ...]:
    """Return the exceptions that a user wrote.

    :raises CertViewError: Kind V(policy).
    """
    if not isinstance(value, (list, tuple)):
        raise wrong_type("'exceptions'", "a list", value)
    return tuple(_read(item, f"exception {number}") for number, item in enumerate(value, 1))


def _read(value: t.Any, where: str) -> PolicyException:
    source = mapping(value, where)
    for key in source:
        known(key, _KEYS, where, "key")
    rules = _some(source["rules"], f"'rules' of {where}") if "rules" in source else ()
    for rule in rules:
        known(rule, RULES, where, "rule")
    selectors = tuple(
        (kind, tuple(_folded(kind, word) for word in _some(source[kind], f"'{kind}' of {where}")))
        for kind in SELECTORS
        if kind in source
    )
    if not selectors:
        raise policy_error(f"{where} does not say what it holds for", f"Give at least one of {', '.join(SELECTORS)}.")
    ticket = source.get("ticket")
    if isinstance(ticket, (Mapping, list, tuple)):
        raise wrong_type(f"'ticket' of {where}", "a text", ticket)
    return PolicyException(
        rules=rules,
        selectors=selectors,
        reason=_reason(source.get("reason"), where),
        expires=_expiry(source.get("expires"), where),
        ticket=None if ticket is None else str(ticket),
    )


def _reason(value: t.Any, where: str) -> str:
    if isinstance(value, str) and value.strip():
        return str(value).strip()
    raise policy_error(f"{where} has no reason", "Write in 'reason' why this is accepted, for whoever asks next year.")


def _expiry(value: t.Any, where: str) -> datetime:
    """Return the first instant after; a day counts to its end (UTC)."""
    text = value.isoformat() if isinstance(value, date) else value
    instant = parse_iso(text)
    if instant is None:
        raise policy_error(
            f"'expires' of {where} is {value!r}, and no date",
            "Write the last day on which it holds, such as 2027-03-31: what is accepted for ever is forgotten.",
        )
    if isinstance(text, str) and _DAY_ONLY.fullmatch(text.strip()) and instant.date() < date.max:
        return instant + timedelta(days=1)
    return instant


def _some(value: t.Any, what: str) -> tuple[str, ...]:
    """Return at least one word: an empty list comes from a template that has gone wrong, and would mean everything."""
    found = words(value, what)
    if not found:
        raise policy_error(f"{what} is an empty list", "Leave it out, or write what the exception holds for.")
    return found


def _folded(kind: str, word: str) -> str:
    if kind == "serial" and not _GLOB.search(word):
        return canonical_serial(word)
    return word.replace(":", "") if kind in ("certhash", "serial") else word


def told_of_certificate(record: Mapping[str, t.Any]) -> dict[str, Collection[str]]:
    """Return what the selectors on certificates look at."""
    subject = (record.get("subject") or {}).get("name")
    names = (record.get("subject_alternative_names") or {}).get("dns_names") or ()
    return {
        "certhash": _texts((record.get("certhash"),)),
        "serial": [canonical_serial(serial) for serial in _texts((record.get("serial_number"),))],
        "issuer": names_of_issuer(record),
        "subject": _texts((subject, *names)),
    }


def _texts(values: Iterable[object]) -> list[str]:
    return [value for value in values if isinstance(value, str) and value]
