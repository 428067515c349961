# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils._state import (
    StateDir,
    StateError,
    default_state_dir,
    opened_state,
)
from unit.client.support import FakeClock

HOLDS_A_LOCK = """
import fcntl, os, sys, time
descriptor = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
fcntl.flock(descriptor, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    return StateDir(str(tmp_path / "state"))


def test_a_folder_of_everybody_is_not_taken_over(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    (shared / "of somebody").touch()
    with pytest.raises(StateError, match="a folder of its own"):
        StateDir(str(shared))
    assert shared.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("there", [["salt.lock"], ["salt.lock", ".salt"]])
def test_a_folder_that_another_process_has_just_begun_to_use_is_shared_with_it(
    tmp_path: Path, there: list[str]
) -> None:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o755)
    for name in there:
        (folder / name).touch()
    StateDir(str(folder))
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "salt").stat().st_size > 0


def test_the_folder_is_private_even_if_it_was_not(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o755)
    state = StateDir(str(folder))
    state.replace("token", b"secret")

    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_names_are_the_same_for_all_who_share_the_folder_and_tell_nothing(state: StateDir, tmp_path: Path) -> None:
    name = state.key("https://gateway.example", "quays_xx1")

    assert StateDir(state.path).key("https://gateway.example", "quays_xx1") == name
    assert StateDir(str(tmp_path / "other")).key("https://gateway.example", "quays_xx1") != name
    assert state.key("https://gateway.examplequays_xx1", "") != name
    assert "quays" not in name


def test_what_is_written_is_read_and_what_is_not_there_is_none(state: StateDir) -> None:
    assert state.read("budget") is None
    state.replace("budget", b"1")
    state.replace("budget", b"2")
    assert state.read("budget") == b"2"
    assert [path.name for path in Path(state.path).iterdir() if path.name.startswith(".")] == []


def test_a_process_killed_between_removing_the_old_and_naming_the_new_loses_neither(state: StateDir) -> None:
    state.replace("budget", b"1")
    # What it leaves: the old one is gone, the new one has no name yet.
    os.rename(state.file("budget"), state.file(".budget"))
    assert state.read("budget") == b"1"
    state.replace("budget", b"2")
    assert state.read("budget") == b"2"


def test_a_full_disk_leaves_what_was_there(state: StateDir, monkeypatch: pytest.MonkeyPatch) -> None:
    state.replace("budget", b"1")
    opened = os.open

    def on_full_disk(path: str, flags: int, mode: int = 0o777) -> int:
        # A device that takes no byte: the kernel says so itself.
        return opened("/dev/full", os.O_WRONLY) if path == state.file(".budget") else opened(path, flags, mode)

    monkeypatch.setattr(os, "open", on_full_disk)
    with pytest.raises(StateError, match="No space left"):
        state.replace("budget", b"2")
    monkeypatch.undo()
    assert state.read("budget") == b"1"


def test_what_is_removed_is_gone(state: StateDir) -> None:
    state.replace("budget", b"1")
    state.remove("budget")
    state.remove("budget")
    assert state.read("budget") is None


def test_a_complaint_is_made_once_however_much_was_shared(state: StateDir) -> None:
    told: list[str] = []
    for reason in ("disk full", "disk still full"):
        state.complain(StateError(reason), told.append)
    assert len(told) == 1
    assert "disk full" in told[0]


def test_a_damaged_salt_is_made_anew(state: StateDir) -> None:
    name = state.key("a")
    state.replace("salt", b"short")
    assert StateDir(state.path).key("a") != name


def test_a_lock_excludes_until_it_is_freed(state: StateDir) -> None:
    first = state.try_lock("place")
    assert first is not None
    assert state.try_lock("place") is None
    first()
    second = state.try_lock("place")
    assert second is not None
    second()


def test_a_lock_is_freed_although_a_process_was_forked_meanwhile(state: StateDir) -> None:
    free = state.try_lock("place")
    assert free is not None
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(reading, 1)
        os._exit(0)
    free()
    again = state.try_lock("place")
    os.write(writing, b"x")
    os.waitpid(child, 0)
    os.close(reading)
    os.close(writing)
    assert again is not None
    again()


def test_a_lock_that_is_freed_soon_is_waited_for(tmp_path: Path, clock: FakeClock) -> None:
    state = StateDir(str(tmp_path), clock)
    free = state.try_lock("budget")
    assert free is not None
    clock.when(9.9, free)
    with state.locked("budget"):
        assert clock.seconds == pytest.approx(9.9, abs=0.03)
    assert state.try_lock("budget") is not None


def test_a_lock_of_a_process_that_was_stopped_is_done_without(tmp_path: Path, clock: FakeClock) -> None:
    state = StateDir(str(tmp_path), clock)
    free = state.try_lock("budget")
    assert free is not None
    with pytest.raises(StateError, match="for 10 s, and may have been stopped"), state.locked("budget"):
        pytest.fail("another process has it")
    assert clock.seconds == pytest.approx(10, abs=0.03)
    # Waiting costs little.
    assert len(clock.sleeps) < 600
    free()
    with state.locked("budget"):
        pass


def test_a_killed_process_frees_its_lock(state: StateDir) -> None:
    command = [sys.executable, "-c", HOLDS_A_LOCK, state.file("place.lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert state.try_lock("place") is None
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    free = state.try_lock("place")
    assert free is not None
    free()


def test_a_folder_that_cannot_be_used_is_a_warning_and_no_sharing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told: list[str] = []

    assert opened_state(str(tmp_path / "file" / "state"), told.append) is None
    assert len(told) == 1
    assert str(tmp_path / "file") in told[0]
    assert opened_state(None, told.append) is None
    assert len(told) == 1


@pytest.mark.parametrize("is_new", [True, False])
def test_a_read_only_folder_is_a_warning_and_no_sharing(
    state: StateDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_new: bool
) -> None:
    opened = os.open

    # Not by its mode, which root need not heed.
    def on_read_only_disk(path: str, flags: int, mode: int = 0o777) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return opened(path, flags, mode)

    monkeypatch.setattr(os, "open", on_read_only_disk)
    told: list[str] = []
    assert opened_state(str(tmp_path / "new") if is_new else state.path, told.append) is None
    assert len(told) == 1
    assert "Read-only file system" in told[0]


def test_a_folder_of_somebody_else_is_not_used(state: StateDir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: os.stat(state.path).st_uid + 1)
    with pytest.raises(StateError, match="another user"):
        StateDir(state.path)


def test_what_the_file_system_refuses_is_a_state_error(state: StateDir) -> None:
    os.mkdir(state.file("budget"))
    for refused in (lambda: state.read("budget"), lambda: state.replace("budget", b"")):
        with pytest.raises(StateError, match="budget"):
            refused()
    os.mkdir(state.file("place.lock"))
    with pytest.raises(StateError, match="place"):
        state.try_lock("place")
    assert [path.name for path in Path(state.path).iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"XDG_CACHE_HOME": "/cache"}, "/cache/community.qualys"),
        ({"HOME": "/home/me"}, "/home/me/.cache/community.qualys"),
    ],
)
def test_the_default_lies_below_the_users_cache(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str
) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert default_state_dir() == expected
