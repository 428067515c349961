# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action of M(community.qualys.certview_audit), which documents it."""

from __future__ import annotations

import os
import typing as t
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone

from ansible.module_utils.basic import env_fallback
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.community.qualys.plugins.module_utils._audit import FAIL_ON, audit, failing_hosts
from ansible_collections.community.qualys.plugins.module_utils._client import CertViewClient, Query
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._files import read_document, written_document
from ansible_collections.community.qualys.plugins.module_utils._listing import as_of_option
from ansible_collections.community.qualys.plugins.module_utils._matching import MATCH_RULES, ON_AMBIGUOUS
from ansible_collections.community.qualys.plugins.module_utils._options import argument_spec, connection_from
from ansible_collections.community.qualys.plugins.module_utils._policy import load_policy
from ansible_collections.community.qualys.plugins.module_utils._report.flags import flagged_hosts
from ansible_collections.community.qualys.plugins.module_utils._report.text import action_table, summary_lines
from ansible_collections.community.qualys.plugins.plugin_utils._hosts import host_identities

OPTIONS: dict[str, dict[str, t.Any]] = {
    "hosts": {"type": "dict"},
    "match_on": {"type": "list", "elements": "str", "choices": list(MATCH_RULES), "default": list(MATCH_RULES)},
    "on_ambiguous": {"type": "str", "choices": list(ON_AMBIGUOUS), "default": "all"},
    "policy": {"type": "raw", "default": "baseline"},
    "fail_on": {"type": "str", "choices": list(FAIL_ON), "default": "none"},
    "flag": {"type": "str", "choices": ["failing", "all", "none"], "default": "failing"},
    "table_rows": {"type": "int", "default": 20},
    "as_of": {"type": "str"},
    "previous": {"type": "raw"},
    "dest": {"type": "path"},
}

display = Display()


class ActionModule(ActionBase):
    """Audits all hosts of the play in one run."""

    # A task for each host would cost minutes where this costs seconds, and would ask the API once for each.
    BYPASS_HOST_LOOP = True
    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: t.Any = None, task_vars: t.Optional[dict[str, t.Any]] = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        params = self.validate_argument_spec({**argument_spec(env_fallback), **OPTIONS})[1]
        result["changed"] = False
        try:
            result.update(self._audit(params, task_vars or {}))
        except CertViewError as exc:
            result.update(failed=True, msg=str(exc), error=exc.to_result())
        return result

    def _audit(self, params: Mapping[str, t.Any], task_vars: Mapping[str, t.Any]) -> dict[str, t.Any]:
        as_of = as_of_option(params["as_of"], datetime.now(timezone.utc))
        policy = load_policy(params["policy"])
        previous = self._previous(params["previous"])
        hosts = self._hosts(params["hosts"], task_vars)
        query = Query(includes=tuple(sorted({"asset_interfaces", *policy.includes})))
        api: dict[str, t.Any] = {}
        with CertViewClient(connection_from(params), tell=display.warning) as client:
            document = audit(
                _told_when_read(client, client.records(query, as_of), api),
                hosts,
                policy,
                as_of=as_of,
                gateway=client.gateway_url,
                api=api,
                match_on=params["match_on"],
                on_ambiguous=params["on_ambiguous"],
                previous=previous,
            )
            use = client.api_use
        failing = failing_hosts(document, params["fail_on"])
        result: dict[str, t.Any] = {
            "summary": document["summary"],
            "failing_hosts": failing,
            "flagged": flagged_hosts(document, params["flag"], failing),
            "table": action_table(document, params["table_rows"]),
            "summary_lines": summary_lines(document),
            "api": use,
        }
        if params["dest"] is None:
            result["audit"] = document
        elif not self._task.check_mode:
            written_document(params["dest"], document)
        return result

    def _hosts(self, given: t.Optional[Mapping[str, t.Any]], task_vars: Mapping[str, t.Any]) -> dict[str, list[str]]:
        if given is None:
            return host_identities(task_vars["hostvars"], task_vars["ansible_play_hosts_all"], display.warning)
        hosts = {}
        for name, identities in given.items():
            several = [identities] if isinstance(identities, str) else identities
            if not isinstance(several, list) or not all(isinstance(item, str) for item in several):
                raise CertViewError(
                    f"hosts says of {name} {identities!r}, which is no list of addresses and names",
                    kind="options",
                    hint="Write it as NAME: [ADDRESS, ...]",
                )
            hosts[str(name)] = several
        return hosts

    def _previous(self, given: t.Any) -> t.Optional[Mapping[str, t.Any]]:
        if not given:
            return None
        if isinstance(given, Mapping):
            return given
        path = os.path.expanduser(str(given))
        if not os.path.exists(path):
            display.warning(f"There is no last audit to compare with: {path} does not exist.")
            return None
        return read_document(path)


def _told_when_read(
    client: CertViewClient, records: Iterator[dict[str, t.Any]], api: dict[str, t.Any]
) -> Iterator[dict[str, t.Any]]:
    """Pass *records* on, and tell in *api* what they cost once the last is read: no sooner is it known.

    What is left of the budget is not told: the same certificates must give the same document.
    """
    yield from records
    use = client.api_use
    api.update({name: use[name] for name in ("calls", "waited_seconds", "source")})
