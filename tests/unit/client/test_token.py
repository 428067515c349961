# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import json
import threading
import typing as t
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._options import Credentials
from ansible_collections.community.qualys.plugins.module_utils._patience import Patience
from ansible_collections.community.qualys.plugins.module_utils._token import (
    DEFAULT_LIFETIME,
    RENEWAL_MARGIN,
    LoginRequest,
    Token,
    account_of,
    login_request,
    read_token,
    token_text,
)
from ansible_collections.community.qualys.plugins.module_utils._token_source import TokenSource
from hypothesis import given
from hypothesis import strategies as st
from unit.client.support import AS_OF, JSON_VALUES, FakeClock, jwt, outcome_of

USER = Credentials(username="u", password="p")


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, timezone.utc)


@pytest.mark.parametrize(
    ("claims", "lifetime"),
    [
        ({"iat": 5000, "exp": 5600}, timedelta(minutes=10)),
        ({"iat": 5000}, DEFAULT_LIFETIME),
        ({"exp": 5600}, DEFAULT_LIFETIME),
        ({"iat": 5600, "exp": 5000}, DEFAULT_LIFETIME),
        ({"iat": "5000", "exp": None}, DEFAULT_LIFETIME),
        ({}, DEFAULT_LIFETIME),
    ],
)
def test_the_life_of_our_own_token_is_counted_from_its_arrival_by_our_clock(
    claims: dict[str, t.Any], lifetime: timedelta
) -> None:
    assert read_token(jwt(claims), received_at=AS_OF, request="POST /auth").expires_at == AS_OF + lifetime


def test_the_end_of_a_given_token_is_taken_as_it_says() -> None:
    assert read_token(jwt({"iat": 1, "exp": 1_780_000_000}), received_at=None).expires_at == at(1_780_000_000)
    assert read_token(jwt({"iat": 1}), received_at=None).expires_at is None


def test_freshness_ends_a_margin_before_the_token() -> None:
    token = Token("t", expires_at=AS_OF)
    assert token.is_fresh(AS_OF - RENEWAL_MARGIN - timedelta(seconds=1))
    assert not token.is_fresh(AS_OF - RENEWAL_MARGIN)
    assert Token("t", expires_at=None).is_fresh(AS_OF)


@pytest.mark.parametrize(("seconds", "margin"), [(110, 27.5), (480, 120), (14400, 120)])
def test_the_margin_is_no_more_than_a_quarter_of_the_life(seconds: int, margin: float) -> None:
    own = read_token(jwt({"iat": 5000, "exp": 5000 + seconds}), received_at=AS_OF, request="POST /auth")
    given = read_token(jwt({"iat": 5000, "exp": 5000 + seconds}), received_at=None)
    for token, end in ((own, AS_OF + timedelta(seconds=seconds)), (given, at(5000 + seconds))):
        assert token.is_fresh(end - timedelta(seconds=margin + 0.1))
        assert not token.is_fresh(end - timedelta(seconds=margin))


@pytest.mark.parametrize(
    ("claims", "modules", "opens"),
    [
        ({"modulesAllowed": ["VM", "CERTVIEW"]}, ("VM", "CERTVIEW"), True),
        ({"modulesAllowed": ["CERT_VIEW"]}, ("CERT_VIEW",), True),
        ({"modulesAllowed": ["VM"]}, ("VM",), False),
        ({"modulesAllowed": []}, (), False),
        ({"modulesAllowed": "CERTVIEW"}, None, True),
        ({}, None, True),
    ],
)
def test_modules_of_the_token(claims: dict[str, t.Any], modules: tuple[str, ...] | None, opens: bool) -> None:
    token = read_token(jwt(claims), received_at=None)
    assert token.modules == modules
    assert token.opens_certview is opens


def test_user_name_is_the_given_one_else_the_claim() -> None:
    assert read_token(jwt({"sub": "quays_xx1"}), received_at=None).username == "quays_xx1"
    assert read_token(jwt({"sub": "quays_xx1"}), received_at=None, username="me").username == "me"
    assert read_token(jwt({"sub": ["a"]}), received_at=None).username == ""
    assert read_token(jwt({"sub": "a\x1b[31m"}), received_at=None).username == "a\ufffd[31m"


