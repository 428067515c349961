# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real processes against a real server: together they keep within one budget, and nothing is lost."""

from __future__ import annotations

import multiprocessing
import typing as t
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils._client import (
    CertViewClient,
    Query,
)
from support.simulator import Simulator, running_simulator
from unit.client.support import AS_OF, connection_to

CERTIFICATES = 60
PAGE = 20
CALLS = CERTIFICATES // PAGE + 1


def sweep(url: str, state_dir: str, options: dict[str, t.Any], answer: Pipe) -> None:
    """What one process does: read all certificates, and send how many there were."""
    connection = connection_to(url, state_dir=state_dir, token_cache=True, **options)
    with CertViewClient(connection) as client:
        answer.send(len({record["certhash"] for record in client.records(Query(page_size=PAGE), AS_OF)}))


def swept(simulator: Simulator, state_dirs: t.Sequence[Path], **options: t.Any) -> list[int]:
    """Run one process for each of *state_dirs*, all at once; return what each of them read."""
    context = multiprocessing.get_context("fork")
    running = []
    for state_dir in state_dirs:
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=sweep, args=(simulator.url, str(state_dir), options, theirs))
        process.start()
        theirs.close()
        running.append((process, ours))
    read = []
    for process, answer in running:
        read.append(answer.recv() if answer.poll(120) else 0)
        answer.close()
        process.join(30)
        assert process.exitcode == 0
        process.close()
    return read


@pytest.fixture
def limited() -> t.Iterator[t.Callable[..., Simulator]]:
    with running_simulator(
        "--certificates", str(CERTIFICATES), "--estate", "generated", "--latency-ms", "20"
    ) as started:

        def with_limits(**limits: t.Any) -> Simulator:
            started.control("limits", {"headers": "classic", **limits})
            return started

        yield with_limits


def test_forks_log_in_once_and_are_never_refused(limited: t.Callable[..., Simulator], tmp_path: Path) -> None:
    simulator = limited(rate=1000, window=3600, concurrency=2)
    assert swept(simulator, [tmp_path] * 8) == [CERTIFICATES] * 8

    stats = simulator.stats()
    assert stats["logins"] == 1
    assert stats["total"] == 8 * CALLS
    assert [sum(kinds.values()) for kinds in stats["refusals"].values()] == [0]
    assert max(stats["highest_concurrency"].values()) <= 2


def test_forks_wait_for_the_window_before_they_are_refused(limited: t.Callable[..., Simulator], tmp_path: Path) -> None:
    simulator = limited(rate=6, window=2, concurrency=2)
    # The first call learns the limits for all.
    assert swept(simulator, [tmp_path]) == [CERTIFICATES]
    assert swept(simulator, [tmp_path] * 3) == [CERTIFICATES] * 3
    assert [sum(kinds.values()) for kinds in simulator.stats()["refusals"].values()] == [0]


def test_nodes_that_share_no_disk_wait_refusals_out(limited: t.Callable[..., Simulator], tmp_path: Path) -> None:
    simulator = limited(rate=12, window=2, concurrency=2)
    nodes = [tmp_path / f"node{number}" for number in (1, 2, 3)] * 2
    assert swept(simulator, nodes) == [CERTIFICATES] * len(nodes)
    assert simulator.stats()["logins"] == 3
