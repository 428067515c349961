# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tells when tasks begin and end, so that one task of a play can be measured."""

from __future__ import annotations

import json
import os
import time
import typing as t

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: moments
type: aggregate
short_description: Tells when tasks begin and end
description: Writes a JSON list of moments, in seconds of a monotonic clock, to the file that E(MOMENTS_FILE) names.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "moments"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._moments: list[tuple[str, float]] = []

    def _note(self, what: str) -> None:
        self._moments.append((what, time.monotonic()))

    def v2_playbook_on_task_start(self, task: t.Any, is_conditional: bool) -> None:
        self._note(f"begin {task.get_name()}")

    def v2_runner_on_ok(self, result: t.Any) -> None:
        self._note(f"end {result._task.get_name()}")

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        self._note("end of the play")
        with open(os.environ["MOMENTS_FILE"], "w", encoding="utf-8") as stream:
            json.dump(self._moments, stream)
