# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sqlite3
import typing as t
from datetime import timedelta
from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils import _snapshot_file
from ansible_collections.community.qualys.plugins.module_utils._certificate import Record, normalise
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._snapshot import Snapshot
from ansible_collections.community.qualys.plugins.module_utils._snapshot_file import (
    SCHEMA_VERSION,
    SnapshotDamaged,
    SnapshotError,
    Standing,
    order_of,
)
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from unit.client.snapshots import file_size_limited, overwrite_middle
from unit.client.support import AS_OF, JSON_VALUES

STANDING = Standing(AS_OF - timedelta(hours=2), AS_OF, AS_OF - timedelta(days=1), "v2.2")


def record(number: int, **fields: t.Any) -> Record:
    raw = {"id": number, "certhash": f"{number * 7919 % 10_007:064x}", "serialNumber": f"{number:04x}", **fields}
    return normalise(raw, AS_OF)


def on_asset(number: int, address: str, name: str = "", interfaces: t.Sequence[str] = (), fqdn: str = "") -> Record:
    shown = {
        "id": number,
        "name": name,
        "primaryIp": address,
        "assetInterfaces": [{"hostname": None, "address": each} for each in interfaces],
        "hostInstances": [{"id": number, "port": 443, "fqdn": fqdn}],
    }
    return record(number, assets=[shown], assetCount=1)


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    return Snapshot(str(tmp_path / "copy.sqlite"))


def write(snapshot: Snapshot, records: t.Iterable[Record], *, full: bool = True) -> Standing:
    with snapshot.update(full=full) as update:
        for each in records:
            update.put(each)
        return update.finish(STANDING)


def numbers(records: t.Iterable[Record]) -> list[int]:
    return sorted(each["id"] for each in records)


