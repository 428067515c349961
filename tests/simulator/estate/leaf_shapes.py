# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mix of leaf certificates in a generated estate: good ones mostly, and some of all that an audit looks for."""

from __future__ import annotations

from dataclasses import dataclass

from .minting import SELF_SIGNED, Kind
from .model import Name

_SHOP = Name("", "Example Shop, Inc.", (), "Foster City", "California", "US")
_CORP = Name("", "Example Corp, Inc.", ("Platform",), "Springfield", "Illinois", "US")
_HEALTHY, _EXPIRED, _EXPIRING, _FUTURE = (5, 60), (101, 160), (93, 99), (-30, -5)


@dataclass(slots=True, frozen=True)
class Shape:
    """``age_percent`` is the range of age in percent of the lifetime: beyond 100 expired, below 0 not yet valid."""

    kind: Kind
    weight: int
    lifetime_days: int
    age_percent: tuple[int, int] = _HEALTHY
    wildcard: bool = False
    alternative_name: bool = False


_TRUST_RSA = Kind("RSA-2048", "trust-rsa", organization=_SHOP)
_TRUST_EV = Kind("RSA-2048", "trust-rsa", organization=_SHOP, extended_validation=True)
_ACME_ECDSA = Kind("EC-256", "acme")
_ACME_RSA = Kind("RSA-2048", "acme")
_CORP_RSA = Kind("RSA-2048", "corp", organization=_CORP)

SHAPES = (
    Shape(_TRUST_RSA, 14, 398, alternative_name=True),
    Shape(_TRUST_RSA, 3, 398, _EXPIRED),
    Shape(_TRUST_RSA, 3, 398, _EXPIRING),
    Shape(_TRUST_EV, 3, 200),
    Shape(Kind("RSA-2048", "trust-rsa", organization=_SHOP), 3, 200, wildcard=True),
    Shape(Kind("RSA-3072", "trust-rsa", organization=_SHOP), 3, 200),
    Shape(Kind("RSA-2048", "trust-ecc", organization=_SHOP), 4, 200),
    Shape(Kind("EC-256", "trust-ecc", "SHA384", organization=_SHOP), 5, 398),
    Shape(Kind("EC-384", "trust-ecc", "SHA384", organization=_SHOP), 2, 200),
    Shape(_ACME_ECDSA, 12, 90, alternative_name=True),
    Shape(_ACME_ECDSA, 4, 47),
    Shape(_ACME_ECDSA, 2, 6),
    Shape(_ACME_ECDSA, 2, 90, _EXPIRING),
    Shape(_ACME_RSA, 8, 90),
    Shape(_ACME_RSA, 2, 90, _EXPIRED),
    Shape(_CORP_RSA, 10, 730),
    Shape(_CORP_RSA, 2, 365, _FUTURE),
    Shape(Kind("RSA-4096", "corp", organization=_CORP), 3, 1095),
    Shape(Kind("Ed25519", "corp", organization=_CORP), 2, 365),
    Shape(Kind("RSA-1024", "corp-legacy", organization=_CORP), 3, 1825),
    Shape(Kind("RSA-2048", "corp-legacy", "SHA1", organization=_CORP), 3, 1825),
    Shape(Kind("RSA-2048", SELF_SIGNED, organization=_CORP), 4, 3650),
    Shape(Kind("RSA-1024", SELF_SIGNED, "SHA1"), 1, 3650, _EXPIRED),
    Shape(Kind("EC-256", SELF_SIGNED), 1, 3650),
)
