# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads all certificates with qualysdk, as its documentation shows. Runs in an environment of its own.

Arguments: gateway URL, user, password, page size. Prints how many there are.
"""

from __future__ import annotations

import importlib
import sys

from qualysdk import TokenAuth  # type: ignore[import-not-found]


def main(gateway_url: str, username: str, password: str, page_size: str) -> None:
    # The package's own table of platforms knows https addresses only.
    platforms = importlib.import_module("qualysdk.auth.platform_picker").PlatformPicker.urls
    platforms["gateway_urls"]["qg1"] = gateway_url
    list_certs = importlib.import_module("qualysdk.cert").list_certs
    print(len(list_certs(TokenAuth(username, password, platform="qg1"), pageSize=int(page_size))))


if __name__ == "__main__":
    main(*sys.argv[1:])
