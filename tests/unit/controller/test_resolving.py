# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import threading
import typing as t

import pytest
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._matching import Identities
from ansible_collections.community.qualys.plugins.plugin_utils import _resolving
from ansible_collections.community.qualys.plugins.plugin_utils._resolving import addresses_of, with_addresses

ZONE = {"web1.example.com": ["192.0.2.1", "2001:db8::1"], "db1": ["192.0.2.2"]}


class Resolver:
    """Answers from ZONE, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, name: str) -> list[str]:
        self.asked.append(name)
        if name not in ZONE:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return ZONE[name]


@pytest.fixture
def told() -> list[str]:
    return []


def resolved(told: list[str], resolver: t.Any, **own: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    hosts = {host: Identities(known, ("203.0.113.1",)) for host, known in own.items()}
    found = with_addresses(hosts, 60.0, told.append, resolver)
    assert list(found) == list(own)
    assert {known.claimed for known in found.values()} <= {("203.0.113.1",)}
    return {host: known.own for host, known in found.items()}


def test_all_addresses_come_behind_the_names(told: list[str]) -> None:
    resolver = Resolver()
    found = resolved(told, resolver, a=("Web1.Example.com.", "alias"), b=("db1",))
    assert found == {"a": ("Web1.Example.com.", "alias", "192.0.2.1", "2001:db8::1"), "b": ("db1", "192.0.2.2")}
    assert told == []
    assert sorted(resolver.asked) == ["db1", "web1.example.com"]


def test_who_has_an_address_is_not_asked_for(told: list[str]) -> None:
    resolver = Resolver()
    known = {"a": ("db1", "192.0.2.9"), "b": ("localhost",), "c": (), "d": ("2001:db8::9/64",)}
    assert resolved(told, resolver, **known) == known
    assert (resolver.asked, told) == ([], [])


def test_a_name_is_asked_for_once(told: list[str]) -> None:
    resolver = Resolver()
    assert resolved(told, resolver, a=("db1",), b=("DB1",))["b"] == ("DB1", "192.0.2.2")
    assert resolver.asked == ["db1"]


def test_what_has_no_address_is_told_once(told: list[str]) -> None:
    hosts = {f"new{number:02}": (f"new{number:02}",) for number in range(12)}
    assert resolved(told, Resolver(), **hosts, db1=("db1",)) == {**hosts, "db1": ("db1", "192.0.2.2")}
    assert len(told) == 1
    assert "found for new00, new01, " in told[0]
    assert "new09 and 2 more" in told[0]


def test_nobody_waits_longer_than_allowed(told: list[str]) -> None:
    release = threading.Event()

    def hanging(name: str) -> list[str]:
        release.wait(60)
        return ["192.0.2.1"]

    ticks = iter([0.0, 30.0])
    try:
        found = with_addresses({"a": Identities(("web1",))}, 30.0, told.append, hanging, lambda: next(ticks))
    finally:
        release.set()
    assert found["a"].own == ("web1",)
    assert "Within 30 seconds no address was found for web1" in told[0]


def test_more_names_than_threads_are_all_asked_for(told: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_resolving, "_AT_ONCE", 2)
    hosts = {f"web{number}": (f"web{number}",) for number in range(9)}
    found = resolved(told, lambda name: [f"192.0.2.{name[3:]}"], **hosts)
    assert found == {host: (host, f"192.0.2.{host[3:]}") for host in hosts}


@pytest.mark.parametrize("error", [UnicodeError("label too long"), TimeoutError()])
def test_a_resolver_that_fails_is_one_that_knows_nothing(told: list[str], error: Exception) -> None:
    def failing(name: str) -> list[str]:
        raise error

    assert resolved(told, failing, a=("web1",)) == {"a": ("web1",)}
    assert len(told) == 1


@pytest.mark.parametrize("timeout", [0, -1, float("nan")])
def test_a_time_that_allows_nothing_is_refused(told: list[str], timeout: float) -> None:
    with pytest.raises(CertViewError, match="resolve_timeout is ") as caught:
        with_addresses({}, timeout, told.append, Resolver())
    assert caught.value.kind == "options"


def test_both_kinds_of_addresses_are_read_from_the_system_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(host: str, port: None, **kind: t.Any) -> list[t.Any]:
        assert (host, port) == ("web1", None)
        return [
            (socket.AF_INET6, 1, 6, "", ("2001:db8::1", 0, 0, 0)),
            (socket.AF_INET, 1, 6, "", ("192.0.2.1", 0)),
            (socket.AF_INET, 1, 6, "", ("192.0.2.1", 0)),
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert addresses_of("web1") == ["192.0.2.1", "2001:db8::1"]
