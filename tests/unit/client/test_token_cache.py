# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._options import Credentials
from ansible_collections.community.qualys.plugins.module_utils._state import StateDir
from ansible_collections.community.qualys.plugins.module_utils._token import LoginRequest, TokenSource
from ansible_collections.community.qualys.plugins.module_utils._token_cache import StoredToken, TokenCache
from unit.client.support import FakeClock, jwt

ACCOUNT = ("https://gateway.example", "quays_xx1")


class Authority:
    """Stands for the authentication API; gives a new token at each login."""

    def __init__(self) -> None:
        self.logins = 0

    def log_in(self, request: LoginRequest) -> str:
        self.logins += 1
        if request.form["password"] != "right":
            raise CertViewError("no", kind="credentials", http_status=401)
        return jwt({"iat": 1, "exp": 14401, "jti": self.logins})


@pytest.fixture
def authority() -> Authority:
    return Authority()


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    return StateDir(str(tmp_path / "state"))


def process(
    state: StateDir, authority: Authority, clock: FakeClock, told: list[str], password: str = "right"
) -> TokenSource:
    """What another process would make for the same account."""
    cache = TokenCache(state, ACCOUNT, (password,), told.append)
    credentials = Credentials(username="quays_xx1", password=password)
    return TokenSource(credentials, clock, authority.log_in, cache)


def token_file(state: StateDir) -> Path:
    return Path(state.file(state.key("token", *ACCOUNT, "right")))


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
    assert all("not shared" in warning for warning in told)
    assert told


def test_nothing_of_the_account_shows_in_the_folder(
    state: StateDir, authority: Authority, clock: FakeClock, told: list[str]
) -> None:
    process(state, authority, clock, told).get()
    names = " ".join(os.listdir(state.path))
    contents = b" ".join(path.read_bytes() for path in Path(state.path).iterdir())
    assert "quays" not in names
    assert b"right" not in contents
    assert b"quays_xx1" not in contents


def test_what_is_stored_is_loaded(state: StateDir, told: list[str]) -> None:
    cache = TokenCache(state, ACCOUNT, (), told.append)
    stored = StoredToken("a.b.c", "2026-06-01T04:00:00Z")
    assert cache.load() is None
    cache.store(stored)
    assert cache.load() == stored
