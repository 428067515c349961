#!/usr/bin/python
# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: certview_certificate_import
short_description: Import leaf certificates into Qualys Certificate View
version_added: 0.1.0
description:
  - Gives Certificate View certificates that its scans do not find, for example of servers that it cannot reach.
  - Those that Certificate View knows already, by the SHA-256 of their DER encoding, are not sent.
  - Only certificates are sent. Private keys and whatever else the file holds stay where they are.
  - The API takes leaf certificates only. A file that holds a certificate of an authority, as a chain does, is refused.
author:
  - community.qualys contributors (@ansible-collections)
extends_documentation_fragment:
  - community.qualys.connection
  - community.qualys.connection.attributes
options:
  path:
    description:
      - A file with one or many certificates in PEM, or with one in DER, on the machine where the task runs.
      - Exactly one of O(path) and O(content) is required.
    type: path
  content:
    description:
      - One or many certificates in PEM, or one in DER that is written in Base64.
      - Exactly one of O(path) and O(content) is required.
    type: str
attributes:
  diff_mode:
    details:
      - It shows the fingerprints of those certificates of the file that are there before and after.
notes:
  - Qualys refuses imports by users whose scope is restricted.
  - Up to 200 certificates are sent in a call.
  - Qualys does not document what it answers for each certificate. Where the answer shows a sign of a failure, or does
    not name a certificate, the list is asked for it. The task fails when the list does not hold it.
  - An upload whose answer is lost on the way is made again. Importing a certificate twice does no harm by itself.
seealso:
  - module: community.qualys.certview_certificate_info
"""

EXAMPLES = r"""
- name: Let Qualys know of the certificates of servers that it cannot reach
  community.qualys.certview_certificate_import:
    platform: us2
    path: /var/lib/certificates/unreachable.pem
  register: given
  run_once: true
  delegate_to: localhost
  become: false

- name: Say how many were new
  ansible.builtin.debug:
    msg: "{{ given.imported | length }} of {{ given.count }} certificates were new"
  run_once: true
  delegate_to: localhost
  become: false
"""

RETURN = r"""
imported:
  description: SHA-256 fingerprints of the certificates that were imported, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [e6fe22bf45e4f0d3b85c59e02c0f495418e1eb8d3210f788d48cd5e1cb547cd4]
present:
  description: SHA-256 fingerprints of the certificates that Certificate View knew already.
  returned: success
  type: list
  elements: str
  sample: []
count:
  description: How many different certificates there are in the file or text.
  returned: success
  type: int
  sample: 1
left_out:
  description: How many PEM blocks of the file or text are no certificates, such as private keys, and were not sent.
  returned: success
  type: int
  sample: 0
diff:
  description: The fingerprints of those certificates that are there before and after, one a line.
  returned: success
  type: dict
  sample:
    before_header: certificates
    after_header: certificates
    before: ""
    after: "e6fe22bf45e4f0d3b85c59e02c0f495418e1eb8d3210f788d48cd5e1cb547cd4\n"
api:
  description: What it cost.
  returned: success
  type: dict
  contains:
    version:
      description: Version of the API that listed the certificates.
      returned: success
      type: str
      sample: v2.2
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
      description: A word that can be tested, such as V(file), V(options), V(request) or V(permission).
      returned: failure
      type: str
      sample: permission
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
      sample: "the user may not do this (HTTP 403): User does not have permission to import certificates"
    hint:
      description: What to do about it.
      returned: failure
      type: str
      sample: "Give the user's role 'API Access' and 'CERTVIEW API Access'"
"""

import typing as t
from datetime import datetime, timezone

from ansible_collections.community.qualys.plugins.module_utils._client import CertViewClient
from ansible_collections.community.qualys.plugins.module_utils._importing import contents_from, ensured_certificates
from ansible_collections.community.qualys.plugins.module_utils._module import certview_module, run

OPTIONS: dict[str, dict[str, t.Any]] = {
    "path": {"type": "path"},
    # What people have at hand may hold the private key, too.
    "content": {"type": "str", "no_log": True},
}


def main() -> None:
    """Import certificates."""
    module = certview_module(OPTIONS, mutually_exclusive=[["path", "content"]], required_one_of=[["path", "content"]])

    def import_certificates(client: CertViewClient) -> dict[str, t.Any]:
        contents = contents_from(module.params["path"], module.params["content"])
        return ensured_certificates(client, contents, datetime.now(timezone.utc), check_mode=module.check_mode)

    run(module, import_certificates)


if __name__ == "__main__":
    main()
