# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What rules are shown, scope by scope, and what becomes of their verdicts."""

from __future__ import annotations

import dataclasses
import typing as t
from collections.abc import Callable

import pytest
from ansible_collections.community.qualys.plugins.module_utils._audit import AuditedHost, audit
from ansible_collections.community.qualys.plugins.module_utils._policy import Policy, load_policy
from ansible_collections.community.qualys.plugins.module_utils._rules.model import (
    ASSET,
    CERTIFICATE,
    HOST,
    HOST_CERTIFICATE,
    INSTANCE,
    PASSED,
    PLACEMENT,
    UNMATCHED_ASSET,
    UNPLACED_CERTIFICATE,
    Citation,
    Rule,
    Subject,
    Verdict,
    failed,
    not_evaluated,
)
from unit.audit.estates import AS_OF, asset, audited, instance, record

Judge = Callable[[Subject], Verdict]


def rule(judge: Judge, scope: str = CERTIFICATE, identifier: str = "EXP-001", **changes: t.Any) -> Rule:
    return Rule(
        id=identifier,
        title="Title",
        severity="medium",
        description="Description",
        remediation="Remediation",
        citations=(Citation("Document", "1", "https://example.com"), Citation("Other", "2", "https://example.org")),
        profiles=("baseline",),
        judge=judge,
        scope=scope,
        **changes,
    )


def judged(records: list[dict[str, t.Any]], *rules: Rule, hosts: t.Any = None, **options: t.Any) -> dict[str, t.Any]:
    """The document of an audit by these rules alone."""
    policy: Policy = dataclasses.replace(load_policy("baseline"), rules=rules)
    return audit(
        records,
        {"web1": AuditedHost(["10.0.0.1"], ("web1", "web1.example.com"))} if hosts is None else hosts,
        policy,
        as_of=AS_OF,
        gateway="https://gateway.example.com",
        api={},
        **options,
    )


def findings(records: list[dict[str, t.Any]], *rules: Rule) -> list[dict[str, t.Any]]:
    found: list[dict[str, t.Any]] = judged(records, *rules)["hosts"]["web1"]["findings"]
    return found


def always(message: str = "wrong") -> Judge:
    return lambda subject: failed(message)


def test_a_finding_tells_all_that_is_known_of_its_rule() -> None:
    (finding,) = findings([record("aa", [asset()])], rule(always("figures")))
    assert finding == {
        "rule": "EXP-001",
        "severity": "medium",
        "status": "fail",
        "title": "Title",
        "message": "figures",
        "certhash": "aa",
        "host": "web1",
        "asset_id": 1,
        "instance": {"port": 443, "protocol": "tcp", "fqdn": None},
        "due": None,
        "citation": "Document, 1 <https://example.com>; Other, 2 <https://example.org>",
        "remediation": "Remediation",
        "exception": None,
        "superseded_by": None,
    }


def test_a_certificate_is_judged_once_for_all_its_places() -> None:
    seen = []

    def judge(subject: Subject) -> Verdict:
        seen.append(subject)
        return failed("wrong")

    places = [asset(instances=[instance(443), instance(8443)]), asset(2, "10.0.0.2")]
    hosts = {"web1": AuditedHost(["10.0.0.1"]), "web2": AuditedHost(["10.0.0.2"])}
    document = judged([record("aa", places)], rule(judge), hosts=hosts)
    assert [subject.certificate["certhash"] for subject in seen] == ["aa"]
    assert [each["message"] for each in document["hosts"]["web1"]["findings"]] == ["wrong (port 443, 8443)"]
    assert [each["message"] for each in document["hosts"]["web2"]["findings"]] == ["wrong"]


def test_a_placement_is_a_certificate_on_an_instance() -> None:
    def judge(subject: Subject) -> Verdict:
        assert subject.instance is not None
        assert subject.asset is not None
        return failed(f"{subject.certificate['certhash']} {subject.asset['name']} {subject.instance['port']}")

    places = [asset(name="one", instances=[instance(443), instance(8443)])]
    found = findings([record("aa", places), record("bb", [asset(name="one")])], rule(judge, PLACEMENT))
    assert [each["message"] for each in found] == ["aa one 443", "aa one 8443", "bb one 443"]
    assert [each["instance"]["port"] for each in found] == [443, 8443, 443]


