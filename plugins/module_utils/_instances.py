# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One record for a server instance: a port that speaks TLS, with how its grade came about.

Sources: CertView API guide, "List Server Instances"; Qualys online help, "SSL Grading" (the parts of a grade).

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import math
import typing as t

from ._certificate import Record
from ._filters import Condition, to_json
from ._sweep import Row, identity
from ._values import mapping, others, scrub_all, text, texts, told_time, whole

PATH = "/certview/v2/instances"

# What tells an instance from others, besides its certificate. The documents show the first only.
KEYS = ("id", "uuid")

_INSTANCE_FIELDS = frozenset(
    {
        "id",
        "port",
        "protocol",
        "service",
        "fqdn",
        "grade",
        "scannedDate",
        "asset",
        "certificate",
        "gradeSummary",
    }
)
_ASSET_FIELDS = frozenset({"id", "uuid", "name", "primaryIp"})
_CERTIFICATE_FIELDS = frozenset({"id", "certhash", "name", "lastFound"})


def request_body(where: t.Sequence[Condition], asset_type: str, number: int, size: int) -> dict[str, t.Any]:
    """Return the request for one page, counted from 0.

    The filter's key is C(filterRequest): so says the guide's sample, although its table of parameters says C(filter).

    :param asset_type: V(managed), V(unmanaged) or V(all).
    """
    body: dict[str, t.Any] = {"pageNumber": number, "pageSize": size, "assetType": asset_type.upper()}
    json_filter = to_json(where)
    if json_filter:
        body["filterRequest"] = json_filter
    return body


def rows_of(answer: t.Any) -> t.Any:
    """Wrap each instance of a page with what tells it from others; a sweep refuses one that nothing does.

    No document says that an instance with several certificates comes once only, so its id alone may come twice.
    """
    return [_wrapped(item) for item in answer] if isinstance(answer, list) else answer


def _wrapped(item: t.Any) -> Row:
    own = identity(item, KEYS)
    return {"told": item} if own is None else {KEYS[0]: f"{own}{identity(item.get('certificate'))}", "told": item}


def instance(row: Row) -> Record:
    """Return the record of an instance that C(rows_of) has wrapped. Every key is there."""
    raw = mapping(row.get("told"))
    return {
        "id": whole(raw.get("id")),
        "port": whole(raw.get("port")),
        "protocol": text(raw.get("protocol")),
        "service": text(raw.get("service")),
        "fqdn": text(raw.get("fqdn")),
        "grade": text(raw.get("grade")),
        "scanned": told_time(raw.get("scannedDate")),
        "asset": _asset(raw.get("asset")),
        "certificate": _certificate(raw.get("certificate")),
        "grade_summary": _grade_summary(raw.get("gradeSummary")),
        "extra": others(raw, _INSTANCE_FIELDS),
    }


def _asset(value: object) -> t.Optional[Record]:
    if not isinstance(value, dict):
        return None
    return {
        "id": whole(value.get("id")),
        "uuid": text(value.get("uuid")),
        "name": text(value.get("name")),
        "primary_ip": text(value.get("primaryIp")),
        "extra": others(value, _ASSET_FIELDS),
    }


def _certificate(value: object) -> t.Optional[Record]:
    if not isinstance(value, dict):
        return None
    return {
        "id": whole(value.get("id")),
        "certhash": text(value.get("certhash")),
        "name": text(value.get("name")),
        "last_found": told_time(value.get("lastFound")),
        "extra": others(value, _CERTIFICATE_FIELDS),
    }


def _score(value: object) -> t.Union[int, float, None]:
    number = whole(value)
    if number is None and isinstance(value, float) and math.isfinite(value):
        return value
    return number


def _remarks(value: object) -> t.Optional[list[str]]:
    return texts(value) if isinstance(value, list) else None


def _by_label(value: object) -> t.Optional[dict[str, t.Any]]:
    return mapping(scrub_all(value)) if isinstance(value, dict) else None


# Our key, the API's key, and how its value is read.
_SUMMARY: tuple[tuple[str, str, t.Callable[[object], t.Any]], ...] = (
    ("grade", "grade", text),
    ("grade_with_trust_ignored", "gradeWithTrustIgnored", text),
    ("certificate_score", "certificateScore", _score),
    ("protocol_support_score", "protocolSupportScore", _score),
    ("protocol_support_weightage", "protocolSupportWeightage", _score),
    ("protocol_support_info", "protocolSupportInfo", _by_label),
    ("key_exchange_score", "keyExchangeScore", _score),
    ("key_exchange_weightage", "keyExchangeWeightage", _score),
    ("key_exchange_info", "keyExchangeInfo", _by_label),
    ("cipher_strength_score", "cipherStrengthScore", _score),
    ("cipher_strength_weightage", "cipherStrengthWeightage", _score),
    ("cipher_strength_info", "cipherStrengthInfo", _by_label),
    ("cipher_suites", "cipherSuites", _by_label),
    ("errors", "errors", _remarks),
    ("warnings", "warnings", _remarks),
    ("notices", "notices", _remarks),
    ("infos", "infos", _remarks),
    ("highlights", "highlights", _remarks),
)
_SUMMARY_FIELDS = frozenset(name for unused, name, read in _SUMMARY)


def _grade_summary(value: object) -> t.Optional[Record]:
    if not isinstance(value, dict):
        return None
    summary = {key: read(value.get(name)) for key, name, read in _SUMMARY}
    return {**summary, "extra": others(value, _SUMMARY_FIELDS)}
