# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ipaddress

import pytest
from ansible_collections.community.qualys.plugins.module_utils._networks import NetworkMap, Translation, varying_bits
from hypothesis import given
from hypothesis import strategies as st

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def spelt(network: Network) -> str:
    return str(network.network_address if network.prefixlen == network.max_prefixlen else network)


# Few different bits, so that networks hold each other and addresses lie in them.
NUMBERS = st.builds(lambda high, low: high << 28 | low, st.integers(0, 1), st.integers(0, 3))
ADDRESSES = st.one_of(
    st.builds(ipaddress.IPv4Address, NUMBERS), st.builds(lambda n: ipaddress.IPv6Address(0x2001 << 112 | n), NUMBERS)
)
NETWORKS = st.builds(
    lambda address, short_by: ipaddress.ip_network((address, address.max_prefixlen - short_by), strict=False),
    ADDRESSES,
    st.sampled_from([0, 0, 1, 2, 28, 31]),
)


@given(st.sets(NETWORKS), ADDRESSES)
def test_an_address_lies_in_the_networks_that_hold_it_the_narrowest_first(
    networks: set[Network], address: ipaddress.IPv4Address
) -> None:
    entries = NetworkMap({spelt(network): network for network in networks})
    found = entries.holding(str(address))
    assert set(found) == {network for network in networks if address in network}
    assert [network.prefixlen for network in found] == sorted((network.prefixlen for network in found), reverse=True)


@pytest.mark.parametrize(
    ("text", "bits"), [("10.0.0.1", 0), ("10.0.0.0/28", 4), ("2001:db8::", 0), ("2001:db8::/64", 64)]
)
def test_the_size_of_a_network(text: str, bits: int) -> None:
    assert varying_bits(text) == bits


@pytest.mark.parametrize(
    ("outside", "inside"),
    [
        ("203.0.113.0", "10.0.0.0"),
        ("203.0.113.200", "10.0.0.200"),
        ("203.0.113.7", "192.168.0.1"),
        ("198.51.100.1", "2001:db8::1"),
        ("2001:db8:5::9", "10.9.0.9"),
        ("2001:db8:5:1::9", "2001:db8:5:1::9"),
        ("203.0.114.1", "203.0.114.1"),
    ],
)
def test_translations(outside: str, inside: str) -> None:
    translation = Translation(
        {
            "203.0.113.0/24": "10.0.0.0/24",
            "203.0.113.7": "192.168.0.1",
            "198.51.100.1": "2001:db8::1",
            "2001:db8:5::/124": "10.9.0.0/28",
        }
    )
    assert translation.inside(outside) == inside


@given(st.sets(NETWORKS), ADDRESSES)
def test_a_translation_into_itself_changes_nothing(networks: set[Network], address: ipaddress.IPv4Address) -> None:
    assert Translation({spelt(network): spelt(network) for network in networks}).inside(str(address)) == str(address)


@given(NETWORKS, NETWORKS, ADDRESSES)
def test_a_translation_back_leads_back(outside: Network, inside: Network, address: ipaddress.IPv4Address) -> None:
    if outside.num_addresses != inside.num_addresses:
        return
    there, back = Translation({spelt(outside): spelt(inside)}), Translation({spelt(inside): spelt(outside)})
    found = ipaddress.ip_address(there.inside(str(address)))
    assert (found in inside) or found == address
    if address in outside:
        assert back.inside(str(found)) == str(address)


@given(NETWORKS, ADDRESSES)
def test_a_network_is_translated_as_each_of_its_addresses_would_be(
    outside: Network, address: ipaddress.IPv4Address
) -> None:
    if address not in outside:
        return
    inside = ipaddress.ip_network((ipaddress.IPv6Address("fd00::"), 128 - outside.max_prefixlen + outside.prefixlen))
    offset = int(address) - int(outside.network_address)
    expected = str(inside.network_address + offset)
    assert Translation({spelt(outside): spelt(inside)}).inside(str(address)) == expected
    assert Translation({str(address): expected}).inside(str(address)) == expected
