# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the simulator ends: on SIGTERM or SIGINT, or with the process that started it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal

_POLL_SECONDS = 0.5


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


async def until_told_or_orphaned(parent_pid: int) -> None:
    """Returns when a signal arrives or the parent is gone; ``parent_pid`` 0 watches no parent."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    with contextlib.ExitStack() as cleanup:
        if parent_pid and not _watch_by_descriptor(parent_pid, ended, loop, cleanup):
            watcher = loop.create_task(_watch_by_polling(parent_pid, ended))
            cleanup.callback(watcher.cancel)
        await ended.wait()


def _watch_by_descriptor(
    pid: int, ended: asyncio.Event, loop: asyncio.AbstractEventLoop, cleanup: contextlib.ExitStack
) -> bool:
    # prctl(PR_SET_PDEATHSIG) would fire when the *thread* that started us ends, and only for a direct parent.
    if not hasattr(os, "pidfd_open"):
        return False
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        ended.set()
        return True
    except OSError:
        return False
    loop.add_reader(descriptor, ended.set)
    cleanup.callback(os.close, descriptor)
    cleanup.callback(loop.remove_reader, descriptor)
    return True


async def _watch_by_polling(pid: int, ended: asyncio.Event) -> None:
    while _is_alive(pid):
        await asyncio.sleep(_POLL_SECONDS)
    ended.set()
