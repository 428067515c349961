# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every rule there is, by its id.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

from . import cipher, expiry, grade, inventory, key, name, protocol, signature, trust, validity, vulnerability
from .model import Rule

_FAMILIES = (expiry, validity, key, signature, trust, name, protocol, cipher, grade, vulnerability, inventory)

RULES: dict[str, Rule] = {rule.id: rule for family in _FAMILIES for rule in family.RULES}


def rules_of(profile: str) -> tuple[str, ...]:
    """Return the ids of the rules of a profile, sorted.

    :param profile: Of PROFILES.
    """
    return tuple(sorted(rule.id for rule in RULES.values() if profile in rule.profiles))
