# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Starts the simulated CertView for a test, a demonstration or a benchmark, and stops it whatever happens.

Standard library only: the demonstration uses it before anything else is installed.
"""

from __future__ import annotations

import contextlib
import json
import os
import ssl
import subprocess
import sys
import tempfile
import time
import typing as t
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SIMULATOR = Path(__file__).resolve().parents[1] / "simulator"

USERNAME = "certview-demo"
PASSWORD = "certview-demo-password"

# The estate's certificates are made relative to it, so that no test depends on today's date.
NOW = "2026-06-01T00:00:00Z"

_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Simulator:
    """A running simulator.

    :ivar url: What to give as O(gateway_url).
    :ivar state: What it wrote when it began to listen.
    """

    url: str
    state: dict[str, t.Any]

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that point the collection at it."""
        return {"QUALYS_GATEWAY_URL": self.url, "QUALYS_USERNAME": USERNAME, "QUALYS_PASSWORD": PASSWORD}

    def control(self, what: str, body: t.Any = None) -> t.Any:
        """Ask C(/_control/WHAT): with GET, or with POST when there is a body."""
        request = urllib.request.Request(
            f"{self.url}/_control/{what}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        # A proxy of the environment has no business on the loopback.
        trust = ssl.create_default_context(cafile=self.state.get("ca_path"))
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trust)
        )
        with opener.open(request, timeout=_PATIENCE_SECONDS) as answer:
            return json.load(answer)

    def stats(self) -> dict[str, t.Any]:
        """Return how often it was called, and what it refused."""
        return dict(self.control("stats"))


@contextlib.contextmanager
def running_simulator(*switches: str, python: str = sys.executable, now: str = NOW) -> Iterator[Simulator]:
    """Start a simulator with *switches*, wait until it listens, and stop it in the end."""
    with tempfile.TemporaryDirectory(prefix="certview-") as folder:
        state_file = Path(folder, "state.json")
        log = Path(folder, "log")
        command = [python, str(SIMULATOR), "--now", now, "--state-file", str(state_file)]
        with (
            log.open("wb") as output,
            subprocess.Popen(
                [*command, "--parent-pid", str(os.getpid()), *switches],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            ) as process,
        ):
            try:
                state = _awaited(process, state_file, log)
                yield Simulator(state["url"], state)
            finally:
                process.terminate()


def _awaited(process: subprocess.Popen[bytes], state_file: Path, log: Path) -> dict[str, t.Any]:
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < give_up:
        if state_file.exists():
            return dict(json.loads(state_file.read_text()))
        if process.poll() is not None:
            break
        time.sleep(0.02)
    raise RuntimeError(f"the simulator did not start:\n{log.read_text(errors='replace')}")
