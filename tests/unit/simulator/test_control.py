# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changing and seeing the estate behind CertView's back."""

from __future__ import annotations

import pytest
from simulator.settings import EstateSettings
from unit.simulator.serving import NOW

SMALL = EstateSettings("generated", 60, 40, now=NOW)


def truth(gateway):
    return {row["certhash"]: row for row in gateway.get("/_control/estate").json()}


def test_the_ground_truth_agrees_with_the_list(demo):
    listed = {row["certhash"]: row for row in demo.certificates(includes=["ASSET_INTERFACES"]).json()}
    seen = truth(demo)
    assert seen.keys() == listed.keys()
    for certhash, row in seen.items():
        assert row["type"] == listed[certhash]["type"]
        assert (row["valid_from"], row["valid_to"]) == (listed[certhash]["validFrom"], listed[certhash]["validTo"])
        assert [asset["addresses"] for asset in row["assets"]] == [
            [interface["address"] for interface in asset["assetInterfaces"]] for asset in listed[certhash]["assets"]
        ]


@pytest.mark.parametrize("estate", [SMALL, EstateSettings(now=NOW)], ids=["generated", "demo"])
def test_mutations(start, estate):
    gateway = start(estate=estate)
    before = truth(gateway)
    done = gateway.post("/_control/estate", {"add": 3, "remove": 2, "change": 4, "touch": 5}).json()
    after = truth(gateway)
    assert {name: len(set(hashes)) for name, hashes in done.items()} == {"add": 3, "remove": 2, "change": 4, "touch": 5}
    assert after.keys() - before.keys() == set(done["add"]) - set(done["remove"])
    assert before.keys() - after.keys() == set(done["remove"]) - set(done["add"])
    updated = {certhash for certhash in before.keys() & after.keys() if before[certhash] != after[certhash]}
    assert updated == (set(done["change"]) | set(done["touch"])) & before.keys()
    for certhash in updated:
        assert after[certhash]["updated"] > before[certhash]["updated"]
        assert after[certhash]["last_found"] >= NOW
    for certhash in set(done["change"]) & before.keys():
        assert len(after[certhash]["assets"]) == len(before[certhash]["assets"]) + 1
    assert {row["certhash"] for row in gateway.certificates().json()} == after.keys()


def test_mutations_are_reproducible_and_undone(start):
    first, second = (start(estate=SMALL) for turn in range(2))
    change = {"add": 2, "remove": 2, "touch": 2}
    assert first.post("/_control/estate", change).json() == second.post("/_control/estate", change).json()
    assert first.post("/_control/estate", change).json() != second.post("/_control/estate", {"touch": 2}).json()
    changed = truth(first)
    first.post("/_control/reset", {"estate": True})
    assert truth(first) == truth(start(estate=SMALL)) != changed


def test_a_change_reaches_a_running_selection(start):
    gateway = start(estate=SMALL)
    entry = {"field": "certificate.updateDate", "operator": "GREATER_THAN_EQUAL", "value": "2026-06-01T00:00:00.000Z"}
    changed = {"filter": {"filters": [entry], "operation": "AND"}}
    assert gateway.certificates(**changed).json() == []
    touched = gateway.post("/_control/estate", {"touch": 3}).json()["touch"]
    assert {row["certhash"] for row in gateway.certificates(**changed).json()} == set(touched)


def test_the_clock_moves_when_it_is_told_to_and_dates_answers_and_updates(start):
    gateway = start(estate=SMALL)
    assert gateway.certificates().headers["Date"] == "Mon, 01 Jun 2026 00:00:00 GMT"
    assert gateway.post("/_control/clock", {"advance": 5400.5}).json() == {"now": NOW + 5_400_500}
    done = gateway.post("/_control/estate", {"add": 2, "touch": 2, "change": 2}).json()
    answer = gateway.certificates()
    assert answer.headers["Date"] == "Mon, 01 Jun 2026 01:30:00 GMT"
    assert gateway.login().headers["Date"] == "Mon, 01 Jun 2026 01:30:00 GMT"
    changed = {certhash for hashes in done.values() for certhash in hashes}
    updated = {row["certhash"]: row["updateDate"] for row in answer.json()}
    assert {certhash for certhash, date in updated.items() if date >= "2026-06-01T01:30:00.500"} == changed
    added = [row for row in answer.json() if row["certhash"] in done["add"] and row["certhash"] not in done["touch"]]
    assert {row["createdDate"] for row in added} == {"2026-06-01T01:30:00.500+00:00"}


@pytest.mark.parametrize("body", [{}, {"advance": -1}, {"advance": "long"}, {"advance": True}])
def test_the_clock_does_not_go_back(demo, body):
    assert demo.post("/_control/clock", body).status_code == 400


@pytest.mark.parametrize("body", [{"nonsense": 1}, {"add": -1}, {"add": "many"}, {"add": True}])
def test_refuses_wrong_mutations(demo, body):
    assert demo.post("/_control/estate", body).status_code == 400


def test_reset_forgets_counts(start):
    gateway = start(estate=SMALL)
    gateway.certificates()
    gateway.login(password="wrong")
    before = gateway.get("/_control/stats").json()
    assert (before["total"], before["logins"], before["failed_logins"]) == (1, 1, 1)
    after = gateway.post("/_control/reset").json()
    assert (after["total"], after["logins"], after["failed_logins"]) == (0, 0, 0)


def test_refuses_unknown_versions_and_malformed_bodies(demo):
    assert demo.post("/_control/versions", {"versions": ["v9"]}).status_code == 400
    assert demo.post("/_control/versions", {}).status_code == 400
    assert demo.post("/_control/faults", data="{").status_code == 400
    assert demo.get("/_control/nonsense").status_code == 404
