# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copies what git knows of the checkout to where Ansible's tools want a collection to lie.

ansible-test, ansible-lint and mypy derive the collection's name from its folder, and do not follow a link.
The copy is a git repository of its own, because the tools ask git for the files, and git ignores the
build folder.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from environment import ROOT

COLLECTION = Path("ansible_collections") / "community" / "qualys"


def git(*arguments: str) -> str:
    # Within a git hook GIT_DIR names the checkout's own repository, and `init` would go there.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    # Continuous integration often works in a checkout that belongs to another user.
    command = ["git", "-c", "safe.directory=*", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment).stdout.decode()


def known_files() -> list[str]:
    """Return the tracked and the new files of the checkout, without what is ignored or deleted."""
    listed = git("-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return sorted(name for name in set(listed.split("\0")) if name and (ROOT / name).is_file())


def copy_collection(parent: Path) -> Path:
    """Replace the copy below ``parent`` and return its folder."""
    shutil.rmtree(parent, ignore_errors=True)
    collection = parent / COLLECTION
    for name in known_files():
        target = collection / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target, follow_symlinks=False)
    git("init", "--quiet", "--initial-branch=main", str(collection))
    return collection
