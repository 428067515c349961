# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a certificate can be looked up by: the addresses, names, hash and serial number of its record.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t

from ._addresses import canonical_address
from ._certificate import Record

IDENTITY_KINDS = ("address", "name", "certhash", "serial")


def folded_name(text: object) -> t.Optional[str]:
    """Return a name as it is compared: without regard to case, blanks around it, or the dot at its end.

    More is a name here than what can name a host: a wildcard, or the common name of an authority
    (RFC 5280 4.1.2.6), can be looked up as it stands in the certificate.
    """
    if not isinstance(text, str):
        return None
    return text.strip().casefold().rstrip(".") or None


def _folded_hex(text: object) -> t.Optional[str]:
    """Return a hash as the API writes it: browsers and OpenSSL have colons and capitals."""
    return text.replace(":", "").strip().lower() or None if isinstance(text, str) else None


def canonical_serial(text: str) -> str:
    """Return a serial number as hexadecimal digits alone: without colons, C(0x), capitals, and zeros in front.

    CertView tells the octets of the encoding (RFC 5280 4.1.2.2), whose first may be a zero that others leave out.
    """
    digits = text.replace(":", "").strip().lower()
    return digits.removeprefix("0x").lstrip("0") or "0"


def _folded_serial(text: object) -> t.Optional[str]:
    return canonical_serial(text) if isinstance(text, str) and text.strip() else None


_FOLD: t.Mapping[str, t.Callable[[object], t.Optional[str]]] = {
    "address": canonical_address,
    "name": folded_name,
    "certhash": _folded_hex,
    "serial": _folded_serial,
}


def wanted_identities(what: str, values: t.Iterable[str]) -> set[str]:
    """Return *values* as identities_of() spells them; what cannot be one, such as an address with letters, is left out.

    :param what: Of IDENTITY_KINDS.
    """
    fold = _FOLD[what]
    return {found for found in map(fold, values) if found is not None}


def identities_of(record: Record) -> set[tuple[str, str]]:
    """Return the pairs of kind and value that *record* is found by.

    Names are those of the assets, of the instances, and of the certificate's subject and its alternative names.
    """
    names = [(record["subject"] or {}).get("name"), *(record["subject_alternative_names"] or {}).get("dns_names", ())]
    addresses = []
    for asset in record["assets"]:
        names.append(asset["name"])
        names += [instance["fqdn"] for instance in asset["instances"]]
        addresses.append(asset["primary_ip"])
        addresses += [interface["address"] for interface in asset["interfaces"] or ()]
    told: t.Mapping[str, t.Iterable[object]] = {
        "address": addresses,
        "name": names,
        "certhash": (record["certhash"],),
        "serial": (record["serial_number"],),
    }
    return {
        (kind, found) for kind, values in told.items() for found in map(_FOLD[kind], set(values)) if found is not None
    }
