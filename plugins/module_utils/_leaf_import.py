# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sending leaf certificates to Certificate View, and reading which of them it took.

Source: CertView API guide, "Import Leaf Certificate".

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import ssl
import typing as t

from ._certificate_file import contents_of
from ._transport import Upload
from ._values import items, lines, mapping, text

PATH = "/certview/v1/certificates/import/leaf"

# No bound is documented; so many stay below the 1 MB that web servers commonly allow a request.
MOST_CERTIFICATES = 200


def upload(certificates: t.Iterable[bytes]) -> Upload:
    """Return the file that imports *certificates*, each given in DER."""
    pem = "".join(map(ssl.DER_cert_to_PEM_cert, certificates))
    return Upload("certificates.pem", pem.encode("ascii"), "application/x-pem-file")


def named_in(answer: object) -> set[str]:
    """Return the SHA-256 of each certificate that the answer to an import names, by its certhash or its PEM.

    The guide shows no more than C(rawData) of what is told of each certificate.
    """
    named: set[str] = set()
    for each in items(mapping(answer).get("certificatesResponses")):
        told = mapping(each)
        certhash = text(told.get("certhash"))
        raw_data = lines(told.get("rawData")) or ""
        named.update(contents_of(raw_data.encode("utf-8", "replace")).certificates)
        if certhash:
            named.add(certhash.lower())
    return named
