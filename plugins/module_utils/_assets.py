# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All assets of one certificate, where the list of certificates does not hold them.

Source: CertView API guide, "List Assets of a Certificate".

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t

from ._certificate import Record

PATH = "/certview/v1/certificates/{certhash}/assets"


def request_body(attributes: t.Sequence[str], qql: str, number: int, size: int) -> dict[str, t.Any]:
    """Return the request for one page, counted from 0.

    :param attributes: V(tags), V(hostInstances) or both: what else to tell of an asset.
    :param qql: What the assets must meet, in Qualys Query Language; empty for all.
    """
    body: dict[str, t.Any] = {"pageNumber": number, "pageSize": size}
    if attributes:
        body["attributes"] = ",".join(attributes)
    if qql:
        body["filter"] = qql
    return body


def rows_of(answer: t.Any) -> t.Any:
    """Take the list out of an answer: the guide leaves open whether it is wrapped in an object with a count."""
    if isinstance(answer, dict):
        lists = [value for value in answer.values() if isinstance(value, list)]
        return lists[0] if len(lists) == 1 else answer
    return answer


def merged(record: Record, told: t.Iterable[Record]) -> Record:
    """Return the record of a certificate with the assets *told* besides those that it holds already.

    Those that it holds come from the list of certificates, which tells more of an asset.
    """
    assets = list(record["assets"])
    known = {identity(each) for each in assets}
    assets += [each for each in told if identity(each) not in known]
    counted = record["asset_count"]
    return {**record, "assets": assets, "assets_complete": counted is None or len(assets) >= counted}


def identity(asset: Record) -> t.Hashable:
    """Return what makes an asset the same in another answer: its UUID, which all versions tell, else its id."""
    known: t.Hashable = asset["uuid"] or asset["id"]
    return known
