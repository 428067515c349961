# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads all certificates as certview_certificate_info does. Prints how many.

Arguments: the instant to judge by, and optionally a file to write the records to.
"""

from __future__ import annotations

import sys

from ansible_collections.community.qualys.plugins.module_utils._client import CertViewClient
from ansible_collections.community.qualys.plugins.module_utils._files import written_lines
from connecting import QUERY, connection, instant


def main(as_of: str, dest: str = "") -> None:
    with CertViewClient(connection(), tell=print) as client:
        records = client.records(QUERY, instant(as_of))
        print(written_lines(dest, records) if dest else sum(1 for record in records))


if __name__ == "__main__":
    main(*sys.argv[1:])
