# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib.util
import itertools
import random
import socket
import ssl
import sys
import threading
import typing as t
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import trustme
from ansible_collections.community.qualys.plugins.module_utils import _transport
from ansible_collections.community.qualys.plugins.module_utils._ahead import Abandoned, Wish
from ansible_collections.community.qualys.plugins.module_utils._client import CertViewClient
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._options import Credentials
from ansible_collections.community.qualys.plugins.module_utils._throttle import Throttle
from ansible_collections.community.qualys.plugins.module_utils._transport import Transport, Upload
from unit.client.support import (
    CLIENT_ID,
    CLIENT_SECRET,
    PASSWORD,
    USERNAME,
    Always,
    FakeClock,
    Received,
    Reply,
    ScriptedServer,
    ServerFactory,
    Simulator,
    connection_to,
    jwt,
)

PATH = "/certview/v2.2/certificates"
BODY = {"pageNumber": 0, "pageSize": 5}

# Seconds: what stalls costs a test this long, and what does not must never meet it on a busy machine.
PATIENCE = defaultdict(lambda: 60.0, {"stall": 1.0, "stalled-body": 1.0})


class Opener(t.Protocol):
    def __call__(self, url: str, credentials: Credentials | None = None, **options: t.Any) -> Transport: ...


@pytest.fixture
def open_to(clock: FakeClock) -> t.Iterator[Opener]:
    opened: list[Transport] = []

    def make(url: str, credentials: Credentials | None = None, **options: t.Any) -> Transport:
        connection = connection_to(url, credentials, **options)
        throttle = Throttle(clock, max_wait=connection.max_wait, max_concurrency=2, chance=Always(0.5))
        opened.append(Transport(connection, clock, throttle, Always(0.5)))
        return opened[-1]

    yield make
    for transport in opened:
        transport.close()


def failure(transport: Transport) -> CertViewError:
    with pytest.raises(CertViewError) as caught:
        transport.post(PATH, BODY)
    return caught.value


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class TestLogin:
    def test_user(self, simulator: Simulator, open_to: Opener) -> None:
        assert len(open_to(simulator.url).post(PATH, BODY)) == 5
        assert simulator.stats["logins"] == 1

    @pytest.mark.parametrize("kind", ["user", "subscription"])
    def test_client(self, simulator: Simulator, open_to: Opener, kind: str) -> None:
        credentials = Credentials(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, client_type=kind)
        assert len(open_to(simulator.url, credentials).post(PATH, BODY)) == 5

    @pytest.mark.parametrize(
        "shape", ["{0}", ' "{0}"\n', '{{"access_token": "{0}"}}', '{{"token": "{0}", "expires_in": 9}}']
    )
    @pytest.mark.parametrize(("kind", "path"), [("user", "/auth/oidc"), ("subscription", "/auth/oauth")])
    def test_client_whatever_shape_the_answer_has(
        self, serve: ServerFactory, open_to: Opener, kind: str, path: str, shape: str
    ) -> None:
        token = jwt({"sub": "client"})
        server = serve(Reply(), login=Reply(200, shape.format(token).encode()))
        credentials = Credentials(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, client_type=kind)
        open_to(server.url, credentials).post(PATH, BODY)
        login, call = server.received
        assert login.path == path
        assert (login.headers["clientId"], login.headers["clientSecret"]) == (CLIENT_ID, CLIENT_SECRET)
        assert call.headers["Authorization"] == f"Bearer {token}"

    def test_password_with_every_awkward_character_arrives(self, serve: ServerFactory, open_to: Opener) -> None:
        server = serve(Reply())
        open_to(server.url, Credentials(username="u", password="a+b#c&d=é %")).post(PATH, BODY)
        assert "password=a%2Bb%23c%26d%3D%C3%A9+%25" in server.received[0].body

    @pytest.mark.parametrize(
        "credentials",
        [Credentials(username=USERNAME, password="wrong"), Credentials(client_id=CLIENT_ID, client_secret="wrong")],
    )
    def test_refused_credentials_are_sent_once_however_often_one_asks(
        self, simulator: Simulator, open_to: Opener, clock: FakeClock, credentials: Credentials
    ) -> None:
        transport = open_to(simulator.url, credentials)
        for _again in range(3):
            error = failure(transport)
            assert (error.kind, error.http_status) == ("credentials", 401)
        assert simulator.stats["failed_logins"] == 1
        assert simulator.list_calls == 0
        assert clock.sleeps == []

    def test_a_login_that_meets_a_passing_fault_is_repeated(self, simulator: Simulator, open_to: Opener) -> None:
        simulator.fault("unavailable", match="/auth")
        assert open_to(simulator.url).post(PATH, BODY)
        assert simulator.stats["logins"] == 1

    def test_wrong_host_answers_the_login_with_a_page(self, simulator: Simulator, open_to: Opener) -> None:
        simulator.fault("wrong-host", match="/auth", times=9)
        error = failure(open_to(simulator.url))
        assert (error.kind, error.http_status, error.request) == ("not_found", 404, "POST /auth")
        assert "404 Not Found" in str(error)
        assert simulator.stats["faults"] == {"wrong-host": 1}

    def test_a_page_in_place_of_a_token(self, serve: ServerFactory, open_to: Opener) -> None:
        error = failure(open_to(serve(Reply(), login=Reply(200, b"<html>Sign in</html>")).url))
        assert (error.kind, error.request) == ("answer", "POST /auth")


