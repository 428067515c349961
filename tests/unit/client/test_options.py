# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._options import (
    CONNECTION_OPTIONS,
    Connection,
    Credentials,
    argument_spec,
    connection_from,
)

LOGIN = {"platform": "us1", "username": "u", "password": "p"}


def fallback() -> None:
    """Stands for Ansible's env_fallback."""


def refusal_of(params: t.Mapping[str, t.Any]) -> CertViewError:
    with pytest.raises(CertViewError) as caught:
        connection_from(params)
    assert caught.value.kind == "options"
    return caught.value


def test_defaults_are_those_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    assert connection_from(LOGIN) == Connection(
        "https://gateway.qg1.apps.qualys.com",
        Credentials(username="u", password="p"),
        state_dir="/cache/community.qualys",
        token_cache=True,
    )
    defaults = Connection("", Credentials())
    for name in ("api_version", "use_proxy", "timeout", "retries", "max_wait", "max_concurrency", "rate_reserve"):
        assert getattr(defaults, name) == CONNECTION_OPTIONS[name].default


@pytest.mark.parametrize(
    ("params", "credentials"),
    [
        ({"username": "u", "password": "p"}, Credentials(username="u", password="p")),
        ({"client_id": "i", "client_secret": "s"}, Credentials(client_id="i", client_secret="s")),
        (
            {"client_id": "i", "client_secret": "s", "client_type": "subscription", "username": "u", "password": "p"},
            Credentials(client_id="i", client_secret="s", client_type="subscription"),
        ),
        ({"token": "t", "username": "u", "password": "p"}, Credentials(token="t", username="u")),
        (
            {"auth": {"token": "a", "gateway_url": "https://g.example", "username": "w"}, "token": "t"},
            Credentials(token="a", username="w"),
        ),
    ],
)
def test_one_kind_of_credentials_by_precedence(params: dict[str, t.Any], credentials: Credentials) -> None:
    assert connection_from({"platform": "us1", **params}).credentials == credentials


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, "no complete Qualys credentials"),
        ({"username": "u"}, "no complete Qualys credentials"),
        ({"password": "p"}, "no complete Qualys credentials"),
        ({"client_id": "i", "username": "u", "password": "p"}, "belong together"),
        ({"client_secret": "s"}, "belong together"),
    ],
)
def test_incomplete_credentials_are_refused(params: dict[str, t.Any], words: str) -> None:
    assert words in str(refusal_of({"platform": "us1", **params}))


def test_gateway_by_precedence() -> None:
    own = {**LOGIN, "gateway_url": "https://private.example/"}
    assert connection_from(own).gateway_url == "https://private.example"
    auth = {"gateway_url": "https://from-login.example", "token": "t"}
    assert connection_from({**own, "auth": auth}).gateway_url == "https://from-login.example"


def test_gateway_of_a_login_is_checked_like_any_other() -> None:
    assert "unencrypted" in str(refusal_of({"auth": {"gateway_url": "http://far.example", "token": "t"}}))


def test_without_platform_the_options_are_named() -> None:
    assert "QUALYS_PLATFORM" in str(refusal_of({"username": "u", "password": "p"}))


def test_trust(tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.touch()
    assert connection_from(LOGIN).verify is True
    assert connection_from({**LOGIN, "ca_path": str(bundle)}).verify == str(bundle)
    assert connection_from({**LOGIN, "ca_path": str(bundle), "validate_certs": False}).verify is False
    assert str(tmp_path / "no.pem") in str(refusal_of({**LOGIN, "ca_path": str(tmp_path / "no.pem")}))


@pytest.mark.parametrize("option", ["validate_certs", "use_proxy"])
def test_an_option_without_value_never_turns_protection_off(option: str) -> None:
    assert connection_from({**LOGIN, option: None}) == connection_from(LOGIN)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("timeout", [0.01, 60, 86400], [0, -1, 86401, float("inf"), float("nan")]),
        ("retries", [0, 9], [-1]),
        ("max_wait", [-1, 0, 3.5], [-2, float("nan")]),
        ("max_concurrency", [1, 5], [0]),
    ],
)
def test_numbers_have_bounds(name: str, good: list[float], bad: list[float]) -> None:
    for value in good:
        assert getattr(connection_from({**LOGIN, name: value}), name) == value
    for value in bad:
        assert f"{name} is {value}" in str(refusal_of({**LOGIN, name: value}))
    assert getattr(connection_from({**LOGIN, name: None}), name) == CONNECTION_OPTIONS[name].default


@pytest.mark.parametrize(
    ("proxy", "shown"),
    [
        ("http://user:pa%40ss@proxy.example:3128", {"pa%40ss", "pa@ss"}),
        ("user:word@proxy.example:3128", {"word"}),
        ("http://user:w@rd@proxy.example:3128", {"w@rd"}),
        ("http://proxy.example:3128", set()),
        ("", set()),
    ],
)
def test_a_proxys_password_counts_as_secret(proxy: str, shown: set[str]) -> None:
    assert set(connection_from({**LOGIN, "proxy": proxy}).secrets) == {"p", *shown}


def test_no_secret_in_the_text_of_a_connection() -> None:
    every = Credentials("u", "hush-1", "i", "hush-2", "user", "hush-3")
    shown = repr(Connection("https://g.example", every, proxy="http://a:hush-4@b"))
    assert "hush" not in shown
    assert "g.example" in shown


def test_argument_spec_hides_what_is_secret_and_reads_the_environment() -> None:
    spec = argument_spec(fallback)
    assert spec.keys() == {"auth", *CONNECTION_OPTIONS}
    secret = {name for name, entry in spec.items() if entry.get("no_log")}
    assert secret == {"password", "client_secret", "token", "proxy"}
    assert spec["auth"]["options"]["token"]["no_log"]
    assert spec["username"] == {"type": "str", "fallback": (fallback, ["QUALYS_USERNAME"])}
    assert spec["client_type"]["choices"] == ["user", "subscription"]
    assert spec["allow_http"] == {"type": "bool", "default": False}
