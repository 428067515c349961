# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All assets of one certificate, where the list of certificates does not hold them.

Source: CertView API guide, "List Assets of a Certificate".

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import re
import typing as t

from ._certificate import Record
from ._values import whole

PATH = "/certview/v1/certificates/{certhash}/assets"

# What tells an asset from others.
KEYS = ("id", "uuid", "assetId")

# No document names the fields of such an object; these words stand in the names that APIs give them.
_TOTAL = re.compile("count|total", re.IGNORECASE)
_OUTCOME = re.compile("error|fail|fault|exception|status|code|message", re.IGNORECASE)


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
    """Take the list out of an answer: the guide leaves open whether it is wrapped in an object with a total.

    An object that is not clearly that stays what it is: an empty list taken out of a refusal would end the sweep.
    """
    if not isinstance(answer, dict):
        return answer
    told = {name: value for name, value in answer.items() if value is not None}
    lists = [value for value in told.values() if isinstance(value, list)]
    if len(lists) != 1 or any(_tells_how_it_went(name, value) for name, value in told.items()):
        return answer
    return lists[0] if any(_is_total(name, value, lists[0]) for name, value in told.items()) else answer


def _tells_how_it_went(name: str, value: object) -> bool:
    return isinstance(value, str) or _OUTCOME.search(name) is not None


def _is_total(name: str, value: object, rows: t.Sequence[object]) -> bool:
    total = whole(value)
    return _TOTAL.search(name) is not None and total is not None and total >= len(rows)


def merged(record: Record, told: t.Iterable[Record]) -> Record:
    """Return the record of a certificate with the assets *told* besides those that it holds already.

    Those that it holds come from the list of certificates, which tells more of an asset. They are left out where
    nobody can tell which of those *told* they are, because one answer lacks the numbers and the other the UUIDs.

    :param told: All assets of the certificate, each once, as far as the API tells them.
    """
    listed, given = record["assets"], list(told)
    key = next((key for key in ("uuid", "id") if all(each[key] is not None for each in (*listed, *given))), None)
    if key is None:
        assets = max(given, listed, key=len)
        different = len(assets)
    else:
        known = {each[key] for each in listed}
        assets = [*listed, *(each for each in given if each[key] not in known)]
        different = len({each[key] for each in assets})
    counted = record["asset_count"]
    # Where the API does not count them, a list that lacks one that is known cannot be the whole.
    complete = different == len(given) if counted is None else different >= counted
    return {**record, "assets": assets, "assets_complete": complete}
