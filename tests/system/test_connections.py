# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connections are used again: a handshake and a proxy's login for every call would cost more than the call."""

from __future__ import annotations

import typing as t

import pytest
import trustme
from ansible_collections.community.qualys.plugins.module_utils._query import Query
from support.simulator import Simulator
from system.asking import AS_OF, CERTIFICATES, Asker
from system.nginx import Nginx, passing_to, running_nginx
from system.processes import Place
from system.squid import Squid

MANY = 20
SMALL_PAGES = Query(page_size=CERTIFICATES // MANY)


def read_one_after_the_other(asker: Asker, url: str, **options: t.Any) -> None:
    with asker.client(url, max_concurrency=1, **options) as client:
        assert sum(1 for record in client.records(SMALL_PAGES, AS_OF)) == CERTIFICATES


def test_one_serves_many_calls(gateway: Nginx, asker: Asker) -> None:
    read_one_after_the_other(asker, gateway.url)
    assert len({each.connection for each in gateway.requests(MANY)}) == 1


def test_one_tunnel_serves_many_calls(gateway: Nginx, proxy: Squid, asker: Asker) -> None:
    read_one_after_the_other(asker, gateway.url, proxy=proxy.login())
    assert len({each.connection for each in gateway.requests(MANY)}) == 1
    assert [each.status for each in proxy.passages(1)] == [200]


def test_a_sweep_needs_no_more_than_may_run_at_once(gateway: Nginx, proxy: Squid, asker: Asker) -> None:
    assert asker.count(gateway.url, proxy=proxy.open, max_concurrency=2) == CERTIFICATES
    assert len({each.connection for each in gateway.requests(4)}) <= 2
    assert len(proxy.passages(1)) <= 2


def test_a_gateway_that_closes_after_each_answer(
    simulator: Simulator, place: Place, authority: trustme.CA, asker: Asker
) -> None:
    directives = f"keepalive_requests 1; {passing_to(simulator.url)}"
    with running_nginx(place, directives, authority.issue_cert("127.0.0.1")) as front:
        assert asker.count(front.url) == CERTIFICATES
        seen = front.requests(4)
    assert len({each.connection for each in seen}) == len(seen)


@pytest.mark.parametrize("through_a_proxy", [False, True])
def test_a_gateway_that_was_restarted_between_two_calls(
    simulator: Simulator, place: Place, authority: trustme.CA, asker: Asker, proxy: Squid, through_a_proxy: bool
) -> None:
    """The kept connection is dead by then, which must not cost a try: there is none to spare."""
    certificate = authority.issue_cert("127.0.0.1")
    options = {"proxy": proxy.open} if through_a_proxy else {}
    with running_nginx(place, passing_to(simulator.url), certificate) as front:
        client = asker.client(front.url, **options)
        client.log_in(anew=True)
    with client, running_nginx(place, passing_to(simulator.url), certificate, port=front.port):
        client.log_in(anew=True)
    assert simulator.stats()["logins"] == 2
