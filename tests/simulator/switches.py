# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TypeVar

from .estate.blemishes import KINDS as BLEMISHES
from .estate.rendering import INCLUDES
from .faults import FAULTS, read_rates
from .filters.values import date_range
from .settings import VERSIONS, EstateSettings, LimitSettings, LoginSettings, Quirks, Settings

_T = TypeVar("_T")


def read_switches(arguments: Sequence[str]) -> Settings:
    """Ends the process with status 2 and the reason on wrong switches, as argparse does."""
    parser = _parser()
    given = parser.parse_args(arguments)
    if bool(given.tls_cert) != bool(given.tls_key):
        parser.error("--tls-cert and --tls-key belong together")
    try:
        given.fault_rates = read_rates(given.fault, tuple(FAULTS))
        given.blemishes = read_rates(given.blemish, BLEMISHES)
        given.now = date_range(given.now, 0)[0] if given.now else _today()
    except ValueError as error:
        parser.error(str(error))
    given.unasked_includes = frozenset(given.unasked_include)
    given.versions = tuple(given.versions.split(","))
    return _settings(
        Settings,
        given,
        estate=_settings(EstateSettings, given),
        login=_settings(LoginSettings, given),
        limits=_settings(LimitSettings, given),
        quirks=_settings(Quirks, given),
    )


def _settings(kind: Callable[..., _T], given: argparse.Namespace, **more: Any) -> _T:
    """One group of settings from the switches of the same names (``dest``)."""
    names = [field.name for field in fields(kind) if field.name not in more]  # type: ignore[arg-type]
    return kind(**{name: getattr(given, name) for name in names}, **more)


def _today() -> int:
    midnight = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
    return int(midnight.timestamp()) * 1000


def _versions(text: str) -> str:
    unknown = set(text.split(",")) - set(VERSIONS)
    if unknown:
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: not of {', '.join(VERSIONS)}")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python tests/simulator",
        description="A Qualys Certificate View (CertView) on the loopback, faithful to what is known of its API.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    _add_server(parser.add_argument_group("server"))
    _add_estate(parser.add_argument_group("estate"))
    _add_login(parser.add_argument_group("login"))
    _add_limits(parser.add_argument_group("limits"))
    _add_behaviour(parser.add_argument_group("behaviour that Qualys does not document"))
    _add_faults(parser.add_argument_group("faults"))
    return parser


_Group = argparse._ArgumentGroup


def _add_server(group: _Group) -> None:
    group.add_argument("--host", default="127.0.0.1", help="address to listen at")
    group.add_argument("--port", type=int, default=0, help="port to listen at; 0 takes a free one")
    group.add_argument(
        "--state-file", type=Path, help="file that receives url and pid (and ca_path) as JSON once listening"
    )
    group.add_argument(
        "--parent-pid", type=int, default=os.getppid(), help="end together with this process; 0 watches none"
    )
    group.add_argument(
        "--tls", action="store_true", help="HTTPS with a certificate of a throw-away CA (ca_path in the state file)"
    )
    group.add_argument("--tls-cert", type=Path, help="HTTPS with this certificate chain (PEM)")
    group.add_argument("--tls-key", type=Path, help="the key of --tls-cert (PEM)")
    group.add_argument(
        "--versions", type=_versions, default=",".join(VERSIONS), help="API versions that exist, comma separated"
    )
    group.add_argument("--latency-ms", type=float, default=0, help="milliseconds that every call takes at least")


def _add_estate(group: _Group) -> None:
    group.add_argument(
        "--estate", dest="name", choices=("demo", "generated"), default="demo", help="which data to serve"
    )
    group.add_argument("--certificates", type=int, default=1_000, help="how many certificates to generate")
    group.add_argument(
        "--assets", type=int, help="how many assets to generate; three quarters of the certificates when absent"
    )
    group.add_argument("--seed", type=int, default=1, help="the same seed and --now give the same bytes")
    group.add_argument("--now", help="the estate's clock in ISO 8601; today, 00:00 UTC, when absent")
    group.add_argument("--shared-assets", type=int, default=0, help="put one certificate on this many assets")
    group.add_argument(
        "--blemish",
        action="append",
        default=[],
        metavar="NAME=RATE",
        help=f"share of rows with a fault: {', '.join(BLEMISHES)}",
    )
    group.add_argument("--inventory-file", type=Path, help="write an Ansible inventory of the assets there")
    group.add_argument("--inventory-hosts", type=int, help="hosts of that inventory; beyond the assets, unknown ones")


