# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An audit as lines of text, for a terminal; a function of the audit document alone.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping, Sequence

from .._exceptions import ACTIVE, EXPIRED
from .._findings import EXCEPTED, RULES_OF_STATUS, counts, urgency
from .._rules.model import NOT_EVALUATED
from .._values import parse_time

_Document = Mapping[str, t.Any]
_WIDEST_NAME = 44
_MOST_NAMED = 10
_COLUMNS = ("SEVERITY", "HOST", "CERTIFICATE", "PORT", "DAYS", "RULE", "WHAT")


def printable(text: object) -> str:
    """Return one line without what moves a cursor, breaks a line or turns the reading direction."""
    return "".join(character if character.isprintable() else "?" for character in str(text))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _subject(document: _Document, certhash: str | None) -> str:
    """Return what a reader knows the certificate by: its common name, else an alternative name, else its hash."""
    if certhash is None:
        return "-"
    record = document["certificates"].get(certhash) or {}
    name = (record.get("subject") or {}).get("name")
    names = (record.get("subject_alternative_names") or {}).get("dns_names")
    return printable(name or (names and names[0]) or record.get("dn") or certhash[:16])


def _days(document: _Document, finding: Mapping[str, t.Any]) -> str:
    due, as_of = parse_time(finding["due"]), parse_time(document["as_of"])
    if due is None or as_of is None:
        return "-"
    return f"{(due - as_of).total_seconds() / 86400:.1f}"


def _port(finding: Mapping[str, t.Any]) -> str:
    instance = finding["instance"]
    if not instance or instance["port"] is None:
        return "-"
    return printable(f"{instance['port']}/{instance['protocol']}" if instance["protocol"] else instance["port"])


def _shortened(text: str) -> str:
    return text if len(text) <= _WIDEST_NAME else text[: _WIDEST_NAME - 3] + "..."


def host_line(document: _Document, host: str) -> str:
    """Return one line: the host, its status, and the worst of what was found or why nothing was.

    :raises KeyError: The document has no such host.
    """
    audited = document["hosts"][host]
    return f"{printable(host)}: {audited['status'].upper().replace('_', ' ')} - {_explanation(document, audited)}"


def _calls_for_action(finding: Mapping[str, t.Any]) -> bool:
    return counts(finding) and finding["severity"] != "info"


def _explanation(document: _Document, audited: Mapping[str, t.Any]) -> str:
    if audited["status"] == "unmatched":
        if audited["match"]["ambiguous"]:
            return f"several assets have {printable(audited['match']['value'])}, and none was chosen"
        return "no asset of CertView has one of its addresses or names"
    failing = [finding for finding in audited["findings"] if _calls_for_action(finding)]
    if not failing:
        return _quiet(document, audited)
    deciding = RULES_OF_STATUS.get(audited["status"], frozenset())
    worst = next((finding for finding in failing if finding["rule"] in deciding), failing[0])
    port = _port(worst)
    where = "" if port == "-" else f" on {port}"
    more = f"; {len(failing) - 1} more" if failing[1:] else ""
    subject = f"{_subject(document, worst['certhash'])}{where} " if worst["certhash"] else ""
    return f"{subject}{printable(worst['message'])} [{worst['rule']} {worst['severity']}]{more}"


def _quiet(document: _Document, audited: Mapping[str, t.Any]) -> str:
    parts = [_count(len(audited["certificates"]), "certificate")]
    remaining = [
        (document["certificates"][certhash]["days_remaining"], certhash)
        for certhash in audited["certificates"]
        if parse_time(document["certificates"][certhash].get("valid_to")) is not None
    ]
    if remaining:
        days, certhash = min(remaining)
        parts.append(f"{_subject(document, certhash)} expires first, in {days:.1f} days")
    open_questions = sum(finding["status"] == NOT_EVALUATED for finding in audited["findings"])
    if open_questions:
        parts.append(f"{_count(open_questions, 'verdict')} missing for want of data")
    accepted = sum(finding["status"] == EXCEPTED for finding in audited["findings"])
    if accepted:
        parts.append(f"{_count(accepted, 'finding')} excepted")
    return "; ".join(parts)


def action_table(document: _Document, limit: int = 20) -> list[str]:
    """Return a table with a heading of what calls for action, the most urgent first; no lines at all if nothing does.

    What is told for information alone is in the document, and counted in the summary.

    :param limit: How many findings to show; a last line tells how many there are beyond.
    """
    failing = [
        finding for host in document["hosts"].values() for finding in host["findings"] if _calls_for_action(finding)
    ]
    if not failing:
        return []
    failing.sort(key=lambda finding: (urgency(finding), finding["host"]))
    rows = [
        (
            finding["severity"],
            _shortened(printable(finding["host"])),
            _shortened(_subject(document, finding["certhash"])),
            _port(finding),
            _days(document, finding),
            finding["rule"],
            printable(finding["message"]),
        )
        for finding in failing[:limit]
    ]
    lines = _aligned([_COLUMNS, *rows])
    if len(failing) > limit:
        lines.append(f"... and {_count(len(failing) - limit, 'more finding')}")
    return lines


