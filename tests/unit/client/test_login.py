# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils import _client
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._options import Credentials, connection_from
from ansible_collections.community.qualys.plugins.module_utils._query import Query
from ansible_collections.community.qualys.plugins.module_utils._refusals import RefusalMemory
from ansible_collections.community.qualys.plugins.module_utils._state import StateDir, StateError
from unit.client.support import (
    AS_OF,
    CLIENT_ID,
    CLIENT_SECRET,
    USERNAME,
    ClientFactory,
    Reply,
    ScriptedServer,
    ServerFactory,
    Simulator,
    jwt,
)

WRONG = Credentials(username=USERNAME, password="wrong")
REFUSED = Reply(401, b'{"message": "Bad credentials"}')
LIST = "/certview/v2.2/certificates"


@pytest.fixture
def new_process(monkeypatch: pytest.MonkeyPatch) -> t.Callable[[], None]:
    """Lets the clients that are made from now on be those of another process."""
    return lambda: monkeypatch.setattr(_client, "_REFUSALS", RefusalMemory())


def token_of(name: str) -> str:
    return jwt({"sub": name, "iat": 0, "exp": 14400})


def bearers(server: ScriptedServer) -> list[str | None]:
    return [request.headers.get("Authorization") for request in server.received if not request.path.startswith("/auth")]


def logins(server: ScriptedServer) -> int:
    return sum(request.path.startswith("/auth") for request in server.received)


def refusal(client: _client.CertViewClient) -> CertViewError:
    with pytest.raises(CertViewError) as caught:
        client.log_in()
    return caught.value


class TestTwoGatewaysOnOneFolder:
    @pytest.fixture
    def options(self, tmp_path: Path) -> dict[str, t.Any]:
        return {"state_dir": str(tmp_path / "state"), "token_cache": True}

    def test_each_gets_its_own_token_only(
        self, serve: ServerFactory, client_of: ClientFactory, options: dict[str, t.Any]
    ) -> None:
        tokens = [token_of("first"), token_of("second")]
        gateways = [serve(Reply(), login=Reply(201, token.encode())) for token in tokens]
        for gateway in (*gateways, *gateways):
            list(client_of(gateway.url, **options).records(Query(), AS_OF))
        for gateway, token in zip(gateways, tokens, strict=True):
            assert set(bearers(gateway)) == {f"Bearer {token}"}
            assert logins(gateway) == 1

    def test_each_has_its_own_budget(
        self, serve: ServerFactory, client_of: ClientFactory, options: dict[str, t.Any]
    ) -> None:
        first, second = (client_of(serve(Reply()).url, **options) for _each in range(2))
        list(first.records(Query(), AS_OF))
        assert first.throttle.budget(LIST).counted
        assert not second.throttle.budget(LIST).counted

    def test_each_is_asked_whether_it_takes_the_password(
        self, serve: ServerFactory, client_of: ClientFactory, options: dict[str, t.Any]
    ) -> None:
        for gateway in (serve(Reply(), login=REFUSED), serve(Reply(), login=REFUSED)):
            refusal(client_of(gateway.url, WRONG, **options))
            assert logins(gateway) == 1

    def test_one_under_two_spellings_is_one(self) -> None:
        urls = ("https://gateway.example", " HTTPS://GATEWAY.example:443/ ")
        first, second = (connection_from({"gateway_url": url, "username": "u", "password": "p"}) for url in urls)
        assert first == second


class TestWithoutTokenCache:
    @pytest.mark.parametrize(("token_cache", "logged_in"), [(True, 1), (False, 3)])
    def test_no_token_is_left_in_the_folder(
        self, simulator: Simulator, client_of: ClientFactory, tmp_path: Path, token_cache: bool, logged_in: int
    ) -> None:
        options = {"state_dir": str(tmp_path / "state"), "token_cache": token_cache}
        tokens = [client_of(simulator.url, **options).log_in().value.encode() for _each in range(3)]
        contents = b"".join(path.read_bytes() for path in (tmp_path / "state").iterdir())
        assert any(token in contents for token in tokens) is token_cache
        assert simulator.stats["logins"] == logged_in

    def test_a_token_that_others_left_is_not_used(
        self, simulator: Simulator, client_of: ClientFactory, tmp_path: Path
    ) -> None:
        state_dir = str(tmp_path / "state")
        kept = client_of(simulator.url, state_dir=state_dir, token_cache=True).log_in()
        assert client_of(simulator.url, state_dir=state_dir, token_cache=False).log_in().value != kept.value

    def test_a_refusal_is_remembered_for_other_processes(
        self, simulator: Simulator, client_of: ClientFactory, tmp_path: Path, new_process: t.Callable[[], None]
    ) -> None:
        for _each in range(3):
            new_process()
            error = refusal(client_of(simulator.url, WRONG, state_dir=str(tmp_path / "state"), token_cache=False))
            assert error.kind == "credentials"
        assert simulator.stats["failed_logins"] == 1


