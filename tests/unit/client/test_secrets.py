# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret in any form of any error, whatever the server says back."""

from __future__ import annotations

import json
import traceback
import typing as t

import pytest
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._options import Credentials
from ansible_collections.community.qualys.plugins.module_utils._query import Query
from unit.client.support import AS_OF, ClientFactory, Received, Reply, ScriptedServer, connection_to, jwt

PASSWORD, CLIENT_SECRET, PROXY_PASSWORD = "pass&word-hush", "client-hush", "proxy-hush"
TOKEN = jwt({"sub": "hush", "exp": 4_000_000_000})
USER = Credentials(username="u", password=PASSWORD)
CLIENT = Credentials(client_id="i", client_secret=CLIENT_SECRET)
GIVEN = Credentials(token=TOKEN)
SECRETS = (PASSWORD, "pass%26word-hush", "pass&amp;word", CLIENT_SECRET, PROXY_PASSWORD, TOKEN, TOKEN[:40])


def echo(request: Received) -> str:
    """All that the caller sent, as a careless server repeats it."""
    return f"{request.headers.get('Authorization')} {request.body} {json.dumps(dict(request.headers))}"


def envelope(request: Received) -> bytes:
    words = echo(request)
    return json.dumps(
        {"errorCode": words, "message": words, "subErrors": [{"field": words, "message": words}]}
    ).encode()


def page(request: Received) -> bytes:
    return f"<html><title>{'x' * 300} {echo(request)}</title></html>".encode()


def forms_of(error: CertViewError) -> str:
    whole = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return "\n".join([str(error), repr(error), json.dumps(error.to_result()), error.hint, error.request, whole])


@pytest.mark.parametrize("body", [envelope, page])
@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 409, 410, 429, 500, 503])
@pytest.mark.parametrize("credentials", [USER, CLIENT, GIVEN], ids=["user", "client", "token"])
@pytest.mark.parametrize("at_login", [True, False], ids=["login", "call"])
def test_an_echoing_server_teaches_no_reader_a_secret(
    client_of: ClientFactory,
    told: list[str],
    body: t.Callable[[Received], bytes],
    status: int,
    credentials: Credentials,
    at_login: bool,
) -> None:
    def answer(request: Received) -> Reply:
        if request.path.startswith("/auth") and not at_login:
            return Reply(201, TOKEN.encode())
        return Reply(status, body(request))

    server = ScriptedServer(answer)
    try:
        client = client_of(server.url, credentials, max_wait=30, retries=1)
        with pytest.raises(CertViewError) as caught:
            list(client.records(Query(), AS_OF))
    finally:
        server.close()
    text = "\n".join([forms_of(caught.value), *told])
    assert not [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "https://127.0.0.1:1", "https://gateway.invalid", "https://.invalid"]
)
@pytest.mark.parametrize("proxy", ["", f"http://u:{PROXY_PASSWORD}@127.0.0.1:1", f"u:{PROXY_PASSWORD}@[::", "http://"])
def test_a_network_that_fails_teaches_no_reader_a_secret(client_of: ClientFactory, url: str, proxy: str) -> None:
    for credentials in (USER, CLIENT, GIVEN):
        with pytest.raises(CertViewError) as caught:
            list(client_of(url, credentials, proxy=proxy, retries=0).records(Query(), AS_OF))
        text = forms_of(caught.value)
        assert not [secret for secret in SECRETS if secret in text]


def test_what_describes_a_connection_shows_none() -> None:
    for credentials in (USER, CLIENT, GIVEN):
        text = repr(connection_to("https://g.example", credentials, proxy=f"http://u:{PROXY_PASSWORD}@p.example"))
        assert not [secret for secret in SECRETS if secret in text]
