#!/usr/bin/python
# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: certview_instance_info
short_description: List the server instances that Qualys Certificate View has graded
version_added: 0.1.0
description:
  - Returns one record for each instance, which is a port of an asset that speaks TLS, with its grade and how the grade
    came about.
  - Keys of this collection are written like C(grade_with_trust_ignored). What the API calls by the words of its user
    interface, such as the bands of key sizes, keeps those words.
  - One call gives up to 200 instances.
author:
  - community.qualys contributors (@ansible-collections)
extends_documentation_fragment:
  - community.qualys.connection
  - community.qualys.listing
  - community.qualys.connection.attributes_info
  - community.qualys.listing.where
options:
  asset_type:
    description:
      - Whether to look at assets that are activated for Certificate View, at the others, or at both. Qualys' own
        default is V(managed).
    type: str
    choices: [managed, unmanaged, all]
    default: all
seealso:
  - module: community.qualys.certview_certificate_info
  - module: community.qualys.certview_asset_info
"""

EXAMPLES = r"""
- name: Which servers have the grade F?
  community.qualys.certview_instance_info:
    platform: us2
    where:
      - field: instance.grade
        operator: equals
        value: F
  register: failing
  run_once: true
  delegate_to: localhost
  become: false

- name: Show where they are
  ansible.builtin.debug:
    msg: "{{ item.asset.name }} port {{ item.port }}: {{ item.grade_summary.warnings | join(', ') }}"
  loop: "{{ failing.instances }}"
  loop_control:
    label: "{{ item.id }}"
  run_once: true
  delegate_to: localhost
  become: false

- name: All instances, as JSON lines for another program
  community.qualys.certview_instance_info:
    platform: us2
    dest: /var/lib/certificates/instances.jsonl
  run_once: true
  delegate_to: localhost
  become: false
"""

RETURN = r"""
instances:
  description:
    - One record for each instance. Keys that the API did not tell are V(null).
    - Fields of the answer that have no key of their own are under C(extra).
  returned: success, without O(dest)
  type: list
  elements: dict
  contains:
    id:
      description: Number of the instance.
      returned: success
      type: int
      sample: 3247
    port:
      description: Its port.
      returned: success
      type: int
      sample: 443
    protocol:
      description: The transport.
      returned: success
      type: str
      sample: tcp
    service:
      description: What speaks there.
      returned: success
      type: str
      sample: https
    fqdn:
      description: The name by which it was asked.
      returned: success
      type: str
      sample: www.example.com
    grade:
      description: From V(A+) to V(F), or V(T) when the certificate is not trusted.
      returned: success
      type: str
      sample: B
    scanned:
      description: When it was last scanned.
      returned: success
      type: str
      sample: "2026-05-29T10:11:12Z"
    asset:
      description: Where it is.
      returned: success
      type: dict
      sample: {id: 42967118, uuid: 0f2a6c1e-94f0-4b6d-8a55-1f6f2f7c9d10, name: web01, primary_ip: 192.0.2.11, extra: {}}
    certificate:
      description: The certificate that it shows.
      returned: success
      type: dict
      contains:
        id:
          description: Number of the certificate.
          returned: success
          type: int
          sample: 118
        certhash:
          description: SHA-256 fingerprint of the certificate.
          returned: success
          type: str
          sample: e6fe22bf45e4f0d3b85c59e02c0f495418e1eb8d3210f788d48cd5e1cb547cd4
        name:
          description: Common name of its subject.
          returned: success
          type: str
          sample: www.example.com
        last_found:
          description: When the certificate was last found.
          returned: success
          type: str
          sample: "2026-05-29T10:11:12Z"
        extra:
          description: Fields of the answer that have no key of their own.
          returned: success
          type: dict
          sample: {}
    grade_summary:
      description: How the grade came about. V(null) when the API does not tell it.
      returned: success
      type: dict
      contains:
        grade:
          description: The grade.
          returned: success
          type: str
          sample: B
        grade_with_trust_ignored:
          description: What the grade would be if the certificate were trusted.
          returned: success
          type: str
          sample: B
        certificate_score:
          description: Points for the certificate, from 0 to 100.
          returned: success
          type: int
          sample: 100
        protocol_support_score:
          description: Points for the protocols, from 0 to 100.
          returned: success
          type: int
          sample: 70
        protocol_support_weightage:
          description: What share of the whole the protocols have, in percent.
          returned: success
          type: int
          sample: 30
        protocol_support_info:
          description: Whether each protocol is offered.
          returned: success
          type: dict
          sample: {SSLv2: false, SSLv3: false, TLSv1: true, TLSv1.1: true, TLSv1.2: true, TLSv1.3: false}
        key_exchange_score:
          description: Points for the key exchange, from 0 to 100.
          returned: success
          type: int
          sample: 90
        key_exchange_weightage:
          description: What share of the whole the key exchange has, in percent.
          returned: success
          type: int
          sample: 30
        key_exchange_info:
          description: Which of the API's bands the key exchange is in.
          returned: success
          type: dict
          sample: {"Key or DH parameter strength < 4096 bits (e.g., 2048)": true}
        cipher_strength_score:
          description: Points for the ciphers, from 0 to 100.
          returned: success
          type: int
          sample: 90
        cipher_strength_weightage:
          description: What share of the whole the ciphers have, in percent.
          returned: success
          type: int
          sample: 40
        cipher_strength_info:
          description: Which of the API's bands the ciphers are in.
          returned: success
          type: dict
          sample: {">= 256 bits (e.g., 256)": true}
        cipher_suites:
          description: The cipher suites of each protocol, as the API tells them.
          returned: success
          type: dict
          sample:
            TLSv1.2:
              - name: TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
                keyExchange: ECDH
                encryptionKeyStrength: 256
        errors:
          description: The API's remarks of this kind, as are C(warnings), C(notices), C(infos) and C(highlights).
          returned: success
          type: list
          elements: str
          sample: []
        warnings:
          description: What lowered the grade.
          returned: success
          type: list
          elements: str
          sample: ["TLS 1.0 is supported"]
        notices:
          description: Remarks that the API calls notices.
          returned: success
          type: list
          elements: str
          sample: []
        infos:
          description: Remarks that the API calls infos.
          returned: success
          type: list
          elements: str
          sample: []
        highlights:
          description: Remarks that the API calls highlights.
          returned: success
          type: list
          elements: str
          sample: []
        extra:
          description: Fields of the answer that have no key of their own.
          returned: success
          type: dict
          sample: {}
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
      sample: v2
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
      sample: "the server does not accept the request (HTTP 400): filter: instance.colour is not a field"
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
    "asset_type": {"type": "str", "choices": ["managed", "unmanaged", "all"], "default": "all"},
    **WHERE_OPTIONS,
    **LISTING_OPTIONS,
}


def main() -> None:
    """List server instances."""
    module = certview_module(OPTIONS)
    params = module.params

    def instances(client: CertViewClient) -> t.Iterator[Record]:
        return client.instances(conditions_from(params), asset_type=params["asset_type"], page_size=params["page_size"])

    run_listing(module, "instances", instances)


if __name__ == "__main__":
    main()
