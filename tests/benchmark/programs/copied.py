# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the records of a local copy to a file, one a line. Prints how many there are.

Arguments: the instant to judge by, how many seconds old the copy may be, and the file.
"""

from __future__ import annotations

import sys

from ansible_collections.community.qualys.plugins.module_utils._files import written_lines
from ansible_collections.community.qualys.plugins.module_utils._freshness import Freshness
from ansible_collections.community.qualys.plugins.module_utils._query import Query
from ansible_collections.community.qualys.plugins.module_utils._source import CertificateSource
from connecting import connection, instant

# The least that an audit asks for: whatever copy an audit has made holds it, and all that it asked for besides.
_QUERY = Query(includes=("asset_interfaces",), all_assets=True)


def main(as_of: str, max_age: str, path: str) -> None:
    with CertificateSource(connection(), tell=print) as source:
        print(written_lines(path, source.records(_QUERY, instant(as_of), Freshness(max_age=float(max_age)))))


if __name__ == "__main__":
    main(*sys.argv[1:])