def test_a_token_may_come_with_blanks_and_quotes() -> None:
    bare = jwt({"sub": "u"})
    assert read_token(f' "{bare}"\r\n', received_at=None).value == bare


@pytest.mark.parametrize("answer", ["", "<html>", "a.b", "Bearer " + jwt({}), "aaaa.bbbb.cc\ndd.", jwt({}) + ".x"])
def test_what_is_no_token_is_told_without_showing_it(answer: str) -> None:
    with pytest.raises(CertViewError, match="not a JSON Web Token") as given_by_user:
        read_token(answer, received_at=None)
    assert given_by_user.value.kind == "options"
    with pytest.raises(CertViewError, match="POST /auth: the answer is not") as answered:
        read_token(answer, received_at=AS_OF, request="POST /auth")
    assert answered.value.kind == "answer"
    if len(answer) > 10:
        assert answer not in str(given_by_user.value)


@pytest.mark.parametrize("payload", ["____", "bm90IGpzb24", "WzFd", "5555", "bnVsbA"])
def test_unreadable_claims_are_no_claims(payload: str) -> None:
    token = read_token(f"eyJh.{payload}.c2ln", received_at=AS_OF, request="POST /auth")
    assert (token.expires_at, token.modules) == (AS_OF + DEFAULT_LIFETIME, None)


@given(JSON_VALUES, st.booleans())
def test_any_claims_make_a_token(claims: t.Any, own: bool) -> None:
    token = read_token(jwt(claims), received_at=AS_OF if own else None)
    assert token.expires_at is None or token.expires_at.tzinfo is timezone.utc
    json.dumps([token.modules, token.username]).encode("utf-8")


@given(st.dictionaries(st.sampled_from(["iat", "exp"]), st.integers() | st.floats() | st.text()), st.booleans())
def test_any_times_make_a_token(claims: dict[str, t.Any], own: bool) -> None:
    token = read_token(jwt(claims), received_at=AS_OF if own else None)
    assert not own or (token.expires_at is not None and token.expires_at > AS_OF)


@given(st.text() | JSON_VALUES.map(json.dumps))
def test_any_answer_of_the_login_is_a_token_or_a_clear_error(answer: str) -> None:
    outcome = outcome_of(read_token, token_text(answer), received_at=AS_OF, request="POST /auth")
    assert isinstance(outcome, Token) or outcome.kind == "answer"


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("bare", "bare"),
        ('{"access_token": "a", "token": "b"}', "a"),
        ('{"token": "b"}', "b"),
        ('{"jwt": "c"}', "c"),
        ('{"id_token": "d", "token": 5}', "d"),
        ('{"other": "d"}', '{"other": "d"}'),
        ('"quoted"', '"quoted"'),
        ("[" * 100_000, "[" * 100_000),
    ],
)
def test_token_within_the_answer(answer: str, text: str) -> None:
    assert token_text(answer) == text


def test_login_of_a_user_is_the_form_of_the_guide() -> None:
    form = {"username": "u", "password": "p", "token": "true", "permissions": "true"}
    assert login_request(USER) == LoginRequest("/auth", {}, form)


@pytest.mark.parametrize(("kind", "path"), [("user", "/auth/oidc"), ("subscription", "/auth/oauth")])
def test_login_of_a_client_has_its_secret_in_the_headers(kind: str, path: str) -> None:
    request = login_request(Credentials(client_id="i", client_secret="s", client_type=kind))
    assert request == LoginRequest(path, {"clientId": "i", "clientSecret": "s"}, {})


def test_a_given_token_belongs_to_the_account_of_its_user_as_far_as_it_names_one() -> None:
    first, second = (jwt({"sub": "quays_xx1", "jti": number}) for number in (1, 2))
    assert account_of(Credentials(token=first)) == account_of(Credentials(token=second)) == "quays_xx1"
    assert account_of(Credentials(username="quays_xx1", password="p")) == "quays_xx1"
    nameless = jwt({"jti": 1})
    assert account_of(Credentials(token=nameless)) == nameless
    assert account_of(Credentials(token=first, username="given")) == "given"


