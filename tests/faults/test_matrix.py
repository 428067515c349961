# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The matrix: every fault of the server and of the network, on every way that certificates take to the user.

Either the fault is healed and all rows come, each once, or an error names the cause; there is never a silent part.
"""

from __future__ import annotations

import os
import typing as t
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from faults.estate import LAST_CALL, FaultyGateway
from faults.ways import OLD, WAYS, Reader, Way, copied, sighted
from unit.client.support import FakeClock, connection_to, outcome_of

MANY = bool(os.environ.get("QUALYS_TEST_MANY"))
FOR_EVER = 10_000
ANY_CALL = (1, 3, LAST_CALL)
IN_MID_SWEEP = (3,)


class Refused(t.NamedTuple):
    """What must become of a fault that cannot be healed.

    :ivar words: What the message must say of the cause.
    """

    kind: str
    words: str
    http_status: int | None = None


HEALED = None


@dataclass(frozen=True)
class Fault:
    """
    :ivar name: As the simulator calls it.
    :ivar calls: At which call of the list it begins; each is a test of its own.
    :ivar parameters: Of the simulator.
    :ivar options: Of the connection.
    """

    name: str
    outcome: Refused | None
    calls: tuple[int, ...] = ANY_CALL
    times: int = 1
    match: str = "/certificates"
    parameters: t.Mapping[str, t.Any] = field(default_factory=dict)
    options: t.Mapping[str, t.Any] = field(default_factory=dict)


def lasting(name: str, *refused: t.Any, calls: tuple[int, ...] = IN_MID_SWEEP, **more: t.Any) -> Fault:
    """A fault that does not pass."""
    return Fault(name, Refused(*refused), calls, FOR_EVER, **more)


def at_login(name: str, outcome: Refused | None, times: int = 1, **more: t.Any) -> Fault:
    return Fault(name, outcome, (1,), times, "/auth", **more)


# As short as a busy machine allows: a stall has to outlast it in real time.
TIMEOUT = 0.4
STALLED = {"parameters": {"seconds": 5}, "options": {"timeout": TIMEOUT}}
STALLED_ALWAYS = {"parameters": {"seconds": 5}, "options": {"timeout": TIMEOUT, "retries": 0}}
BOUNDED = {"max_wait": 100.0}

FAULTS: dict[str, Fault] = {
    "token ends": Fault("unauthorized", HEALED),
    "token is damaged on the way": Fault("jwt-parsing", HEALED),
    "no token serves": lasting("unauthorized", "credentials", "refuses the token", 401),
    "user may not": Fault("forbidden", Refused("permission", "not authorized to run this API", 403)),
    "newest version is gone": Fault("not-found", HEALED, (1,), match="/v2.2/"),
    "two versions are gone": Fault("not-found", HEALED, (1,), times=2),
    "version goes in mid-sweep": Fault("not-found", Refused("not_found", "No static resource", 404), IN_MID_SWEEP),
    "all versions are gone": lasting("not-found", "not_found", "No static resource", 404, calls=(1,)),
    "wrong host": lasting("wrong-host", "not_found", "404 Not Found", 404, calls=(1, 3)),
    "rate limit": Fault("limited", HEALED, times=2, parameters={"to_wait": 30}),
    "rate limit without headers": Fault("limited-silent", HEALED, times=2),
    "rate limit of the classic API": Fault("limited-classic", HEALED, parameters={"to_wait": 30}),
    "concurrency limit of the classic API": Fault("limited-classic", HEALED, parameters={"code": 1960}),
    "rate limit beyond max_wait": lasting(
        "limited", "budget", "asked to wait 60 s", parameters={"to_wait": 60}, options=BOUNDED
    ),
    "rate limit without headers beyond max_wait": lasting(
        "limited-silent", "budget", "did not say how long", options=BOUNDED
    ),
    "classic limit beyond max_wait": lasting("limited-classic", "budget", "did not say how long", options=BOUNDED),
    "registration is no limit": Fault("registration", Refused("registration", "Registration must be completed", 409)),
    "rate limit that only Retry-After tells": Fault("limited-retry-after", HEALED, parameters={"retry_after": 90}),
    "server error": Fault("server-error", HEALED),
    "server error that stays": lasting("server-error", "server", "Internal Server Error", 500),
    "bad gateway": Fault("bad-gateway", HEALED),
    "bad gateway that stays": lasting("bad-gateway", "server", "502 Bad Gateway", 502),
    "unavailable": Fault("unavailable", HEALED, times=3),
    "unavailable with a time": Fault("unavailable-retry-after", HEALED, parameters={"retry_after": 90}),
    "unavailable that stays": lasting("unavailable-retry-after", "server", "Service Unavailable", 503),
    "reset": Fault("reset", HEALED),
    "reset that stays": lasting("reset", "network", "the connection to 127.0.0.1"),
    "stall": Fault("stall", HEALED, **STALLED),
    "stall that stays": lasting("stall", "timeout", f"did not answer within {TIMEOUT} s", **STALLED_ALWAYS),
    "stalled body": Fault("stalled-body", HEALED, **STALLED),
    "stalled body that stays": lasting(
        "stalled-body", "timeout", f"did not answer within {TIMEOUT} s", **STALLED_ALWAYS
    ),
    "connection ends in mid-answer": Fault("truncated", HEALED),
    "connection always ends in mid-answer": lasting("truncated", "network", "before the answer was complete"),
    # Half of the page that ends the list is no JSON either.
    "JSON is cut off": Fault("cut-json", HEALED),
    "JSON is always cut off": lasting("cut-json", "answer", "is damaged or cut off", 200),
    "wrong content type": Fault("wrong-content-type", HEALED, (1,), FOR_EVER),
    "a page of HTML for a list": Fault("html", HEALED),
    "always a page of HTML for a list": lasting("html", "answer", "Scheduled maintenance", 200),
    "an error object for a list": Fault("object", HEALED),
    "always an error object for a list": lasting("object", "answer", "Something went wrong", 200),
    "an answer without content": Fault("empty", HEALED, options={"max_concurrency": 1}),
    "30 MB in a page": Fault("bloated", HEALED, IN_MID_SWEEP),
    "rows are inserted": Fault("rows-inserted", HEALED, (2, 3, LAST_CALL), parameters={"rows": 7}),
    "rows are moved": Fault("rows-moved", HEALED, (2, 3, LAST_CALL), parameters={"rows": 7}),
    "rows come all the time": lasting("rows-inserted", "shifting", "changed all the while"),
    "login is reset": at_login("reset", HEALED),
    "login is always reset": at_login("reset", Refused("network", "the connection to 127.0.0.1"), FOR_EVER),
    "login fails": at_login("bad-gateway", HEALED),
    "login stalls": at_login("stall", HEALED, **STALLED),
    "login is a page of HTML": at_login("html", Refused("answer", "not a JSON Web Token")),
    "login is limited": at_login("limited", HEALED),
    "login is refused": at_login("unauthorized", Refused("credentials", "is not accepted", 401)),
}


def reader_of(gateway: FaultyGateway, folder: Path, **options: t.Any) -> Reader:
    connection = connection_to(gateway.url, state_dir=str(folder / "state"), token_cache=True, **options)
    return Reader(connection, folder, gateway.hosts())


def cases() -> list[t.Any]:
    """Return every fault on every way, and at every call; if there is little time, at all its calls on one way only."""
    made = []
    for way in WAYS:
        for name, fault in FAULTS.items():
            middle = fault.calls[len(fault.calls) // 2]
            for call in fault.calls:
                others = way == "list" and len(fault.calls) > 1
                if MANY or (call == middle) is not others:
                    made.append(pytest.param(WAYS[way], fault, call, id=f"{way}: {name} at call {call}"))
    return made


@pytest.mark.parametrize(("way", "fault", "call"), cases())
def test_all_rows_come_once_or_an_error_names_the_cause(
    gateway: FaultyGateway, tmp_path: Path, way: Way, fault: Fault, call: int
) -> None:
    reader = reader_of(gateway, tmp_path, **fault.options)
    reader.dest.write_text(OLD, encoding="utf-8")
    way.prepare(reader, gateway)
    gateway.fault(fault.name, call=min(call, way.calls), times=fault.times, match=fault.match, **fault.parameters)
    before, copies = gateway.truth(), copied(tmp_path)
    outcome = outcome_of(way.take, reader)
    assert gateway.injected[fault.name] >= (1 if fault.times == FOR_EVER else fault.times)
    if fault.outcome is HEALED:
        # Rows that came while the list was read may be in it, but not some of them without the others.
        assert outcome in (way.sight(before), way.sight(gateway.truth()))
        return
    assert isinstance(outcome, CertViewError), outcome
    assert (outcome.kind, outcome.http_status) == (fault.outcome.kind, fault.outcome.http_status), str(outcome)
    assert fault.outcome.words in str(outcome)
    assert outcome.hint
    assert reader.dest.read_text(encoding="utf-8") == OLD
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dest", "state"]
    assert copied(tmp_path) == copies
    assert_heals(gateway, reader, way)


def assert_heals(gateway: FaultyGateway, reader: Reader, way: Way) -> None:
    """Nothing that a failure left behind may spoil the next run."""
    gateway.end_faults()
    reader.clock = FakeClock(reader.clock.now() + timedelta(days=1))
    assert way.take(reader) == way.sight(gateway.truth())


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_without_a_fault_all_rows_come_with_no_more_calls_than_it_takes(
    gateway: FaultyGateway, tmp_path: Path, way: Way
) -> None:
    reader = reader_of(gateway, tmp_path, max_concurrency=1)
    way.prepare(reader, gateway)
    before = gateway.list_calls
    assert way.take(reader) == way.sight(gateway.truth())
    assert gateway.list_calls - before == way.calls
    assert reader.told == []


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_faults_of_the_data_lose_no_row_and_leave_no_control_character(
    gateway: FaultyGateway, tmp_path: Path, way: Way
) -> None:
    reader = reader_of(gateway, tmp_path)
    way.prepare(reader, gateway)
    gateway.blemish(nul_subject=1.0, missing_issuer=0.5, unknown_fields=1.0, template=0.3)
    assert way.take(reader) == way.sight(gateway.truth())
    if reader.dest.exists():
        assert "\\u0000" not in reader.dest.read_text(encoding="utf-8")


@pytest.mark.parametrize("call", [2, 3, LAST_CALL])
def test_rows_that_are_removed_hide_no_more_rows_than_they_are(
    gateway: FaultyGateway, tmp_path: Path, call: int
) -> None:
    """The one thing that no answer of the API shows, as certview_certificate_info says in its notes."""
    before = dict(sighted(gateway.truth()))
    gateway.fault("rows-removed", call=call, times=1, match="/certificates", rows=4)
    given = WAYS["list"].take(reader_of(gateway, tmp_path))
    assert gateway.injected == {"rows-removed": 1}
    assert len(given) == len(dict(given))
    assert dict(given).items() <= before.items()
    assert len(before) - len(given) <= 4