def test_an_instance_is_judged_by_what_was_observed_there_last() -> None:
    def judge(subject: Subject) -> Verdict:
        assert subject.instance is not None
        assert not subject.certificate
        return failed(f"{subject.instance['grade']} {subject.instance['ssl_protocols']}")

    def seen(certhash: str, last_found: str, grade: str | None, **changes: t.Any) -> dict[str, t.Any]:
        place = asset(instances=[{**instance(protocols=["TLSv1.2"]), "grade": grade}])
        return record(certhash, [place], last_found=last_found, **changes)

    old, new = seen("aa", "2026-05-01T00:00:00Z", "F"), seen("bb", "2026-05-02T00:00:00Z", "A")
    root = seen("cc", "2026-05-03T00:00:00Z", "C", type="Root")
    for records in ([old, new, root], [root, new, old]):
        (finding,) = findings(records, rule(judge, INSTANCE))
        assert (finding["message"], finding["certhash"]) == ("A ('TLSv1.2',)", "bb")


def test_what_tells_nothing_of_an_instance_does_not_hide_what_does() -> None:
    def judge(subject: Subject) -> Verdict:
        return failed(str((subject.instance or {})["grade"]))

    silent = {**instance(protocols=None), "grade": None}
    told = record("aa", [asset()], last_found="2026-05-01T00:00:00Z")
    (finding,) = findings([told, record("bb", [asset(instances=[silent])])], rule(judge, INSTANCE))
    assert (finding["message"], finding["certhash"]) == ("A", "bb")


def test_an_asset_and_a_host_are_judged_once() -> None:
    def of_asset(subject: Subject) -> Verdict:
        return failed(str(subject.asset))

    def of_host(subject: Subject) -> Verdict:
        return failed(str(subject.host))

    tagged = asset(name="one", tags=[{"name": "b", "uuid": None}, {"name": "a", "uuid": None}])
    found = findings(
        [record("aa", [tagged]), record("bb", [tagged])],
        rule(of_asset, ASSET, "INV-005"),
        rule(of_host, HOST, "INV-003"),
    )
    assert {each["rule"]: each["message"] for each in found} == {
        "INV-005": "{'id': 1, 'name': 'one', 'tags': ('a', 'b')}",
        "INV-003": "Host(name='web1', names=('web1', 'web1.example.com'), is_matched=True)",
    }
    assert {each["rule"]: (each["asset_id"], each["certhash"], each["host"]) for each in found} == {
        "INV-005": (1, None, "web1"),
        "INV-003": (None, None, "web1"),
    }


def test_each_certificate_of_a_host_is_judged_with_the_names_of_the_host() -> None:
    def judge(subject: Subject) -> Verdict:
        assert subject.host is not None
        return failed(f"{subject.certificate['certhash']} is not {subject.host.names[1]}")

    found = findings([record("aa", [asset()]), record("bb", [asset()])], rule(judge, HOST_CERTIFICATE))
    assert [each["message"] for each in found] == ["aa is not web1.example.com", "bb is not web1.example.com"]


def test_what_belongs_to_no_host_is_told_beside_the_hosts() -> None:
    document = judged(
        [record("aa", [asset(), asset(2, "10.0.0.2", name="stray")]), record("bb", [])],
        rule(lambda subject: failed(str((subject.asset or {})["name"])), UNMATCHED_ASSET, "INV-002"),
        rule(lambda subject: failed(subject.certificate["certhash"]), UNPLACED_CERTIFICATE, "INV-004"),
    )
    told = [(each["rule"], each["message"], each["host"], each["asset_id"], each["certhash"])
            for each in document["findings_without_host"]]  # fmt: skip
    assert told == [("INV-002", "stray", None, 2, None), ("INV-004", "bb", None, None, "bb")]
    assert document["summary"]["by_rule"] == {"INV-002": 1, "INV-004": 1}
    assert document["hosts"]["web1"]["findings"] == []


@pytest.mark.parametrize("order", [1, -1])
def test_a_certificate_that_any_record_places_is_not_unused(order: int) -> None:
    records = [record("aa", []), record("aa", [asset(2, "10.0.0.2")])][::order]
    unused = rule(always(), UNPLACED_CERTIFICATE, "INV-004")
    assert judged(records, unused)["findings_without_host"] == []


