# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate of the demo: a small company, one host for each thing that an audit finds, at documentation addresses.

``tests/demo/inventory.yml`` is its inventory; ``tests/unit/simulator/test_demo_estate.py`` says what its hosts show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from . import tls_profiles as tls
from .authorities import make_authorities
from .estate import Estate, ExternalSite
from .minting import SELF_SIGNED, Kind, Mint, Plan
from .model import DAY_MS, Asset, Certificate, Installation, Instance, Name, TlsProfile

_SHOP = Name("", "Example Shop, Inc.", (), "Foster City", "California", "US")
_CORP = Name("", "Example Corp, Inc.", ("Platform",), "Springfield", "Illinois", "US")

_PUBLIC = Kind("RSA-2048", "trust-rsa", organization=_SHOP)
_PUBLIC_EV = Kind("RSA-2048", "trust-rsa", organization=_SHOP, extended_validation=True)
_PUBLIC_ECDSA = Kind("EC-256", "trust-ecc", "SHA384", organization=_SHOP)
_ACME = Kind("EC-256", "acme")
_CORP_RSA = Kind("RSA-3072", "corp", organization=_CORP)
_CORP_1024 = Kind("RSA-1024", "corp-legacy", organization=_CORP)
_CORP_SHA1 = Kind("RSA-2048", "corp-legacy", "SHA1", organization=_CORP)
_SELF_SIGNED = Kind("RSA-2048", SELF_SIGNED, organization=_CORP)

_UBUNTU, _RED_HAT, _WINDOWS = (
    "Ubuntu Linux 22.04",
    "Red Hat Enterprise Linux 9.4",
    "Windows Server 2019 Standard 64 bit Edition",
)


@dataclass(slots=True, frozen=True)
class _Host:
    name: str
    primary_ip: str
    system: str | None = _UBUNTU
    tags: tuple[str, ...] = ("Production",)
    other_addresses: tuple[tuple[str | None, str], ...] = ()
    netbios_name: str = ""
    managed: bool = True


_HOSTS = (
    _Host("web01.example.com", "192.0.2.11", tags=("Production", "Web")),
    _Host("web02.example.com", "192.0.2.12", tags=("Production", "Web")),
    _Host("web03.example.com", "192.0.2.13", tags=("Production", "Web")),
    _Host("web04.example.com", "192.0.2.14", tags=("Production", "Web")),
    _Host("web05.example.com", "192.0.2.15", _RED_HAT, ("Production", "Web")),
    _Host("db01.example.com", "192.0.2.21", _RED_HAT, ("Production", "PCI")),
    _Host("db02.example.com", "192.0.2.22", _WINDOWS, ("Production", "PCI"), netbios_name="DB02"),
    _Host("db03.example.com", "192.0.2.23", _RED_HAT),
    _Host("mail01.example.com", "192.0.2.31", _RED_HAT),
    _Host("mail02.example.com", "2001:db8::25", None, (), managed=False),
    _Host("lb01.example.com", "198.51.100.10", tags=(), other_addresses=((None, "203.0.113.10"),)),
    _Host("lb02.example.com", "198.51.100.11", tags=()),
    _Host("app01.example.com", "192.0.2.41", tags=("Lab",)),
    _Host("www.example.com", "203.0.113.80", "NetScaler", ("Web",)),
)


@dataclass(slots=True, frozen=True)
class _Leaf:
    """``expires_in`` and ``lifetime`` in days; ``places`` are pairs of host and port."""

    kind: Kind
    names: tuple[str, ...]
    expires_in: float
    lifetime: int
    places: tuple[tuple[str, int], ...]
    tls: TlsProfile = tls.MODERN
    ip_addresses: tuple[str, ...] = ()
    by_agent: bool = False


_LEAVES = (
    _Leaf(_PUBLIC, ("shop.example.com", "www.shop.example.com"), -12, 398, (("web01.example.com", 443),)),
    _Leaf(_PUBLIC_EV, ("pay.example.com",), 140, 200, (("web02.example.com", 443),)),
    _Leaf(_PUBLIC, ("api.example.com",), 5, 200, (("web02.example.com", 8443),), tls.TLS12),
    _Leaf(
        _PUBLIC_ECDSA,
        ("*.apps.example.com", "apps.example.com"),
        120,
        200,
        (("web03.example.com", 443), ("web04.example.com", 443), ("lb02.example.com", 8443)),
    ),
    _Leaf(_CORP_RSA, ("web04.example.com",), 200, 365, (("web04.example.com", 8443),), tls.TLS10),
    _Leaf(_PUBLIC, ("blog.example.com",), 20, 398, (("web05.example.com", 443),)),
    _Leaf(_CORP_1024, ("db01.example.com",), 400, 1825, (("db01.example.com", 636),), tls.TLS12),
    _Leaf(_CORP_SHA1, ("db02.example.com",), 300, 1825, (("db02.example.com", 3389),), tls.TLS12),
    _Leaf(_PUBLIC_ECDSA, ("db03.example.com",), 150, 200, (("db03.example.com", 5432),), tls.MODERN_ECDSA),
    _Leaf(
        _CORP_RSA,
        ("mail01.example.com", "imap.example.com"),
        180,
        365,
        (("mail01.example.com", 993), ("mail01.example.com", 25)),
        tls.SSL3,
    ),
    _Leaf(_ACME, ("mail02.example.com",), 37, 47, (("mail02.example.com", 993),), tls.TLS13_ONLY),
    _Leaf(
        _SELF_SIGNED,
        ("lb01.example.com",),
        3000,
        3650,
        (("lb01.example.com", 443),),
        ip_addresses=("203.0.113.10", "2001:db8::10"),
    ),
    _Leaf(_CORP_RSA, ("lb02.example.com",), 372, 365, (("lb02.example.com", 443),)),
    _Leaf(_ACME, ("app01.example.com",), 70, 90, (("app01.example.com", 443),), tls.TLS13_ONLY),
    _Leaf(_CORP_RSA, ("agent.app01.example.com",), 250, 365, (("app01.example.com", 0),), by_agent=True),
    _Leaf(_PUBLIC, ("www.example.com", "example.com"), 110, 200, (("www.example.com", 443),)),
)
_SERVICES = {443: "https", 8443: "https", 636: "ldap", 3389: "win_remote_desktop", 993: "imap", 25: "smtp"}


