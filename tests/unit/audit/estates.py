# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes certificate records as the library normalises them, and audits of them."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone

from ansible_collections.community.qualys.plugins.module_utils._audit import AuditedHost, audit
from ansible_collections.community.qualys.plugins.module_utils._certificate import normalise
from ansible_collections.community.qualys.plugins.module_utils._policy import load_policy
from ansible_collections.community.qualys.plugins.module_utils._rules.model import (
    Context,
    Thresholds,
    Verdict,
    subject_of,
)
from ansible_collections.community.qualys.plugins.module_utils._rules.registry import RULES

AS_OF = datetime(2026, 6, 1, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)

Record = dict[str, t.Any]


def at(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def instance(port: int = 443, protocols: Iterable[str] | None = ("TLSv1.2", "TLSv1.3"), fqdn: str = "") -> Record:
    return {
        "id": port,
        "port": port,
        "protocol": "tcp",
        "service": "https",
        "fqdn": fqdn or None,
        "grade": "A",
        "ssl_protocols": None if protocols is None else list(protocols),
        "cipher_suites": ["TLS_AES_128_GCM_SHA256"],
        "vulnerabilities": [],
    }


def silent_instance() -> Record:
    """An instance of which nothing was observed but the certificate."""
    return {**instance(protocols=None), "grade": None, "cipher_suites": None, "vulnerabilities": None}


def asset(identifier: int | str = 1, primary_ip: str | None = "10.0.0.1", **changes: t.Any) -> Record:
    made = {
        "id": identifier,
        "uuid": f"uuid-{identifier}",
        "name": None,
        "netbios_name": None,
        "operating_system": "Linux",
        "primary_ip": primary_ip,
        "interfaces": None,
        "tags": None,
        "instances": [instance()],
    }
    return {**made, **changes}


def record(certhash: str = "aa", assets: Iterable[Record] = (), **changes: t.Any) -> Record:
    """A sound leaf with 200 of its 398 days left, but for the changes."""
    empty = normalise({}, AS_OF)
    sound = {
        "certhash": certhash,
        "type": "Leaf",
        "key_algorithm": "RSA",
        "key_algorithm_source": "reported",
        "key_size": 2048,
        "signature_algorithm": "SHA256withRSA",
        "valid_from": at(AS_OF - 198 * DAY),
        "valid_to": at(AS_OF + 200 * DAY),
        "self_signed": False,
        "last_found": "2026-05-30T10:00:00Z",
        "subject": {"name": f"{certhash}.example.com"},
        "subject_alternative_names": {"dns_names": [f"{certhash}.example.com"], "ip_addresses": [], "other": {}},
        "revocation_status": "Not Revoked",
        "issuer": {"name": "Example Issuing CA", "organization": "Example Corp"},
        "assets": list(assets),
        "assets_complete": True,
    }
    return {**empty, **sound, **changes}


def judge(rule: str, protocols: t.Any = None, **changes: t.Any) -> Verdict:
    """What a rule says of a sound certificate with these changes, on an instance with these protocols."""
    subject = subject_of(record(**changes), Context(AS_OF, Thresholds()))
    return RULES[rule].judge(subject._replace(instance=instance(protocols=protocols)))


def audited(
    records: Iterable[Mapping[str, t.Any]],
    hosts: Mapping[str, list[str] | AuditedHost] | None = None,
    policy: str | Mapping[str, t.Any] = "baseline",
    **options: t.Any,
) -> dict[str, t.Any]:
    """The audit document of these records, by default of one host with the address 10.0.0.1."""
    told = {"web1": ["10.0.0.1"]} if hosts is None else hosts
    return audit(
        records,
        {name: host if isinstance(host, AuditedHost) else AuditedHost(host) for name, host in told.items()},
        load_policy(policy),
        as_of=options.pop("as_of", AS_OF),
        gateway="https://gateway.example.com",
        api={"calls": 2, "waited_seconds": 0.5, "source": "api"},
        **options,
    )
