# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from datetime import date, datetime, timezone

import pytest
from ansible_collections.community.qualys.plugins.module_utils._audit import AuditedHost
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._exceptions import read_exceptions
from unit.audit.estates import AS_OF, DAY, SECOND, asset, at, audited, record

EXPIRED = {"valid_to": at(AS_OF - DAY), "valid_from": at(AS_OF - 100 * DAY)}
ACCEPTED = {"reason": "Replaced in June", "expires": "2026-06-30", "ticket": "CHG-1"}


def expired_certificate(**changes: t.Any) -> dict[str, t.Any]:
    return record("aa", [asset(tags=[{"name": "Owner: Web", "uuid": None}])], **{**EXPIRED, **changes})


def outcome(exception: dict[str, t.Any], groups: tuple[str, ...] = ("web", "all"), **changes: t.Any) -> tuple[str, str]:
    """The status of the finding that a certificate has expired, and that of its host."""
    host = audited(
        [expired_certificate(**changes)],
        {"web1": AuditedHost(["10.0.0.1"], groups=groups)},
        {"profile": "baseline", "exceptions": [{**ACCEPTED, **exception}]},
    )["hosts"]["web1"]
    (finding,) = [finding for finding in host["findings"] if finding["rule"] == "EXP-001"]
    return finding["status"], host["status"]


@pytest.mark.parametrize(
    "selector",
    [
        {"certhash": "AA"},
        {"certhash": ["bb", "a:a"]},
        {"serial": "06:7A"},
        {"serial": "67a"},
        {"serial": "0x067A"},
        {"issuer": "Let's*"},
        {"issuer": "r3"},
        {"subject": "*.EXAMPLE.com"},
        {"subject": "www.example.org"},
        {"subject": "www.example.[no]rg"},
        {"serial": "*7A"},
        {"host": "web*"},
        {"group": ["db", "web"]},
        {"tag": "owner: *"},
        {"host": "web1", "group": "all", "rules": ["EXP-001", "TLS-001"]},
    ],
)
def test_what_an_exception_covers_does_not_count(selector: dict[str, t.Any]) -> None:
    known = {
        "serial_number": "067a",
        "issuer": {"name": "R3", "organization": "Let's Encrypt"},
        "subject_alternative_names": {"dns_names": ["www.example.org"], "ip_addresses": [], "other": {}},
    }
    assert outcome(selector, **known) == ("excepted", "ok")


@pytest.mark.parametrize(
    "selector",
    [
        {"certhash": "a"},
        {"host": "web"},
        {"group": "webs"},
        {"tag": "web"},
        {"issuer": "Other*"},
        {"serial": "*"},
        {"host": "web1", "group": "db"},
        {"host": "web1", "rules": "EXP-002"},
        {"serial": "0*"},
    ],
)
def test_what_it_does_not_cover_counts(selector: dict[str, t.Any]) -> None:
    assert outcome(selector) == ("fail", "expired")


def test_a_name_with_brackets_is_a_name_and_not_only_a_glob() -> None:
    issuer = {"issuer": {"name": "Old [CA] 1", "organization": None}}
    assert outcome({"issuer": "old [ca] 1"}, **issuer) == ("excepted", "ok")


def test_a_finding_tells_its_exception() -> None:
    document = audited([expired_certificate()], policy={"exceptions": [{"host": "web1", **ACCEPTED}]})
    (finding,) = [each for each in document["hosts"]["web1"]["findings"] if each["rule"] == "EXP-001"]
    told = {"reason": "Replaced in June", "expires": "2026-07-01T00:00:00Z", "ticket": "CHG-1", "status": "active"}
    assert finding["exception"] == told
    assert finding["severity"] == "critical"
    covered = sum(each["status"] == "excepted" for each in document["hosts"]["web1"]["findings"])
    assert document["exceptions"] == [{"rules": [], "host": ["web1"], **told, "findings": covered}]
    assert document["summary"]["by_rule"]["EXP-001"] == 0


