# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ways that certificates take to whoever asked: each with what it gave, in a shape that the truth has too."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.community.qualys.plugins.module_utils._audit import AuditedHost, audit
from ansible_collections.community.qualys.plugins.module_utils._files import replaced, write_document
from ansible_collections.community.qualys.plugins.module_utils._freshness import Freshness
from ansible_collections.community.qualys.plugins.module_utils._listing import listed
from ansible_collections.community.qualys.plugins.module_utils._options import Connection
from ansible_collections.community.qualys.plugins.module_utils._policy import load_policy
from ansible_collections.community.qualys.plugins.module_utils._query import Query
from ansible_collections.community.qualys.plugins.module_utils._snapshot import Snapshot
from ansible_collections.community.qualys.plugins.module_utils._source import CertificateSource
from faults.estate import LAST_CALL, PAGE, FaultyGateway, Truth
from unit.client.support import AS_OF, Always, FakeClock

ALL = Query(includes=("asset_interfaces", "ssl_protocols"), page_size=PAGE)
# Longer than a token lives and than any healed fault lasts.
FRESHNESS = Freshness(max_age=5 * 3600.0)
NOW = Freshness()
OLD = "what an earlier run wrote\n"

# A certificate with the assets that it is on, once for each time that it came.
Sightings = list[tuple[str, list[int]]]
Sight = t.Any


@dataclass
class Reader:
    """Somebody who asks.

    :ivar folder: Where files go that the user named.
    :ivar hosts: The inventory.
    :ivar freshness: Of what is looked up in a copy.
    :ivar told_by_source: What the user was told although nothing failed.
    """

    connection: Connection
    folder: Path
    hosts: t.Mapping[str, t.Sequence[str]]
    freshness: Freshness = FRESHNESS
    clock: t.Any = field(default_factory=FakeClock)
    told_by_source: list[list[str]] = field(default_factory=list)

    @property
    def told(self) -> list[str]:
        return [message for messages in self.told_by_source for message in messages]

    def source(self) -> CertificateSource:
        self.told_by_source.append([])
        tell = self.told_by_source[-1].append
        return CertificateSource(self.connection, clock=self.clock, chance=Always(0.5), tell=tell)

    @property
    def dest(self) -> Path:
        return self.folder / "dest"


def _nothing(reader: Reader, gateway: FaultyGateway) -> None:
    """Most ways need no history."""


@dataclass(frozen=True)
class Way:
    """
    :ivar take: Goes the way, and returns what it gave.
    :ivar sight: What it should have given.
    :ivar prepare: What happened before.
    :ivar calls: Of the list, when all goes well.
    """

    take: t.Callable[[Reader], Sight]
    sight: t.Callable[[Truth], Sight]
    prepare: t.Callable[[Reader, FaultyGateway], None] = _nothing
    calls: int = LAST_CALL


def sighted(records: t.Iterable[t.Any]) -> Sightings:
    return sorted((record["certhash"], sorted(asset["id"] for asset in record["assets"])) for record in records)


def copied(folder: Path) -> list[Sightings]:
    """What the complete copies hold that a reader has left in *folder*."""
    snapshots = [Snapshot(str(path)) for path in sorted((folder / "state").glob("*.sqlite"))]
    return [sighted(snapshot.records()) for snapshot in snapshots if snapshot.standing() is not None]


def _list(reader: Reader) -> Sightings:
    with reader.source() as source:
        result = listed(source, ALL, AS_OF, NOW, tell=reader.told_by_source[-1].append)
    assert result["complete"] is True
    assert result["count"] == len(result["certificates"])
    return sighted(result["certificates"])


def _list_to_file(reader: Reader) -> Sightings:
    with reader.source() as source:
        result = listed(source, ALL, AS_OF, NOW, dest=str(reader.dest), tell=reader.told_by_source[-1].append)
    records = [json.loads(line) for line in reader.dest.read_text(encoding="utf-8").splitlines()]
    assert result["complete"] is True
    assert result["count"] == len(records)
    return sighted(records)


def _audit_now(reader: Reader) -> dict[str, t.Any]:
    return _audit(reader, NOW)


def _audit_a_copy(reader: Reader) -> dict[str, t.Any]:
    return _audit(reader, reader.freshness)


def _audit(reader: Reader, freshness: Freshness) -> dict[str, t.Any]:
    """As the action does it."""
    with reader.source() as source, replaced(str(reader.dest)) as stream:
        document = audit(
            source.lazy_records(ALL, AS_OF, freshness),
            {name: AuditedHost(identities) for name, identities in reader.hosts.items()},
            load_policy("baseline"),
            as_of=AS_OF,
            gateway=source.gateway_url,
            api={},
        )
        write_document(document, stream)
    document = json.loads(reader.dest.read_text(encoding="utf-8"))
    return {
        "certificates": document["summary"]["certificates"],
        "assets": document["summary"]["assets"],
        "hosts": {name: host["certificates"] for name, host in document["hosts"].items() if host["certificates"]},
    }


def _audited(truth: Truth) -> dict[str, t.Any]:
    hosts: dict[str, list[str]] = {}
    for each in truth:
        for asset in each["assets"]:
            hosts.setdefault(f"asset-{asset['id']}", []).append(each["certhash"])
    return {
        "certificates": len(truth),
        "assets": len(hosts),
        "hosts": {name: sorted(certhashes) for name, certhashes in hosts.items()},
    }


def _lookup(reader: Reader) -> tuple[Sightings, Sightings]:
    """One process brings the copy up to date, and another looks all addresses up in it."""
    with reader.source() as source:
        synced = sighted(source.records(ALL, AS_OF, reader.freshness))
    addresses = [address for identities in reader.hosts.values() for address in identities]
    with reader.source() as other:
        found = sighted(other.records_by("address", addresses, ALL, AS_OF, reader.freshness))
    return synced, found


def _looked_up(truth: Truth) -> tuple[Sightings, Sightings]:
    return sighted(truth), sighted(each for each in truth if each["assets"])


def _outdate_a_copy(reader: Reader, gateway: FaultyGateway) -> None:
    """Leave a copy behind that is older than allowed, and of which so many certificates have changed as fill pages."""
    with reader.source() as source:
        list(source.records(ALL, AS_OF, FRESHNESS))
    seconds = FRESHNESS.max_age + 3600
    reader.clock.sleep(seconds)
    gateway.go_on(seconds, changed=2 * PAGE + 3, added=3)


WAYS: dict[str, Way] = {
    "list": Way(_list, sighted),
    "list-to-file": Way(_list_to_file, sighted),
    "audit": Way(_audit_now, _audited),
    "audit-of-a-copy": Way(_audit_a_copy, _audited),
    "lookup": Way(_lookup, _looked_up),
    "lookup-of-changes": Way(_lookup, _looked_up, _outdate_a_copy, calls=4),
}