class TestWritingAndReading:
    def test_where_there_is_nothing_nothing_is_read_and_nothing_made(self, snapshot: Snapshot) -> None:
        assert snapshot.standing() is None
        assert not os.path.exists(snapshot.path)

    def test_what_was_put_is_given_back_in_order(self, snapshot: Snapshot) -> None:
        records = [record(number) for number in range(1, 1300)]
        written = write(snapshot, records)
        assert written.count == 1299
        assert snapshot.standing() == written
        assert list(snapshot.records()) == sorted(records, key=order_of)

    def test_the_order_does_not_depend_on_history(self, snapshot: Snapshot, tmp_path: Path) -> None:
        other = Snapshot(str(tmp_path / "other.sqlite"))
        twins = [record(5, certhash="aa"), record(3, certhash="aa"), record(4, certhash=None), record(2)]
        write(snapshot, twins)
        for each in reversed(twins):
            write(other, [each], full=False)
        assert list(other.records()) == list(snapshot.records()) == sorted(twins, key=order_of)
        assert numbers(twins) == numbers(snapshot.records())

    def test_a_watermark_that_nobody_knows_is_kept_as_such(self, snapshot: Snapshot) -> None:
        with snapshot.update(full=True) as update:
            unknown = update.finish(Standing(None, AS_OF, AS_OF, "v2"))
        assert snapshot.standing() == unknown
        assert unknown.watermark is None

    def test_a_full_update_removes_what_it_has_not_seen_and_a_delta_does_not(self, snapshot: Snapshot) -> None:
        write(snapshot, [on_asset(number, f"192.0.2.{number}") for number in (1, 2, 3)])
        write(snapshot, [on_asset(4, "192.0.2.4")], full=False)
        assert numbers(snapshot.records()) == [1, 2, 3, 4]
        assert write(snapshot, [on_asset(number, f"192.0.2.{number}") for number in (2, 4)]).count == 2
        assert numbers(snapshot.records()) == [2, 4]
        assert list(snapshot.records_by("address", ["192.0.2.1", "192.0.2.3"])) == []
        with sqlite3.connect(snapshot.path) as connection:
            stale = "SELECT count(*) FROM identities WHERE number NOT IN (SELECT number FROM records)"
            assert connection.execute(stale).fetchone() == (0,)
        connection.close()

    def test_a_record_that_comes_twice_is_there_once_as_it_came_last(self, snapshot: Snapshot) -> None:
        write(snapshot, [record(1, keySize=1024), *map(record, range(2, 900)), record(1, keySize=2048)])
        found = [each for each in snapshot.records() if each["id"] == 1]
        assert [each["key_size"] for each in found] == [2048]

    def test_what_has_not_changed_is_not_written_again(self, snapshot: Snapshot) -> None:
        records = [record(number, dn="x" * 2000) for number in range(400)]
        # As long as somebody has the file open, its log stays, and shows what was written.
        write(snapshot, records)
        open_elsewhere = sqlite3.connect(snapshot.path, isolation_level=None)
        open_elsewhere.execute("SELECT * FROM standing").fetchall()
        log = Path(f"{snapshot.path}-wal")
        write(snapshot, records)
        unchanged = log.stat().st_size
        write(snapshot, [{**each, "dn": "y" * 2000} for each in records])
        open_elsewhere.close()
        assert unchanged < 20_000
        assert log.exists() is False
        assert {each["dn"] for each in snapshot.records()} == {"y" * 2000}

    def test_records_not_all_of_whose_assets_are_told_are_counted(self, snapshot: Snapshot) -> None:
        cut = [record(number, assets=[], assetCount=5) for number in (1, 2)]
        assert write(snapshot, [*cut, record(3, assets=[], assetCount=0)]).partly_told == 2

    def test_a_record_that_cannot_be_told_from_others_is_refused(self, snapshot: Snapshot) -> None:
        with snapshot.update(full=True) as update, pytest.raises(SnapshotError, match="without id and certhash"):
            update.put(normalise({"dn": "CN=nobody"}, AS_OF))

    @given(raw=st.dictionaries(st.sampled_from(["id", "certhash", "dn", "subject", "assets", "new"]), JSON_VALUES))
    @hypothesis_settings(max_examples=60)
    def test_whatever_a_server_answers_is_given_back(
        self, raw: dict[str, t.Any], tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        snapshot = Snapshot(str(tmp_path_factory.mktemp("copy") / "copy.sqlite"))
        hostile = normalise(raw, AS_OF)
        neighbours = [record(1), record(2**63 - 1), record(-(2**63)), record(2**80), record(3, certhash=None)]
        try:
            write(snapshot, [*neighbours, hostile])
        except SnapshotError:
            assert hostile["id"] is hostile["certhash"] is None
            return
        # As text: NaN is not equal to itself.
        given_back = [json.dumps(each) for each in snapshot.records()]
        assert json.dumps(hostile) in given_back
        assert list(map(order_of, snapshot.records())) == sorted(map(order_of, snapshot.records()))


class TestLookingUp:
    @pytest.fixture
    def filled(self, snapshot: Snapshot) -> Snapshot:
        shown = on_asset(1, "192.0.2.1", "Web01.Example.COM", ["192.0.2.1", "2001:DB8::0:1"], "shop.example.com")
        shared = on_asset(2, "192.0.2.2", "web02.example.com", ["192.0.2.1"])
        named = record(
            3,
            subject={"name": "*.Apps.Example.com"},
            subjectAlternativeNames={"DNS Name": ["apps.example.com", "*.apps.example.com"], "IP Address": ["1.2.3.4"]},
        )
        authority = record(4, subject={"name": "Example Root CA"}, serialNumber="067A")
        write(snapshot, [shown, shared, named, authority])
        return snapshot

    @pytest.mark.parametrize(
        ("what", "values", "found"),
        [
            ("address", ["192.0.2.1"], [1, 2]),
            ("address", ["2001:db8::1"], [1]),
            ("address", ["::ffff:192.0.2.2", "192.0.2.2"], [2]),
            ("address", ["web01.example.com", "300.1.1.1", ""], []),
            ("address", [], []),
            ("name", ["WEB01.example.com."], [1]),
            ("name", ["shop.example.com", "web02.example.com", "web01.example.com"], [1, 2]),
            ("name", ["*.apps.example.com"], [3]),
            ("name", ["apps.example.com"], [3]),
            ("name", ["example root ca"], [4]),
            ("name", ["192.0.2.1"], []),
            ("serial", ["06:7a"], [4]),
            ("serial", ["0001", "0002", "9999"], [1, 2]),
        ],
    )
    def test_by(self, filled: Snapshot, what: str, values: list[str], found: list[int]) -> None:
        assert numbers(filled.records_by(what, values)) == found

    def test_by_hash_however_it_is_written(self, filled: Snapshot) -> None:
        certhash = record(2)["certhash"].upper()
        spelt = ":".join(certhash[place : place + 2] for place in range(0, 64, 2))
        assert numbers(filled.records_by("certhash", [spelt])) == [2]

    def test_records_come_once_and_in_order_for_many_values(self, snapshot: Snapshot) -> None:
        records = [on_asset(n, f"10.0.{n // 250}.{n % 250}", interfaces=[f"10.1.0.{n % 100}"]) for n in range(1500)]
        write(snapshot, records)
        asked = [*(f"10.0.{n // 250}.{n % 250}" for n in range(1500)), *(f"10.1.0.{n}" for n in range(100))]
        assert list(snapshot.records_by("address", asked)) == list(snapshot.records())

    def test_the_index_follows_a_change(self, filled: Snapshot) -> None:
        write(filled, [on_asset(2, "192.0.2.22", "moved.example.com")], full=False)
        assert numbers(filled.records_by("address", ["192.0.2.1"])) == [1]
        assert numbers(filled.records_by("address", ["192.0.2.2"])) == []
        assert numbers(filled.records_by("name", ["web02.example.com", "moved.example.com"])) == [2]


class TestAllOrNothing:
    def test_readers_see_the_old_state_until_the_new_one_is_complete(self, snapshot: Snapshot) -> None:
        write(snapshot, map(record, (1, 2, 3)))
        reading = snapshot.records()
        first = next(reading)
        with snapshot.update(full=True) as update:
            for number in range(2, 1500):
                update.put(record(number, dn="x" * 1000))
            assert numbers(snapshot.records()) == [1, 2, 3]
            assert snapshot.standing().count == 3  # type: ignore[union-attr]
            update.finish(STANDING)
        assert numbers(snapshot.records()) == list(range(2, 1500))
        # A reading that had begun goes on in the state that it began in.
        assert numbers([first, *reading]) == [1, 2, 3]

    @pytest.mark.parametrize("before", [(), (1, 2)])
    def test_an_update_that_is_not_finished_leaves_no_trace(self, snapshot: Snapshot, before: tuple[int, ...]) -> None:
        if before:
            write(snapshot, map(record, before))
        standing = snapshot.standing()
        with snapshot.update(full=True) as update:
            update.put(record(8))

        def failing() -> t.Iterator[Record]:
            yield from map(record, range(1000))
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            write(snapshot, failing(), full=False)
        assert snapshot.standing() == standing
        assert numbers(snapshot.records() if before else []) == list(before)
        assert write(snapshot, [record(9)]).count == 1

    def test_a_killed_writer_leaves_the_last_complete_state(self, snapshot: Snapshot) -> None:
        write(snapshot, map(record, (1, 2)))
        standing = snapshot.standing()
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()

        def die_half_way() -> None:
            with snapshot.update(full=True) as update:
                for number in range(5, 2000):
                    update.put(record(number, dn="x" * 50_000))
                theirs.send("ready")
                signal.pause()

        process = context.Process(target=die_half_way)
        process.start()
        assert ours.poll(60)
        # More than the writer keeps in memory: a part of the update is in the log already.
        assert os.path.getsize(f"{snapshot.path}-wal") > 1_000_000
        os.kill(t.cast(int, process.pid), signal.SIGKILL)
        process.join()
        process.close()
        assert snapshot.standing() == standing
        assert numbers(snapshot.records()) == [1, 2]
        write(snapshot, [record(3)], full=False)
        assert numbers(snapshot.records()) == [1, 2, 3]

    def test_a_full_disk_leaves_the_last_complete_state(self, snapshot: Snapshot) -> None:
        write(snapshot, map(record, (1, 2)))
        with file_size_limited(300_000), pytest.raises(SnapshotError) as caught:
            write(snapshot, (record(number, dn="x" * 2000) for number in range(4000)))
        assert not isinstance(caught.value, SnapshotDamaged)
        assert numbers(snapshot.records()) == [1, 2]

    def test_nobody_else_can_read_it(self, snapshot: Snapshot) -> None:
        before = os.umask(0)
        try:
            with snapshot.update(full=True) as update:
                update.put(record(1))
                update.finish(STANDING)
                modes = {name: os.stat(snapshot.path + name).st_mode & 0o777 for name in ("", "-wal", "-shm")}
        finally:
            os.umask(before)
        assert modes == {"": 0o600, "-wal": 0o600, "-shm": 0o600}


class TestWhatCannotBeUsed:
    def test_a_place_that_cannot_be_written(self, tmp_path: Path) -> None:
        for path in (tmp_path / "missing" / "copy.sqlite", Path("/proc/copy.sqlite")):
            snapshot = Snapshot(str(path))
            assert snapshot.standing() is None
            with pytest.raises(SnapshotError, match=str(path)):
                write(snapshot, [])

    def test_a_folder_in_the_place_of_the_file(self, tmp_path: Path) -> None:
        with pytest.raises(SnapshotError):
            Snapshot(str(tmp_path)).standing()
        with pytest.raises(SnapshotError):
            write(Snapshot(str(tmp_path)), [])

    @pytest.mark.parametrize("missing", [True, False])
    def test_a_python_without_a_sqlite_that_could_do_it(self, monkeypatch: pytest.MonkeyPatch, missing: bool) -> None:
        if missing:
            monkeypatch.setattr(_snapshot_file, "sqlite3", None)
        else:
            monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 7, 17))
            monkeypatch.setattr(sqlite3, "sqlite_version", "3.7.17")
        with pytest.raises(SnapshotError, match=r"no SQLite.*3\.24" if missing else r"SQLite 3\.7\.17.*3\.24"):
            Snapshot("copy.sqlite")

    def test_a_file_of_a_newer_collection_is_refused_and_left_alone(self, snapshot: Snapshot) -> None:
        write(snapshot, [record(1)])
        self._execute(snapshot, f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
        before = Path(snapshot.path).read_bytes()
        for attempt in (snapshot.standing, lambda: list(snapshot.records()), lambda: write(snapshot, [])):
            with pytest.raises(CertViewError, match="newer version") as caught:
                attempt()
            assert caught.value.kind == "state"
            assert "max_age" in caught.value.hint
        assert Path(snapshot.path).read_bytes() == before

    def _execute(self, snapshot: Snapshot, statement: str) -> None:
        connection = sqlite3.connect(snapshot.path, isolation_level=None)
        connection.execute(statement)
        connection.close()

    @pytest.mark.parametrize(
        "statement",
        ["DROP TABLE standing", "DELETE FROM standing", "UPDATE standing SET synced_at = 'noon'"],
    )
    def test_a_file_that_tells_nothing_of_itself_is_damaged(self, snapshot: Snapshot, statement: str) -> None:
        write(snapshot, [record(1)])
        self._execute(snapshot, statement)
        with pytest.raises(SnapshotDamaged):
            snapshot.standing()

    @pytest.mark.parametrize(
        "statement",
        [
            "DROP TABLE records",
            "UPDATE records SET record = '{'",
            "UPDATE records SET record = record || '}'",
            "UPDATE records SET record = CAST(X'80' AS TEXT)",
        ],
    )
    def test_damage_that_shows_at_the_records(self, snapshot: Snapshot, statement: str) -> None:
        write(snapshot, [record(1)])
        self._execute(snapshot, statement)
        with pytest.raises(SnapshotDamaged):
            list(snapshot.records())

    @pytest.mark.parametrize("damage", ["garbage", "cut", "overwritten"])
    def test_a_damaged_file_is_set_aside_and_made_anew(self, snapshot: Snapshot, damage: str) -> None:
        path = Path(snapshot.path)
        for turn in (1, 2):
            write(snapshot, (record(number, dn="x" * 1000) for number in range(500)))
            content = path.read_bytes()
            if damage == "overwritten":
                overwrite_middle(path)
            else:
                path.write_bytes(b"garbage" * 1000 if damage == "garbage" else content[: len(content) // 3])
            with pytest.raises(SnapshotDamaged):
                self._read_all(snapshot)
            damaged = path.read_bytes()
            aside = Path(snapshot.set_aside())
            assert aside.read_bytes() == damaged
            assert aside.stat().st_mode & 0o777 == 0o600
            assert snapshot.standing() is None, turn
        assert write(snapshot, [record(1)]).count == 1
        assert {each.name for each in path.parent.iterdir()} == {path.name, aside.name}

    def _read_all(self, snapshot: Snapshot) -> None:
        snapshot.standing()
        list(snapshot.records())

    def test_the_log_is_set_aside_with_its_file(self, snapshot: Snapshot) -> None:
        write(snapshot, [record(1)])
        left_open = sqlite3.connect(snapshot.path)
        left_open.execute("SELECT * FROM standing").fetchall()
        write(snapshot, [record(2)], full=False)
        assert os.path.getsize(f"{snapshot.path}-wal") > 0
        aside = snapshot.set_aside()
        left_open.close()
        assert not os.path.exists(f"{snapshot.path}-wal")
        write(snapshot, [record(3)])
        assert numbers(snapshot.records()) == [3]
        # Together they still tell what they told.
        assert numbers(Snapshot(aside).records()) == [1, 2]
