# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lookup asks the library for; tests/integration/test_lookup.py has it find certificates."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from datetime import datetime

import pytest
from ansible.errors import AnsibleLookupError
from ansible_collections.community.qualys.plugins.lookup import certview_certificates
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._freshness import Freshness
from ansible_collections.community.qualys.plugins.module_utils._query import Query
from unit.audit.estates import record

OPTIONS = {
    "as_of": "2026-06-01",
    "max_age": 600.0,
    "full_sync_every": 60.0,
    "includes": ["ssl_protocols"],
    "by": "address",
}
AS_OF = datetime.fromisoformat("2026-06-01T00:00:00+00:00")
RECORD, OTHER = record("aa"), record("bb")
WHOLE = Query(includes=("asset_interfaces", "ssl_protocols"))


class Source:
    """Stands for the library, and keeps what it was asked for."""

    asked: t.ClassVar[list[t.Any]] = []

    def __init__(self, connection: t.Any, tell: t.Any) -> None:
        pass

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.asked.append("closed")

    def records(self, *args: t.Any) -> Iterator[t.Any]:
        self.asked.append(args)
        yield from (OTHER, RECORD)

    def records_by(self, *args: t.Any) -> Iterator[t.Any]:
        self.asked.append(args)
        if "broken" in args[1]:
            raise CertViewError("it broke", kind="network", hint="Mend it")
        yield RECORD


@pytest.fixture
def look_up(monkeypatch: pytest.MonkeyPatch) -> t.Callable[..., list[t.Any]]:
    monkeypatch.setattr(certview_certificates, "CertificateSource", Source)
    monkeypatch.setattr(certview_certificates, "connection_of", lambda plugin: None)
    monkeypatch.setattr(
        certview_certificates, "read_options", lambda plugin, direct, *rest: Source.asked.append(direct)
    )
    Source.asked.clear()

    def run(terms: t.Any, given: t.Mapping[str, t.Any] | None = None, **options: t.Any) -> list[t.Any]:
        class Templar:
            template = staticmethod(lambda value: value)

        lookup = certview_certificates.LookupModule(loader=None, templar=Templar())
        monkeypatch.setattr(lookup, "get_option", {**OPTIONS, **options}.__getitem__)
        return lookup.run(terms, {}, **(given or {}))

    return run


def test_no_term_means_all(look_up: t.Callable[..., list[t.Any]]) -> None:
    assert look_up([]) == [RECORD, OTHER]
    assert Source.asked[1:] == [(WHOLE, AS_OF, Freshness(600.0, 60.0)), "closed"]


def test_an_empty_list_means_none(look_up: t.Callable[..., list[t.Any]]) -> None:
    assert look_up([[]]) == []
    assert Source.asked[1:] == []


@pytest.mark.parametrize(
    ("by", "terms"),
    [
        ("address", ["10.0.0.1", "2001:db8::1"]),
        ("name", ["*.example.com", "Example CA"]),
        ("certhash", ["AB:CD", "ef01"]),
        ("serial", ["0x0A", "4D:00"]),
    ],
)
def test_terms_are_asked_for_as_they_are(look_up: t.Callable[..., list[t.Any]], by: str, terms: list[str]) -> None:
    assert look_up([terms[0], [terms[1]]], by=by) == [RECORD]
    assert Source.asked[1:] == [(by, terms, WHOLE, AS_OF, Freshness(600.0, 60.0)), "closed"]


@pytest.mark.parametrize(
    ("by", "term"),
    [
        ("address", "web01"),
        ("address", "10.0.0.300"),
        ("address", ""),
        ("address", None),
        ("name", " "),
        ("name", 5),
        ("certhash", "web01"),
        ("certhash", ""),
        ("serial", "x"),
        ("serial", 10),
    ],
)
def test_a_term_that_cannot_be_one_is_an_error(look_up: t.Callable[..., list[t.Any]], by: str, term: t.Any) -> None:
    with pytest.raises(AnsibleLookupError, match=r"is no (address|name|SHA-256 fingerprint|serial number)"):
        look_up([term], by=by)
    assert Source.asked[1:] == []


def test_an_error_of_the_library_keeps_its_words(look_up: t.Callable[..., list[t.Any]]) -> None:
    with pytest.raises(AnsibleLookupError, match=r"certview_certificates: it broke\. Mend it\."):
        look_up(["broken"], by="name")
    assert Source.asked[-1] == "closed"


def test_what_a_loop_says_of_itself_is_no_option(look_up: t.Callable[..., list[t.Any]]) -> None:
    look_up([], given={"by": "name", "wantlist": True})
    assert Source.asked[0] == {"by": "name"}
