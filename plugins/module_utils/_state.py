# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folder that the processes of one controller share: token cache, API budget and copies of the list.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import hmac
import os
import secrets
import typing as t
from contextlib import contextmanager, suppress

from ._clock import Clock, SystemClock

_SALT_BYTES = 32

# What a process leaves in a new folder before any other file is there.
_FIRST_FILES = frozenset({"salt", "salt.lock", ".salt"})

# Whoever holds a lock that others wait for reads and writes one small file. Longer than that, it was stopped (Ctrl-Z).
_LONGEST_HOLD_SECONDS = 10.0
_SHORTEST_LOOK_SECONDS = 0.0005
_LONGEST_LOOK_SECONDS = 0.02


class StateError(Exception):
    """The folder cannot be used; whoever wanted to share does without."""


def is_locked_now(descriptor: int) -> bool:
    """Lock an open file if nobody else has; tell whether it is ours now."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def os_errors_as_state_errors(path: str) -> t.Iterator[None]:
    """Let what the operating system refuses to do with *path* be a StateError."""
    try:
        yield
    except OSError as exc:
        raise StateError(f"{path}: {exc.strerror or exc}") from exc


def default_state_dir() -> str:
    """Return the folder below the user's cache directory.

    Source: XDG Base Directory Specification (C(XDG_CACHE_HOME)).
    """
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(cache, "community.qualys")


def new_salt() -> bytes:
    """Return a key for C(keyed_hash) that nobody else has."""
    return secrets.token_bytes(_SALT_BYTES)


def keyed_hash(salt: bytes, parts: t.Sequence[str]) -> str:
    """Return a name for what *parts* identify, which tells nothing of them to who does not have *salt*."""
    return hmac.new(salt, "\0".join(parts).encode(), hashlib.sha256).hexdigest()[:32]


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

    def __init__(self, path: str, clock: t.Optional[Clock] = None) -> None:
        """Make the folder if it is not there.

        :param clock: What locks are waited by; the machine's own when not given, because it is other processes that
            hold them.
        :raises StateError: when it cannot be made or written, or belongs to somebody else.
        """
        self.path = os.path.abspath(os.path.expanduser(path))
        self._clock = clock or SystemClock()
        self._has_complained = False
        with os_errors_as_state_errors(self.path):
            os.makedirs(self.path, mode=0o700, exist_ok=True)
            told = os.stat(self.path)
            if told.st_uid != os.geteuid():
                raise StateError(f"{self.path} belongs to another user")
            if told.st_mode & 0o077:
                inside = frozenset(os.listdir(self.path))
                # Perhaps another process has just begun to use it.
                if "salt" not in inside and inside - _FIRST_FILES:
                    # Such as /tmp: nobody else could use it any more.
                    raise StateError(f"{self.path} is open to others and holds other files; give a folder of its own")
                os.chmod(self.path, 0o700)
            self._salt = self._read_salt()

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
            salt = new_salt()
            self.replace("salt", salt)
            return salt

    def key(self, *parts: str) -> str:
        """Return a file name for what *parts* identify, which tells nothing of them to who cannot read the folder."""
        return keyed_hash(self._salt, parts)

    def file(self, name: str) -> str:
        """Return the path of a file in the folder."""
        return os.path.join(self.path, name)

    @contextmanager
    def locked(self, name: str) -> t.Iterator[None]:
        """Hold the lock *name* alone, waiting for it. A process that is killed frees it: the kernel holds the lock.

        :raises StateError: when the lock file cannot be made, or another process does not free it.
        """
        descriptor = self._open_lock(name)
        try:
            with os_errors_as_state_errors(self.file(name)):
                self._wait_for(descriptor, name)
            yield
        finally:
            _unlock(descriptor)

    def _wait_for(self, descriptor: int, name: str) -> None:
        # Not by the kernel, which would wait for ever for a process that was stopped.
        began, pause = self._clock.monotonic(), _SHORTEST_LOOK_SECONDS
        while not is_locked_now(descriptor):
            if self._clock.monotonic() - began >= _LONGEST_HOLD_SECONDS:
                raise StateError(
                    f"another process has held {self.file(name)}.lock for {_LONGEST_HOLD_SECONDS:g} s, and may have"
                    " been stopped"
                )
            self._clock.sleep(pause)
            pause = min(2.0 * pause, _LONGEST_LOOK_SECONDS)

    def try_lock(self, name: str) -> t.Optional[t.Callable[[], None]]:
        """Take the lock *name* if it is free, and return what frees it; else None.

        :raises StateError: when the lock file cannot be made.
        """
        descriptor = self._open_lock(name)
        try:
            with os_errors_as_state_errors(self.file(name)):
                if is_locked_now(descriptor):
                    return functools.partial(_unlock, descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        return None

    def _open_lock(self, name: str) -> int:
        path = self.file(f"{name}.lock")
        with os_errors_as_state_errors(path):
            return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def read(self, name: str) -> t.Optional[bytes]:
        """Return what the file *name* holds, or None when there is none.

        :raises StateError: when it cannot be read.
        """
        path, draft = self.file(name), self._draft(name)
        with os_errors_as_state_errors(path):
            for candidate in (path, draft):
                with suppress(FileNotFoundError), open(candidate, "rb") as stream:
                    return stream.read()
            return None

    def replace(self, name: str, content: bytes) -> None:
        """Let the file *name* hold *content*, with mode 0600; a reader sees the old or the new, never a part.

        Hold the lock *name* meanwhile, because all who write use the same draft.

        :raises StateError: when it cannot be written, for example because the disk is full.
        """
        path, draft = self.file(name), self._draft(name)
        with os_errors_as_state_errors(path):
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
            try:
                with open(os.open(draft, flags, 0o600), "wb") as stream:
                    stream.write(content)
                # A rename over a file that is there would wait for the disk on ext4.
                with suppress(FileNotFoundError):
                    os.unlink(path)
            except BaseException:
                with suppress(FileNotFoundError):
                    os.unlink(draft)
                raise
            # Whoever is killed here leaves the draft, which is complete, and is read then.
            os.rename(draft, path)

    def _draft(self, name: str) -> str:
        return self.file(f".{name}")

    def remove(self, name: str) -> None:
        """Let there be no file *name*.

        :raises StateError: when it cannot be removed.
        """
        for path in (self._draft(name), self.file(name)):
            with os_errors_as_state_errors(path), suppress(FileNotFoundError):
                os.unlink(path)

    def complain(self, reason: Exception, tell: t.Callable[[str], None]) -> None:
        """Tell that sharing has ended; once, however much was shared: a full disk is one cause, whatever it spoils."""
        if not self._has_complained:
            self._has_complained = True
            tell(
                f"From now on not everything is shared with other processes, because of the state directory: {reason}."
            )


def _unlock(descriptor: int) -> None:
    # Not by closing alone: a process that was forked meanwhile has the descriptor too.
    try:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)
