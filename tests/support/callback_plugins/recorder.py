# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records what each task returned, so that tests read results and not the output that is made for people."""

from __future__ import annotations

import json
import os
import typing as t

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: recorder
type: aggregate
short_description: Records results as JSON lines
description: Writes one line for each result, and one for the statistics, to the file that E(RECORDER_FILE) names.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "recorder"
    CALLBACK_NEEDS_ENABLED = True

    def _write(self, event: dict[str, t.Any]) -> None:
        with open(os.environ["RECORDER_FILE"], "a", encoding="utf-8") as stream:
            stream.write(json.dumps(event, default=str) + "\n")

    def _record(self, outcome: str, result: t.Any) -> None:
        task = result._task.get_name().rpartition(" : ")[2]
        told = {**result._result, "failed": outcome == "failed"}
        self._write({"task": task, "host": result._host.get_name(), "outcome": outcome, "result": told})

    def v2_runner_on_ok(self, result: t.Any) -> None:
        self._record("ok", result)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        self._record("failed", result)

    def v2_runner_on_skipped(self, result: t.Any) -> None:
        self._record("skipped", result)

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        hosts = {host: stats.summarize(host) for host in stats.processed}
        self._write({"stats": hosts, "custom": stats.custom.get("_run", {})})
