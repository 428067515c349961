# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who issued a certificate: what that CA is called, and whether browsers trust it.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import functools
import typing as t
from collections.abc import Mapping

from .model import Lists, certificate_type
from .public_cas import PUBLIC_CAS

_CAS = ("issuer", "root_issuer")
_KNOWN = frozenset(name.casefold() for name in PUBLIC_CAS)


def names_of_issuer(certificate: Mapping[str, t.Any]) -> tuple[str, ...]:
    """Return what the issuer and the root above it are called: name and organisation of each, as far as told."""
    told = (_told(certificate.get(ca), key) for ca in _CAS for key in ("name", "organization"))
    return tuple(dict.fromkeys(name for name in told if name))


def is_public_ca(certificate: Mapping[str, t.Any], lists: Lists) -> bool | None:
    """Tell whether a CA issued the certificate that browsers trust; V(None) where no issuer is told.

    The organisation decides, that of the issuer or that of the root. An issuer that has a name and no organisation is
    no public CA, for these must have one (CA/Browser Forum TLS BR 7.1.2.10.2); the one root that has none is known by
    its name. A leaf that signed itself was issued by nobody, whatever it calls itself.
    """
    if certificate.get("self_signed") is True and certificate_type(certificate) == "leaf":
        return False
    told = [_organisation(certificate.get(ca)) for ca in _CAS]
    organisations = [organisation.casefold() for organisation in told if organisation]
    if not organisations:
        return None
    extra = _folded(lists.public_cas)
    return any(organisation in _KNOWN or organisation in extra for organisation in organisations)


def _organisation(ca: object) -> str | None:
    return _told(ca, "organization") or _told(ca, "name")


def _told(ca: object, key: str) -> str | None:
    value = ca.get(key) if isinstance(ca, Mapping) else None
    return value.strip() or None if isinstance(value, str) else None


@functools.lru_cache(maxsize=64)
def _folded(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.strip().casefold() for name in names)