class TestTokens:
    def test_one_that_ends_in_mid_sweep_is_renewed_once(self, simulator: Simulator, open_to: Opener) -> None:
        simulator.fault("unauthorized", call=2)
        transport = open_to(simulator.url)
        for _page in range(4):
            assert len(transport.post(PATH, BODY)) == 5
        assert simulator.stats["logins"] == 2
        assert simulator.list_calls == 5

    def test_one_that_the_server_cannot_parse_is_renewed(self, simulator: Simulator, open_to: Opener) -> None:
        simulator.fault("jwt-parsing")
        assert open_to(simulator.url).post(PATH, BODY)
        assert simulator.stats["logins"] == 2

    @pytest.mark.parametrize(
        ("fault", "kind", "status"), [("unauthorized", "credentials", 401), ("jwt-parsing", "server", 500)]
    )
    def test_a_new_one_refused_at_once_is_an_error(
        self, simulator: Simulator, open_to: Opener, fault: str, kind: str, status: int
    ) -> None:
        simulator.fault(fault, times=9)
        error = failure(open_to(simulator.url))
        assert (error.kind, error.http_status) == (kind, status)
        assert simulator.stats["logins"] == 2
        assert simulator.list_calls == 2

    def test_a_given_one_cannot_be_renewed(self, simulator: Simulator, open_to: Opener) -> None:
        error = failure(open_to(simulator.url, Credentials(token=jwt({"sub": "u"}))))
        assert error.kind == "credentials"
        assert "certview_auth" in error.hint
        assert (simulator.stats["logins"], simulator.stats["failed_logins"]) == (0, 0)


class TestRefusals:
    @pytest.mark.parametrize(
        ("fault", "kind", "status", "code", "words"),
        [
            ("forbidden", "permission", 403, "2012", "User license is not authorized"),
            ("not-found", "not_found", 404, "404", "No static resource"),
            ("registration", "registration", 409, "2003", "Registration must be completed"),
            ("wrong-host", "not_found", 404, None, "404 Not Found"),
        ],
    )
    def test_are_told_at_once_with_the_servers_words(
        self, simulator: Simulator, open_to: Opener, fault: str, kind: str, status: int, code: str | None, words: str
    ) -> None:
        simulator.fault(fault, times=9)
        error = failure(open_to(simulator.url))
        assert (error.kind, error.http_status, error.code, error.request) == (kind, status, code, f"POST {PATH}")
        assert words in error.message
        assert simulator.list_calls == 1

    def test_a_redirect_is_not_followed_and_the_token_not_carried(self, serve: ServerFactory, open_to: Opener) -> None:
        elsewhere = serve(Reply())
        server = serve(Reply(307, b"", {"Location": f"{elsewhere.url}/there"}))
        error = failure(open_to(server.url))
        assert (error.kind, error.http_status) == ("redirect", 307)
        assert elsewhere.received == []

    def test_a_redirected_login_does_not_carry_the_password(self, serve: ServerFactory, open_to: Opener) -> None:
        elsewhere = serve(Reply())
        server = serve(Reply(), login=Reply(308, b"", {"Location": f"{elsewhere.url}/auth"}))
        assert failure(open_to(server.url)).kind == "redirect"
        assert elsewhere.received == []


