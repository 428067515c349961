# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tests do to the files of local copies."""

from __future__ import annotations

import contextlib
import resource
import signal
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def file_size_limited(size: int) -> Iterator[None]:
    """No file of this process can grow beyond *size*: to the library, as a full disk, for root too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


def overwrite_middle(path: Path) -> None:
    """Damage a copy where only a reader of the records sees it: half of its pages are zeros."""
    content = path.read_bytes()
    middle = content[len(content) // 4 : -len(content) // 4]
    path.write_bytes(content.replace(middle, bytes(len(middle))))
