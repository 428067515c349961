# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from ansible_collections.community.qualys.plugins.module_utils._policy import load_policy
from ansible_collections.community.qualys.plugins.module_utils._rules.profiles import PROFILES
from ansible_collections.community.qualys.plugins.module_utils._rules.registry import RULES
from support.policy_docs import DOCUMENTS, FRAGMENT, GUIDE, ROOT

EXAMPLES = re.findall(r"^```yaml\n(.*?)^```$", (ROOT / "docs" / "policy.md").read_text(), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_what_is_documented_is_what_is_judged(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == DOCUMENTS[path](), "write it anew with: make rules"


@pytest.mark.parametrize("path", [GUIDE, FRAGMENT], ids=lambda path: path.name)
def test_every_rule_and_profile_is_documented(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [name for name in (*RULES, *PROFILES) if name not in text] == []
    assert [rule.id for rule in RULES.values() if rule.title not in text] == []


def test_the_examples_of_the_guide_to_policies_are_policies() -> None:
    policies = [policy for example in EXAMPLES for policy in yaml.safe_load(example).values()]
    base = load_policy("baseline")
    assert len(policies) >= 4
    assert all(load_policy(policy) != base for policy in policies)
