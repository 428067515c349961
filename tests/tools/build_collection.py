# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds the artifact from what git knows of the checkout, and installs the collection from it.

Refuses an artifact that lacks something which is called by name, or that carries what only the repository needs.
"""

from __future__ import annotations

import shutil
import subprocess
import tarfile

from environment import BUILD, COLLECTIONS, DIST
from tree import copy_collection, known_files

CALLED_BY_NAME = ("extensions/", "meta/", "playbooks/", "plugins/", "roles/")
# Written by the build, or read by Galaxy, by users and by those who certify.
AT_THE_ROOT = {
    *("CHANGELOG.md", "CONTRIBUTING.md", "COPYING", "FILES.json", "LICENSES", "MANIFEST.json", "README.md"),
    *("REUSE.toml", "SECURITY.md", "changelogs", "docs", "requirements.txt", "tests"),
    *(folder.rstrip("/") for folder in CALLED_BY_NAME),
}


def check_contents(names: set[str]) -> None:
    missing = [name for name in known_files() if name.startswith(CALLED_BY_NAME) and name not in names]
    astray = sorted(
        name
        for name in names
        if name.split("/")[0] not in AT_THE_ROOT or (name.startswith("tests/") and name != "tests/config.yml")
    )
    if missing or astray:
        raise SystemExit(f"The artifact lacks {missing} and should not have {astray}: see build_ignore in galaxy.yml")


def main() -> None:
    for folder in (DIST, COLLECTIONS):
        shutil.rmtree(folder, ignore_errors=True)
    source = copy_collection(BUILD / "tree" / "build")
    galaxy = ["ansible-galaxy", "collection"]
    subprocess.run([*galaxy, "build", "--output-path", DIST, source], check=True)
    (artifact,) = DIST.glob("*.tar.gz")
    with tarfile.open(artifact) as archive:
        check_contents({member.name for member in archive if member.isfile()})
    subprocess.run([*galaxy, "install", artifact, "--offline", "--no-deps", "-p", COLLECTIONS], check=True)


if __name__ == "__main__":
    main()
