# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the unit and integration tests on every ansible-core that the Pythons of this machine can run.

The oldest ansible-core is paired with the oldest `requests` that the collection says it works with.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from check import run
from checks import CHECKS, Check
from environment import ROOT, executable_path, venv_python

# The first Python of a row that is found serves it. ansible-core 2.17 is left out because ansible-lint and
# molecule leave it out.
ROWS = {
    "2.16": ("3.10", "3.11", "3.12"),
    "2.18": ("3.11", "3.12", "3.13"),
    "2.19": ("3.11", "3.12", "3.13"),
    "2.20": ("3.12", "3.13"),
    "2.21": ("3.13", "3.12"),
}
OLDEST = "2.16"
# The faults know nothing of Ansible; the oldest row has the oldest `requests`, and here is time for every point.
ONCE = {OLDEST: ("faults",), "2.19": ("benchmark",)}


def working_interpreter(versions: tuple[str, ...]) -> str | None:
    for version in versions:
        candidate = shutil.which(f"python{version}", path=executable_path([], "*"))
        if candidate and subprocess.run([candidate, "-c", ""], check=False).returncode == 0:
            return candidate
    return None


def lower_bounds() -> list[str]:
    """Return the requirements of the collection, each pinned to its lower bound."""
    lines = (ROOT / "meta" / "ee-requirements.txt").read_text(encoding="utf-8").splitlines()
    return [line.replace(">=", "==") for line in lines if line and not line.startswith("#")]


def make_venv(name: str, interpreter: str, core: str) -> None:
    specifiers = [f"ansible-core == {core}.*", *(lower_bounds() if core == OLDEST else [])]
    script = str(Path(__file__).with_name("venv.py"))
    subprocess.run([interpreter, script, name, *specifiers, "-r", "tests/unit/requirements.txt"], check=True, cwd=ROOT)


def on_row(check: Check, name: str, core: str, interpreter: str) -> Check:
    python = str(venv_python(name))
    tests = next(word for word in check.command if word.startswith("tests/"))
    return check._replace(
        title=f"{tests} with ansible-core {core} on {Path(interpreter).name}",
        command=[python, "-m", "pytest", tests, "-q"],
        venvs=(name,),
        # The coverage gate is met once, by `make unit`.
        require=[pattern for pattern in check.require if "coverage" not in pattern],
        variables={
            "QUALYS_TEST_MANY": "1",
            **{key: python if key == "QUALYS_TEST_PYTHON" else value for key, value in check.variables.items()},
        },
    )


def main() -> int:
    outcomes: list[bool] = []
    for core, versions in ROWS.items():
        interpreter = working_interpreter(versions)
        if interpreter is None:
            print(f"absent    ansible-core {core} needs Python {' or '.join(versions)}", flush=True)
            continue
        name = f"matrix-{core}"
        make_venv(name, interpreter, core)
        kinds = ("unit", "integration", *ONCE.get(core, ()))
        outcomes += [run(f"{kind}-{core}", on_row(CHECKS[kind], name, core, interpreter)) for kind in kinds]
    print(f"{outcomes.count(True)} passed, {outcomes.count(False)} failed")
    return 0 if outcomes and all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
