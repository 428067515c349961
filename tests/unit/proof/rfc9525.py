# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a name is one of those that a certificate is for, told from RFC 9525 alone, to compare the library with."""

from __future__ import annotations

import ipaddress
import unicodedata
from collections.abc import Iterable


def is_presented(reference: str, dns_names: Iterable[str], ip_addresses: Iterable[str]) -> bool | None:
    """Tell whether a host name or an address is among the names of the subject (RFC 9525 6).

    None for what no client would look for: a wildcard, a name with an empty label, or one that was not readable.
    """
    address = _address(reference)
    if address is not None:
        return any(_address(each) == address for each in ip_addresses)
    labels = _labels(reference)
    if "" in labels or "*" in reference or "\N{REPLACEMENT CHARACTER}" in reference:
        return None
    return any(_matches(labels, _labels(each)) for each in dns_names)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _labels(name: str) -> list[str]:
    """Return the labels as they are compared: A-labels in lower case, without the root's (RFC 9525 6.3)."""
    return [_a_label(label) for label in name.removesuffix(".").split(".")]


def _a_label(label: str) -> str:
    folded = unicodedata.normalize("NFC", label.lower())
    return folded if folded.isascii() else f"xn--{folded.encode('punycode').decode('ascii')}"


def _matches(reference: list[str], presented: list[str]) -> bool:
    if presented[0] != "*":
        return reference == presented
    # The wildcard is the whole left-most label and stands for exactly one (RFC 9525 6.3). One that would stand for all
    # of a top-level domain is taken for none, as browsers do.
    return len(presented) > 2 and reference[1:] == presented[1:]
