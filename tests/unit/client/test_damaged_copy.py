# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A copy that was damaged after it was written gives everything once, or is made anew with a warning."""

from __future__ import annotations

import os
import sqlite3
import typing as t
from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils._certificate import Record, as_of
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._freshness import Freshness
from ansible_collections.community.qualys.plugins.module_utils._identities import IDENTITY_KINDS, identities_of
from ansible_collections.community.qualys.plugins.module_utils._snapshot import Snapshot
from ansible_collections.community.qualys.plugins.module_utils._snapshot_file import SnapshotError
from hypothesis import given
from hypothesis import strategies as st
from unit.client.consumers import (
    ALL,
    CERTIFICATES,
    HOUR,
    TEN_MINUTES,
    Consumer,
    as_new,
    estate_of_many,
    let_pass,
)
from unit.client.support import AS_OF, FakeClock
from unit.client.test_snapshot import on_asset, write
from unit.simulator.serving import Gateway

NAIVE = "2026-06-01T00:00:00"

OF_STANDING = [
    f"UPDATE standing SET synced_at = '{NAIVE}'",
    f"UPDATE standing SET watermark = '{NAIVE}'",
    "UPDATE standing SET full_synced_at = ''",
    "UPDATE standing SET synced_at = 5",
    "UPDATE standing SET api_version = X'00'",
    "UPDATE standing SET partly_told = 'x'",
    "UPDATE standing SET count = 1.5",
    "INSERT INTO standing SELECT * FROM standing",
    "PRAGMA user_version = 0",
    "PRAGMA user_version = -1",
]
OF_A_RECORD = [
    "DELETE FROM records WHERE number = 30",
    "UPDATE records SET record = X'00' WHERE number = 30",
    "UPDATE records SET record = 5 WHERE number = 30",
    "UPDATE records SET record = '{}' || char(10) || '{}' WHERE number = 30",
    "UPDATE records SET record = replace(record, 'SHA256', 'SHA257') WHERE number = 30",
    "UPDATE records SET record = (SELECT record FROM records WHERE number = 31) WHERE number = 30",
]
OF_THE_ORDER = [
    "UPDATE records SET certhash = 'zz' WHERE number = 30",
    "UPDATE records SET certhash = NULL WHERE number = 30",
]
OF_THE_IDENTITIES = [
    "DELETE FROM identities",
    "DELETE FROM identities WHERE number = 30",
    "UPDATE identities SET number = 31 WHERE number = 30 AND kind = 'certhash'",
    "UPDATE identities SET value = 'x' WHERE number = 30",
    "UPDATE identities SET kind = X'80' WHERE number = 30",
    "UPDATE identities SET value = CAST(X'80' AS TEXT) WHERE number = 30",
    "DELETE FROM buckets",
    "DROP TABLE identities",
]


@pytest.fixture(scope="module")
def started() -> t.Iterator[Gateway]:
    with estate_of_many() as gateway:
        yield gateway


@pytest.fixture
def gateway(started: Gateway) -> Gateway:
    return as_new(started)


@pytest.fixture
def consumer(gateway: Gateway, clock: FakeClock, tmp_path: Path) -> Consumer:
    return Consumer(gateway.url, clock, tmp_path / "state")


def damage(consumer: Consumer, statement: str) -> None:
    (path,) = consumer.copies
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(statement)
    connection.close()


def lazily(consumer: Consumer, freshness: Freshness = TEN_MINUTES) -> list[Record]:
    with consumer.source() as source:
        records = [dict(each) for each in source.lazy_records(ALL, AS_OF, freshness)]
        consumer.use = source.api_use
    return sorted(records, key=lambda record: record["certhash"])


def by_certhash(consumer: Consumer) -> list[Record]:
    with consumer.source() as source:
        every = [record["certhash"] for record in source.records(ALL, AS_OF, Freshness())]
    return consumer.reads(by=("certhash", every))


WAYS: dict[str, t.Callable[[Consumer], list[Record]]] = {
    "all": Consumer.reads,
    "lazily": lazily,
    "looked up": by_certhash,
}


# Each statement meets one of the ways, and some meet a sync; all of them in the matrix, where nobody waits.
MANY = "QUALYS_TEST_MANY" in os.environ
OF_A_RECORD_ON_WAYS = [
    (way, statement)
    for place, statement in enumerate(OF_A_RECORD)
    for turn, way in enumerate(WAYS)
    if MANY or turn == place % len(WAYS)
]
OVER_DAMAGE = [*OF_A_RECORD, *OF_THE_ORDER, *OF_THE_IDENTITIES]


