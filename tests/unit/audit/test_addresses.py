# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ipaddress

import pytest
from ansible_collections.community.qualys.plugins.module_utils._addresses import (
    canonical_address,
    canonical_name,
    canonical_range,
)
from hypothesis import given
from hypothesis import strategies as st

ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.binary(), st.text(), st.lists(st.text()),
    st.from_regex(r"[0-9a-fA-FxX:.%/\[\] ]*"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("10.0.0.5", "10.0.0.5"),
        ("10.0.0.5/24", "10.0.0.5"),
        ("10.0.0.5/255.255.255.0", "10.0.0.5"),
        ("  10.0.0.5\t", "10.0.0.5"),
        ("[10.0.0.5]", "10.0.0.5"),
        ("255.255.255.255", "255.255.255.255"),
        ("::ffff:10.0.0.5", "10.0.0.5"),
        ("::FFFF:0a00:0005", "10.0.0.5"),
        ("2001:0DB8:0000:0000:0000:0000:0000:0001", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[fe80::1%eth0]", "fe80::1"),
        ("fe80::1%eth0/64", "fe80::1"),
        ("2001:db8::1/64", "2001:db8::1"),
    ],
)
def test_spellings_of_an_address(text: str, canonical: str) -> None:
    assert canonical_address(text) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "51.124.XX.247", "51.124.*.247", "010.0.0.1", "10.0.0.01", "10.0.0", "10.0.0.256", "10.0.0.0.1", "1",
        "10.0.0.5/", "10.0.0.5/a", "10.0.0.5/24/24", "10.0.0.5%eth0", "10.0.0.5\x00", "10.0.0.5:443", "[::1]:443",
        "\u0661\u0660.0.0.1", "", " ", "[]", ":", ":::", "example.com", "::g", 167772165, True, b"\n\x00\x00\x05",
        None, ["10.0.0.5"],
    ],
)  # fmt: skip
def test_what_is_no_address(text: object) -> None:
    assert canonical_address(text) is None


@given(ANYTHING)
def test_nothing_makes_the_readers_raise_and_what_they_return_is_canonical(value: object) -> None:
    address, name = canonical_address(value), canonical_name(value)
    assert canonical_address(address) == address
    assert canonical_name(name) == name
    assert address is None or name is None
    if address is not None:
        assert str(ipaddress.ip_address(address)) == address


@given(st.ip_addresses(v=6))
def test_an_ipv6_address_is_the_same_in_every_spelling(address: ipaddress.IPv6Address) -> None:
    spellings = {str(address), address.exploded, address.exploded.upper(), f"[{address}]", f"{address}/64"}
    assert len({canonical_address(spelling) for spelling in spellings}) == 1


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_the_same_in_every_spelling(address: ipaddress.IPv4Address) -> None:
    digits = f"{int(address):08X}"
    spellings = {
        str(address),
        f" {address}/8 ",
        f"[{address}]",
        f"::ffff:{address}",
        f"::FFFF:{digits[:4]}:{digits[4:]}",
    }
    assert {canonical_address(spelling) for spelling in spellings} == {str(address)}


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("Web1.Example.COM.", "web1.example.com"),
        (" web1 ", "web1"),
        ("my_host-2.example.com", "my_host-2.example.com"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("BÜCHER.example", "bücher.example"),
        ("3com.example", "3com.example"),
        ("web.3com", "web.3com"),
        ("a" * 63 + ".example", "a" * 63 + ".example"),
    ],
)
def test_spellings_of_a_name(text: str, canonical: str) -> None:
    assert canonical_name(text) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "UNKNOWN", "localhost", "LOCALHOST.", "localhost.localdomain", "", ".", "..", "a..b", ".a", "a b", "a\x00b",
        "a\u202eb", "10.0.0.1", "::1", "51.124.XX.247", "51.124.247.XX", "010.0.0.1", "42", "web.42", "a" * 254,
        "http://x", "user@host", "[::1]", "{{ lookup }}", None, 5, b"web1", ["web1"],
    ],
)  # fmt: skip
def test_what_is_no_name(text: object) -> None:
    assert canonical_name(text) is None


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("10.1.2.0/28", "10.1.2.0/28"),
        (" [10.1.2.0/28] ", "10.1.2.0/28"),
        ("10.1.2.0/255.255.255.240", "10.1.2.0/28"),
        ("::FFFF:10.1.2.0/124", "10.1.2.0/28"),
        ("2001:0DB8::/64", "2001:db8::/64"),
        ("[2001:db8::/64]", "2001:db8::/64"),
        ("fe80::%eth0/10", "fe80::/10"),
        ("10.1.2.4/31", "10.1.2.4/31"),
        ("10.1.2.5/28", "10.1.2.5"),
        ("2001:db8::1/64", "2001:db8::1"),
        ("10.1.2.0/32", "10.1.2.0"),
        ("2001:db8::/128", "2001:db8::"),
        ("::ffff:10.1.2.0/128", "10.1.2.0"),
        ("10.1.2.0", "10.1.2.0"),
    ],
)
def test_a_network_is_what_has_no_bit_of_a_host(text: str, canonical: str) -> None:
    assert canonical_range(text) == canonical


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0/0", "::/0", "::ffff:0:0/96", "10.1.2.0/", "10.1.2.0/33", "10.1.2.0/255.0.255.0", "2001:db8::/129",
        "2001:db8::/255.255.0.0", "51.124.XX.0/24", "010.1.2.0/24", "10.1.2/24", "10.1.2.0/\u0662\u0664", "/24",
        "10.1.2.0-10.1.2.9", "web1", "", None, 24, ["10.1.2.0/28"],
    ],
)  # fmt: skip
def test_what_is_neither_a_network_nor_an_address(text: object) -> None:
    assert canonical_range(text) is None


@given(ANYTHING)
def test_nothing_makes_the_reader_of_networks_raise(value: object) -> None:
    found = canonical_range(value)
    assert canonical_range(found) == found
    if found is not None and "/" in found:
        assert str(ipaddress.ip_network(found)) == found


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)), st.integers(1, 128))
def test_a_network_is_the_same_in_every_spelling(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, length: int
) -> None:
    network = ipaddress.ip_network(f"{address}/{min(length, address.max_prefixlen - 1)}", strict=False)
    spellings = {str(network), f" {network.exploded.upper()} ", f"[{network}]"}
    if network.version == 4:
        spellings |= {
            network.with_netmask,
            f"::ffff:{network.network_address}/{96 + network.prefixlen}",
        }
    assert {canonical_range(spelling) for spelling in spellings} == {str(network)}
