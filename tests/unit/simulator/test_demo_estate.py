# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo: its inventory and its estate belong together, and each host shows what it is there for."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest
import yaml
from simulator.estate.demo import demo_estate
from simulator.estate.model import DAY_MS
from unit.simulator.serving import NOW

INVENTORY = Path(__file__).resolve().parents[2] / "demo" / "inventory.yml"
DOCUMENTATION = [
    ipaddress.ip_network(network) for network in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]


@pytest.fixture(scope="module")
def estate():
    return demo_estate(1, NOW)


def hosts():
    groups = yaml.safe_load(INVENTORY.read_text(encoding="utf-8"))["all"]["children"]
    return {host: variables or {} for group in groups.values() for host, variables in group["hosts"].items()}


def leaves_of(estate, host):
    """The leaf certificates on the asset that holds the host's address or name."""
    address = hosts()[host].get("ansible_host")
    wanted = ipaddress.ip_address(address) if address else None
    return [
        (certificate, installation)
        for certificate in estate.certificates
        if certificate.profile.type == "Leaf"
        for installation in certificate.installations
        if installation.asset.name == host
        or wanted in [ipaddress.ip_address(each) for name, each in installation.asset.interfaces]
    ]


def days_left(certificate):
    return (certificate.valid_to - NOW) / DAY_MS


def lifetime(certificate):
    return (certificate.valid_to - certificate.valid_from + 1000) / DAY_MS


EXPECTED = {
    "web01": lambda certificate, tls: days_left(certificate) == -12,
    "web02": lambda certificate, tls: days_left(certificate) == 5,
    "web03": lambda certificate, tls: certificate.subject.name.startswith("*.") and certificate.profile.key_size == 256,
    "web04": lambda certificate, tls: "TLSv1" in tls and "SSLv3" not in tls,
    "web05": lambda certificate, tls: days_left(certificate) == 20,
    "db01": lambda certificate, tls: (certificate.profile.key_algorithm, certificate.profile.key_size) == ("RSA", 1024),
    "db02.example.com": lambda certificate, tls: certificate.profile.signature_algorithm == "SHA1withRSA",
    "db03": lambda certificate, tls: (certificate.profile.key_algorithm, certificate.profile.key_size) == ("EC", 256),
    "mail01": lambda certificate, tls: "SSLv3" in tls,
    "mail02": lambda certificate, tls: (lifetime(certificate), days_left(certificate)) == (47, 37),
    "lb01": lambda certificate, tls: certificate.profile.self_signed,
    "lb02": lambda certificate, tls: certificate.valid_from > NOW,
    "app01": lambda certificate, tls: (lifetime(certificate), days_left(certificate)) == (90, 70),
}


@pytest.mark.parametrize("host", EXPECTED)
def test_each_host_shows_what_it_is_there_for(estate, host):
    assert any(
        EXPECTED[host](certificate, {each for instance in installation.instances for each in instance.tls.protocols})
        for certificate, installation in leaves_of(estate, host)
    )


def test_the_inventory_has_these_hosts_and_one_never_seen(estate):
    assert set(hosts()) == {*EXPECTED, "new01"}
    assert leaves_of(estate, "new01") == []


@pytest.mark.parametrize("host", ["web03", "db03", "mail02", "app01"])
def test_the_healthy_hosts_have_no_blemish(estate, host):
    for certificate, installation in leaves_of(estate, host):
        assert days_left(certificate) > max(30, lifetime(certificate) / 3) or lifetime(certificate) == 47
        assert certificate.valid_from <= NOW
        assert not certificate.profile.self_signed
        assert "SHA1" not in certificate.profile.signature_algorithm
        assert certificate.profile.key_size >= (2048 if certificate.profile.key_algorithm == "RSA" else 256)
        for instance in installation.instances:
            assert set(instance.tls.protocols) <= {"TLSv1.2", "TLSv1.3"}


def test_one_certificate_on_several_hosts_and_several_on_one(estate):
    wildcard = next(each for each in estate.certificates if each.subject.name.startswith("*."))
    assert len(wildcard.installations) == 3
    assert len(leaves_of(estate, "web02")) == 2


def test_a_virtual_address_that_no_host_owns(estate):
    (vip,) = [asset for asset in estate.assets if asset.operating_system == "NetScaler"]
    assert vip.primary_ip not in {variables.get("ansible_host") for variables in hosts().values()}


def test_all_addresses_are_documentation_addresses(estate):
    addresses = [address for asset in estate.assets for name, address in asset.interfaces]
    addresses += [variables["ansible_host"] for variables in hosts().values() if variables]
    for address in map(ipaddress.ip_address, addresses):
        assert any(address in network for network in DOCUMENTATION if network.version == address.version)