class TestLimits:
    @pytest.mark.parametrize("status", [429, 409])
    def test_a_refused_call_is_made_again_after_the_told_time(
        self, serve: ServerFactory, open_to: Opener, clock: FakeClock, status: int
    ) -> None:
        server = serve(Reply(status, b"", {"X-RateLimit-ToWait-Sec": "30"}), Reply())
        assert open_to(server.url).post(PATH, BODY) == []
        assert clock.seconds == 30.5

    def test_the_classic_refusal_of_the_simulator_is_waited_out(
        self, simulator: Simulator, open_to: Opener, clock: FakeClock
    ) -> None:
        simulator.control("limits", {"rate": 1, "status": 409, "headers": "none"})
        transport = open_to(simulator.url, max_wait=10)
        transport.post(PATH, BODY)
        assert failure(transport).kind == "budget"
        assert sum(clock.sleeps) <= 10
        assert simulator.stats["refusals"][PATH]["rate"] >= 2

    def test_a_refusal_that_tells_no_time_is_made_again_later_and_later(
        self, simulator: Simulator, open_to: Opener, clock: FakeClock
    ) -> None:
        simulator.fault("limited-silent", times=3)
        assert open_to(simulator.url).post(PATH, BODY)
        assert clock.sleeps == [0.5, 1.0, 2.0]

    def test_a_wait_beyond_the_bound_is_an_error(self, simulator: Simulator, open_to: Opener, clock: FakeClock) -> None:
        simulator.fault("limited", to_wait=3600)
        error = failure(open_to(simulator.url, max_wait=60))
        assert error.kind == "budget"
        assert "2026-06-01T01:00:00Z" in str(error)
        assert clock.sleeps == []

    def test_the_waits_of_one_call_add_up(self, simulator: Simulator, open_to: Opener, clock: FakeClock) -> None:
        simulator.fault("limited", times=9, to_wait=20)
        assert failure(open_to(simulator.url, max_wait=50)).kind == "budget"
        assert clock.seconds == 41.0

    @pytest.mark.parametrize(
        ("retries", "max_wait", "kind", "calls"), [(2, -1, "server", 6), (99, 200, "budget", 5), (99, 0, "budget", 1)]
    )
    def test_faults_between_refusals_do_not_make_either_be_forgotten(
        self, serve: ServerFactory, open_to: Opener, retries: int, max_wait: float, kind: str, calls: int
    ) -> None:
        server = serve(*[Reply(429, b"", {"Retry-After": "90"}), Reply(502)] * 20)
        assert failure(open_to(server.url, retries=retries, max_wait=max_wait)).kind == kind
        assert len([request for request in server.received if request.path == PATH]) == calls

    def test_limits_of_the_answers_are_kept(self, simulator: Simulator, open_to: Opener, clock: FakeClock) -> None:
        simulator.control("limits", {"rate": 2, "window": 60})
        transport = open_to(simulator.url)
        for _each in range(2):
            transport.post(PATH, BODY)
        simulator.control("limits", {"rate": 300})
        transport.post(PATH, BODY)
        assert clock.seconds == 60.0
        assert simulator.list_calls == 3


