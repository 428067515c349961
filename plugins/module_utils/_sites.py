# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""External sites: what Certificate View scans from the internet.

Source: CertView API guide, "List External Sites" and "Add External Sites in Bulk".

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import csv
import io
import typing as t

from ._answers import Answer, check_success
from ._certificate import Record, asset
from ._errors import CertViewError
from ._fields import SITE_FIELDS
from ._filters import Condition, to_json
from ._transport import Upload
from ._values import iso, mapping, parse_time, scrub_all, text, whole

PATH = "/certview/v1/externalSites"
ADD_PATH = "/certview/v1/externalSites/bulkAdd"

# So many records may one file hold.
MOST_SITES = 1000

# The guide describes these fields without naming them; the first name that an answer has is taken.
_IDS = ("id", "siteId", "externalSiteId")
_UUIDS = ("uuid", "siteUuid")
_NAMES = ("site", "fqdn", "hostname", "siteName", "name", "domain", "ip", "ipAddress", "address", "url")
_CREATED = ("createdDate", "creationDate", "created", "createdOn", "createdAt")
_SCANNED = ("scanDate", "scannedDate", "lastScanDate", "lastScannedDate", "lastScanned")
_STATUSES = ("scanStatus", "lastScanStatus", "status")

# What tells one site from another while the list is read.
KEYS = (*_IDS, *_UUIDS, *_NAMES)


def request_body(where: t.Sequence[Condition], assets: bool, number: int, size: int) -> dict[str, t.Any]:
    """Return the request for one page, counted from 0.

    :param assets: Whether to ask for the assets of each site.
    """
    body: dict[str, t.Any] = {"pageNumber": number, "pageSize": size}
    json_filter = to_json(where, SITE_FIELDS)
    if json_filter:
        body["filter"] = json_filter
    if assets:
        body["includes"] = ["ASSETS"]
    return body


def rows_of(answer: t.Any) -> t.Any:
    """Take the sites out of an answer: the guide's sample shows an array in an array."""
    if isinstance(answer, list) and all(isinstance(item, list) for item in answer):
        return [row for inner in answer for row in inner]
    return answer


def site(raw: t.Mapping[str, t.Any]) -> Record:
    """Return the record of one external site. Every key is there."""
    left = dict(raw)

    def taken(names: t.Sequence[str], read: t.Callable[[object], t.Any]) -> t.Any:
        for name in names:
            value = read(left.get(name))
            if value is not None:
                del left[name]
                return value
        return None

    record: Record = {
        "id": taken(_IDS, whole),
        "uuid": taken(_UUIDS, text),
        "site": taken(_NAMES, text),
        "created": iso(taken(_CREATED, parse_time)),
        "scanned": iso(taken(_SCANNED, parse_time)),
        "scan_status": taken(_STATUSES, text),
        "assets": taken(("assets",), _assets),
    }
    record["extra"] = mapping(scrub_all({name: value for name, value in left.items() if value is not None}))
    return record


def _assets(value: object) -> t.Optional[list[Record]]:
    return [asset(item) for item in value] if isinstance(value, list) else None


def upload(sites: t.Sequence[str]) -> Upload:
    """Return the file that adds *sites*: one column, whose first line is a header."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(["Sites"])
    writer.writerows([name] for name in sites)
    return Upload("sites.csv", lines.getvalue().encode("ascii"), "text/csv")


def action(launch_scan: bool) -> dict[str, str]:
    """Return the query that says whether the added sites are to be scanned at once."""
    return {"action": "SAVE_AND_LAUNCH" if launch_scan else "SAVE"}


def check_accepted(answer: Answer) -> None:
    """Look whether it was Qualys who answered, and took the file: the answer is the text C(Created), not JSON.

    :raises CertViewError: of kind V(answer) for a page of HTML, as a proxy or captive portal would send it, and for a
        refusal.
    """
    if answer.text.lstrip().startswith("{"):
        check_success(answer, answer.json())
    if answer.text.lstrip().startswith("<"):
        raise CertViewError(
            f"the answer (HTTP {answer.status}) is a page and not Qualys' confirmation",
            kind="answer",
            http_status=answer.status,
            hint="Check for a proxy or gateway that answers in the server's place",
            request=answer.request,
        )
