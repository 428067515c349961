# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A gateway that points elsewhere: neither the password nor the token goes there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import trustme
from support.simulator import Simulator
from system.asking import Asker
from system.nginx import Nginx, passing_to, running_nginx
from system.processes import Place
from system.squid import Squid

LOGIN, CALLS = "/auth", "/certview"


@pytest.fixture
def elsewhere(place: Place, authority: trustme.CA) -> Iterator[Nginx]:
    """Would take whatever comes, and is trusted."""
    with running_nginx(place, "return 200 '[]';", authority.issue_cert("127.0.0.1")) as nginx:
        yield nginx


def redirecting(simulator: Simulator, path: str, answer: str) -> str:
    return f"{passing_to(simulator.url)} location {path} {{ return {answer}; }}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("path", [LOGIN, CALLS])
def test_to_another_host(
    simulator: Simulator,
    place: Place,
    authority: trustme.CA,
    elsewhere: Nginx,
    asker: Asker,
    path: str,
    status: int,
) -> None:
    directives = redirecting(simulator, path, f"{status} {elsewhere.url}/there")
    with running_nginx(place, directives, authority.issue_cert("127.0.0.1")) as front:
        error = asker.refusal(front.url)
        asked = front.requests(1 if path == LOGIN else 2)
    assert (error.kind, error.http_status) == ("redirect", status)
    assert "points to another address" in error.message
    assert "gateway_url" in error.hint
    assert error.request.startswith(f"POST {path}")
    assert elsewhere.requests() == []
    # Told at once: to ask again would lead to the same place.
    assert [each.path.startswith(path) for each in asked] == ([True] if path == LOGIN else [False, True])


def test_from_plain_http_to_tls_on_the_same_host(
    simulator: Simulator, place: Place, gateway: Nginx, asker: Asker
) -> None:
    with running_nginx(place, f"return 301 {gateway.url}$request_uri;") as front:
        error = asker.refusal(front.url)
    assert (error.kind, error.http_status) == ("redirect", 301)
    assert gateway.requests() == []


def test_through_a_proxy(
    simulator: Simulator, place: Place, authority: trustme.CA, elsewhere: Nginx, proxy: Squid, asker: Asker
) -> None:
    directives = redirecting(simulator, CALLS, f"307 {elsewhere.url}/there")
    with running_nginx(place, directives, authority.issue_cert("127.0.0.1")) as front:
        assert asker.refusal(front.url, proxy=proxy.open).kind == "redirect"
        assert {each.target for each in proxy.passages(1)} == {front.place}
    assert elsewhere.requests() == []


def test_to_a_page_that_wants_a_login_in_a_browser(
    simulator: Simulator, place: Place, authority: trustme.CA, elsewhere: Nginx, asker: Asker
) -> None:
    """As networks for guests do: the answer of 200 that a browser would end with is no list of certificates."""
    directives = "error_page 405 =200 /portal; location / { return 405; }"
    directives += " location = /portal { default_type text/html; return 200 '<title>Accept our terms</title>'; }"
    with running_nginx(place, directives, authority.issue_cert("127.0.0.1")) as front:
        error = asker.refusal(front.url)
    assert error.kind == "answer"
    assert error.request == "POST /auth"
