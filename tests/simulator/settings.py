# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that a switch can change, by what it concerns. ``switches.py`` turns the command line into these."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

VERSIONS = ("v1", "v2", "v2.1", "v2.2")


@dataclass(slots=True)
class EstateSettings:
    name: str = "demo"
    certificates: int = 1_000
    assets: int | None = None
    seed: int = 1
    now: int = 0
    shared_assets: int = 0


@dataclass(slots=True)
class LoginSettings:
    username: str = "certview-demo"
    password: str = "certview-demo-password"
    client_id: str = "certview-demo-client"
    client_secret: str = "certview-demo-client-secret"
    client_type: str = "any"
    token_lifetime: int = 14_400
    clock_skew: int = 0
    without_expiry: bool = False
    without_certview: bool = False
    json_answer: bool = False
    lock_after: int = 0
    malformed_token_status: int = 500


@dataclass(slots=True)
class LimitSettings:
    """``rate`` calls within ``window`` seconds and ``concurrency`` calls at once, per API over the subscription."""

    rate: int = 300
    window: float = 3600
    concurrency: int = 2
    status: int = 429
    headers: str = "gateway"
    to_wait: str = "first"
    retry_after: str = "none"


@dataclass(slots=True)
class Quirks:
    """What the documents leave open, and how this CertView behaves."""

    oversized_page: str = "refuse"
    embedded_assets: int = 1_000
    bare_raw_data: bool = False
    ec_name: str = "EC"
    plain_v22: bool = False
    unasked_includes: frozenset[str] = frozenset()
    rich_filters: bool = False
    case_sensitive: bool = False
    ignored_filters: bool = False
    instances_filter_key: str = "filterRequest"
    v1_object_filter: bool = False
    unknown_certhash: str = "empty"
    wrapped_assets: bool = False
    assets_parameters: str = "either"
    flat_external_sites: bool = False
    restricted_user: bool = False
    gone_status: int = 404
    blemishes: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Settings:
    host: str = "127.0.0.1"
    port: int = 0
    state_file: Path | None = None
    parent_pid: int = 0
    tls: bool = False
    tls_cert: Path | None = None
    tls_key: Path | None = None
    versions: tuple[str, ...] = VERSIONS
    latency_ms: float = 0
    fault_rates: dict[str, float] = field(default_factory=dict)
    estate: EstateSettings = field(default_factory=EstateSettings)
    login: LoginSettings = field(default_factory=LoginSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    quirks: Quirks = field(default_factory=Quirks)
    inventory_file: Path | None = None
    inventory_hosts: int | None = None
