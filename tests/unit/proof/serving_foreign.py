# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulated CertView that has found these certificates on the network."""

from __future__ import annotations

import contextlib
import typing as t
from collections.abc import Iterable, Iterator

from simulator.estate.model import Asset, Certificate, Installation, Instance, TlsProfile
from support.foreign_certificates import foreign_certificate
from unit.proof.corpus import Found
from unit.proof.names_to_try import names_to_try
from unit.simulator.serving import NOW, Gateway, served, settings

_TLS = TlsProfile(("TLSv1.2", "TLSv1.3"), (), "A", "A")
_FIRST_PORT = 1


class Scanned(t.NamedTuple):
    """The certificates that CertView lists, and the names of those that its scanner could not read."""

    certificates: list[Certificate]
    unreadable: dict[str, str]


def scanned(corpus: Iterable[Found]) -> Scanned:
    """Return each certificate on an asset of its own, served under every name that is worth to be matched with it."""
    certificates: list[Certificate] = []
    unreadable: dict[str, str] = {}
    for number, found in enumerate(corpus, start=1):
        try:
            certificate = foreign_certificate(found.encoded, number, NOW)
        except ValueError as refusal:
            unreadable[found.name] = str(refusal)
            continue
        asset = Asset(number, f"host-{number}.example.net", None, created=NOW, updated=NOW)
        names = names_to_try(certificate)
        instances = tuple(
            Instance(number * 1000 + port, port, _TLS, NOW, fqdn=name) for port, name in enumerate(names, _FIRST_PORT)
        )
        certificate.installations.append(Installation(asset, instances))
        certificates.append(certificate)
    return Scanned(certificates, unreadable)


@contextlib.contextmanager
def serving(certificates: list[Certificate]) -> Iterator[Gateway]:
    """Serve these certificates and no others."""
    with served(settings()) as gateway:
        gateway.certview.limiter.settings.rate = 100_000
        estate = gateway.certview.estate
        estate.certificates = certificates
        estate.assets = [each.asset for certificate in certificates for each in certificate.installations]
        estate.revision += 1
        yield gateway
