# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looks up certificates by address, as the forks of a play do. Prints in how many lookups some were found.

Arguments: the instant to judge by, how many seconds old the local copy may be, and the addresses.
"""

from __future__ import annotations

import sys

from ansible_collections.community.qualys.plugins.module_utils._freshness import Freshness
from ansible_collections.community.qualys.plugins.module_utils._source import CertificateSource
from connecting import QUERY, connection, instant


def main(as_of: str, max_age: str, *addresses: str) -> None:
    freshness = Freshness(max_age=float(max_age))
    found = 0
    for address in addresses:
        # A lookup plugin keeps nothing from one call to the next.
        with CertificateSource(connection(), tell=print) as source:
            found += bool(list(source.records_by("address", [address], QUERY, instant(as_of), freshness)))
    print(found)


if __name__ == "__main__":
    main(*sys.argv[1:])
