#!/usr/bin/python
# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: certview_asset_info
short_description: List the assets that a certificate was found on
version_added: 0.1.0
description:
  - Returns one record for each asset that Qualys Certificate View has found a certificate on, also when there are more
    than the 1,000 that M(community.qualys.certview_certificate_info) can return with a certificate.
  - A certificate that Certificate View does not know gives an empty list.
  - One call gives up to 200 assets. The API gives at most 10,000 assets of a certificate, and this module fails rather
    than return some of them.
author:
  - community.qualys contributors (@ansible-collections)
extends_documentation_fragment:
  - community.qualys.connection
  - community.qualys.listing
  - community.qualys.connection.attributes_info
options:
  certhash:
    description: SHA-256 fingerprint of the certificate, with or without colons.
    type: str
    required: true
  attributes:
    description: What else to return of each asset. The instances are the ports where it has the certificate.
    type: list
    elements: str
    choices: [tags, instances]
    default: [tags, instances]
  query:
    description:
      - A query in Qualys Query Language that the assets must meet, as the search field of Certificate View takes it.
    type: str
seealso:
  - module: community.qualys.certview_certificate_info
  - module: community.qualys.certview_instance_info
"""

EXAMPLES = r"""
- name: Where is this certificate?
  community.qualys.certview_asset_info:
    platform: us2
    certhash: E6:FE:22:BF:45:E4:F0:D3:B8:5C:59:E0:2C:0F:49:54:18:E1:EB:8D:32:10:F7:88:D4:8C:D5:E1:CB:54:7C:D4
  register: found
  run_once: true
  delegate_to: localhost
  become: false

- name: Look for the certificate that ends first
  community.qualys.certview_certificate_info:
    platform: us2
    expired: false
    types: [Leaf]
    sort:
      - field: certificate.validToDate
    limit: 1
  register: next
  run_once: true
  delegate_to: localhost
  become: false

- name: On which Linux servers is it?
  community.qualys.certview_asset_info:
    platform: us2
    certhash: "{{ next.certificates[0].certhash }}"
    query: "operatingSystem:Linux"
    attributes: [instances]
  run_once: true
  delegate_to: localhost
  become: false
"""

RETURN = r"""
assets:
  description:
    - One record for each asset. Keys that the API did not tell are V(null).
    - Fields of the answer that have no key of their own are under C(extra).
  returned: success, without O(dest)
  type: list
  elements: dict
  contains:
    id:
      description: Number of the asset.
      returned: success
      type: int
      sample: 42967118
    uuid:
      description: UUID of the asset.
      returned: success
      type: str
      sample: 0f2a6c1e-94f0-4b6d-8a55-1f6f2f7c9d10
    name:
      description: Name of the asset.
      returned: success
      type: str
      sample: web01.example.com
    netbios_name:
      description: Its NetBIOS name.
      returned: success
      type: str
      sample: WEB01
    operating_system:
      description: Its operating system.
      returned: success
      type: str
      sample: Linux 5.14
    primary_ip:
      description: Its primary address.
      returned: success
      type: str
      sample: 192.0.2.11
    interfaces:
      description: Its addresses, with C(hostname) and C(address). V(null) when the API does not tell them.
      returned: success
      type: list
      elements: dict
      sample: [{hostname: web01.example.com, address: 192.0.2.11}]
    tags:
      description: Its tags, with C(name) and C(uuid). V(null) when O(attributes) does not ask for them.
      returned: success
      type: list
      elements: dict
      sample: [{name: Production, uuid: 7b0c3f0e-2f0f-4c8e-9a57-0a3b6f4f6c11}]
    instances:
      description:
        - The ports where it has the certificate, with C(id), C(port), C(protocol), C(service), C(fqdn), C(grade),
          C(ssl_protocols), C(cipher_suites) and C(vulnerabilities).
      returned: success
      type: list
      elements: dict
      sample: [{id: 3247, port: 443, protocol: tcp, service: https, grade: B}]
    extra:
      description: Fields of the answer that have no key of their own.
      returned: success
      type: dict
      sample: {}
count:
  description: How many records there are in the answer, or in the file.
  returned: success
  type: int
  sample: 1
complete:
  description:
    - Whether these are all that were asked for, as far as the API shows it; V(false) only when O(limit) cut them.
  returned: success
  type: bool
  sample: true
api:
  description: What it cost.
  returned: success
  type: dict
  contains:
    version:
      description: Version of the API that answered.
      returned: success
      type: str
      sample: v1
    calls:
      description: Calls that count against the API limits.
      returned: success
      type: int
      sample: 2
    refusals:
      description: How many of them the server refused because a limit was reached; they were waited out and made again.
      returned: success
      type: int
      sample: 0
    waited_seconds:
      description: Seconds spent waiting for the API budget, summed over calls that waited at the same time.
      returned: success
      type: float
      sample: 0.0
    rate_limit:
      description: The limit, with C(limit), C(window_seconds) and C(remaining), as far as the server told it.
      returned: success
      type: dict
      sample: {limit: 300, window_seconds: 3600, remaining: 298}
    source:
      description: Where the records come from.
      returned: success
      type: str
      sample: api
error:
  description: What went wrong.
  returned: failure
  type: dict
  contains:
    kind:
      description: A word that can be tested, such as V(options), V(window), V(credentials) or V(permission).
      returned: failure
      type: str
      sample: window
    http_status:
      description: HTTP status of the answer, or V(null) when there was none.
      returned: failure
      type: int
      sample: 403
    code:
      description: Qualys' own code of the error, or V(null).
      returned: failure
      type: str
      sample: "2012"
    message:
      description: What was tried and what came back.
      returned: failure
      type: str
      sample: the list reaches the 10000 records that this version of the API gives at most
    hint:
      description: What to do about it.
      returned: failure
      type: str
      sample: Narrow the query
"""

import typing as t

from ansible_collections.community.qualys.plugins.module_utils._asset_search import (
    ATTRIBUTES,
    checked_certhash,
    found_assets,
)
from ansible_collections.community.qualys.plugins.module_utils._certificate import Record
from ansible_collections.community.qualys.plugins.module_utils._client import CertViewClient
from ansible_collections.community.qualys.plugins.module_utils._list_module import LISTING_OPTIONS, run_listing
from ansible_collections.community.qualys.plugins.module_utils._module import certview_module

OPTIONS: dict[str, t.Any] = {
    "certhash": {"type": "str", "required": True},
    "attributes": {"type": "list", "elements": "str", "choices": list(ATTRIBUTES), "default": list(ATTRIBUTES)},
    "query": {"type": "str"},
    **LISTING_OPTIONS,
}


def main() -> None:
    """List the assets of a certificate."""
    module = certview_module(OPTIONS)
    params = module.params

    def assets(client: CertViewClient) -> t.Iterator[Record]:
        certhash = checked_certhash(params["certhash"])
        return found_assets(client, certhash, attributes=params["attributes"], qql=params["query"] or "")

    run_listing(module, "assets", assets)


if __name__ == "__main__":
    main()
