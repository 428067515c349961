# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an inventory is asked for, and what is told of the same records."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from datetime import datetime

import pytest
from ansible_collections.community.qualys.plugins.module_utils._freshness import Freshness
from ansible_collections.community.qualys.plugins.module_utils._match_options import MATCH_RULES
from ansible_collections.community.qualys.plugins.module_utils._matching import Identities
from ansible_collections.community.qualys.plugins.module_utils._policy import load_policy
from ansible_collections.community.qualys.plugins.module_utils._query import Query
from ansible_collections.community.qualys.plugins.module_utils._source import CertificateSource
from ansible_collections.community.qualys.plugins.plugin_utils._hosts import HostFacts
from ansible_collections.community.qualys.plugins.plugin_utils._inventory_assets import HOSTNAMES
from ansible_collections.community.qualys.plugins.plugin_utils._inventory_entries import Answer, Question, answered
from ansible_collections.community.qualys.plugins.plugin_utils._inventory_selection import SELECTION_OPTIONS
from unit.audit.estates import AS_OF, DAY, Record, asset, at, record

OPTIONS: dict[str, t.Any] = {
    **dict.fromkeys(SELECTION_OPTIONS),
    **dict.fromkeys(("as_of", "auth", "platform", "gateway_url", "nat", "asset_max_age_days")),
    "asset_type": "all",
    "all_assets": True,
    "page_size": 200,
    "mode": "enrich",
    "details": "scalars",
    "hostnames": list(HOSTNAMES),
    "api_version": "auto",
    "resolve_names": False,
    "resolve_timeout": 30.0,
    "max_age": 600.0,
    "full_sync_every": 1000.0,
    "match_on": list(MATCH_RULES),
    "on_ambiguous": "all",
    "exclude_addresses": ["default"],
    "shared_above": 10,
}
HOSTS = {"web": HostFacts(Identities(("10.0.0.1",)), ("all", "web")), "new": HostFacts(Identities(("10.9.9.9",)))}
RECORDS = [
    record("aa", [asset(1, "10.0.0.1"), asset(2, "10.0.0.2", name="db")], valid_to=at(AS_OF - DAY)),
    record("bb", [asset(2, "10.0.0.2", name="db")]),
]


def question(hosts: dict[str, HostFacts] | None = None, policy: t.Any = "baseline", **options: t.Any) -> Question:
    hosts = HOSTS if hosts is None else hosts
    base = load_policy(policy)
    own = {name: load_policy(facts.policy, base) for name, facts in hosts.items() if facts.policy}
    return Question({**OPTIONS, **options}, hosts, base, own, ("all", "taken"))


class Source:
    """Stands for a CertificateSource."""

    def __init__(self) -> None:
        self.asked: list[tuple[Query, datetime, Freshness]] = []

    def lazy_records(self, query: Query, as_of: datetime, freshness: Freshness) -> Iterator[Record]:
        self.asked.append((query, as_of, freshness))
        yield from RECORDS


def answer(**options: t.Any) -> tuple[Answer, Source, list[str]]:
    source, told = Source(), list[str]()
    given = t.cast(CertificateSource, source)
    return answered(question(**options), given, AS_OF, told.append), source, told


def test_hosts_are_told_of_by_what_the_rules_need_and_no_more() -> None:
    found, source, told = answer()
    ((query, as_of, freshness),) = source.asked

    assert {name: entry.variables["certview_status"] for name, entry in found.entries.items()} == {
        "new": "unmatched",
        "web": "expired",
    }
    assert (found.created, told) == ({}, [])
    assert as_of == AS_OF
    assert freshness == Freshness(600.0, 1000.0)
    assert {"asset_interfaces", "ssl_protocols"} <= set(query.includes)
    assert "asset_tags" not in query.includes
    assert query.all_assets


@pytest.mark.parametrize(("mode", "names"), [("create", {"10.0.0.1", "db"}), ("both", {"web", "new", "db"})])
def test_assets_become_hosts_on_request(mode: str, names: set[str]) -> None:
    found, source, told = answer(mode=mode, hosts={} if mode == "create" else HOSTS)

    assert set(found.entries) == names
    assert found.created["db"]["certview_asset_id"] == 2
    assert set(found.created) == names - set(HOSTS)
    assert "asset_tags" in source.asked[0][0].includes
    assert told == []


def test_that_not_one_host_was_matched_is_told() -> None:
    _found, _source, told = answer(hosts={"new": HOSTS["new"]})
    assert len(told) == 1
    assert "Not one of 1 hosts" in told[0]
    assert answer(hosts={})[2] == []


def test_names_are_resolved_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    hosts = {"server": HostFacts(Identities(("server.example.com",)))}
    resolved = "ansible_collections.community.qualys.plugins.plugin_utils._auditing.with_addresses"
    monkeypatch.setattr(resolved, lambda hosts, timeout, tell: {"server": Identities(("10.0.0.1",))})
    statuses = [
        answer(hosts=hosts, resolve_names=resolve)[0].entries["server"].variables["certview_status"]
        for resolve in (False, True)
    ]
    assert statuses == ["unmatched", "expired"]


def test_an_answer_is_the_same_out_of_a_cache() -> None:
    found = answer(mode="both", details="structure")[0]
    assert Answer.from_text(found.to_text()) == found


def test_the_same_question_has_the_same_digest() -> None:
    assert question().digest == question(dict(reversed(HOSTS.items()))).digest
    # How old an answer may be, and where it is kept, does not change it.
    assert question().digest == question(max_age=0.0, password="other", timeout=7).digest


WEB = HOSTS["web"]


@pytest.mark.parametrize(
    "changed",
    [
        {"hosts": {"web": WEB}},
        {"hosts": {**HOSTS, "web": WEB._replace(identities=Identities(("10.0.0.2",)))}},
        {"hosts": {**HOSTS, "web": WEB._replace(identities=Identities(("10.0.0.1",), ("10.0.0.2",)))}},
        {"hosts": {**HOSTS, "web": WEB._replace(groups=("all",))}},
        {"hosts": {**HOSTS, "web": WEB._replace(policy={"rules": {"EXP-001": False}})}},
        {"policy": "ssllabs"},
        {"policy": {"thresholds": {"warn_days": 31}}},
        {"policy": {"exceptions": [{"host": "web", "reason": "old", "expires": "2027-01-01"}]}},
        {"mode": "both"},
        {"details": "json"},
        {"hostnames": ["fqdn"]},
        {"tags": ["Web"]},
        {"exclude_filters": [{"tags": ["Lab"]}]},
        {"nat": {"192.0.2.1": "10.0.0.1"}},
        {"on_ambiguous": "skip"},
        {"as_of": "2026-06-01"},
        {"gateway_url": "https://example.com"},
        {"auth": {"gateway_url": "https://example.com"}},
        {"resolve_names": True},
    ],
    ids=str,
)
def test_whatever_may_change_the_answer_changes_the_digest(changed: dict[str, t.Any]) -> None:
    assert question(**changed).digest != question().digest
    assert question()._replace(taken=("all",)).digest != question().digest
