# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import dataclasses
import os
import typing as t
from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils._ahead import Abandoned, Wish
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._options import Credentials
from ansible_collections.community.qualys.plugins.module_utils._patience import Notices, Patience
from ansible_collections.community.qualys.plugins.module_utils._refusals import RefusalMemory
from ansible_collections.community.qualys.plugins.module_utils._state import StateDir
from ansible_collections.community.qualys.plugins.module_utils._token import LoginRequest, login_request
from ansible_collections.community.qualys.plugins.module_utils._token_cache import StoredToken, TokenCache
from ansible_collections.community.qualys.plugins.module_utils._token_source import TokenSource
from unit.client.support import FakeClock, jwt

GATEWAY = "https://gateway.example"
HOUR = 3600.0
USER = Credentials(username="quays_xx1", password="right")


def refused_with(status: int | None, kind: str) -> CertViewError:
    return CertViewError(f"no (HTTP {status})", kind=kind, http_status=status, code="77")


class Authority:
    """Stands for the authentication API; gives a new token at each login."""

    def __init__(self) -> None:
        self.logins = 0
        self.outcomes: dict[str, CertViewError | None] = {
            "right": None,
            "wrong": refused_with(401, "credentials"),
            "malformed": refused_with(400, "credentials"),
            "wrong host": refused_with(404, "not_found"),
            "no permission": refused_with(403, "permission"),
            "limited": refused_with(429, "budget"),
            "down": refused_with(503, "server"),
            "no network": refused_with(None, "network"),
        }

    def log_in(self, request: LoginRequest, patience: Patience) -> str:
        self.logins += 1
        outcome = self.outcomes[request.form.get("password") or request.headers["clientSecret"]]
        if outcome is not None:
            outcome.request = f"POST {request.path}"
            raise outcome
        return jwt({"iat": 1, "exp": 14401, "jti": self.logins})


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    return StateDir(str(tmp_path / "state"))


def login_of(credentials: Credentials) -> tuple[str, ...]:
    return (GATEWAY, *login_request(credentials).identity)


def process(
    state: StateDir,
    authority: Authority,
    clock: FakeClock,
    told: list[str],
    password: str = "right",
    client_type: str = "",
    login: t.Callable[[LoginRequest], str] | None = None,
    **options: t.Any,
) -> TokenSource:
    """What another process would make for the same account."""
    credentials = dataclasses.replace(USER, password=password)
    if client_type:
        credentials = Credentials(client_id="quays_xx1", client_secret=password, client_type=client_type)
    cache = TokenCache(state, login_of(credentials), told.append, RefusalMemory())
    return TokenSource(credentials, clock, login or authority.log_in, cache, told.append, **options)


def token_file(state: StateDir) -> Path:
    return Path(state.file(state.key("token", *login_of(USER))))


def test_one_login_serves_all_processes(
    state: StateDir, authority: Authority, clock: FakeClock, told: list[str]
) -> None:
    tokens = {process(state, authority, clock, told).get().value for _each in range(5)}
    assert (len(tokens), authority.logins, told) == (1, 1, [])
    assert token_file(state).stat().st_mode & 0o777 == 0o600


def test_a_token_that_ends_is_renewed_once_for_all(
    state: StateDir, authority: Authority, clock: FakeClock, told: list[str]
) -> None:
    first, second = (process(state, authority, clock, told) for _each in range(2))
    first.get()
    clock.sleep(4 * 3600 - 60)
    assert first.get() == second.get()
    assert authority.logins == 2


def test_a_token_that_the_server_rejects_is_replaced_for_all(
    state: StateDir, authority: Authority, clock: FakeClock, told: list[str]
) -> None:
    first, second = (process(state, authority, clock, told) for _each in range(2))
    rejected = first.get()
    assert second.get() == rejected
    renewed = first.get(rejected)
    assert renewed.value != rejected.value
    # The second finds what the first has fetched, although it had the same rejected one in its hands.
    assert second.get(rejected).value == renewed.value
    assert authority.logins == 2


def test_a_login_anew_replaces_the_token_for_all(
    state: StateDir, authority: Authority, clock: FakeClock, told: list[str]
) -> None:
    old = process(state, authority, clock, told).get()
    new = process(state, authority, clock, told).get(anew=True)
    assert new.value != old.value
    assert process(state, authority, clock, told).get().value == new.value


def test_a_wrong_password_is_not_helped_by_the_token_of_the_right_one(
    state: StateDir, authority: Authority, clock: FakeClock, told: list[str]
) -> None:
    process(state, authority, clock, told).get()
    with pytest.raises(CertViewError):
        process(state, authority, clock, told, password="wrong").get()


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff", b'{"token": 7}', b'{"token": "x", "expires_at": "2027-01-01T00:00:00Z"}'],
)
def test_a_damaged_file_means_a_login(
    state: StateDir, authority: Authority, clock: FakeClock, told: list[str], content: bytes
) -> None:
    state.replace(token_file(state).name, content)
    process(state, authority, clock, told).get()
    process(state, authority, clock, told).get()
    assert authority.logins == 1


