# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation of the options that say how hosts and assets are matched."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment P(community.qualys.matching#doc_fragment)."""

    DOCUMENTATION = r"""
options:
  match_on:
    description:
      - What may match a host with an asset. The first of these that finds an asset decides, in the order given.
      - V(primary_ip) is the asset's primary address, V(interface) an address of one of its interfaces, V(fqdn) its full
        name, V(short_name) the first part of its name where that is unique, V(netbios) its NetBIOS name.
    type: list
    elements: str
    choices: [primary_ip, interface, fqdn, short_name, netbios]
    default: [primary_ip, interface, fqdn, short_name, netbios]
  on_ambiguous:
    description:
      - What to do when several assets match a host equally well. V(all) judges them all, V(skip) none of them, and
        V(fail) ends the audit. V(newest) judges the one that has a name of the host, and of several such or none the
        one that was found last.
    type: str
    choices: [all, newest, skip, fail]
    default: all
  exclude_addresses:
    description:
      - Addresses and networks that identify no host, because many hosts have them.
      - V(default) stands for link-local addresses and for those that the bridges of Docker, Podman, VirtualBox and
        libvirt usually have. Give it too to extend this list rather than replace it. Loopback, multicast and broadcast
        addresses identify no host in any case.
    type: list
    elements: str
    default: [default]
  shared_above:
    description:
      - An address that more assets than this have identifies none of them.
    type: int
    default: 10
  nat:
    description:
      - Translates addresses that CertView tells to those that the hosts have, where Qualys scans through a network
        address translation. A dictionary of outside to inside, of addresses or of networks of the same size.
      - An asset with an address outside then has the one inside instead. A host that the inventory knows by the address
        outside names it in its C(certview_addresses).
    type: dict
  asset_max_age_days:
    description:
      - Assets on which no certificate was found for more days than this are left out. Not limited if not given.
    type: float
  resolve_names:
    description:
      - Whether to ask the resolver of the controller for the addresses of hosts that are known by name only. It is
        asked for C(ansible_host), or for the inventory name where that is not set.
    type: bool
    default: false
  resolve_timeout:
    description:
      - How many seconds all names together may take with O(resolve_names). The others are matched by name only.
    type: float
    default: 30.0
"""
