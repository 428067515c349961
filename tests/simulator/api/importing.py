# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``POST /certview/v1/certificates/import/leaf``."""

from __future__ import annotations

import hashlib
import re

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ..errors import NOT_AUTHORISED, ApiError, json_response
from ..estate.estate import Estate
from ..estate.minting import certificate_of
from ..estate.model import Certificate, Issuer, SignedBy
from ..estate.reading import Contents, read
from ..estate.rendering import raw_data
from .context import Context
from .external_sites import uploaded_file


async def import_leaf(request: web.Request, context: Context) -> web.Response:
    """Imports one or many leaf certificates, PEM or DER (CertView API guide, Import Leaf Certificate).

    Raises ApiError (403) for users whose scope is restricted, (400) for a file without certificates or with an
    authority.
    """
    if context.quirks.restricted_user:
        raise ApiError(403, "User does not have permission to import certificates", NOT_AUTHORISED)
    encodings = _certificates(await uploaded_file(request))
    leaves = [(der, _readable_leaf(der)) for der in encodings]
    imported = [_import(context.estate, der, contents) for der, contents in leaves]
    return json_response(
        {
            "certificatesResponses": [
                {"rawData": raw_data(each.der, context.quirks.bare_raw_data), "certhash": each.certhash, "id": each.id}
                for each in imported
            ]
        }
    )


def _certificates(content: bytes) -> list[bytes]:
    try:
        if re.search(rb"-----BEGIN [A-Z ]*CERTIFICATE-----", content):
            return [each.public_bytes(Encoding.DER) for each in x509.load_pem_x509_certificates(content)]
        return [x509.load_der_x509_certificate(content).public_bytes(Encoding.DER)]
    except ValueError:
        raise ApiError(400, "The file holds no readable certificate.") from None


def _readable_leaf(der: bytes) -> Contents:
    try:
        contents = read(der)
    except ValueError as error:
        raise ApiError(400, f"The certificate cannot be imported: {error}.") from None
    if contents.profile.type != "Leaf":
        raise ApiError(400, None, details=[("file", f"{contents.subject.dn} is not a leaf certificate")])
    return contents


def _import(estate: Estate, der: bytes, contents: Contents) -> Certificate:
    known = estate.certificate(hashlib.sha256(der).hexdigest())
    if known is not None:
        return known
    now, number = estate.now, estate.next_certificate_id()
    certificate = certificate_of(der, contents, _signed_by(estate, contents), "unapproved", number, now, now)
    certificate.imported, certificate.sources = True, ("IMPORT",)
    estate.insert(certificate)
    return certificate


def _signed_by(estate: Estate, contents: Contents) -> SignedBy | None:
    if contents.profile.self_signed:
        return None
    issuer = next((each for each in estate.certificates if each.subject == contents.issuer_name), None)
    named = Issuer(contents.issuer_name, issuer.certhash if issuer else "")
    return SignedBy(named, issuer.root_issuer if issuer else named)
