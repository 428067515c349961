# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates in groups, and certificates or findings in one line: what reports are made of.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from ._certificate import Record
from ._findings import EXCEPTED
from ._given_records import records_of
from ._report.text import printable
from ._rules.model import FAIL, NOT_EVALUATED, SEVERITIES
from ._standalone import number_of_days
from ._values import parse_time

UNKNOWN = "unknown"


def by_issuer(certificates: t.Any, instant: datetime) -> dict[str, list[Record]]:
    """Return records by the name of their issuer, else its organisation, else V(unknown); sorted.

    :raises CertViewError: of kind V(options), as records_of().
    """
    return _grouped(certificates, instant, _issuer)


def by_expiry_week(certificates: t.Any, instant: datetime) -> dict[str, list[Record]]:
    """Return records by the week of ISO 8601 in which they end (UTC), such as V(2026-W23), else V(unknown); sorted.

    :raises CertViewError: of kind V(options), as records_of().
    """
    return _grouped(certificates, instant, _week)


def digest(told: t.Any, instant: datetime, days: t.Any = 30) -> str:
    """Return one line about certificates, or about findings.

    :param days: What ends within so many days is counted apart.
    :raises CertViewError: of kind V(options), for what is neither.
    """
    if told == []:
        return "none"
    if isinstance(told, list) and all(_is_finding(item) for item in told):
        return _of_findings(told)
    return _of_certificates(records_of(told, instant), number_of_days(days))


def _grouped(certificates: t.Any, instant: datetime, key: t.Callable[[Record], str]) -> dict[str, list[Record]]:
    groups: dict[str, list[Record]] = {}
    for record in records_of(certificates, instant):
        groups.setdefault(key(record), []).append(record)
    return dict(sorted(groups.items()))


def _issuer(record: Record) -> str:
    issuer = record["issuer"]
    told = (issuer.get("name"), issuer.get("organization")) if isinstance(issuer, Mapping) else ()
    return next((name for name in told if isinstance(name, str) and name), UNKNOWN)


def _week(record: Record) -> str:
    end = parse_time(record["valid_to"])
    if end is None:
        return UNKNOWN
    year, week, _weekday = end.isocalendar()
    return f"{year:04d}-W{week:02d}"


def _is_finding(item: object) -> bool:
    return isinstance(item, Mapping) and {"rule", "severity", "status"} <= item.keys()


def _of_findings(findings: t.Iterable[Mapping[str, t.Any]]) -> str:
    statuses: Counter[t.Any] = Counter()
    severities: Counter[t.Any] = Counter()
    rules: Counter[str] = Counter()
    for finding in findings:
        status = "superseded" if finding["status"] == FAIL and finding.get("superseded_by") else finding["status"]
        statuses[str(status)] += 1
        if status == FAIL:
            severities[str(finding["severity"])] += 1
            rules[str(finding["rule"])] += 1
    parts = [_count(sum(severities.values()), "finding")]
    if severities:
        parts[0] += ": " + ", ".join(f"{severities[name]} {name}" for name in SEVERITIES if severities[name])
        parts.append(", ".join(f"{rule} {number}" for rule, number in sorted(rules.items(), key=_most_first)))
    others = ((EXCEPTED, "excepted"), ("superseded", "superseded"), (NOT_EVALUATED, "not evaluated"))
    rest = [f"{statuses[status]} {words}" for status, words in others if statuses[status]]
    return printable("; ".join([*parts, *([", ".join(rest)] if rest else [])]))


def _most_first(pair: tuple[str, int]) -> tuple[int, str]:
    return -pair[1], pair[0]


def _of_certificates(records: list[Record], days: float) -> str:
    dated = [record for record in records if record["days_remaining"] is not None]
    valid = sorted((record for record in dated if not record["expired"]), key=lambda each: each["days_remaining"])
    soon = sum(record["days_remaining"] <= days for record in valid)
    figures = (
        (len(dated) - len(valid), "expired"),
        (soon, f"within {days:g} days"),
        (len(valid) - soon, "later"),
        (len(records) - len(dated), "of unknown end"),
    )
    line = f"{_count(len(records), 'certificate')}: " + ", ".join(
        f"{count} {words}" for count, words in figures if count
    )
    if valid:
        first = valid[0]
        line += f"; next: {_name(first)} in {first['days_remaining']:.1f} days ({str(first['valid_to'])[:10]})"
    return printable(line)


def _name(record: Record) -> str:
    subject, names = record["subject"], record["subject_alternative_names"]
    told = [subject.get("name")] if isinstance(subject, Mapping) else []
    dns_names = names.get("dns_names") if isinstance(names, Mapping) else None
    told += dns_names if isinstance(dns_names, list) else []
    told += [record["dn"], str(record["certhash"])[:16]]
    return next(name for name in told if isinstance(name, str) and name)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
