# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import typing as t

import pytest
from ansible_collections.community.qualys.plugins.module_utils._client import CertViewClient
from ansible_collections.community.qualys.plugins.module_utils._filters import MOST_IN_VALUES, Condition, Shortcuts
from ansible_collections.community.qualys.plugins.module_utils._freshness import Freshness
from ansible_collections.community.qualys.plugins.module_utils._pushing import can_be_pushed, in_usual_spellings
from ansible_collections.community.qualys.plugins.module_utils._query import Query
from simulator.settings import EstateSettings, Quirks
from unit.client.support import AS_OF, ClientFactory, SourceFactory
from unit.simulator.serving import NOW, Gateway, served, settings

NAME, ISSUER = "certificate.subject.name", "certificate.issuer.organization"


class TestPushing:
    @pytest.mark.parametrize(
        ("made", "v1", "v2"),
        [
            (Condition(ISSUER, "in", ("a",)), True, True),
            (Condition(NAME, "in", ("a",)), False, True),
            (Condition(ISSUER, "in", ("a,b",)), True, False),
            (Condition(ISSUER, "in", ("a`b",)), False, True),
            (Condition(ISSUER, "in", ("a",) * MOST_IN_VALUES), True, True),
            (Condition(ISSUER, "in", ("a",) * (MOST_IN_VALUES + 1)), True, True),
            (Condition("asset.primaryIp", "in", ("10.0.0.1",)), False, True),
            (Condition("asset.primaryIp", "in", ("10.0.0.1", "2001:db8::1")), False, False),
            (Condition("certificate.unheardOf", "equals", ("a:b",)), False, True),
        ],
    )
    def test_the_server_is_asked_for_what_it_can_be_asked(self, made: Condition, v1: bool, v2: bool) -> None:
        assert can_be_pushed(made, version_1=True) is v1
        assert can_be_pushed(made, version_1=False) is v2


# Respelt they would take two calls.
MANY_NAMES = tuple(f"web-{number}" for number in range(MOST_IN_VALUES // 3 + 1))


class TestSpelling:
    @pytest.mark.parametrize(
        ("field", "values", "asked"),
        [
            ("certificate.type", ("leaf", "ROOT", "Leaf", "Other"), ("Leaf", "Root", "Other")),
            (
                "certificate.signatureAlgorithm",
                ("sha1withrsa", "SHA256WITHECDSA", "Ed25519"),
                ("SHA1withRSA", "SHA256withECDSA", "Ed25519"),
            ),
            ("asset.name", ("wEb-1", "db"), ("wEb-1", "web-1", "WEB-1", "Web-1", "db", "DB", "Db")),
            ("asset.tagName", ("cloud agent",), ("cloud agent", "CLOUD AGENT", "Cloud Agent")),
            ("asset.name", ("10.0.0.1",), ("10.0.0.1",)),
            ("certificate.hash", ("ab" * 32,), ("ab" * 32,)),
            (NAME, ("a",), ("a",)),
            ("asset.name", MANY_NAMES, MANY_NAMES),
        ],
        ids=itertools.count(),
    )
    def test_what_is_asked_for(self, field: str, values: tuple[str, ...], asked: tuple[str, ...]) -> None:
        assert in_usual_spellings(Condition(field, "in", values)) == Condition(field, "in", asked)


@pytest.fixture(params=[False, True], ids=["folding", "minding"])
def minding(request: pytest.FixtureRequest) -> bool:
    """Whether the server minds the case of letters."""
    return bool(request.param)


@pytest.fixture
def gateway(minding: bool) -> t.Iterator[Gateway]:
    estate = EstateSettings("generated", 60, 30, now=NOW)
    with served(settings(estate, quirks=Quirks(case_sensitive=minding))) as made:
        yield made


def read(client: CertViewClient, shortcuts: Shortcuts) -> list[str]:
    return sorted(record["certhash"] for record in client.records(Query(shortcuts=shortcuts), AS_OF))


class TestCase:
    """No document tells whether the server minds it."""

    @pytest.mark.parametrize("respelt", [str, str.upper, str.lower, str.title, str.swapcase])
    @pytest.mark.parametrize("option", ["asset_names", "tags", "types", "signature_algorithms"])
    def test_the_same_is_found_in_the_api_and_in_a_copy_whatever_the_server_does(
        self,
        gateway: Gateway,
        client_of: ClientFactory,
        source_of: SourceFactory,
        tmp_path_factory: pytest.TempPathFactory,
        option: str,
        respelt: t.Callable[[str], str],
    ) -> None:
        certificates = gateway.certview.estate.certificates
        asset = next(each.installations[0].asset for each in certificates if each.installations)
        told = {
            "asset_names": asset.name,
            "tags": asset.tags[0] if asset.tags else "Cloud",
            "types": "Leaf",
            "signature_algorithms": "SHA256withRSA",
        }[option]
        shortcuts = Shortcuts(**{option: (respelt(told),)})
        source = source_of(gateway.url, state_dir=str(tmp_path_factory.mktemp("state")))
        query = Query(shortcuts=shortcuts, includes=("asset_tags",))
        kept = sorted(record["certhash"] for record in source.records(query, AS_OF, Freshness(max_age=600)))
        assert kept
        assert read(client_of(gateway.url), shortcuts) == kept

    def test_a_name_in_yet_another_case_is_not_found_where_the_server_minds_it(
        self, gateway: Gateway, client_of: ClientFactory, minding: bool
    ) -> None:
        """So the documentation says; nothing short of reading the whole list would find it."""
        each = next(each for each in gateway.certview.estate.certificates if each.installations)
        each.installations[0].asset.name = "wEb-oF-mINE"
        shortcuts = Shortcuts(asset_names=("Web-of-mine",))
        assert (each.certhash in read(client_of(gateway.url), shortcuts)) is not minding
        exact = Shortcuts(asset_names=("wEb-oF-mINE",))
        assert each.certhash in read(client_of(gateway.url), exact)
