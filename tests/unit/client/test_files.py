# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import io
import json
import os
import shutil
import stat
import typing as t
from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._files import replaced, write_document, written_lines
from hypothesis import given
from hypothesis import strategies as st
from unit.client.support import JSON_VALUES


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_one_document_a_line_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    assert written_lines(str(path), ({"a": "ü", "b": number} for number in range(3))) == 3
    assert path.read_text(encoding="utf-8").splitlines() == [f'{{"a":"\\u00fc","b":{number}}}' for number in range(3)]
    assert mode_of(path) == 0o600


def test_a_readable_file_is_replaced_by_a_private_one(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o644)
    written_lines(str(path), [])
    assert path.read_bytes() == b""
    assert mode_of(path) == 0o600


def test_the_same_document_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    for path, document in ((first, {"b": [1], "a": "\ud800"}), (second, {"a": "\ud800", "b": [1]})):
        with replaced(str(path)) as stream:
            write_document(document, stream)
    assert first.read_bytes() == second.read_bytes()
    assert json.loads(first.read_text(encoding="utf-8")) == {"a": "\ud800", "b": [1]}


def test_each_item_of_a_document_has_a_line() -> None:
    document = {
        "hosts": {"web02": {"b": [1], "a": None}, "web01": {}},
        "list": [{"d": 1, "c": 2}, 3],
        "none": {},
        "n": [],
    }
    stream = io.StringIO()
    write_document(document, stream)
    assert stream.getvalue() == (
        '{\n"hosts": {\n "web01": {},\n "web02": {"a": null, "b": [1]}\n},\n'
        '"list": [\n {"c": 2, "d": 1},\n 3\n],\n"n": [],\n"none": {}\n}\n'
    )


@given(st.dictionaries(st.text(), JSON_VALUES))
def test_a_document_of_any_shape_is_read_as_it_was_written(document: dict[str, t.Any]) -> None:
    stream = io.StringIO()
    write_document(document, stream)
    # As text: NaN is not equal to itself.
    read = json.loads(stream.getvalue())
    assert json.dumps(read, sort_keys=True) == json.dumps(document, sort_keys=True)


def failing() -> t.Iterator[int]:
    yield 1
    raise CertViewError("budget", kind="budget")


def test_a_failure_while_writing_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(CertViewError, match="budget"):
        written_lines(str(path), failing())
    assert path.read_text(encoding="utf-8") == "old"
    assert os.listdir(tmp_path) == ["records.jsonl"]


@pytest.mark.parametrize("place", ["missing/records.jsonl", "folder"])
def test_a_place_where_nothing_can_be_written_is_a_clear_error(tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(CertViewError) as caught:
        written_lines(str(tmp_path / place), [])
    assert caught.value.kind == "file"
    assert str(tmp_path / place) in caught.value.message
    assert os.listdir(tmp_path) == ["folder"]


def test_a_disk_that_fills_up_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(CertViewError, match="No space left") as caught, replaced(str(tmp_path / "x")):
        raise OSError(28, "No space left on device")
    assert caught.value.kind == "file"
    assert os.listdir(tmp_path) == []


def drafts_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob(".records.*.certview-draft"))


def test_what_a_killed_process_left_is_removed_and_what_somebody_still_writes_is_not(tmp_path: Path) -> None:
    path = tmp_path / "records"
    foreign = tmp_path / ".records.bak"
    for abandoned in (tmp_path / ".records.killed.certview-draft", foreign):
        abandoned.touch()
        os.utime(abandoned, (0, 0))
    (tmp_path / ".records.young.certview-draft").touch()
    with replaced(str(path)) as stream:
        stream.flush()
        (written,) = set(drafts_in(tmp_path)) - {".records.young.certview-draft"}
        os.utime(tmp_path / written, (0, 0))
        written_lines(str(path), [1])
        assert drafts_in(tmp_path) == sorted([written, ".records.young.certview-draft"])
        stream.write("slow")
    assert path.read_text(encoding="utf-8") == "slow"
    assert foreign.exists()


def test_a_link_or_a_pipe_in_place_of_a_draft_does_no_harm(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("kept", encoding="utf-8")
    os.symlink(target, tmp_path / ".records.link.certview-draft")
    os.mkfifo(tmp_path / ".records.pipe.certview-draft")
    os.utime(target, (0, 0))
    written_lines(str(tmp_path / "records"), [1])
    assert target.read_text(encoding="utf-8") == "kept"


def test_a_folder_that_goes_away_while_writing_is_a_clear_error(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(CertViewError) as caught, replaced(str(folder / "records")):
        shutil.rmtree(folder)
    assert caught.value.kind == "file"


def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    """A device is no different, and /dev/null must survive a run as root."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert written_lines(str(path), [1, 2]) == 2
        assert os.read(reader, 100) == b"1\n2\n"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(path.stat().st_mode)
    assert os.listdir(tmp_path) == ["pipe"]
