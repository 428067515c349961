# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

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


def test_a_damaged_salt_is_made_anew(state: StateDir) -> None:
    name = state.key("a")
    state.replace("salt", b"short")
    assert StateDir(state.path).key("a") != name


def test_a_lock_excludes_until_it_is_freed(state: StateDir) -> None:
    first = state.try_lock("place")
    assert first is not None
    assert state.try_lock("place") is None
    os.close(first)
    second = state.try_lock("place")
    assert second is not None
    os.close(second)


def test_a_killed_process_frees_its_lock(state: StateDir) -> None:
    command = [sys.executable, "-c", HOLDS_A_LOCK, state.file("place.lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert state.try_lock("place") is None
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    descriptor = state.try_lock("place")
    assert descriptor is not None
    os.close(descriptor)


def test_a_folder_that_cannot_be_used_is_a_warning_and_no_sharing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told: list[str] = []

    assert opened_state(str(tmp_path / "file" / "state"), told.append) is None
    assert len(told) == 1
    assert str(tmp_path / "file") in told[0]
    assert opened_state(None, told.append) is None
    assert len(told) == 1


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
