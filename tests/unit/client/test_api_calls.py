# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the guide on API calls says of lists and changes, counted by the simulator.

What each plugin costs is counted by C(tests/integration/test_calls.py).
"""

from __future__ import annotations

import typing as t
from collections import Counter
from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils._client import CertViewClient
from ansible_collections.community.qualys.plugins.module_utils._filters import MOST_IN_VALUES, Shortcuts
from ansible_collections.community.qualys.plugins.module_utils._freshness import Freshness
from ansible_collections.community.qualys.plugins.module_utils._importing import contents_from, ensured_certificates
from ansible_collections.community.qualys.plugins.module_utils._query import Query
from ansible_collections.community.qualys.plugins.module_utils._site_adding import ensured_sites
from ansible_collections.community.qualys.plugins.module_utils._source import CertificateSource
from simulator.settings import EstateSettings
from support.certificates import made_certificate
from unit.client.support import AS_OF, FakeClock, connection_to
from unit.simulator.serving import NOW, Gateway, served, settings

CERTIFICATES = 1100
ON_MANY = 1500


@pytest.fixture(scope="module")
def gateway() -> t.Iterator[Gateway]:
    estate = EstateSettings("generated", CERTIFICATES, ON_MANY + 100, shared_assets=ON_MANY, now=NOW)
    with served(settings(estate)) as running:
        yield running


@pytest.fixture
def client(gateway: Gateway) -> t.Iterator[CertViewClient]:
    with CertViewClient(connection_to(gateway.url), clock=FakeClock()) as made:
        yield made


class Count:
    """Counts the calls of lists and changes that reach the simulator."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._before = self._now()

    def _now(self) -> Counter[str]:
        return Counter(self._gateway.certview.statistics()["calls"])

    @property
    def calls(self) -> int:
        return sum(count for path, count in (self._now() - self._before).items() if path.startswith("/certview/"))


def list_of(rows: int) -> tuple[int, int]:
    """The calls of a list, by the page: its rows by 200, rounded up, and one or two to see its end."""
    pages = -(-rows // 200)
    return pages + 1, pages + 2


def assert_between(calls: int, bounds: tuple[int, int]) -> None:
    assert bounds[0] <= calls <= bounds[1]


def test_a_list(gateway: Gateway, client: CertViewClient) -> None:
    count = Count(gateway)
    rows = len(list(client.records(Query(), AS_OF)))
    assert rows >= CERTIFICATES
    assert_between(count.calls, list_of(rows))


def test_a_copy_and_what_has_changed_since(gateway: Gateway, tmp_path: Path) -> None:
    clock = FakeClock()
    day = Freshness(max_age=600, full_sync_every=7 * 86400)

    def calls_of_a_reading() -> int:
        count = Count(gateway)
        with CertificateSource(connection_to(gateway.url, state_dir=str(tmp_path)), clock=clock) as source:
            list(source.records(Query(), AS_OF, day))
        return count.calls

    assert_between(calls_of_a_reading(), list_of(len(gateway.certview.estate.certificates)))
    assert calls_of_a_reading() == 0
    clock.sleep(86400)
    gateway.certview.estate.touch(25)
    assert calls_of_a_reading() == 2
    clock.sleep(7 * 86400)
    assert_between(calls_of_a_reading(), list_of(len(gateway.certview.estate.certificates)))


def test_all_assets(gateway: Gateway, client: CertViewClient) -> None:
    (shared,) = (each for each in gateway.certview.estate.certificates if len(each.installations) > 1000)
    query = Query(shortcuts=Shortcuts(certhashes=(shared.certhash,)), all_assets=True)
    count = Count(gateway)
    (record,) = client.records(query, AS_OF)
    assert len(record["assets"]) == len(shared.installations)
    # The list of one certificate takes two.
    assert_between(count.calls - 2, list_of(len(shared.installations)))


def test_a_condition_with_many_values(gateway: Gateway, client: CertViewClient) -> None:
    nobody = tuple(f"{number:064x}" for number in range(2 * MOST_IN_VALUES + 1))
    count = Count(gateway)
    assert list(client.records(Query(shortcuts=Shortcuts(certhashes=nobody)), AS_OF)) == []
    # Three lists, each empty at its first page.
    assert count.calls == 3


def test_external_sites(gateway: Gateway, client: CertViewClient) -> None:
    known = [f"known{number}.example.com" for number in range(40)]
    new = [f"new{number}.example.com" for number in range(3)]
    ensured_sites(client, known, launch_scan=False, check_mode=False)
    count = Count(gateway)
    assert ensured_sites(client, [*known, *new], launch_scan=False, check_mode=False)["changed"]
    assert count.calls == 3


@pytest.mark.parametrize(("is_new", "calls"), [(True, 2), (False, 2)])
def test_an_import(gateway: Gateway, client: CertViewClient, is_new: bool, calls: int) -> None:
    contents = contents_from(None, made_certificate("calls.example.com").pem)
    if not is_new:
        ensured_certificates(client, contents, AS_OF, check_mode=False)
    count = Count(gateway)
    assert ensured_certificates(client, contents, AS_OF, check_mode=False)["changed"] is is_new
    assert count.calls in (calls, calls + 1)
