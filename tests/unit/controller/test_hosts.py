# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleError
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._matching import Identities
from ansible_collections.community.qualys.plugins.plugin_utils._hosts import (
    HostFacts,
    given_hosts,
    host_facts,
    names_of,
    variables_in_play,
    with_variables,
)

Template = t.Callable[[str, t.Any], t.Any]


@pytest.fixture
def told() -> list[str]:
    return []


def facts(told: list[str], variables: dict[str, t.Any], template: Template | None = None) -> HostFacts:
    def untouched(host: str, value: t.Any) -> t.Any:
        raise AssertionError(f"{value!r} is no template")

    return host_facts({"web01": variables}.__getitem__, ["web01"], template or untouched, told.append)["web01"]


def own(told: list[str], variables: dict[str, t.Any], template: Template | None = None) -> list[str]:
    return list(facts(told, variables, template).identities.own)


def claimed(told: list[str], value: t.Any, template: Template | None = None) -> list[str]:
    return list(facts(told, {"certview_addresses": value}, template).identities.claimed)


def test_a_host_without_variables_is_known_by_its_name(told: list[str]) -> None:
    assert facts(told, {}) == HostFacts(Identities(("web01",)), ("all",))
    assert told == []


GATHERED = {
    "default_ipv4": {"address": "192.0.2.1"},
    "default_ipv6": {},
    "all_ipv4_addresses": ["192.0.2.1", "192.0.2.2"],
    "all_ipv6_addresses": ["2001:db8::1"],
    "fqdn": "web01.example.com",
    "hostname": "web01",
}


def test_what_tells_most_comes_first_and_nothing_twice(told: list[str]) -> None:
    expected = ("192.0.2.1", "web01", "192.0.2.2", "2001:db8::1", "web01.example.com")
    variables = {"certview_addresses": ["203.0.113.1"], "ansible_host": "192.0.2.1", "ansible_facts": GATHERED}
    assert facts(told, variables).identities == Identities(expected, ("203.0.113.1",))
    as_variables = {f"ansible_{name}": fact for name, fact in GATHERED.items()}
    assert facts(told, {"ansible_host": "192.0.2.1", **as_variables}).identities.own == expected


@pytest.mark.parametrize(
    "gathered",
    [None, 7, [], {"default_ipv4": None, "all_ipv4_addresses": [None, 3, "", [["192.0.2.1"]]], "fqdn": {"a": 1}}],
)
def test_facts_of_any_shape_do_no_harm(told: list[str], gathered: t.Any) -> None:
    assert own(told, {"ansible_facts": gathered}) == ["web01"]
    assert told == []


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"public_ip_address": "203.0.113.1", "private_ip_address": "10.0.0.1"}, ["10.0.0.1", "203.0.113.1"]),
        (
            {
                "network_interfaces": [
                    {
                        "private_ip_addresses": [
                            {"private_ip_address": "10.0.0.1", "association": {"public_ip": "203.0.113.1"}},
                            {"private_ip_address": "10.0.0.2"},
                        ],
                        "ipv6_addresses": [{"ipv6_address": "2001:db8::1"}],
                    },
                ],
                "private_dns_name": "ip-10-0-0-1.ec2.internal",
                "public_dns_name": "",
            },
            ["10.0.0.1", "10.0.0.2", "203.0.113.1", "2001:db8::1", "ip-10-0-0-1.ec2.internal"],
        ),
        (
            {"public_ipv4_addresses": ["203.0.113.1"], "private_ipv4_addresses": ["10.0.0.1", "10.0.0.2"]},
            ["10.0.0.1", "10.0.0.2", "203.0.113.1"],
        ),
        (
            {"networkInterfaces": [{"networkIP": "10.0.0.1", "accessConfigs": [{"natIP": "203.0.113.1"}, {}]}, {}]},
            ["10.0.0.1", "203.0.113.1"],
        ),
        (
            {"primary_ip4": "10.0.0.1", "primary_ip6": "2001:db8::1", "primary_ip": "2001:db8::1"},
            ["10.0.0.1", "2001:db8::1"],
        ),
        ({"primary_ip4": {"address": "10.0.0.1/24", "id": 7}, "primary_ip": None}, ["10.0.0.1/24"]),
        (
            {"guest": {"ipAddress": "10.0.0.1", "hostName": "vm1.example.com", "net": [{"ipAddress": ["10.0.0.2"]}]}},
            ["10.0.0.1", "10.0.0.2", "vm1.example.com"],
        ),
        ({"guest.ipAddress": "10.0.0.1", "guest.hostName": "vm1"}, ["10.0.0.1", "vm1"]),
        # Variables of these names may be something else.
        ({"guest": "yes", "primary_ip": "eth0", "networkInterfaces": 4, "public_ip_address": True}, []),
        ({"private_ip_address": "{{ elsewhere }}", "guest": {"ipAddress": {}}}, []),
    ],
)
def test_what_clouds_and_databases_tell(told: list[str], variables: dict[str, t.Any], expected: list[str]) -> None:
    assert own(told, variables) == ["web01", *expected]
    assert told == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("192.0.2.1", ["192.0.2.1"]),
        ("192.0.2.1, 192.0.2.0/28", ["192.0.2.1", "192.0.2.0/28"]),
        (["192.0.2.1", "vip.example.com", "2001:db8::/64"], ["192.0.2.1", "vip.example.com", "2001:db8::/64"]),
        (["192.0.2.1", "192.0.2.1", "localhost"], ["192.0.2.1"]),
        ("", []),
        (None, []),
        ([], []),
    ],
)
def test_addresses_may_be_one_or_several(told: list[str], value: t.Any, expected: list[str]) -> None:
    assert claimed(told, value) == expected
    assert told == []


