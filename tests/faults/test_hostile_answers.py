# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers that no CertView would give: whatever JSON, headers or bytes come, they are records or a clear error."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.community.qualys.plugins.module_utils._client import CertViewClient
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._query import Query
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.client.support import (
    AS_OF,
    JSON_VALUES,
    Always,
    FakeClock,
    Received,
    Reply,
    ScriptedServer,
    connection_to,
    jwt,
    outcome_of,
)

HEADERS = (
    *("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Window-Sec", "X-RateLimit-ToWait-Sec"),
    *("X-Concurrency-Limit-Limit", "X-ConcurrencyLimit-Limit", "Retry-After", "Date", "Content-Type", "Location"),
)
VISIBLE = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20).map(str.strip)
REFUSALS = (301, 400, 401, 403, 404, 407, 409, 410, 418, 429, 500, 502, 503)
ROWS = st.lists(
    st.fixed_dictionaries({"id": st.integers(0, 9)}, optional=dict.fromkeys(("certhash", "assets"), JSON_VALUES)),
    max_size=5,
)
BODIES = (JSON_VALUES | ROWS).map(lambda value: json.dumps(value).encode()) | st.binary()
REPLIES = st.builds(
    Reply,
    st.just(200) | st.sampled_from(REFUSALS),
    BODIES,
    st.dictionaries(st.sampled_from(HEADERS), VISIBLE | st.integers(0, 10**15).map(str)),
)


class Hostile:
    """A server that gives *replies* in turn, and then an empty page for ever."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.server = ScriptedServer(self._answer)

    def _answer(self, request: Received) -> Reply:
        if request.path.startswith("/auth"):
            return Reply(201, jwt({"sub": "demo", "iat": 0, "exp": 14400}).encode())
        return self.replies.pop(0) if self.replies else Reply()


@pytest.fixture(scope="module")
def hostile() -> t.Iterator[Hostile]:
    made = Hostile()
    yield made
    made.server.close()


@settings(max_examples=60)
@given(st.lists(REPLIES, min_size=1, max_size=5))
def test_any_answers_are_records_or_an_error_of_one_line(hostile: Hostile, replies: list[Reply]) -> None:
    hostile.replies = replies
    connection = connection_to(hostile.server.url, retries=1, max_wait=10**6)
    with CertViewClient(connection, clock=FakeClock(), chance=Always(0.5)) as client:
        outcome = outcome_of(lambda: list(client.records(Query(page_size=5), AS_OF)))
    if isinstance(outcome, CertViewError):
        assert outcome.kind
        assert str(outcome).isprintable()
    else:
        identities = [(record["id"], record["certhash"]) for record in outcome]
        assert len(set(identities)) == len(identities)
        json.dumps(outcome)
