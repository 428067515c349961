# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A gateway that has an IPv6 address only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import trustme
from support.simulator import Simulator, running_simulator
from system.asking import CERTIFICATES, Asker
from system.conftest import Environment
from system.nginx import Nginx, passing_to, running_nginx
from system.processes import Place, free_port
from system.squid import Squid, running_squid

HOST = "::1"


@pytest.fixture
def gateway(simulator: Simulator, authority: trustme.CA, place: Place) -> Iterator[Nginx]:
    with running_nginx(place, passing_to(simulator.url), authority.issue_cert(HOST), host=HOST) as nginx:
        yield nginx


@pytest.fixture
def proxy_by_ipv6(place: Place, inspector: trustme.CA, authority: trustme.CA) -> Iterator[Squid]:
    with running_squid(place, inspector, authority, host=HOST) as squid:
        yield squid


def test_without_tls(asker: Asker) -> None:
    with running_simulator("--host", HOST, "--estate", "generated", "--certificates", str(CERTIFICATES)) as simulator:
        assert simulator.url.startswith("http://[::1]:")
        assert asker.count(simulator.url) == CERTIFICATES


def test_with_tls(gateway: Nginx, asker: Asker) -> None:
    assert asker.count(gateway.url) == CERTIFICATES


def test_a_certificate_of_another_address(authority: trustme.CA, place: Place, asker: Asker) -> None:
    with running_nginx(place, "return 200;", authority.issue_cert("::2", "127.0.0.1"), host=HOST) as front:
        error = asker.refusal(front.url)
    assert error.kind == "tls"
    assert "not valid for '::1'" in error.message
    assert front.place in error.message


def test_through_a_proxy(gateway: Nginx, proxy: Squid, asker: Asker) -> None:
    assert asker.count(gateway.url, proxy=proxy.open) == CERTIFICATES
    assert {(each.status, each.target) for each in proxy.passages(1)} == {(200, gateway.place)}


def test_through_a_proxy_that_has_an_ipv6_address_itself(
    gateway: Nginx, proxy_by_ipv6: Squid, asker: Asker, setenv: Environment
) -> None:
    setenv(HTTPS_PROXY=proxy_by_ipv6.login())
    assert asker.count(gateway.url) == CERTIFICATES
    assert {each.status for each in proxy_by_ipv6.passages(1)} == {200}


@pytest.mark.parametrize("no_proxy", ["::1", "*"])
def test_past_a_proxy(gateway: Nginx, asker: Asker, setenv: Environment, dead_proxy: str, no_proxy: str) -> None:
    setenv(HTTPS_PROXY=dead_proxy, NO_PROXY=no_proxy)
    assert asker.count(gateway.url) == CERTIFICATES


def test_nobody_there(asker: Asker) -> None:
    port = free_port(HOST)
    error = asker.refusal(f"https://[::1]:{port}")
    assert error.kind == "network"
    assert f"[::1]:{port} refuses the connection" in error.message
