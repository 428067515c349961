# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the variables and cached facts of the hosts of a play tell of them: addresses and names, groups, policy.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Iterable, Iterator, Mapping

from ansible.errors import AnsibleError

from ..module_utils._addresses import PLACEHOLDER_NAMES, canonical_address, canonical_name, canonical_range
from ..module_utils._errors import CertViewError
from ..module_utils._matching import Identities

POLICY_VARIABLE = "certview_policy"
CLAIMS_VARIABLE = "certview_addresses"

_ALL = "all"
"""The group of every host, which C(group_names) leaves out."""

# That users set in plays and tasks as well, and not for the sake of one host.
_OF_PLAYS = ("ansible_host", CLAIMS_VARIABLE, POLICY_VARIABLE)

# The most telling first. Facts are only there when they were gathered before or come from a fact cache, which keeps
# them below ansible_facts; some inventories tell them as variables of the name that Ansible once gave them.
_ADDRESS_FACTS = (
    ("default_ipv4", "address"),
    ("default_ipv6", "address"),
    ("all_ipv4_addresses",),
    ("all_ipv6_addresses",),
)
_NAME_FACTS = (("fqdn",), ("hostname",))

# Where the inventory plugins of clouds and databases put addresses.
_ADDRESS_VARIABLES = (
    # amazon.aws.aws_ec2
    ("private_ip_address",),
    ("public_ip_address",),
    ("network_interfaces", "private_ip_addresses", "private_ip_address"),
    ("network_interfaces", "private_ip_addresses", "association", "public_ip"),
    ("network_interfaces", "ipv6_addresses", "ipv6_address"),
    # azure.azcollection.azure_rm
    ("private_ipv4_addresses",),
    ("public_ipv4_addresses",),
    # google.cloud.gcp_compute
    ("networkInterfaces", "networkIP"),
    ("networkInterfaces", "accessConfigs", "natIP"),
    ("networkInterfaces", "ipv6Address"),
    ("networkInterfaces", "ipv6AccessConfigs", "externalIpv6"),
    # netbox.netbox.nb_inventory tells texts; the objects of NetBox itself hold them as address
    ("primary_ip4",),
    ("primary_ip6",),
    ("primary_ip",),
    ("primary_ip4", "address"),
    ("primary_ip6", "address"),
    ("primary_ip", "address"),
    # community.vmware.vmware_vm_inventory, with nested properties and without
    ("guest", "ipAddress"),
    ("guest", "net", "ipAddress"),
    ("guest.ipAddress",),
    ("guest.net", "ipAddress"),
)
_NAME_VARIABLES = (
    ("private_dns_name",),
    ("public_dns_name",),
    ("guest", "hostName"),
    ("guest.hostName",),
)

Variables = t.Callable[[str], Mapping[str, t.Any]]
Template = t.Callable[[str, t.Any], t.Any]
Tell = t.Callable[[str], None]


class HostFacts(t.NamedTuple):
    """What the inventory tells of a host.

    :ivar groups: The groups that it is in, C(all) among them; none for a host that the inventory does not know.
    :ivar policy: The value of its variable C(certview_policy), whatever that is; V(None) if it has none.
    """

    identities: Identities
    groups: tuple[str, ...] = ()
    policy: object = None


def names_of(identities: Identities) -> tuple[str, ...]:
    """Return the names that a host has or serves, in the spelling of canonical_name(), each once."""
    names = map(canonical_name, (*identities.own, *identities.claimed))
    return tuple(dict.fromkeys(name for name in names if name is not None))


def variables_in_play(of_host: Variables, everywhere: Mapping[str, t.Any] | None, of_task: Variables) -> Variables:
    """Return what tells the variables of a host, those of the play and the task included that host_facts() reads.

    To have Ansible combine them for each host takes several times as long as to read those of the host alone. It is
    done where only Ansible knows which counts: a play outranks the inventory, and C(set_fact) outranks the play.

    :param of_host: Returns the variables of a host without those of the play and the task.
    :param everywhere: What the play and the task say to every host; V(None) if it depends on the host.
    :param of_task: Returns the variables of a host as a task sees them.
    """
    if everywhere is None:
        return of_task
    shared = {variable: everywhere[variable] for variable in _OF_PLAYS if variable in everywhere}
    if not shared:
        return of_host

    def combined(name: str) -> Mapping[str, t.Any]:
        variables = of_host(name)
        if any(variables.get(variable, value) != value for variable, value in shared.items()):
            return of_task(name)
        return {**variables, **shared}

    return combined


def host_facts(variables_of: Variables, names: Iterable[str], template: Template, tell: Tell) -> dict[str, HostFacts]:
    """Return what is told of each host, addresses and names in the order in which they are to be tried.

    :param variables_of: Returns the variables of a host, templates in them as they were written.
    :param names: Inventory names of the hosts.
    :param template: Returns a value of a host with the templates in it resolved; raises AnsibleError if it cannot.
    :param tell: Is given one sentence for each address that cannot be used.
    :raises CertViewError: Kind V(policy), for a C(certview_policy) that cannot be templated: to judge a host by another
        policy than it says would be wrong without a word.
    """
    return {name: _facts_of(_Reader(name, variables_of(name), template, tell)) for name in names}


