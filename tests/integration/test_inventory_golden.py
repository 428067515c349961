# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Inventories and what ansible-inventory is to make of each, on every ansible-core alike."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.playbooks import Ansible
from support.simulator import Simulator

CASES = sorted(path for path in Path(__file__).with_name("inventories").iterdir() if path.is_dir())
DEMO_INVENTORY = Path(__file__).parents[1] / "demo" / "inventory.yml"


def sources(case: Path) -> list[Path]:
    """Return what Ansible is to read, in this order; what others read from there has another suffix."""
    return [*([DEMO_INVENTORY] if case.name == "enrich" else []), *sorted(case.glob("*.yml"))]


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, marks=[] if case.name in ("create", "enrich") else [pytest.mark.matrix]) for case in CASES],
    ids=lambda case: str(case.name),
)
def test_an_inventory_is_as_it_was(ansible: Ansible, demo_estate: Simulator, case: Path) -> None:
    """A wanted difference: look at it, then replace the expected file by the one that the failure names."""
    words = [word for source in sources(case) for word in ("-i", str(source))]
    listed = ansible.folder / "listed.json"
    done = ansible.command("ansible-inventory", *words, "--list", "--output", str(listed), env=demo_estate.environment)
    assert done.returncode == 0, done.stdout
    # An asset there has the name of another host.
    assert ("WARNING" in done.stdout) == (case.name == "both"), done.stdout

    inventory = json.loads(listed.read_text())
    # Newer versions of ansible-core name the form.
    inventory["_meta"].pop("profile", None)
    written = ansible.folder / "expected.json"
    written.write_text(json.dumps(inventory, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    assert written.read_bytes() == (case / "expected.json").read_bytes(), written