@pytest.mark.parametrize(
    ("way", "statement"),
    [
        *OF_A_RECORD_ON_WAYS,
        *(("all", statement) for statement in (*OF_STANDING, *OF_THE_ORDER)),
        *(("looked up", statement) for statement in OF_THE_IDENTITIES),
    ],
)
def test_what_is_damaged_is_made_anew_with_one_warning_and_loses_nothing(
    consumer: Consumer, way: str, statement: str
) -> None:
    read = WAYS[way]
    truth = consumer.reads()
    assert read(consumer) == truth
    assert (consumer.path, consumer.told) == ("cached", [])
    damage(consumer, statement)
    assert read(consumer) == truth
    assert consumer.path == "full"
    assert len(consumer.told) == 1
    assert ".damaged" in consumer.told[0]
    assert read(consumer) == truth
    assert (consumer.path, len(consumer.told)) == ("cached", 1)


@pytest.mark.parametrize("statement", OVER_DAMAGE if MANY else OVER_DAMAGE[::4])
def test_a_sync_over_damage_ends_with_a_copy_that_is_whole(
    gateway: Gateway, consumer: Consumer, statement: str
) -> None:
    for full_sync_every in (1e9, 0.0):
        consumer.reads()
        damage(consumer, statement)
        for _each in range(2):
            let_pass(gateway, consumer.clock, HOUR)
            gateway.post("/_control/estate", {"touch": 5, "add": 1})
            truth = consumer.asks_now()
            assert consumer.reads(freshness=Freshness(600, full_sync_every)) == truth
        # What only a lookup can see, the first one sees.
        assert by_certhash(consumer) == by_certhash(consumer) == truth
        assert consumer.path == "cached"
        let_pass(gateway, consumer.clock, HOUR)


@pytest.mark.parametrize("way", WAYS)
def test_what_is_new_since_the_copy_comes_too_wherever_it_would_be_in_order(
    gateway: Gateway, consumer: Consumer, way: str
) -> None:
    before = consumer.reads()
    gateway.post("/_control/estate", {"add": 20})
    truth = consumer.asks_now()
    new = {each["certhash"] for each in truth} - {each["certhash"] for each in before}
    assert min(new) < before[-1]["certhash"]
    last = before[-1]["certhash"]
    damage(consumer, f"UPDATE records SET record = '{{' WHERE certhash = '{last}' OR number = {CERTIFICATES}")
    assert WAYS[way](consumer) == truth


@pytest.mark.parametrize("lazy", [False, True])
def test_a_copy_that_another_has_made_meanwhile_stays(
    gateway: Gateway, consumer: Consumer, clock: FakeClock, lazy: bool
) -> None:
    before = consumer.reads()
    last = before[-1]["certhash"]
    damage(consumer, f"UPDATE records SET record = '{{' WHERE certhash = '{last}' OR number = {CERTIFICATES}")
    (path,) = consumer.copies
    other = Consumer(gateway.url, clock, path.parent)
    with consumer.source() as source:
        reading = iter((source.lazy_records if lazy else source.records)(ALL, AS_OF, TEN_MINUTES))
        taken = [next(reading)["certhash"]]
        clock.sleep(60)
        assert other.reads() == before
        assert ".damaged" in other.told[0]
        taken += [record["certhash"] for record in reading]
    assert len(set(taken)) == len(taken) == CERTIFICATES
    assert consumer.told == []
    assert other.reads() == before
    assert other.path == "cached"


class Written:
    """A copy of some hundred records, to be damaged again and again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.snapshot = Snapshot(str(path))
        write(self.snapshot, [on_asset(n, f"192.0.2.{n % 250}", f"web{n}.example.com") for n in range(400)])
        self.whole = path.read_bytes()
        self.truth = list(self.snapshot.records())
        self.lazily = [as_of(each, AS_OF) for each in self.truth]

    def overwrite(self, place: float, content: bytes) -> None:
        start = int(place * (len(self.whole) - len(content)))
        self.path.write_bytes(self.whole[:start] + content + self.whole[start + len(content) :])


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return Written(tmp_path_factory.mktemp("copy") / "copy.sqlite")


def gives(read: t.Callable[[], t.Iterable[t.Mapping[str, t.Any]]], truth: list[Record]) -> bool:
    try:
        found = [dict(each) for each in read()]
    except (SnapshotError, CertViewError):
        return True
    return found == truth


@given(
    place=st.floats(0, 1),
    length=st.sampled_from([1, 2, 64, 512]),
    byte=st.integers(0, 255),
    number=st.integers(0, 399),
    what=st.sampled_from(IDENTITY_KINDS),
)
def test_whatever_is_overwritten_nothing_is_lost_in_silence(
    written: Written, place: float, length: int, byte: int, number: int, what: str
) -> None:
    written.overwrite(place, bytes([byte]) * length)
    snapshot = written.snapshot
    assert gives(snapshot.records, written.truth)
    assert gives(
        lambda: sorted(map(dict, snapshot.lazy_records(AS_OF)), key=lambda each: str(each["certhash"])), written.lazily
    )
    wanted = dict(identities_of(written.truth[number]))[what]
    assert gives(
        lambda: snapshot.records_by(what, [wanted]),
        [each for each in written.truth if (what, wanted) in identities_of(each)],
    )
