# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Redis as the cache that several controllers share, and asked by its own protocol."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass

from system.processes import Place, free_port, program, running

_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class Redis:
    """A running server."""

    host: str
    port: int

    def ask(self, *words: str) -> list[str]:
        """Return the answer to a command: one text, or those of a list.

        Source: Redis serialization protocol specification, "Inline commands" and "RESP protocol description".
        """
        with (
            socket.create_connection((self.host, self.port), timeout=_PATIENCE_SECONDS) as connection,
            connection.makefile("rwb") as stream,
        ):
            stream.write(" ".join(words).encode() + b"\r\n")
            stream.flush()
            first = stream.readline().decode().strip()
            if not first.startswith("*"):
                return [first]
            # A line with the length stands before each.
            lines = [stream.readline().decode().strip() for _each in range(2 * int(first[1:]))]
            return lines[1::2]


@contextlib.contextmanager
def running_redis(place: Place) -> Iterator[Redis]:
    """Run a Redis server that writes nothing to disk."""
    host, port = "127.0.0.1", free_port()
    folder = place.folder_of(f"redis-{port}")
    command = [program("redis-server"), "--bind", host, "--port", str(port), "--dir", str(folder)]
    with running([*command, "--save", "", "--appendonly", "no"], folder / "output.log", [(host, port)]):
        yield Redis(host, port)
