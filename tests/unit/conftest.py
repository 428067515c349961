# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mounts the checkout as the Python package that Ansible makes of the installed collection.

Plain ``pytest`` on a checkout of any name then imports
``ansible_collections.community.qualys.plugins...``, and coverage reports the files of the checkout.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import sys
from pathlib import Path

import hypothesis.configuration
import pytest

ROOT = Path(__file__).resolve().parents[2]


def mount_package(name: str, path: list[str]) -> None:
    spec = importlib.machinery.ModuleSpec(name, loader=None, is_package=True)
    spec.submodule_search_locations = path
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    parent, _dot, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, module)


mount_package("ansible_collections", [])
mount_package("ansible_collections.community", [])
mount_package("ansible_collections.community.qualys", [str(ROOT)])

hypothesis.configuration.set_hypothesis_home_dir(ROOT / ".build" / "cache" / "hypothesis")
# A build must not fail by luck or by a slow machine; `pytest --hypothesis-profile default` searches anew.
hypothesis.settings.register_profile(
    "repeatable",
    derandomize=True,
    database=None,
    deadline=None,
    # Many in the matrix, where nobody waits.
    max_examples=200 if "QUALYS_TEST_MANY" in os.environ else 50,
    print_blob=True,
    # Other checks run at the same time, and a slow machine is no fault of the data.
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("repeatable")

# What they look at is not the library, or looks at it by thousands of examples.
UNTRACED = (Path(__file__).parent / "simulator", Path(__file__).parent / "proof")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Trace no property test: it takes twice as long then, and the gate is to be met by tests that say what they mean.

    Source: pytest-cov documentation, "Markers and fixtures" (C(no_cover)).
    """
    for item in items:
        is_property = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        if is_property or any(folder in item.path.parents for folder in UNTRACED):
            item.add_marker(pytest.mark.no_cover)
