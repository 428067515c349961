# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A company's proxy on the way to the gateway."""

from __future__ import annotations

import os

import pytest
from support.simulator import Simulator
from system.asking import CERTIFICATES, Asker
from system.conftest import Environment
from system.nginx import Nginx
from system.processes import free_port
from system.squid import NAMED_GATEWAY, Squid


def tunnels(proxy: Squid, at_least: int = 1) -> set[tuple[int, str, str]]:
    return {(each.status, each.method, each.target) for each in proxy.passages(at_least)}


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_the_environments_is_used(
    gateway: Nginx, proxy: Squid, asker: Asker, setenv: Environment, variable: str
) -> None:
    setenv(**{variable: proxy.open})
    assert asker.count(gateway.url) == CERTIFICATES
    assert tunnels(proxy) == {(200, "CONNECT", gateway.place)}


def test_the_option_is_used(gateway: Nginx, proxy: Squid, asker: Asker) -> None:
    assert asker.count(gateway.url, proxy=proxy.open) == CERTIFICATES
    assert tunnels(proxy) == {(200, "CONNECT", gateway.place)}


def test_the_option_needs_no_scheme(gateway: Nginx, proxy: Squid, asker: Asker) -> None:
    assert asker.count(gateway.url, proxy=proxy.open.removeprefix("http://")) == CERTIFICATES
    assert tunnels(proxy) == {(200, "CONNECT", gateway.place)}


def test_the_option_wins_over_the_environment(
    gateway: Nginx, proxy: Squid, asker: Asker, setenv: Environment, dead_proxy: str
) -> None:
    setenv(HTTPS_PROXY=dead_proxy, NO_PROXY="127.0.0.1")
    assert asker.count(gateway.url, proxy=proxy.open) == CERTIFICATES
    assert tunnels(proxy) == {(200, "CONNECT", gateway.place)}


def test_the_proxy_resolves_the_gateways_name(gateway: Nginx, proxy: Squid, asker: Asker) -> None:
    assert asker.count(gateway.url_by(NAMED_GATEWAY), proxy=proxy.open) == CERTIFICATES
    assert tunnels(proxy) == {(200, "CONNECT", f"{NAMED_GATEWAY}:{gateway.port}")}


def test_a_proxy_may_be_spoken_to_by_tls(gateway: Nginx, proxy: Squid, asker: Asker) -> None:
    assert asker.count(gateway.url, proxy=proxy.encrypted) == CERTIFICATES
    assert tunnels(proxy) == {(200, "CONNECT", gateway.place)}


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy"])
def test_a_gateway_without_tls_is_asked_through_the_environments_other_proxy(
    simulator: Simulator, proxy: Squid, asker: Asker, setenv: Environment, dead_proxy: str, variable: str
) -> None:
    setenv(**{variable: proxy.open, "HTTPS_PROXY": dead_proxy})
    assert asker.count(simulator.url) == CERTIFICATES
    assert tunnels(proxy, 4) >= {
        (201, "POST", f"{simulator.url}/auth"),
        (200, "POST", f"{simulator.url}/certview/v2.2/certificates"),
    }


def test_a_proxy_that_is_not_there(gateway: Nginx, asker: Asker) -> None:
    error = asker.refusal(gateway.url, proxy=f"http://127.0.0.1:{free_port()}")
    assert error.kind == "proxy"
    assert f"does not let us through to {gateway.place}: Connection refused" in error.message
    assert "proxy (or HTTPS_PROXY of the environment)" in error.hint
    assert "use_proxy" in error.hint
    assert gateway.requests() == []


def test_a_proxy_that_forbids_the_gateway(gateway: Nginx, proxy: Squid, asker: Asker) -> None:
    error = asker.refusal(gateway.url, proxy=proxy.closed)
    assert error.kind == "proxy"
    assert "403 Forbidden" in error.message
    assert gateway.place in error.message
    assert "administrator" in error.hint
    assert "use_proxy" in error.hint
    assert gateway.requests() == []


def test_a_proxy_that_does_not_reach_the_gateway(proxy: Squid, asker: Asker) -> None:
    error = asker.refusal(f"https://127.0.0.1:{free_port()}", proxy=proxy.open)
    assert error.kind == "proxy"
    assert "503 Service Unavailable" in error.message
    assert "administrator" in error.hint


@pytest.mark.parametrize("url", ["ftp://proxy.example:21", "http://", "http://:@:", "http://proxy.example:port"])
def test_a_proxy_that_is_no_url_of_one(gateway: Nginx, asker: Asker, url: str) -> None:
    error = asker.refusal(gateway.url, proxy=url)
    assert error.kind == "proxy"
    assert "http://HOST:PORT" in error.hint


@pytest.mark.parametrize("given_by", ["environment", "option"])
def test_none_is_used_where_none_is_wanted(
    gateway: Nginx, asker: Asker, setenv: Environment, dead_proxy: str, given_by: str
) -> None:
    setenv(HTTPS_PROXY=dead_proxy, ALL_PROXY=dead_proxy)
    proxy = dead_proxy if given_by == "option" else None
    assert asker.refusal(gateway.url, proxy=proxy).kind == "proxy"
    assert asker.count(gateway.url, proxy=proxy, use_proxy=False) == CERTIFICATES


def test_a_call_without_one_leaves_the_environment_alone(
    gateway: Nginx, asker: Asker, setenv: Environment, dead_proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It belongs to all threads of the process, and the calls of a sweep run in several."""
    setenv(HTTPS_PROXY=dead_proxy)
    changed: list[str] = []
    put = type(os.environ).__setitem__

    def noted(environment: os._Environ[str], name: str, value: str) -> None:
        changed.append(name)
        put(environment, name, value)

    monkeypatch.setattr(type(os.environ), "__setitem__", noted)
    assert asker.count(gateway.url, use_proxy=False) == CERTIFICATES
    assert changed == []
