# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way to the gateway: the client that users install, through real servers, on the loopback."""

from __future__ import annotations

import os
import sys
import tempfile
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

# The artifact as it is installed, and not the checkout.
sys.path.insert(0, os.environ["QUALYS_TEST_COLLECTIONS"])

from support.playbooks import Ansible
from support.simulator import Simulator, running_simulator
from system.asking import CERTIFICATES, Asker
from system.nginx import Nginx, passing_to, running_nginx
from system.processes import Place
from system.squid import NAMED_GATEWAY, Squid, running_squid


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What this machine's environment says of proxies, trust and logins must not decide a test."""
    for name in list(os.environ):
        bundle = name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
        # What names the installed collection is for the tests themselves.
        ours = name.startswith("QUALYS_") and not name.startswith("QUALYS_TEST_")
        if bundle or ours or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("NETRC", str(tmp_path / "no-netrc"))


@pytest.fixture
def place() -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="certview-system-") as folder:
        yield Place(Path(folder))


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """Signs the gateway's certificate."""
    return trustme.CA(organization_name="The gateway's CA")


@pytest.fixture(scope="session")
def inspector() -> trustme.CA:
    """Signs what TLS inspection shows."""
    return trustme.CA(organization_name="The company's TLS inspection", key_type=trustme.KeyType.RSA)


@pytest.fixture
def ca_path(authority: trustme.CA, place: Place) -> str:
    return str(place.write("ca.pem", authority.cert_pem.bytes()))


@pytest.fixture(scope="session")
def started_simulator() -> Iterator[Simulator]:
    with running_simulator("--estate", "generated", "--certificates", str(CERTIFICATES)) as simulator:
        yield simulator


@pytest.fixture
def simulator(started_simulator: Simulator) -> Simulator:
    started_simulator.control("reset", {"estate": False})
    return started_simulator


@pytest.fixture
def gateway(simulator: Simulator, authority: trustme.CA, place: Place) -> Iterator[Nginx]:
    """nginx in front of the simulator, with a certificate for all its names."""
    certificate = authority.issue_cert("127.0.0.1", "localhost", NAMED_GATEWAY)
    with running_nginx(place, passing_to(simulator.url), certificate) as nginx:
        yield nginx


@pytest.fixture
def proxy(place: Place, inspector: trustme.CA, authority: trustme.CA) -> Iterator[Squid]:
    with running_squid(place, inspector, authority) as squid:
        yield squid


@pytest.fixture
def dead_proxy() -> str:
    """The URL of a proxy that is not there: port 9 is for what is thrown away."""
    return "http://127.0.0.1:9"


@pytest.fixture
def asker(tmp_path: Path, ca_path: str) -> Asker:
    """A client that trusts the gateway's CA."""
    return Asker(state_dir=str(tmp_path / "state"), ca_path=ca_path)


@pytest.fixture
def ansible(tmp_path: Path) -> Ansible:
    return Ansible(tmp_path)


Environment = t.Callable[..., None]


@pytest.fixture
def setenv(monkeypatch: pytest.MonkeyPatch) -> Environment:
    """Set environment variables until the end of the test."""

    def put(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return put