def _add_login(group: _Group) -> None:
    defaults = LoginSettings()
    group.add_argument("--username", default=defaults.username, help="the user that may log in")
    group.add_argument("--password", default=defaults.password, help="the user's password")
    group.add_argument("--client-id", default=defaults.client_id, help="the client that may log in")
    group.add_argument("--client-secret", default=defaults.client_secret, help="the client's secret")
    group.add_argument(
        "--client-type",
        choices=("any", "user", "subscription"),
        default="any",
        help="user: /auth/oidc only, subscription: /auth/oauth only",
    )
    group.add_argument("--token-lifetime", type=int, default=defaults.token_lifetime, help="seconds that a token lives")
    group.add_argument("--clock-skew", type=int, default=0, help="seconds that the server's clock is ahead")
    group.add_argument(
        "--token-without-exp", dest="without_expiry", action="store_true", help="tokens do not say when they end"
    )
    group.add_argument("--without-certview", action="store_true", help="the subscription does not include CertView")
    group.add_argument(
        "--auth-json", dest="json_answer", action="store_true", help="/auth/oidc and /auth/oauth answer JSON, not text"
    )
    group.add_argument("--lock-after", type=int, default=0, help="failed logins that lock the account; 0 never")
    group.add_argument(
        "--malformed-token-status", type=int, choices=(401, 500), default=500, help="answer to a token that is no JWT"
    )


def _add_limits(group: _Group) -> None:
    group.add_argument("--rate-limit", dest="rate", type=int, default=300, help="calls per API within the window")
    group.add_argument("--rate-window", dest="window", type=float, default=3600, help="seconds of the rolling window")
    group.add_argument("--concurrency", type=int, default=2, help="calls per API at once")
    group.add_argument(
        "--limit-status",
        dest="status",
        type=int,
        choices=(429, 409),
        default=429,
        help="status of a refusal; 409 is the classic API's, with XML",
    )
    group.add_argument(
        "--limit-headers",
        dest="headers",
        choices=("gateway", "classic", "alternate", "none"),
        default="gateway",
        help="classic adds X-Concurrency-Limit-*, alternate X-ConcurrencyLimit-*",
    )
    group.add_argument(
        "--to-wait",
        choices=("first", "second", "never"),
        default="first",
        help="which refusal in a row carries X-RateLimit-ToWait-Sec",
    )
    group.add_argument(
        "--retry-after", choices=("none", "seconds", "date"), default="none", help="Retry-After with a refusal"
    )


def _add_behaviour(group: _Group) -> None:
    group.add_argument(
        "--oversized-page", choices=("refuse", "clamp"), default="refuse", help="what a pageSize over 200 does"
    )
    group.add_argument("--embedded-assets", type=int, default=1_000, help="most assets inside one certificate")
    group.add_argument("--bare-raw-data", action="store_true", help="rawData is base64 without PEM lines")
    group.add_argument("--ec-name", default="EC", help="publicKeyAlgorithm of elliptic curve keys")
    group.add_argument(
        "--plain-v22", action="store_true", help="v2.2 answers as v2.1, without revocationStatus and pqcSupport"
    )
    group.add_argument(
        "--unasked-include",
        action="append",
        default=[],
        choices=INCLUDES,
        help="answer this though it was not asked for (the 3.0.0 sample shows tags so)",
    )
    group.add_argument("--rich-filters", action="store_true", help="JSON filters know OR and nesting")
    group.add_argument("--case-sensitive", action="store_true", help="filters compare text by case")
    group.add_argument("--ignored-filters", action="store_true", help="JSON filters are read and change nothing")
    group.add_argument(
        "--instances-filter-key",
        choices=("filterRequest", "filter"),
        default="filterRequest",
        help="what the filter of instances is called: the guide's sample says one, its table of parameters the other",
    )
    group.add_argument(
        "--v1-object-filter", action="store_true", help="v1 takes a v2 request and answers in v2's shape"
    )
    group.add_argument(
        "--unknown-certhash",
        choices=("empty", "refuse"),
        default="empty",
        help="assets of an unknown certificate: [] or 404",
    )
    group.add_argument(
        "--wrapped-assets", action="store_true", help="assets of a certificate come as an object with data and count"
    )
    group.add_argument(
        "--assets-parameters",
        choices=("either", "body", "query"),
        default="either",
        help="where the parameters of assets of a certificate are read from",
    )
    group.add_argument(
        "--flat-external-sites",
        action="store_true",
        help="external sites come as an array, not as an array in an array",
    )
    group.add_argument("--restricted-user", action="store_true", help="the user may not import certificates")
    group.add_argument(
        "--gone-status", type=int, choices=(404, 410), default=404, help="answer of a version that does not exist"
    )


def _add_faults(group: _Group) -> None:
    group.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME=RATE",
        help=f"share of CertView calls with a fault: {', '.join(FAULTS)}",
    )
