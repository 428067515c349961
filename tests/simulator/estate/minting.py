# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns plans of leaf certificates into certificates of an estate, signed one by one or patched into templates."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from .authorities import Authority
from .der_template import DerTemplate
from .issuing import Request, issue
from .keys import leaf_key
from .model import Certificate, Name, Profile, SignedBy
from .reading import Contents, read

SELF_SIGNED = "self"
_NO_ORGANIZATION = Name("")
_MASTER_FROM, _MASTER_TO = 978_350_706_000, 1_009_969_870_000


@dataclass(slots=True, frozen=True, eq=False)
class Kind:
    """A make of leaf certificates: ``key`` as in ``keys.leaf_key``, ``authority`` a short name or ``self``.

    Compared by identity: the mint keeps one template a kind.
    """

    key: str
    authority: str
    hash_name: str = "SHA256"
    organization: Name = _NO_ORGANIZATION
    extended_validation: bool = False


@dataclass(slots=True, frozen=True)
class Plan:
    """One leaf certificate to be made; times in milliseconds since the epoch."""

    kind: Kind
    common_name: str
    serial_number: str
    valid_from: int
    valid_to: int
    dns_names: tuple[str, ...] = ()
    ip_addresses: tuple[str, ...] = ()


@dataclass(slots=True, frozen=True)
class _Mould:
    template: DerTemplate
    profile: Profile


def certificate_of(
    der: bytes, contents: Contents, signed_by: SignedBy | None, category: str, number: int, found: int, first_found: int
) -> Certificate:
    """The certificate as CertView lists it, on no asset yet; ``contents`` are what ``read`` said of ``der``."""
    return Certificate(
        id=number,
        serial_number=contents.serial_number,
        subject=contents.subject,
        signed_by=signed_by,
        profile=contents.profile,
        valid_from=contents.valid_from,
        valid_to=contents.valid_to,
        encoding=der,
        created=first_found,
        updated=found,
        last_found=found,
        dns_names=contents.dns_names,
        ip_addresses=contents.ip_addresses,
        issuer_category=category if signed_by else "Self-Signed",
    )


class Mint:
    """Makes certificates. ``sign_each`` False reuses one signed template a kind, see ``der_template``."""

    def __init__(self, authorities: Mapping[str, Authority], seed: int, sign_each: bool) -> None:
        self._authorities = authorities
        self._seed = seed
        self._sign_each = sign_each
        self._moulds: dict[tuple[Kind, int, int], _Mould] = {}

    def make(self, plan: Plan, number: int, found: int, first_found: int) -> Certificate:
        """``number`` becomes the CertView id; ``found`` and ``first_found`` are milliseconds since the epoch."""
        if self._sign_each or plan.ip_addresses:
            return self._signed(plan, number, found, first_found)
        return self._moulded(plan, number, found, first_found)

    def authority_certificates(self, first_number: int, found: int) -> list[Certificate]:
        """The certificates of the authorities themselves, as CertView lists those that servers send along."""
        made = []
        for number, authority in enumerate(self._authorities.values(), start=first_number):
            parent = self._authorities[authority.parent].signer if authority.parent else None
            der, signed_by = authority.signer.der, parent.signed_by if parent else None
            made.append(certificate_of(der, read(der), signed_by, authority.category, number, found, found))
        return made

    def _signer(self, kind: Kind) -> Authority | None:
        return None if kind.authority == SELF_SIGNED else self._authorities[kind.authority]

    def _request(self, plan: Plan) -> Request:
        kind = plan.kind
        key = leaf_key(kind.key, f"{self._seed}:leaf:{plan.serial_number}", int(plan.serial_number[-4:], 16))
        return Request(
            subject=kind.organization.named(plan.common_name),
            serial_number=plan.serial_number,
            valid_from=plan.valid_from,
            valid_to=plan.valid_to,
            key=key,
            dns_names=plan.dns_names,
            ip_addresses=plan.ip_addresses,
            hash_name=kind.hash_name,
        )

    def _signed(self, plan: Plan, number: int, found: int, first_found: int) -> Certificate:
        authority = self._signer(plan.kind)
        der = issue(self._request(plan), authority.signer if authority else None)
        signed_by = authority.signer.signed_by if authority else None
        category = authority.category if authority else ""
        certificate = certificate_of(der, read(der), signed_by, category, number, found, first_found)
        certificate.extended_validation = plan.kind.extended_validation
        return certificate

    def _moulded(self, plan: Plan, number: int, found: int, first_found: int) -> Certificate:
        mould = self._mould(plan)
        authority = self._signer(plan.kind)
        return Certificate(
            id=number,
            serial_number=plan.serial_number,
            subject=plan.kind.organization.named(plan.common_name),
            signed_by=authority.signer.signed_by if authority else None,
            profile=mould.profile,
            valid_from=plan.valid_from,
            valid_to=plan.valid_to,
            encoding=mould.template,
            created=first_found,
            updated=found,
            last_found=found,
            dns_names=plan.dns_names,
            issuer_category=authority.category if authority else "Self-Signed",
            extended_validation=plan.kind.extended_validation,
        )

    def _mould(self, plan: Plan) -> _Mould:
        shape = (plan.kind, len(plan.common_name), len(plan.dns_names))
        mould = self._moulds.get(shape)
        if mould is None:
            mould = self._moulds[shape] = self._cast(_master(plan))
        return mould

    def _cast(self, master: Plan) -> _Mould:
        authority = self._signer(master.kind)
        der = issue(self._request(master), authority.signer if authority else None)
        template = DerTemplate(der, master.serial_number, master.common_name, master.valid_from, master.valid_to)
        return _Mould(template, read(der).profile)


def _master(plan: Plan) -> Plan:
    """What a template is made of: the same for every plan of its shape, so that the first to come does not matter."""
    kind = plan.kind
    name = "master".ljust(len(plan.common_name) - 4, "x") + ".com"
    mark = zlib.crc32(f"{kind.key} {kind.authority} {kind.hash_name} {len(plan.dns_names)}".encode())
    return Plan(
        kind,
        name,
        f"{mark:08x}".rjust(len(plan.serial_number), "5"),
        _MASTER_FROM,
        _MASTER_TO,
        tuple(each.replace(plan.common_name, name) for each in plan.dns_names),
    )
