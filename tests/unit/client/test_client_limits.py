# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the connection says of limits reaches the calls, and what is waited for reaches the user."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils._ahead import Wish
from ansible_collections.community.qualys.plugins.module_utils._client import CertViewClient
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from unit.client.support import ClientFactory, FakeClock, Reply, ServerFactory, outcome_of

PATH = "/certview/v2.2/certificates"
LIMITS = {"X-RateLimit-Limit": "5", "X-RateLimit-Window-Sec": "3600"}


def calls_at_once(client: CertViewClient) -> int:
    count = 0
    while not isinstance(outcome_of(client.rows, PATH, {}, Wish()), CertViewError):
        count += 1
    return count


@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize(("options", "calls"), [({}, 5), ({"rate_reserve": 2}, 3), ({"rate_reserve": 9}, 1)])
def test_a_reserve_is_left(
    serve: ServerFactory, client_of: ClientFactory, tmp_path: Path, options: dict[str, int], calls: int, shared: bool
) -> None:
    state_dir = str(tmp_path / "state") if shared else None
    client = client_of(serve(Reply(headers=LIMITS)).url, max_wait=0, state_dir=state_dir, **options)
    assert calls_at_once(client) == calls


def test_a_reserve_is_left_of_what_the_server_says_is_left(serve: ServerFactory, client_of: ClientFactory) -> None:
    replies = [Reply(headers={**LIMITS, "X-RateLimit-Remaining": str(left)}) for left in (3, 2)]
    assert calls_at_once(client_of(serve(*replies).url, max_wait=0, rate_reserve=2)) == 2


def test_a_wait_is_told(serve: ServerFactory, client_of: ClientFactory, clock: FakeClock, told: list[str]) -> None:
    client = client_of(serve(Reply(headers={**LIMITS, "X-RateLimit-Limit": "1"})).url)
    for _each in range(2):
        client.rows(PATH, {}, Wish())
    assert clock.seconds == 3600
    assert told[0] == (
        f"Waiting 3600 s for the API budget of {PATH}: 1 calls in 3600 s are used up."
        " Next call at 2026-06-01T01:00:00Z."
    )
    assert len(told) == 60
