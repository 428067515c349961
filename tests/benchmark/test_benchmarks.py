# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All benchmarks run, at sizes whose times mean nothing; what they count instead of timing must hold at any size."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def report() -> str:
    environment = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": os.environ["QUALYS_TEST_COLLECTIONS"]}
    command = [os.environ["QUALYS_TEST_PYTHON"], str(BENCHMARK), "--quick"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=600)
    assert ended.returncode == 0, ended.stderr[-4000:]
    return ended.stdout


@pytest.mark.parametrize(
    "contender",
    [
        "floor: 2 threads, json.loads",
        "this client, counted",
        "this client, written to a file",
        "certview_certificate_info with dest",
        "ansible.builtin.uri in a loop",
        "full: there is no copy yet",
        "delta: 9 changed in a day",
        "the copy is fresh enough",
        "2 processes x 2 lookups, together",
        "250",
        "450",
        "the audit",
        "records parsed, none kept",
        "certview_audit, copy fresh enough",
        "the inventory and certview_audit",
        "enriched",
        "enriched, out of the cache of Ansible",
    ],
)
def test_each_contender_has_a_row(report: str, contender: str) -> None:
    assert f"\n| {contender} |" in report


@pytest.mark.parametrize("counted", ["calls of a delta", "sweeps", "logins", "refusals"])
def test_what_is_counted_meets_its_target(report: str, counted: str) -> None:
    (line,) = (line for line in report.splitlines() if line.startswith(f"- {counted}: "))
    assert line.endswith(": met")


def test_unknown_benchmark_is_refused() -> None:
    command = [os.environ["QUALYS_TEST_PYTHON"], str(BENCHMARK), "sweeep"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 2
    assert "sweeep: not of sweep, delta, growth, audit, audit_scale, inventory, forks" in ended.stderr
