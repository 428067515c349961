#!/usr/bin/python
# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: certview_certificate_info
short_description: List the certificates that Qualys Certificate View knows
version_added: 0.1.0
description:
  - Returns one record for each certificate, with the assets, addresses and ports where it was found.
  - A record is the same whichever version of the API told of it, but for what a version does not tell.
    What is not told is V(null), never missing.
  - All conditions must hold. The server is asked for what it can filter, and every answer is checked again here.
  - One call gives up to 200 certificates. The result tells how many calls were made.
author:
  - community.qualys contributors (@ansible-collections)
extends_documentation_fragment:
  - community.qualys.connection
  - community.qualys.listing
  - community.qualys.connection.attributes_info
  - community.qualys.listing.where
  - community.qualys.listing.conditions
  - community.qualys.freshness
options:
  query:
    description:
      - A query in Qualys Query Language, as the search field of Certificate View takes it. Needs V(v1) of the API,
        which is used for it when O(api_version=auto).
    type: str
  includes:
    description:
      - What else the answer is to hold. V(v1) takes no notice of it, nor of O(exclude_fields) and O(asset_type).
    type: list
    elements: str
    choices:
      - asset_interfaces
      - vulnerabilities
      - ssl_protocols
      - cipher_suites
      - asset_tags
      - extensive_certificate_info
  exclude_fields:
    description:
      - Names of fields that the answer is not to hold, as the API has them, such as V(asset.netbiosName). What O(sort)
        or an option for a condition of its own looks at cannot be left out, nor V(certificate.certhash) with
        O(all_assets=true).
    type: list
    elements: str
  asset_type:
    description:
      - Whether to look at assets that are activated for Certificate View, at the others, or at both. Qualys' own
        default is V(managed), which hides certificates that were seen on unmanaged assets only.
    type: str
    choices: [managed, unmanaged, all]
    default: all
  all_assets:
    description:
      - Whether to ask for all assets of a certificate that was found on more than 1,000, of which a list holds only
        some. That is one call for each 200 assets of such a certificate. Without it RV(certificates[].assets_complete)
        tells which records lack some.
      - Where a condition on assets can only be decided by the others, they are asked for in any case.
    type: bool
    default: false
  allow_incomplete:
    description:
      - What to do with a list that changed all the while it was read, as it may while a scan is processed. By default
        that is a failure; with V(true) it is a warning, and RV(complete) is V(false).
    type: bool
    default: false
  sort:
    description:
      - How to order the certificates, the weightiest field first. V(v1) sorts on the server, and what moves while the
        list is read comes last. With other versions, and with conditions of more than 1,000 values, everything is read
        and sorted here. Certificates without the field come last.
    type: list
    elements: dict
    suboptions:
      field:
        description: Name of the field as the API has it, for example V(certificate.validToDate).
        type: str
        required: true
      order:
        description: Whether the least comes first or last.
        type: str
        choices: [asc, desc]
        default: asc
  as_of:
    description:
      - The instant that expiry and remaining days are counted from, as V(2026-06-01) or V(2026-06-01T00:00:00Z).
        The present if not given.
    type: str
seealso:
  - module: community.qualys.certview_auth
  - module: community.qualys.certview_audit
"""

EXAMPLES = r"""
- name: What ends within 30 days?
  community.qualys.certview_certificate_info:
    platform: us2
    expiring_within_days: 30
    includes: [asset_interfaces]
  register: expiring
  run_once: true
  delegate_to: localhost
  become: false

- name: SHA-1 on servers with the tag Production, the soonest end first
  community.qualys.certview_certificate_info:
    platform: us2
    tags: [Production]
    where:
      - field: certificate.signatureAlgorithm
        operator: contains
        value: SHA1
    sort:
      - field: certificate.validToDate
  run_once: true
  delegate_to: localhost
  become: false

- name: Everything, as JSON lines for another program
  community.qualys.certview_certificate_info:
    platform: us2
    includes: [asset_interfaces, asset_tags, ssl_protocols]
    dest: /var/lib/certificates/certview.jsonl
  register: inventory
  run_once: true
  delegate_to: localhost
  become: false

- name: Ask in Qualys Query Language
  community.qualys.certview_certificate_info:
    platform: us2
    query: "selfSigned:true and not issuer.organization:`Example Ltd`"
  run_once: true
  delegate_to: localhost
  become: false
