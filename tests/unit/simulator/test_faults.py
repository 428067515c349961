# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults, by script and by rate."""

from __future__ import annotations

import pytest
import requests
from simulator.faults import FAULTS, Faults, read_rates
from simulator.settings import EstateSettings
from unit.simulator.serving import NOW

PATH = "/certview/v2.2/certificates"
SMALL = EstateSettings("generated", 40, 30, now=NOW)


@pytest.fixture
def gateway(start):
    return start(estate=SMALL)


def script(gateway, fault, call=1, match=PATH, **parameters):
    entry = {"match": match, "call": call, "fault": fault, **parameters}
    assert gateway.post("/_control/faults", [entry]).status_code == 200


@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [
        ("unauthorized", 401, "expired"),
        ("forbidden", 403, "2012"),
        ("not-found", 404, "No static resource certview/v2.2/certificates."),
        ("registration", 409, "<CODE>2003</CODE>"),
        ("limited", 429, "429"),
        ("limited-classic", 409, "<CODE>1965</CODE>"),
        ("limited-silent", 429, "429"),
        ("limited-retry-after", 429, "429"),
        ("server-error", 500, "500"),
        ("jwt-parsing", 500, "JWT parsing failed"),
        ("bad-gateway", 502, "<html>"),
        ("unavailable", 503, "503"),
        ("unavailable-retry-after", 503, "503"),
        ("wrong-host", 404, "<html>"),
        ("html", 200, "<html>"),
        ("object", 200, '"errorCode"'),
        ("empty", 204, ""),
    ],
)
def test_answers_in_place_of_the_true_one(gateway, fault, status, text):
    script(gateway, fault, call=2)
    assert gateway.certificates().status_code == 200
    answer = gateway.certificates()
    assert answer.status_code == status
    assert text in answer.text
    gateway.login()
    assert gateway.certificates().status_code == 200
    assert gateway.get("/_control/stats").json()["faults"] == {fault: 1}


def test_headers_of_the_faults(gateway):
    script(gateway, "unavailable-retry-after", retry_after=7)
    assert gateway.certificates().headers["Retry-After"] == "7"
    script(gateway, "limited", to_wait=3)
    assert gateway.certificates().headers["X-RateLimit-ToWait-Sec"] == "3"
    script(gateway, "limited-classic", code=1960)
    silent = gateway.certificates()
    assert "<CODE>1960</CODE>" in silent.text
    assert "X-RateLimit-ToWait-Sec" not in silent.headers
    script(gateway, "limited-classic", to_wait=3)
    assert gateway.certificates().headers["X-RateLimit-ToWait-Sec"] == "3"
    script(gateway, "limited-silent")
    assert not [name for name in gateway.certificates().headers if name.startswith("X-RateLimit")]
    script(gateway, "bad-gateway")
    assert gateway.certificates().headers["Content-Type"].startswith("text/html")


def test_unauthorized_ends_the_token_until_the_next_login(gateway):
    script(gateway, "unauthorized")
    assert [gateway.certificates().status_code for call in range(3)] == [401, 401, 401]
    gateway.login()
    assert gateway.certificates().status_code == 200


def test_reset_breaks_the_connection(gateway):
    script(gateway, "reset")
    with pytest.raises(requests.ConnectionError):
        gateway.certificates()
    assert gateway.certificates().status_code == 200


@pytest.mark.parametrize("fault", ["truncated", "stalled-body"])
def test_a_body_that_ends_too_early(gateway, fault):
    script(gateway, fault, seconds=0.05)
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError)):
        gateway.certificates()
    assert gateway.certificates().status_code == 200


def test_cut_json_and_wrong_content_type(gateway):
    script(gateway, "cut-json")
    cut = gateway.certificates()
    assert (cut.status_code, cut.headers["Content-Type"]) == (200, "application/json")
    with pytest.raises(requests.exceptions.JSONDecodeError):
        cut.json()
    script(gateway, "wrong-content-type")
    mislabelled = gateway.certificates()
    assert mislabelled.headers["Content-Type"].startswith("text/plain")
    assert len(mislabelled.json()) == 40


def test_a_bloated_page_is_the_true_one_with_ballast(gateway):
    true = gateway.certificates()
    script(gateway, "bloated", megabytes=2, times=2)
    bloated = gateway.certificates()
    assert len(bloated.content) == pytest.approx(2 * 2**20 + len(true.content), rel=0.01)
    assert [row.keys() - {"ballast"} for row in bloated.json()] == [row.keys() for row in true.json()]
    assert gateway.certificates(pageNumber=1).json() == []


