# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of the data itself that real answers have shown: NUL characters, absent issuers, masked addresses."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

KINDS = ("nul-subject", "null-primary-ip", "masked-ip", "missing-issuer", "unknown-fields", "template")


class Blemishes:
    """``rates`` says for each kind which share of the rows carries it, from 0 to 1; the same rows at every call."""

    def __init__(self, rates: Mapping[str, float] | None = None) -> None:
        self._rates = dict(rates or {})

    def _hits(self, kind: str, number: int) -> bool:
        rate = self._rates.get(kind)
        return bool(rate) and zlib.crc32(f"{kind}:{number}".encode()) < (rate or 0) * 2**32

    def primary_ip(self, asset_id: int, address: str | None) -> str | None:
        if not self._rates or address is None:
            return address
        return None if self._hits("null-primary-ip", asset_id) else self.address(asset_id, address)

    def address(self, asset_id: int, address: str) -> str:
        """Masked like the samples of the 3.0.0 release notes, e.g. ``51.124.XX.247``."""
        if not self._rates or not self._hits("masked-ip", asset_id) or "." not in address:
            return address
        octets = address.split(".")
        return ".".join((*octets[:2], "X" * max(len(octets[2]), 2), octets[3]))

    def spoil(self, certificate_id: int, shown: dict[str, Any]) -> None:
        """Changes a rendered certificate in place."""
        if not self._rates:
            return
        if self._hits("nul-subject", certificate_id) and "subject" in shown:
            for attribute in ("name", "locality", "state"):
                text = shown["subject"][attribute]
                shown["subject"][attribute] = f"{text[:3]}\x00{text[3:]}"
        if self._hits("template", certificate_id):
            # Whoever can issue a certificate can write this into it.
            shown["subject"]["name"] = "{{ 7 * 7 }}{{ lookup('ansible.builtin.env', 'HOME') }}"
            for asset in shown.get("assets", ()):
                for instance in asset.get("hostInstances", ()):
                    instance["fqdn"] = "{{ 7 * 7 }}{% raw %}"
        if self._hits("missing-issuer", certificate_id):
            shown.pop("issuer", None)
            shown.pop("rootissuer", None)
        if self._hits("unknown-fields", certificate_id):
            shown["quantumReadiness"] = {"score": 3, "labels": ["new"]}
            for asset in shown.get("assets", ()):
                asset["riskScore"] = 512