@pytest.mark.parametrize(
    "value",
    [
        "192.0.2.1:443",
        "999.1.1.1",
        "https://web01/",
        7,
        {"ip": "192.0.2.1"},
        "51.124.XX.247",
        "0.0.0.0/0",
        "10.0.0.0/33",
    ],
)
def test_a_slip_is_told_and_not_taken_for_a_host_that_nobody_scanned(told: list[str], value: t.Any) -> None:
    assert claimed(told, [value, "192.0.2.2"]) == ["192.0.2.2"]
    assert claimed([], value) == []
    assert len(told) == 1
    assert "web01" in told[0]
    assert repr(value) in told[0]
    assert "certview_addresses" in told[0]


@pytest.mark.parametrize("value", ["{{ address }}", ["{{ address }}"], "{% if x %}{% endif %}"])
def test_templates_are_resolved_for_the_host(told: list[str], value: t.Any) -> None:
    asked = []

    def template(host: str, given: t.Any) -> t.Any:
        asked.append((host, given))
        return ["192.0.2.9"]

    assert own(told, {"ansible_host": value}, template) == ["192.0.2.9", "web01"]
    assert claimed(told, value, template) == ["192.0.2.9"]
    assert asked == [("web01", value)] * 2


def failing(host: str, given: t.Any) -> t.Any:
    raise AnsibleError("'address' is undefined")


def test_a_template_that_fails_is_told(told: list[str]) -> None:
    assert own(told, {"ansible_host": "{{ address }}"}, failing) == ["web01"]
    assert len(told) == 1
    assert "'address' is undefined" in told[0]


def test_groups_and_policy_are_told(told: list[str]) -> None:
    policy = {"thresholds": {"warn_days": 60}}
    found = facts(told, {"group_names": ["dmz", "web"], "certview_policy": policy})
    assert found.groups == ("all", "dmz", "web")
    assert found.policy is policy


def test_a_policy_is_templated_however_deep_the_template_lies(told: list[str]) -> None:
    deep = {"exceptions": [{"reason": "{{ why }}"}]}
    assert facts(told, {"certview_policy": deep}, lambda host, given: (host, given)).policy == ("web01", deep)


def test_a_policy_that_cannot_be_read_is_not_replaced_by_another_one(told: list[str]) -> None:
    with pytest.raises(CertViewError, match="certview_policy of host web01 cannot be templated") as caught:
        facts(told, {"certview_policy": "{{ mine }}"}, failing)
    assert caught.value.kind == "policy"


def none_asked(name: str) -> dict[str, t.Any]:
    raise AssertionError(f"{name} must not be asked of")


