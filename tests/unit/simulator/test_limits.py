# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rate and concurrency limits, and what answers tell of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime

import pytest
from simulator.limits import Limiter
from simulator.settings import EstateSettings, LimitSettings
from unit.simulator.serving import NOW

WALL_CLOCK = 1_780_272_000
API, OTHER = "/certview/v2/certificates", "/certview/v1/certificates"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def limiter(**limits) -> tuple[Limiter, Clock]:
    clock = Clock()
    return Limiter(LimitSettings(**limits), clock, lambda: WALL_CLOCK), clock


def call(limits: Limiter, api: str = API):
    refusal = limits.enter(api)
    if refusal is None:
        limits.leave(api)
    return refusal


def test_the_window_rolls():
    limits, clock = limiter(rate=2, window=100)
    assert call(limits) is None
    clock.now += 60
    assert call(limits) is None
    assert call(limits).headers["X-RateLimit-ToWait-Sec"] == "40"
    clock.now += 39.5
    assert call(limits).headers["X-RateLimit-ToWait-Sec"] == "1"
    clock.now += 0.5
    assert call(limits) is None
    assert call(limits).headers["X-RateLimit-ToWait-Sec"] == "60"


def test_every_api_has_its_own_budget():
    limits, _clock = limiter(rate=1)
    assert call(limits) is None
    assert call(limits).status == 429
    assert call(limits, OTHER) is None
    assert limits.statistics() == {
        "calls": {API: 2, OTHER: 1},
        "refusals": {API: {"rate": 1, "concurrency": 0}, OTHER: {"rate": 0, "concurrency": 0}},
        "highest_concurrency": {API: 1, OTHER: 1},
    }


def test_concurrency_is_checked_first_and_costs_no_budget():
    limits, _clock = limiter(rate=3, concurrency=2, headers="classic")
    assert limits.enter(API) is None
    assert limits.enter(API) is None
    refusal = limits.enter(API)
    assert refusal.status == 429
    assert "concurrency" in refusal.text
    assert "X-RateLimit-ToWait-Sec" not in refusal.headers
    assert refusal.headers["X-Concurrency-Limit-Running"] == "2"
    assert refusal.headers["X-RateLimit-Remaining"] == "1"
    assert limits.statistics()["highest_concurrency"] == {API: 3}
    limits.leave(API)
    assert limits.enter(API) is None


def test_remaining_counts_down():
    limits, _clock = limiter(rate=5, window=100)
    seen = []
    for _number in range(5):
        limits.enter(API)
        seen.append(limits.headers(API)["X-RateLimit-Remaining"])
        limits.leave(API)
    assert seen == ["4", "3", "2", "1", "0"]
    assert limits.headers(API)["X-RateLimit-Limit"] == "5"
    assert limits.headers(API)["X-RateLimit-Window-Sec"] == "100"


@pytest.mark.parametrize(
    ("to_wait", "expected"), [("first", [True, True]), ("second", [False, True]), ("never", [False, False])]
)
def test_when_the_wait_is_told(to_wait, expected):
    limits, clock = limiter(rate=1, window=100, to_wait=to_wait)
    for _round in range(2):
        assert call(limits) is None
        assert ["X-RateLimit-ToWait-Sec" in call(limits).headers for refusal in range(2)] == expected
        clock.now += 100


def test_no_headers_at_all():
    limits, _clock = limiter(rate=1, headers="none")
    assert limits.headers(API) == {}
    assert call(limits) is None
    assert not [name for name in call(limits).headers if name.startswith("X-")]


@pytest.mark.parametrize(
    ("headers", "names"),
    [
        ("gateway", set()),
        ("classic", {"X-Concurrency-Limit-Limit", "X-Concurrency-Limit-Running"}),
        ("alternate", {"X-ConcurrencyLimit-Limit", "X-ConcurrencyLimit-Running"}),
    ],
)
def test_spellings_of_the_concurrency_headers(headers, names):
    limits, _clock = limiter(headers=headers)
    limits.enter(API)
    assert {name for name in limits.headers(API) if "oncurrency" in name} == names


def test_the_classic_refusal():
    limits, _clock = limiter(rate=1, concurrency=1, status=409)
    limits.enter(API)
    assert "<CODE>1960</CODE>" in limits.enter(API).text
    limits.leave(API)
    refusal = limits.enter(API)
    assert (refusal.status, refusal.content_type) == (409, "application/xml")
    assert "<CODE>1965</CODE><TEXT>This API cannot be run again for another 3600 seconds.</TEXT>" in refusal.text


def test_retry_after():
    limits, _clock = limiter(rate=1, window=50, retry_after="seconds")
    call(limits)
    assert call(limits).headers["Retry-After"] == "50"
    limits.settings.retry_after = "date"
    assert parsedate_to_datetime(call(limits).headers["Retry-After"]).timestamp() == WALL_CLOCK + 50


def test_over_http_the_budget_is_the_subscriptions(start):
    gateway = start(limits=LimitSettings(rate=2, window=1000))
    assert gateway.certificates("v2").headers["X-RateLimit-Remaining"] == "1"
    gateway.login()
    assert gateway.certificates("v2").headers["X-RateLimit-Remaining"] == "0"
    refused = gateway.certificates("v2")
    assert refused.status_code == 429
    assert refused.json()["errorCode"] == 429
    assert 900 < int(refused.headers["X-RateLimit-ToWait-Sec"]) <= 1000
    assert gateway.certificates("v2.1").status_code == 200
    stats = gateway.get("/_control/stats").json()
    assert stats["refusals"][API] == {"rate": 1, "concurrency": 0}
    assert stats["logins"] == 2
    assert stats["total"] == 4


def test_over_http_concurrency_is_counted_while_calls_run(start):
    small = EstateSettings("generated", 3, 3, now=NOW)
    gateway = start(estate=small, limits=LimitSettings(concurrency=2), latency_ms=700)
    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(lambda number: gateway.certificates("v2").status_code, range(4)))
    assert statuses.count(200) >= 2
    assert 429 in statuses
    stats = gateway.get("/_control/stats").json()
    assert stats["highest_concurrency"][API] > 2
    assert stats["refusals"][API]["concurrency"] == statuses.count(429)


def test_limits_change_while_it_runs(start):
    gateway = start()
    assert gateway.post("/_control/limits", {"rate": 1, "headers": "classic"}).json()["rate"] == 1
    assert gateway.certificates().headers["X-Concurrency-Limit-Limit"] == "2"
    assert gateway.certificates().status_code == 429
    gateway.post("/_control/reset")
    assert gateway.certificates().status_code == 200
    assert gateway.post("/_control/limits", {"nonsense": 1}).status_code == 400
    assert gateway.post("/_control/limits", {"rate": "many"}).status_code == 400