class _Demo:
    def __init__(self, seed: int, now: int) -> None:
        self._now = now
        self._mint = Mint(make_authorities(seed), seed, sign_each=True)
        self._next_instance = 165_704
        self._assets: Mapping[str, Asset] = {
            host.name: self._asset(host, number) for number, host in enumerate(_HOSTS, start=48_660)
        }

    def _asset(self, host: _Host, number: int) -> Asset:
        return Asset(
            id=number,
            name=host.name,
            primary_ip=host.primary_ip,
            created=self._now - 400 * DAY_MS,
            updated=self._now - 6 * 3_600_000,
            netbios_name=host.netbios_name,
            operating_system=host.system,
            interfaces=((host.name, host.primary_ip), *host.other_addresses),
            tags=host.tags,
            managed=host.managed,
        )

    def _leaf(self, leaf: _Leaf, number: int) -> Certificate:
        valid_to = self._now + round(leaf.expires_in * DAY_MS)
        plan = Plan(
            leaf.kind,
            leaf.names[0],
            f"4d{number:030x}",
            # RFC 5280 counts both ends: one second less keeps the lifetime within its number of days.
            valid_to - leaf.lifetime * DAY_MS + 1000,
            valid_to,
            leaf.names,
            leaf.ip_addresses,
        )
        found = self._now - 6 * 3_600_000
        certificate = self._mint.make(plan, number, found, max(plan.valid_from, found - 300 * DAY_MS))
        valid_now = certificate.valid_from <= self._now <= certificate.valid_to
        seen = leaf.tls if valid_now and not certificate.profile.self_signed else tls.untrusted(leaf.tls)
        for host, port in leaf.places:
            self._install(
                certificate, self._assets[host], () if leaf.by_agent else (self._instance(port, seen, found),)
            )
        certificate.sources = ("QAGENT",) if leaf.by_agent else ("VM",)
        return certificate

    def _instance(self, port: int, seen: TlsProfile, found: int) -> Instance:
        self._next_instance += 1
        return Instance(self._next_instance, port, seen, found, _SERVICES.get(port))

    @staticmethod
    def _install(certificate: Certificate, asset: Asset, instances: tuple[Instance, ...]) -> None:
        for installation in certificate.installations:
            if installation.asset is asset:
                installation.instances += instances
                return
        certificate.installations.append(Installation(asset, instances))

    def _with_chains(self, authorities: list[Certificate], leaves: list[Certificate]) -> None:
        """Servers send the intermediates along, so those are found at the same ports."""
        by_hash = {certificate.certhash: certificate for certificate in authorities}
        for leaf in leaves:
            authority = by_hash.get(leaf.issuer.certhash)
            for installation in leaf.installations if authority else ():
                for instance in installation.instances:
                    found = self._instance(instance.port, instance.tls, instance.scanned)
                    self._install(authority or leaf, installation.asset, (found,))

    def spare_leaf(self, number: int) -> Certificate:
        host = _HOSTS[number % len(_HOSTS)].name
        return self._leaf(_Leaf(_ACME, (f"new-{number}.example.com",), 80, 90, ((host, 9443),)), number)

    def estate(self) -> Estate:
        first = 630_408
        authorities = self._mint.authority_certificates(first, self._now - 6 * 3_600_000)
        leaves = [self._leaf(leaf, number) for number, leaf in enumerate(_LEAVES, start=first + len(authorities))]
        self._with_chains(authorities, leaves)
        return Estate(
            now=self._now,
            certificates=authorities + leaves,
            assets=list(self._assets.values()),
            spare_leaf=self.spare_leaf,
            external_sites=[ExternalSite(9_001, "www.example.com", self._now - 90 * DAY_MS)],
        )


def demo_estate(seed: int, now: int) -> Estate:
    """``now`` in milliseconds since the epoch: what expires soon does so relative to it."""
    return _Demo(seed, now).estate()
