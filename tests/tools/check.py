# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs one check of the table in checks.py, or tells how all of a run came out.

check.py NAME                 run it; the log is shown when it fails
check.py --forget NAME ...    before a run
check.py --summary NAME ...   after it; a check that left no result has failed
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import time

from checks import CHECKS, Check
from environment import BUILD, LOGS, RESULTS, ROOT, tool_environment
from tree import copy_collection


def objections(check: Check, return_code: int, log: str) -> list[str]:
    """Return why the run does not count as a pass, whatever its exit code says."""
    if return_code:
        return [f"exit code {return_code}"]
    found = []
    for pattern in check.require:
        if not re.search(pattern, log, re.M):
            found.append(f"nothing in the log matches {pattern!r}")
    for pattern in check.forbid:
        found += [f"forbidden: {match.group().strip()}" for match in re.finditer(pattern, log, re.M)]
    return found


def run(name: str, check: Check) -> bool:
    """Run a check, print how it came out, leave its log and its result behind; returns whether it passed."""
    for folder in (LOGS, RESULTS):
        folder.mkdir(parents=True, exist_ok=True)
    result = RESULTS / name
    result.unlink(missing_ok=True)
    print(f"start     {name}: {check.title}", flush=True)
    started = time.monotonic()
    environment = {**tool_environment(check.venvs, network=check.network), **check.variables}
    folder = ROOT
    if check.in_copy:
        folder = copy_collection(BUILD / "tree" / name)
        environment["ANSIBLE_COLLECTIONS_PATH"] = str(BUILD / "tree" / name)
    completed = subprocess.run(
        check.command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    log = completed.stdout
    (LOGS / f"{name}.log").write_text(log, encoding="utf-8")
    reasons = objections(check, completed.returncode, log)
    result.write_text("failed" if reasons else "passed", encoding="utf-8")
    verdict = "FAILED" if reasons else "ok"
    lines = [f"{verdict:<9} {name} ({time.monotonic() - started:.0f} s)"]
    if reasons:
        lines += [log.rstrip(), *(f"FAILED    {name}: {reason}" for reason in reasons)]
    lines += [line for line in log.splitlines() if line.strip()][-1:]
    # One write: two checks that end together must not mix their lines.
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
    return not reasons


def summarise(names: list[str]) -> int:
    failed = []
    for name in names:
        result = RESULTS / name
        if not result.exists() or result.read_text(encoding="utf-8") != "passed":
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)} (logs in .build/log)")
    print(f"{len(names) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="+", choices=CHECKS, metavar="NAME")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--forget", action="store_true")
    action.add_argument("--summary", action="store_true")
    arguments = parser.parse_args()
    if arguments.forget:
        for name in arguments.names:
            (RESULTS / name).unlink(missing_ok=True)
        return 0
    if arguments.summary:
        return summarise(arguments.names)
    outcomes = [run(name, CHECKS[name]) for name in arguments.names]
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
