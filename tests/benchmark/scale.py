# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How much the benchmarks measure: in full, or only enough to see that they work."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Scale:
    """Sizes of the benchmarks.

    :ivar rounds: Counted runs of each contender.
    :ivar slow_rounds: The same of what takes a minute each.
    :ivar warm_up: Whether each runs once before, uncounted.
    :ivar audit_hosts: Sizes of the inventory that is audited.
    :ivar audit_estates: Certificates that a smallest inventory is audited against, in ascending order.
    :ivar audit_inventories: Hosts that are audited against the largest estate, in ascending order.
    :ivar sweeps: Certificates, and milliseconds that each call takes at least.
    :ivar uri_up_to: The most certificates that a loop of ansible.builtin.uri is asked for.
    :ivar delta: Certificates of which some change.
    :ivar changed_share: How many of them change.
    :ivar peer_pages: Certificates of the estate that qualysdk's calls are counted on.
    :ivar processes: How many look up certificates at once.
    :ivar lookups: How many lookups each of them makes.
    :ivar fork_certificates: Certificates among which they look up.
    :ivar growth: Certificates.
    :ivar peer_python: The interpreter of qualysdk's environment; its contender is left out where there is none.
    """

    rounds: int
    slow_rounds: int
    warm_up: bool
    audit_hosts: tuple[int, ...]
    audit_estates: tuple[int, ...]
    audit_inventories: tuple[int, ...]
    sweeps: tuple[tuple[int, float], ...]
    uri_up_to: int
    delta: int
    changed_share: float
    peer_pages: int
    processes: int
    lookups: int
    fork_certificates: int
    growth: tuple[int, ...]
    peer_python: Path


_PEER = Path(__file__).resolve().parents[2] / ".build" / "venv" / "peer" / "bin" / "python"

FULL = Scale(
    rounds=5,
    slow_rounds=3,
    warm_up=True,
    audit_hosts=(200, 2000),
    audit_estates=(2_000, 20_000, 200_000),
    audit_inventories=(200, 2_000, 20_000),
    sweeps=((10_000, 100), (50_000, 0)),
    uri_up_to=10_000,
    delta=200_000,
    changed_share=0.005,
    peer_pages=10_000,
    processes=16,
    lookups=20,
    fork_certificates=2_000,
    growth=(1_000, 10_000, 100_000, 200_000),
    peer_python=_PEER,
)

QUICK = Scale(
    rounds=1,
    slow_rounds=1,
    warm_up=False,
    audit_hosts=(5,),
    audit_estates=(250, 350, 450),
    audit_inventories=(5, 10, 20),
    sweeps=((450, 1),),
    uri_up_to=450,
    delta=450,
    changed_share=0.02,
    peer_pages=450,
    processes=2,
    lookups=2,
    fork_certificates=450,
    growth=(250, 450),
    peer_python=_PEER,
)