class TestPassingFaults:
    @pytest.mark.parametrize(
        "fault",
        [
            "server-error",
            "bad-gateway",
            "unavailable",
            "reset",
            "truncated",
            "cut-json",
            "html",
            "stall",
            "stalled-body",
        ],
    )
    def test_are_outlived(self, simulator: Simulator, open_to: Opener, clock: FakeClock, fault: str) -> None:
        simulator.fault(fault, seconds=5)
        assert len(open_to(simulator.url, timeout=PATIENCE[fault]).post(PATH, BODY)) == 5
        assert clock.sleeps == [0.5]

    @pytest.mark.parametrize(
        ("fault", "kind", "status", "words"),
        [
            ("server-error", "server", 500, "Internal Server Error"),
            ("bad-gateway", "server", 502, "502 Bad Gateway"),
            ("unavailable", "server", 503, "Service Unavailable"),
            ("reset", "network", None, "the connection to 127.0.0.1"),
            ("truncated", "network", None, "closed before the answer was complete"),
            ("cut-json", "answer", 200, "damaged or cut off"),
            ("html", "answer", 200, "is not JSON: Scheduled maintenance"),
            ("stall", "timeout", None, "did not answer within 1 s"),
            ("stalled-body", "timeout", None, "did not answer within 1 s"),
        ],
    )
    def test_that_stay_are_an_error_that_says_what(
        self, simulator: Simulator, open_to: Opener, fault: str, kind: str, status: int | None, words: str
    ) -> None:
        simulator.fault(fault, times=9, seconds=5)
        retries = 0 if "stall" in fault else 2
        error = failure(open_to(simulator.url, timeout=PATIENCE[fault], retries=retries))
        assert (error.kind, error.http_status, error.request) == (kind, status, f"POST {PATH}")
        assert words in error.message
        assert error.hint
        assert simulator.stats["faults"] == {fault: 1 + retries}

    def test_pauses_are_as_long_as_the_server_asks_within_reason(
        self, simulator: Simulator, open_to: Opener, clock: FakeClock
    ) -> None:
        simulator.fault("unavailable-retry-after", retry_after=7)
        simulator.fault("unavailable-retry-after", call=2, retry_after=7200)
        assert open_to(simulator.url).post(PATH, BODY)
        assert clock.seconds == 7.5 + 120.5

    def test_pauses_have_full_jitter(self, clock: FakeClock) -> None:
        tried: list[float] = []

        def answer(request: Received) -> Reply:
            if request.path.startswith("/auth"):
                return Reply(201, jwt({}).encode())
            tried.append(clock.seconds)
            return Reply(500)

        server = ScriptedServer(answer)
        connection = connection_to(server.url, retries=30)
        transport = Transport(connection, clock, Throttle(clock, max_wait=0, max_concurrency=1), random.Random(1))
        failure(transport)
        transport.close()
        server.close()
        pauses = [after - before for before, after in itertools.pairwise(tried)]
        assert len(set(pauses)) == 30
        assert all(pause <= min(60, 2**attempt) + 1e-6 for attempt, pause in enumerate(pauses))
        assert max(pauses) > 30


class TestAnswers:
    @pytest.mark.parametrize(("fault", "value"), [("empty", None), ("object", "Something went wrong")])
    def test_whatever_json_is_handed_on(self, simulator: Simulator, open_to: Opener, fault: str, value: object) -> None:
        simulator.fault(fault)
        answer = open_to(simulator.url).post(PATH, BODY)
        assert (answer["message"] if answer else answer) == value

    def test_the_content_type_does_not_matter(self, simulator: Simulator, open_to: Opener) -> None:
        simulator.fault("wrong-content-type")
        assert len(open_to(simulator.url).post(PATH, BODY)) == 5

    def test_json_is_utf_8_whatever_the_header_says(self, serve: ServerFactory, open_to: Opener) -> None:
        server = serve(Reply(200, '["Müller", "\\u0000"]'.encode(), {"Content-Type": "text/plain; charset=latin-1"}))
        assert open_to(server.url).post(PATH, BODY) == ["Müller", "\x00"]

    def test_what_is_no_utf_8_is_no_crash(self, serve: ServerFactory, open_to: Opener) -> None:
        assert open_to(serve(Reply(200, b'["\xff"]')).url).post(PATH, BODY) == ["\ufffd"]


SITES = "/certview/v1/externalSites/bulkAdd"
CSV = Upload("sites.csv", b"Sites\nwww.example.com\n", "text/csv")


