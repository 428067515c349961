# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import random
import typing as t
from pathlib import Path

from ansible_collections.community.qualys.plugins.module_utils._match_options import MatchOptions
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.audit.estates import AS_OF, DAY, SECOND, Record, asset, at, audited, instance, record

GOLDEN = Path(__file__).with_name("golden_audit.json")

HOSTS = {
    "web1.example.com": ["10.0.0.1", "web1.example.com"],
    "web2.example.com": ["2001:DB8::2"],
    "lb1": ["lb1", "10.0.0.3", "10.0.0.4"],
    "db1": ["db1.example.com"],
    "old1": ["127.0.0.1", "old1"],
    "gone1": ["10.9.9.9"],
}


def small_estate() -> list[Record]:
    web1 = asset(101, "10.0.0.1/24", name="web1.example.com", instances=[instance(443), instance(8443)])
    web2 = asset(102, "2001:db8:0:0:0:0:0:2", instances=[instance(443, ["TLSv1.1", "TLSv1.2"], "www.example.com")])
    vip1, vip2 = asset(103, "10.0.0.3"), asset(104, "10.0.0.4", instances=[instance(443, None)])
    db1 = asset(105, None, interfaces=[{"hostname": "DB1.example.com.", "address": "51.124.XX.247"}], instances=[])
    old1 = asset("6f1c0000-0000-4000-8000-000000000106", None, id=None, netbios_name="OLD1", name="UNKNOWN")
    stray = asset(107, "10.0.0.7", name="printer")
    old_key: Record = {"key_algorithm": None, "key_algorithm_source": "unknown", "key_size": 512, "type": None}
    return [
        record("11", [web1], valid_to=at(AS_OF - SECOND)),
        record("22", [web1, web2]),
        record("33", [web2], key_algorithm="EC", key_size=256, valid_to=at(AS_OF + 10 * DAY)),
        record("44", [vip1, vip2, stray], key_size=1024, signature_algorithm="SHA1withRSA"),
        record("55", [vip1], type="Root", self_signed=True, signature_algorithm="SHA1withRSA"),
        record("66", [db1], type="Intermediate", valid_from=at(AS_OF - 3 * DAY), valid_to=at(AS_OF + 3 * DAY)),
        record("77", [old1], self_signed=True, **old_key),
        record("88", [stray], valid_to=at(AS_OF - 100 * DAY)),
    ]


def test_the_document_of_a_small_estate_is_known_byte_for_byte(tmp_path: Path) -> None:
    """A wanted difference: look at it, then replace the golden file by the one that the failure names."""
    document = audited(small_estate(), HOSTS)
    # The rest of a record is as it was read, and none of the audit's business.
    judged = ("certhash", "expired", "days_remaining")
    document["certificates"] = {
        certhash: {field: told[field] for field in judged} for certhash, told in document["certificates"].items()
    }
    written = tmp_path / GOLDEN.name
    written.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    assert written.read_bytes() == GOLDEN.read_bytes(), written


ADDRESSES = {1: "10.0.0.1", 2: "10.0.0.2", 3: "10.0.0.3", 4: "10.0.0.1"}
PROTOCOLS = st.none() | st.lists(st.sampled_from(["SSLv3", "TLSv1", "TLSv1.2"]), unique=True)
INSTANCES = st.lists(st.builds(instance, st.sampled_from([25, 443]), PROTOCOLS, st.sampled_from(["", "a"])), max_size=3)
ASSETS = st.integers(1, 4).flatmap(
    lambda number: st.builds(asset, st.just(number), st.sampled_from([ADDRESSES[number], None]), instances=INSTANCES)
)
TIMES = st.integers(-400, 400).map(lambda days: at(AS_OF + days * DAY)) | st.none()
RECORDS = st.lists(
    st.builds(
        record,
        st.text("0123456789abcdef", min_size=1, max_size=3),
        st.lists(ASSETS, max_size=3),
        valid_from=TIMES,
        valid_to=TIMES,
        last_found=TIMES,
        key_size=st.sampled_from([512, 1024, 2048, None]),
        type=st.sampled_from(["Leaf", "Root", None]),
        self_signed=st.sampled_from([True, False, None]),
        subject=st.none() | st.fixed_dictionaries({"name": st.text()}),
    ),
    max_size=6,
    unique_by=lambda made: made["certhash"],
)
FEW_HOSTS = {"a": ["10.0.0.1"], "b": ["10.0.0.2", "10.0.0.3"], "c": ["10.0.0.2"], "d": ["10.9.9.9"]}


@settings(max_examples=50)
@given(RECORDS, RECORDS, st.sampled_from(["all", "newest", "skip"]), st.randoms(use_true_random=False))
def test_the_order_of_records_and_hosts_does_not_matter(
    records: list[Record], before: list[Record], choice: str, shuffler: random.Random
) -> None:
    def written(records: list[Record], hosts: dict[str, list[str]]) -> str:
        return json.dumps(
            audited(records, hosts, matching=MatchOptions(on_ambiguous=choice), previous=audited(before, FEW_HOSTS))
        )

    other_records, other_hosts = records[:], list(FEW_HOSTS.items())
    shuffler.shuffle(other_records)
    shuffler.shuffle(other_hosts)
    assert written(records, FEW_HOSTS) == written(other_records, dict(other_hosts))


@given(RECORDS)
def test_the_document_agrees_with_itself(records: list[Record]) -> None:
    document = audited(records, FEW_HOSTS)
    summary: dict[str, t.Any] = document["summary"]
    assert sum(summary["by_status"].values()) == summary["hosts"] == len(FEW_HOSTS)
    assert sum(summary["by_severity"].values()) == sum(summary["by_rule"].values())
    assert summary["assets_unmatched"] == len(document["unmatched_assets"])
    assert summary["assets_incomplete"] == 0
    on_hosts = {certhash for host in document["hosts"].values() for certhash in host["certificates"]}
    assert set(document["certificates"]) == on_hosts
    for name, host in document["hosts"].items():
        keys = [
            (finding["rule"], finding["asset_id"], str(finding["instance"]), finding["certhash"])
            for finding in host["findings"]
        ]
        assert len(keys) == len(set(keys))
        assert {finding["host"] for finding in host["findings"]} <= {name}
        assert {finding["certhash"] for finding in host["findings"]} <= set(host["certificates"])
        for certhash in host["certificates"]:
            expiry = {f["rule"] for f in host["findings"] if f["certhash"] == certhash and f["status"] == "fail"}
            assert len(expiry & {"EXP-001", "EXP-002", "EXP-003"}) <= 1
