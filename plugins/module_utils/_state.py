# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folder that the processes of one controller share: token cache, API budget, and later the snapshot.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
import secrets
import tempfile
import typing as t
from contextlib import contextmanager

_SALT_BYTES = 32


class StateError(Exception):
    """The folder cannot be used; whoever wanted to share does without."""


def default_state_dir() -> str:
    """Return the folder below the user's cache directory.

    Source: XDG Base Directory Specification (C(XDG_CACHE_HOME)).
    """
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(cache, "community.qualys")


def opened_state(path: t.Optional[str], tell: t.Callable[[str], None]) -> t.Optional[StateDir]:
    """Return the folder, or None when there is to be no sharing, or cannot be: that is a warning, never a failure."""
    if path is None:
        return None
    try:
        return StateDir(path)
    except StateError as exc:
        tell(f"Nothing is shared with other processes, because the state directory cannot be used: {exc}.")
        return None


class StateDir:
    """A private folder: mode 0700, files 0600, file names that tell nothing of gateway or account."""

    def __init__(self, path: str) -> None:
        """Make the folder if it is not there.

        :raises StateError: when it cannot be made or written, or belongs to somebody else.
        """
        self.path = os.path.abspath(os.path.expanduser(path))
        try:
            os.makedirs(self.path, mode=0o700, exist_ok=True)
            told = os.stat(self.path)
            if told.st_uid != os.geteuid():
                raise StateError(f"{self.path} belongs to another user")
            if told.st_mode & 0o077:
                os.chmod(self.path, 0o700)
            self._salt = self._read_salt()
        except OSError as exc:
            raise StateError(f"{self.path}: {exc.strerror or exc}") from exc

    def _read_salt(self) -> bytes:
        path = os.path.join(self.path, "salt")
        with self.locked("salt"):
            try:
                with open(path, "rb") as stream:
                    salt = stream.read()
                if len(salt) == _SALT_BYTES:
                    return salt
            except FileNotFoundError:
                pass
            salt = secrets.token_bytes(_SALT_BYTES)
            self.replace("salt", salt)
            return salt

    def key(self, *parts: str) -> str:
        """Return a file name for what *parts* identify, which tells nothing of them to who cannot read the folder."""
        return hmac.new(self._salt, "\0".join(parts).encode(), hashlib.sha256).hexdigest()[:32]

    def file(self, name: str) -> str:
        """Return the path of a file in the folder."""
        return os.path.join(self.path, name)

    @contextmanager
    def locked(self, name: str) -> t.Iterator[None]:
        """Hold the lock *name* alone, waiting for it. A process that is killed frees it: the kernel holds the lock.

        :raises StateError: when the lock file cannot be made.
        """
        descriptor = self._open_lock(name)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def try_lock(self, name: str) -> t.Optional[int]:
        """Take the lock *name* if it is free; return a descriptor that is to be closed to free it, else None.

        :raises StateError: when the lock file cannot be made.
        """
        descriptor = self._open_lock(name)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def _open_lock(self, name: str) -> int:
        try:
            return os.open(self.file(f"{name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as exc:
            raise StateError(f"{self.file(name)}.lock: {exc.strerror or exc}") from exc

    def read(self, name: str) -> t.Optional[bytes]:
        """Return what the file *name* holds, or None when there is none.

        :raises StateError: when it cannot be read.
        """
        try:
            with open(self.file(name), "rb") as stream:
                return stream.read()
        except FileNotFoundError:
            return None
        except OSError as exc:
            raise StateError(f"{self.file(name)}: {exc.strerror or exc}") from exc

    def replace(self, name: str, content: bytes) -> None:
        """Let the file *name* hold *content*, with mode 0600; a reader sees the old or the new, never a part.

        :raises StateError: when it cannot be written, for example because the disk is full.
        """
        try:
            descriptor, draft = tempfile.mkstemp(dir=self.path, prefix=f".{name}.")
            try:
                with open(descriptor, "wb") as stream:
                    stream.write(content)
                os.replace(draft, self.file(name))
            except BaseException:
                os.unlink(draft)
                raise
        except OSError as exc:
            raise StateError(f"{self.file(name)}: {exc.strerror or exc}") from exc
