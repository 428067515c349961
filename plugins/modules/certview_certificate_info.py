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
  - community.qualys.connection.attributes_info
  - community.qualys.freshness
options:
  where:
    description:
      - Conditions that the server is to apply.
    type: list
    elements: dict
    suboptions:
      field:
        description:
          - Name of the field as the API has it, for example V(certificate.validToDate), V(asset.tagName) or
            V(instance.port). A name that this collection does not know is passed on.
        type: str
        required: true
      operator:
        description:
          - How to compare. V(contains) is for texts only, and those that order are for numbers and dates only.
        type: str
        required: true
        choices:
          - equals
          - not_equals
          - in
          - contains
          - greater
          - greater_than_equal
          - lesser
          - less_than_equal
          - is_empty
          - is_not_empty
      value:
        description:
          - What to compare with. For V(in) a list, or texts separated by commas; more than 1,000 are asked for in
            several parts. Not given for V(is_empty) and V(is_not_empty).
        type: raw
  query:
    description:
      - A query in Qualys Query Language, as the search field of Certificate View takes it. Needs V(v1) of the API,
        which is used for it when O(api_version=auto).
    type: str
  certhashes:
    description: SHA-256 fingerprints, of which the certificate has one.
    type: list
    elements: str
  primary_ips:
    description: Addresses, of which an asset of the certificate has one as its primary address.
    type: list
    elements: str
  asset_names:
    description: Names, of which an asset of the certificate has one.
    type: list
    elements: str
  tags:
    description: Asset tags, of which an asset of the certificate has one.
    type: list
    elements: str
  types:
    description: Kinds of certificate, such as V(Leaf), V(Intermediate) or V(Root). Not with V(v1), which tells none.
    type: list
    elements: str
  expiring_within_days:
    description: Only certificates that are still valid and end within so many days after O(as_of).
    type: float
  expired:
    description: Only certificates that have ended at O(as_of), or with V(false) only those that have not.
    type: bool
  self_signed:
    description: Only self-signed certificates, or with V(false) only others.
    type: bool
  key_size_below:
    description:
      - Only certificates whose key has fewer bits. An elliptic curve of 256 bits is strong; look at
        RV(certificates[].key_algorithm) before you call a key weak.
    type: int
  signature_algorithms:
    description: Signature algorithms as the API names them, of which the certificate has one, such as V(SHA1withRSA).
    type: list
    elements: str
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
    description: Names of fields that the answer is not to hold, as the API has them, such as V(asset.netbiosName).
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
  page_size:
    description: How many certificates one call asks for, from 1 to 200.
    type: int
    default: 200
  limit:
    description: How many certificates to return at most.
    type: int
  sort:
    description:
      - How to order the certificates, the weightiest field first. V(v1) sorts on the server; with other versions
        everything is read and sorted here. Certificates without the field come last.
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
  dest:
    description:
      - A file that is to hold the records, one JSON document a line, readable by its owner only. The result then has
        counts only. This is the way for more than some thousands of certificates.
    type: path
attributes:
  diff_mode:
    details:
      - This changes nothing but the file O(dest).
notes:
  - It asks the API where the task runs, once for each host of the play. For all hosts together run it once, on the
    controller, as the examples do.
  - A certificate that Qualys removes while the list is read can hide another one until the next time; the API gives no
    sign of it.
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
    - Whether these are all that were asked for; V(false) only when O(limit) cut them, or O(allow_incomplete) let them
      be incomplete.
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
from ansible_collections.community.qualys.plugins.module_utils._list_module import WHERE_OPTIONS
from ansible_collections.community.qualys.plugins.module_utils._listing import as_of_option, listed, query_from
from ansible_collections.community.qualys.plugins.module_utils._module import certview_module, run_with_source
from ansible_collections.community.qualys.plugins.module_utils._query import INCLUDES
from ansible_collections.community.qualys.plugins.module_utils._source import CertificateSource

OPTIONS: dict[str, dict[str, t.Any]] = {
    **WHERE_OPTIONS,
    "query": {"type": "str"},
    "certhashes": {"type": "list", "elements": "str"},
    "primary_ips": {"type": "list", "elements": "str"},
    "asset_names": {"type": "list", "elements": "str"},
    "tags": {"type": "list", "elements": "str"},
    "types": {"type": "list", "elements": "str"},
    "expiring_within_days": {"type": "float"},
    "expired": {"type": "bool"},
    "self_signed": {"type": "bool"},
    "key_size_below": {"type": "int"},
    "signature_algorithms": {"type": "list", "elements": "str"},
    "includes": {"type": "list", "elements": "str", "choices": list(INCLUDES)},
    "exclude_fields": {"type": "list", "elements": "str"},
    "asset_type": {"type": "str", "choices": ["managed", "unmanaged", "all"], "default": "all"},
    "all_assets": {"type": "bool", "default": False},
    "allow_incomplete": {"type": "bool", "default": False},
    "limit": {"type": "int"},
    "sort": {
        "type": "list",
        "elements": "dict",
        "options": {
            "field": {"type": "str", "required": True},
            "order": {"type": "str", "choices": ["asc", "desc"], "default": "asc"},
        },
    },
    "as_of": {"type": "str"},
    "dest": {"type": "path"},
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
