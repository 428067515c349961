# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``POST /certview/v2/instances``: server instances with their grade summary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import orjson
from aiohttp import web

from ..errors import json_response
from ..estate.model import Asset, Certificate, Instance, iso
from ..estate.rendering import cipher_suites, visible
from ..filters.fields import Row
from ..filters.json_filter import Predicate
from ..paging import read_page
from .certificates import dialect, read_asset_type
from .context import Context, json_body

_PROTOCOLS = ("SSLv2", "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_CIPHER_BANDS: tuple[tuple[str, Callable[[int], bool]], ...] = (
    ("0 bits (no encryption)", lambda bits: bits == 0),
    ("< 128 bits (e.g., 40, 56)", lambda bits: 0 < bits < 128),
    ("< 256 bits (e.g., 128, 168)", lambda bits: 128 <= bits < 256),
    (">= 256 bits (e.g., 256)", lambda bits: bits >= 256),
)
_KEY_BANDS = (
    ("Key or DH parameter strength < 512 bits", 0, 512),
    ("Key or DH parameter strength < 1024 bits (e.g., 512)", 512, 1024),
    ("Key or DH parameter strength < 2048 bits (e.g., 1024)", 1024, 2048),
    ("Key or DH parameter strength < 4096 bits (e.g., 2048)", 2048, 4096),
    ("Key or DH parameter strength >= 4096 bits (e.g., 4096)", 4096, 1 << 30),
)
# RSA bits of the same strength (NIST SP 800-57 part 1, table 2), so that a P-256 key lands in no weak band.
_EQUIVALENT_BITS = {256: 3072, 384: 7680}


class _Found(NamedTuple):
    certificate: Certificate
    asset: Asset
    instance: Instance


async def list_instances(request: web.Request, context: Context) -> web.Response:
    """One page of instances (CertView API guide, List Server Instances).

    Raises ApiError (400) for what the guide rules out.
    """
    body = await json_body(request)
    page = read_page(body, context.quirks.oversized_page, windowed=False)
    asset_type = read_asset_type(body)
    filter_key = context.quirks.instances_filter_key
    predicate = dialect(context, "v2").compile(body.get(filter_key), filter_key)
    key = ("instances", asset_type, orjson.dumps(body.get(filter_key), option=orjson.OPT_SORT_KEYS))
    found = context.selection(key, lambda: _select(context, asset_type, predicate))
    return json_response([_shown(each) for each in page.of(found)])


def _select(context: Context, asset_type: str, predicate: Predicate | None) -> Sequence[_Found]:
    return [
        _Found(certificate, installation.asset, instance)
        for certificate in context.estate.certificates
        for installation in visible(certificate, asset_type)
        for instance in installation.instances
        if predicate is None or predicate(Row((certificate,), (installation.asset,), (instance,)))
    ]


def _shown(found: _Found) -> dict[str, Any]:
    certificate, asset, instance = found
    return {
        "id": instance.id,
        "port": instance.port,
        "scannedDate": iso(instance.scanned),
        "protocol": instance.protocol,
        "service": instance.service,
        "grade": instance.tls.grade,
        "asset": {"id": asset.id, "uuid": asset.uuid, "name": asset.name, "primaryIp": asset.primary_ip},
        "certificate": {
            "id": certificate.id,
            "certhash": certificate.certhash,
            "name": certificate.subject.name,
            "lastFound": certificate.last_found,
        },
        "gradeSummary": _grade_summary(certificate, instance),
    }


def _grade_summary(certificate: Certificate, instance: Instance) -> dict[str, Any]:
    tls = instance.tls
    strengths = [suite.strength for protocol, suites in tls.cipher_suites for suite in suites]
    key_bits = certificate.profile.key_size
    if certificate.profile.key_algorithm != "RSA":
        key_bits = _EQUIVALENT_BITS.get(key_bits, key_bits)
    weakest_protocol = min(_PROTOCOLS.index(protocol) for protocol in tls.protocols)
    return {
        "grade": tls.grade,
        "gradeWithTrustIgnored": tls.grade_with_trust_ignored,
        "certificateScore": 0 if tls.grade == "T" else 100,
        "protocolSupportScore": (0, 40, 70, 85, 100, 100)[weakest_protocol],
        "keyExchangeScore": 90 if key_bits >= 2048 else 40,
        "cipherStrengthScore": 90 if min(strengths, default=0) >= 128 else 60,
        "warnings": [vulnerability.title for vulnerability in tls.vulnerabilities],
        "errors": [],
        "notices": [],
        "infos": [],
        "highlights": [],
        "protocolSupportInfo": {protocol: protocol in tls.protocols for protocol in _PROTOCOLS},
        # The weights of the SSL Labs rating guide, which CertView's grades follow.
        "protocolSupportWeightage": 30,
        "cipherStrengthInfo": {label: any(map(matches, strengths)) for label, matches in _CIPHER_BANDS},
        "cipherStrengthWeightage": 40,
        "keyExchangeInfo": {
            "Weak key (Debian OpenSSL flaw)": False,
            "Anonymous key exchange (no authentication)": False,
            "Exportable key exchange": False,
            **{label: low <= key_bits < high for label, low, high in _KEY_BANDS},
        },
        "keyExchangeWeightage": 30,
        "cipherSuites": cipher_suites(tls),
    }
