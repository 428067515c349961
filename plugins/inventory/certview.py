# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: certview
short_description: Group hosts by the state of their certificates
version_added: 0.1.0
description:
  - Judges the certificates that Qualys Certificate View has found on the hosts of the inventory, and tells the outcome
    as groups and variables of these hosts, so that a play can be for V(certview_expiring).
  - It can also make a host of each asset of Certificate View; see O(mode).
  - Its file must end with V(certview.yml) or V(certview.yaml).
  - The variables are texts and numbers, for ansible-core 2.19 and newer visits every value of a structure.
    C(certview_status) is V(expired), V(expiring), V(weak), V(ok), V(not_evaluated) or V(unmatched);
    C(certview_severity) the worst severity of what is wrong; C(certview_findings_count) how much that is;
    C(certview_certificates_count) how many certificates there are; C(certview_next_expiry) when the first of them ends,
    and C(certview_days_remaining) in how many days, negative once it has; C(certview_rules) the ids of the rules that
    fail, with commas between them; C(certview_matched_by) how the host was matched. What is not known is V(null).
  - The groups are V(certview_expired), V(certview_expiring), V(certview_weak), V(certview_ok),
    V(certview_not_evaluated), V(certview_unmatched), one for the worst severity such as V(certview_severity_high), and
    one for each rule that fails such as V(certview_rule_exp_001). All but the last are there even if they are empty.
author:
  - community.qualys contributors (@ansible-collections)
