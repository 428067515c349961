# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A .netrc that knows the gateway's host: it must neither replace the token nor join the login."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs

import pytest
from support.simulator import PASSWORD, USERNAME
from system.asking import CERTIFICATES, Asker
from system.conftest import Environment
from system.nginx import Nginx
from system.squid import Squid

ENTRIES = "machine 127.0.0.1 login other password hush\nmachine localhost login other password hush\n"
CLIENT = {"username": None, "password": None, "client_id": "certview-demo-client"}


@pytest.fixture(params=["NETRC", ".netrc", "_netrc"])
def netrc(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Each place where one is looked for."""
    path = tmp_path / str(request.param)
    path.write_text(f"{ENTRIES}default login other password hush\n", encoding="utf-8")
    path.chmod(0o600)
    if request.param == "NETRC":
        monkeypatch.setenv("NETRC", str(path))
    else:
        monkeypatch.delenv("NETRC")
        monkeypatch.setenv("HOME", str(tmp_path))
    return path


@pytest.mark.usefixtures("netrc")
@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_the_login_of_a_user_and_the_token_are_sent_as_they_are(gateway: Nginx, asker: Asker, name: str) -> None:
    assert asker.count(gateway.url_by(name)) == CERTIFICATES
    login, *calls = gateway.requests(4)
    assert login.authorization == ""
    sent = parse_qs(login.body)
    assert (sent["username"], sent["password"]) == ([USERNAME], [PASSWORD])
    assert len(calls) >= 3
    assert all(call.authorization.startswith("Bearer ey") for call in calls)


@pytest.mark.usefixtures("netrc")
@pytest.mark.parametrize("client_type", ["user", "subscription"])
def test_the_login_of_a_client_is_sent_as_it_is(gateway: Nginx, asker: Asker, client_type: str) -> None:
    options = {**CLIENT, "client_secret": "certview-demo-client-secret", "client_type": client_type}
    assert asker.count(gateway.url, **options) == CERTIFICATES
    assert "Basic" not in {each.authorization.split(" ")[0] for each in gateway.requests(4)}


@pytest.mark.usefixtures("netrc")
def test_a_refused_login_is_not_tried_with_it(gateway: Nginx, asker: Asker) -> None:
    assert asker.refusal(gateway.url, password="wrong").kind == "credentials"
    (login,) = gateway.requests(1)
    assert login.authorization == ""


@pytest.mark.usefixtures("netrc")
def test_a_proxy_gets_nothing_of_it(gateway: Nginx, proxy: Squid, asker: Asker, setenv: Environment) -> None:
    setenv(HTTPS_PROXY=proxy.without_login)
    assert asker.refusal(gateway.url).kind == "proxy"
    assert {(each.status, each.authorization) for each in proxy.passages(1)} == {(407, "-")}
