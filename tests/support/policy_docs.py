# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes what is documented of rules and profiles, from the metadata that the audit judges by.

C(make rules) replaces the files; a unit test fails when they differ.
"""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.community.qualys.plugins.module_utils._rules.model import (
    ASSET,
    CERTIFICATE,
    HOST,
    HOST_CERTIFICATE,
    INSTANCE,
    PLACEMENT,
    SEVERITIES,
    UNMATCHED_ASSET,
    UNPLACED_CERTIFICATE,
    Lists,
    Rule,
    Thresholds,
)
from ansible_collections.community.qualys.plugins.module_utils._rules.profiles import PROFILES, Profile
from ansible_collections.community.qualys.plugins.module_utils._rules.registry import RULES, rules_of

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "rules.md"
FRAGMENT = ROOT / "plugins" / "doc_fragments" / "policy.py"

_FAMILIES = {
    "EXP": "Expiry",
    "VAL": "Lifetime",
    "KEY": "Public keys",
    "SIG": "Signatures",
    "TRU": "Trust",
    "NAM": "Names",
    "TLS": "Protocols",
    "CIP": "Cipher suites",
    "GRD": "Grades",
    "VUL": "Vulnerabilities",
    "INV": "Inventory",
}
_JUDGED_ON = {
    CERTIFICATE: "each certificate",
    PLACEMENT: "each instance that a certificate was found on",
    INSTANCE: "each instance (a port of an asset)",
    ASSET: "each asset of a host",
    HOST: "each host",
    HOST_CERTIFICATE: "each certificate of a host",
    UNMATCHED_ASSET: "each asset that no host has",
    UNPLACED_CERTIFICATE: "each certificate that no asset has",
}
# The licence of this very file, line by line.
_LICENCE = "\n".join(line[2:] for line in Path(__file__).read_text(encoding="utf-8").splitlines()[:3])


def guide() -> str:
    """Return the page of all rules and profiles."""
    parts = [
        f"<!--\n{_LICENCE}\n-->\n",
        "# Rules and profiles\n",
        "This page is written by `make rules` from the rules themselves. How to choose and change them is told in the\n"
        "[guide to policies](policy.md).\n",
        "## Profiles\n",
        *map(_profile, PROFILES.values()),
        "## Thresholds and lists\n",
        _figures(),
    ]
    for prefix, title in _FAMILIES.items():
        parts.append(f"## {title} ({prefix})\n")
        parts += [_rule(rule) for rule in _sorted_rules() if rule.id.startswith(prefix)]
    return "\n".join(parts)


def _sorted_rules() -> list[Rule]:
    return [RULES[rule_id] for rule_id in sorted(RULES)]


def _profile(profile: Profile) -> str:
    differences = [f"{rule} is {severity}" for rule, severity in profile.severities.items()]
    differences += [f"`{name}` is {figure:g}" for name, figure in profile.thresholds.items()]
    differences += [f"`{name}`: {', '.join(words)}" for name, words in profile.lists.items()]
    lines = [f"### {profile.name}\n", f"{profile.description}\n", f"Rules: {', '.join(rules_of(profile.name))}\n"]
    if differences:
        lines.append(f"Here {'; '.join(differences)}.\n")
    return "\n".join(lines)


def _figures() -> str:
    lines = ["| name | without a word of the policy |", "| --- | --- |"]
    for name, value in {**Thresholds()._asdict(), **Lists()._asdict()}.items():
        shown = ", ".join(value) or "none" if isinstance(value, tuple) else _number(value)
        lines.append(f"| `{name}` | {shown} |")
    return "\n".join(lines) + "\n"


def _number(value: t.Any) -> str:
    return str(value) if isinstance(value, str) else f"{value:.3g}"


def _rule(rule: Rule) -> str:
    facts = [f"severity {rule.severity}", f"judged on {_JUDGED_ON[rule.scope]}"]
    if rule.includes:
        facts.append(f"asks for {', '.join(rule.includes)}")
    if rule.since:
        facts.append(f"told by API {rule.since} and newer")
    if rule.effective:
        facts.append(f"in force from {rule.effective}")
    if rule.ineffective:
        facts.append(f"in force before {rule.ineffective}")
    citations = "; ".join(f"[{each.document}, {each.section}]({each.url})" for each in rule.citations)
    return "\n".join(
        [
            f"### {rule.id} {rule.title}\n",
            f"{rule.description}\n",
            f"- {'; '.join(facts)}",
            f"- profiles: {', '.join(rule.profiles)}",
            f"- what to do: {rule.remediation}",
            f"- source: {citations}\n",
        ]
    )


def fragment() -> str:
    """Return the documentation fragment of the option O(policy)."""
    comment = "\n".join(f"# {line}" for line in _LICENCE.splitlines())
    head = (
        f"{comment}\n\n"
        '"""The documentation of the option policy; written by C(make rules) from the rules themselves."""\n\n'
        "from __future__ import annotations\n\n\n"
        "class ModuleDocFragment:\n"
        '    """Documentation fragment P(community.qualys.policy#doc_fragment)."""\n\n'
        '    DOCUMENTATION = r"""\n'
        "options:\n  policy:\n    description:\n"
    )
    paragraphs = [
        "How certificates are judged: the name of a profile, the path of a file (YAML or JSON, also vaulted) that "
        "holds a policy, or a dictionary.",
        "The dictionary has V(profile), V(rules), V(thresholds), V(lists) and V(exceptions). V(rules) maps the id of a "
        "rule to V(true), V(false) or a severity, or to a dictionary of V(enabled) and V(severity).",
        f"Severities are {_listed(SEVERITIES)}.",
        f"V(thresholds) are {_with_defaults(Thresholds()._asdict())}.",
        f"V(lists) are {_listed(Lists._fields)}.",
        "V(exceptions) is a list of dictionaries with V(reason) and V(expires) (the last day, or an instant), perhaps "
        "V(ticket) and V(rules), and at least one of V(certhash), V(serial), V(issuer), V(subject), V(host), V(group) "
        "and V(tag), each a glob or a list of globs. All kinds that are given must match. After its end the findings "
        "count again, and it is listed.",
        "A host or group may have a policy of its own in its variable C(certview_policy). What it does not say is as "
        "here; its exceptions join those here.",
        "The API is asked to include only what the chosen rules need.",
        "The profiles are as follows.",
        *(f"V({profile.name}) - {profile.description}" for profile in PROFILES.values()),
        "The rules are as follows, each with its severity and profiles.",
        *(f"V({rule.id}) ({rule.severity}) - {rule.title} ({_of_profiles(rule)})." for rule in _sorted_rules()),
    ]
    body = "".join(_item(paragraph) for paragraph in paragraphs)
    return f'{head}{body}    type: raw\n    default: baseline\n"""\n'


def _of_profiles(rule: Rule) -> str:
    missing = [name for name in PROFILES if name not in rule.profiles]
    if not missing:
        return "all profiles"
    if len(missing) <= 2:
        return f"all profiles but {', '.join(missing)}"
    return ", ".join(rule.profiles)


def _listed(words: t.Iterable[str]) -> str:
    return ", ".join(f"V({word})" for word in words)


def _with_defaults(figures: t.Mapping[str, t.Any]) -> str:
    return ", ".join(f"C({name}) ({_number(value)})" for name, value in figures.items())


def _item(paragraph: str) -> str:
    """Return an item of a YAML list of texts, wrapped; folded, so that nothing in it needs quotes."""
    lines, line = [], ""
    for word in paragraph.split():
        if len(line) + len(word) > 100:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    lines.append(line)
    return "      - >-\n" + "".join(f"        {each}\n" for each in lines)


DOCUMENTS: t.Mapping[Path, t.Callable[[], str]] = {GUIDE: guide, FRAGMENT: fragment}


def main() -> None:
    """Replace the files."""
    for path, text in DOCUMENTS.items():
        path.write_text(text(), encoding="utf-8")
