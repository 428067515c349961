# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logging in and the token (CertView API guide, Get Started; OCA guide, Fetch Authentication Token)."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest
from simulator.settings import LoginSettings

GOOD = {"username": "certview-demo", "password": "certview-demo-password", "token": "true", "permissions": "true"}


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def test_answers_201_with_the_bare_token(start):
    answer = start(login=False).login()
    assert answer.status_code == 201
    assert answer.headers["Content-Type"].startswith("text/plain")
    header = json.loads(base64.urlsafe_b64decode(answer.text.split(".")[0] + "=="))
    assert header == {"alg": "HS512"}
    claims = claims_of(answer.text)
    assert claims["exp"] - claims["iat"] == 14_400
    assert abs(claims["iat"] - time.time()) < 120
    assert {"CERTVIEW", "CERT_VIEW"} <= set(claims["modulesAllowed"])


@pytest.mark.parametrize("missing", ["username", "password", "token", "permissions"])
def test_refuses_a_missing_field(start, missing):
    gateway = start(login=False)
    answer = gateway.post("/auth", data={key: value for key, value in GOOD.items() if key != missing})
    assert answer.status_code == 400
    assert answer.json()["errorCode"] == 1903
    assert answer.json()["subErrors"][0]["field"] == missing


@pytest.mark.parametrize("flag", ["token", "permissions"])
def test_refuses_a_flag_that_is_not_true(start, flag):
    answer = start(login=False).post("/auth", data={**GOOD, flag: "false"})
    assert answer.status_code == 400


def test_refuses_json(start):
    assert start(login=False).post("/auth", GOOD).status_code == 415


def test_refuses_get(start):
    assert start(login=False).get("/auth").status_code == 405


def test_decodes_the_password_of_a_form(start):
    gateway = start(login=False)
    gateway.certview.settings.login.password = "a+b#c &=%"
    assert gateway.login(password="a+b#c &=%").status_code == 201


def test_counts_bad_credentials_and_locks_the_account(start):
    gateway = start(login=False)
    gateway.certview.settings.login.lock_after = 2
    assert gateway.login(password="wrong").status_code == 401
    assert gateway.login(username="wrong").status_code == 401
    locked = gateway.login()
    assert locked.status_code == 401
    assert "locked" in locked.json()["message"]
    assert gateway.certview.statistics()["failed_logins"] == 3
    assert gateway.certview.statistics()["logins"] == 0


def test_is_exempt_from_the_limits(start):
    gateway = start(login=False)
    gateway.certview.limiter.settings.rate = 1
    assert [gateway.login().status_code for attempt in range(4)] == [201] * 4


@pytest.mark.parametrize(
    ("client_type", "path", "status"),
    [
        ("any", "/auth/oidc", 201),
        ("any", "/auth/oauth", 201),
        ("user", "/auth/oidc", 201),
        ("user", "/auth/oauth", 401),
        ("subscription", "/auth/oidc", 401),
        ("subscription", "/auth/oauth", 201),
    ],
)
def test_clients_log_in_by_headers(start, client_type, path, status):
    gateway = start(login=False)
    gateway.certview.settings.login.client_type = client_type
    defaults = LoginSettings()
    headers = {"clientId": defaults.client_id, "clientSecret": defaults.client_secret}
    answer = gateway.post(path, headers=headers)
    assert answer.status_code == status
    if status == 201:
        gateway.session.headers["Authorization"] = f"Bearer {answer.text}"
        assert gateway.certificates().status_code == 200


def test_clients_with_a_wrong_secret_or_none(start):
    gateway = start(login=False)
    headers = {"clientId": LoginSettings().client_id, "clientSecret": "wrong"}
    assert gateway.post("/auth/oidc", headers=headers).status_code == 401
    assert gateway.post("/auth/oidc").status_code == 400


def test_json_answer_of_clients(start):
    gateway = start(login=False)
    gateway.certview.settings.login.json_answer = True
    defaults = LoginSettings()
    headers = {"clientId": defaults.client_id, "clientSecret": defaults.client_secret}
    answer = gateway.post("/auth/oidc", headers=headers).json()
    assert answer["expires_in"] == 14_400
    assert claims_of(answer["access_token"])["sub"] == defaults.client_id


def test_calls_need_a_token(start):
    gateway = start(login=False)
    assert gateway.certificates().status_code == 401
    token = gateway.login().text
    for header in (f"bearer {token}", token, f"Basic {token}"):
        gateway.session.headers["Authorization"] = header
        assert gateway.certificates().status_code == 401


@pytest.mark.parametrize("status", [401, 500])
def test_a_token_that_is_no_jwt(start, status):
    gateway = start(login=False)
    gateway.certview.settings.login.malformed_token_status = status
    gateway.session.headers["Authorization"] = "Bearer nonsense"
    answer = gateway.certificates()
    assert answer.status_code == status
    assert answer.json()["message"] == "JWT parsing failed"


def test_a_foreign_signature_and_an_ended_lifetime(start):
    gateway = start()
    header, payload, signature = gateway.session.headers["Authorization"].split(".")
    forged = ("A" if signature[0] != "A" else "B") + signature[1:]
    gateway.session.headers["Authorization"] = f"{header}.{payload}.{forged}"
    assert gateway.certificates().status_code == 401
    gateway.login()
    assert gateway.certificates().status_code == 200
    gateway.certview.settings.login.token_lifetime = 0
    assert gateway.certificates().status_code == 401


def test_clock_skew_and_missing_expiry(start):
    gateway = start(login=False)
    gateway.certview.settings.login.clock_skew = 86_400
    gateway.certview.settings.login.without_expiry = True
    claims = claims_of(gateway.login().text)
    assert claims["iat"] > time.time() + 80_000
    assert "exp" not in claims
    assert gateway.certificates().status_code == 200


def test_a_subscription_without_certview(start):
    gateway = start(login=False)
    gateway.certview.settings.login.without_certview = True
    token = gateway.login().text
    assert not {"CERTVIEW", "CERT_VIEW"} & set(claims_of(token)["modulesAllowed"])
    answer = gateway.certificates()
    assert (answer.status_code, answer.json()["errorCode"]) == (403, 2012)


def test_a_test_can_ask_for_every_token_given_out(start):
    gateway = start(login=False)
    given = [gateway.login().text, gateway.login().text]
    assert gateway.get("/_control/tokens").json() == given
