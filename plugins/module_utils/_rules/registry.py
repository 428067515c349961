# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every rule there is, by its id, and the profiles that choose among them.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

from . import expiry, key, protocol, signature, trust
from .model import Rule

RULES: dict[str, Rule] = {
    rule.id: rule for family in (expiry, key, signature, trust, protocol) for rule in family.RULES
}

PROFILES: dict[str, tuple[str, ...]] = {
    "baseline": (
        "EXP-001",
        "EXP-002",
        "EXP-003",
        "EXP-005",
        "KEY-001",
        "KEY-002",
        "KEY-004",
        "SIG-001",
        "SIG-002",
        "TLS-001",
        "TLS-002",
        "TLS-003",
        "TRU-001",
    ),
}
