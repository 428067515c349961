# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user may choose about the matching of hosts and assets.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ._addresses import canonical_range
from ._errors import CertViewError
from ._networks import varying_bits

MATCH_RULES = ("primary_ip", "interface", "fqdn", "short_name", "netbios")
ON_AMBIGUOUS = ("all", "newest", "skip", "fail")

NEVER_IDENTITIES = ("0.0.0.0", "127.0.0.0/8", "224.0.0.0/4", "255.255.255.255", "::", "::1", "ff00::/8")
"""Unspecified, loopback, multicast and broadcast addresses, which are no host's own (RFC 6890 sections 2.2.2, 2.2.3;
RFC 5771; RFC 4291 section 2.7)."""

DEFAULT_EXCLUDED = (
    "169.254.0.0/16",
    "fe80::/10",
    "172.17.0.1",
    "172.18.0.1",
    "10.88.0.1",
    "192.168.56.1",
    "192.168.122.1",
)
"""Link-local addresses (RFC 3927, RFC 4291 section 2.5.6), and what the bridges of Docker, Docker Swarm, Podman,
VirtualBox and libvirt have on every host that runs them, unless they are set up otherwise."""

DEFAULT = "default"
"""What stands for DEFAULT_EXCLUDED in C(exclude_addresses)."""

DEFAULT_SHARED_ABOVE = 10

_LONGEST_DAYS = 36525


@dataclass(frozen=True)
class MatchOptions:
    """How hosts and assets are matched; made by match_options(), which checks what users write.

    :ivar match_on: Rules in the order in which they are tried, out of MATCH_RULES.
    :ivar on_ambiguous: What several assets found by one rule mean, out of ON_AMBIGUOUS: V(all) are the host's,
        the V(newest) is, none is (V(skip)), or V(fail).
    :ivar exclude_addresses: Addresses and networks that identify no host, besides NEVER_IDENTITIES; canonical.
    :ivar shared_above: An address that more assets than this have identifies none of them.
    :ivar nat: Addresses and networks that CertView tells, to those that hosts have; canonical, of equal size.
    :ivar asset_max_age_days: Assets that were not found for longer are not matched; V(None) for no limit.
    """

    match_on: tuple[str, ...] = MATCH_RULES
    on_ambiguous: str = "all"
    exclude_addresses: tuple[str, ...] = DEFAULT_EXCLUDED
    shared_above: int = DEFAULT_SHARED_ABOVE
    nat: Mapping[str, str] = field(default_factory=dict)
    asset_max_age_days: float | None = None


DEFAULT_OPTIONS = MatchOptions()


def match_options(
    *,
    match_on: Sequence[str] = MATCH_RULES,
    on_ambiguous: str = "all",
    exclude_addresses: Sequence[str] = (DEFAULT,),
    shared_above: int = DEFAULT_SHARED_ABOVE,
    nat: Mapping[str, str] | None = None,
    asset_max_age_days: float | None = None,
) -> MatchOptions:
    """Return what a user chose, in any spelling of the addresses.

    :param exclude_addresses: Addresses and networks; the word V(default) stands for DEFAULT_EXCLUDED.
    :raises CertViewError: Kind V(options), with what is wrong and the nearest valid name.
    """
    if not match_on:
        raise _error("match_on names no rule", f"It is a list out of {', '.join(MATCH_RULES)}.")
    if shared_above < 1:
        raise _error(
            f"shared_above is {shared_above}", "An address that one asset has must be an identity: give 1 or more."
        )
    if asset_max_age_days is not None and not 0 < asset_max_age_days <= _LONGEST_DAYS:
        raise _error(f"asset_max_age_days is {asset_max_age_days}", f"It is above 0 and at most {_LONGEST_DAYS}.")
    return MatchOptions(
        match_on=tuple(_known(rule, MATCH_RULES, "match_on") for rule in match_on),
        on_ambiguous=_known(on_ambiguous, ON_AMBIGUOUS, "on_ambiguous"),
        exclude_addresses=_excluded(exclude_addresses),
        shared_above=shared_above,
        nat=_nat(nat or {}),
        asset_max_age_days=asset_max_age_days,
    )


def _excluded(given: Sequence[str]) -> tuple[str, ...]:
    found: list[str] = []
    for entry in given:
        if entry == DEFAULT:
            found += DEFAULT_EXCLUDED
        else:
            found.append(_range(entry, "exclude_addresses", f", or the word {DEFAULT}"))
    return tuple(dict.fromkeys(found))


def _nat(given: Mapping[str, str]) -> dict[str, str]:
    inside_of: dict[str, str] = {}
    for outside, inside in given.items():
        pair = _range(outside, "nat"), _range(inside, "nat")
        if varying_bits(pair[0]) != varying_bits(pair[1]):
            raise _error(
                f"nat translates {outside} to {inside}, which is not of the same size",
                "Give two addresses, or two networks of the same size.",
            )
        if inside_of.setdefault(*pair) != pair[1]:
            raise _error(f"nat translates {pair[0]} twice, to {inside_of[pair[0]]} and to {pair[1]}")
    return inside_of


def _range(entry: object, option: str, or_else: str = "") -> str:
    found = canonical_range(entry)
    if found is None:
        raise _error(
            f"{option} has {entry!r}, which is no address and no network", f"Write 10.1.2.3 or 10.1.2.0/28{or_else}."
        )
    return found


def _known(value: str, valid: Sequence[str], option: str) -> str:
    if value in valid:
        return value
    nearest = difflib.get_close_matches(str(value).lower(), valid, n=1, cutoff=0.0)
    raise _error(f"{option} has {value!r}", f"Did you mean {nearest[0]!r}? Valid are {', '.join(valid)}.")


def _error(message: str, hint: str = "") -> CertViewError:
    return CertViewError(message, kind="options", hint=hint)
