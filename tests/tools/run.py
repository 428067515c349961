# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Becomes a command in the sealed environment of the build.

run.py VENV COMMAND [ARGUMENT ...]      VENV: the virtual environment whose programs come first
"""

from __future__ import annotations

import os
import sys

from environment import tool_environment


def main() -> None:
    name, *command = sys.argv[1:]
    os.execvpe(command[0], command, tool_environment([name]))


if __name__ == "__main__":
    main()
