# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleError
from ansible_collections.community.qualys.plugins.plugin_utils._hosts import host_identities


@pytest.fixture
def told() -> list[str]:
    return []


def identities(
    told: list[str], variables: dict[str, t.Any], template: t.Callable[[str, t.Any], t.Any] | None = None
) -> list[str]:
    def untouched(host: str, value: t.Any) -> t.Any:
        raise AssertionError(f"{value!r} is no template")

    return host_identities({"web01": variables}.__getitem__, ["web01"], template or untouched, told.append)["web01"]


def test_a_host_without_variables_is_known_by_its_name(told: list[str]) -> None:
    assert identities(told, {}) == ["web01"]
    assert told == []


def test_what_tells_most_comes_first_and_nothing_twice(told: list[str]) -> None:
    facts = {
        "default_ipv4": {"address": "192.0.2.1"},
        "default_ipv6": {},
        "all_ipv4_addresses": ["192.0.2.1", "192.0.2.2"],
        "all_ipv6_addresses": ["2001:db8::1"],
        "fqdn": "web01.example.com",
        "hostname": "web01",
    }
    variables = {"certview_addresses": ["203.0.113.1"], "ansible_host": "192.0.2.1", "ansible_facts": facts}
    assert identities(told, variables) == [
        *("203.0.113.1", "192.0.2.1", "web01", "192.0.2.2", "2001:db8::1", "web01.example.com"),
    ]


@pytest.mark.parametrize(
    "facts", [None, 7, [], {"default_ipv4": None, "all_ipv4_addresses": [None, 3, ""], "fqdn": {"a": 1}}]
)
def test_facts_of_any_shape_do_no_harm(told: list[str], facts: t.Any) -> None:
    assert identities(told, {"ansible_facts": facts}) == ["web01"]
    assert told == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("192.0.2.1", ["192.0.2.1"]),
        ("192.0.2.1, 192.0.2.2", ["192.0.2.1", "192.0.2.2"]),
        (["192.0.2.1", "vip.example.com"], ["192.0.2.1", "vip.example.com"]),
        ("", []),
        (None, []),
        ([], []),
    ],
)
def test_addresses_may_be_one_or_several(told: list[str], value: t.Any, expected: list[str]) -> None:
    assert identities(told, {"certview_addresses": value}) == [*expected, "web01"]
    assert told == []


@pytest.mark.parametrize("value", ["192.0.2.1:443", "999.1.1.1", "https://web01/", 7, {"ip": "192.0.2.1"}])
def test_a_slip_is_told_and_not_taken_for_a_host_that_nobody_scanned(told: list[str], value: t.Any) -> None:
    assert identities(told, {"certview_addresses": [value, "192.0.2.2"]}) == ["192.0.2.2", "web01"]
    assert identities([], {"certview_addresses": value}) == ["web01"]
    assert len(told) == 1
    assert "web01" in told[0]
    assert "certview_addresses" in told[0]


@pytest.mark.parametrize("value", ["{{ address }}", ["{{ address }}"], "{% if x %}{% endif %}"])
def test_templates_are_resolved_for_the_host(told: list[str], value: t.Any) -> None:
    asked = []

    def template(host: str, given: t.Any) -> t.Any:
        asked.append((host, given))
        return ["192.0.2.9"]

    assert identities(told, {"ansible_host": value}, template) == ["192.0.2.9", "web01"]
    assert asked == [("web01", value)]


def test_a_template_that_fails_is_told(told: list[str]) -> None:
    def template(host: str, given: t.Any) -> t.Any:
        raise AnsibleError("'address' is undefined")

    assert identities(told, {"ansible_host": "{{ address }}"}, template) == ["web01"]
    assert len(told) == 1
    assert "'address' is undefined" in told[0]