def test_stall_makes_the_caller_wait_and_nobody_else(gateway):
    script(gateway, "stall", seconds=30)
    with pytest.raises(requests.ReadTimeout):
        gateway.post(PATH, {}, timeout=0.3)
    assert gateway.certificates("v2.1").status_code == 200


def test_stall_does_not_block_the_end(start):
    stalled = start(estate=SMALL)
    script(stalled, "stall", seconds=300)
    with pytest.raises(requests.ReadTimeout):
        stalled.post(PATH, {}, timeout=0.3)
    # Leaving the fixture waits for the end of the server, and fails after 30 seconds.


def test_times_and_match(gateway):
    script(gateway, "server-error", call=2, times=2)
    assert [gateway.certificates().status_code for call in range(4)] == [200, 500, 500, 200]
    script(gateway, "wrong-host", match="/auth")
    assert gateway.certificates().status_code == 200
    answer = gateway.login()
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert gateway.login().status_code == 201


@pytest.mark.parametrize("fault", ["rows-inserted", "rows-removed", "rows-moved"])
def test_rows_shift_between_the_pages_of_a_sweep(gateway, fault):
    before = [row["certhash"] for row in gateway.sweep(size=10)]
    gateway.post("/_control/reset")
    script(gateway, fault, call=3, rows=4)
    swept = [row["certhash"] for row in gateway.sweep(size=10)]
    after = [row["certhash"] for row in gateway.sweep(size=10)]
    repeated = len(swept) - len(set(swept))
    missed = set(after) - set(swept)
    if fault == "rows-removed":
        assert (len(after), repeated, len(missed)) == (36, 0, 4)
        assert missed < set(before)
    else:
        assert (len(after), repeated, len(missed)) == (44 if fault == "rows-inserted" else 40, 4, 4)


def test_data_faults_are_told_apart(start):
    everything = {
        "nul-subject": 1.0,
        "null-primary-ip": 0.3,
        "masked-ip": 0.5,
        "missing-issuer": 0.4,
        "unknown-fields": 1,
    }
    spoilt = start(estate=EstateSettings("generated", 120, 90, now=NOW))
    clean = spoilt.sweep(includes=["ASSET_INTERFACES"])
    assert all("\x00" not in row["subject"]["name"] and "issuer" in row for row in clean)
    spoilt.certview.settings.quirks.blemishes = everything
    rows = spoilt.sweep(includes=["ASSET_INTERFACES"])
    assert rows == spoilt.sweep(includes=["ASSET_INTERFACES"])
    assert all("\x00" in row["subject"]["name"] for row in rows)
    assert all("quantumReadiness" in row for row in rows)
    assert 10 < sum("issuer" not in row for row in rows) < 100
    addresses = [asset["primaryIp"] for row in rows for asset in row["assets"]]
    assert None in addresses
    assert any(address and "XX" in address for address in addresses)
    assert any(address and "XX" not in address for address in addresses)


def test_a_certificate_may_hold_a_template(start):
    spoilt = start(estate=EstateSettings("generated", 120, 90, now=NOW))
    spoilt.certview.settings.quirks.blemishes = {"template": 1.0}
    assert all(row["subject"]["name"].startswith("{{") for row in spoilt.sweep())


def test_rates_are_reproducible_and_spare_the_login():
    rates = {"reset": 0.2, "server-error": 0.1}

    def drawn():
        faults = Faults(rates, 1)
        return [due[0] for number in range(1000) if (due := faults.due(PATH))]

    names = drawn()
    assert names == drawn()
    assert 150 < names.count("reset") < 250
    assert 50 < names.count("server-error") < 120
    assert Faults({"reset": 1.0}, 1).due("/auth") is None


def test_rates_over_http(start):
    gateway = start(estate=SMALL, fault_rates={"unavailable": 1.0})
    assert gateway.certificates().status_code == 503
    gateway.post("/_control/faults", {"rates": {}})
    assert gateway.certificates().status_code == 200


@pytest.mark.parametrize("text", ["reset", "reset=2", "reset=-1", "nonsense=0.1", "reset=x"])
def test_wrong_rates(text):
    with pytest.raises(ValueError, match="NAME=RATE"):
        read_rates([text], tuple(FAULTS))


def test_unknown_faults_are_refused(gateway):
    assert gateway.post("/_control/faults", [{"fault": "nonsense"}]).status_code == 400
    assert gateway.post("/_control/faults", {"script": "reset"}).status_code == 400
