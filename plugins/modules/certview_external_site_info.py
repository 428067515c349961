#!/usr/bin/python
# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: certview_external_site_info
short_description: List the external sites of Qualys Certificate View
version_added: 0.1.0
description:
  - Returns one record for each external site, which is a name or address that Qualys scans from the internet.
  - One call gives up to 200 sites.
author:
  - community.qualys contributors (@ansible-collections)
extends_documentation_fragment:
  - community.qualys.connection
  - community.qualys.listing
  - community.qualys.connection.attributes_info
  - community.qualys.listing.where
options:
  assets:
    description: Whether to return the assets of each site, too.
    type: bool
    default: false
notes:
  - Qualys does not document the names of the fields that the API returns. Where one is not found under the names that
    this module expects, its key is V(null) and the field is under C(extra).
seealso:
  - module: community.qualys.certview_external_site
"""

EXAMPLES = r"""
- name: Which external sites are there?
  community.qualys.certview_external_site_info:
    platform: us2
  register: known
  run_once: true
  delegate_to: localhost
  become: false

- name: Which of them have been added this year?
  community.qualys.certview_external_site_info:
    platform: us2
    where:
      - field: createdDate
        operator: greater_than_equal
        value: "2026-01-01T00:00:00.000Z"
    assets: true
  run_once: true
  delegate_to: localhost
  become: false
"""

RETURN = r"""
external_sites:
  description:
    - One record for each site. Keys that the API did not tell are V(null).
    - Fields of the answer that have no key of their own are under C(extra).
  returned: success, without O(dest)
  type: list
  elements: dict
  contains:
    id:
      description: Number of the site.
      returned: success
      type: int
      sample: 9001
    uuid:
      description: UUID of the site.
      returned: success
      type: str
      sample: 5f0cbb5c-3a8e-4f39-8d0f-f5f5b2c1a9d3
    site:
      description: The name or address that is scanned.
      returned: success
      type: str
      sample: www.example.com
    created:
      description: When it was added.
      returned: success
      type: str
      sample: "2026-05-29T10:11:12Z"
    scanned:
      description: When it was last scanned.
      returned: success
      type: str
      sample: "2026-05-29T11:00:00Z"
    scan_status:
      description: How its last scan stands, in the API's words.
      returned: success
      type: str
      sample: FINISHED
    assets:
      description:
        - Its assets, as in RV(community.qualys.certview_asset_info#module:assets). V(null) when O(assets=false).
      returned: success
      type: list
      elements: dict
      sample: []
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
      description: A word that can be tested, such as V(options), V(request), V(credentials) or V(permission).
      returned: failure
      type: str
      sample: request
    http_status:
      description: HTTP status of the answer, or V(null) when there was none.
      returned: failure
      type: int
      sample: 400
    code:
      description: Qualys' own code of the error, or V(null).
      returned: failure
      type: str
      sample: "1905"
    message:
      description: What was tried and what came back.
      returned: failure
      type: str
      sample: "the server does not accept the request (HTTP 400): filter: colour is not a field"
    hint:
      description: What to do about it.
      returned: failure
      type: str
      sample: Check the names of fields and operators
"""

import typing as t

from ansible_collections.community.qualys.plugins.module_utils._certificate import Record
from ansible_collections.community.qualys.plugins.module_utils._client import CertViewClient
from ansible_collections.community.qualys.plugins.module_utils._list_module import (
    LISTING_OPTIONS,
    WHERE_OPTIONS,
    run_listing,
)
from ansible_collections.community.qualys.plugins.module_utils._listing import conditions_from
from ansible_collections.community.qualys.plugins.module_utils._module import certview_module

OPTIONS: dict[str, t.Any] = {
    "assets": {"type": "bool", "default": False},
    **WHERE_OPTIONS,
    **LISTING_OPTIONS,
}


def main() -> None:
    """List external sites."""
    module = certview_module(OPTIONS)
    params = module.params

    def external_sites(client: CertViewClient) -> t.Iterator[Record]:
        return client.external_sites(conditions_from(params), assets=params["assets"], page_size=params["page_size"])

    run_listing(module, "external_sites", external_sites)


if __name__ == "__main__":
    main()
