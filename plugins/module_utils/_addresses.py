# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Canonical IP addresses and names, so that two spellings of one identity compare equal.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import ipaddress
import re

# What Qualys, cloud images and resolvers say in place of a name.
PLACEHOLDER_NAMES = frozenset(
    {"unknown", "localhost", "localhost.localdomain", "localhost4", "localhost6", "ip6-localhost", "ip6-loopback"}
)

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}")
_MASK = re.compile(rf"[0-9]{{1,3}}|{_OCTET}(?:\.{_OCTET}){{3}}")
_MASKED_IPV4 = re.compile(r"[0-9x]+(?:\.[0-9x]+){3}")
_PLAIN_NAME = re.compile(r"(?:[a-z0-9_-]+\.)*[a-z_-][a-z0-9_-]*")
_NOT_IN_A_NAME = re.compile(r"[\x00-\x2c/:-@\[-^`{-\x7f]")
_LONGEST_NAME = 253
_BITS_BEFORE_MAPPED = 96


def canonical_address(text: object) -> str | None:
    """Return the one spelling of an IPv4 or IPv6 address, or V(None) for whatever is not an address.

    Accepts what CertView and inventories are known to hold: a mask (C(10.0.0.5/24)), brackets, a zone
    (C(fe80::1%eth0)), surrounding spaces, an IPv4-mapped IPv6 address (returned as IPv4), any case and any
    compression. Octets with leading zeros are refused because readers disagree on whether they are octal;
    partly hidden addresses (C(51.124.XX.247)) because they name no host. Never raises.

    Source: RFC 5952 section 4 (spelling of IPv6), RFC 4291 section 2.5.5.2 (IPv4-mapped).
    """
    if not isinstance(text, str):
        return None
    if _IPV4.fullmatch(text):
        return text
    bare = text.strip()
    if bare.startswith("[") and bare.endswith("]"):
        bare = bare[1:-1]
    bare, slash, mask = bare.partition("/")
    if slash and not _MASK.fullmatch(mask):
        return None
    if _IPV4.fullmatch(bare):
        return bare
    if ":" not in bare:
        return None
    try:
        address = ipaddress.IPv6Address(bare.partition("%")[0])
    except ValueError:
        return None
    return str(address.ipv4_mapped or address)


def canonical_range(text: object) -> str | None:
    """Return the one spelling of a network (C(10.1.2.0/28)) or of an address, or V(None) for what is neither.

    Only what has no bit of a host is a network: C(10.1.2.3/28) is an address with a mask, and so is what has a mask of
    full length. V(None) also for the whole Internet (C(0.0.0.0/0)), which only a slip can mean. A mask may be
    written as C(255.255.255.240); an IPv4-mapped network is returned as IPv4. Never raises.

    Source: RFC 4632 section 3.1 (prefix notation), RFC 4291 section 2.5.5.2 (IPv4-mapped).
    """
    address = canonical_address(text)
    if address is None or not isinstance(text, str) or "/" not in text:
        return address
    before, _slash, mask = text.strip().strip("[]").partition("/")
    if ":" in before and ":" not in address and mask.isdigit():
        mask = str(max(int(mask) - _BITS_BEFORE_MAPPED, 0))
    try:
        interface = ipaddress.ip_interface(f"{address}/{mask}")
    except ValueError:
        return None
    network = interface.network
    if interface.ip != network.network_address or network.prefixlen == network.max_prefixlen:
        return address
    return str(network) if network.prefixlen else None


def canonical_name(text: object) -> str | None:
    """Return a host name in lower case without the trailing dot, or V(None) for what identifies no host.

    Addresses (also partly hidden ones), placeholders such as V(UNKNOWN) and V(localhost), and text that cannot
    be a name are not identities. Internationalised labels are left as they are. Never raises.

    Source: RFC 1123 section 2.1 and RFC 4343 (case), RFC 1035 section 2.3.4 (length),
    RFC 3696 section 2 (the last label is not all digits).
    """
    if not isinstance(text, str):
        return None
    name = text.strip().lower()
    if name.endswith("."):
        name = name[:-1]
    if len(name) > _LONGEST_NAME or name in PLACEHOLDER_NAMES or _MASKED_IPV4.fullmatch(name):
        return None
    # Nearly all names are plain, and an audit reads hundreds of thousands of them.
    return name if _PLAIN_NAME.fullmatch(name) or _is_name(name) else None


def _is_name(name: str) -> bool:
    if _NOT_IN_A_NAME.search(name) or not name.isprintable():
        return False
    labels = name.split(".")
    return "" not in labels and not labels[-1].isdigit()
