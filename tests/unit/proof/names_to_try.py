# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names that a server with a given certificate might be called by: those that match, and their near misses."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from simulator.estate.model import Certificate

_OF_EACH_KIND = 6


def names_to_try(certificate: Certificate) -> list[str]:
    """Return them in a fixed order, each once."""
    names = ["unrelated.example.org", "192.0.2.1"]
    # The subject is no name of a server (RFC 9525 2), whatever it looks like.
    if certificate.subject.name.isprintable() and "." in certificate.subject.name:
        names.append(certificate.subject.name)
    for name in certificate.dns_names[:_OF_EACH_KIND]:
        names += [each for each in _like(name) if each.isprintable()]
    for address in certificate.ip_addresses[:_OF_EACH_KIND]:
        parsed = ipaddress.ip_address(address)
        names += [parsed.exploded, parsed.compressed.upper()]
        if int(parsed) + 1 < 2**parsed.max_prefixlen:
            names.append(str(parsed + 1))
    return list(dict.fromkeys(name for name in names if name))


def _like(name: str) -> Iterator[str]:
    yield name
    yield name.upper()
    yield f"{name}."
    yield f"x{name}"
    yield f"x.{name}"
    first, _dot, rest = name.partition(".")
    yield rest
    if first == "*":
        yield f"www.{rest}"
        yield f"WWW.{rest}."
        yield f"a.b.{rest}"
        yield f"xn--bcher-kva.{rest}"
        yield f"bücher.{rest}"
        yield f".{rest}"
    if "xn--" in name:
        yield ".".join(_unicode(label) for label in name.split("."))
    else:
        yield f"*.{rest}"


def _unicode(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
