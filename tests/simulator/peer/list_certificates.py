# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a CertView with qualysdk, which knows nothing of this project. Runs in an environment of its own.

Arguments: gateway URL, user, password, page size or ``default``. Prints the certhashes as JSON.
"""

from __future__ import annotations

import importlib
import json
import sys

from qualysdk import TokenAuth  # type: ignore[import-not-found]


def main(gateway_url: str, username: str, password: str, page_size: str) -> None:
    # The package's own table of platforms knows https addresses only.
    platforms = importlib.import_module("qualysdk.auth.platform_picker").PlatformPicker.urls
    platforms["gateway_urls"]["qg1"] = gateway_url
    list_certs = importlib.import_module("qualysdk.cert").list_certs
    size = {} if page_size == "default" else {"pageSize": int(page_size)}
    certificates = list_certs(TokenAuth(username, password, platform="qg1"), **size)
    json.dump([{"certhash": each.certhash, "assets": len(each.assets)} for each in certificates], sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
