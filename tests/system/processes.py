# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs real servers as unprivileged children that end with the test, however the test ends."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import time
import typing as t
from collections.abc import Iterator, Sequence
from pathlib import Path

# Servers refuse to run as root, or drop root in ways of their own; so they never get it. 65534 is nobody's number.
_NOBODY = 65534

_PATIENCE_SECONDS = 60.0
_T = t.TypeVar("_T")


def program(name: str) -> str:
    """Return the path of a program of the distribution; an unprivileged user's PATH leaves out where servers lie."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        raise RuntimeError(f"{name} is not installed; make test-system does it")
    return found


def unprivileged(command: Sequence[str]) -> list[str]:
    """Return *command* such that it has no privileges, and is told to end when its parent is killed."""
    user = (f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups") if os.geteuid() == 0 else ()
    return [program("setpriv"), *user, "--pdeathsig=TERM", "--", *command]


class Place:
    """A folder that an unprivileged server can use; pytest's own is closed to others."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.chmod(0o755)
        self._hand_over(folder)

    def folder_of(self, name: str) -> Path:
        made = self.folder / name
        made.mkdir(mode=0o700)
        self._hand_over(made)
        return made

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(0o600)
        self._hand_over(path)
        return path

    def _hand_over(self, path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, _NOBODY, _NOBODY)


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port that nobody listens at.

    It lies below those that the kernel gives to whoever asks for any, so that none of them is gone by the time that
    the server takes it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket(family) as attempt, contextlib.suppress(OSError):
            attempt.bind((host, port))
            return port


@contextlib.contextmanager
def running(
    command: Sequence[str], log: Path, addresses: Sequence[tuple[str, int]], *, end: signal.Signals = signal.SIGTERM
) -> Iterator[None]:
    """Run a server, wait until it accepts connections at all *addresses*, and end it with the signal *end*."""
    with (
        log.open("ab") as output,
        subprocess.Popen(
            unprivileged(command), cwd=log.parent, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        ) as process,
    ):
        try:
            for address in addresses:
                _await_listening(process, address, log)
            yield
        finally:
            process.send_signal(end)


def _await_listening(process: subprocess.Popen[bytes], address: tuple[str, int], log: Path) -> None:
    def listens() -> bool:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} has ended:\n{log.read_text(errors='replace')}")
        with contextlib.suppress(OSError), socket.create_connection(address, timeout=_PATIENCE_SECONDS):
            return True
        return False

    awaited(listens, lambda listening: listening)


def awaited(look: t.Callable[[], _T], enough: t.Callable[[_T], bool]) -> _T:
    """Return what *look* sees as soon as it is *enough*: servers write their logs when they have answered."""
    give_up = time.monotonic() + _PATIENCE_SECONDS
    while True:
        seen = look()
        if enough(seen):
            return seen
        if time.monotonic() > give_up:
            raise AssertionError(f"not enough within {_PATIENCE_SECONDS:g} s: {seen}")
        time.sleep(0.01)
