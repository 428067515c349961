# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: certview_certificates
short_description: Look up certificates in Qualys Certificate View
version_added: 0.1.0
description:
  - Returns the records of the certificates that were found on hosts with an address or a name, or that have a hash or a
    serial number; without terms those of all certificates. A certificate that several terms mean is returned once.
  - The records are those of M(community.qualys.certview_certificate_info), and the filters and tests of this collection
    take them as they are.
  - It answers from a copy of the whole list of certificates, which all processes of a user share. The first lookup
    makes the copy, and those for a thousand hosts that come after it make no call of the API, as long as the copy is
    younger than O(max_age).
author:
  - community.qualys contributors (@ansible-collections)
extends_documentation_fragment:
  - community.qualys.connection
  - community.qualys.connection_plugin
  - community.qualys.freshness
options:
  _terms:
    description:
      - Addresses, names, hashes or serial numbers, one or several, also in lists; what they are is told by O(by).
      - Without terms all certificates are returned. With an empty list none is.
    type: list
    elements: str
  by:
    description: What the terms are.
    type: str
    default: address
    choices:
      address: Addresses of assets, be it their primary address or that of another interface.
      name:
        Names of assets and instances, and the common and alternative names of certificates. There is no search for a
        part of a name; a wildcard is looked up as it stands in the certificate.
      certhash: SHA-256 fingerprints of certificates, with or without colons.
      serial: Serial numbers of certificates in hexadecimal digits, with or without colons, C(0x) and zeros in front.
  includes:
    description:
      - What the records are to hold besides the interfaces of assets, which they always do.
      - The filter P(community.qualys.certview_findings#filter) and the test P(community.qualys.certview_weak#test) can
        only judge what was included.
      - There is one copy for each set of includes, so give the same one everywhere. One with more serves those who need
        less.
    type: list
    elements: str
    choices:
      - asset_interfaces
      - vulnerabilities
      - ssl_protocols
      - cipher_suites
      - asset_tags
      - extensive_certificate_info
    default: []
  as_of:
    description:
      - The time at which RV(_raw[].expired) and RV(_raw[].days_remaining) are true, in ISO 8601. Now if not given.
    type: str
  max_age:
    default: 600.0
notes:
  - Use C(query(...)), not C(lookup(...)). The latter returns no list but the record itself where it finds a single one,
    and an empty text on ansible-core 2.18 and older where it finds none. This is how Ansible treats every lookup.
  - Ansible evaluates a variable that holds a lookup each time that it is used, for each host and each task anew. That
    costs no call of the API here, but a few milliseconds each time to read the copy, and for a lookup of all
    certificates as long as it takes to read all. Use M(ansible.builtin.set_fact) with C(run_once), or a variable
    of the play's C(vars) only where it is used once.
  - With O(max_age=0), and where O(state_dir) cannot be used, each lookup reads the whole list from the API. Only one by
    V(certhash) asks for less.
  - The C(environment) of a task has no effect on lookups, which run in the process of Ansible itself.
  - For an audit of all hosts M(community.qualys.certview_audit) is faster, and also matches hosts that have several
    addresses and names.
seealso:
  - module: community.qualys.certview_certificate_info
  - module: community.qualys.certview_audit
  - plugin: community.qualys.certview_findings
    plugin_type: filter
  - plugin: community.qualys.certview_match
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show the certificates of this host
  ansible.builtin.debug:
    msg: "{{ item.subject.name }} ends on {{ item.valid_to }}"
  loop: "{{ query('community.qualys.certview_certificates', ansible_host | default(inventory_hostname)) }}"
  loop_control:
    label: "{{ item.certhash }}"

- name: Tell of a host on which a certificate has expired
  ansible.builtin.debug:
    msg: "{{ certificates | community.qualys.certview_digest }}"
  vars:
    certificates: "{{ query('community.qualys.certview_certificates', ansible_host) }}"
  when: certificates | select('community.qualys.certview_expired') | length > 0

- name: Find out where a certificate is in use
  ansible.builtin.debug:
    msg: "{{ certificates | map(attribute='assets') | flatten | map(attribute='name') | unique }}"
  vars:
    certificates: "{{ query('community.qualys.certview_certificates', 'www.example.com', by='name', max_age=3600) }}"

- name: Count all certificates, or go on with none if the API cannot be reached
  ansible.builtin.debug:
    msg: "{{ query('community.qualys.certview_certificates', errors='warn') | length }}"
  run_once: true
"""

RETURN = r"""
_raw:
  description:
    - The records, as RV(community.qualys.certview_certificate_info#module:certificates). All texts are inert, whatever
      a certificate holds, and are never taken for a template.
  type: list
  elements: dict
  contains:
    certhash:
      description: SHA-256 fingerprint.
      type: str
    valid_to:
      description: The last instant at which the certificate is valid, in ISO 8601 with C(Z).
      type: str
    days_remaining:
      description: Days until then, negative once it has passed.
      type: float
    expired:
      description: Whether it has passed.
      type: bool
    subject:
      description: Whose certificate it is, with C(name), C(organization) and more.
      type: dict
    issuer:
      description: Who has signed it, likewise.
      type: dict
    assets:
      description: Where it was found.
      type: list
      elements: dict
  sample:
    - certhash: 7c5d1f0e9a4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d
      valid_to: "2026-06-03T00:00:00Z"
      days_remaining: 2.0
      expired: false
"""

import re
import typing as t
from datetime import datetime, timezone

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._freshness import freshness_from
from ansible_collections.community.qualys.plugins.module_utils._identities import wanted_identities
from ansible_collections.community.qualys.plugins.module_utils._listing import as_of_option
from ansible_collections.community.qualys.plugins.module_utils._query import Query
from ansible_collections.community.qualys.plugins.module_utils._snapshot_file import order_of
from ansible_collections.community.qualys.plugins.module_utils._source import CertificateSource
from ansible_collections.community.qualys.plugins.plugin_utils._connection import connection_of, read_options
from ansible_collections.community.qualys.plugins.plugin_utils._jinja import plain

_HEXADECIMAL = re.compile(r"[0-9a-f]+")

display = Display()


class LookupModule(LookupBase):
    """Looks certificates up in the copy that all processes share."""

    def run(
        self, terms: t.Any, variables: t.Optional[t.Mapping[str, t.Any]] = None, **kwargs: t.Any
    ) -> list[dict[str, t.Any]]:
        try:
            # ansible-core 2.18 and older leave to a loop's lookup what they keep from others.
            given = {name: value for name, value in kwargs.items() if name != "wantlist"}
            read_options(self, given, variables or {}, self._templar.template)
            return self._records(terms)
        except CertViewError as exc:
            # Of all errors the only one that errors=warn and errors=ignore treat alike on every ansible-core.
            raise AnsibleLookupError(f"certview_certificates: {exc}") from None

    def _records(self, terms: t.Any) -> list[dict[str, t.Any]]:
        as_of = as_of_option(plain(self.get_option("as_of")), datetime.now(timezone.utc))
        freshness = freshness_from({name: self.get_option(name) for name in ("max_age", "full_sync_every")})
        query = Query(includes=tuple(sorted({"asset_interfaces", *plain(self.get_option("includes"))})))
        wanted = self._flatten(terms)
        if terms and not wanted:
            return []
        by = plain(self.get_option("by"))
        values = [_checked(by, term) for term in plain(wanted)]
        with CertificateSource(connection_of(self), tell=display.warning) as source:
            if wanted:
                records = source.records_by(by, values, query, as_of, freshness)
            else:
                records = source.records(query, as_of, freshness)
            # In the order of the copy, also when it has just been made or there is none.
            return sorted(records, key=order_of)


def _checked(by: str, term: t.Any) -> str:
    """Return a term that can be what it is said to be: a slip must not look like a host without certificates."""
    spelled = wanted_identities(by, [term]) if isinstance(term, str) else set()
    if spelled and (by in ("address", "name") or all(map(_HEXADECIMAL.fullmatch, spelled))):
        return str(term)
    kinds = {"address": "address", "name": "name", "certhash": "SHA-256 fingerprint", "serial": "serial number"}
    raise CertViewError(
        f"{term!r} is no {kinds[by]}" + ("" if isinstance(term, str) else ", as it is no text"),
        kind="options",
        hint="Say with by what the terms are: address, name, certhash or serial",
    )
