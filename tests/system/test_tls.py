# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose word the client takes for the gateway's certificate."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timezone

import pytest
import trustme
from support.simulator import Simulator
from system.asking import CERTIFICATES, Asker
from system.conftest import Environment
from system.nginx import Nginx, passing_to, running_nginx
from system.processes import Place, free_port

FrontFactory = Callable[[trustme.LeafCert], Nginx]

YEAR_2001 = datetime(2001, 1, 1, tzinfo=timezone.utc)
YEAR_2002 = datetime(2002, 1, 1, tzinfo=timezone.utc)
YEAR_9000 = datetime(9000, 1, 1, tzinfo=timezone.utc)
YEAR_9001 = datetime(9001, 1, 1, tzinfo=timezone.utc)


@pytest.fixture
def front_with(simulator: Simulator, place: Place) -> Iterator[FrontFactory]:
    """Start an nginx before the simulator that shows a certificate."""
    with ExitStack() as opened:
        yield lambda certificate: opened.enter_context(running_nginx(place, passing_to(simulator.url), certificate))


def test_the_given_ca_is_trusted(gateway: Nginx, asker: Asker, ca_path: str) -> None:
    assert asker.count(gateway.url, ca_path=ca_path) == CERTIFICATES


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_that_of_the_environment_is_trusted(
    gateway: Nginx, asker: Asker, setenv: Environment, ca_path: str, variable: str
) -> None:
    assert asker.refusal(gateway.url, ca_path=None).kind == "tls"
    setenv(**{variable: ca_path})
    assert asker.count(gateway.url, ca_path=None) == CERTIFICATES


def test_that_of_the_environment_is_trusted_without_a_proxy_too(
    gateway: Nginx, asker: Asker, setenv: Environment, ca_path: str
) -> None:
    setenv(REQUESTS_CA_BUNDLE=ca_path)
    assert asker.count(gateway.url, ca_path=None, use_proxy=False) == CERTIFICATES


def test_the_given_ca_wins_over_that_of_the_environment(
    gateway: Nginx, asker: Asker, setenv: Environment, ca_path: str, inspector: trustme.CA, place: Place
) -> None:
    other = str(place.write("other.pem", inspector.cert_pem.bytes()))
    setenv(REQUESTS_CA_BUNDLE=other, CURL_CA_BUNDLE=other)
    assert asker.count(gateway.url, ca_path=ca_path) == CERTIFICATES
    setenv(REQUESTS_CA_BUNDLE=ca_path, CURL_CA_BUNDLE=ca_path)
    assert asker.refusal(gateway.url, ca_path=other).kind == "tls"


def test_a_ca_among_others_in_a_file_is_trusted(
    gateway: Nginx, asker: Asker, authority: trustme.CA, inspector: trustme.CA, place: Place
) -> None:
    both = place.write("both.pem", inspector.cert_pem.bytes() + authority.cert_pem.bytes())
    assert asker.count(gateway.url, ca_path=str(both)) == CERTIFICATES


@pytest.mark.parametrize("ca", ["the public ones", "another"])
def test_an_unknown_ca(gateway: Nginx, asker: Asker, inspector: trustme.CA, place: Place, ca: str) -> None:
    other = str(place.write("other.pem", inspector.cert_pem.bytes())) if ca == "another" else None
    error = asker.refusal(gateway.url, ca_path=other)
    assert error.kind == "tls"
    assert gateway.place in error.message
    assert "unable to get local issuer certificate" in error.message
    assert "ca_path" in error.hint
    assert "TLS inspection" in error.hint
    assert gateway.requests() == []


def test_a_certificate_of_another_host(front_with: FrontFactory, authority: trustme.CA, asker: Asker) -> None:
    front = front_with(authority.issue_cert("gateway.example"))
    error = asker.refusal(front.url_by("localhost"))
    assert error.kind == "tls"
    assert "not valid for 'localhost'" in error.message
    assert "gateway_url" in error.hint
    assert "ca_path" not in error.hint


@pytest.mark.parametrize(
    ("begin", "end", "words"),
    [(YEAR_2001, YEAR_2002, "certificate has expired"), (YEAR_9000, YEAR_9001, "certificate is not yet valid")],
)
def test_a_certificate_out_of_its_time(
    front_with: FrontFactory, authority: trustme.CA, asker: Asker, begin: datetime, end: datetime, words: str
) -> None:
    front = front_with(authority.issue_cert("127.0.0.1", not_before=begin, not_after=end))
    error = asker.refusal(front.url)
    assert error.kind == "tls"
    assert words in error.message
    assert "clock" in error.hint
    assert "ca_path" not in error.hint


def test_a_chain_is_followed_to_the_given_ca(front_with: FrontFactory, authority: trustme.CA, asker: Asker) -> None:
    front = front_with(authority.create_child_ca().issue_cert("127.0.0.1"))
    assert asker.count(front.url) == CERTIFICATES


@pytest.mark.parametrize("flaw", ["unknown CA", "another host", "expired"])
def test_nothing_of_it_is_looked_at_where_that_is_wanted(
    front_with: FrontFactory, authority: trustme.CA, inspector: trustme.CA, asker: Asker, flaw: str
) -> None:
    certificates = {
        "unknown CA": lambda: inspector.issue_cert("127.0.0.1"),
        "another host": lambda: authority.issue_cert("gateway.example"),
        "expired": lambda: authority.issue_cert("127.0.0.1", not_before=YEAR_2001, not_after=YEAR_2002),
    }
    front = front_with(certificates[flaw]())
    assert asker.refusal(front.url).kind == "tls"
    with warnings.catch_warnings(record=True) as told:
        assert asker.count(front.url, validate_certs=False) == CERTIFICATES
    assert [str(warning.message) for warning in told] == []


def test_tls_where_there_is_none(simulator: Simulator, asker: Asker) -> None:
    error = asker.refusal(simulator.url.replace("http:", "https:"))
    assert error.kind == "tls"
    assert "scheme and port of gateway_url" in error.hint


def test_no_tls_where_there_is_some(gateway: Nginx, asker: Asker, simulator: Simulator) -> None:
    error = asker.refusal(gateway.url.replace("https:", "http:"))
    assert error.http_status == 400
    assert "plain HTTP request was sent to HTTPS port" in error.message
    assert simulator.stats()["failed_logins"] == 0


def test_a_gateway_that_is_not_there(asker: Asker) -> None:
    port = free_port()
    error = asker.refusal(f"https://127.0.0.1:{port}")
    assert error.kind == "network"
    assert f"127.0.0.1:{port} refuses the connection" in error.message
    assert "whether a proxy is needed" in error.hint
