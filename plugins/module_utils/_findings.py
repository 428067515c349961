# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a finding is: one thing to tell of a host, a certificate or an asset, in the form of the audit document.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping, Sequence

from ._asset_ids import AssetId, asset_order
from ._estate import Instance
from ._matching import freshness
from ._policy import Policy
from ._rules.model import FAIL, SEVERITIES, Rule, Verdict

Finding = dict[str, t.Any]

EXCEPTED = "excepted"

CALLING_FOR_ACTION = frozenset(("expired", "expiring", "weak"))
RULES_OF_STATUS: Mapping[str, frozenset[str]] = {
    "expired": frozenset(("EXP-001",)),
    "expiring": frozenset(("EXP-002", "EXP-003")),
}
STATUSES = ("expired", "expiring", "weak", "ok", "not_evaluated", "unmatched")
"""Of hosts; worst first."""
_SEVERE_ENOUGH_TO_BE_WEAK = frozenset(("critical", "high", "medium"))
_LAST = "~"
_PORTS_NAMED = 10


class Where(t.NamedTuple):
    """What a finding is on.

    :ivar superseded_by: The certificate that has taken the place of this one there.
    """

    certhash: str | None = None
    asset_id: AssetId | None = None
    instances: Sequence[Instance] = ()
    superseded_by: str | None = None
    host: str | None = None


def finding_of(rule: Rule, verdict: Verdict, policy: Policy, where: Where) -> Finding:
    """Return what is told of a verdict.

    What could not be judged has severity V(info): a reader who looks at severities alone is not to be alarmed by it,
    and it sorts behind all that failed. So has what is said of a certificate whose successor is in place.
    """
    counts = verdict.outcome == FAIL and where.superseded_by is None
    return {
        "rule": rule.id,
        "severity": policy.severity_of(rule, verdict) if counts else "info",
        "status": verdict.outcome,
        "title": rule.title,
        "message": verdict.message + (_on_ports(where.instances) if len(where.instances) > 1 else ""),
        "certhash": where.certhash,
        "host": where.host,
        "asset_id": where.asset_id,
        "instance": where.instances[0]._asdict() if len(where.instances) == 1 else None,
        "due": verdict.due,
        "citation": rule.citation,
        "remediation": rule.remediation,
        "exception": None,
        "superseded_by": where.superseded_by,
    }


def _on_ports(instances: Iterable[Instance]) -> str:
    ports = [str(port) for port in sorted({instance.port for instance in instances if instance.port is not None})]
    if not ports:
        return ""
    more = f" and {len(ports) - _PORTS_NAMED} more" if len(ports) > _PORTS_NAMED else ""
    return f" (port {', '.join(ports[:_PORTS_NAMED])}{more})"


def counts(finding: Mapping[str, t.Any]) -> bool:
    """Tell whether a finding says that something is wrong: nobody has excepted it, and no successor is in place."""
    return finding["status"] == FAIL and finding["superseded_by"] is None


def urgency(finding: Mapping[str, t.Any]) -> tuple[t.Any, ...]:
    """Return the sort key of findings: severity, then due date, then certificate, rule, asset and instance."""
    instance = finding["instance"]
    return (
        SEVERITIES.index(finding["severity"]),
        finding["status"] != FAIL,
        freshness(finding["due"]) or _LAST,
        finding["certhash"] or "",
        finding["rule"],
        asset_order(finding["asset_id"] or 0),
        Instance(**instance).order() if instance else (-1, "", ""),
        finding["superseded_by"] or "",
    )


def host_status(matched: bool, findings: Iterable[Finding], judged: bool) -> str:
    """Return the status of a host, by the first of these that holds.

    V(unmatched) without an asset; V(expired) if EXP-001 fails; V(expiring) if EXP-002 or EXP-003 fails; V(weak) if
    any other rule fails with severity medium or above; V(ok); V(not_evaluated) if nothing could be judged.
    """
    if not matched:
        return "unmatched"
    failing = {(finding["rule"], finding["severity"]) for finding in findings if counts(finding)}
    rules = {rule for rule, severity in failing}
    for status, deciding in RULES_OF_STATUS.items():
        if not rules.isdisjoint(deciding):
            return status
    if any(severity in _SEVERE_ENOUGH_TO_BE_WEAK for rule, severity in failing):
        return "weak"
    return "ok" if judged else "not_evaluated"
