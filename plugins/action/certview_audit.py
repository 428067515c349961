# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action of M(community.qualys.certview_audit), which documents it."""

from __future__ import annotations

import gc
import os
import typing as t
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime, timezone
from functools import lru_cache

from ansible.module_utils.basic import env_fallback
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.community.qualys.plugins.module_utils._audit import (
    FAIL_ON,
    audit,
    failing_hosts,
)
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._files import read_document, replaced, write_document
from ansible_collections.community.qualys.plugins.module_utils._freshness import freshness_from, freshness_options
from ansible_collections.community.qualys.plugins.module_utils._listing import as_of_option
from ansible_collections.community.qualys.plugins.module_utils._match_options import (
    DEFAULT,
    DEFAULT_SHARED_ABOVE,
    MATCH_RULES,
    ON_AMBIGUOUS,
    match_options,
)
from ansible_collections.community.qualys.plugins.module_utils._options import argument_spec, connection_from
from ansible_collections.community.qualys.plugins.module_utils._policy import includes_of
from ansible_collections.community.qualys.plugins.module_utils._query import Query
from ansible_collections.community.qualys.plugins.module_utils._report.flags import flagged_hosts
from ansible_collections.community.qualys.plugins.module_utils._report.text import action_table, summary_lines
from ansible_collections.community.qualys.plugins.module_utils._source import CertificateSource
from ansible_collections.community.qualys.plugins.plugin_utils._auditing import (
    MATCHING,
    audited_hosts,
    none_matched,
    with_resolved_names,
)
from ansible_collections.community.qualys.plugins.plugin_utils._connection import NAMES as CONNECTION_NAMES
from ansible_collections.community.qualys.plugins.plugin_utils._connection import variable_of
from ansible_collections.community.qualys.plugins.plugin_utils._hosts import (
    HostFacts,
    Template,
    Variables,
    given_hosts,
    holds_template,
    host_facts,
    variables_in_play,
    with_variables,
)
from ansible_collections.community.qualys.plugins.plugin_utils._policies import policies_of

OPTIONS: dict[str, dict[str, t.Any]] = {
    "hosts": {"type": "dict"},
    "match_on": {"type": "list", "elements": "str", "choices": list(MATCH_RULES), "default": list(MATCH_RULES)},
    "on_ambiguous": {"type": "str", "choices": list(ON_AMBIGUOUS), "default": "all"},
    "exclude_addresses": {"type": "list", "elements": "str", "default": [DEFAULT]},
    "shared_above": {"type": "int", "default": DEFAULT_SHARED_ABOVE},
    "nat": {"type": "dict"},
    "asset_max_age_days": {"type": "float"},
    "resolve_names": {"type": "bool", "default": False},
    "resolve_timeout": {"type": "float", "default": 30.0},
    "policy": {"type": "raw", "default": "baseline"},
    "fail_on": {"type": "str", "choices": list(FAIL_ON), "default": "none"},
    "flag": {"type": "str", "choices": ["failing", "all", "none"], "default": "failing"},
    "table_rows": {"type": "int", "default": 20},
    "as_of": {"type": "str"},
    "previous": {"type": "raw"},
    "dest": {"type": "path"},
    "all_assets": {"type": "bool", "default": True},
    **freshness_options(),
}

# More than this in a result costs the controller minutes and memory (it visits every leaf).
MANY_HOSTS = 1000

# Records; what an answer of the API leaves behind in cycles is found before that many more have come.
_FREEZE_EVERY = 5000

_HOSTS_OF_PLAY = ("ansible_play_batch", "ansible_play_hosts", "ansible_play_hosts_all", "play_hosts")

display = Display()


