# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real processes against a real server: together they keep within one budget, and nothing is lost."""

from __future__ import annotations

import functools
import multiprocessing
import os
import shutil
import signal
import typing as t
from multiprocessing.connection import Connection as Pipe
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils._client import CertViewClient
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._options import Credentials
from ansible_collections.community.qualys.plugins.module_utils._query import Query
from support.simulator import USERNAME, Simulator, running_simulator
from unit.client.support import AS_OF, connection_to, outcome_of

API = "/certview/v2.2/certificates"
CERTIFICATES = 60
PAGE = 20
CALLS = CERTIFICATES // PAGE + 1


class Task(t.NamedTuple):
    """What one process is to do.

    :ivar work: Is given a client, and a function that returns when all processes have called it.
    """

    state_dir: Path
    work: t.Callable[[CertViewClient, t.Callable[[], object]], t.Any]
    options: t.Mapping[str, t.Any] = {}


def sweep(client: CertViewClient, together: t.Callable[[], object], page_size: int = PAGE) -> int:
    """Read all certificates; return how many there were."""
    return len({record["certhash"] for record in client.records(Query(page_size=page_size), AS_OF)})


def sweep_with_a_token_in_hand(client: CertViewClient, together: t.Callable[[], object]) -> int:
    client.log_in()
    together()
    return sweep(client, together)


def fail(client: CertViewClient, together: t.Callable[[], object]) -> dict[str, t.Any]:
    together()
    outcome = outcome_of(client.log_in)
    assert isinstance(outcome, CertViewError)
    return outcome.to_result()


def be_killed_during_a_call(client: CertViewClient, together: t.Callable[[], object]) -> None:
    with client.throttle.admitted(API):
        os.kill(os.getpid(), signal.SIGKILL)


def run(url: str, task: Task, start: Barrier, answer: Pipe) -> None:
    connection = connection_to(url, **{"state_dir": str(task.state_dir), "token_cache": True, **task.options})
    with CertViewClient(connection) as client:
        answer.send(task.work(client, lambda: start.wait(timeout=60)))


def results_of(simulator: Simulator, tasks: t.Sequence[Task]) -> list[t.Any]:
    """Run one process for each of *tasks*, all at once; return the result of each."""
    context = multiprocessing.get_context("fork")
    start = context.Barrier(len(tasks))
    running = []
    for task in tasks:
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=run, args=(simulator.url, task, start, theirs))
        process.start()
        theirs.close()
        running.append((process, ours))
    results = []
    for process, answer in running:
        results.append(answer.recv() if answer.poll(120) else None)
        answer.close()
        process.join(30)
        assert process.exitcode == 0
        process.close()
    return results


@pytest.fixture(scope="module")
def started() -> t.Iterator[Simulator]:
    with running_simulator(
        "--certificates", str(CERTIFICATES), "--estate", "generated", "--latency-ms", "20"
    ) as simulator:
        yield simulator


@pytest.fixture
def limited(started: Simulator) -> t.Callable[..., Simulator]:
    def with_limits(**limits: t.Any) -> Simulator:
        started.control("reset", {})
        wide = {"rate": 1000, "window": 3600, "concurrency": 50, "headers": "classic"}
        started.control("limits", {**wide, **limits})
        return started

    return with_limits


def refusals(simulator: Simulator) -> int:
    return sum(count for kinds in simulator.stats()["refusals"].values() for count in kinds.values())


def test_forks_log_in_once_and_are_never_refused(limited: t.Callable[..., Simulator], tmp_path: Path) -> None:
    simulator = limited(concurrency=2)
    assert results_of(simulator, [Task(tmp_path, sweep)] * 8) == [CERTIFICATES] * 8

    stats = simulator.stats()
    assert stats["logins"] == 1
    assert 8 * CALLS <= stats["total"] <= 8 * (CALLS + 2)
    assert refusals(simulator) == 0
    assert max(stats["highest_concurrency"].values()) <= 2


def test_forks_wait_for_the_window_before_they_are_refused(limited: t.Callable[..., Simulator], tmp_path: Path) -> None:
    simulator = limited(rate=6, window=2, concurrency=2)
    # The first call learns the limits for all.
    assert results_of(simulator, [Task(tmp_path, sweep)]) == [CERTIFICATES]
    assert results_of(simulator, [Task(tmp_path, sweep)] * 3) == [CERTIFICATES] * 3
    assert refusals(simulator) == 0


def test_nodes_that_share_no_disk_wait_refusals_out(limited: t.Callable[..., Simulator], tmp_path: Path) -> None:
    simulator = limited(rate=30, window=1, concurrency=2)
    nodes = [tmp_path / f"node{number}" for number in (1, 2, 3)]
    tasks = [Task(node, functools.partial(sweep, page_size=CERTIFICATES)) for node in nodes for _process in range(10)]
    assert results_of(simulator, tasks) == [CERTIFICATES] * 30
    assert simulator.stats()["logins"] == 3
    # Or the limits would not have been tight.
    assert refusals(simulator) > 0


def test_a_token_that_the_server_drops_costs_one_new_login_for_all(
    limited: t.Callable[..., Simulator], tmp_path: Path
) -> None:
    simulator = limited()
    assert results_of(simulator, [Task(tmp_path, sweep)]) == [CERTIFICATES]
    simulator.control("faults", [{"fault": "unauthorized", "match": "/certificates"}])
    task = Task(tmp_path, sweep_with_a_token_in_hand, {"max_concurrency": 8})
    assert results_of(simulator, [task] * 8) == [CERTIFICATES] * 8
    stats = simulator.stats()
    assert stats["faults"] == {"unauthorized": 1}
    assert stats["logins"] == 2


def test_a_wrong_password_is_tried_once_by_all_processes(limited: t.Callable[..., Simulator], tmp_path: Path) -> None:
    simulator = limited()
    credentials = Credentials(username=USERNAME, password="wrong")
    failures = results_of(simulator, [Task(tmp_path, fail, {"credentials": credentials})] * 8)
    assert [(failure["kind"], failure["http_status"]) for failure in failures] == [("credentials", 401)] * 8
    assert sum("is not tried again before" in failure["message"] for failure in failures) == 7
    assert simulator.stats()["failed_logins"] == 1
    # With the right one, nobody waits.
    assert results_of(simulator, [Task(tmp_path, sweep)]) == [CERTIFICATES]


def test_a_call_of_a_killed_process_stays_counted_and_its_place_is_free(
    limited: t.Callable[..., Simulator], tmp_path: Path
) -> None:
    simulator = limited()
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    task = Task(tmp_path, be_killed_during_a_call)
    process = context.Process(target=run, args=(simulator.url, task, context.Barrier(1), theirs))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    ours.close()
    theirs.close()
    with CertViewClient(connection_to(simulator.url, state_dir=str(tmp_path), max_concurrency=1, max_wait=0)) as client:
        assert len(client.throttle.budget(API).counted) == 1
        with client.throttle.admitted(API):
            assert len(client.throttle.budget(API).counted) == 2


def test_a_state_directory_that_fails_in_mid_run_is_told_once_and_loses_nothing(
    limited: t.Callable[..., Simulator], tmp_path: Path
) -> None:
    simulator = limited()
    told: list[str] = []
    state = tmp_path / "state"
    connection = connection_to(simulator.url, state_dir=str(state), token_cache=True)
    with CertViewClient(connection, tell=told.append) as client:
        shutil.rmtree(state)
        state.write_text("no folder any more")
        assert sweep(client, lambda: None) == CERTIFICATES
        assert len(client.throttle.budget(API).counted) >= CALLS
    assert len(told) == 1
    assert "state directory" in told[0]