def test_what_play_and_task_say_to_every_host_costs_no_other_question() -> None:
    hosts: dict[str, dict[str, t.Any]] = {"a": {"group_names": []}, "b": {"certview_policy": {"profile": "nist-pqc"}}}
    everywhere = {"certview_policy": {"profile": "nist-pqc"}, "ansible_host": "{{ inventory_hostname }}.example"}
    variables_of = variables_in_play(hosts.__getitem__, everywhere, none_asked)
    assert variables_of("a") == {"group_names": [], **everywhere}
    assert variables_of("b") == everywhere
    assert "ansible_host" not in hosts["b"]


@pytest.mark.parametrize("variable", ["ansible_host", "certview_addresses", "certview_policy"])
def test_where_host_and_play_differ_ansible_is_asked_which_counts(variable: str) -> None:
    hosts = {"a": {variable: "of the host"}, "b": {variable: None}, "c": {}}
    seen = {variable: "what counts"}
    variables_of = variables_in_play(hosts.__getitem__, {variable: "of the play"}, lambda name: seen)
    assert [variables_of(name)[variable] for name in hosts] == ["what counts", "what counts", "of the play"]


def test_other_variables_of_a_play_are_not_looked_at() -> None:
    of_host = {"a": {"site": "one"}}.__getitem__
    assert variables_in_play(of_host, {"site": "two", "group_names": ["x"]}, none_asked)("a") == {"site": "one"}


def test_a_play_that_says_something_else_to_each_host_is_asked_for_each() -> None:
    assert variables_in_play(none_asked, None, {"a": {"site": "one"}}.__getitem__)("a") == {"site": "one"}


def test_the_names_of_a_host() -> None:
    known = Identities(("192.0.2.1", "Web01.example.com.", "web01"), ("vip.example.com", "192.0.2.0/28", "WEB01"))
    assert names_of(known) == ("web01.example.com", "web01", "vip.example.com")


def test_hosts_can_be_listed(told: list[str]) -> None:
    given = {"a": "192.0.2.1", "b": ["192.0.2.2", "b.example"], "c": [], "d": ["999.1.1.1", "51.124.XX.247"]}
    hosts = given_hosts(given, told.append)
    assert {name: host.identities.own for name, host in hosts.items()} == {
        "a": ("192.0.2.1",),
        "b": ("192.0.2.2", "b.example"),
        "c": (),
        "d": (),
    }
    assert [line.split(" is matched without ")[1] for line in told] == [
        "'999.1.1.1' of hosts, which is no address and no name.",
        "'51.124.XX.247' of hosts, which is no address and no name.",
    ]


def test_listed_hosts_are_what_the_inventory_tells_but_for_their_addresses(told: list[str]) -> None:
    given = {"a": HostFacts(Identities(("192.0.2.1",))), "b": HostFacts(Identities(("192.0.2.2",)))}
    policy = {"profile": "{{ mine }}"}
    variables = {
        "ansible_host": "{{ undefined }}",
        "default_ipv4": {"address": "10.0.0.1"},
        "certview_addresses": ["203.0.113.1", "999.1.1.1"],
        "certview_policy": policy,
        "group_names": ["web"],
    }
    hosts = with_variables(
        given, {"a": variables}.__getitem__, {"a", "c"}, lambda host, value: (host, value), told.append
    )
    assert hosts == {
        "a": HostFacts(Identities(("192.0.2.1",), ("203.0.113.1",)), ("all", "web"), ("a", policy)),
        "b": given["b"],
    }
    assert told == ["Host a is matched without '999.1.1.1' of certview_addresses, which is no address and no name."]


def test_a_listed_host_is_not_judged_by_another_policy_than_its_own(told: list[str]) -> None:
    variables = {"web1": {"certview_policy": "{{ mine }}"}}.__getitem__
    given = {"web1": HostFacts(Identities(("192.0.2.1",)))}
    with pytest.raises(CertViewError, match="certview_policy of host web1 cannot be templated"):
        with_variables(given, variables, given, failing, told.append)


@pytest.mark.parametrize("value", [7, None, {"ip": "192.0.2.1"}, [["192.0.2.1"]], [None]])
def test_hosts_are_lists_of_texts(told: list[str], value: t.Any) -> None:
    with pytest.raises(CertViewError, match="hosts says of web1 ") as caught:
        given_hosts({"web1": value}, told.append)
    assert caught.value.kind == "options"