class Authority:
    """Stands for the authentication API."""

    def __init__(self, *outcomes: CertViewError | int) -> None:
        self.asked: list[LoginRequest] = []
        self._outcomes = itertools.chain(outcomes, itertools.repeat(14400))

    def log_in(self, request: LoginRequest, patience: Patience) -> str:
        self.asked.append(request)
        outcome = next(self._outcomes)
        if isinstance(outcome, CertViewError):
            raise outcome
        return jwt({"iat": 1, "exp": 1 + outcome, "jti": len(self.asked)})


def refused(status: int | None, kind: str) -> CertViewError:
    return CertViewError("no", kind=kind, http_status=status)


def test_one_login_serves_until_the_token_ends(clock: FakeClock) -> None:
    authority = Authority()
    source = TokenSource(USER, clock, authority.log_in)
    first = source.get()
    clock.sleep(14400 - 121)
    assert source.get() is first
    clock.sleep(2)
    assert source.get() is not first
    assert len(authority.asked) == 2


def test_a_short_token_serves_more_than_one_call(clock: FakeClock) -> None:
    authority = Authority(110)
    source = TokenSource(USER, clock, authority.log_in)
    for _each in range(8):
        source.get()
        clock.sleep(10)
    assert len(authority.asked) == 1
    clock.sleep(10)
    source.get()
    assert len(authority.asked) == 2


def test_a_rejected_token_is_replaced_once_for_all_who_held_it(clock: FakeClock) -> None:
    authority = Authority()
    source = TokenSource(USER, clock, authority.log_in)
    old = source.get()
    new = source.get(rejected=old)
    assert new is not old
    assert source.get(rejected=old) is new
    assert len(authority.asked) == 2


def test_threads_share_one_login(clock: FakeClock) -> None:
    authority = Authority()
    source = TokenSource(USER, clock, authority.log_in)
    together = threading.Barrier(8)

    def get() -> Token:
        together.wait(timeout=30)
        return source.get()

    with ThreadPoolExecutor(8) as pool:
        tokens = {future.result().value for future in [pool.submit(get) for _each in range(8)]}
    assert len(tokens) == len(authority.asked) == 1


@pytest.mark.parametrize(("status", "kind"), [(401, "credentials"), (400, "credentials"), (403, "permission")])
def test_refused_credentials_are_never_tried_again(clock: FakeClock, status: int, kind: str) -> None:
    authority = Authority(refused(status, kind))
    source = TokenSource(USER, clock, authority.log_in)
    for _again in range(3):
        with pytest.raises(CertViewError) as caught:
            source.get()
        assert caught.value.kind == kind
    assert len(authority.asked) == 1


@pytest.mark.parametrize(("status", "kind"), [(503, "server"), (None, "network")])
def test_a_login_that_failed_for_another_reason_may_be_tried_later(
    clock: FakeClock, status: int | None, kind: str
) -> None:
    source = TokenSource(USER, clock, Authority(refused(status, kind)).log_in)
    with pytest.raises(CertViewError):
        source.get()
    assert source.get().value


def test_a_given_token_needs_no_login_and_is_not_renewed(clock: FakeClock) -> None:
    authority = Authority()
    source = TokenSource(Credentials(token=jwt({"exp": 10}), username="u"), clock, authority.log_in)
    token = source.get()
    assert source.get() is token
    with pytest.raises(CertViewError, match="no longer takes the token") as caught:
        source.get(rejected=token)
    assert (caught.value.kind, caught.value.http_status) == ("credentials", 401)
    assert not authority.asked


@pytest.mark.parametrize(("modules", "warnings"), [(["VM"], 1), ([], 1), (["VM", "CERTVIEW"], 0), (None, 0)])
@pytest.mark.parametrize("given_by_user", [True, False])
def test_a_token_that_does_not_list_certview_is_told_once(
    clock: FakeClock, told: list[str], modules: list[str] | None, warnings: int, given_by_user: bool
) -> None:
    token = jwt({"modulesAllowed": modules})
    credentials = Credentials(token=token) if given_by_user else USER
    source = TokenSource(credentials, clock, lambda request, patience: token, tell=told.append)
    for _each in range(3):
        source.get()
    assert len(told) == warnings
    assert all("does not list Certificate View" in warning for warning in told)


def test_the_text_of_a_token_does_not_show_it() -> None:
    assert "hush" not in repr(Token("hush", None))
