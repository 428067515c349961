# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A proxy that ends TLS itself and shows certificates of the company's own CA."""

from __future__ import annotations

import pytest
import trustme
from support.simulator import Simulator
from system.asking import CERTIFICATES, Asker
from system.conftest import Environment
from system.nginx import Nginx, passing_to, running_nginx
from system.processes import Place
from system.squid import NAMED_GATEWAY, Squid


@pytest.fixture
def inspector_path(inspector: trustme.CA, place: Place) -> str:
    return str(place.write("inspector.pem", inspector.cert_pem.bytes()))


def read_by(proxy: Squid, gateway: Nginx) -> bool:
    """Tell whether the proxy has read what was in the tunnel; a certificate is no proof of it."""
    inside = (200, "POST", f"{gateway.url_by(NAMED_GATEWAY)}/certview/v2.2/certificates")
    return inside in {(each.status, each.method, each.target) for each in proxy.passages(5)}


def test_its_ca_given_as_option(gateway: Nginx, proxy: Squid, asker: Asker, inspector_path: str) -> None:
    assert asker.count(gateway.url_by(NAMED_GATEWAY), proxy=proxy.inspecting, ca_path=inspector_path) == CERTIFICATES
    assert read_by(proxy, gateway)


def test_its_ca_given_by_the_environment(
    gateway: Nginx, proxy: Squid, asker: Asker, setenv: Environment, inspector_path: str
) -> None:
    setenv(HTTPS_PROXY=proxy.inspecting, REQUESTS_CA_BUNDLE=inspector_path)
    assert asker.count(gateway.url_by(NAMED_GATEWAY), ca_path=None) == CERTIFICATES
    assert read_by(proxy, gateway)


def test_one_bundle_for_inspected_and_other_ways(
    gateway: Nginx, proxy: Squid, asker: Asker, inspector: trustme.CA, authority: trustme.CA, place: Place
) -> None:
    bundle = str(place.write("bundle.pem", authority.cert_pem.bytes() + inspector.cert_pem.bytes()))
    assert asker.count(gateway.url_by(NAMED_GATEWAY), proxy=proxy.inspecting, ca_path=bundle) == CERTIFICATES
    assert asker.count(gateway.url, ca_path=bundle) == CERTIFICATES


@pytest.mark.parametrize("trusts_the_gateways", [True, False])
def test_without_its_ca(gateway: Nginx, proxy: Squid, asker: Asker, ca_path: str, trusts_the_gateways: bool) -> None:
    error = asker.refusal(gateway.url, proxy=proxy.inspecting, ca_path=ca_path if trusts_the_gateways else None)
    assert error.kind == "tls"
    assert gateway.place in error.message
    assert "TLS inspection" in error.hint
    assert "ca_path" in error.hint
    assert gateway.requests() == []


def test_a_gateway_that_the_inspection_does_not_trust(
    simulator: Simulator, proxy: Squid, asker: Asker, inspector_path: str, place: Place
) -> None:
    unknown = trustme.CA().issue_cert("127.0.0.1")
    with running_nginx(place, passing_to(simulator.url), unknown) as front:
        error = asker.refusal(front.url, proxy=proxy.inspecting, ca_path=inspector_path)
        assert front.requests() == []
    # What is shown then is up to the inspection: its own page, or the gateway's certificate with the flaw in it.
    assert error.kind in ("tls", "server", "proxy")
    assert simulator.stats()["logins"] == 0
