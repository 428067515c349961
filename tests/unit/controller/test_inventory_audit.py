# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An audit in which assets become hosts, beside that of a play."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

import pytest
from ansible_collections.community.qualys.plugins.module_utils._audit import AuditedHost
from ansible_collections.community.qualys.plugins.module_utils._match_options import DEFAULT_OPTIONS, MatchOptions
from ansible_collections.community.qualys.plugins.module_utils._policy import load_policy
from ansible_collections.community.qualys.plugins.plugin_utils._inventory_assets import Asset
from ansible_collections.community.qualys.plugins.plugin_utils._inventory_audit import InventoryAudit, audit_inventory
from unit.audit.estates import AS_OF, DAY, Record, asset, at, audited, record

HOSTS = {"web": ["10.0.0.1"], "gone": ["10.9.9.9"], "lb": ["10.0.0.3"]}


def estate() -> list[Record]:
    balanced = [asset(3, "10.0.0.3"), asset(4, "10.0.0.3")]
    return [
        record("aa", [asset(1, "10.0.0.1"), asset(2, "10.0.0.2")], key_size=1024),
        record("bb", [asset(2, "10.0.0.2")], valid_to=at(AS_OF - DAY)),
        record("cc", balanced, last_found=at(AS_OF - 40 * DAY)),
        record("dd", [asset(5, None, name="nameless")], last_found=at(AS_OF - 90 * DAY)),
        record("ee"),
    ]


def by_id(assets: Mapping[t.Any, Asset]) -> dict[t.Any, str]:
    return {identifier: f"asset-{identifier}" for identifier in assets}


def audit(
    hosts: Mapping[str, list[str]],
    *,
    create: bool,
    matching: MatchOptions = DEFAULT_OPTIONS,
    policy: t.Any = "baseline",
) -> InventoryAudit:
    return audit_inventory(
        estate(),
        {name: AuditedHost(identities) for name, identities in hosts.items()},
        load_policy(policy),
        as_of=AS_OF,
        matching=matching,
        name_assets=by_id if create else None,
    )


def told(hosts: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return what an inventory needs to know of each host."""
    return {
        name: (host["status"], host["match"]["rule"], host["certificates"], host["findings"])
        for name, host in hosts.items()
    }


def test_hosts_of_the_inventory_are_judged_as_in_a_play() -> None:
    found = audit(HOSTS, create=False)
    document = audited(estate(), HOSTS)

    assert told(found.document["hosts"]) == told(document["hosts"])
    assert set(found.document["certificates"]) == set(document["certificates"])
    assert found.created == {}


def test_the_assets_of_no_host_become_hosts_and_change_nothing_of_the_others() -> None:
    found = audit(HOSTS, create=True)
    hosts = found.document["hosts"]

    assert set(found.created) == {"asset-2", "asset-5"}
    assert {name: host for name, host in told(hosts).items() if name in HOSTS} == told(
        audited(estate(), HOSTS)["hosts"]
    )
    assert hosts["asset-2"]["status"] == "expired"
    assert hosts["asset-2"]["certificates"] == ["aa", "bb"]
    assert {finding["host"] for finding in hosts["asset-2"]["findings"]} == {"asset-2"}
    assert found.created["asset-2"]["ansible_host"] == "10.0.0.2"


def test_without_hosts_each_asset_becomes_one() -> None:
    found = audit({}, create=True)
    assert set(found.created) == set(found.document["hosts"]) == {f"asset-{number}" for number in (1, 2, 3, 4, 5)}
    assert {host["match"]["rule"] for host in found.document["hosts"].values()} == {"asset"}


def test_assets_that_are_not_found_any_more_do_not_become_hosts() -> None:
    found = audit(HOSTS, create=True, matching=MatchOptions(asset_max_age_days=30))
    assert set(found.created) == {"asset-2"}
    assert found.document["hosts"]["lb"]["status"] == "unmatched"


@pytest.mark.parametrize("on_ambiguous", ["newest", "skip"])
def test_an_asset_that_another_was_preferred_to_does_not_become_a_host(on_ambiguous: str) -> None:
    matching = MatchOptions(on_ambiguous=on_ambiguous)
    assert set(audit(HOSTS, create=True, matching=matching).created) == {"asset-2", "asset-5"}


def test_an_exception_for_all_hosts_holds_for_those_too() -> None:
    exception = {"group": "all", "rules": ["EXP-001"], "reason": "They are old", "expires": "2027-01-01"}
    found = audit({}, create=True, policy={"exceptions": [exception]})
    assert found.document["hosts"]["asset-2"]["status"] != "expired"
