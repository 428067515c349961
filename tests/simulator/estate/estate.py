# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate that the simulator serves, in listing order, and the changes that tests make to it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

from .model import Asset, Certificate, Installation, deterministic_uuid


@dataclass(slots=True)
class ExternalSite:
    id: int
    site: str
    created: int
    scanned: int | None = None
    status: str = "NOT_SCANNED"
    asset: Asset | None = None

    @property
    def uuid(self) -> str:
        return deterministic_uuid("site", self.id)


@dataclass(slots=True)
class Estate:
    """``now`` is the estate's clock in milliseconds; ``spare_leaf`` makes one more certificate for a given number."""

    now: int
    certificates: Sequence[Certificate]
    assets: Sequence[Asset]
    spare_leaf: Callable[[int], Certificate]
    external_sites: list[ExternalSite] = field(default_factory=list)
    revision: int = 0
    _by_hash: dict[str, Certificate] = field(default_factory=dict)
    _indexed_revision: int = -1

    def certificate(self, certhash: str) -> Certificate | None:
        if self._indexed_revision != self.revision:
            self._by_hash = {certificate.certhash: certificate for certificate in self.certificates}
            self._indexed_revision = self.revision
        return self._by_hash.get(certhash.lower())

    def next_certificate_id(self) -> int:
        return max((certificate.id for certificate in self.certificates), default=0) + 1

    def insert(self, certificate: Certificate, first: bool = False) -> None:
        self.certificates = [certificate, *self.certificates] if first else [*self.certificates, certificate]
        self.revision += 1

    def _choose(self, count: int, seed: str) -> list[Certificate]:
        # String seeds are hashed by SHA-512 inside Random, so the choice is the same on every Python.
        leaves = [certificate for certificate in self.certificates if certificate.profile.type == "Leaf"]
        return random.Random(f"{seed}:{self.revision}").sample(leaves, min(count, len(leaves)))

    def add(self, count: int, first: bool = False) -> list[Certificate]:
        """New certificates on existing assets; at the front where a listing by last find would show them."""
        added = []
        for number in range(self.next_certificate_id(), self.next_certificate_id() + count):
            certificate = self.spare_leaf(number)
            # First seen by a scan just now.
            certificate.created = certificate.updated = certificate.last_found = self.now
            self.insert(certificate, first)
            added.append(certificate)
        return added

    def remove(self, count: int) -> list[Certificate]:
        removed = self._choose(count, "remove")
        self._drop(removed)
        return removed

    def remove_first(self, count: int) -> Sequence[Certificate]:
        """The rows at the front: what makes every later row of a running sweep move up."""
        removed = self.certificates[:count]
        self._drop(removed)
        return removed

    def _drop(self, removed: Iterable[Certificate]) -> None:
        gone = {certificate.id for certificate in removed}
        self.certificates = [certificate for certificate in self.certificates if certificate.id not in gone]
        self.revision += 1

    def touch(self, count: int) -> list[Certificate]:
        """Found again by a scan: ``lastFound`` and ``updateDate`` move, nothing else does."""
        touched = self._choose(count, "touch")
        for certificate in touched:
            self._found_again(certificate)
        self.revision += 1
        return touched

    def change(self, count: int) -> list[Certificate]:
        """Found on one asset more, by the Cloud Agent."""
        changed = self._choose(count, "change")
        for certificate in changed:
            present = {installation.asset.id for installation in certificate.installations}
            asset = next((asset for asset in self.assets if asset.id not in present), None)
            if asset is not None:
                certificate.installations.append(Installation(asset))
            self._found_again(certificate)
        self.revision += 1
        return changed

    def _found_again(self, certificate: Certificate) -> None:
        certificate.last_found = certificate.updated = max(self.now, certificate.updated + 1000)

    def let_pass(self, seconds: float) -> None:
        """Moves the clock; certificates expire by it, but nothing is found anew."""
        self.now += round(seconds * 1000)
        self.revision += 1

    def move_last_to_front(self, count: int) -> list[Certificate]:
        rows = list(self.certificates)
        moved = rows[-count:]
        self.certificates = moved + rows[:-count]
        self.revision += 1
        return moved


def all_names(certificate: Certificate) -> Iterable[str]:
    """Every text that a search without a field looks at."""
    return chain(
        (certificate.subject.dn, certificate.issuer.name.dn),
        certificate.dns_names,
        (installation.asset.name for installation in certificate.installations),
    )
