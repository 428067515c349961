# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one sweep of certificates tells about the assets that may belong to hosts, read in one pass and kept slim.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import hashlib
import json
import sys
import typing as t
from collections.abc import Mapping

from ._asset_ids import AssetId, asset_id
from ._matching import Matcher, freshness
from ._observed import Observed, observed_of

Record = Mapping[str, t.Any]

# Fields of which the certificates of an estate have few different values.
_ALIKE = frozenset(
    {
        "type",
        "key_algorithm",
        "key_algorithm_source",
        "signature_algorithm",
        "issuer_category",
        "revocation_status",
        "order_status",
        "sources",
        "issuer",
        "root_issuer",
        "key_usage",
        "enhanced_key_usage",
    }
)
# The same of the parts of a subject.
_ALIKE_BELOW = frozenset({"organization", "locality", "state", "country"})


class Instance(t.NamedTuple):
    """Where on an asset a certificate is served."""

    port: int | None
    protocol: str | None
    fqdn: str | None

    def order(self) -> tuple[int, str, str]:
        """Return a sort key that bears what is absent."""
        return self.port or 0, self.protocol or "", self.fqdn or ""


class AssetSummary:
    """What is told of an asset that no host has; many thousands of these are kept."""

    __slots__ = ("certificates", "description", "latest")

    def __init__(self) -> None:
        self.description: tuple[bool, str, str, str, str] = (False, "", "", "", "")
        self.certificates = 0
        self.latest: t.Union[bytes, str, None] = None

    def to_document(self, identifier: AssetId) -> dict[str, t.Any]:
        """Return an item of C(unmatched_assets)."""
        _has_address, _fresh, name, primary_ip, uuid = self.description
        return {
            "id": identifier,
            "uuid": uuid or None,
            "name": name or None,
            "primary_ip": primary_ip or None,
            "certificates": self.certificates,
        }


def certificate_key(record: Record) -> str:
    """Return the C(certhash); for a record without one, which must not get lost, a digest of what it does tell."""
    certhash = record.get("certhash")
    if isinstance(certhash, str) and certhash:
        return certhash
    told = json.dumps({key: value for key, value in record.items() if key != "assets"}, sort_keys=True, default=str)
    return "unknown-" + hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def _shortened(certhash: str) -> t.Union[bytes, str]:
    """Return half of a SHA-256 fingerprint, which no accident makes equal, in less than half of the memory."""
    try:
        return bytes.fromhex(certhash)[:16] if len(certhash) == 64 else certhash
    except ValueError:
        return certhash


