# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A disk that is full and a state directory that cannot be written: nothing is lost, and the user is told once."""

from __future__ import annotations

import json
import os
import tempfile
import typing as t
from pathlib import Path

import pytest
from faults.estate import FaultyGateway
from faults.victims import End, Victims
from faults.ways import OLD, WAYS, Reader, Way
from unit.client.support import connection_to

# Bytes that still fit: nothing; less than a salt, a budget, a token; a part of a file, a part of a copy.
ROOM = (0, 16, 150, 400, 3_000, 30_000) if os.environ.get("QUALYS_TEST_MANY") else (0, 150, 400, 30_000)


def as_json(value: t.Any) -> t.Any:
    """What is left of *value* on its way from another process: lists where tuples were."""
    return json.loads(json.dumps(value))


def reader_in(folder: Path, gateway: FaultyGateway, state_dir: Path | None = None) -> Reader:
    connection = connection_to(gateway.url, state_dir=str(state_dir or folder / "state"), token_cache=True)
    reader = Reader(connection, folder, gateway.hosts())
    reader.dest.write_text(OLD, encoding="utf-8")
    return reader


@pytest.mark.parametrize("room", ROOM)
@pytest.mark.parametrize("name", WAYS)
def test_on_a_full_disk_all_rows_come_or_the_file_that_was_asked_for_is_named(
    gateway: FaultyGateway, tmp_path: Path, victims: Victims, name: str, room: int
) -> None:
    way = WAYS[name]
    reader = reader_in(tmp_path, gateway)
    way.prepare(reader, gateway)
    end = victims.run(name, reader, largest_file=room)
    if end.error:
        assert end.error == "file"
        assert f"{reader.dest} cannot be written: File too large" in end.outcome
        assert "the disk has room" in end.outcome
        assert reader.dest.read_text(encoding="utf-8") == OLD
    else:
        assert end.outcome == as_json(way.sight(gateway.truth()))
    assert (end.error != "") == (name in ("list-to-file", "audit", "audit-of-a-copy"))
    assert_told_once_of(tmp_path / "state", end)
    assert room >= 400 or all(end.told)
    assert [path.name for path in tmp_path.rglob(".*")] == []
    assert_goes_on(way, reader, gateway)


def assert_told_once_of(state_dir: Path, end: End) -> None:
    for messages in end.told:
        assert len(messages) <= 1
        assert all(str(state_dir) in message for message in messages)


def assert_goes_on(way: Way, reader: Reader, gateway: FaultyGateway) -> None:
    """With room again, the next run gives everything and complains of nothing."""
    assert way.take(reader) == way.sight(gateway.truth())
    assert reader.told == []


def _a_file_in_its_place(folder: Path) -> Path:
    (folder / "file").touch()
    return folder / "file"


def _below_a_file(folder: Path) -> Path:
    return _a_file_in_its_place(folder) / "state"


def _in_proc(folder: Path) -> Path:
    """Where not even root can make a folder."""
    return Path("/proc/community.qualys")


def _read_only(folder: Path) -> Path:
    (folder / "state").mkdir(mode=0o500)
    return folder / "state"


@pytest.fixture
def folder() -> t.Iterator[Path]:
    """One that a process without root's powers reaches, too."""
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


@pytest.mark.parametrize("place", [_a_file_in_its_place, _below_a_file, _in_proc, _read_only])
@pytest.mark.parametrize("name", [name for name in WAYS if name != "lookup-of-changes"])
def test_without_a_state_directory_all_rows_come_and_the_user_is_told_once(
    gateway: FaultyGateway, folder: Path, victims: Victims, name: str, place: t.Callable[[Path], Path]
) -> None:
    state_dir = place(folder)
    reader = reader_in(folder, gateway, state_dir)
    end = victims.run(name, reader, user=True)
    assert end.outcome == as_json(WAYS[name].sight(gateway.truth()))
    assert_told_once_of(state_dir, end)
    assert all(len(messages) == 1 for messages in end.told)


@pytest.mark.parametrize("name", WAYS)
def test_a_state_directory_that_has_become_read_only_loses_no_row(
    gateway: FaultyGateway, folder: Path, victims: Victims, name: str
) -> None:
    reader = reader_in(folder, gateway)
    way = WAYS[name]
    way.prepare(reader, gateway)
    way.take(reader)
    (folder / "state").chmod(0o500)
    end = victims.run(name, reader, user=True)
    assert end.outcome == as_json(way.sight(gateway.truth()))
    assert_told_once_of(folder / "state", end)
    assert all(end.told)
