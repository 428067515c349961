# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the simulated CertView knows: certificates, the assets they were found on, and the instances that serve them."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import NamedTuple

from .der_template import DerTemplate

DAY_MS = 86_400_000


def iso(milliseconds: int) -> str:
    """As CertView prints a point of time: ``2038-01-15T12:00:00.000+00:00`` (3.0.0 release notes, v2 sample)."""
    days, rest = divmod(milliseconds, DAY_MS)
    seconds, fraction = divmod(rest, 1000)
    return f"{_day(days)}T{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{fraction:03d}+00:00"


@functools.lru_cache(maxsize=16_384)
def _day(days: int) -> str:
    # datetime.isoformat() was a third of the time of a page; an estate knows only some thousand days.
    return datetime.fromtimestamp(days * 86_400, timezone.utc).date().isoformat()


def deterministic_uuid(kind: str, number: int) -> str:
    """A version 4 UUID by its form (RFC 9562 5.4), the same for the same arguments."""
    digits = hashlib.blake2b(f"{kind}:{number}".encode(), digest_size=16).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


class Name(NamedTuple):
    """A distinguished name, by the six attributes that CertView shows."""

    name: str
    organization: str = ""
    organization_unit: tuple[str, ...] = ()
    locality: str = ""
    state: str = ""
    country: str = ""

    def named(self, name: str) -> Name:
        return Name(name, self.organization, self.organization_unit, self.locality, self.state, self.country)

    @property
    def dn(self) -> str:
        """As CertView prints ``dn``: ``CN=…, OU=…, O="Qualys, Inc.", L=…, ST=…, C=…`` (3.0.0 release notes)."""
        parts = [("CN", self.name)]
        parts += [("OU", unit) for unit in self.organization_unit]
        parts += [("O", self.organization), ("L", self.locality), ("ST", self.state), ("C", self.country)]
        return ", ".join(f"{key}={_quoted(value)}" for key, value in parts if value)


def _quoted(value: str) -> str:
    return f'"{value}"' if "," in value else value


@dataclass(slots=True, frozen=True)
class Issuer:
    name: Name
    certhash: str


@dataclass(slots=True, frozen=True)
class SignedBy:
    """Who vouches for a certificate: the issuer, and the root of its chain."""

    issuer: Issuer
    root: Issuer


@dataclass(slots=True, frozen=True)
class Profile:
    """What certificates made from one template share. One object for all of them keeps 200,000 certificates small."""

    type: str
    key_algorithm: str
    key_size: int
    signature_algorithm: str
    self_signed: bool
    key_usage: tuple[str, ...]
    enhanced_key_usage: tuple[str, ...]
    subject_key_identifier: str
    authority_key_identifier: str | None


@dataclass(slots=True, frozen=True)
class CipherSuite:
    name: str
    key_exchange: str
    strength: int
    category: str


@dataclass(slots=True, frozen=True)
class Vulnerability:
    qid: int
    title: str
    severity: int


@dataclass(slots=True, frozen=True, eq=False)
class TlsProfile:
    """What a scan saw at a port. Shared by all that look alike, so compared by identity."""

    protocols: tuple[str, ...]
    cipher_suites: tuple[tuple[str, tuple[CipherSuite, ...]], ...]
    grade: str
    grade_with_trust_ignored: str
    vulnerabilities: tuple[Vulnerability, ...] = ()
    post_quantum: bool = False


@dataclass(slots=True)
class Instance:
    id: int
    port: int
    tls: TlsProfile
    scanned: int
    service: str | None = "https"
    fqdn: str = ""
    protocol: str = "tcp"


@dataclass(slots=True)
class Asset:
    id: int
    name: str
    primary_ip: str | None
    created: int
    updated: int
    netbios_name: str = ""
    operating_system: str | None = None
    interfaces: tuple[tuple[str | None, str], ...] = ()
    tags: tuple[str, ...] = ()
    managed: bool = True

    @property
    def uuid(self) -> str:
        return deterministic_uuid("asset", self.id)


@dataclass(slots=True)
class Installation:
    """One certificate on one asset; without instances where only the Cloud Agent saw the file."""

    asset: Asset
    instances: tuple[Instance, ...] = ()


@dataclass(slots=True)
class Certificate:
    """All times are milliseconds since the epoch; ``serial_number`` is lower-case hex as CertView prints it.

    ``signed_by`` is None for the self-signed.
    """

    id: int
    serial_number: str
    subject: Name
    signed_by: SignedBy | None
    profile: Profile
    valid_from: int
    valid_to: int
    encoding: bytes | DerTemplate
    created: int
    updated: int
    last_found: int
    dns_names: tuple[str, ...] = ()
    ip_addresses: tuple[str, ...] = ()
    issuer_category: str = "unapproved"
    sources: tuple[str, ...] = ("VM",)
    extended_validation: bool = False
    imported: bool = False
    order_status: str | None = None
    revocation_status: str = "Not Revoked"
    installations: list[Installation] = field(default_factory=list)
    _certhash: str = ""

    @property
    def certhash(self) -> str:
        """Lower-case hex SHA-256 of the DER. Made when asked for: hashing a large estate would double its start."""
        if not self._certhash:
            self._certhash = hashlib.sha256(self.der).hexdigest()
        return self._certhash

    @property
    def issuer(self) -> Issuer:
        return self.signed_by.issuer if self.signed_by else Issuer(self.subject, self.certhash)

    @property
    def root_issuer(self) -> Issuer:
        return self.signed_by.root if self.signed_by else Issuer(self.subject, self.certhash)

    @property
    def der(self) -> bytes:
        if isinstance(self.encoding, bytes):
            return self.encoding
        return self.encoding.patched(self.serial_number, self.subject.name, self.valid_from, self.valid_to)

    @property
    def instances(self) -> Iterator[Instance]:
        for installation in self.installations:
            yield from installation.instances
