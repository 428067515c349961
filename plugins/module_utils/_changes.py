# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is new and what is fixed since the last audit.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Iterator, Mapping

from ._errors import CertViewError
from ._findings import counts, urgency
from ._rules.model import INSTANCE, PLACEMENT
from ._rules.registry import RULES

SCHEMA_VERSION = 1

_Finding = Mapping[str, t.Any]
_Key = tuple[t.Any, ...]


def _key(finding: _Finding, rule: str | None = None) -> _Key:
    """Return what makes two findings of two audits the same one.

    The asset is no part of it: Qualys gives a re-installed agent a new one, and API v1 identifies it otherwise than
    v2. For rules on instances the certificate is no part of it: renewing it does not mend a protocol.
    """
    rule = rule or finding["rule"]
    scope = RULES[rule].scope if rule in RULES else None
    instance = finding["instance"] or {}
    place = instance.get("port"), instance.get("protocol"), instance.get("fqdn")
    if scope == INSTANCE:
        return rule, finding["host"], *place
    if scope == PLACEMENT:
        return rule, finding["host"], finding["certhash"], *place
    return rule, finding["host"], finding["certhash"]


def _findings(hosts: Mapping[str, t.Any]) -> Iterator[_Finding]:
    for host in hosts.values():
        yield from host["findings"]


def _failing_before(previous: object) -> dict[_Key, _Finding]:
    version = previous.get("schema_version") if isinstance(previous, Mapping) else None
    if not isinstance(previous, Mapping) or version != SCHEMA_VERSION:
        raise CertViewError(
            f"the previous audit has schema version {version!r}, not {SCHEMA_VERSION}",
            kind="previous",
            hint="Give a document that certview_audit of this version of the collection wrote, or none.",
        )
    try:
        failing = [finding for finding in _findings(previous["hosts"]) if counts(finding)]
        return {_key(finding): finding for finding in sorted(failing, key=urgency, reverse=True)}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise CertViewError(
            f"the previous audit is no audit document: {type(error).__name__} {error}",
            kind="previous",
            hint="It is the file that certview_audit wrote to dest, or what it returned as audit.",
        ) from error


def compare(previous: object, hosts: Mapping[str, t.Any], rules: Mapping[str, Collection[str]]) -> dict[str, t.Any]:
    """Return the C(changes) of an audit document.

    What failed before and does not fail now is fixed only if that is known: the host is still matched, the rule
    still judged (and could be), and the problem did not merely become more urgent; or its certificate was superseded.
    All else is C(undecided), also what an exception covers now.

    :param previous: An audit document of schema version 1.
    :param hosts: The C(hosts) of this audit.
    :param rules: For each host the ids of the rules that this audit judges.
    :raises CertViewError: Kind V(previous), if P(previous) is not such a document.
    """
    before = _failing_before(previous)
    now: dict[_Key, _Finding] = {}
    not_known: set[_Key] = set()
    for finding in _findings(hosts):
        if counts(finding):
            now.setdefault(_key(finding), finding)
        elif finding["superseded_by"] is None:
            not_known.add(_key(finding))
    gone = {key: finding for key, finding in before.items() if key not in now}
    fixed = []
    for key, finding in gone.items():
        rule, host = finding["rule"], hosts.get(finding["host"])
        more_urgent = any(_key(finding, other) in now for other in RULES[rule].yields_to) if rule in RULES else False
        is_judged = host and host["match"]["asset_ids"] and rule in rules[finding["host"]]
        if is_judged and key not in not_known and not more_urgent:
            fixed.append(finding)
    return {
        "new": sorted((finding for key, finding in now.items() if key not in before), key=urgency),
        "fixed": sorted(fixed, key=urgency),
        "unchanged": len(before) - len(gone),
        "undecided": len(gone) - len(fixed),
    }
