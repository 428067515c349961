# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All that one call waits for: the budget, logins, and what the server asks for after a fault."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.community.qualys.plugins.module_utils._ahead import Abandoned, Wish
from ansible_collections.community.qualys.plugins.module_utils._client import CertViewClient
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from unit.client.support import ClientFactory, FakeClock, Received, Reply, ScriptedServer, ServerFactory, jwt

PATH = "/certview/v2.2/certificates"


def unavailable(seconds: int) -> Reply:
    return Reply(503, b"", {"Retry-After": str(seconds)})


def limited(seconds: int) -> Reply:
    return Reply(429, b"", {"Retry-After": str(seconds)})


def ask(client: CertViewClient, wish: Wish | None = None) -> t.Any:
    return client.rows(PATH, {"pageNumber": 0, "pageSize": 5}, wish or Wish())


def failure(client: CertViewClient) -> CertViewError:
    with pytest.raises(CertViewError) as caught:
        ask(client)
    return caught.value


class Gateway:
    """Gives what a test says to logins and to calls, the last of each for ever."""

    def __init__(self, clock: FakeClock) -> None:
        self.logins: list[t.Callable[[], Reply]] = [lambda: token_from(clock.now().timestamp())]
        self.calls: list[Reply] = [Reply()]
        self.server = ScriptedServer(self._answer)

    def _answer(self, request: Received) -> Reply:
        if request.path.startswith("/auth"):
            return (self.logins.pop(0) if len(self.logins) > 1 else self.logins[0])()
        return self.calls.pop(0) if len(self.calls) > 1 else self.calls[0]

    @property
    def paths(self) -> list[str]:
        return ["login" if call.path.startswith("/auth") else "call" for call in self.server.received]


def token_from(moment: float, lifetime: float = 14400) -> Reply:
    return Reply(201, jwt({"sub": "demo", "iat": moment, "exp": moment + lifetime, "jti": moment}).encode())


@pytest.fixture
def gateway(clock: FakeClock) -> t.Iterator[Gateway]:
    made = Gateway(clock)
    yield made
    made.server.close()


class TestThatTheServerAsksFor:
    def test_are_told(self, serve: ServerFactory, client_of: ClientFactory, clock: FakeClock, told: list[str]) -> None:
        client = client_of(serve(unavailable(110), unavailable(110), Reply()).url)
        assert ask(client) == []
        assert clock.seconds == 221.0
        assert 3 <= len(told) <= 4
        assert told[0].startswith(f"Waiting 110 s to repeat a call. POST {PATH}: ")
        assert "503" in told[0]
        assert told[0].endswith("Next try at 2026-06-01T00:01:50Z.")

    @pytest.mark.parametrize(("max_wait", "seconds"), [(0, 0.0), (110, 0.0), (200, 110.5)])
    def test_are_not_longer_than_the_call_may_wait(
        self, serve: ServerFactory, client_of: ClientFactory, clock: FakeClock, max_wait: float, seconds: float
    ) -> None:
        error = failure(client_of(serve(unavailable(110)).url, max_wait=max_wait))
        assert (error.kind, error.http_status) == ("server", 503)
        assert f"asks to wait 110 s before the next try, and max_wait allows {max_wait} s" in error.hint
        assert clock.seconds == seconds

    def test_are_shorter_than_a_second_with_no_patience_at_all(
        self, serve: ServerFactory, client_of: ClientFactory
    ) -> None:
        assert ask(client_of(serve(unavailable(0), Reply(502), Reply()).url, max_wait=0)) == []

    def test_end_when_nobody_wants_the_answer(
        self, serve: ServerFactory, client_of: ClientFactory, clock: FakeClock
    ) -> None:
        client = client_of(serve(unavailable(110)).url)
        wish = Wish()
        clock.when(1, wish.give_up)
        with pytest.raises(Abandoned):
            ask(client, wish)
        assert clock.seconds == 5.0

    def test_for_a_login_are_told_and_end_when_nobody_wants_the_answer(
        self, gateway: Gateway, client_of: ClientFactory, clock: FakeClock, told: list[str]
    ) -> None:
        gateway.logins = [lambda: unavailable(110)]
        wish = Wish()
        clock.when(1, wish.give_up)
        with pytest.raises(Abandoned):
            ask(client_of(gateway.server.url), wish)
        assert clock.seconds == 5.0
        assert told[0].startswith("Waiting 110 s to repeat a call. POST /auth: ")


def test_the_waits_of_logins_and_calls_add_up(gateway: Gateway, client_of: ClientFactory, clock: FakeClock) -> None:
    gateway.logins = [lambda: limited(60), *gateway.logins, lambda: limited(60)]
    gateway.calls = [limited(30), Reply(401), Reply()]
    error = failure(client_of(gateway.server.url, max_wait=100))
    assert error.kind == "budget"
    assert "max_wait allows 100 s, of which 91 s have passed" in error.message
    assert clock.seconds == 91.0


def test_the_wait_for_the_budget_and_that_of_the_server_add_up(
    gateway: Gateway, client_of: ClientFactory, clock: FakeClock
) -> None:
    gateway.calls = [unavailable(60), limited(60)]
    assert failure(client_of(gateway.server.url, max_wait=100)).kind == "budget"
    assert clock.seconds == 60.5


def test_calls_that_were_refused_leave_what_they_did_not_use(
    gateway: Gateway, client_of: ClientFactory, clock: FakeClock
) -> None:
    headers = {"X-RateLimit-Limit": "3", "X-RateLimit-Window-Sec": "3600"}
    answers = [Reply(headers=headers), Reply(429, b"", {**headers, "Retry-After": "1"}), Reply(headers=headers)]
    gateway.calls = [*answers, *answers]
    client = client_of(gateway.server.url)
    for _each in range(3):
        ask(client)
    assert clock.seconds == 1.5
    ask(client)
    assert clock.seconds >= 3600


class TestTokens:
    def test_that_end_during_the_wait_for_the_budget_cost_no_call(
        self, gateway: Gateway, client_of: ClientFactory, clock: FakeClock
    ) -> None:
        client = client_of(gateway.server.url, max_wait=-1)
        ask(client)
        clock.sleep(14400 - 600)
        client.throttle.refused(PATH, {"Retry-After": "3600"}, attempt=0)
        ask(client)
        assert gateway.paths == ["login", "call", "login", "call"]
        bearers = {call.headers["Authorization"] for call in gateway.server.received if call.path == PATH}
        assert len(bearers) == 2
        assert client.throttle.calls == 2

    def test_that_cannot_be_had_after_the_wait_leave_the_call_uncounted_and_are_asked_for_as_often_as_allowed(
        self, gateway: Gateway, client_of: ClientFactory, clock: FakeClock
    ) -> None:
        client = client_of(gateway.server.url, max_wait=-1, retries=2)
        ask(client)
        gateway.logins = [lambda: Reply(502)]
        clock.sleep(14400 - 600)
        client.throttle.refused(PATH, {"Retry-After": "3600"}, attempt=0)
        assert failure(client).kind == "server"
        assert gateway.paths == ["login", "call", *["login"] * 3]
        assert client.throttle.calls == 1
        assert len(client.throttle.budget(PATH).counted) == 1
