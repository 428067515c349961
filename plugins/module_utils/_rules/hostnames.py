# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a certificate is for a host: RFC 9525, by the library C(service-identity).

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import importlib
import ipaddress
import typing as t
from functools import lru_cache

from .._addresses import canonical_address, canonical_name

_LONGEST_NAME = 255


class LibraryMissing(Exception):
    """The library C(service-identity), or C(idna) for a name that is not ASCII, is not installed."""


def reference_identity(text: object) -> str | None:
    """Return the canonical address or name that a client would look for, or V(None) for what is neither."""
    return canonical_address(text) or canonical_name(text)


@lru_cache(maxsize=8192)
def is_for(reference: str, dns_names: tuple[str, ...], ip_addresses: tuple[str, ...]) -> bool | None:
    """Tell whether a certificate with these alternative names is for a host; V(None) if no host has such a name.

    A name is compared with the DNS names, without regard to case, to a trailing dot, and to whether international
    labels are written as A-labels or U-labels; an address with the IP addresses alone. C(*) stands for one whole label,
    the leftmost. Never for the whole name below a top-level domain (C(*.corp)): RFC 9525 leaves that open, and
    OpenSSL refuses it as well. The common name of the subject does not count.

    :param reference: As reference_identity() returns it.
    :raises LibraryMissing: If the library is not installed, and the certificate does not have the very same name.

    Source: RFC 9525 sections 6.1 to 6.4; RFC 5891 section 5 and UTS 46 for international labels.
    """
    is_address = canonical_address(reference) is not None
    # So it is nearly always, and the library takes its time.
    if not is_address and _is_plain(reference) and any(_bare(name).lower() == reference for name in dns_names):
        return True
    hazmat = _library("service_identity.hazmat")
    patterns = _patterns(dns_names, ip_addresses)
    if is_address:
        return _verified(hazmat.IPAddress_ID(reference), patterns)
    name = _ascii_name(reference)
    try:
        if name is None:
            return None
        if _verified(hazmat.DNS_ID(name), patterns):
            return True
        label, dot, domain = name.partition(".")
        if not label.startswith("xn--"):
            return False
        # The library refuses wildcards for A-labels. RFC 9525 refuses those that are a part of one: "xn--a*".
        wildcards = [pattern for pattern in patterns if getattr(pattern, "pattern", None) == f"*{dot}{domain}".encode()]
        return _verified(hazmat.DNS_ID(f"a{dot}{domain}"), wildcards)
    except ValueError:
        return None


def _is_plain(name: str) -> bool:
    return name.isascii() and "." in name


def _bare(name: str) -> str:
    name = name.strip()
    return name[:-1] if name.endswith(".") else name


def _verified(identity: t.Any, patterns: t.Iterable[t.Any]) -> bool:
    return any(identity.verify(pattern) for pattern in patterns)


@lru_cache(maxsize=8192)
def _patterns(dns_names: tuple[str, ...], ip_addresses: tuple[str, ...]) -> tuple[t.Any, ...]:
    """Return what the library compares with; alternative names that no host can have are left out."""
    hazmat = _library("service_identity.hazmat")
    patterns = []
    for told in dns_names:
        name = _ascii_name(_bare(told))
        try:
            if name is not None:
                patterns.append(hazmat.DNSPattern.from_bytes(name.encode()))
        except (hazmat.CertificateError, ValueError):
            continue
    for told in ip_addresses:
        try:
            patterns.append(hazmat.IPAddressPattern(ipaddress.ip_address(told.strip())))
        except ValueError:
            continue
    return tuple(patterns)


def _ascii_name(name: str) -> str | None:
    """Return a name with A-labels in place of U-labels, or V(None) if it cannot be one."""
    if len(name) > _LONGEST_NAME:
        return None
    if name.isascii():
        return name
    idna = _library("idna")
    try:
        labels = idna.uts46_remap(name, std3_rules=False).split(".")
        return _bare(".".join(label if label.isascii() else idna.alabel(label).decode("ascii") for label in labels))
    except UnicodeError:
        return None


def _library(name: str) -> t.Any:
    module = _imported(name)
    if module is None:
        raise LibraryMissing(name)
    return module


@lru_cache(maxsize=8)
def _imported(name: str) -> t.Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
