# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an inventory tells of a host: variables and groups; a function of the audit document alone.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import json
import typing as t
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from .._findings import STATUSES, counts
from .._rules.model import SEVERITIES
from .._rules.registry import RULES
from .._values import iso, parse_time

DETAILS = ("scalars", "json", "structure")

OWN_WORDS = frozenset(
    (
        "certview_status",
        "certview_severity",
        "certview_next_expiry",
        "certview_rules",
        "certview_matched_by",
    )
)
"""Variables whose texts this collection has written itself; what any other holds may be foreign."""


def _group_of_rule(rule_id: str) -> str:
    return f"certview_rule_{rule_id.lower().replace('-', '_')}"


LASTING_GROUPS = tuple(f"certview_{status}" for status in STATUSES) + tuple(
    f"certview_severity_{severity}" for severity in SEVERITIES
)
"""Groups that are there although nobody may be in them: a play for C(certview_expired) is no slip when none is."""

OWN_GROUPS = LASTING_GROUPS + tuple(map(_group_of_rule, RULES))
"""All groups that this collection makes by itself."""

_SECONDS_A_DAY = 86400


class HostEntry(t.NamedTuple):
    """What is told of one host.

    :ivar variables: By name; V(None) for what is not known.
    :ivar groups: Those that it is in, none of them twice.
    """

    variables: dict[str, t.Any]
    groups: tuple[str, ...]


def host_entries(document: Mapping[str, t.Any], details: str = "scalars") -> Iterator[tuple[str, HostEntry]]:
    """Give the name and the entry of each host, in the order of the document.

    :param document: Of an audit document C(as_of), C(hosts) and C(certificates).
    :param details: What C(certview_findings) is, out of DETAILS: V(json) for one text, V(structure) for a list; with
        V(scalars) there is none.
    """
    as_of = parse_time(document["as_of"])
    ends = {certhash: parse_time(record.get("valid_to")) for certhash, record in document["certificates"].items()}
    for name, host in document["hosts"].items():
        yield name, _entry(host, ends, as_of, details)


def _entry(
    host: Mapping[str, t.Any], ends: Mapping[str, datetime | None], as_of: datetime | None, details: str
) -> HostEntry:
    failing = [finding for finding in host["findings"] if counts(finding)]
    severity = min((finding["severity"] for finding in failing), key=SEVERITIES.index, default=None)
    rules = sorted({finding["rule"] for finding in failing})
    end = _next_end(host, ends)
    variables = {
        "certview_status": host["status"],
        "certview_severity": severity,
        "certview_findings_count": len(failing),
        "certview_certificates_count": len(host["certificates"]),
        # As days_remaining of a record: to a tenth of a second.
        "certview_days_remaining": None
        if end is None or as_of is None
        else round((end - as_of).total_seconds() / _SECONDS_A_DAY, 6) + 0.0,
        "certview_next_expiry": iso(end),
        "certview_rules": ",".join(rules),
        "certview_matched_by": host["match"]["rule"] if host["match"]["asset_ids"] else None,
    }
    if details == "json":
        variables["certview_findings"] = json.dumps(host["findings"], sort_keys=True)
    elif details == "structure":
        variables["certview_findings"] = host["findings"]
    groups = [f"certview_{host['status']}", *map(_group_of_rule, rules)]
    if severity is not None:
        groups.append(f"certview_severity_{severity}")
    return HostEntry(variables, tuple(groups))


def _next_end(host: Mapping[str, t.Any], ends: Mapping[str, datetime | None]) -> datetime | None:
    """Return the soonest end; not that of a certificate whose successor is in place, which nobody waits for."""
    replaced = _replaced(host["findings"])
    known = [ends[certhash] for certhash in host["certificates"] if certhash not in replaced]
    return min((end for end in known if end is not None), default=None)


def _replaced(findings: Collection[Mapping[str, t.Any]]) -> set[str]:
    """Return the certificates of which something is said only where another one has taken their place."""
    still_in_place = {finding["certhash"] for finding in findings if counts(finding)}
    return {finding["certhash"] for finding in findings if finding["superseded_by"] is not None} - still_in_place
