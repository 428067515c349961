# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation of the modules for the other endpoints, held against the options that they use."""

from __future__ import annotations

import typing as t
from types import ModuleType

import pytest
import yaml
from ansible_collections.community.qualys.plugins.doc_fragments.connection import ModuleDocFragment as Connection
from ansible_collections.community.qualys.plugins.doc_fragments.listing import ModuleDocFragment as Listing
from ansible_collections.community.qualys.plugins.modules import (
    certview_asset_info,
    certview_certificate_import,
    certview_external_site,
    certview_external_site_info,
    certview_instance_info,
)
from unit.client.test_documentation import documented, used, words

MODULES: dict[str, ModuleType] = {
    module.__name__.rpartition(".")[2]: module
    for module in (
        certview_asset_info,
        certview_certificate_import,
        certview_external_site,
        certview_external_site_info,
        certview_instance_info,
    )
}
FRAGMENTS = {
    "community.qualys.listing": yaml.safe_load(Listing.DOCUMENTATION),
    "community.qualys.listing.where": yaml.safe_load(Listing.WHERE),
}
ATTRIBUTES = {
    "community.qualys.connection.attributes": yaml.safe_load(Connection.ATTRIBUTES),
    "community.qualys.connection.attributes_info": yaml.safe_load(Connection.ATTRIBUTES_INFO),
}


def options_of(module: ModuleType) -> dict[str, t.Any]:
    """The options that the documentation of *module* shows, besides those of the connection."""
    own = yaml.safe_load(module.DOCUMENTATION)
    options = dict(own["options"])
    for name in own["extends_documentation_fragment"]:
        options.update(FRAGMENTS.get(name, {}).get("options", {}))
    return options


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES.keys())
def test_a_module_documents_its_options_as_they_are(module: ModuleType) -> None:
    assert documented(options_of(module)) == used(module.OPTIONS)


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES.keys())
def test_every_option_is_described(module: ModuleType) -> None:
    for option in options_of(module).values():
        assert words(option).strip().endswith(".")
        assert all(words(inner) for inner in option.get("suboptions", {}).values())


@pytest.mark.parametrize("module", MODULES.values(), ids=MODULES.keys())
def test_only_those_that_change_something_promise_a_diff(module: ModuleType) -> None:
    (name,) = set(yaml.safe_load(module.DOCUMENTATION)["extends_documentation_fragment"]) & set(ATTRIBUTES)
    promised = ATTRIBUTES[name]["attributes"]["diff_mode"]["support"]
    assert promised == ("full" if "diff" in yaml.safe_load(module.RETURN) else "N/A")