class TestUploads:
    def test_a_file_is_sent_as_its_part_and_the_answer_read_as_text(
        self, simulator: Simulator, open_to: Opener
    ) -> None:
        transport = open_to(simulator.url)
        assert transport.post(SITES, files=CSV, query={"action": "SAVE"}, read=lambda answer: answer.text) == "Created"
        listed = transport.post("/certview/v1/externalSites", {"pageSize": 200})
        assert "www.example.com" in {site["site"] for page in listed for site in page}

    def test_name_and_type_of_the_file_are_told_and_the_query_is_escaped(
        self, serve: ServerFactory, open_to: Opener
    ) -> None:
        server = serve(Reply())
        open_to(server.url).post(SITES, files=CSV, query={"action": "A&B"})
        call = server.received[-1]
        assert call.path == f"{SITES}?action=A%26B"
        assert call.headers["Content-Type"].startswith("multipart/form-data; boundary=")
        assert 'name="file"; filename="sites.csv"' in call.body
        assert "Content-Type: text/csv" in call.body
        assert CSV.content.decode() in call.body

    def test_a_fault_between_does_not_empty_the_file(self, serve: ServerFactory, open_to: Opener) -> None:
        server = serve(Reply(503), Reply())
        open_to(server.url).post(SITES, files=CSV)
        assert [CSV.content.decode() in call.body for call in server.received[1:]] == [True, True]

    def test_an_error_does_not_show_the_query(self, simulator: Simulator, open_to: Opener) -> None:
        with pytest.raises(CertViewError) as caught:
            open_to(simulator.url).post(SITES, files=CSV, query={"action": "hush"})
        assert caught.value.request == f"POST {SITES}"
        assert "hush is not one of" in caught.value.message


def test_calls_of_one_api_are_counted_together_whatever_their_path(
    serve: ServerFactory, open_to: Opener, clock: FakeClock
) -> None:
    headers = {"X-RateLimit-Limit": "1", "X-RateLimit-Window-Sec": "60"}
    transport = open_to(serve(Reply(headers=headers)).url, max_wait=30)
    transport.post("/certificates/1/assets", BODY, api="/certificates/{certhash}/assets")
    transport.post("/certificates", BODY)
    with pytest.raises(CertViewError) as caught:
        transport.post("/certificates/2/assets", BODY, api="/certificates/{certhash}/assets")
    assert (caught.value.kind, caught.value.request) == ("budget", "POST /certificates/{certhash}/assets")


def test_a_call_whose_answer_nobody_wants_does_not_go_out_and_counts_for_nothing(
    serve: ServerFactory, clock: FakeClock
) -> None:
    server = serve(Reply())
    throttle = Throttle(clock, max_wait=-1, max_concurrency=2)
    transport = Transport(connection_to(server.url), clock, throttle)
    throttle.refused(PATH, {"Retry-After": "0"}, attempt=0)
    wish = Wish()
    clock.when(0, wish.give_up)
    with pytest.raises(Abandoned):
        transport.post(PATH, BODY, wish=wish)
    transport.close()
    assert [call.path for call in server.received] == ["/auth"]
    assert (throttle.calls, len(throttle.budget(PATH).counted)) == (0, 0)


def test_who_wants_no_answer_any_more_does_not_log_in(serve: ServerFactory, open_to: Opener) -> None:
    server = serve(Reply())
    given_up = Wish()
    given_up.give_up()
    with pytest.raises(Abandoned):
        open_to(server.url).post(PATH, BODY, wish=given_up)
    assert server.received == []


def test_the_calls_of_all_tokens_that_name_one_user_are_counted_together(clock: FakeClock, tmp_path: Path) -> None:
    counted = []
    for number in (1, 2, 3):
        credentials = Credentials(token=jwt({"sub": "quays_xx1", "jti": number}))
        connection = connection_to("https://gateway.example", credentials, state_dir=str(tmp_path))
        with CertViewClient(connection, clock=clock) as client, client.throttle.admitted(PATH):
            counted.append(len(client.throttle.budget(PATH).counted))
    assert counted == [1, 2, 3]