extends_documentation_fragment:
  - community.qualys.connection
  - community.qualys.connection_plugin
  - community.qualys.freshness
  - community.qualys.policy
  - community.qualys.matching
  - community.qualys.listing.where
  - community.qualys.listing.conditions
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices: [community.qualys.certview]
  mode:
    description: Which hosts are told of.
    type: str
    default: enrich
    choices:
      enrich: Those that other sources have brought. These must be read before, so name them first on the command line,
        and in a folder give this file the last name in the alphabet.
      create: A host for each asset on which a certificate was found.
      both: Those that other sources have brought, and one for each asset that belongs to none of them.
  details:
    description:
      - What the variable C(certview_findings) holds of each host. These are the findings of
        M(community.qualys.certview_audit), those too that were excepted or could not be judged.
    type: str
    default: scalars
    choices:
      scalars: There is no such variable.
      json: One text, to be read with P(ansible.builtin.from_json#filter).
      structure: A list. For ansible-core 2.19 and newer visits every value of it, 20,000 hosts took a third longer than
        with V(scalars), and 700 MB instead of 410.
  hostnames:
    description:
      - What names a host that is made of an asset. The first of these that the asset has is used, or if it has none
        V(certview_asset_) with its id behind it.
      - What cannot be in a name is replaced by an underscore. Where several assets have a name, or a host or group has
        it already, the id of the asset is put behind it.
    type: list
    elements: str
    choices: [name, fqdn, netbios_name, primary_ip]
    default: [name, fqdn, netbios_name, primary_ip]
  include_filters:
    description:
      - Sets of conditions, each a dictionary of O(where), O(certhashes), O(primary_ips), O(asset_names), O(tags),
        O(types), O(expiring_within_days), O(expired), O(self_signed), O(key_size_below) and O(signature_algorithms), as
        these options are. A certificate on an asset is looked at if all conditions of any of the sets hold.
      - They are applied here, once the records were read, and in addition to the options of the same names, which are
        applied by the server.
    type: list
    elements: dict
    default: []
  exclude_filters:
    description: Sets of conditions like O(include_filters). What meets all conditions of any of them is not looked at.
    type: list
    elements: dict
    default: []
  asset_type:
    description: Whether to look at assets that are activated for Certificate View, at the others, or at both.
    type: str
    choices: [managed, unmanaged, all]
    default: all
  all_assets:
    description:
      - Whether to ask for all assets of a certificate that was found on more than 1,000, of which a list holds only
        some. That is one call for each 200 assets of such a certificate. With V(false) a host may miss it.
    type: bool
    default: true
  as_of:
    description:
      - The instant that certificates are judged at, as V(2026-06-01) or V(2026-06-01T00:00:00Z). The present if not
        given.
    type: str
  use_vars_plugins:
    description:
      - Whether hosts are also known by variables of the folders C(host_vars) and C(group_vars), and of other vars
        plugins. Ansible reads these after all inventories, so without this an C(ansible_host) or a C(certview_policy)
        in such a folder is not seen.
    type: bool
    default: false
  max_age:
    default: 600.0
  cache:
    description:
      - Whether what was found out is kept in the inventory cache of Ansible. While it is there no call is made, and no
        credentials are needed. C(--flush-cache) asks anew.
      - It is not used when other hosts, addresses or policies than before are asked for, or other options are given.
        The platform is one of these, and the user is not; give each subscription its own O(cache_prefix).
      - What it tells is as of the time at which it was written. C(certview_days_remaining) and the groups do not change
        as time goes by. Let O(cache_timeout) be shorter than that matters.
      - The cache holds names and findings. Ansible's own cache of files is readable by all users of the controller.
notes:
  - A host or group may have a policy of its own in its variable C(certview_policy), and name what it serves besides in
    C(certview_addresses); see M(community.qualys.certview_audit).
  - Hosts that are made of assets are judged by O(policy), and O(compose) and its like see the variables of this plugin
    only. They are in no group yet from which they could have others.
  - A host is V(unmatched) too if certificates were found on its asset but none that is looked at.
  - With O(max_age) the copy that all processes share is read, and O(where) and its shortcuts are applied to that. They
    spare calls with O(max_age=0).
  - All options may hold templates and vaulted texts. The variables in templates are those that were given to Ansible
    with C(-e); others are not known yet.
  - What an asset or a certificate is called is never taken for a template.
  - Each expression of O(compose), O(groups) and O(keyed_groups) takes about 0.8 milliseconds for each host.
seealso:
  - module: community.qualys.certview_audit
  - module: community.qualys.certview_certificate_info
  - plugin: community.qualys.certview_certificates
    plugin_type: lookup
"""

EXAMPLES = r"""
# In production.certview.yml, for use as: ansible-playbook -i hosts.yml -i production.certview.yml ...
# The credentials come from the environment (QUALYS_USERNAME and QUALYS_PASSWORD).
plugin: community.qualys.certview
platform: eu1

---
# Judge by another policy, and keep the outcome for all controllers that share a Redis server.
plugin: community.qualys.certview
platform: eu1
username: "{{ lookup('ansible.builtin.env', 'CERTVIEW_USER') }}"
policy:
  profile: pci-dss-4
  thresholds:
    warn_days: 60
cache: true
cache_plugin: community.general.redis
cache_connection: redis.example.com:6379:0
cache_timeout: 21600

---
# A host for each asset with the tag Production, but for printers.
plugin: community.qualys.certview
platform: eu1
mode: create
tags: [Production]
exclude_filters:
  - tags: [Printer]
  - where:
      - field: asset.operatingSystem
        operator: contains
        value: JetDirect
hostnames: [fqdn, name, primary_ip]
keyed_groups:
  - key: certview_tags
    prefix: tag
  - key: certview_operating_system
    prefix: os
groups:
  renew_now: certview_days_remaining is number and certview_days_remaining < 7
"""

import os
import typing as t
from datetime import date, datetime, timezone

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.vars import combine_vars
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._listing import as_of_option
from ansible_collections.community.qualys.plugins.module_utils._report.inventory import (
    LASTING_GROUPS,
    OWN_GROUPS,
    OWN_WORDS,
)
from ansible_collections.community.qualys.plugins.module_utils._source import CertificateSource
from ansible_collections.community.qualys.plugins.plugin_utils._connection import connection_of, read_options
from ansible_collections.community.qualys.plugins.plugin_utils._hosts import host_facts
from ansible_collections.community.qualys.plugins.plugin_utils._inventory_changes import Changes
from ansible_collections.community.qualys.plugins.plugin_utils._inventory_entries import Answer, Question, answered
from ansible_collections.community.qualys.plugins.plugin_utils._inventory_hosts import InventoryHosts
from ansible_collections.community.qualys.plugins.plugin_utils._jinja import no_template, plain
from ansible_collections.community.qualys.plugins.plugin_utils._policies import policies_of

try:
    from ansible.template import trust_as_template
except ImportError:
    # On ansible-core 2.18 and older a text is what it is unless it was marked.
    def trust_as_template(value: t.Any) -> t.Any:
        return value


SUFFIXES = ("certview.yml", "certview.yaml")

# These hold expressions, which are evaluated for each host.
EXPRESSIONS = ("compose", "groups", "keyed_groups")

# The address of an asset is one in its canonical spelling, or it is not told. What is not trusted would leave
# ansible-inventory, and lie in the database of AWX, as a dictionary of __ansible_unsafe.
TRUSTED = OWN_WORDS | {"ansible_host"}


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """Judges all hosts in one run, or asks the cache, and then changes the inventory at once."""

    NAME = "community.qualys.certview"

    def verify_file(self, path: str) -> bool:
        return bool(super().verify_file(path)) and path.endswith(SUFFIXES)

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path, cache)
        try:
            self._read_config_data(path)
            hosts = InventoryHosts(
                inventory, loader, self.templar, use_vars_plugins=self.get_option("use_vars_plugins")
            )
            answer = self._answer(self._question(hosts, path), path, cache)
        except CertViewError as exc:
            raise AnsibleParserError(str(exc)) from None
        changes = self._changes(answer)
        self._construct(changes, hosts, answer)
        changes.make(inventory)

    def set_options(self, task_keys: t.Any = None, var_options: t.Any = None, direct: t.Any = None) -> None:
        """Let all options but expressions hold templates, whatever their type is."""
        self.templar.available_variables = var_options or {}
        resolved = {
            name: value if name in EXPRESSIONS else _spelt(self.templar.template(value))
            for name, value in (direct or {}).items()
        }
        read_options(super(), resolved, var_options or {}, self.templar.template)

    def _question(self, hosts: InventoryHosts, path: str) -> Question:
        options = {name: plain(value) for name, value in self.get_options().items() if name not in EXPRESSIONS}
        facts = {}
        if options["mode"] != "create":
            facts = host_facts(hosts.variables_of, hosts.names, hosts.template, self.display.warning)

        def read(name: str) -> t.Any:
            return self.loader.load_from_file(os.path.join(os.path.dirname(path), os.path.expanduser(name)))

        policy, own_policies = policies_of(options["policy"], facts, read)
        taken = () if options["mode"] == "enrich" else (*self.inventory.hosts, *self.inventory.groups, *OWN_GROUPS)
        return Question(options, facts, policy, own_policies, taken)

    def _answer(self, question: Question, path: str, cache: bool) -> Answer:
        is_cached = self.get_option("cache")
        key = self.get_cache_key(path) if is_cached else None
        if is_cached and cache:
            kept = self._cache.get(key)
            if isinstance(kept, dict) and kept.get("digest") == question.digest:
                return Answer.from_text(kept["answer"])
        as_of = as_of_option(question.options["as_of"], datetime.now(timezone.utc))
        with CertificateSource(connection_of(self), tell=self.display.warning) as source:
            answer = answered(question, source, as_of, self.display.warning)
        if is_cached:
            # One text, for a cache visits every value of a structure.
            self._cache[key] = {"digest": question.digest, "answer": answer.to_text()}
        return answer

    def _changes(self, answer: Answer) -> Changes:
        changes = Changes()
        for group in LASTING_GROUPS:
            changes.add_group(group)
        for name, entry in answer.entries.items():
            if name in answer.created:
                changes.add_host(name)
            for variable, value in {**answer.created.get(name, {}), **entry.variables}.items():
                changes.set_variable(name, variable, _marked(variable, value))
            for group in entry.groups:
                changes.add_group(group)
                changes.add_member(group, name)
        return changes

    def _construct(self, changes: Changes, hosts: InventoryHosts, answer: Answer) -> None:
        """Add what the user's expressions say; each takes longer than all else that is done for a host."""
        compose, groups, keyed_groups = (self.get_option(name) for name in EXPRESSIONS)
        if not (compose or groups or keyed_groups):
            return
        strict = self.get_option("strict")
        inventory, self.inventory = self.inventory, changes
        try:
            for name, entry in answer.entries.items():
                if name in answer.created:
                    known = {"inventory_hostname": name, "inventory_hostname_short": name.split(".")[0]}
                else:
                    known = hosts.variables_of(name)
                known["group_names"] = sorted({*known.get("group_names", ()), *entry.groups})
                self._set_composite_vars(compose, combine_vars(known, changes.variables_of(name)), name, strict=strict)
                known = combine_vars(known, changes.variables_of(name))
                self._add_host_to_composed_groups(groups, known, name, strict=strict, fetch_hostvars=False)
                self._add_host_to_keyed_groups(keyed_groups, known, name, strict=strict, fetch_hostvars=False)
        finally:
            self.inventory = inventory


def _spelt(value: t.Any) -> t.Any:
    """Return a day or a time as YAML reads it when it stands without quotes in the way that it was written."""
    return value.isoformat() if isinstance(value, date) else value


def _marked(variable: str, value: t.Any) -> t.Any:
    """Mark what others have written as no template, on any ansible-core; to a cache, too, others may have written."""
    if not isinstance(value, str) or variable not in TRUSTED or "{" in value:
        return no_template(value)
    return trust_as_template(value)