def test_what_no_answer_tells_is_told_once_and_what_some_tell_is_told_where_it_is_missing() -> None:
    def judge(subject: Subject) -> Verdict:
        told = subject.certificate["revocation_status"]
        return PASSED if told else not_evaluated("revocation status not reported")

    needing = rule(judge, reads="revocation_status")
    silent, telling = record("aa", [asset()], revocation_status=None), record("bb", [asset()])
    document = judged([silent], needing)
    assert document["hosts"]["web1"]["findings"] == []
    assert document["hosts"]["web1"]["status"] == "not_evaluated"
    assert document["summary"]["rules_not_evaluated"] == {"EXP-001": "revocation_status"}
    document = judged([silent, telling], needing)
    assert [each["certhash"] for each in document["hosts"]["web1"]["findings"]] == ["aa"]
    assert document["summary"]["rules_not_evaluated"] == {}


@pytest.mark.parametrize(("told", "is_judged"), [(None, False), ([], True), ([{"severity": 3}], True)])
def test_an_empty_list_of_an_instance_is_told(told: t.Any, is_judged: bool) -> None:
    needing = rule(lambda subject: PASSED, INSTANCE, reads="vulnerabilities")
    place = asset(instances=[{**instance(), "vulnerabilities": told}])
    assert (judged([record("aa", [place])], needing)["summary"]["rules_not_evaluated"] == {}) == is_judged


@pytest.mark.parametrize("scope", [CERTIFICATE, PLACEMENT, INSTANCE, ASSET, HOST, HOST_CERTIFICATE])
def test_whatever_passes_was_judged(scope: str) -> None:
    passing = rule(lambda subject: PASSED, scope)
    assert judged([record("aa", [asset()])], passing)["hosts"]["web1"]["status"] == "ok"
    silent = rule(lambda subject: not_evaluated("nothing"), scope)
    assert judged([record("aa", [asset()])], silent)["hosts"]["web1"]["status"] == "not_evaluated"


def test_the_summary_weighs_a_shared_finding_by_the_strictest_policy() -> None:
    policies = {severity: load_policy({"rules": {"KEY-002": severity}}) for severity in ("critical", "low")}
    for order in (("critical", "low"), ("low", "critical")):
        hosts = {
            name: AuditedHost(["10.0.0.1"], policy=policies[severity])
            for name, severity in zip(("a", "b"), order, strict=True)
        }
        summary = audited([record("aa", [asset()], key_size=1024)], hosts)["summary"]
        assert (summary["by_severity"]["critical"], summary["by_severity"]["low"]) == (1, 0)


def test_a_rule_that_yields_is_silent_where_the_other_fails() -> None:
    urgent = rule(always("urgent"), identifier="EXP-002")
    quiet = rule(always("quiet"), identifier="EXP-003", yields_to=("EXP-002",))
    assert [each["message"] for each in findings([record("aa", [asset()])], urgent, quiet)] == ["urgent"]
    assert [each["message"] for each in findings([record("aa", [asset()])], quiet)] == ["quiet"]


def test_a_host_with_a_policy_of_its_own_is_judged_by_it() -> None:
    strict = load_policy({"rules": {"TLS-001": "low"}, "thresholds": {"warn_days": 365, "warn_fraction": 1}})
    hosts = {
        "web1": AuditedHost(["10.0.0.1"]),
        "web2": AuditedHost(["10.0.0.2"], policy=strict),
        "web3": AuditedHost(["10.0.0.2"], policy=strict),
    }
    document = audited([record("aa", [asset(), asset(2, "10.0.0.2")])], hosts)
    assert {name: host["status"] for name, host in document["hosts"].items()} == {
        "web1": "ok",
        "web2": "expiring",
        "web3": "expiring",
    }
    (policy,) = document["host_policies"]
    assert policy["hosts"] == ["web2", "web3"]
    assert policy["thresholds"]["warn_days"] == 365
    assert document["policy"]["thresholds"]["warn_days"] == 30
    assert document["summary"]["by_rule"]["EXP-003"] == 1
