# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that hold what CertView told: readable by their owner only, and never half written.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import json
import os
import tempfile
import typing as t
from contextlib import contextmanager, suppress

from ._errors import CertViewError
from ._state import is_locked_now

_DRAFT = ".certview-draft"

# Who makes a draft locks it a moment later.
_ABANDONED_AFTER_SECONDS = 60.0


@contextmanager
def replaced(path: str) -> t.Iterator[t.TextIO]:
    """Open a file that takes the place of *path*, with mode 0600, once everything is written.

    :raises CertViewError: of kind V(file) when the file system does not let us; *path* is untouched then.
    """
    if os.path.exists(path) and not os.path.isfile(path):
        # A device or a pipe, such as /dev/stdout, is written to; only a file can be replaced.
        with _opened(path) as stream:
            yield stream
        return
    folder, name = os.path.split(os.path.abspath(path))
    start = f".{name}."
    try:
        descriptor, draft = tempfile.mkstemp(dir=folder, prefix=start, suffix=_DRAFT)
    except OSError as exc:
        raise _refused(path, exc) from exc
    try:
        with open(descriptor, "w", encoding="utf-8") as stream:
            with suppress(OSError):  # Not every file system knows locks; this one then keeps what is abandoned.
                if is_locked_now(descriptor):
                    _remove_abandoned(folder, start, os.fstat(descriptor).st_mtime)
            yield stream
        os.replace(draft, path)
    except BaseException as exc:
        with suppress(OSError):
            os.unlink(draft)
        if isinstance(exc, OSError):
            raise _refused(path, exc) from exc
        raise


@contextmanager
def _opened(path: str) -> t.Iterator[t.TextIO]:
    try:
        with open(path, "w", encoding="utf-8") as stream:
            yield stream
    except OSError as exc:
        raise _refused(path, exc) from exc


def _remove_abandoned(folder: str, start: str, now: float) -> None:
    """Remove the drafts of processes that were killed: they hold what CertView told, and nobody else would.

    :param now: By the clock of the file system.
    """
    for name in os.listdir(folder):
        if not (name.startswith(start) and name.endswith(_DRAFT)):
            continue
        path = os.path.join(folder, name)
        # In a folder of everybody it may be anything: a link is not followed, and a pipe not waited for.
        with suppress(OSError), open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as draft:
            if now - os.fstat(draft.fileno()).st_mtime > _ABANDONED_AFTER_SECONDS and is_locked_now(draft.fileno()):
                os.unlink(path)


def _refused(path: str, exc: OSError) -> CertViewError:
    return CertViewError(
        f"{path} cannot be written: {exc.strerror or exc}",
        kind="file",
        hint="Check that its folder exists, that this user may write there, and that the disk has room",
    )


def written_lines(path: str, records: t.Iterable[t.Any]) -> int:
    """Write one JSON document a line to *path*, and return how many they are.

    :raises CertViewError: of kind V(file); *path* is untouched then, as it is when *records* raises.
    """
    count = 0
    with replaced(path) as stream:
        for record in records:
            stream.write(json.dumps(record, separators=(",", ":")) + "\n")
            count += 1
    return count


def write_document(document: t.Mapping[str, t.Any], stream: t.TextIO) -> None:
    """Write *document* as JSON, each item of its objects and lists on a line, the same bytes for the same document."""
    # Indented by the library, a large audit takes five times as long: that is done in Python, token by token.
    encode = json.JSONEncoder(sort_keys=True).encode
    before = "{\n"
    for key, value in sorted(document.items()):
        stream.write(f"{before}{encode(key)}: ")
        if isinstance(value, dict) and value:
            _write_lines("{}", (f"{encode(name)}: {encode(item)}" for name, item in sorted(value.items())), stream)
        elif isinstance(value, list) and value:
            _write_lines("[]", map(encode, value), stream)
        else:
            stream.write(encode(value))
        before = ",\n"
    stream.write("\n}\n" if document else "{}\n")


def _write_lines(brackets: str, items: t.Iterable[str], stream: t.TextIO) -> None:
    before = f"{brackets[0]}\n "
    for item in items:
        stream.write(before)
        stream.write(item)
        before = ",\n "
    stream.write(f"\n{brackets[1]}")


def read_document(path: str) -> t.Any:
    """Return the JSON document that *path* holds.

    :raises CertViewError: of kind V(file) when it cannot be read or is not JSON.
    """
    try:
        with open(path, encoding="utf-8") as stream:
            return json.load(stream)
    except (OSError, ValueError, RecursionError) as exc:
        raise CertViewError(
            f"{path} cannot be read as JSON: {getattr(exc, 'strerror', None) or exc}",
            kind="file",
            hint="Give the file that an earlier audit wrote",
        ) from exc
