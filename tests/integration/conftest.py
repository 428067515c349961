# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the integration tests share: simulators, and a folder to run Ansible in."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.playbooks import Ansible
from support.simulator import Simulator, running_simulator


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked C(matrix), unless a matrix of ansible-core is tried: it costs minutes.

    A unit test looks at the same, without the real ansible-playbook.
    """
    if "QUALYS_TEST_MANY" not in os.environ:
        # Not told as deselected: what the checks forbid is that anybody leaves out more than these.
        items[:] = [item for item in items if not item.get_closest_marker("matrix")]


@pytest.fixture
def ansible(tmp_path: Path) -> Ansible:
    return Ansible(tmp_path)


@pytest.fixture(scope="session")
def demo_estate() -> Iterator[Simulator]:
    """A simulator with the demonstration's hosts, for tests that only read and do not count calls."""
    with running_simulator("--estate", "demo") as simulator:
        yield simulator


@pytest.fixture
def simulate() -> Iterator[Callable[..., Simulator]]:
    """Start simulators of the test's own."""
    with contextlib.ExitStack() as stack:
        yield lambda *switches: stack.enter_context(running_simulator(*switches))
