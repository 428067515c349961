# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the demo playbook against a simulated CertView, and ends the simulator whatever happens."""

from __future__ import annotations

import subprocess
import sys

from environment import ROOT, tool_environment, venv_python

sys.path.insert(0, str(ROOT / "tests"))

from support.simulator import NOW, running_simulator

# The made-up company's clock stands still: what a reader sees is what README.md shows.
PLAYBOOK = [
    *("ansible-playbook", "community.qualys.demo", "-i", str(ROOT / "tests" / "demo" / "inventory.yml")),
    *("-e", f"certificate_audit_as_of={NOW}"),
]
# One host after the other, so that the lines come in the inventory's order; and no word on tasks that do not apply.
QUIETLY = {"ANSIBLE_FORKS": "1", "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false"}


def main() -> int:
    environment = {
        **tool_environment(["run"]),
        **QUIETLY,
        "ANSIBLE_PYTHON_INTERPRETER": str(venv_python("run")),
    }
    with running_simulator("--estate", "demo", python=str(venv_python("run"))) as simulator:
        return subprocess.run(PLAYBOOK, env={**environment, **simulator.environment}, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
