# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asks the controller's resolver for the addresses of hosts that are known by name only.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import queue
import socket
import threading
import time
import typing as t
from collections.abc import Iterable, Mapping

from ..module_utils._addresses import canonical_address, canonical_name
from ..module_utils._errors import CertViewError
from ..module_utils._matching import Identities

Lookup = t.Callable[[str], Iterable[str]]
"""Returns the addresses of a name; raises OSError if it has none."""

_AT_ONCE = 16
_MOST_NAMED = 10


def addresses_of(name: str) -> list[str]:
    """Return all A and AAAA addresses that the resolver of this machine tells for *name*, sorted as text.

    In the order of the resolver, which turns them round, two audits of the same state would differ.

    :raises OSError: There are none, or nobody answered.
    :raises UnicodeError: It cannot be a name of the DNS.
    """
    told = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return sorted({str(address[0]) for *_kind, address in told})


def with_addresses(
    hosts: Mapping[str, Identities],
    timeout: float,
    tell: t.Callable[[str], None],
    lookup: Lookup = addresses_of,
    clock: t.Callable[[], float] = time.monotonic,
) -> dict[str, Identities]:
    """Return the hosts, and behind the own names of those without an address of their own what these resolve to.

    It is the first name of each such host that is asked for, as that is what Ansible connects to: the inventory name
    behind an C(ansible_host) is a label of the user's that may be the name of another machine.

    :param timeout: Seconds for all names together.
    :param tell: Is given one sentence about all names that have no address, or none in time.
    :raises CertViewError: Kind V(options), if P(timeout) is not above 0.
    """
    if not timeout > 0:
        raise CertViewError(f"resolve_timeout is {timeout}, and must be above 0", kind="options")
    wanted = {host: name for host, known in hosts.items() for name in _name_to_ask(known)}
    found = _looked_up(sorted(set(wanted.values())), timeout, lookup, clock)
    missing = sorted({name for name in wanted.values() if not found.get(name)})
    if missing:
        more = f" and {len(missing) - _MOST_NAMED} more" if missing[_MOST_NAMED:] else ""
        tell(
            f"Within {timeout:g} seconds no address was found for {', '.join(missing[:_MOST_NAMED])}{more}."
            " Hosts of these names are matched by their names only."
        )
    return {
        host: known._replace(own=(*known.own, *found.get(wanted.get(host, ""), ()))) for host, known in hosts.items()
    }


def _name_to_ask(known: Identities) -> list[str]:
    if any(canonical_address(identity) is not None for identity in known.own):
        return []
    return [name for name in map(canonical_name, known.own) if name is not None][:1]


def _looked_up(
    names: list[str], timeout: float, lookup: Lookup, clock: t.Callable[[], float]
) -> dict[str, tuple[str, ...]]:
    """Return what was answered in time; nobody waits for the threads whose resolver still does."""
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
    for name in names:
        waiting.put(name)
    answers: queue.SimpleQueue[tuple[str, tuple[str, ...]]] = queue.SimpleQueue()
    closed = threading.Event()

    def work() -> None:
        while not closed.is_set():
            try:
                name = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                answers.put((name, tuple(lookup(name))))
            except (OSError, UnicodeError):
                answers.put((name, ()))

    end = clock() + timeout
    for _each in range(min(_AT_ONCE, len(names))):
        # Not those of a pool, which the end of the process would wait for.
        threading.Thread(target=work, name="certview-resolver", daemon=True).start()
    found: dict[str, tuple[str, ...]] = {}
    while len(found) < len(names):
        try:
            name, addresses = answers.get(timeout=max(0.0, end - clock()))
        except queue.Empty:
            break
        found[name] = addresses
    closed.set()
    return found