@pytest.mark.parametrize(
    ("expires", "status"),
    [
        ("2026-05-31", "fail"),
        (date(2026, 5, 31), "fail"),
        ("2026-06-01", "excepted"),
        (date(2026, 6, 1), "excepted"),
        (at(AS_OF), "fail"),
        (at(AS_OF + SECOND), "excepted"),
        (datetime(2026, 6, 1, 0, 0, 1, tzinfo=timezone.utc), "excepted"),
        ("9999-12-31", "excepted"),
    ],
)
def test_an_exception_holds_to_the_end_of_its_day(expires: t.Any, status: str) -> None:
    assert outcome({"host": "web1", "expires": expires})[0] == status


def test_an_expired_exception_reopens_and_is_listed() -> None:
    document = audited(
        [expired_certificate()], policy={"exceptions": [{"host": "web1", **ACCEPTED, "expires": "2026-05-01"}]}
    )
    (finding,) = [each for each in document["hosts"]["web1"]["findings"] if each["rule"] == "EXP-001"]
    assert finding["status"] == "fail"
    assert finding["exception"]["status"] == document["exceptions"][0]["status"] == "expired"
    assert document["hosts"]["web1"]["status"] == "expired"


def test_an_exception_that_holds_goes_before_one_that_has_expired() -> None:
    former = {"host": "web1", **ACCEPTED, "expires": "2026-05-01"}
    document = audited([expired_certificate()], policy={"exceptions": [former, {"host": "web1", **ACCEPTED}]})
    assert [exception["findings"] > 0 for exception in document["exceptions"]] == [False, True]


def test_the_exceptions_of_a_host_join_those_of_the_audit() -> None:
    from ansible_collections.community.qualys.plugins.module_utils._policy import load_policy

    base = {"exceptions": [{"certhash": "cc", **ACCEPTED}]}
    own = load_policy({"exceptions": [{"certhash": "aa", **ACCEPTED}]}, load_policy(base))
    document = audited([expired_certificate()], {"web1": AuditedHost(["10.0.0.1"], policy=own)}, base)
    assert document["hosts"]["web1"]["status"] == "ok"
    assert [exception["certhash"] for exception in document["exceptions"]] == [["cc"], ["aa"]]
    assert document["host_policies"][0]["hosts"] == ["web1"]


@pytest.mark.parametrize(
    ("exceptions", "words"),
    [
        ({}, "'exceptions' must be a list"),
        (["aa"], "exception 1 must be a dictionary"),
        ([{"host": "a", **ACCEPTED}, ACCEPTED], "exception 2 does not say what it holds for"),
        ([{"hosts": "a", **ACCEPTED}], "unknown key 'hosts'. Did you mean 'host'"),
        ([{"host": "a", "rules": "EXP-01", **ACCEPTED}], "unknown rule 'EXP-01'. Did you mean 'EXP-001'"),
        ([{"host": 7, **ACCEPTED}], "'host' of exception 1 must be a list of texts, not 7"),
        ([{"host": [], **ACCEPTED}], "'host' of exception 1 is an empty list"),
        ([{"host": "a", "rules": [], **ACCEPTED}], "'rules' of exception 1 is an empty list"),
        ([{"host": "a", **ACCEPTED, "ticket": {"id": 1}}], "'ticket' of exception 1 must be a text"),
        ([{"host": "a", **ACCEPTED, "reason": " "}], "exception 1 has no reason"),
        ([{"host": "a", "reason": "so"}], "'expires' of exception 1 is None, and no date"),
        ([{"host": "a", **ACCEPTED, "expires": "2026-02-30"}], "is '2026-02-30', and no date"),
        ([{"host": "a", **ACCEPTED, "expires": True}], "is True, and no date"),
    ],
)
def test_a_slip_in_an_exception_is_an_error(exceptions: t.Any, words: str) -> None:
    with pytest.raises(CertViewError) as caught:
        read_exceptions(exceptions)
    assert words in str(caught.value)
    assert caught.value.kind == "policy"
    assert caught.value.hint
