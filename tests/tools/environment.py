# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where generated things lie, and the sealed environment that every tool runs in."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"
HOME = BUILD / "home"
LOGS = BUILD / "log"
RESULTS = BUILD / "result"
DIST = BUILD / "dist"
COLLECTIONS = BUILD / "collections"

# What plugins/ must run on; ansible-test compiles and imports everything with it, if it is there.
OLDEST_SUPPORTED = "3.9.*"
# A developer's own settings, and above all the credentials of a real subscription, must not reach a test.
PRIVATE_PREFIXES = ("ANSIBLE_", "COVERAGE_", "GIT_", "HYPOTHESIS_", "MAKE", "PYTEST_", "PYTHON", "QUALYS_")
PRIVATE_NAMES = ("MFLAGS", "VIRTUAL_ENV")
# Of use to whoever downloads; to a test that speaks to the loopback they are somebody else's proxy and trust store.
NETWORK_NAMES = (
    *("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"),
    *("CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE"),
)


def venv(name: str) -> Path:
    return BUILD / "venv" / name


def venv_python(name: str) -> Path:
    return venv(name) / "bin" / "python"


def executable_path(venvs: Sequence[str], versions: str) -> str:
    """Return a PATH with the tools of these virtual environments first and working interpreters behind.

    ``versions`` is a pattern for those of pyenv.

    pyenv's shims answer to every version and then fail for those that are not selected, which breaks
    Ansible's and ansible-test's search for interpreters; the versions' own folders take their place.
    """
    inherited = [entry for entry in os.environ.get("PATH", os.defpath).split(os.pathsep) if entry]
    genuine = [entry for entry in inherited if Path(entry).name != "shims"]
    pyenv_root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    interpreters = sorted(str(folder) for folder in pyenv_root.glob(f"versions/{versions}/bin"))
    base = str(Path(sys.executable).resolve().parent)
    return os.pathsep.join([*(str(venv(name) / "bin") for name in venvs), base, *interpreters, *genuine])


def tool_environment(venvs: Sequence[str], *, network: bool = False) -> dict[str, str]:
    """Return the environment of a tool: its home is in the build folder, nothing personal is inherited."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(PRIVATE_PREFIXES)
        and name not in PRIVATE_NAMES
        and (network or name.upper() not in NETWORK_NAMES)
    }
    HOME.mkdir(parents=True, exist_ok=True)
    return {
        **kept,
        "PATH": executable_path(venvs, OLDEST_SUPPORTED),
        "HOME": str(HOME),
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "PYTHONPYCACHEPREFIX": str(BUILD / "cache" / "python"),
        "XDG_CACHE_HOME": str(BUILD / "cache"),
        "XDG_CONFIG_HOME": str(HOME / ".config"),
        "ANSIBLE_HOME": str(HOME / ".ansible"),
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_PYTHON_INTERPRETER": str(venv_python(venvs[0])),
    }
