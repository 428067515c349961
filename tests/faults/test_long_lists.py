# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults late in a list that is long enough for calls to go out ahead of whoever takes the pages."""

from __future__ import annotations

import signal
import typing as t
from pathlib import Path

import pytest
from faults.estate import FaultyGateway, served_estate
from faults.victims import Victims
from faults.ways import OLD, WAYS, Reader
from unit.client.support import connection_to

# Sixteen pages: with two calls at once, calls go out ahead from the ninth on.
CERTIFICATES = 150
AHEAD_FROM = 8
LATE = 12
LAST_CALL = 16

FAULTS: dict[str, dict[str, t.Any]] = {
    "unauthorized": {},
    "limited": {"times": 2, "to_wait": 30},
    "server-error": {},
    "reset": {},
    "cut-json": {},
    "rows-inserted": {"rows": 7},
}


@pytest.fixture(scope="module")
def started_long_list() -> t.Iterator[FaultyGateway]:
    with served_estate(CERTIFICATES) as gateway:
        yield gateway


@pytest.fixture
def long_list(started_long_list: FaultyGateway) -> FaultyGateway:
    started_long_list.heal()
    return started_long_list


def reader_of(gateway: FaultyGateway, folder: Path) -> Reader:
    connection = connection_to(gateway.url, state_dir=str(folder / "state"), token_cache=True, max_concurrency=2)
    reader = Reader(connection, folder, gateway.hosts())
    reader.dest.write_text(OLD, encoding="utf-8")
    return reader


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", ["list", "audit", "lookup"])
def test_a_late_fault_is_healed_and_all_rows_come_once(
    long_list: FaultyGateway, tmp_path: Path, name: str, fault: str
) -> None:
    way, reader = WAYS[name], reader_of(long_list, tmp_path)
    before = long_list.truth()
    long_list.fault(fault, **{"call": LATE, "times": 1, "match": "/certificates", **FAULTS[fault]})
    given = way.take(reader)
    assert long_list.injected == {fault: FAULTS[fault].get("times", 1)}
    assert given in (way.sight(before), way.sight(long_list.truth()))


# A call is sent in two pieces, and its answer read in two or three.
@pytest.mark.parametrize(("event", "number"), [("sendall", 2 * LATE), ("recv_into", 30)])
@pytest.mark.parametrize("name", ["list-to-file", "audit", "lookup"])
def test_a_process_that_is_killed_late_leaves_nothing_in_the_way(
    long_list: FaultyGateway, tmp_path: Path, victims: Victims, name: str, event: str, number: int
) -> None:
    way, reader = WAYS[name], reader_of(long_list, tmp_path)
    assert victims.run(name, reader, kill_at=(event, number)).signal == signal.SIGKILL
    assert AHEAD_FROM < long_list.list_calls < LAST_CALL
    assert reader.dest.read_text(encoding="utf-8") == OLD
    assert way.take(reader) == way.sight(long_list.truth())
    assert reader.told == []
