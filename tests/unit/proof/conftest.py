# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The certificates, fetched once by each version of the API with the client that users have."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping

import pytest
from ansible_collections.community.qualys.plugins.module_utils._client import CertViewClient
from ansible_collections.community.qualys.plugins.module_utils._query import Query
from unit.client.support import AS_OF, Always, FakeClock, connection_to
from unit.proof.corpus import corpus, redated_corpus
from unit.proof.serving_foreign import Scanned, scanned, serving
from unit.simulator.serving import Gateway

Record = dict[str, t.Any]
Records = Mapping[str, Mapping[str, Record]]

VERSIONS = ("v1", "v2", "v2.2")


@pytest.fixture(scope="session")
def estate() -> Scanned:
    return scanned((*corpus(), *redated_corpus()))


@pytest.fixture(scope="session")
def foreign_gateway(estate: Scanned) -> Iterator[Gateway]:
    with serving(estate.certificates) as gateway:
        yield gateway


@pytest.fixture(scope="session")
def records(foreign_gateway: Gateway) -> Records:
    """By version of the API, then by the SHA-256 of the certificate."""
    return {version: fetched(foreign_gateway.url, version) for version in VERSIONS}


def fetched(url: str, version: str) -> dict[str, Record]:
    """Return all records over HTTP, by the SHA-256 of the certificate."""
    includes = () if version == "v1" else ("extensive_certificate_info",)
    connection = connection_to(url, api_version=version, use_proxy=False)
    with CertViewClient(connection, clock=FakeClock(), chance=Always(0.5)) as client:
        return {record["certhash"]: record for record in client.records(Query(includes=includes), AS_OF)}
