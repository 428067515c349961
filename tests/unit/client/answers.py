# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An element of a list answer with every field that is documented, and all that may come in the place of one."""

from __future__ import annotations

import copy
import typing as t

from hypothesis import strategies as st
from unit.client.support import AS_OF, JSON_VALUES

MILLISECONDS = int(AS_OF.timestamp() * 1000)
DAY = 86_400_000

# Shape and names: CertView API guide, "List CertView Certificates v2".
FULL: dict[str, t.Any] = {
    "id": 189259654,
    "certhash": "E6FE22BF",
    "keySize": 2048,
    "serialNumber": "00B9",
    "validToDate": "2026-08-30T11:00:00.000+00:00",
    "validTo": MILLISECONDS + 3 * DAY,
    "validFromDate": "2026-06-01T11:00:00.000+00:00",
    "validFrom": MILLISECONDS - 87 * DAY,
    "signatureAlgorithm": "SHA256withRSA",
    "extendedValidation": False,
    "createdDate": "2026-01-22T18:56:12.000+00:00",
    "updateDate": "2026-01-30T17:42:49.000+00:00",
    "dn": "CN=WR2",
    "subject": {
        "organization": "Example Ltd",
        "locality": "",
        "name": "WR2\x00",
        "state": "x",
        "country": "US",
        "organizationUnit": ["a", None],
        "title": "new",
    },
    "lastFound": 1769794969000,
    "imported": False,
    "selfSigned": False,
    "issuer": {"name": "GTS Root R1", "certhash": "d947"},
    "rootissuer": None,
    "issuerCategory": "unapproved",
    "revocationStatus": "Not Revoked",
    "orderStatus": "In Renewal",
    "instanceCount": 2,
    "assetCount": 2,
    "sources": ["VM", "QAGENT"],
    "type": "Leaf",
    "publicKeyAlgorithm": "RSA",
    "assets": [
        {
            "id": 1060774298,
            "uuid": "a5a21a66",
            "netbiosName": "",
            "name": "web01",
            "operatingSystem": None,
            "primaryIp": "192.0.2.11",
            "hostInstances": [
                {
                    "id": 3247,
                    "port": 443,
                    "fqdn": "",
                    "protocol": "tcp",
                    "service": "https",
                    "grade": "C",
                    "sslProtocols": ["TLSv1.2", "TLSv1", "TLSv1.2"],
                    "cipherSuites": {"TLSv1.2": [{"name": "x\x00"}]},
                    "vulnerabilities": None,
                    "pqcSupport": False,
                }
            ],
            "assetInterfaces": [{"address": "192.0.2.11"}, {"hostname": "h", "address": "2001:DB8::1"}],
            "tags": [{"name": "Cloud", "uuid": "t1"}],
            "agent": 1,
        }
    ],
    "keyUsage": ["Digital Signature"],
    "enhancedKeyUsage": None,
    "subjectAlternativeNames": {"DNS Name": ["a.example"], "IP Address": None, "Other\x00Name": ["o"], "URI": None},
    "rawData": "-----BEGIN CERTIFICATE-----\nAA==\n",
    "pqcSupport": {"a\x00": "b\x00"},
}

# What a reader that expects something else stumbles over sooner than over any value.
HOSTILE_VALUES = JSON_VALUES | st.sampled_from(
    (
        *(10**15, 10**30, -(10**15), -(10**30), 1e15, 1e300, "1" * 18, "0000-00-00T00:00:00.000+00:00"),
        *([None, 1, "a", {}, []], {"a": {}}, {"DNS Name": 1, "b": {}}, "\x00\ud800"),
    )
)

_Path = tuple[str | int, ...]


def _paths(value: t.Any, at: _Path = ()) -> t.Iterator[_Path]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in below:
        yield (*at, key)
        yield from _paths(inner, (*at, key))


PATHS = tuple(_paths(FULL))


def spoilt(path: _Path, value: t.Any) -> dict[str, t.Any]:
    """The full element with *value* at *path*."""
    made = copy.deepcopy(FULL)
    place: t.Any = made
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return made
