# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names and addresses that can be an external site, in one spelling.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t

from ._enumeration import enumerated
from ._errors import CertViewError

try:
    import idna
except ImportError:
    _HAS_IDNA = False
else:
    _HAS_IDNA = True

# RFC 6890 2.2.2. Not ipaddress.is_global, whose answer depends on the version of Python. The networks of
# documentation (RFC 5737) are not private, and the server decides on them.
_NOT_PUBLIC = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/3",
    )
)

# RFC 1123 2.1, and the underscore that some names have in practice; RFC 3696 2 (the last label is not all digits).
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_FQDN = re.compile(rf"(?:{_LABEL}\.)+(?=[a-z])[a-z0-9-]{{1,62}}[a-z0-9]", re.ASCII)

_LONGEST_NAME = 253

# RFC 3986 3.2.
_URL = re.compile(
    r"[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?(?P<host>[^/?#@:]+)(?::\d*)?(?:[/?#].*)?", re.DOTALL | re.IGNORECASE
)


class _Unfit(Exception):
    """Tells why a text cannot be an external site."""


def spelling(name: str) -> str:
    """Return the one spelling of a site by which it is compared: lower case, ASCII, without a final dot. Never raises.

    Sources: RFC 4343 (case), RFC 5891 (names in other scripts).
    """
    bare = name.strip().lower()
    bare = bare[:-1] if bare.endswith(".") else bare
    if bare.isascii() or not _HAS_IDNA or len(bare) > _LONGEST_NAME:
        return bare
    try:
        return idna.encode(bare, uts46=True).decode("ascii")
    except UnicodeError:  # of which IDNAError is one
        return bare


def listed_spelling(told: str) -> str:
    """Return the spelling of a site that Certificate View tells; of a URL, that of its host. Never raises.

    What the user gives is not cut so: a port or a path in it is a misunderstanding, and nothing would say so.
    """
    url = _URL.fullmatch(told.strip())
    return spelling(url["host"] if url else told)


def _fit(given: str) -> str:
    name = spelling(given)
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        if len(name) <= _LONGEST_NAME and _FQDN.fullmatch(name):
            return name
        if not name.isascii() and not _HAS_IDNA:
            raise _Unfit("give it in ASCII (xn--…): the Python library idna is not installed") from None
        raise _Unfit("neither a fully qualified domain name nor an IPv4 address") from None
    if address.version == 6:
        raise _Unfit("IPv6, which Qualys does not support here")
    if any(address in network for network in _NOT_PUBLIC):
        raise _Unfit("not a public address")
    return name


def checked_sites(given: t.Iterable[str]) -> list[str]:
    """Return *given* in the spelling that is sent, each once, in their order.

    Source: CertView API guide, "Add External Sites in Bulk" (no IPv6, no private addresses).

    :raises CertViewError: of kind V(options) that names each one that Qualys would refuse, or that would not be one
        line of a CSV file.
    """
    fit: dict[str, None] = {}
    unfit = []
    for name in given:
        try:
            fit[_fit(name)] = None
        except _Unfit as exc:
            unfit.append(f"{name!r} ({exc})")
    if unfit:
        raise CertViewError(
            f"sites holds what cannot be an external site: {enumerated(unfit)}",
            kind="options",
            hint="Give names such as www.example.com, without scheme, port or path, or public IPv4 addresses",
        )
    return [*fit]
