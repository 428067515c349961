# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection options of plugins that run on the controller: given, else a variable, else the environment.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import difflib
import typing as t
from collections.abc import Callable, Iterator, Mapping

from ansible.errors import AnsibleError

from ..module_utils._answers import without_secrets
from ..module_utils._errors import CertViewError
from ..module_utils._options import CONNECTION_OPTIONS, Connection, connection_from
from ._jinja import plain

NAMES = (*CONNECTION_OPTIONS, "auth")
_SECRETS = (*(name for name, option in CONNECTION_OPTIONS.items() if option.secret), "auth")
_SHORTEST_SECRET = 4


class Plugin(t.Protocol):
    """What the base classes of Ansible give a plugin that documents its options."""

    def set_options(self, *, task_keys: t.Any = None, var_options: t.Any = None, direct: t.Any = None) -> None: ...

    def get_option(self, option: str) -> t.Any: ...

    @property
    def option_definitions(self) -> Mapping[str, t.Any]: ...


def variable_of(option: str) -> str:
    """Return the name of the variable that sets a connection option."""
    return f"qualys_{option}"


def read_options(
    plugin: Plugin, direct: Mapping[str, t.Any], variables: Mapping[str, t.Any], template: Callable[[t.Any], t.Any]
) -> None:
    """Let Ansible fill in the options of *plugin*.

    Ansible hands on a variable as it was written, with its templates; those of given options are resolved already.

    :param direct: Options that were given.
    :param template: Resolves the templates in the value of a variable.
    :raises CertViewError: of kind V(options) for an option that the plugin does not have, or a value of the wrong type.
    """
    for name in direct:
        if name not in plugin.option_definitions:
            # Ansible itself would take no notice of it.
            nearest = difflib.get_close_matches(name, plugin.option_definitions, n=1, cutoff=0.0)
            raise CertViewError(f"there is no option {name}", kind="options", hint=f"Did you mean {nearest[0]}?")
    used: dict[str, t.Any] = {}
    for name in map(variable_of, NAMES):
        if name in variables:
            used[name] = template(variables[name])
    try:
        plugin.set_options(var_options=used, direct=dict(direct))
    except AnsibleError as exc:
        given = [source.get(key) for name in _SECRETS for source, key in ((direct, name), (used, variable_of(name)))]
        secrets = tuple(text for value in given for text in _texts(plain(value)))
        # Ansible's own message shows the value that it refuses.
        raise CertViewError(without_secrets(str(exc), secrets), kind="options") from None


def connection_of(plugin: Plugin) -> Connection:
    """Return the connection that the options of *plugin* describe, once they were read.

    :raises CertViewError: of kind V(options).
    """
    params = {name: plain(plugin.get_option(name)) for name in NAMES}
    auth = params["auth"]
    if auth and not all(isinstance(auth.get(name), str) and auth[name] for name in ("gateway_url", "token")):
        raise CertViewError(
            "auth has no gateway_url or no token",
            kind="options",
            hint="Give what certview_auth returned as auth",
        )
    return connection_from(params)


def _texts(value: t.Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str) and len(value) >= _SHORTEST_SECRET:
        yield value
