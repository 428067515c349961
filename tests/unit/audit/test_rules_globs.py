# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How names match the patterns that a user wrote."""

from __future__ import annotations

import fnmatch

import pytest
from ansible_collections.community.qualys.plugins.module_utils._rules.globs import matches_any
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("corp*", "Corp Issuing CA", True),
        ("CORP ISSUING CA ?", "Corp Issuing CA 1", True),
        ("Corp", "Corp Issuing CA", False),
        ("*CA", "Corp CA 1", False),
        ("Straße*", "STRASSE 1", True),
        ("CA [12]", "CA 2", True),
        ("CA [z-a]", "ca [z-a]", True),
        ("CA [z-a]", "ca z", False),
        ("Example [EU] Ltd", "EXAMPLE [EU] LTD", True),
        ("Example [EU] Ltd", "Example E Ltd", True),
        (" Corp ", "corp", True),
        ("Corp", "  Corp", True),
        ("*", "", True),
    ],
)
def test_globs(pattern: str, name: str, expected: bool) -> None:
    assert matches_any((pattern,), [name]) is expected
    assert matches_any(("y", pattern), ["x", name]) is expected


def test_of_a_glob_of_which_an_older_python_makes_no_expression_the_letters_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fnmatch, "translate", lambda pattern: f"(?s:{pattern})")
    assert matches_any(("older [z-a]",), ["older z"]) is False
    assert matches_any(("older [z-a]",), ["Older [Z-A]"]) is True
    assert matches_any(("older [z-a]", "older [a-z]"), ["older z"]) is True


def test_no_glob_matches_nothing() -> None:
    assert matches_any((), ["x", ""]) is False
    assert matches_any(("*",), []) is False


@given(patterns=st.lists(st.text(alphabet="a[]!-z*?\\\n(|") | st.text(), max_size=4).map(tuple), name=st.text())
def test_any_pattern_is_a_glob_and_matches_itself(patterns: tuple[str, ...], name: str) -> None:
    assert matches_any(patterns, [name]) is any(matches_any((pattern,), [name]) for pattern in patterns)
    assert matches_any((*patterns, "*"), [name])
    assert matches_any((*patterns, name), [name.upper()]) or name.upper().casefold() != name.casefold()
    assert matches_any(iter(patterns), iter(patterns)) is bool(patterns)
