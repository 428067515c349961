# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation is written by hand; these tests hold it against the tables that the code uses."""

from __future__ import annotations

import typing as t

import pytest
import yaml
from ansible_collections.community.qualys.plugins.action import certview_audit as audit_action
from ansible_collections.community.qualys.plugins.doc_fragments.connection import ModuleDocFragment
from ansible_collections.community.qualys.plugins.doc_fragments.freshness import ModuleDocFragment as FreshnessFragment
from ansible_collections.community.qualys.plugins.doc_fragments.listing import ModuleDocFragment as ListingFragment
from ansible_collections.community.qualys.plugins.doc_fragments.matching import ModuleDocFragment as MatchingFragment
from ansible_collections.community.qualys.plugins.doc_fragments.policy import ModuleDocFragment as PolicyFragment
from ansible_collections.community.qualys.plugins.module_utils._freshness import freshness_options
from ansible_collections.community.qualys.plugins.module_utils._options import CONNECTION_OPTIONS, argument_spec
from ansible_collections.community.qualys.plugins.module_utils._platforms import GATEWAYS
from ansible_collections.community.qualys.plugins.modules import (
    certview_audit,
    certview_auth,
    certview_certificate_info,
)

FRAGMENT = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
FRESHNESS = yaml.safe_load(FreshnessFragment.DOCUMENTATION)["options"]
MATCHING = yaml.safe_load(MatchingFragment.DOCUMENTATION)["options"]
POLICY = yaml.safe_load(PolicyFragment.DOCUMENTATION)["options"]
AUTH = yaml.safe_load(certview_auth.DOCUMENTATION)["options"]
AUDIT = yaml.safe_load(certview_audit.DOCUMENTATION)["options"]
LISTING = [
    yaml.safe_load(each)["options"]
    for each in (ListingFragment.DOCUMENTATION, ListingFragment.WHERE, ListingFragment.CONDITIONS)
]
OWN_INFO = yaml.safe_load(certview_certificate_info.DOCUMENTATION)["options"]
INFO = {name: option for options in (*LISTING, OWN_INFO) for name, option in options.items()}


def words(option: t.Mapping[str, t.Any]) -> str:
    description = option["description"]
    return description if isinstance(description, str) else " ".join(description)


def shape(option: t.Mapping[str, t.Any], inner: str) -> dict[str, t.Any]:
    told = {key: option.get(key) for key in ("type", "default", "elements", "required")}
    told["choices"] = list(option["choices"]) if option.get("choices") else None
    told["inner"] = {name: shape(each, inner) for name, each in option.get(inner, {}).items()}
    return told


def documented(options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {name: shape(option, "suboptions") for name, option in options.items()}


def used(spec: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {name: shape(entry, "options") for name, entry in spec.items()}


def test_the_fragment_documents_the_connection_options_as_they_are() -> None:
    assert documented(FRAGMENT) == used(argument_spec(lambda: None))


def test_the_fragment_documents_how_old_records_may_be_as_it_is() -> None:
    assert documented(FRESHNESS) == used(freshness_options())


def test_the_module_documents_its_options_as_they_are() -> None:
    assert all(OWN_INFO.keys().isdisjoint(options) for options in LISTING)
    assert documented({**INFO, **FRESHNESS}) == used(certview_certificate_info.OPTIONS)


def test_the_audit_documents_its_options_as_they_are() -> None:
    assert documented({**AUDIT, **FRESHNESS, **MATCHING, **POLICY}) == used(audit_action.OPTIONS)


def test_the_login_documents_its_one_option() -> None:
    assert documented(AUTH) == used({"refresh": {"type": "bool", "default": False}})


@pytest.mark.parametrize("name", sorted(CONNECTION_OPTIONS))
def test_an_option_names_its_environment_variable_and_no_other(name: str) -> None:
    env = CONNECTION_OPTIONS[name].env
    named = {word.split(")")[0] for word in words(FRAGMENT[name]).split("E(")[1:]}
    assert {variable for variable in named if variable.startswith("QUALYS_")} == ({env} if env else set())
    assert env in ("", f"QUALYS_{name.upper()}", "QUALYS_CERTVIEW_API_VERSION")


def test_every_platform_is_listed() -> None:
    listed = [word.split(")")[0] for word in words(FRAGMENT["platform"]).split("V(")[1:]]
    assert listed == list(GATEWAYS)


@pytest.mark.parametrize("option", [*FRAGMENT.values(), *FRESHNESS.values(), *AUTH.values(), *INFO.values()])
def test_every_option_is_described(option: t.Mapping[str, t.Any]) -> None:
    assert words(option).strip().endswith(".")
    assert all(words(inner) for inner in option.get("suboptions", {}).values())