class Estate:
    """Takes records one by one; of those on assets that cannot be a host's, only counts remain.

    :ivar certificates: How many different certificates the sweep brought.
    :ivar incomplete: Those of which CertView listed only some of the assets (it embeds at most 1,000).
    :ivar assets: Every asset seen.
    :ivar records: Certificate records without their assets and raw data, by certhash.
    :ivar sightings: For each asset that may be a host's: certhash to instances to what was observed there.
    :ivar tags: For each such asset the names of its tags, if these were told.
    :ivar unplaced: Records of the certificates that no asset has, by certhash, if they are wanted.
    """

    def __init__(self, matcher: Matcher, *, keep_unplaced: bool = False) -> None:
        self._matcher = matcher
        self._keeps_unplaced = keep_unplaced
        self._shared: dict[t.Any, t.Any] = {}
        self._seen: set[t.Union[bytes, str]] = set()
        self._placed: set[str] = set()
        self.certificates = 0
        self.incomplete: set[str] = set()
        self.assets: dict[AssetId, AssetSummary] = {}
        self.records: dict[str, dict[str, t.Any]] = {}
        self.sightings: dict[AssetId, dict[str, dict[Instance, Observed]]] = {}
        self.tags: dict[AssetId, frozenset[str]] = {}
        self.unplaced: dict[str, dict[str, t.Any]] = {}

    def add(self, record: Record) -> None:
        """Take one certificate record; the same certificate may come again, as pages shift during a sweep."""
        certhash = certificate_key(record)
        short = _shortened(certhash)
        is_new = short not in self._seen
        if is_new:
            self._seen.add(short)
            self.certificates += 1
            if record.get("assets_complete") is False:
                self.incomplete.add(certhash)
        last_found = record.get("last_found")
        keep = False
        for asset in record.get("assets") or ():
            identifier = asset_id(asset)
            if identifier is None:
                continue
            self._count(identifier, asset, short if is_new else None, last_found)
            if self._matcher.offer(identifier, asset, last_found):
                self._see(identifier, asset, certhash)
                keep = True
        if keep:
            self._keep(self.records, certhash, record)
        if self._keeps_unplaced:
            self._note_unplaced(certhash, record)

    def _note_unplaced(self, certhash: str, record: Record) -> None:
        if record.get("assets"):
            self._placed.add(certhash)
            self.unplaced.pop(certhash, None)
        elif certhash not in self._placed:
            self._keep(self.unplaced, certhash, record)

    def forget_sweep(self) -> None:
        """Free what only add() needs, after the last record: what is to be judged takes its place in memory."""
        self._seen = set()
        self._placed = set()
        for summary in self.assets.values():
            summary.latest = None
        del self._matcher

    def _count(self, identifier: AssetId, asset: Record, new: t.Union[bytes, str, None], last_found: object) -> None:
        summary = self.assets.get(identifier)
        if summary is None:
            summary = self.assets[identifier] = AssetSummary()
        primary_ip = asset.get("primary_ip") or ""
        told = (
            bool(primary_ip),
            freshness(last_found),
            asset.get("name") or "",
            primary_ip,
            asset.get("uuid") or "",
        )
        summary.description = max(summary.description, told)
        if new is not None and summary.latest != new:
            summary.latest = new
            summary.certificates += 1

    def _see(self, identifier: AssetId, asset: Record, certhash: str) -> None:
        instances = self.sightings.setdefault(identifier, {}).setdefault(certhash, {})
        for told in asset.get("instances") or ():
            instance = Instance(told.get("port"), told.get("protocol") or None, told.get("fqdn") or None)
            observed = observed_of(told)
            if instance in instances:
                observed = observed.worse_of(instances[instance])
            # Most instances of an estate are configured alike.
            instances[instance] = self._shared.setdefault(observed, observed)
        if asset.get("tags") is not None:
            names = frozenset(tag["name"] for tag in asset["tags"] if tag.get("name"))
            self.tags[identifier] = names | self.tags.get(identifier, frozenset())

    def _keep(self, records: dict[str, dict[str, t.Any]], certhash: str, record: Record) -> None:
        # Records that were parsed from text have their own copy of every key; interned, all share one.
        slim = {sys.intern(key): self._slim(key, value) for key, value in record.items() if key != "assets"}
        # What is to be read from it was read; it would be most of the document.
        slim["raw_data"] = None
        present = records.get(certhash)
        records[certhash] = slim if present is None else max(present, slim, key=_preference)

    def _slim(self, field: str, value: t.Any) -> t.Any:
        """Return an equal value that takes less memory: of a large estate, records are the most of it."""
        if field in _ALIKE:
            return sys.intern(value) if isinstance(value, str) else self._shared.setdefault(repr(value), value)
        if isinstance(value, dict):
            return {sys.intern(key): self._slim_item(key, item) for key, item in value.items()}
        return value

    def _slim_item(self, key: str, item: t.Any) -> t.Any:
        if item in ([], {}):
            return self._shared.setdefault(repr(item), item)
        return sys.intern(item) if key in _ALIKE_BELOW and isinstance(item, str) else item


def _preference(record: Record) -> tuple[str, str, str]:
    """Which of two records of one certificate counts: the newer, else any but always the same."""
    told = json.dumps(record, sort_keys=True, default=str)
    return freshness(record.get("updated")), freshness(record.get("last_found")), told
