# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads all certificates through a local copy. Prints the way that was taken, and how many there are.

Arguments: the instant to judge by, and how many seconds old the copy may be.
"""

from __future__ import annotations

import sys

from ansible_collections.community.qualys.plugins.module_utils._freshness import Freshness
from ansible_collections.community.qualys.plugins.module_utils._source import CertificateSource
from connecting import QUERY, connection, instant


def main(as_of: str, max_age: str) -> None:
    with CertificateSource(connection(), tell=print) as source:
        count = sum(1 for record in source.records(QUERY, instant(as_of), Freshness(max_age=float(max_age))))
        print(source.api_use["snapshot"]["path"], count)


if __name__ == "__main__":
    main(*sys.argv[1:])