def test_a_folder_that_fails_costs_a_login_each_and_a_warning(
    state: StateDir, authority: Authority, clock: FakeClock, told: list[str]
) -> None:
    os.mkdir(token_file(state))
    os.mkdir(f"{token_file(state)}.lock")
    for number in (1, 2):
        process(state, authority, clock, told).get()
        assert authority.logins == number
    assert len(told) == 1
    assert "not everything is shared" in told[0]


def test_nothing_of_the_account_shows_in_the_folder(
    state: StateDir, authority: Authority, clock: FakeClock, told: list[str]
) -> None:
    process(state, authority, clock, told).get()
    names = " ".join(os.listdir(state.path))
    contents = b" ".join(path.read_bytes() for path in Path(state.path).iterdir())
    assert "quays" not in names
    assert b"right" not in contents
    assert b"quays_xx1" not in contents


def test_a_rejected_token_is_kept_for_nobody_though_the_login_fails(
    state: StateDir, authority: Authority, clock: FakeClock, told: list[str]
) -> None:
    source = process(state, authority, clock, told)
    rejected = source.get()
    authority.outcomes["right"] = refused_with(503, "server")
    with pytest.raises(CertViewError):
        source.get(rejected)
    assert not token_file(state).exists()


class TestRefusals:
    def failure(self, source: TokenSource, *, anew: bool = False) -> CertViewError:
        with pytest.raises(CertViewError) as caught:
            source.get(anew=anew)
        return caught.value

    @pytest.mark.parametrize(
        ("password", "kind", "until"),
        [
            ("wrong", "credentials", "12:00"),
            ("malformed", "credentials", "12:00"),
            ("no permission", "permission", "00:15"),
        ],
    )
    def test_refused_credentials_are_tried_once_by_all_processes(
        self,
        state: StateDir,
        authority: Authority,
        clock: FakeClock,
        told: list[str],
        password: str,
        kind: str,
        until: str,
    ) -> None:
        first = self.failure(process(state, authority, clock, told, password))
        clock.sleep(60)
        for _each in range(3):
            error = self.failure(process(state, authority, clock, told, password))
            assert (error.kind, error.http_status, error.code) == (kind, first.http_status, "77")
            assert error.request == "POST /auth"
            assert f"refused at 2026-06-01T00:00:00Z and is not tried again before 2026-06-01T{until}:00Z" in str(error)
            assert first.message in error.message
            assert "refresh: true" in error.hint
        assert authority.logins == 1

    def test_a_corrected_password_is_tried_at_once(
        self, state: StateDir, authority: Authority, clock: FakeClock, told: list[str]
    ) -> None:
        self.failure(process(state, authority, clock, told, "wrong"))
        assert process(state, authority, clock, told, "right").get().value

    def test_a_client_of_the_other_type_is_tried_at_once_and_neither_twice(
        self, state: StateDir, authority: Authority, clock: FakeClock, told: list[str]
    ) -> None:
        for logins, client_type in ((1, "user"), (2, "subscription"), (2, "user"), (2, "subscription")):
            self.failure(process(state, authority, clock, told, "wrong", client_type))
            assert authority.logins == logins

    @pytest.mark.parametrize(
        ("password", "seconds", "logins"),
        [
            ("wrong", 12 * HOUR - 1, 1),
            ("wrong", 12 * HOUR, 2),
            ("no permission", 0.25 * HOUR - 1, 1),
            ("no permission", 0.25 * HOUR, 2),
            # The clock was set back.
            ("wrong", -60, 1),
            ("wrong", -12 * HOUR, 2),
        ],
    )
    def test_outlasts_a_run_and_ends_by_itself(
        self,
        state: StateDir,
        authority: Authority,
        clock: FakeClock,
        told: list[str],
        password: str,
        seconds: float,
        logins: int,
    ) -> None:
        self.failure(process(state, authority, clock, told, password))
        clock.seconds += seconds
        self.failure(process(state, authority, clock, told, password))
        assert authority.logins == logins

    def test_what_is_no_token_does_not_end_it(
        self, state: StateDir, authority: Authority, clock: FakeClock, told: list[str]
    ) -> None:
        self.failure(process(state, authority, clock, told, "wrong"))
        portal = process(state, authority, clock, told, "wrong", login=lambda request, patience: "<html>")
        assert self.failure(portal, anew=True).kind == "answer"
        self.failure(process(state, authority, clock, told, "wrong"))
        assert authority.logins == 1

    def test_to_log_in_anew_asks_again_and_a_success_ends_it_for_all(
        self, state: StateDir, authority: Authority, clock: FakeClock, told: list[str]
    ) -> None:
        self.failure(process(state, authority, clock, told, "wrong"))
        unlocked = process(state, authority, clock, told, "wrong")
        self.failure(unlocked)
        self.failure(unlocked, anew=True)
        assert authority.logins == 2
        authority.outcomes["wrong"] = None
        token = unlocked.get(anew=True)
        assert authority.logins == 3
        assert unlocked.get() == token
        assert process(state, authority, clock, told, "wrong").get().value == token.value

    @pytest.mark.parametrize("password", ["wrong host", "limited", "down", "no network"])
    def test_what_is_not_about_the_credentials_is_not_remembered_for_others(
        self, state: StateDir, authority: Authority, clock: FakeClock, told: list[str], password: str
    ) -> None:
        for logins in (1, 2):
            self.failure(process(state, authority, clock, told, password, max_wait=0))
            assert authority.logins == logins

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"{",
            b"[]",
            b"\xff",
            b'{"since": "2026-06-01T00:00:00Z"}',
            b'{"since": 1}',
            b'{"since": "2026-06-01T00:00:00Z", "request": "POST /auth", "message": "no", "kind": "weather"}',
            b'{"since": "noon", "request": "POST /auth", "message": "no", "kind": "credentials"}',
        ],
    )
    def test_a_damaged_file_means_a_try(
        self, state: StateDir, authority: Authority, clock: FakeClock, told: list[str], content: bytes
    ) -> None:
        self.failure(process(state, authority, clock, told, "wrong"))
        (refused,) = Path(state.path).glob("*.refused")
        assert refused.stat().st_mode & 0o777 == 0o600
        assert b"wrong" not in refused.read_bytes()
        refused.write_bytes(content)
        self.failure(process(state, authority, clock, told, "wrong"))
        assert authority.logins == 2

    def test_without_a_cache_nothing_is_written(self, state: StateDir, authority: Authority, clock: FakeClock) -> None:
        before = sorted(os.listdir(state.path))
        source = TokenSource(Credentials(username="u", password="wrong"), clock, authority.log_in)
        for _again in range(2):
            self.failure(source)
        assert sorted(os.listdir(state.path)) == before
        assert authority.logins == 1


