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


def _read(previous: object) -> tuple[dict[_Key, _Finding], _Figures]:
    """Return what failed in the last audit, and what it was judged by."""
    version = previous.get("schema_version") if isinstance(previous, Mapping) else None
    if not isinstance(previous, Mapping) or version != SCHEMA_VERSION:
        raise CertViewError(
            f"the previous audit has schema version {version!r}, not {SCHEMA_VERSION}",
            kind="previous",
            hint="Give a document that certview_audit of this version of the collection wrote, or none.",
        )
    try:
        failing = [finding for finding in _findings(previous["hosts"]) if counts(finding)]
        by_key = {_key(finding): finding for finding in sorted(failing, key=urgency, reverse=True)}
        return by_key, _Figures(previous)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise CertViewError(
            f"the previous audit is no audit document: {type(error).__name__} {error}",
            kind="previous",
            hint="It is the file that certview_audit wrote to dest, or what it returned as audit.",
        ) from error


def compare(
    previous: object, audited: Mapping[str, t.Any], rules: Mapping[str, Collection[str]], incomplete: Collection[str]
) -> dict[str, t.Any]:
    """Return the C(changes) of an audit document.

    What failed before and does not fail now is fixed only if that is known: the host is still matched, the rule
    still judged (and could be), and the problem did not merely become more urgent; or its certificate was superseded.
    Where thresholds or lists of the policy have changed, or CertView named only some assets of the certificate, it is
    fixed only if the certificate is known to be gone. All else is C(undecided), also what an exception covers now.

    :param previous: An audit document of schema version 1.
    :param audited: The C(hosts), C(policy) and C(host_policies) of this audit.
    :param rules: For each host the ids of the rules that this audit judges.
    :param incomplete: Fingerprints of the certificates of which only some assets are known.
    :raises CertViewError: Kind V(previous), if P(previous) is not such a document.
    """
    before, figures_before = _read(previous)
    figures = _Figures(audited)
    hosts = audited["hosts"]
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
        rule, name, certhash = finding["rule"], finding["host"], finding["certhash"]
        host = hosts.get(name)
        if not host or not host["match"]["asset_ids"] or rule not in rules[name]:
            continue
        # Of a host without any instance, rules on instances could be judged nowhere.
        is_unknown = key in not_known or (rule, name, None, None, None) in not_known
        is_more_urgent = any(_key(finding, other) in now for other in RULES[rule].yields_to)
        if certhash is None or certhash in host["certificates"]:
            is_sure = figures.of(name) == figures_before.of(name)
        else:
            is_sure = certhash not in incomplete
        if is_sure and not is_unknown and not is_more_urgent:
            fixed.append(finding)
    return {
        "new": sorted((finding for key, finding in now.items() if key not in before), key=urgency),
        "fixed": sorted(fixed, key=urgency),
        "unchanged": len(before) - len(gone),
        "undecided": len(gone) - len(fixed),
    }


class _Figures:
    """The thresholds and lists that the hosts of a document were judged by."""

    def __init__(self, document: Mapping[str, t.Any]) -> None:
        self._default = _figures_of(document.get("policy"))
        self._own = {
            name: _figures_of(policy) for policy in document.get("host_policies") or () for name in policy["hosts"]
        }

    def of(self, host: str) -> t.Any:
        return self._own.get(host, self._default)


def _figures_of(policy: t.Any) -> t.Any:
    return [policy.get(part) for part in ("thresholds", "lists")] if isinstance(policy, Mapping) else None