def _aligned(rows: Iterable[tuple[str, ...]]) -> list[str]:
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows)]
    right = _COLUMNS.index("DAYS")
    return [
        "  ".join(
            cell.rjust(width) if number == right else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths))
        ).rstrip()
        for row in rows
    ]


def summary_lines(document: _Document) -> list[str]:
    """Return what an auditor asks first: coverage, statuses, severities, changes, and what it cost the API."""
    summary = document["summary"]
    lines = [
        f"{summary['hosts_matched']} of {_count(summary['hosts'], 'host')} matched; "
        f"{summary['hosts_unmatched']} not seen by CertView; "
        f"{_count(summary['assets_unmatched'], 'asset')} {'matches' if summary['assets_unmatched'] == 1 else 'match'} "
        "no host",
        *_never_seen(document),
        "hosts: " + _figures(summary["by_status"]),
        "findings: " + _figures(summary["by_severity"]),
    ]
    if summary["hosts_ambiguous"]:
        lines.append(f"{_count(summary['hosts_ambiguous'], 'host')} with several assets: check which is meant")
    if summary["assets_stale"]:
        lines.append(f"{_count(summary['assets_stale'], 'asset')} left out: not found for longer than allowed")
    if summary["shared_addresses"]:
        shared = _some(summary["shared_addresses"])
        lines.append(f"addresses that identify no host, because too many assets have them: {shared}")
    if summary["certificates_incomplete"] or summary["assets_incomplete"]:
        lines.append(
            "incomplete: CertView named only some assets of "
            f"{_count(summary['certificates_incomplete'], 'certificate')}; "
            f"{_count(summary['assets_incomplete'], 'asset')} changed identity during the sweep"
        )
    lines += [*_not_judged(summary["rules_not_evaluated"]), *_exceptions(document["exceptions"])]
    if document["changes"] is not None:
        changes = document["changes"]
        lines.append(
            f"since the last audit: {len(changes['new'])} new, {len(changes['fixed'])} fixed, "
            f"{changes['unchanged']} unchanged, {changes['undecided']} undecided"
        )
    lines.append(
        f"{_count(summary['certificates'], 'certificate')} read, judged as of {printable(document['as_of'])} "
        f"by policy {printable(document['policy']['profile'])}; {_api_cost(document['api'])}"
    )
    return lines


def _never_seen(document: _Document) -> list[str]:
    names = sorted(name for name, host in document["hosts"].items() if host["status"] == "unmatched")
    if not names:
        return []
    return [f"not seen by CertView: {_some(names)}"]


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"{', '.join(map(printable, names[:_MOST_NAMED]))}{more}"


def _not_judged(rules: Mapping[str, str]) -> list[str]:
    if not rules:
        return []
    by_field: dict[str, list[str]] = {}
    for rule, field in rules.items():
        by_field.setdefault(field, []).append(rule)
    told = "; ".join(f"{field} ({', '.join(of_field)})" for field, of_field in sorted(by_field.items()))
    return [f"not judged, because CertView told it of nothing: {told}"]


def _exceptions(exceptions: Iterable[Mapping[str, t.Any]]) -> list[str]:
    """Tell how much is excepted, and which exceptions have come to their end."""
    by_status: dict[str, list[Mapping[str, t.Any]]] = {ACTIVE: [], EXPIRED: []}
    for exception in exceptions:
        by_status[exception["status"]].append(exception)
    lines = []
    if by_status[ACTIVE]:
        covered = sum(exception["findings"] for exception in by_status[ACTIVE])
        lines.append(f"{_count(covered, 'finding')} excepted by {_count(len(by_status[ACTIVE]), 'exception')}")
    for exception in by_status[EXPIRED]:
        ticket = f"{printable(exception['ticket'])}, " if exception["ticket"] else ""
        lines.append(
            f"exception expired on {exception['expires']}, {_count(exception['findings'], 'finding')} open again: "
            f"{ticket}{printable(exception['reason'])}"
        )
    return lines


def _figures(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in counts.items() if number) or "none"


def _api_cost(api: Mapping[str, t.Any]) -> str:
    cost = f"{_count(api.get('calls') or 0, 'API call')}, {api.get('waited_seconds') or 0:.1f} s waited for the budget"
    source = api.get("source")
    return f"{cost}, read from {printable(source)}" if source else cost
