# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What several tests of the client need: time that they move themselves, tokens, servers to talk to."""

from __future__ import annotations

import base64
import json
import random
import ssl
import threading
import typing as t
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ansible_collections.community.qualys.plugins.module_utils._client import CertViewClient
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._options import Connection, Credentials
from ansible_collections.community.qualys.plugins.module_utils._source import CertificateSource
from hypothesis import strategies as st
from support import simulator as support_simulator
from support.simulator import PASSWORD, USERNAME

AS_OF = datetime(2026, 6, 1, tzinfo=timezone.utc)
CLIENT_ID, CLIENT_SECRET = "certview-demo-client", "certview-demo-client-secret"


class FakeClock:
    """A clock that only sleeping moves, unless somebody sets it."""

    def __init__(self, start: datetime = AS_OF) -> None:
        self._start = start
        self._lock = threading.Lock()
        self.seconds = 0.0
        self.sleeps: list[float] = []
        self.boots = 1
        self._alarms: list[tuple[float, t.Callable[[], object]]] = []

    def when(self, seconds: float, action: t.Callable[[], object]) -> None:
        """Do *action* once, after the sleep that reaches so many seconds."""
        self._alarms.append((seconds, action))

    def set_by(self, seconds: float) -> None:
        """Let the clock show another time, although none has passed."""
        self._start += timedelta(seconds=seconds)

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        # Each boot counts from an instant of its own.
        return 1000.0 * self.boots + self.seconds

    def boot(self) -> str:
        return f"boot {self.boots}"

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.sleeps.append(seconds)
            self.seconds += seconds
            due = [alarm for alarm in self._alarms if alarm[0] <= self.seconds]
            self._alarms = [alarm for alarm in self._alarms if alarm not in due]
        for _moment, action in due:
            action()


class Always(random.Random):
    """Chance that always falls at the same share of the range."""

    def __init__(self, share: float) -> None:
        super().__init__(0)
        self._share = share

    def uniform(self, a: float, b: float) -> float:
        return a + (b - a) * self._share


def _part(document: t.Any) -> str:
    # Blanks, which JSON allows, make the least document as long as a token's part is.
    return base64.urlsafe_b64encode(f"{json.dumps(document)}   ".encode()).rstrip(b"=").decode()


def jwt(claims: t.Any) -> str:
    """A JSON Web Token with these claims and a signature that nobody checks."""
    return f"{_part({'alg': 'HS512'})}.{_part(claims)}.c2lnbmF0dXJl"


def connection_to(url: str, credentials: Credentials | None = None, **options: t.Any) -> Connection:
    return Connection(url, credentials or Credentials(username=USERNAME, password=PASSWORD), **options)


# What a JSON document of a hostile server may hold.
JSON_VALUES: st.SearchStrategy[t.Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


_T = t.TypeVar("_T")


def outcome_of(call: t.Callable[..., _T], *args: t.Any, **options: t.Any) -> _T | CertViewError:
    """What a call returns, or the error that it is expected to end in otherwise; any other error is not caught."""
    try:
        return call(*args, **options)
    except CertViewError as exc:
        return exc


class ClientFactory(t.Protocol):
    def __call__(self, url: str, credentials: Credentials | None = None, **options: t.Any) -> CertViewClient: ...


class SourceFactory(t.Protocol):
    def __call__(self, url: str, **options: t.Any) -> CertificateSource: ...


class Simulator:
    """A simulated CertView, and what tests of the client change and see behind its back."""

    def __init__(self, simulator: support_simulator.Simulator) -> None:
        self.url = simulator.url
        self.ca_path = simulator.state.get("ca_path")
        self.control = simulator.control
        self._estate_changed = False

    def reset(self) -> None:
        # To build the estate anew takes longer than most tests.
        self.control("reset", {"estate": self._estate_changed})
        self._estate_changed = False
        self.control("versions", {"versions": ["v1", "v2", "v2.1", "v2.2"]})
        # Calls that a test has left stalling must not count against the next.
        limits = {"rate": 300, "window": 3600, "concurrency": 50, "status": 429, "headers": "gateway"}
        self.control("limits", limits)

    def fault(self, name: str, *, call: int = 1, times: int = 1, match: str = "/certificates", **more: t.Any) -> None:
        self._estate_changed = self._estate_changed or name.startswith("rows-")
        self.control("faults", [{"fault": name, "call": call, "times": times, "match": match, **more}])

    @property
    def stats(self) -> t.Any:
        return self.control("stats")

    @property
    def list_calls(self) -> int:
        return int(self.stats["total"])


class Reply(t.NamedTuple):
    status: int = 200
    body: bytes = b"[]"
    headers: t.Mapping[str, str] = {}


class Received(t.NamedTuple):
    path: str
    headers: t.Mapping[str, str]
    body: str


class ScriptedServer:
    """Answers what a test says, for what no CertView would do; logins get a token."""

    def __init__(self, answer: t.Callable[[Received], Reply], tls: ssl.SSLContext | None = None) -> None:
        self.received: list[Received] = []
        received = self.received

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                request = Received(self.path, dict(self.headers.items()), body)
                received.append(request)
                reply = answer(request)
                self.send_response(reply.status)
                for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class ServerFactory(t.Protocol):
    def __call__(self, *replies: Reply, login: Reply | None = None) -> ScriptedServer: ...
