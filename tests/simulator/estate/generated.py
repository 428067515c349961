# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Estates of any size from a seed."""

from __future__ import annotations

import functools
import ipaddress
import itertools
import random
from collections.abc import Iterator, Sequence
from typing import overload

from . import tls_profiles
from .authorities import make_authorities
from .estate import Estate, ExternalSite
from .leaf_shapes import SHAPES, Shape
from .minting import Mint, Plan
from .model import DAY_MS, Asset, Certificate, Installation, Instance, TlsProfile
from .rows import Rows

SIGN_EACH_UP_TO = 1_000

_FIRST_CERTIFICATE, _FIRST_ASSET, _FIRST_INSTANCE = 630_000, 48_000, 165_000
# Numbers are given by place, not by turn: a row is the same whatever was looked at before.
_INSTANCES_A_LEAF = 32
_SHARED_INSTANCES = 2_000_000_000
_SPARE_LEAVES = 5_000_000
_SYSTEMS: Sequence[str | None] = (
    "Ubuntu Linux 22.04",
    "Red Hat Enterprise Linux 9.4",
    "Windows Server 2019 Standard 64 bit Edition",
    "Debian Linux 12",
    "Windows Server 2022 Datacenter 64 bit Edition",
    "NetScaler",
    None,
)
_TAGS: Sequence[tuple[str, ...]] = (("Cloud",), ("Business Units", "Asset Groups"), ("Lab",), (), ("Production", "PCI"))
_DOMAINS = ("example.com", "example.net", "example.org")
_PORTS = ((443, "https"), (8443, "https"), (636, "ldap"), (993, "imap"), (25, "smtp"), (5671, None))
_TLS: Sequence[TlsProfile] = (
    *(tls_profiles.MODERN,) * 5,
    *(tls_profiles.TLS12,) * 4,
    *(tls_profiles.TLS13_ONLY,) * 2,
    *(tls_profiles.TLS10,) * 3,
    tls_profiles.SSL3,
    tls_profiles.SSL3_ONLY,
)
_NETWORK = int(ipaddress.IPv4Address("10.0.0.0"))
_SECOND_NETWORK = int(ipaddress.IPv4Address("172.16.0.0"))
_IPV6_NETWORK = int(ipaddress.IPv6Address("2001:db8::"))


def _ipv4(number: int) -> str:
    return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


