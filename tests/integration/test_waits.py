# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user sees while a task waits for the API budget."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from support.playbooks import Ansible, Run, tasks_on_localhost
from support.simulator import Simulator

TASK = "Read the list"


def let_pass(state: Path) -> None:
    """Tell who waits what another process would have learned: that calls are taken again."""
    for budget in state.iterdir():
        if budget.is_file() and b'"blocked_until"' in budget.read_bytes():
            draft = budget.with_suffix(".test")
            draft.write_text('{"counted": []}')
            os.replace(draft, budget)


def wait_until_somebody_waits(state: Path, running: Future[Run]) -> None:
    while not running.done() and not list(state.glob("*.line/*")):
        time.sleep(0.05)


def test_a_wait_is_a_warning_with_its_reason_and_the_time_of_the_next_call(
    ansible: Ansible, simulate: Callable[..., Simulator]
) -> None:
    simulator = simulate("--estate", "demo")
    simulator.control("faults", [{"fault": "limited", "match": "/certificates", "to_wait": 3600}])
    tasks = tasks_on_localhost({"name": TASK, "community.qualys.certview_certificate_info": {"limit": 5}})
    state = ansible.folder / "state"
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(ansible.play, tasks, env=simulator.environment)
        wait_until_somebody_waits(state, running)
        let_pass(state)
        run = running.result()
    assert run.returncode == 0, run.output
    (warning,) = run.result(TASK)["warnings"]
    assert warning.startswith("Waiting 360")
    for words in (
        "s for the API budget of /certview/",
        "the server refused a call and asked to wait 3600 s",
        "Next call",
    ):
        assert words in warning
    # Ansible breaks its lines.
    assert "".join(warning.split()) in "".join(run.output.split())
