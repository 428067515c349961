# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate authorities of every simulated estate: two public-looking ones and one of a company."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from .issuing import Request, Signer, issue
from .keys import authority_key
from .model import DAY_MS, Issuer, Name, SignedBy

# Fixed, not relative to the estate's clock: an authority is older than what it signed, whatever day it is.
_ROOTS_FROM = 1_577_836_800_000  # 2020-01-01
_ROOTS_TO = _ROOTS_FROM + 25 * 365 * DAY_MS


@dataclass(slots=True, frozen=True)
class _Authority:
    name: Name
    key: str
    number: int
    parent: str | None
    category: str


_TRUST = "Example Trust Services"
_LETS = "Let's Certify"
_CORP = "Example Corp, Inc."

# An RSA intermediate, an elliptic one under an RSA root (so a leaf's signature tells nothing of its key), an ACME-like
# authority with an apostrophe in its name (a real trap of quoting in QQL), and a company's own with a SHA-1 past.
_AUTHORITIES: dict[str, _Authority] = {
    "trust-root": _Authority(Name("Example Trust Root R1", _TRUST, country="US"), "RSA-4096", 0, None, "approved"),
    "trust-rsa": _Authority(
        Name("Example Trust TLS RSA CA 1", _TRUST, country="US"), "RSA-2048", 0, "trust-root", "approved"
    ),
    "trust-ecc": _Authority(
        Name("Example Trust TLS ECC CA 2", _TRUST, country="US"), "EC-384", 1, "trust-root", "approved"
    ),
    "acme-root": _Authority(Name("LC Root X1", _LETS, country="US"), "EC-384", 2, None, "approved"),
    "acme": _Authority(Name("LC E1", _LETS, country="US"), "EC-256", 3, "acme-root", "approved"),
    "corp-root": _Authority(
        Name("Example Corp Internal Root", _CORP, ("IT Security",), "Springfield", "Illinois", "US"),
        "RSA-4096",
        1,
        None,
        "unapproved",
    ),
    "corp": _Authority(
        Name("Example Corp Issuing CA 3", _CORP, ("IT Security",), country="US"),
        "RSA-3072",
        0,
        "corp-root",
        "unapproved",
    ),
    "corp-legacy": _Authority(
        Name("Example Corp Legacy CA", _CORP, country="US"), "RSA-2048", 1, "corp-root", "unapproved"
    ),
}


@dataclass(slots=True, frozen=True)
class Authority:
    signer: Signer
    category: str
    parent: str | None


@functools.lru_cache(maxsize=4)
def make_authorities(seed: int) -> Mapping[str, Authority]:
    """All authorities by their short names, roots before what they signed."""
    made: dict[str, Authority] = {}
    for serial, (short, plan) in enumerate(_AUTHORITIES.items(), start=0x1001):
        parent = made[plan.parent].signer if plan.parent else None
        request = Request(
            subject=plan.name,
            serial_number=f"{serial:04x}",
            valid_from=_ROOTS_FROM,
            valid_to=_ROOTS_TO if parent is None else _ROOTS_TO - 5 * 365 * DAY_MS,
            key=authority_key(plan.key, f"{seed}:authority:{short}", plan.number),
            certificate_authority=True,
            hash_name="SHA384",
        )
        der = issue(request, parent)
        issuer = Issuer(plan.name, hashlib.sha256(der).hexdigest())
        signed_by = SignedBy(issuer, parent.signed_by.root if parent else issuer)
        made[short] = Authority(Signer(signed_by, request.key, der), plan.category, plan.parent)
    return MappingProxyType(made)
