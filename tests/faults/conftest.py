# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of faults share: a CertView on the loopback, and an environment that decides nothing."""

from __future__ import annotations

import importlib
import sys
import typing as t

import pytest

if "ansible_collections.community.qualys" not in sys.modules:
    # It mounts the checkout; twice would make two of every class.
    importlib.import_module("unit.conftest")

bare_environment = importlib.import_module("unit.client.conftest").bare_environment


@pytest.fixture(scope="session")
def started_gateway() -> t.Iterator[t.Any]:
    with importlib.import_module("faults.estate").served_estate() as gateway:
        yield gateway


@pytest.fixture
def gateway(started_gateway: t.Any) -> t.Any:
    """The gateway as it was at the start, whatever the last test did to it."""
    started_gateway.heal()
    return started_gateway


@pytest.fixture(scope="session")
def victims() -> t.Iterator[t.Any]:
    started = importlib.import_module("faults.victims").Victims()
    yield started
    started.close()
