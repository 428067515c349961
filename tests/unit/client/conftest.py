# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures of the client's tests. Nothing here sleeps, and nothing reaches beyond the loopback."""

from __future__ import annotations

import os
import typing as t
from contextlib import ExitStack
from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils import _client
from ansible_collections.community.qualys.plugins.module_utils._client import CertViewClient
from ansible_collections.community.qualys.plugins.module_utils._options import Credentials
from ansible_collections.community.qualys.plugins.module_utils._refusals import RefusalMemory
from ansible_collections.community.qualys.plugins.module_utils._source import CertificateSource
from support.simulator import running_simulator
from unit.client.support import (
    Always,
    ClientFactory,
    FakeClock,
    Received,
    Reply,
    ScriptedServer,
    ServerFactory,
    Simulator,
    SourceFactory,
    connection_to,
    jwt,
)


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What this machine's environment says of proxies, trust and logins must not decide a test."""
    for name in list(os.environ):
        if name.lower().endswith(("_proxy", "_ca_bundle")) or name.startswith("QUALYS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("NETRC", str(tmp_path / "no-netrc"))


@pytest.fixture(autouse=True)
def process_that_was_never_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test tries in vain, another may try."""
    monkeypatch.setattr(_client, "_REFUSALS", RefusalMemory())


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def told() -> list[str]:
    """What the client told its user although nothing failed."""
    return []


@pytest.fixture
def client_of(clock: FakeClock, told: list[str]) -> t.Iterator[ClientFactory]:
    made: list[CertViewClient] = []

    def make(url: str, credentials: Credentials | None = None, **options: t.Any) -> CertViewClient:
        connection = connection_to(url, credentials, **options)
        made.append(CertViewClient(connection, clock=clock, chance=Always(0.5), tell=told.append))
        return made[-1]

    yield make
    for client in made:
        client.__exit__()


@pytest.fixture
def source_of(clock: FakeClock, told: list[str]) -> t.Iterator[SourceFactory]:
    with ExitStack() as opened:

        def make(url: str, **options: t.Any) -> CertificateSource:
            connection = connection_to(url, **options)
            return opened.enter_context(
                CertificateSource(connection, clock=clock, chance=Always(0.5), tell=told.append)
            )

        yield make


@pytest.fixture(scope="session")
def started_simulator() -> t.Iterator[Simulator]:
    with running_simulator("--estate", "generated", "--certificates", "400") as simulator:
        yield Simulator(simulator)


@pytest.fixture
def simulator(started_simulator: Simulator) -> Simulator:
    started_simulator.reset()
    return started_simulator


@pytest.fixture(scope="session")
def tls_simulator() -> t.Iterator[Simulator]:
    with running_simulator("--tls", "--certificates", "20") as simulator:
        yield Simulator(simulator)


@pytest.fixture
def serve() -> t.Iterator[ServerFactory]:
    """A server that gives these replies in turn, the last one for ever, and a token to whoever logs in."""
    started: list[ScriptedServer] = []

    def start(*replies: Reply, login: Reply | None = None) -> ScriptedServer:
        waiting = list(replies)

        def answer(request: Received) -> Reply:
            if request.path.startswith("/auth"):
                return login or Reply(201, jwt({"sub": "demo", "iat": 0, "exp": 14400}).encode())
            return waiting.pop(0) if len(waiting) > 1 else waiting[0]

        started.append(ScriptedServer(answer))
        return started[-1]

    yield start
    for server in started:
        server.close()
