# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection options of plugins, read by Ansible's own option system from the documentation."""

from __future__ import annotations

import itertools
import types
import typing as t
from collections.abc import Callable, Mapping

import pytest
import yaml
from ansible import constants
from ansible.plugins.lookup import LookupBase
from ansible.utils.plugin_docs import add_fragments
from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.community.qualys.plugins.doc_fragments import connection, connection_plugin, freshness
from ansible_collections.community.qualys.plugins.lookup import certview_certificates
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._freshness import freshness_options
from ansible_collections.community.qualys.plugins.module_utils._identities import IDENTITY_KINDS
from ansible_collections.community.qualys.plugins.module_utils._options import (
    CONNECTION_OPTIONS,
    Connection,
    argument_spec,
)
from ansible_collections.community.qualys.plugins.module_utils._query import INCLUDES
from ansible_collections.community.qualys.plugins.plugin_utils._connection import (
    NAMES,
    connection_of,
    read_options,
    variable_of,
)

FRAGMENTS = {"connection": connection, "connection_plugin": connection_plugin, "freshness": freshness}
SECRET = "a-secret-that-nobody-may-read"
CREDENTIALS = {"platform": "us1", "username": "somebody", "password": "a-password"}

_numbers = itertools.count()


class Fragments:
    """Stands for Ansible's loader, which finds them in an installed collection only."""

    def get(self, name: str) -> t.Any:
        fragment = getattr(FRAGMENTS.get(name.rpartition(".")[2]), "ModuleDocFragment", None)
        return fragment and types.SimpleNamespace(DOCUMENTATION=fragment.DOCUMENTATION, ansible_name=name)


def documented() -> dict[str, t.Any]:
    documentation = yaml.safe_load(certview_certificates.DOCUMENTATION)
    add_fragments(documentation, certview_certificates.__file__, Fragments())
    return dict(documentation["options"])


class Plugin(LookupBase):
    def __init__(self) -> None:
        super().__init__()
        self._load_name = f"community.qualys.test_{next(_numbers)}"
        constants.config.initialize_plugin_configuration_definitions("lookup", self._load_name, documented())

    @property
    def plugin_type(self) -> str:
        return "lookup"

    def run(self, terms: t.Any, variables: t.Any = None, **kwargs: t.Any) -> list[t.Any]:
        raise NotImplementedError


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for option in CONNECTION_OPTIONS.values():
        monkeypatch.delenv(option.env, raising=False)


def connected(
    direct: Mapping[str, t.Any],
    variables: Mapping[str, t.Any] | None = None,
    template: Callable[[t.Any], t.Any] = lambda value: value,
) -> Connection:
    plugin = Plugin()
    read_options(plugin, direct, variables or {}, template)
    return connection_of(plugin)


class TestDocumentation:
    @pytest.mark.parametrize("name", NAMES)
    def test_an_option_names_its_variable_and_its_environment(self, name: str) -> None:
        option = documented()[name]
        env = CONNECTION_OPTIONS[name].env if name in CONNECTION_OPTIONS else ""
        assert option.get("env", []) == ([{"name": env}] if env else [])
        assert option["vars"] == [{"name": variable_of(name)}]
        assert option["description"]
        assert option["type"] == argument_spec(lambda: None)[name]["type"]

    def test_there_are_no_others(self) -> None:
        fragment = yaml.safe_load(connection_plugin.ModuleDocFragment.DOCUMENTATION)["options"]
        assert set(fragment) == set(NAMES) == set(argument_spec(lambda: None))

    def test_a_lookup_reads_a_copy_unless_it_is_told_otherwise(self) -> None:
        options = documented()
        assert options["max_age"]["default"] == 600
        assert options["full_sync_every"]["default"] == freshness_options()["full_sync_every"]["default"]

    def test_the_lookup_has_the_choices_of_the_library(self) -> None:
        options = documented()
        assert tuple(options["by"]["choices"]) == IDENTITY_KINDS
        assert tuple(options["includes"]["choices"]) == INCLUDES


