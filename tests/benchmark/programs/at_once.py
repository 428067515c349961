# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs lookups.py in many processes at once. Prints the sum of what they print.

Arguments: how many processes, and those of lookups.py; each process has its share of the addresses.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_LOOKUPS = str(Path(__file__).resolve().parent / "lookups.py")


def main(processes: str, as_of: str, max_age: str, *addresses: str) -> None:
    count = int(processes)
    running = [
        subprocess.Popen(
            [sys.executable, _LOOKUPS, as_of, max_age, *addresses[number::count]], stdout=subprocess.PIPE, text=True
        )
        for number in range(count)
    ]
    outputs = [process.communicate()[0] for process in running]
    if any(process.returncode for process in running):
        sys.exit("\n".join(outputs))
    print(sum(int(output.split()[-1]) for output in outputs))


if __name__ == "__main__":
    main(*sys.argv[1:])
