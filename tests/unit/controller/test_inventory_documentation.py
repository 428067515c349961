# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation of the inventory plugin, held against what reads its options and what it tells."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

import pytest
import yaml
from ansible.vars.reserved import get_reserved_names
from ansible_collections.community.qualys.plugins.action.certview_audit import OPTIONS as AUDIT_OPTIONS
from ansible_collections.community.qualys.plugins.doc_fragments.listing import ModuleDocFragment as Listing
from ansible_collections.community.qualys.plugins.doc_fragments.matching import ModuleDocFragment as Matching
from ansible_collections.community.qualys.plugins.inventory import certview
from ansible_collections.community.qualys.plugins.module_utils._match_options import DEFAULT_OPTIONS
from ansible_collections.community.qualys.plugins.module_utils._report.inventory import (
    DETAILS,
    LASTING_GROUPS,
    OWN_WORDS,
    host_entries,
)
from ansible_collections.community.qualys.plugins.plugin_utils._auditing import MATCHING
from ansible_collections.community.qualys.plugins.plugin_utils._inventory_assets import HOSTNAMES, AssetNotes, Reach
from ansible_collections.community.qualys.plugins.plugin_utils._inventory_selection import CONDITIONS, FILTERS
from unit.audit.estates import asset, audited, record

DOCUMENTATION: dict[str, t.Any] = yaml.safe_load(certview.DOCUMENTATION)
OWN: dict[str, t.Any] = DOCUMENTATION["options"]
MATCHING_OPTIONS: dict[str, t.Any] = yaml.safe_load(Matching.DOCUMENTATION)["options"]
ASKED: dict[str, t.Any] = {
    **yaml.safe_load(Listing.WHERE)["options"],
    **yaml.safe_load(Listing.CONDITIONS)["options"],
}

_COMPARED = ("type", "elements", "choices", "default")


def compared(option: Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {key: option.get(key) for key in _COMPARED}


def variables() -> dict[str, t.Any]:
    """Return all variables that a host may be given."""
    records = [record("aa", [asset()])]
    notes = AssetNotes()
    list(notes.noted(records))
    ((_name, entry),) = host_entries(audited(records, {"web": ["10.0.0.1"]}), "json")
    return {**notes.assets[1].variables(1, Reach(DEFAULT_OPTIONS)), **entry.variables}


def test_matching_is_that_of_the_audit() -> None:
    assert set(MATCHING_OPTIONS) == {*MATCHING, "resolve_names", "resolve_timeout"}
    for name, option in MATCHING_OPTIONS.items():
        assert compared(option) == compared(AUDIT_OPTIONS[name]), name


@pytest.mark.parametrize("name", sorted(CONDITIONS))
def test_a_condition_is_documented_as_it_is_read(name: str) -> None:
    assert name not in OWN
    assert compared(ASKED[name]) == compared(CONDITIONS[name])
    for filters in FILTERS:
        assert filters == "exclude_filters" or f"O({name})" in "".join(OWN[filters]["description"])


def test_choices_are_those_that_there_are() -> None:
    assert list(OWN["details"]["choices"]) == list(DETAILS)
    assert OWN["hostnames"]["choices"] == OWN["hostnames"]["default"] == list(HOSTNAMES)


def test_every_variable_and_lasting_group_is_told_of() -> None:
    told = str(DOCUMENTATION["description"]) + str(OWN)
    of_audit = [name for name in variables() if name in OWN_WORDS or name.endswith(("_count", "_remaining"))]
    assert [name for name in of_audit if f"C({name})" not in told] == []
    statuses = [group for group in LASTING_GROUPS if "severity" not in group]
    assert [group for group in statuses if f"V({group})" not in told] == []


def test_no_name_that_ansible_keeps_to_itself_is_ever_set() -> None:
    assert set(variables()).isdisjoint(get_reserved_names())
    assert set(variables()) > OWN_WORDS


def test_the_examples_have_no_other_options_than_there_are() -> None:
    known = {*OWN, *ASKED, *MATCHING_OPTIONS, "platform", "username", "policy", "groups", "keyed_groups"}
    known |= {"cache_plugin", "cache_connection", "cache_timeout"}
    examples = list(yaml.safe_load_all(certview.EXAMPLES))
    assert len(examples) == 3
    for example in examples:
        assert example["plugin"] == certview.InventoryModule.NAME
        assert set(example) <= known
