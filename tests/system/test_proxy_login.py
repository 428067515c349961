# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A proxy that wants a user name and a password: they reach it, and nobody else."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from support.simulator import Simulator
from system.asking import CERTIFICATES, Asker
from system.conftest import Environment
from system.nginx import Nginx, passing_to, running_nginx
from system.processes import Place
from system.squid import PASSWORD, USER, Squid

WRONG = "not/the:right@one %41"


def spellings(password: str) -> set[str]:
    return {password, quote(password), quote(password, safe="")}


@pytest.mark.parametrize("given_by", ["environment", "option"])
def test_the_right_one_opens_the_way(
    gateway: Nginx, proxy: Squid, asker: Asker, setenv: Environment, given_by: str
) -> None:
    if given_by == "environment":
        setenv(HTTPS_PROXY=proxy.login())
        assert asker.count(gateway.url) == CERTIFICATES
    else:
        assert asker.count(gateway.url, proxy=proxy.login()) == CERTIFICATES
    assert {(each.status, each.method, each.user) for each in proxy.passages(1)} == {(200, "CONNECT", USER)}


def test_the_option_needs_no_scheme(gateway: Nginx, proxy: Squid, asker: Asker) -> None:
    assert asker.count(gateway.url, proxy=proxy.login().removeprefix("http://")) == CERTIFICATES


@pytest.mark.parametrize("given_by", ["environment", "option"])
@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("password", [WRONG, None])
def test_a_wrong_one_and_none_are_told_apart_from_the_login_of_qualys(
    gateway: Nginx,
    simulator: Simulator,
    proxy: Squid,
    asker: Asker,
    setenv: Environment,
    given_by: str,
    scheme: str,
    password: str | None,
) -> None:
    url = proxy.without_login if password is None else proxy.login(password=password)
    place = gateway.url if scheme == "https" else simulator.url
    if given_by == "environment":
        setenv(HTTPS_PROXY=url, HTTP_PROXY=url)
        error = asker.refusal(place)
    else:
        error = asker.refusal(place, proxy=url)
    assert error.kind == "proxy"
    assert "407" in error.message
    assert "proxy" in error.hint
    assert "password" in error.hint
    assert "use_proxy" in error.hint
    assert not [word for word in spellings(WRONG) if word in f"{error} {error.to_result()}"]
    assert simulator.stats()["failed_logins"] == simulator.stats()["logins"] == 0


def test_characters_that_no_header_carries_are_told(gateway: Nginx, proxy: Squid, asker: Asker) -> None:
    error = asker.refusal(gateway.url, proxy=proxy.login(password="пароль"))
    assert error.kind == "options"
    assert "Latin-1" in error.hint
    assert quote("пароль") not in str(error)


def test_the_proxys_login_stays_with_the_proxy_and_that_of_qualys_with_the_gateway(
    gateway: Nginx, proxy: Squid, asker: Asker
) -> None:
    asker.count(gateway.url, proxy=proxy.login())
    assert {each.authorization for each in proxy.passages(1)} == {"-"}
    assert {each.proxy_authorization for each in gateway.requests(4)} == {""}


def test_the_proxys_login_stays_with_it_without_tls(
    simulator: Simulator, proxy: Squid, asker: Asker, place: Place
) -> None:
    with running_nginx(place, passing_to(simulator.url)) as plain:
        assert asker.count(plain.url, proxy=proxy.login()) == CERTIFICATES
        assert {each.proxy_authorization for each in plain.requests(4)} == {""}


def test_it_is_in_no_text_that_shows_the_connection(proxy: Squid, asker: Asker, gateway: Nginx) -> None:
    with asker.client(gateway.url, proxy=proxy.login()) as client:
        shown = repr(vars(client))
    assert not [word for word in spellings(PASSWORD) if word in shown]