class ActionModule(ActionBase):
    """Audits all hosts of the play in one run."""

    # A task for each host would cost minutes where this costs seconds, and would ask the API once for each.
    BYPASS_HOST_LOOP = True
    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: t.Any = None, task_vars: t.Optional[dict[str, t.Any]] = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        result["changed"] = False
        with self._environment_of_the_task():
            self._take_variables(task_vars or {})
            params = self.validate_argument_spec({**argument_spec(env_fallback), **OPTIONS})[1]
            try:
                result.update(self._audit(params, task_vars or {}))
            except CertViewError as exc:
                result.update(failed=True, msg=str(exc), error=exc.to_result())
        return result

    def _take_variables(self, task_vars: Mapping[str, t.Any]) -> None:
        """Let the variables C(qualys_OPTION) stand for connection options that the task does not give."""
        for name in CONNECTION_NAMES:
            variable = variable_of(name)
            if variable in task_vars and self._task.args.get(name) is None:
                self._task.args[name] = self._templar.template(task_vars[variable])

    def _audit(self, params: Mapping[str, t.Any], task_vars: Mapping[str, t.Any]) -> dict[str, t.Any]:
        as_of = as_of_option(params["as_of"], datetime.now(timezone.utc))
        matching = match_options(**{name: params[name] for name in MATCHING})
        previous = self._previous(params["previous"])
        if params["table_rows"] < 0:
            raise CertViewError(f"table_rows is {params['table_rows']}, and must be at least 0", kind="options")
        hosts = self._hosts(params, task_vars)
        policy, own_policies = policies_of(params["policy"], hosts, self._read)
        _warn_of_scope(task_vars, len(hosts), params)
        freshness = freshness_from(params)
        includes = {"asset_interfaces", *includes_of((policy, *own_policies.values()))}
        query = Query(includes=tuple(sorted(includes)), all_assets=params["all_assets"])
        api: dict[str, t.Any] = {}
        with ExitStack() as opened:
            source = opened.enter_context(CertificateSource(connection_from(params), tell=display.warning))
            # Opened first: a folder that does not exist must not be found out after a sweep.
            stream = opened.enter_context(replaced(params["dest"])) if self._writes(params) else None
            document = audit(
                _told_when_read(source, source.lazy_records(query, as_of, freshness), api),
                audited_hosts(hosts, own_policies),
                policy,
                as_of=as_of,
                gateway=source.gateway_url,
                api=api,
                matching=matching,
                previous=previous,
            )
            use = source.api_use
            if stream is not None:
                write_document(document, stream)
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
        if hosts and not document["summary"]["hosts_matched"]:
            display.warning(none_matched(len(hosts)))
        return result

    def _writes(self, params: Mapping[str, t.Any]) -> bool:
        return params["dest"] is not None and not self._task.check_mode

    @contextmanager
    def _environment_of_the_task(self) -> Iterator[None]:
        """Let the task's C(environment) be that of this process, as it is that of a module.

        Options, proxies and CA bundles are read from it; the process is one that Ansible has forked for this task.
        """
        before = dict(os.environ)
        given = self._task.environment or []
        try:
            for layer in given if isinstance(given, list) else [given]:
                os.environ.update({name: str(value) for name, value in self._templar.template(layer or {}).items()})
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)

    def _readers(self, task_vars: Mapping[str, t.Any]) -> tuple[Variables, Template]:
        """Return what tells the variables of a host, and what resolves a value of it, as a task of the host would."""
        manager = self._task.get_variable_manager()
        play = _play_of(self._task)
        hosts_of_play = {name: task_vars[name] for name in _HOSTS_OF_PLAY if name in task_vars}

        @lru_cache(maxsize=1)
        def of_task(name: str) -> Mapping[str, t.Any]:
            # Not told the hosts of the play, Ansible would look for all of them again, for each of them.
            told = manager.get_vars(
                play=play, host=manager._inventory.get_host(name), task=self._task, _hosts=[name], _hosts_all=[name]
            )
            return {**told, **hosts_of_play}

        def template(name: str, value: t.Any) -> t.Any:
            return self._templar.copy_with_new_env(available_variables=of_task(name)).template(value)

        is_for_each = play is not None and holds_template(play.get_vars_files())
        everywhere = None if is_for_each else manager.get_vars(play=play, task=self._task)
        return variables_in_play(task_vars["hostvars"].raw_get, everywhere, of_task), template

    def _hosts(self, params: Mapping[str, t.Any], task_vars: Mapping[str, t.Any]) -> dict[str, HostFacts]:
        variables_of, template = self._readers(task_vars)
        if params["hosts"] is not None:
            hosts = given_hosts(params["hosts"], display.warning)
            known = set(task_vars["groups"]["all"])
            hosts = with_variables(hosts, variables_of, known, template, display.warning)
        else:
            hosts = host_facts(variables_of, task_vars["ansible_play_hosts_all"], template, display.warning)
        if not params["resolve_names"]:
            return hosts
        return with_resolved_names(hosts, params["resolve_timeout"], display.warning)

    def _read(self, path: str) -> t.Any:
        """Return what a file holds that lies in C(files) of the role, beside the playbook, or where *path* says."""
        return self._loader.load_from_file(self._find_needle("files", os.path.expanduser(path)))

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


def _play_of(task: t.Any) -> t.Any:
    """Return the play that holds *task*, however deep in blocks, roles and included files it lies."""
    holder = task
    while holder is not None and getattr(holder, "_play", None) is None:
        holder = getattr(holder, "_parent", None)
    return getattr(holder, "_play", None)


def _warn_of_scope(task_vars: Mapping[str, t.Any], hosts: int, params: Mapping[str, t.Any]) -> None:
    if not params["max_age"] and len(task_vars.get("ansible_play_batch") or ()) < len(
        task_vars.get("ansible_play_hosts") or ()
    ):
        display.warning(
            "This play runs in batches (serial), and each batch audits all hosts of the play anew, with a sweep of its"
            " own. Audit in a play without serial, or set max_age."
        )
    if params["dest"] is None and hosts > MANY_HOSTS:
        display.warning(
            f"An audit of {hosts} hosts is a lot for a result: Ansible visits every value of it. Set dest to have it"
            " written to a file instead."
        )


def _told_when_read(
    source: CertificateSource, records: Iterator[Mapping[str, t.Any]], api: dict[str, t.Any]
) -> Iterator[Mapping[str, t.Any]]:
    """Pass *records* on, and tell in *api* what they cost once the last is read: no sooner is it known.

    What is left of the budget is not told: the same certificates must give the same document.

    Meanwhile the garbage collector is kept from what is there already, Ansible's own inventory included. It would visit
    all of it again and again, for a fifth of the time, and none of it is garbage; the process ends with the task.
    """
    for number, record in enumerate(records):
        if number % _FREEZE_EVERY == 0:
            gc.freeze()
        yield record
    gc.freeze()
    use = source.api_use
    api.update({name: use[name] for name in ("calls", "waited_seconds", "source")})
