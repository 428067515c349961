# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: certview_audit
short_description: Judge the certificates of inventory hosts
version_added: 0.1.0
description:
  - Reads the certificates that Qualys Certificate View knows, once for all hosts, finds which of them are on the hosts
    of the play, and judges them by a policy.
  - Hosts and assets are matched by address and by name, after both were brought into the same spelling. The document
    tells which rule matched, which hosts CertView has never seen, and which assets belong to no host.
  - It runs once for the whole play, on the controller, whatever the number of hosts. With C(run_once=true) on the
    task, its result is registered for every host.
  - A rule whose input CertView does not tell gives V(not_evaluated), never a pass.
author:
  - community.qualys contributors (@ansible-collections)
extends_documentation_fragment:
  - community.qualys.connection
  - community.qualys.connection.attributes_info
  - community.qualys.freshness
  - community.qualys.policy
  - community.qualys.matching
options:
  hosts:
    description:
      - The hosts to audit, each with the addresses and names that identify it, the most telling first.
      - If not given, these are the hosts of the play, identified by C(ansible_host), by their inventory name, by the
        addresses and names among their facts, if these were gathered before or come from a fact cache, and by what the
        inventory plugins of clouds, NetBox and VMware tell of them.
      - The variable C(certview_addresses) of a host names what it serves besides, such as the virtual addresses of a
        load balancer. It holds addresses, names and networks such as V(10.1.2.0/28), as a list or with commas between
        them. Their assets are added to those of the host, whatever O(match_on) and O(on_ambiguous) say.
      - C(ansible_host), C(certview_addresses) and C(certview_policy) count as they do in a task of that host, also
        where the play or the task sets them.
      - A host given here that is in the inventory is identified by what is given, and keeps its groups,
        C(certview_addresses) and C(certview_policy). One that is not has none of these.
    type: dict
  fail_on:
    description:
      - The severity at and above which a finding puts its host into RV(failing_hosts).
    type: str
    choices: [critical, high, medium, low, info, none]
    default: none
  flag:
    description:
      - The hosts that RV(flagged) is to hold, besides those in RV(failing_hosts). V(failing) are those whose status
        calls for action.
    type: str
    choices: [failing, all, none]
    default: failing
  table_rows:
    description: How many findings RV(table) is to show.
    type: int
    default: 20
  as_of:
    description:
      - The instant that certificates are judged at, as V(2026-06-01) or V(2026-06-01T00:00:00Z). The present if not
        given.
    type: str
  previous:
    description:
      - The document of the last audit, or the path of a file on the controller that holds it. The new document then
        tells what is new, fixed and unchanged. A file that does not exist gives a warning.
    type: raw
  all_assets:
    description:
      - Whether to ask for all assets of a certificate that was found on more than 1,000, of which a list holds only
        some. That is one call for each 200 assets of such a certificate.
      - With V(false) a host may miss such a certificate. RV(summary) then counts them as C(certificates_incomplete).
    type: bool
    default: true
  dest:
    description:
      - A file on the controller that is to hold the document as JSON, readable by its owner only. The result is then
        without RV(audit). This is the way for more than some hundred hosts. In check mode it is not written.
    type: path
attributes:
  diff_mode:
    details:
      - This changes nothing but the file O(dest).
notes:
  - It runs on the controller, and like the lookup and the inventory plugin it takes a connection option that is neither
    given nor set by C(module_defaults) from the variable C(qualys_OPTION), such as C(qualys_platform).
  - It cannot be used with the C(free) strategy, which has no task that runs once for all hosts.
  - In a play with C(serial) it runs once for each batch, each time with a sweep of all certificates unless O(max_age)
    lets the batches share one.
seealso:
  - module: community.qualys.certview_auth
  - module: community.qualys.certview_certificate_info
"""

EXAMPLES = r"""
- name: Judge the certificates of all hosts of the play
  community.qualys.certview_audit:
    platform: eu1
  register: audit
  run_once: true

- name: Tell what calls for action
  ansible.builtin.debug:
    msg: "{{ audit.table }}"
  run_once: true

- name: Match hosts behind a translation, and leave out what was not seen for three months
  community.qualys.certview_audit:
    platform: eu1
    nat:
      203.0.113.0/24: 10.20.30.0/24
    exclude_addresses: [default, 10.0.0.138]
    asset_max_age_days: 90
    on_ambiguous: newest
  run_once: true

- name: Judge by what PCI DSS demands, and accept a finding for a while
  community.qualys.certview_audit:
    platform: eu1
    policy:
      profile: pci-dss-4
      thresholds:
        warn_days: 45
      exceptions:
        - rules: [TLS-002]
          host: web01
          reason: The new load balancer comes in December
          ticket: CHG0042
          expires: 2026-12-31
  run_once: true

- name: Warn 60 days before the end, and compare with the last time
  community.qualys.certview_audit:
    platform: eu1
    policy:
      thresholds:
        warn_days: 60
        warn_fraction: 0.5
    previous: /var/lib/certificates/audit.json
    dest: /var/lib/certificates/audit.json
    fail_on: high
  register: audit
  run_once: true

- name: Fail the hosts that have a finding of severity high or critical
  ansible.builtin.fail:
    msg: "{{ (audit.flagged[inventory_hostname] | from_json).line }}"
  when: inventory_hostname in audit.failing_hosts
"""

RETURN = r"""
summary:
  description:
    - How many hosts, assets, certificates and findings there are, by status, severity and rule.
  returned: success
  type: dict
  sample:
    hosts: 12
    hosts_matched: 11
    hosts_unmatched: 1
    hosts_failing: 4
    by_status: {expired: 1, expiring: 2, weak: 1, ok: 7, not_evaluated: 0, unmatched: 1}
failing_hosts:
  description: Names of the hosts with a finding at or above O(fail_on).
  returned: success
  type: list
  elements: str
  sample: [web01]
flagged:
  description:
    - For each host that O(flag) chooses, one JSON text with C(status), C(line) (one readable line) and C(findings).
      Texts, because Ansible visits every value of a structure; use C(from_json).
  returned: success
  type: dict
  sample:
    web01: '{"status": "expired", "line": "web01: EXPIRED - ...", "findings": []}'
table:
  description: What calls for action, the most urgent first, as lines of text in columns; empty if nothing does.
  returned: success
  type: list
  elements: str
summary_lines:
  description: RV(summary) for a reader.
  returned: success
  type: list
  elements: str
audit:
  description: The audit document.
  returned: success, without O(dest)
  type: dict
  contains:
    schema_version:
      description: Version of the document's form.
      returned: success
      type: int
      sample: 1
    generated_at:
      description: The same as O(as_of), so that the same certificates give the same document, byte for byte.
      returned: success
      type: str
      sample: "2026-06-01T00:00:00Z"
    hosts:
      description: For each host its C(status), C(match), C(certificates) and C(findings).
      returned: success
      type: dict
    certificates:
      description: The record of each certificate that is on a host, by its fingerprint.
      returned: success
      type: dict
    unmatched_assets:
      description: The assets that belong to no host.
      returned: success
      type: list
      elements: dict
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
