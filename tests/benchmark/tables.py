# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run prints: Markdown, to be pasted into the documentation as it is."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence

from .measure import Figures, Ratio, Runs, median


def table(header: Sequence[str], rows: Sequence[Sequence[t.Any]]) -> str:
    """Return a Markdown table whose first column holds words and the others figures."""
    cells = [header, ["---", *["---:"] * (len(header) - 1)], *([str(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells) + "\n"


RAW_HEADER = ("calls", "refused", "wall s", "CPU s", "peak MiB", "simulator's CPU / wall")


def raw(runs: Runs) -> list[str]:
    """Return the cells below RAW_HEADER: medians, as the material of the ratios."""
    middle: Figures = median(runs)
    return [
        f"{middle.calls:.0f}",
        f"{middle.refusals:.0f}",
        f"{middle.wall:.2f}",
        f"{middle.cpu:.2f}",
        f"{middle.peak:.0f}",
        f"{middle.server_cpu / middle.wall:.0%}",
    ]


def verdict(what: str, measured: Ratio | float, most: float) -> str:
    """Return a line that holds a figure against its target."""
    value, shown = (measured.middle, str(measured)) if isinstance(measured, Ratio) else (measured, f"{measured:g}")
    return f"- {what}: {shown}; target at most {most:g}: {'met' if value <= most else 'MISSED'}"
