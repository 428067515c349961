# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated CertViews for the tests."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from simulator.settings import EstateSettings
from unit.simulator.serving import Gateway, served, settings


@pytest.fixture(scope="module")
def demo() -> Iterator[Gateway]:
    """The demo estate with an open-handed budget, logged in; shared by a module's tests that change nothing."""
    with served(settings()) as gateway:
        gateway.certview.limiter.settings.rate = 100_000
        gateway.login()
        yield gateway


@pytest.fixture
def start() -> Iterator[Callable[..., Gateway]]:
    """Starts a CertView of the test's own settings, logged in unless ``login=False``."""
    with contextlib.ExitStack() as stack:

        def starting(login: bool = True, estate: EstateSettings | None = None, **changes: Any) -> Gateway:
            gateway = stack.enter_context(served(settings(estate, **changes)))
            if login:
                gateway.login()
            return gateway

        yield starting
