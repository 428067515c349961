# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes a virtual environment of the build, unless the one that is there is what is asked for.

    venv.py NAME [SPECIFIER ...] [-r FILE ...]

All are filled by the pip of one further environment: the pip that Debian or an early patch release of
Python bundles is several times slower, and one made from scratch for each would cost five seconds each.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from environment import ROOT, venv, venv_python

# Serves all interpreters, so it does not matter which one made it.
PIP = "pip"
OLDEST_PYTHON = (3, 10)
NO_ENSUREPIP = "{python} cannot make a virtual environment. On Debian or Ubuntu: apt-get install python3-venv"


def requirement_texts(path: Path) -> list[str]:
    """Return the text of a requirements file and of all that it includes."""
    text = path.read_text(encoding="utf-8")
    included = [line.split(None, 1)[1].strip() for line in text.splitlines() if line.startswith("-r ")]
    return [text, *(piece for name in included for piece in requirement_texts(path.parent / name))]


def fingerprint(name: str, specifiers: list[str], files: list[Path]) -> str:
    texts = [str(ROOT), *specifiers]
    if name != PIP:
        texts += [sys.version, os.path.realpath(sys.executable)]
    for path in files:
        texts += requirement_texts(path)
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def make(name: str, *, with_pip: bool) -> None:
    shutil.rmtree(venv(name), ignore_errors=True)
    command = [sys.executable, "-m", "venv", str(venv(name))]
    made = subprocess.run(
        command if with_pip else [*command, "--without-pip"], capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise SystemExit(f"{made.stdout}{made.stderr}\n{NO_ENSUREPIP.format(python=sys.executable)}")


def install(arguments: list[str], *, into: str) -> None:
    pip = [str(venv_python(PIP)), "-m", "pip", "--python", str(venv_python(into)), "--disable-pip-version-check"]
    # Compiling tens of thousands of files ahead of time takes longer than all the rest.
    command = [*pip, "install", "--no-input", "--no-compile", "--progress-bar", "off", *arguments]
    installed = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if installed.returncode:
        raise SystemExit(f"{installed.stdout}\npip could not install {' '.join(arguments)}")


def ensure(name: str, specifiers: list[str], files: list[Path]) -> None:
    stamp = venv(name) / "made-from"
    wanted = fingerprint(name, specifiers, files)
    venv(name).parent.mkdir(parents=True, exist_ok=True)
    with open(f"{venv(name)}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
            return
        started = time.monotonic()
        print(f"start     .build/venv/{name}", flush=True)
        make(name, with_pip=name == PIP)
        install([*specifiers, *(word for path in files for word in ("-r", str(path)))], into=name)
        stamp.write_text(wanted, encoding="utf-8")
        print(f"made      .build/venv/{name} ({time.monotonic() - started:.0f} s)", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("specifiers", nargs="*")
    parser.add_argument("-r", dest="files", action="append", type=Path, default=[])
    arguments = parser.parse_args()
    if sys.version_info < OLDEST_PYTHON:
        raise SystemExit(f"Python 3.10 or newer is needed, {sys.executable} is {sys.version.split()[0]}: set PYTHON=…")
    ensure(PIP, ["pip >= 25.0"], [])
    ensure(arguments.name, arguments.specifiers, arguments.files)


if __name__ == "__main__":
    main()
