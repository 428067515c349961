# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""kill -9 in any phase: what is left is the old or the new, nothing in between, and nothing that the next run minds."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import typing as t
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils._freshness import Freshness
from faults.estate import FaultyGateway
from faults.victims import Victims
from faults.ways import FRESHNESS, OLD, WAYS, Reader, copied, sighted
from unit.client.support import FakeClock, connection_to

MANY = bool(os.environ.get("QUALYS_TEST_MANY"))
# How many of each event the process is killed at: most where files are being written, and some only with time.
POINTS = {
    **dict.fromkeys(("sendall", "recv_into"), 8 if MANY else 2),
    **dict.fromkeys(("flock", "connect", "unlink"), 8 if MANY else 1),
    **dict.fromkeys(("mkdir", "open", "close", "fchmod", "chmod"), 8 if MANY else 0),
    **dict.fromkeys(("write", "rename", "replace", "executemany"), 12 if MANY else 2),
    "execute": 24 if MANY else 4,
}
SIZES = 20 if MANY else 3
# So many processes must have died, of all scenarios together; threads reach some events oftener in one run than in
# another.
KILLS = 50

Point = dict[str, t.Any]


class Scenario(t.NamedTuple):
    way: str
    freshness: Freshness = FRESHNESS


SCENARIOS = {
    "a list to a file": Scenario("list-to-file"),
    "an audit": Scenario("audit"),
    "the first copy": Scenario("lookup"),
    "changes into a copy": Scenario("lookup-of-changes"),
    "a full sync over a copy": Scenario("lookup-of-changes", replace(FRESHNESS, full_sync_every=0.0)),
}


class Scene:
    """The state that a run finds, made once and set up anew for each process that dies."""

    def __init__(self, gateway: FaultyGateway, folder: Path, scenario: Scenario) -> None:
        self._gateway = gateway
        self._made = folder / "made"
        self.folder = folder / "run"
        self._made.mkdir()
        (self._made / "dest").write_text(OLD, encoding="utf-8")
        self.way = WAYS[scenario.way]
        self.reader = self._reader(scenario.freshness, self._made, 0.0)
        self.way.prepare(self.reader, gateway)
        self.copies = copied(self._made)

    def _reader(self, freshness: Freshness, folder: Path, seconds: float) -> Reader:
        connection = connection_to(self._gateway.url, state_dir=str(folder / "state"), token_cache=True)
        clock = FakeClock()
        clock.seconds = seconds
        return Reader(connection, folder, self._gateway.hosts(), freshness, clock)

    def set_up(self) -> Reader:
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self._made, self.folder)
        return self._reader(self.reader.freshness, self.folder, self.reader.clock.seconds)

    def assert_is_sound(self, complete_dest: str, point: Point) -> None:
        """What a process left behind is the old or the new, hidden or free."""
        assert (self.folder / "dest").read_text(encoding="utf-8") in (OLD, complete_dest), point
        for path in self.folder.iterdir():
            assert path.name in ("dest", "state") or path.name.startswith(".dest."), point
        for path in self.folder.rglob("*"):
            assert path.is_dir() or path.name == "dest" or path.stat().st_mode & 0o777 == 0o600, (point, path)
        for path in (self.folder / "state").glob("*.lock"):
            with path.open("rb") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert copied(self.folder) in (self.copies, [sighted(self._gateway.truth())]), point

    def assert_goes_on(self, point: Point) -> None:
        """The next run gives everything, waits for nothing, complains of nothing and adds nothing to the debris."""
        reader = self._reader(self.reader.freshness, self.folder, self.reader.clock.seconds)
        debris = self._debris()
        assert self.way.take(reader) == self.way.sight(self._gateway.truth()), point
        assert (reader.told, reader.clock.sleeps) == ([], []), point
        assert self._debris() <= debris, point

    def _debris(self) -> set[str]:
        return {path.name for path in self.folder.rglob(".*")}


def spread(most: int, count: int, offset: int) -> list[int]:
    """Return so many numbers from 1 to *most*, evenly apart; a lone one is early, in the middle or late."""
    share = (0.05, 0.5, 0.95)[offset % 3]
    return sorted({1 + int((most - 1) * (number + share) / count) for number in range(count)})


def points(events: t.Mapping[str, int], folder: Path) -> list[Point]:
    """Where to kill: before so many of the events that an undisturbed run has shown, and in so many writes."""
    found: list[Point] = [
        {"kill_at": (name, number)}
        for place, (name, most) in enumerate(sorted(events.items()))
        for number in spread(most, POINTS[name], place)
    ]
    largest = max(path.stat().st_size for path in folder.rglob("*"))
    return found + [{"kill_after_bytes": size} for size in spread(largest - 1, SIZES, 1)]


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS.keys())
def test_a_process_that_is_killed_leaves_the_old_or_the_new_and_nothing_in_the_way(
    gateway: FaultyGateway, tmp_path: Path, victims: Victims, scenario: Scenario
) -> None:
    scene = Scene(gateway, tmp_path, scenario)
    undisturbed = victims.run(scenario.way, scene.set_up(), count=True)
    assert (undisturbed.error, [message for messages in undisturbed.told for message in messages]) == ("", [])
    complete_dest = (scene.folder / "dest").read_text(encoding="utf-8")
    chosen = points(undisturbed.events, scene.folder)
    killed = 0
    for point in chosen:
        end = victims.run(scenario.way, scene.set_up(), **point)
        killed += end.signal == (signal.SIGKILL if "kill_at" in point else signal.SIGXFSZ)
        scene.assert_is_sound(complete_dest, point)
        scene.assert_goes_on(point)
    assert killed >= max(len(chosen) - 3, KILLS / len(SCENARIOS))
