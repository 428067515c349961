# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The least that a play can do with records: parse each, keep none."""

from __future__ import annotations

import json
import typing as t

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """Counts the JSON documents of the file that C(path) names, one a line."""

    BYPASS_HOST_LOOP = True
    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: t.Any = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        with open(self._task.args["path"], encoding="utf-8") as stream:
            count = sum(1 for line in stream if isinstance(json.loads(line), dict))
        return {**result, "changed": False, "summary": {"certificates": count}}
