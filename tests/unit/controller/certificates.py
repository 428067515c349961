# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates in the forms that users have them in, and the filters and tests that take them."""

from __future__ import annotations

import typing as t
from datetime import timedelta

from ansible_collections.community.qualys.plugins.filter.certview import FilterModule
from ansible_collections.community.qualys.plugins.test.certview import TestModule as JinjaTests
from unit.audit.estates import AS_OF, DAY, at, record

NOW = at(AS_OF)
FILTERS = FilterModule().filters()
TESTS = JinjaTests().tests()

RAW_V2 = {
    "id": 7,
    "certhash": "AB" * 32,
    "serialNumber": "0A",
    "type": "Leaf",
    "selfSigned": False,
    "keySize": 1024,
    "publicKeyAlgorithm": "RSA",
    "signatureAlgorithm": "SHA1withRSA",
    "validFrom": int((AS_OF - 100 * DAY).timestamp() * 1000),
    "validTo": int((AS_OF + 2 * DAY).timestamp() * 1000),
    "subject": {"name": "www.example.com"},
    "issuer": {"name": "Example CA"},
    "assets": [
        {
            "id": 1,
            "primaryIp": "10.0.0.1",
            "hostInstances": [{"port": 443, "protocol": "tcp", "sslProtocols": ["TLSv1", "TLSv1.2"]}],
        }
    ],
}
RAW_V1 = {
    "certhash": "cd" * 32,
    "keySize": 2048,
    "validFromDate": at(AS_OF - 100 * DAY),
    "validToDate": at(AS_OF - DAY),
    "assets": [{"assetId": "a-uuid", "primaryIp": "10.0.0.2", "hostInstances": [{"port": 8443}]}],
}


def ending(days: float, name: str = "aa", **changes: t.Any) -> dict[str, t.Any]:
    return record(name, valid_to=at(AS_OF + timedelta(days=days)), **changes)