class _Assets(Sequence[Asset]):
    """Assets by number, made when asked for: a certificate names any of them, and most pages name few."""

    def __init__(self, count: int, seed: int, now: int) -> None:
        self._seed = seed
        self._now = now
        self._made: list[Asset | None] = [None] * count

    def __len__(self) -> int:
        return len(self._made)

    @overload
    def __getitem__(self, number: int) -> Asset: ...

    @overload
    def __getitem__(self, number: slice) -> list[Asset]: ...

    def __getitem__(self, number: int | slice) -> Asset | list[Asset]:
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self._made)))]
        asset = self._made[number]
        if asset is None:
            asset = self._made[number] = self._make(number)
        return asset

    def _make(self, number: int) -> Asset:
        # Knuth's multiplicative hash: scattered, reproducible in any order, and far cheaper than a generator an asset.
        dice = (number * 2_654_435_761 + self._seed * 40_503) & 0xFFFFFFFF
        system = _SYSTEMS[dice % len(_SYSTEMS)]
        name = f"host-{number:07d}.{_DOMAINS[number % 3]}"
        # Unmerged records of agent and scanner, and addresses handed out again: two assets with one address.
        addressed = number - 1 if number % 199 == 198 else number
        primary = _ipv4(_NETWORK + 256 + addressed)
        interfaces: list[tuple[str | None, str]] = [(name if number % 3 else None, primary)]
        if number % 20 == 7:
            address = str(ipaddress.IPv6Address(_IPV6_NETWORK + addressed))
            interfaces.append((None, address))
            primary = address if number % 40 == 7 else primary
        if number % 5 == 3:
            interfaces.append((f"lan2-{name}", _ipv4(_SECOND_NETWORK + 256 + addressed)))
        return Asset(
            id=_FIRST_ASSET + number,
            name="UNKNOWN" if number % 97 == 96 else name,
            primary_ip=primary,
            created=self._now - (30 + dice % 1000) * DAY_MS,
            updated=self._now - dice % (14 * 86_400) * 1000,
            netbios_name=f"HOST-{number:07d}" if system and system.startswith("Windows") else "",
            operating_system=system,
            interfaces=tuple(interfaces),
            tags=_TAGS[dice // 7 % len(_TAGS)],
            managed=number % 25 != 24,
        )


class _Leaves:
    """Leaf certificates by number, each with what serves it."""

    def __init__(self, mint: Mint, assets: _Assets, seed: int, now: int, first_id: int) -> None:
        self._mint = mint
        self._assets = assets
        self._seed = seed
        self._now = now
        self._first_id = first_id
        self._weighted = [shape for shape in SHAPES for repetition in range(shape.weight)]
        self._random = random.Random()

    def block(self, first: int, stop: int) -> list[Certificate]:
        """The leaves ``first`` to ``stop - 1``; the same ones whatever was made before."""
        self._random.seed(f"{self._seed}:{first}")
        return [self._leaf(number, self._first_id + number) for number in range(first, stop)]

    def spare(self, identifier: int) -> Certificate:
        self._random.seed(f"{self._seed}:spare:{identifier}")
        return self._leaf(_SPARE_LEAVES + identifier, identifier)

    def _below(self, limit: int) -> int:
        # randrange() is five times slower, and a large estate takes some millions of these.
        return int(self._random.random() * limit)

    def _leaf(self, number: int, identifier: int) -> Certificate:
        below = self._below
        shape = self._weighted[below(len(self._weighted))]
        found = self._now - below(7 * 86_400) * 1000
        certificate = self._mint.make(self._plan(shape, number), identifier, found, found - (1 + below(200)) * DAY_MS)
        self._install(certificate, shape, number)
        return certificate

    def _plan(self, shape: Shape, number: int) -> Plan:
        below = self._below
        lifetime = shape.lifetime_days * 86_400
        first, last = shape.age_percent
        age = lifetime * first // 100 + below(max(lifetime * (last - first) // 100, 1))
        valid_from = self._now - age * 1000
        label = f"*.s{number:07d}" if shape.wildcard else f"web-{number:07d}"
        name = f"{label}.{_DOMAINS[number % 3]}"
        names = (name, f"www.{name}") if shape.alternative_name else (name,)
        # The first octet keeps the serial positive and of one length; 00 in front is how DER shows a high bit.
        serial = f"{0x40 + below(0x3F):02x}{self._random.getrandbits(56):014x}{number:08x}"
        return Plan(shape.kind, name, serial, valid_from, valid_from + lifetime * 1000 - 1000, names)

    def _install(self, certificate: Certificate, shape: Shape, number: int) -> None:
        below = self._below
        count = len(self._assets)
        if not count or below(50) == 0:
            certificate.imported = True
            certificate.sources = ("IMPORT",)
            return
        copies = 2 + below(10) if shape.wildcard else 1 + (below(10) == 0)
        by_agent = below(10) == 0
        first = below(count)
        identifiers = itertools.count(_FIRST_INSTANCE + number * _INSTANCES_A_LEAF)
        for copy in range(min(copies, count)):
            instances = () if by_agent else self.instances(certificate, identifiers)
            certificate.installations.append(Installation(self._assets[(first + copy) % count], instances))
        certificate.sources = ("QAGENT",) if by_agent else ("QAGENT", "VM") if below(4) == 0 else ("VM",)

    def instances(self, certificate: Certificate, identifiers: Iterator[int]) -> tuple[Instance, ...]:
        below = self._below
        tls = _TLS[below(len(_TLS))]
        valid = certificate.valid_from <= self._now <= certificate.valid_to
        if not valid or certificate.profile.self_signed:
            tls = tls_profiles.untrusted(tls)
        made = []
        first = below(len(_PORTS))
        for step in range(1 + (below(10) == 0)):
            port, service = _PORTS[(first + step) % len(_PORTS)]
            fqdn = certificate.subject.name if below(2) and service == "https" else ""
            made.append(Instance(next(identifiers), port, tls, certificate.last_found, service, fqdn))
        return tuple(made)


def _show_with_leaves(authority: Certificate, leaves: Sequence[Certificate], identifiers: Iterator[int]) -> None:
    """Servers send their chain, so an intermediate is found where its leaves are; a root rarely is."""
    if authority.profile.type != "Intermediate":
        return
    for leaf in leaves:
        for installation in leaf.installations[:1]:
            if all(installation.asset is not known.asset for known in authority.installations):
                instances = tuple(
                    Instance(next(identifiers), each.port, each.tls, each.scanned, each.service)
                    for each in installation.instances
                )
                authority.installations.append(Installation(installation.asset, instances))


def generate(certificates: int, assets: int, seed: int, now: int, shared_assets: int = 0) -> Estate:
    """An estate of that many certificates (authorities included) on that many assets.

    ``now`` is in milliseconds since the epoch; ``shared_assets`` puts one certificate on that many assets. The same
    arguments give the same estate, byte for byte. Up to ``SIGN_EACH_UP_TO`` certificates, each is signed by its issuer.
    """
    mint = Mint(make_authorities(seed), seed, sign_each=certificates <= SIGN_EACH_UP_TO)
    authorities = mint.authority_certificates(_FIRST_CERTIFICATE, now - DAY_MS)[:certificates]
    all_assets = _Assets(assets, seed, now)
    leaves = _Leaves(mint, all_assets, seed, now, _FIRST_CERTIFICATE + len(authorities))
    rows = Rows(certificates - len(authorities), leaves.block)
    identifiers = itertools.count(_SHARED_INSTANCES)
    for number, authority in enumerate(authorities):
        _show_with_leaves(authority, rows[number : number + 190 : 37], identifiers)
    if shared_assets and rows:
        shared = rows[0]
        shared.imported, shared.sources = False, ("VM",)
        shared.installations = [
            Installation(all_assets[number], leaves.instances(shared, identifiers))
            for number in range(min(shared_assets, assets))
        ]
    return Estate(
        now=now,
        certificates=Rows(certificates, functools.partial(_joined, authorities, rows)),
        assets=all_assets,
        spare_leaf=leaves.spare,
        external_sites=[ExternalSite(9_001, "www.example.com", now - 90 * DAY_MS)],
    )


def _joined(
    authorities: Sequence[Certificate], leaves: Sequence[Certificate], first: int, stop: int
) -> list[Certificate]:
    count = len(authorities)
    return [*authorities[first:stop], *leaves[max(first - count, 0) : max(stop - count, 0)]]
