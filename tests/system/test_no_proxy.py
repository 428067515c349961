# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""NO_PROXY of the environment: which gateways are asked without the proxy that it names."""

from __future__ import annotations

import socket
import typing as t

import pytest
from system.asking import CERTIFICATES, Asker
from system.conftest import Environment
from system.nginx import Nginx
from system.squid import NAMED_GATEWAY, Squid


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway's name means this machine to us too, as if its name servers said so."""
    resolve = socket.getaddrinfo

    def resolved(host: str, *rest: t.Any, **options: t.Any) -> t.Any:
        return resolve("127.0.0.1" if host == NAMED_GATEWAY else host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)


@pytest.mark.parametrize(
    ("name", "no_proxy"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "192.0.2.7, 127.0.0.1"),
        ("127.0.0.1", "127.0.0.0/8"),
        ("127.0.0.1", "*"),
        ("localhost", "localhost"),
        ("localhost", "localhost:{port}"),
        (NAMED_GATEWAY, NAMED_GATEWAY),
        (NAMED_GATEWAY, "qualys.example"),
        (NAMED_GATEWAY, ".qualys.example"),
        (NAMED_GATEWAY, "other.example,.qualys.example"),
    ],
)
@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
@pytest.mark.usefixtures("names")
def test_what_it_names_is_asked_directly(
    gateway: Nginx, asker: Asker, setenv: Environment, dead_proxy: str, variable: str, name: str, no_proxy: str
) -> None:
    setenv(**{"HTTPS_PROXY": dead_proxy, variable: no_proxy.format(port=gateway.port)})
    assert asker.count(gateway.url_by(name)) == CERTIFICATES


@pytest.mark.parametrize(
    ("name", "no_proxy"),
    [
        ("127.0.0.1", "localhost"),
        ("127.0.0.1", "192.0.2.0/24"),
        ("localhost", "127.0.0.1"),
        ("localhost", "localhost:1"),
        (NAMED_GATEWAY, "other.example"),
        (NAMED_GATEWAY, "gateway.qualys.example.org"),
        (NAMED_GATEWAY, "127.0.0.1"),
    ],
)
@pytest.mark.usefixtures("names")
def test_what_it_does_not_name_is_asked_through_the_proxy(
    gateway: Nginx, proxy: Squid, asker: Asker, setenv: Environment, name: str, no_proxy: str
) -> None:
    setenv(HTTPS_PROXY=proxy.open, NO_PROXY=no_proxy)
    assert asker.count(gateway.url_by(name)) == CERTIFICATES
    assert {each.target for each in proxy.passages(1)} == {f"{name}:{gateway.port}"}


def test_a_name_that_only_the_proxy_knows_cannot_be_asked_directly(
    gateway: Nginx, proxy: Squid, asker: Asker, setenv: Environment
) -> None:
    setenv(HTTPS_PROXY=proxy.open, NO_PROXY=".qualys.example")
    error = asker.refusal(gateway.url_by(NAMED_GATEWAY))
    assert error.kind == "network"
    assert f"{NAMED_GATEWAY}:{gateway.port} cannot be resolved" in error.message
    assert proxy.passages() == []
