# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs ansible-test with a home of its own and with a way to get pip into the environments it makes.

    run_ansible_test.py ARGUMENT ...      in the folder of a collection

ansible-test fetches a get-pip script of a pinned version from a host that closed networks do not reach.
Where that fails, a stand-in installs the same version from the package index that pip is configured for.
"""

from __future__ import annotations

import ast
import configparser
import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from environment import HOME, venv_python

CACHE = HOME / ".ansible" / "test" / "cache"
GET_PIP_URL = "https://ci-files.testing.ansible.com/ansible-test/get-pip-{version}.py"
REACH_TIMEOUT = 10
STAND_IN = """\
import os, runpy, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.environ["GET_PIP"]), {folder!r}))
options = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
sys.argv = ["pip", "install", "--upgrade", "--ignore-installed"] + options
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""


def pinned_pip_version() -> str:
    """Return the version of pip that this ansible-test puts into its virtual environments."""
    from ansible_test._internal import python_requirements
    from ansible_test._internal.host_configs import NativePythonConfig

    python = NativePythonConfig(version=f"{sys.version_info[0]}.{sys.version_info[1]}", path=sys.executable)
    return python_requirements.get_venv_packages(python)["pip"]


def provide_get_pip(version: str) -> None:
    script = CACHE / f"get_pip_{version.replace('.', '_')}.py"
    if script.exists():
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    try:
        with urllib.request.urlopen(GET_PIP_URL.format(version=version), timeout=REACH_TIMEOUT) as answer:
            script.write_bytes(answer.read())
    except (urllib.error.URLError, TimeoutError):
        pip = [str(venv_python("pip")), "-m", "pip", "--disable-pip-version-check"]
        folder = f"pip-{version}"
        subprocess.run(
            [*pip, "install", "--quiet", "--no-deps", "--target", CACHE / folder, f"pip=={version}"], check=True
        )
        script.write_text(STAND_IN.format(folder=folder), encoding="utf-8")


def carry_pip_configuration() -> None:
    """Write pip's settings where they are found by a pip whose environment ansible-test has cleared."""
    pip = [str(venv_python("pip")), "-m", "pip", "--disable-pip-version-check"]
    listed = subprocess.run([*pip, "config", "list"], check=True, stdout=subprocess.PIPE, text=True).stdout
    configuration = configparser.RawConfigParser()
    for line in listed.splitlines():
        name, quoted = line.split("=", 1)
        section, option = name.replace(":env:", "global").rsplit(".", 1)
        if not configuration.has_section(section):
            configuration.add_section(section)
        configuration.set(section, option, ast.literal_eval(quoted))
    for section in ("global", "install"):
        if not configuration.has_section(section):
            configuration.add_section(section)
    configuration.set("global", "quiet", "1")
    # Compiling takes most of the time of an installation. For this option pip wants the negation of the negation.
    configuration.set("install", "no-compile", "false")
    target = HOME / ".config" / "pip" / "pip.conf"
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", encoding="utf-8") as stream:
        configuration.write(stream)


def run(command: list[str]) -> int:
    """Run ansible-test, and add the summary that it does not print; returns its exit code."""
    begun = failed = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            begun += line.startswith("Running sanity test ")
            told = re.match(r"FATAL: The (\d+) sanity test\(s\) listed below", line)
            failed = int(told[1]) if told else failed
    if process.returncode and not failed:
        # It stopped in the middle of one.
        failed = 1
    print(f"{begun - failed} passed, {failed} failed")
    return process.returncode


def main() -> int:
    carry_pip_configuration()
    provide_get_pip(pinned_pip_version())
    return run([sys.executable, str(Path(sys.executable).with_name("ansible-test")), *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