class TestSources:
    def test_defaults_are_those_of_the_modules(self) -> None:
        found = connected(CREDENTIALS)
        assert (found.timeout, found.retries, found.max_wait) == (60.0, 4, 3900.0)
        assert (found.verify, found.use_proxy, found.token_cache) == (True, True, True)

    def test_given_wins_over_variable_wins_over_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("QUALYS_TIMEOUT", "1")
        assert connected(CREDENTIALS).timeout == 1
        assert connected(CREDENTIALS, {"qualys_timeout": "2"}).timeout == 2
        assert connected({**CREDENTIALS, "timeout": 3}, {"qualys_timeout": "2"}).timeout == 3

    @pytest.mark.parametrize("name", NAMES)
    def test_every_option_is_read_from_its_variable(self, name: str) -> None:
        values = {"bool": True, "float": 5.0, "int": 5, "dict": {"token": "a"}, "path": "/a", "str": "v2"}
        option_type = argument_spec(lambda: None)[name]["type"]
        value = "user" if name == "client_type" else values[option_type]
        plugin = Plugin()
        read_options(plugin, {}, {variable_of(name): value}, lambda given: given)
        assert plugin.get_option(name) == value

    def test_variables_are_templated_and_no_others_are_read(self) -> None:
        seen: list[t.Any] = []

        def template(value: t.Any) -> t.Any:
            seen.append(value)
            return "us2" if value == "{{ mine }}" else value

        variables = {"qualys_platform": "{{ mine }}", "qualys_something": "{{ else }}", "other": "{{ else }}"}
        found = connected({"username": "somebody", "password": "{{ as it is }}"}, variables, template)
        assert seen == ["{{ mine }}"]
        assert found.gateway_url == connected({**CREDENTIALS, "platform": "us2"}).gateway_url
        assert found.credentials.password == "{{ as it is }}"

    def test_what_ansible_wraps_values_in_does_not_reach_the_library(self) -> None:
        # Newer versions of ansible-core wrap every value themselves.
        variables = {"qualys_proxy": wrap_var("http://proxy")}
        found = connected({**CREDENTIALS, "username": wrap_var("somebody")}, variables)
        assert {found.credentials.username.__class__, found.proxy.__class__} == {str}

    def test_auth_brings_gateway_and_token(self) -> None:
        auth = {"gateway_url": "https://gateway.example.com", "token": SECRET, "username": "somebody"}
        for found in (connected({"auth": auth}), connected({}, {"qualys_auth": auth})):
            assert (found.gateway_url, found.credentials.token) == ("https://gateway.example.com", SECRET)


class TestErrors:
    @pytest.mark.parametrize(
        ("direct", "words"),
        [
            ({"platfrom": "us1"}, "no option platfrom. Did you mean platform?"),
            ({"timeout": "soon"}, "timeout"),
            ({"api_version": "v9"}, "v9"),
            ({"auth": {}, "platform": "us1"}, "no complete Qualys credentials"),
            ({"auth": {"token": "a"}}, "auth has no gateway_url or no token"),
            ({"auth": {"token": ["a"], "gateway_url": "https://x"}}, "auth has no gateway_url or no token"),
            ({"username": "a", "password": "b"}, "which Qualys platform"),
        ],
    )
    def test_they_tell_what_is_wrong(self, direct: dict[str, t.Any], words: str) -> None:
        with pytest.raises(CertViewError, match=words.replace("?", r"\?")) as raised:
            connected(direct)
        assert raised.value.kind == "options"

    @pytest.mark.parametrize("auth", [SECRET, [SECRET], [{"token": SECRET}]])
    def test_they_show_no_secret(self, auth: t.Any) -> None:
        for direct, variables in (({"auth": auth}, {}), ({}, {"qualys_auth": auth})):
            with pytest.raises(CertViewError) as raised:
                connected(direct, variables)
            assert "auth" in str(raised.value)
            assert SECRET not in str(raised.value)
            assert raised.value.__cause__ is None
            assert raised.value.__suppress_context__
