# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Processes that die, or that may not write: each goes one way, and ends in the middle if it is told to.

They are forked from a process of their own that has only one thread and has imported everything: a fork of the test's
process would inherit the locks of its other threads, and a new interpreter takes longer than the way itself.
"""

from __future__ import annotations

import dataclasses
import importlib
import itertools
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import traceback
import typing as t
from collections import Counter
from pathlib import Path
from types import MappingProxyType

# Whatever changes something outside of the process, or waits for something from there.
EVENTS = frozenset(
    (
        *("open", "mkdir", "chmod", "fchmod", "replace", "rename", "unlink", "flock", "write", "close"),
        *("connect", "sendall", "recv_into", "execute", "executemany"),
    )
)


class End(t.NamedTuple):
    """How a process ended.

    :ivar signal: The signal that ended it, or 0.
    :ivar outcome: What the way gave, or the error that it ended in.
    :ivar error: The kind of that error.
    :ivar told: What each source told the user.
    :ivar events: How often each event came, when they were counted.
    """

    signal: int
    outcome: t.Any = None
    error: str = ""
    told: t.Sequence[list[str]] = ()
    events: t.Mapping[str, int] = MappingProxyType({})


class Victims:
    """Starts such processes one after the other."""

    def __init__(self) -> None:
        path = os.pathsep.join(sys.path)
        self._parent = subprocess.Popen(
            [sys.executable, "-c", "import unit.conftest, faults.victims; faults.victims.serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path},
        )

    def close(self) -> None:
        self._parent.communicate()

    def run(self, way: str, reader: t.Any, **order: t.Any) -> End:
        """Let one process go *way*.

        :param count: Whether to count the events.
        :param kill_at: An event and its number: the process is killed before it.
        :param kill_after_bytes: The process is killed in the write that makes a file larger.
        :param largest_file: Bytes beyond which no file can be written, as on a full disk.
        :param user: The process gives up what root may do beyond others.
        """
        connection = {**dataclasses.asdict(reader.connection), "credentials": None}
        told = {
            "way": way,
            "connection": connection,
            "folder": str(reader.folder),
            "hosts": reader.hosts,
            "freshness": dataclasses.asdict(reader.freshness),
            "seconds": reader.clock.seconds,
            **order,
        }
        stdin, stdout = t.cast(t.IO[str], self._parent.stdin), t.cast(t.IO[str], self._parent.stdout)
        stdin.write(json.dumps(told) + "\n")
        stdin.flush()
        return End(**json.loads(stdout.readline()))


def serve() -> None:
    """Be the process that the others are forked from."""
    importlib.import_module("faults.ways")
    # Imported only when a call is made, by then perhaps by somebody who may not read this folder.
    importlib.import_module("ansible_collections.community.qualys.plugins.module_utils._client")
    for line in sys.stdin:
        theirs, ours = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(theirs)
            _live(json.loads(line), ours)
        os.close(ours)
        with open(theirs, "rb") as stream:
            answer = stream.read()
        status = os.waitpid(pid, 0)[1]
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        print(json.dumps({"signal": number, **json.loads(answer or b"{}")}), flush=True)


def _live(order: dict[str, t.Any], answer_to: int) -> t.NoReturn:
    try:
        answer = _answer(order)
        with open(answer_to, "w", encoding="utf-8") as stream:
            json.dump(answer, stream)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def _answer(order: dict[str, t.Any]) -> dict[str, t.Any]:
    from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
    from ansible_collections.community.qualys.plugins.module_utils._freshness import Freshness
    from faults.ways import WAYS, Reader
    from unit.client.support import FakeClock, connection_to

    connection = order["connection"]
    reader = Reader(
        connection_to(connection.pop("gateway_url"), connection.pop("credentials"), **connection),
        Path(order["folder"]),
        order["hosts"],
        Freshness(**order["freshness"]),
        FakeClock(),
    )
    reader.clock.seconds = order["seconds"]
    if order.get("user"):
        _become_nobody(reader.folder)
    counted = _watch_events(tuple(order.get("kill_at") or ()), bool(order.get("count")))
    if order.get("kill_after_bytes") is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    largest = order.get("kill_after_bytes", order.get("largest_file"))
    if largest is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
    answer: dict[str, t.Any] = {}
    try:
        answer["outcome"] = WAYS[order["way"]].take(reader)
    except CertViewError as exc:
        answer.update(outcome=str(exc), error=exc.kind)
    sys.setprofile(None)
    return {**answer, "told": reader.told_by_source, "events": counted}


def _watch_events(kill_at: tuple[t.Any, ...], count: bool) -> t.Mapping[str, int]:
    """Count the events of all threads, and kill this process at the one that was named."""
    counted: Counter[str] = Counter()
    if not (kill_at or count):
        return counted
    numbers: dict[str, t.Iterator[int]] = {name: itertools.count(1) for name in EVENTS}

    def see(frame: object, event: str, function: t.Any) -> None:
        # Only those that reach beyond the process: str has a replace, too.
        if event == "c_call" and function.__name__ in EVENTS and not isinstance(function.__self__, str):
            name = function.__name__
            number = counted[name] = next(numbers[name])
            if kill_at == (name, number):
                os.kill(os.getpid(), signal.SIGKILL)

    threading.setprofile(see)
    sys.setprofile(see)
    return counted


def _become_nobody(folder: Path) -> None:
    """Take root's power to write everywhere, and leave it what a user has: the folders that are its own."""
    if os.geteuid() == 0:
        nobody = 65534
        for path in (folder, *folder.rglob("*")):
            os.chown(path, nobody, nobody)
        os.setgroups([])
        os.setresgid(nobody, nobody, nobody)
        os.setresuid(nobody, nobody, nobody)