class TestLoginOfAnotherProcess:
    @pytest.fixture
    def finish(self, state: StateDir) -> t.Callable[[], None]:
        """Ends the login of another process, which holds the lock until then."""
        free = state.try_lock(token_file(state).name)
        assert free is not None
        return free

    def test_is_waited_for_and_told_once_a_minute(
        self,
        state: StateDir,
        authority: Authority,
        clock: FakeClock,
        told: list[str],
        finish: t.Callable[[], None],
    ) -> None:
        clock.when(80, finish)
        assert process(state, authority, clock, told, max_wait=100).get().value
        assert clock.seconds == pytest.approx(80, abs=0.1)
        assert len(told) == 2
        assert all("another process of this controller that is logging in" in notice for notice in told)
        assert "(10 s so far)" in told[0]

    @pytest.mark.parametrize(("max_wait", "seconds"), [(0, 60), (100, 100)])
    @pytest.mark.usefixtures("finish")
    def test_is_not_waited_for_longer_than_allowed(
        self,
        state: StateDir,
        authority: Authority,
        clock: FakeClock,
        told: list[str],
        max_wait: float,
        seconds: float,
    ) -> None:
        with pytest.raises(CertViewError, match=f"has not finished within {seconds} s") as caught:
            process(state, authority, clock, told, max_wait=max_wait, timeout=60).get()
        assert caught.value.kind == "budget"
        assert clock.seconds == pytest.approx(seconds, abs=0.1)
        assert authority.logins == 0

    def test_is_part_of_what_the_call_may_wait(
        self,
        state: StateDir,
        authority: Authority,
        clock: FakeClock,
        told: list[str],
        finish: t.Callable[[], None],
    ) -> None:
        clock.when(30, finish)
        patience = Patience(clock, 100, Notices(clock, told.append), waited=50)
        process(state, authority, clock, told, max_wait=100).get(patience=patience)
        assert patience.waited == pytest.approx(80, abs=0.1)

    @pytest.mark.usefixtures("finish")
    def test_is_not_waited_for_when_nobody_wants_the_token(
        self, state: StateDir, authority: Authority, clock: FakeClock, told: list[str]
    ) -> None:
        wish = Wish()
        clock.when(5, wish.give_up)
        patience = Patience(clock, -1, Notices(clock, told.append), wish=wish)
        with pytest.raises(Abandoned):
            process(state, authority, clock, told).get(patience=patience)
        assert authority.logins == 0
        assert told == []


def test_what_is_stored_is_loaded(state: StateDir, told: list[str]) -> None:
    cache = TokenCache(state, (GATEWAY,), told.append, RefusalMemory())
    stored = StoredToken("a.b.c", "2026-06-01T04:00:00Z")
    assert cache.load() is None
    cache.store(stored)
    assert cache.load() == stored