def with_variables(
    hosts: Mapping[str, HostFacts],
    variables_of: Variables,
    known: Collection[str],
    template: Template,
    tell: Tell,
) -> dict[str, HostFacts]:
    """Return hosts that a user has listed, with what the inventory tells of them besides: claims, groups, policy.

    The other parameters and errors are those of host_facts().

    :param known: Names of the hosts that the inventory has.
    """
    return {
        name: _told_besides(_Reader(name, variables_of(name), template, tell), facts.identities.own)
        if name in known
        else facts
        for name, facts in hosts.items()
    }


def given_hosts(given: Mapping[str, t.Any], tell: Tell) -> dict[str, HostFacts]:
    """Return the hosts that a user has listed, each with one or several addresses and names of its own.

    :raises CertViewError: Kind V(options), for what is neither a text nor a list of texts.
    """
    hosts = {}
    for name, identities in given.items():
        several = [identities] if isinstance(identities, str) else identities
        if not isinstance(several, list) or not all(isinstance(item, str) for item in several):
            raise CertViewError(
                f"hosts says of {name} {identities!r}, which is no list of addresses and names",
                kind="options",
                hint="Write it as NAME: [ADDRESS, ...]",
            )
        hosts[str(name)] = HostFacts(Identities(_usable(several, canonical_address, str(name), "hosts", tell)))
    return hosts


class _Reader(t.NamedTuple):
    """Reads the variables of a host."""

    name: str
    variables: Mapping[str, t.Any]
    template: Template
    tell: Tell

    def addresses(self, variable: str, spell: t.Callable[[object], str | None]) -> tuple[str, ...]:
        value = self.variables.get(variable)
        try:
            told = _several(self.template(self.name, value) if holds_template(value) else value)
        except AnsibleError as exc:
            self.tell(f"Host {self.name} is matched without its variable {variable}, which cannot be templated: {exc}")
            return ()
        return _usable(told, spell, self.name, variable, self.tell)

    def policy(self) -> object:
        value = self.variables.get(POLICY_VARIABLE)
        if not holds_template(value):
            return value
        try:
            return self.template(self.name, value)
        except AnsibleError as exc:
            raise CertViewError(
                f"the {POLICY_VARIABLE} of host {self.name} cannot be templated: {exc}",
                kind="policy",
                hint="Correct the variable, or take it away to judge the host by the policy of the audit.",
            ) from exc


def _facts_of(host: _Reader) -> HostFacts:
    own = (
        *host.addresses("ansible_host", canonical_address),
        host.name,
        *_known(host.variables, _ADDRESS_FACTS, _ADDRESS_VARIABLES, canonical_address),
        *_known(host.variables, _NAME_FACTS, _NAME_VARIABLES, canonical_name),
    )
    return _told_besides(host, own)


def _told_besides(host: _Reader, own: Iterable[str]) -> HostFacts:
    claimed = host.addresses(CLAIMS_VARIABLE, canonical_range)
    groups = host.variables.get("group_names")
    return HostFacts(
        Identities(tuple(dict.fromkeys(own)), tuple(dict.fromkeys(claimed))),
        (_ALL, *map(str, groups)) if isinstance(groups, (list, tuple)) else (_ALL,),
        host.policy(),
    )


def _several(value: t.Any) -> list[t.Any]:
    """Return what a variable holds: one address or name, several with commas between them, or a list."""
    items = value if isinstance(value, (list, tuple)) else [value]
    parts = [part for item in items for part in (item.split(",") if isinstance(item, str) else [item])]
    return [part for part in parts if part is not None and part != ""]


def _usable(
    items: Iterable[t.Any], spell: t.Callable[[object], str | None], host: str, where: str, tell: Tell
) -> tuple[str, ...]:
    found = []
    for item in items:
        if spell(item) is not None or canonical_name(item) is not None:
            found.append(item.strip())
        elif not isinstance(item, str) or item.strip().lower() not in PLACEHOLDER_NAMES:
            # A slip must not look like a host that nobody has scanned.
            tell(f"Host {host} is matched without {item!r} of {where}, which is no address and no name.")
    return tuple(found)


def holds_template(value: object) -> bool:
    """Tell whether there is something in a value for Jinja to resolve."""
    if isinstance(value, str):
        return "{{" in value or "{%" in value
    if isinstance(value, Mapping):
        return any(map(holds_template, value.values()))
    return isinstance(value, (list, tuple)) and any(map(holds_template, value))


def _known(
    variables: Mapping[str, t.Any],
    facts: Iterable[tuple[str, ...]],
    paths: Iterable[tuple[str, ...]],
    spell: t.Callable[[object], str | None],
) -> Iterator[str]:
    """Return what is found below these facts and variables, as far as it is what it is taken for.

    A variable of one of these names may be another's: nobody is to be told that it holds no address.
    """
    gathered = variables.get("ansible_facts")
    for first, *rest in facts:
        for holder, key in ((gathered, first), (variables, f"ansible_{first}")):
            if isinstance(holder, Mapping) and key in holder:
                yield from _below(holder, [key, *rest], spell)
    for path in paths:
        if path[0] in variables:
            yield from _below(variables, path, spell)


def _below(value: t.Any, path: t.Sequence[str], spell: t.Callable[[object], str | None]) -> Iterator[str]:
    for item in value if isinstance(value, (list, tuple)) else (value,):
        if not path:
            if spell(item) is not None:
                yield item.strip()
        elif isinstance(item, Mapping):
            yield from _below(item.get(path[0]), path[1:], spell)