class TestLimitedLogin:
    @pytest.mark.parametrize("fault", ["limited", "limited-classic"])
    def test_is_made_again_after_the_told_time_and_told(
        self, simulator: Simulator, clock: FakeClock, told: list[str], fault: str
    ) -> None:
        simulator.fault(fault, match="/auth", to_wait=30)
        with CertViewClient(connection_to(simulator.url), clock=clock, chance=Always(0.5), tell=told.append) as client:
            assert client.log_in().value
            assert client.throttle.calls == 0
        assert clock.seconds == 30.5
        assert len(told) == 1
        assert told[0].startswith("Waiting 30 s to log in: the server takes no more calls for now (HTTP 4")
        assert "Next try at 2026-06-01T00:00:30Z." in told[0]
        assert simulator.stats["logins"] == 1

    def test_is_made_again_with_jitter_when_no_time_is_told(
        self, simulator: Simulator, open_to: Opener, clock: FakeClock
    ) -> None:
        simulator.fault("limited-silent", match="/auth", times=3)
        assert open_to(simulator.url).post(PATH, BODY)
        assert clock.sleeps == [0.5, 1.0, 2.0]

    def test_beyond_max_wait_is_an_error_that_says_when_and_is_not_remembered(
        self, simulator: Simulator, open_to: Opener, clock: FakeClock
    ) -> None:
        simulator.fault("limited", match="/auth", to_wait=3600)
        transport = open_to(simulator.url, max_wait=60)
        error = failure(transport)
        assert (error.kind, error.http_status, error.request) == ("budget", 429, "POST /auth")
        assert "2026-06-01T01:00:00Z, in 3600 s, and max_wait allows 60 s" in str(error)
        assert clock.sleeps == []
        assert transport.post(PATH, BODY)

    def test_ends_when_nobody_wants_the_answer(self, serve: ServerFactory, open_to: Opener, clock: FakeClock) -> None:
        server = serve(Reply(), login=Reply(429, b"", {"Retry-After": "3600"}))
        wish = Wish()
        clock.when(0, wish.give_up)
        with pytest.raises(Abandoned):
            open_to(server.url).post(PATH, BODY, wish=wish)
        assert clock.sleeps == [5.0]
        assert len(server.received) == 1


