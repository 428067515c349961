# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What this collection costs beside what else there is: ``make benchmark``.

Prints ratios of whole processes that ran in turn on the same machine; a figure in seconds means nothing elsewhere.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import platform
import sys
import tempfile
import typing as t
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmark import audit, audit_scale, delta, forks, growth, inventory, sweep
from benchmark.scale import FULL, QUICK, Scale

BENCHMARKS: t.Mapping[str, Callable[[Scale, Path], None]] = {
    "sweep": sweep.run,
    "delta": delta.run,
    "growth": growth.run,
    "audit": audit.run,
    "audit_scale": audit_scale.run,
    "inventory": inventory.run,
    # Last, because it needs to hold part of an estate here: see Figures.peak.
    "forks": forks.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python tests/benchmark", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; all when none is given")
    parser.add_argument("--quick", action="store_true", help="only see that they work: the figures mean nothing")
    parser.add_argument("--rounds", type=int, help="counted runs of each contender")
    parser.add_argument("--peer-python", type=Path, help="the interpreter of an environment with qualysdk")
    options = parser.parse_args()
    unknown = set(options.names) - set(BENCHMARKS)
    if unknown:
        parser.error(f"{', '.join(sorted(unknown))}: not of {', '.join(BENCHMARKS)}")
    scale = QUICK if options.quick else FULL
    if options.rounds:
        scale = dataclasses.replace(scale, rounds=options.rounds, slow_rounds=min(options.rounds, scale.slow_rounds))
    if options.peer_python:
        scale = dataclasses.replace(scale, peer_python=options.peer_python)
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} processors, {platform.system()} {platform.machine()};"
        f" before the run {os.getloadavg()[0]:.1f} processes wanted one"
    )
    with tempfile.TemporaryDirectory(prefix="certview-benchmark-") as folder:
        for name in options.names or BENCHMARKS:
            print(f"\n## {name}", flush=True)
            BENCHMARKS[name](scale, Path(folder))


if __name__ == "__main__":
    main()
