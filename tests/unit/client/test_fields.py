# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

import pytest
from ansible_collections.community.qualys.plugins.module_utils import _instances, _sites
from ansible_collections.community.qualys.plugins.module_utils._certificate import normalise
from ansible_collections.community.qualys.plugins.module_utils._fields import FIELDS, INSTANCE_FIELDS, SITE_FIELDS
from unit.client.support import AS_OF

ASSETS: list[dict[str, t.Any]] = [
    {
        "name": "Web01",
        "primaryIp": "2001:DB8:0:0::1",
        "tags": [{"name": "Lab"}, {"name": "EU"}],
        "hostInstances": [{"port": 443}, {"port": 8443, "grade": "A"}],
    },
    {"name": "web02", "primaryIp": "51.124.XX.247", "tags": []},
]


@pytest.mark.parametrize(
    ("field", "raw", "values"),
    [
        ("certificate.keySize", {"keySize": 2048}, [2048]),
        ("certificate.keySize", {}, None),
        ("certificate.selfSigned", {"selfSigned": False}, [False]),
        ("certificate.validToDate", {"validTo": 0}, [datetime(1970, 1, 1, tzinfo=timezone.utc)]),
        ("certificate.subject.name", {"subject": {"name": "  Straße "}}, ["strasse"]),
        ("certificate.subject.name", {"subject": {}}, None),
        ("certificate.subject.name", {}, None),
        ("asset.name", {"assets": ASSETS}, ["web01", "web02"]),
        ("asset.name", {"assets": []}, []),
        ("asset.primaryIp", {"assets": ASSETS}, ["2001:db8::1"]),
        ("asset.tagName", {"assets": ASSETS}, ["lab", "eu"]),
        ("asset.tagName", {"assets": [{"tags": []}]}, []),
        ("asset.tagName", {"assets": [{}]}, None),
        ("instance.port", {"assets": ASSETS}, [443, 8443]),
        ("instance.grade", {"assets": ASSETS}, ["a"]),
        ("instance.grade", {"assets": [{"hostInstances": [{"port": 1}]}]}, None),
    ],
)
def test_values_of_a_field_in_a_record(field: str, raw: dict[str, t.Any], values: list[t.Any] | None) -> None:
    assert FIELDS[field].values(normalise(raw, AS_OF)) == values


def test_every_field_is_a_place_in_the_record() -> None:
    record = normalise(
        {"subject": {}, "issuer": {}, "assets": [{"tags": [{}], "hostInstances": [{}], "assetInterfaces": []}]}, AS_OF
    )
    for field in FIELDS.values():
        holder: t.Any = record
        for key in field.place.split("."):
            assert key in holder, field
            holder = holder[key][0] if isinstance(holder[key], list) else holder[key]


# What an instance's record does not hold of its asset and of its certificate.
NOT_OF_INSTANCES = {"asset.netbiosName", "asset.operatingSystem", "asset.tagName"}


def test_every_field_of_an_instance_is_a_place_in_its_record() -> None:
    (row,) = _instances.rows_of([{"id": 1, "asset": {}, "certificate": {}}])
    record = _instances.instance(row)
    assert {name for name in FIELDS if name.startswith(("asset.", "instance."))} <= INSTANCE_FIELDS.keys()
    for name in INSTANCE_FIELDS.keys() - NOT_OF_INSTANCES:
        *holders, key = INSTANCE_FIELDS[name].place.split(".")
        assert key in (record[holders[0]] if holders else record), name
        assert FIELDS[name].type == INSTANCE_FIELDS[name].type


def test_every_field_of_a_site_is_what_its_record_takes_first() -> None:
    values = {"id": 1, "uuid": "u", "site": "s", "createdDate": 0, "scanDate": 0, "scanStatus": "x"}
    assert SITE_FIELDS.keys() == values.keys()
    record = _sites.site({**values, "siteId": 2, "name": "n", "created": 1, "lastScanned": 1, "status": "y"})
    for name, field in SITE_FIELDS.items():
        told = record[field.place]
        assert told == ("1970-01-01T00:00:00Z" if field.type == "date" else values[name])


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("certificate.keySize", "2048", "2k"),
        ("certificate.validToDate", "2026-06-01", "20260601"),
        ("certificate.selfSigned", "True", "yes"),
        ("asset.primaryIp", "10.0.0.1", "10.0.0.XX"),
    ],
)
def test_a_value_of_the_wrong_type_reads_as_nothing(field: str, good: str, bad: str) -> None:
    assert FIELDS[field].read(good) is not None
    assert FIELDS[field].read(bad) is None
