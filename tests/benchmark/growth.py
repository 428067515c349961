# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the cost of a sweep grows with the estate."""

from __future__ import annotations

from pathlib import Path

from . import contenders
from .arena import arena
from .measure import Figures, compare, growth_exponent, median
from .scale import Scale
from .tables import RAW_HEADER, raw, table


def run(scale: Scale, folder: Path) -> None:
    """Print the cost at each size, and the exponents that fit them."""
    medians: dict[int, Figures] = {}
    rows = []
    for certificates in scale.growth:
        with arena(certificates, folder) as place:
            # The first run waits for a simulator that still makes its certificates; the median leaves it out.
            (runs,) = compare(
                {f"{certificates:,}": place.runner(contenders.this_client())}, scale.slow_rounds, warm_up=False
            ).values()
        middle = medians[certificates] = median(runs)
        rows.append([f"{certificates:,}", *raw(runs), f"{middle.cpu / certificates * 1000:.3f}"])
    print(f"\n### A sweep of ever more certificates, {scale.slow_rounds} rounds each\n")
    print(table(("certificates", *RAW_HEADER, "CPU s per 1,000"), rows))
    for figure in ("calls", "wall", "cpu", "peak"):
        exponent = growth_exponent([*medians], [getattr(middle, figure) for middle in medians.values()])
        print(f"- {figure} grows with the power {exponent:.2f} of the certificates")
