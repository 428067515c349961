#!/usr/bin/python
# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: certview_external_site
short_description: Add external sites to Qualys Certificate View
version_added: 0.1.0
description:
  - Adds names and addresses that Qualys is to scan from the internet. Those that are there already are left as they
    are.
  - The API has no way to remove a site or to change one.
author:
  - community.qualys contributors (@ansible-collections)
extends_documentation_fragment:
  - community.qualys.connection
  - community.qualys.connection.attributes
options:
  sites:
    description:
      - Fully qualified domain names and public IPv4 addresses. Qualys takes neither IPv6 nor private addresses, and one
        of them fails the task before anything is added.
      - Names are compared without regard to case and a final dot. One in another script than Latin is sent and returned
        in ASCII (C(xn--)), which needs the Python library C(idna) that comes with C(requests).
    type: list
    elements: str
    required: true
  launch_scan:
    description:
      - Whether to have the added sites scanned at once. Without it they are scanned when Qualys next does.
      - The API can do so only for what it is given to add. Nothing is scanned, then, when all sites are there already.
    type: bool
    default: false
attributes:
  diff_mode:
    details:
      - It shows those of O(sites) that are there before and after, not other sites.
notes:
  - The whole list of sites is read first, 200 a call. They are added 1,000 a call.
  - Qualys confirms that it has taken the sites before it has worked on them. Until its list shows them, another run
    adds them again.
  - Qualys does not document the fields of its list. A site counts as there when any text of an entry is its name or
    address, or a URL with it.
  - An upload whose answer is lost on the way is made again. Adding a site twice does no harm by itself, but with
    O(launch_scan=true) a second scan may start.
seealso:
  - module: community.qualys.certview_external_site_info
"""

EXAMPLES = r"""
- name: Have Qualys look at our public servers
  community.qualys.certview_external_site:
    platform: us2
    sites:
      - www.example.com
      - shop.example.com
      - 203.0.113.10
    launch_scan: true
  run_once: true
  delegate_to: localhost
  become: false
"""

RETURN = r"""
added:
  description: Those of O(sites) that were added, or would be in check mode, in lower case.
  returned: success
  type: list
  elements: str
  sample: [shop.example.com]
present:
  description: Those of O(sites) that were there already, in lower case.
  returned: success
  type: list
  elements: str
  sample: [www.example.com, 203.0.113.10]
diff:
  description: Those of O(sites) that are there before and after, one a line.
  returned: success
  type: dict
  sample:
    before_header: external sites
    after_header: external sites
    before: "203.0.113.10\nwww.example.com\n"
    after: "203.0.113.10\nshop.example.com\nwww.example.com\n"
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
      sample: "400"
    message:
      description: What was tried and what came back.
      returned: failure
      type: str
      sample: "the server does not accept the request (HTTP 400): 192.168.0.1: Provide a valid public IP address"
    hint:
      description: What to do about it.
      returned: failure
      type: str
      sample: Check the names of fields and operators
"""

import typing as t

from ansible_collections.community.qualys.plugins.module_utils._client import CertViewClient
from ansible_collections.community.qualys.plugins.module_utils._module import certview_module, run
from ansible_collections.community.qualys.plugins.module_utils._site_adding import ensured_sites

OPTIONS: dict[str, dict[str, t.Any]] = {
    "sites": {"type": "list", "elements": "str", "required": True},
    "launch_scan": {"type": "bool", "default": False},
}


def main() -> None:
    """Add external sites."""
    module = certview_module(OPTIONS)

    def add_sites(client: CertViewClient) -> dict[str, t.Any]:
        return ensured_sites(
            client,
            module.params["sites"],
            launch_scan=module.params["launch_scan"],
            check_mode=module.check_mode,
        )

    run(module, add_sites)


if __name__ == "__main__":
    main()