"""

RETURN = r"""
certificates:
  description:
    - One record for each certificate. Keys that the API did not tell are V(null).
    - Fields of the answer that have no key of their own are under C(extra).
  returned: success, without O(dest)
  type: list
  elements: dict
  contains:
    certhash:
      description: SHA-256 fingerprint in lower-case hexadecimal.
      returned: success
      type: str
      sample: e6fe22bf45e4f0d3b85c59e02c0f495418e1eb8d3210f788d48cd5e1cb547cd4
    key_algorithm:
      description: V(RSA), V(EC), V(Ed25519) and so on.
      returned: success
      type: str
      sample: RSA
    key_algorithm_source:
      description:
        - How it is known; V(reported) by the API, V(parsed) from C(raw_data), V(inferred) from the
          size, or V(unknown).
      returned: success
      type: str
      sample: reported
    valid_to:
      description: The end of its validity.
      returned: success
      type: str
      sample: "2026-08-30T11:00:00Z"
    days_remaining:
      description: Days from O(as_of) to the end, negative when it has passed.
      returned: success
      type: float
      sample: 12.25
    expired:
      description: Whether it has ended at O(as_of).
      returned: success
      type: bool
      sample: false
    assets:
      description: Where it was found, with C(primary_ip), C(name), C(interfaces), C(tags) and C(instances).
      returned: success
      type: list
      elements: dict
    assets_complete:
      description: Whether all its assets are in RV(certificates[].assets). The API gives at most 1,000 of them here.
      returned: success
      type: bool
      sample: true
  sample:
    - id: 189259654
      certhash: e6fe22bf45e4f0d3b85c59e02c0f495418e1eb8d3210f788d48cd5e1cb547cd4
      serial_number: 7ff005a07c4cded100ad9d66a5107b98
      type: Leaf
      key_algorithm: RSA
      key_algorithm_source: reported
      key_size: 2048
      signature_algorithm: SHA256withRSA
      valid_from: "2026-06-01T11:00:00Z"
      valid_to: "2026-08-30T11:00:00Z"
      lifetime_days: 90.0
      days_remaining: 12.25
      expired: false
      subject:
        name: www.example.com
        organization: Example Ltd
      assets:
        - id: 1060774298
          name: web01.example.com
          primary_ip: 192.0.2.11
          instances:
            - port: 443
              protocol: tcp
              grade: A
count:
  description: How many records there are, here or in O(dest).
  returned: success
  type: int
  sample: 1
complete:
  description:
    - Whether these are all that were asked for, as far as the API shows it; V(false) only when O(limit) cut them, or
      O(allow_incomplete) let them be incomplete.
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
      sample: v2.2
    calls:
      description: Calls that count against the API limits.
      returned: success
      type: int
      sample: 4
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
      sample: {limit: 300, window_seconds: 3600, remaining: 296}
    source:
      description: Where the records come from, V(api), or V(snapshot) for the copy that O(max_age) keeps.
      returned: success
      type: str
      sample: snapshot
    snapshot:
      description:
        - What is known of the copy; V(null) where none was used.
        - C(path) is V(cached) when it was young enough, V(delta) when what had changed was fetched first, or V(full)
          when the whole list was read and copied. C(synced_at), C(full_synced_at) and C(age_seconds) tell its age.
      returned: success
      type: dict
      sample:
        path: delta
        synced_at: "2026-06-01T00:00:00Z"
        full_synced_at: "2026-05-29T03:12:00Z"
        age_seconds: 0.7
error:
  description: What went wrong.
  returned: failure
  type: dict
  contains:
    kind:
      description: A word that can be tested, such as V(credentials), V(network), V(tls), V(permission) or V(options).
      returned: failure
      type: str
      sample: credentials
    http_status:
      description: HTTP status of the answer, or V(null) when there was none.
      returned: failure
      type: int
      sample: 401
    code:
      description: Qualys' own code of the error, or V(null).
      returned: failure
      type: str
      sample: "2012"
    message:
      description: What was tried and what came back.
      returned: failure
      type: str
      sample: the user name or password is not accepted (HTTP 401)
    hint:
      description: What to do about it.
      returned: failure
      type: str
      sample: Check them for this very platform
"""

import typing as t
from datetime import datetime, timezone

from ansible_collections.community.qualys.plugins.module_utils._freshness import freshness_from, freshness_options
from ansible_collections.community.qualys.plugins.module_utils._list_module import (
    CONDITION_OPTIONS,
    LISTING_OPTIONS,
    WHERE_OPTIONS,
)
from ansible_collections.community.qualys.plugins.module_utils._listing import as_of_option, listed, query_from
from ansible_collections.community.qualys.plugins.module_utils._module import certview_module, run_with_source
from ansible_collections.community.qualys.plugins.module_utils._query import INCLUDES
from ansible_collections.community.qualys.plugins.module_utils._source import CertificateSource

OPTIONS: dict[str, dict[str, t.Any]] = {
    **WHERE_OPTIONS,
    **CONDITION_OPTIONS,
    **LISTING_OPTIONS,
    "query": {"type": "str"},
    "includes": {"type": "list", "elements": "str", "choices": list(INCLUDES)},
    "exclude_fields": {"type": "list", "elements": "str"},
    "asset_type": {"type": "str", "choices": ["managed", "unmanaged", "all"], "default": "all"},
    "all_assets": {"type": "bool", "default": False},
    "allow_incomplete": {"type": "bool", "default": False},
    "sort": {
        "type": "list",
        "elements": "dict",
        "options": {
            "field": {"type": "str", "required": True},
            "order": {"type": "str", "choices": ["asc", "desc"], "default": "asc"},
        },
    },
    "as_of": {"type": "str"},
    **freshness_options(),
}


def main() -> None:
    """List certificates."""
    module = certview_module(OPTIONS)

    def list_certificates(source: CertificateSource) -> dict[str, t.Any]:
        return listed(
            source,
            query_from(module.params),
            as_of_option(module.params["as_of"], datetime.now(timezone.utc)),
            freshness_from(module.params),
            limit=module.params["limit"],
            dest=module.params["dest"],
            check_mode=module.check_mode,
            allow_incomplete=module.params["allow_incomplete"],
            tell=module.warn,
        )

    run_with_source(module, list_certificates)


if __name__ == "__main__":
    main()
