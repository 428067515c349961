# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The assets of one certificate, as M(community.qualys.certview_asset_info) asks for them.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t

from ._certificate import Record
from ._client import CertViewClient
from ._errors import CertViewError
from ._values import fingerprint

# Our words for the attributes of "List Assets of a Certificate" (CertView API guide).
ATTRIBUTES: t.Mapping[str, str] = {"tags": "tags", "instances": "hostInstances"}


def checked_certhash(given: str) -> str:
    """Return a SHA-256 fingerprint as the API spells it: in lower case without colons.

    :raises CertViewError: of kind V(options) for whatever else, which must not become part of a URL.
    """
    certhash = fingerprint(given)
    if certhash is None:
        raise CertViewError(
            f"certhash is {given!r}, which is no SHA-256 fingerprint",
            kind="options",
            hint="Give 64 hexadecimal digits, with or without colons",
        )
    return certhash


def found_assets(client: CertViewClient, certhash: str, *, attributes: t.Sequence[str], qql: str) -> t.Iterator[Record]:
    """Give each asset of a certificate; none for one that Certificate View does not know.

    The guide leaves open whether the server says so with an empty list or with 404 in its error envelope.

    :param certhash: In the API's spelling.
    :param attributes: Of ATTRIBUTES: what else to tell of an asset.
    :raises CertViewError: as C(CertViewClient.assets), also when 404 means that the gateway is the wrong one.
    """
    assets = client.assets(certhash, attributes=[ATTRIBUTES[name] for name in attributes], qql=qql)
    try:
        first = next(assets, None)
    except CertViewError as exc:
        if not _is_unknown_certificate(exc):
            raise
        return
    if first is not None:
        yield first
        yield from assets


def _is_unknown_certificate(exc: CertViewError) -> bool:
    # A page of HTML has no code. The words are those by which a gateway has been seen to refuse a path.
    return exc.http_status == 404 and exc.code is not None and "no static resource" not in exc.message.lower()
