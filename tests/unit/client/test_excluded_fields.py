# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is not to be in an answer, and what is done with it nevertheless."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._fields import is_left_out
from ansible_collections.community.qualys.plugins.module_utils._filters import MOST_IN_VALUES, Shortcuts, condition
from ansible_collections.community.qualys.plugins.module_utils._query import Query
from unit.client.support import AS_OF, ClientFactory, Reply, ServerFactory


@pytest.mark.parametrize(
    ("name", "excluded", "is_gone"),
    [
        ("certificate.hash", ["certificate.certhash"], True),
        ("certificate.hash", ["certificate.id", "asset.uuid"], False),
        ("certificate.validToDate", ["certificate.validTo"], False),
        ("certificate.validToDate", ["certificate.validToDate"], False),
        ("certificate.validToDate", ["certificate.validTo", " certificate.validToDate "], True),
        ("certificate.subject.name", ["certificate.subject"], True),
        ("certificate.subject.name", ["certificate.issuer"], False),
        ("certificate.keySize", ["certificate.keySize"], True),
        ("asset.tagName", ["asset.tags"], True),
        ("asset.name", ["certificate.assets"], True),
        ("asset.name", ["asset.netbiosName", "asset.hostInstances"], False),
        ("instance.port", ["asset.hostInstances"], True),
        ("instance.port", ["certificate.assets"], True),
        ("instance.port", ["instance.id"], False),
        ("instance.port", [], False),
    ],
)
def test_what_an_answer_no_longer_tells(name: str, excluded: list[str], is_gone: bool) -> None:
    assert is_left_out(name, excluded) is is_gone


@pytest.mark.parametrize(
    ("query", "name"),
    [
        (Query(shortcuts=Shortcuts(asset_names=("web1",)), exclude_fields=("asset.name",)), "asset.name"),
        # Nobody else can look for an IPv6 address.
        (Query(shortcuts=Shortcuts(primary_ips=("::1",)), exclude_fields=("asset.primaryIp",)), "asset.primaryIp"),
        (Query(shortcuts=Shortcuts(key_size_below=1), exclude_fields=("certificate.keySize",)), "certificate.keySize"),
        (Query(shortcuts=Shortcuts(tags=("Lab",)), exclude_fields=("certificate.assets",)), "asset.tagName"),
        (Query(all_assets=True, exclude_fields=("certificate.certhash",)), "certificate.hash"),
        (
            Query(sort=(("certificate.keySize", "asc"),), exclude_fields=("certificate.keySize",)),
            "certificate.keySize",
        ),
    ],
)
def test_what_needs_a_field_that_is_left_out_is_refused_before_anything_is_read(
    serve: ServerFactory, client_of: ClientFactory, query: Query, name: str
) -> None:
    server = serve(Reply())
    with pytest.raises(CertViewError, match=f"exclude_fields leaves out what tells {name}") as caught:
        list(client_of(server.url).records(query, AS_OF))
    assert caught.value.kind == "options"
    assert server.received == []


@pytest.mark.parametrize(
    ("version", "query"),
    [
        # v1 takes no notice of excluded fields.
        ("v1", Query(shortcuts=Shortcuts(asset_names=("web1",)), exclude_fields=("asset.name",))),
        ("auto", Query(shortcuts=Shortcuts(asset_names=("web1",)), exclude_fields=("asset.netbiosName",))),
        ("auto", Query(where=(condition("asset.name", "equals", "web1"),), exclude_fields=("asset.name",))),
    ],
)
def test_what_needs_none_is_asked_for(
    serve: ServerFactory, client_of: ClientFactory, version: str, query: Query
) -> None:
    row = {"id": 1, "assets": [{"name": "web1"} if version == "v1" or "asset.name" not in query.exclude_fields else {}]}
    server = serve(Reply(200, json.dumps([row]).encode()), Reply())
    client = client_of(server.url, api_version=version, max_concurrency=1)
    assert [record["id"] for record in client.records(query, AS_OF)] == [1]


@pytest.mark.parametrize("as_where", [True, False])
def test_rows_are_told_apart_by_what_the_server_tells_and_not_by_what_a_record_holds(
    serve: ServerFactory, client_of: ClientFactory, as_where: bool
) -> None:
    """Ids that are no numbers are in no record, and the fingerprint was not asked for: each row still comes once."""
    names = ["db", "web", *(f"nobody{number}" for number in range(MOST_IN_VALUES))]
    rows = [{"id": f"id-{name}", "assets": [{"name": name}]} for name in ("db", "web")]
    page = Reply(200, json.dumps(rows).encode())
    parts = 2 if as_where else 4
    server = serve(*([page, Reply()] * parts))
    chosen: dict[str, t.Any] = (
        {"where": (condition("asset.name", "in", names),)}
        if as_where
        else {"shortcuts": Shortcuts(asset_names=tuple(names))}
    )
    query = Query(exclude_fields=("certificate.certhash",), **chosen)
    records = list(client_of(server.url, max_concurrency=1).records(query, AS_OF))
    assert [record["assets"][0]["name"] for record in records] == ["db", "web"]
    assert {record["id"] for record in records} == {None}
