# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An Ansible inventory of the estate's assets, for tests and benchmarks of many hosts."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from pathlib import Path

import yaml

from .estate.model import Asset

_UNSEEN_NETWORK = int(ipaddress.IPv4Address("100.64.0.0"))
_FAMILIES = (
    ("Windows", "windows"),
    ("Ubuntu", "debian_family"),
    ("Debian", "debian_family"),
    ("Red Hat", "redhat_family"),
    ("NetScaler", "appliances"),
)


def write_inventory(path: Path, assets: Sequence[Asset], hosts: int | None) -> None:
    """``hosts`` bounds their number and, beyond the assets, pads with hosts that CertView has never seen."""
    groups: dict[str, dict[str, dict[str, str]]] = {}
    chosen = assets if hosts is None else assets[:hosts]
    for asset in chosen:
        name = f"asset-{asset.id}" if asset.name == "UNKNOWN" else asset.name
        variables = {"ansible_host": asset.primary_ip} if asset.primary_ip else {}
        groups.setdefault(_family(asset), {})[name] = variables
    for number in range(max((hosts or 0) - len(chosen), 0)):
        address = str(ipaddress.IPv4Address(_UNSEEN_NETWORK + 1 + number))
        groups.setdefault("unseen", {})[f"unseen-{number:07d}"] = {"ansible_host": address}
    content = {"all": {"children": {group: {"hosts": members} for group, members in sorted(groups.items())}}}
    # The C emitter: 20,000 hosts take seconds with the other.
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    path.write_text("---\n" + yaml.dump(content, Dumper=dumper, sort_keys=False), encoding="utf-8")


def _family(asset: Asset) -> str:
    system = asset.operating_system or ""
    return next((group for start, group in _FAMILIES if system.startswith(start)), "other")