class TestServersClock:
    @pytest.mark.parametrize(
        ("date", "ahead"),
        [
            ("Mon, 01 Jun 2026 00:00:00 GMT", 0.0),
            ("Sun, 31 May 2026 23:58:30 GMT", 90.0),
            ("Mon, 01 Jun 2026 01:00:00 GMT", -3600.0),
            ("soon", 0.0),
            ("Mon, 01 Jun 2026 01:00:00 -0000", 0.0),
            ("Mon, 01 Jun 99999 01:00:00 GMT", 0.0),
        ],
    )
    def test_is_told_by_the_date_of_an_answer(
        self, serve: ServerFactory, open_to: Opener, monkeypatch: pytest.MonkeyPatch, date: str, ahead: float
    ) -> None:
        monkeypatch.setattr(BaseHTTPRequestHandler, "date_time_string", lambda handler: date)
        transport = open_to(serve(Reply()).url)
        assert transport.clock_ahead_seconds == 0.0
        transport.post(PATH, BODY)
        assert transport.clock_ahead_seconds == ahead

    def test_is_not_told_by_who_refuses_in_its_place(
        self, serve: ServerFactory, open_to: Opener, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        dates = ["Sun, 31 May 2026 23:58:30 GMT", "Sun, 31 May 2026 22:00:00 GMT"]
        monkeypatch.setattr(BaseHTTPRequestHandler, "date_time_string", lambda handler: dates.pop(0))
        transport = open_to(serve(Reply(403)).url)
        failure(transport)
        assert transport.clock_ahead_seconds == 90.0
        assert dates == []


class TestEnvironment:
    def test_a_netrc_neither_replaces_the_token_nor_joins_the_login(
        self, serve: ServerFactory, open_to: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        netrc = tmp_path / "netrc"
        netrc.write_text("machine 127.0.0.1 login other password hush\n", encoding="utf-8")
        netrc.chmod(0o600)
        monkeypatch.setenv("NETRC", str(netrc))
        server = serve(Reply())
        open_to(server.url).post(PATH, BODY)
        login, call = server.received
        assert "Authorization" not in login.headers
        assert call.headers["Authorization"].startswith("Bearer ey")

    @pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
    def test_its_ca_bundle_does_not_replace_ours(
        self, tls_simulator: Simulator, open_to: Opener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str
    ) -> None:
        other = tmp_path / "other.pem"
        trustme.CA().cert_pem.write_to_path(str(other))
        monkeypatch.setenv(variable, str(other))
        assert tls_simulator.ca_path is not None
        assert open_to(tls_simulator.url, verify=tls_simulator.ca_path).post(PATH, BODY)
        assert open_to(tls_simulator.url, verify=False).post(PATH, BODY)
        assert failure(open_to(tls_simulator.url)).kind == "tls"

    def test_its_ca_bundle_serves_when_there_is_no_other(
        self, tls_simulator: Simulator, open_to: Opener, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tls_simulator.ca_path))
        assert open_to(tls_simulator.url).post(PATH, BODY)

    def test_its_ca_bundle_that_is_gone_is_named(
        self, tls_simulator: Simulator, open_to: Opener, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
        error = failure(open_to(tls_simulator.url))
        assert error.kind == "tls"
        assert "/nowhere/ca.pem" in error.message
        assert "REQUESTS_CA_BUNDLE" in error.hint

    def test_its_proxy_is_used_unless_told_not_to(
        self, simulator: Simulator, open_to: Opener, monkeypatch: pytest.MonkeyPatch, closed_port: int
    ) -> None:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port}")
        assert failure(open_to(simulator.url)).kind == "proxy"
        assert open_to(simulator.url, use_proxy=False).post(PATH, BODY)


class TestTls:
    def test_an_untrusted_certificate_is_an_error_that_names_the_remedy(
        self, tls_simulator: Simulator, open_to: Opener, clock: FakeClock
    ) -> None:
        error = failure(open_to(tls_simulator.url))
        assert error.kind == "tls"
        assert "unable to get local issuer certificate" in error.message
        assert "ca_path" in error.hint
        assert clock.sleeps == []

    def test_a_certificate_of_another_name_is_refused(self, open_to: Opener, tmp_path: Path) -> None:
        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("other.example").configure_cert(context)
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        server = ScriptedServer(lambda request: Reply(), context)
        try:
            error = failure(open_to(server.url, verify=str(tmp_path / "ca.pem")))
        finally:
            server.close()
        assert error.kind == "tls"
        assert "not valid for '127.0.0.1'" in error.message

    def test_plain_http_at_the_port_is_told(self, simulator: Simulator, open_to: Opener) -> None:
        error = failure(open_to(simulator.url.replace("http:", "https:")))
        assert error.kind == "tls"
        assert "scheme and port" in error.hint

    def test_a_bundle_that_holds_no_certificate_is_told(
        self, tls_simulator: Simulator, open_to: Opener, tmp_path: Path
    ) -> None:
        (tmp_path / "ca.pem").write_text("nothing", encoding="utf-8")
        error = failure(open_to(tls_simulator.url, verify=str(tmp_path / "ca.pem")))
        assert error.kind == "tls"
        assert "ca_path" in error.hint

    def test_a_connection_closed_in_the_handshake_may_pass(self, open_to: Opener, clock: FakeClock) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:

            def close_all() -> None:
                for _each in range(3):
                    connection, _address = listener.accept()
                    connection.recv(65536)
                    connection.close()

            closing = threading.Thread(target=close_all)
            closing.start()
            error = failure(open_to(f"https://127.0.0.1:{listener.getsockname()[1]}", retries=2))
            closing.join()
        assert error.kind == "network"
        assert len(clock.sleeps) == 2


class TestUnreachable:
    def test_closed_port(self, open_to: Opener, closed_port: int, clock: FakeClock) -> None:
        error = failure(open_to(f"http://127.0.0.1:{closed_port}", retries=2))
        assert (error.kind, error.request) == ("network", "POST /auth")
        assert f"127.0.0.1:{closed_port} refuses the connection" in error.message
        assert len(clock.sleeps) == 2

    def test_unresolvable_name(self, open_to: Opener) -> None:
        error = failure(open_to("https://gateway.invalid", retries=0))
        assert error.kind == "network"
        assert "gateway.invalid cannot be resolved" in error.message

    def test_proxy_refuses(self, simulator: Simulator, open_to: Opener, closed_port: int, clock: FakeClock) -> None:
        error = failure(open_to(simulator.url, proxy=f"http://u:hush@127.0.0.1:{closed_port}"))
        assert error.kind == "proxy"
        assert "Connection refused" in error.message
        assert "hush" not in str(error)
        assert clock.sleeps == []

    def test_proxy_wants_a_login(self, open_to: Opener) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:

            def refuse() -> None:
                connection, _address = listener.accept()
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 407 Proxy Authentication\x1b[31m Required\r\n\r\n")
                connection.close()

            refusing = threading.Thread(target=refuse)
            refusing.start()
            proxy = f"http://127.0.0.1:{listener.getsockname()[1]}"
            error = failure(open_to("https://gateway.invalid", proxy=proxy, retries=0))
            refusing.join()
        assert error.kind == "proxy"
        assert "407 Proxy Authentication" in error.message
        assert error.message.isprintable()

    @pytest.mark.parametrize("proxy", ["http://", "foo://127.0.0.1:1", "http://:3128", "http://user:secret@"])
    def test_proxy_that_is_no_url(self, simulator: Simulator, open_to: Opener, proxy: str) -> None:
        with pytest.raises(CertViewError) as caught:
            open_to(simulator.url, proxy=proxy)
        assert caught.value.kind == "proxy"
        assert "proxy" in caught.value.hint
        assert "secret" not in str(caught.value)

    def test_host_that_cannot_be_one(self, open_to: Opener, clock: FakeClock) -> None:
        error = failure(open_to("https://.example.invalid"))
        assert error.kind == "options"
        assert clock.sleeps == []

    @pytest.mark.parametrize("secret", ["two\nlines", "schlüssel-日本"])
    def test_secret_that_no_header_can_carry(
        self, simulator: Simulator, open_to: Opener, secret: str, clock: FakeClock
    ) -> None:
        error = failure(open_to(simulator.url, Credentials(client_id="i", client_secret=secret)))
        assert error.kind == "options"
        assert secret not in str(error)
        assert clock.sleeps == []


class TestWithoutRequests:
    def test_the_error_names_the_library_and_how_to_install_it(
        self, monkeypatch: pytest.MonkeyPatch, clock: FakeClock
    ) -> None:
        monkeypatch.setitem(sys.modules, "requests", None)
        spec = importlib.util.spec_from_file_location(f"{_transport.__package__}._transport_alone", _transport.__file__)
        assert spec is not None
        assert spec.loader is not None
        alone = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, spec.name, alone)
        spec.loader.exec_module(alone)
        assert "requests" in alone.REQUESTS_IMPORT_ERROR
        with pytest.raises(CertViewError, match="python -m pip install requests") as caught:
            alone.Transport(connection_to("http://127.0.0.1"), clock, Throttle(clock, max_wait=0, max_concurrency=1))
        assert caught.value.kind == "requirement"

    def test_it_is_there_now(self) -> None:
        assert _transport.REQUESTS_IMPORT_ERROR is None


def test_as_many_connections_are_kept_alive_as_calls_may_run_at_once(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    together = threading.Barrier(12)

    def answer(request: Received) -> Reply:
        if request.path.startswith("/auth"):
            return Reply(201, jwt({}).encode())
        together.wait(timeout=30)
        return Reply()

    server = ScriptedServer(answer)
    throttle = Throttle(clock, max_wait=-1, max_concurrency=12)
    transport = Transport(connection_to(server.url, max_concurrency=12), clock, throttle)
    try:
        with ThreadPoolExecutor(12) as pool:
            list(pool.map(lambda number: transport.post(PATH, BODY), range(24)))
    finally:
        transport.close()
        server.close()
    # urllib3 would say that the pool is full, on standard error where nobody has set up logging.
    assert caplog.records == []


def test_one_connection_serves_many_calls(serve: ServerFactory, open_to: Opener) -> None:
    server = serve(Reply())
    transport = open_to(server.url)
    for _each in range(5):
        transport.post(PATH, BODY)
    assert [request.path for request in server.received] == ["/auth"] + [PATH] * 5
    assert server.received[1].headers["Content-Type"] == "application/json"
    assert server.received[0].headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert PASSWORD in server.received[0].body