class TestARefusedPassword:
    @pytest.mark.parametrize("folder", ["state", "no folder", None])
    @pytest.mark.parametrize("token_cache", [True, False])
    def test_is_tried_once_by_all_clients_of_a_process(
        self, simulator: Simulator, client_of: ClientFactory, tmp_path: Path, folder: str | None, token_cache: bool
    ) -> None:
        (tmp_path / "no folder").write_text("but a file")
        state_dir = None if folder is None else str(tmp_path / folder)
        for _each in range(3):
            error = refusal(client_of(simulator.url, WRONG, state_dir=state_dir, token_cache=token_cache))
            assert (error.kind, error.http_status) == ("credentials", 401)
        assert simulator.stats["failed_logins"] == 1
        # Another is tried at once, and the same one when the user says so.
        assert client_of(simulator.url, state_dir=state_dir, token_cache=token_cache).log_in()
        with pytest.raises(CertViewError):
            client_of(simulator.url, WRONG, state_dir=state_dir, token_cache=token_cache).log_in(anew=True)
        assert simulator.stats["failed_logins"] == 2

    @pytest.mark.parametrize("folder", ["state", None])
    def test_is_tried_again_by_all_once_it_was_accepted(
        self, client_of: ClientFactory, tmp_path: Path, folder: str | None
    ) -> None:
        state_dir = str(tmp_path / folder) if folder else None
        answers = [REFUSED, Reply(201, token_of("u").encode())]
        server = ScriptedServer(lambda request: answers.pop(0) if len(answers) > 1 else answers[0])
        try:
            refusal(client_of(server.url, state_dir=state_dir))
            refusal(client_of(server.url, state_dir=state_dir))
            assert client_of(server.url, state_dir=state_dir).log_in(anew=True)
            assert client_of(server.url, state_dir=state_dir).log_in()
        finally:
            server.close()
        assert logins(server) == 3

    def test_is_tried_again_once_another_process_was_let_in(
        self, client_of: ClientFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        options = {"state_dir": str(tmp_path / "state"), "token_cache": False}
        answers = [REFUSED, Reply(201, token_of("u").encode())]
        server = ScriptedServer(lambda request: answers.pop(0) if len(answers) > 1 else answers[0])
        try:
            refusal(client_of(server.url, **options))
            with monkeypatch.context() as other_process:
                other_process.setattr(_client, "_REFUSALS", RefusalMemory())
                client_of(server.url, **options).log_in(anew=True)
            assert client_of(server.url, **options).log_in()
        finally:
            server.close()

    def test_is_tried_once_by_a_process_whose_disk_is_full(
        self, simulator: Simulator, client_of: ClientFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        state_dir = str(tmp_path / "state")
        client_of(simulator.url, state_dir=state_dir)

        def full(state: StateDir, name: str, content: bytes) -> None:
            raise StateError("no space left on device")

        monkeypatch.setattr(StateDir, "replace", full)
        for _each in range(3):
            refusal(client_of(simulator.url, WRONG, state_dir=state_dir))
        assert simulator.stats["failed_logins"] == 1

    def test_is_the_same_whatever_way_it_takes(
        self, serve: ServerFactory, client_of: ClientFactory, tmp_path: Path
    ) -> None:
        proxy = serve(REFUSED)
        for password in ("one", "two", "three"):
            way = f"http://u:{password}@127.0.0.1:{proxy.port}"
            refusal(client_of("http://gateway.invalid", WRONG, proxy=way, state_dir=str(tmp_path / "state")))
        assert len(proxy.received) == 1


class TestTheTokenOfAClient:
    CLIENT = Credentials(client_id=CLIENT_ID, client_secret=CLIENT_SECRET)

    @pytest.mark.parametrize("token_cache", [True, False])
    def test_counts_where_the_client_counts_when_it_is_handed_on(
        self, serve: ServerFactory, client_of: ClientFactory, tmp_path: Path, token_cache: bool
    ) -> None:
        options: dict[str, t.Any] = {"state_dir": str(tmp_path / "state"), "token_cache": token_cache}
        gateway = serve(Reply(), login=Reply(201, token_of("somebody-else").encode()))
        for _each in range(2):
            token = client_of(gateway.url, self.CLIENT, **options).log_in()
            assert token.username == CLIENT_ID
        handed_on = client_of(gateway.url, Credentials(token=token.value, username=token.username), **options)
        list(handed_on.records(Query(), AS_OF))
        calls = len(bearers(gateway))
        assert calls
        assert len(client_of(gateway.url, self.CLIENT, **options).throttle.budget(LIST).counted) == calls
