# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policies of an audit as users give them: names of profiles, files, dictionaries, and variables of hosts.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import os
import typing as t
from collections.abc import Mapping

from ansible.errors import AnsibleError

from ..module_utils._errors import CertViewError
from ..module_utils._policy import Policy, load_host_policies, load_policy
from ..module_utils._rules.profiles import PROFILES
from ._hosts import HostFacts

_FILE_SUFFIXES = (".yml", ".yaml", ".json")

Read = t.Callable[[str], t.Any]


def policies_of(said: t.Any, hosts: Mapping[str, HostFacts], read: Read) -> tuple[Policy, dict[str, Policy]]:
    """Return the policy of an audit, and those of the hosts that have their own.

    :param said: What the option O(policy) holds.
    :param read: Returns what a file holds that a policy is in; raises AnsibleError if it cannot be read.
    :raises CertViewError: Kind V(policy).
    """
    base = load_policy(_from_file(said, read))
    own = {name: facts.policy for name, facts in hosts.items() if facts.policy is not None}
    files = {path: _from_file(path, read) for path in {value for value in own.values() if isinstance(value, str)}}
    said_by_host = {name: files[value] if isinstance(value, str) else value for name, value in own.items()}
    return base, load_host_policies(said_by_host, base)


def _from_file(said: t.Any, read: Read) -> t.Any:
    if not isinstance(said, str) or said in PROFILES or not _names_file(said):
        return said
    try:
        return read(said)
    except AnsibleError as exc:
        raise CertViewError(
            f"the policy {said} cannot be read: {exc}",
            kind="policy",
            hint="Give the path of a file of YAML or JSON, beside the playbook or absolute, or the name of a profile.",
        ) from exc


def _names_file(said: str) -> bool:
    return os.sep in said or said.endswith(_FILE_SUFFIXES)
