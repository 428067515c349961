# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every module shell needs: the connection options, a client, and failures that carry RV(error).

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import AnsibleModule, env_fallback, missing_required_lib

from . import _transport
from ._client import CertViewClient
from ._errors import CertViewError
from ._options import argument_spec, connection_from
from ._source import CertificateSource


def certview_module(
    options: t.Optional[t.Mapping[str, t.Any]] = None, *, check_mode: bool = True, **kwargs: t.Any
) -> AnsibleModule:
    """Return a module with the connection options and its own *options*."""
    spec = {**argument_spec(env_fallback), **(options or {})}
    return AnsibleModule(argument_spec=spec, supports_check_mode=check_mode, **kwargs)


_Asked = t.TypeVar("_Asked", bound=t.ContextManager[t.Any])


def run(
    module: AnsibleModule,
    work: t.Callable[[CertViewClient], dict[str, t.Any]],
    params: t.Optional[t.Mapping[str, t.Any]] = None,
) -> None:
    """Let *work* ask a client, and end the module with what it returns, or with what went wrong.

    :param params: The option values to connect with; those of the module when not given.
    """
    _run(module, work, params or module.params, CertViewClient)


def run_with_source(module: AnsibleModule, work: t.Callable[[CertificateSource], dict[str, t.Any]]) -> None:
    """Let *work* ask for certificates, however old they may be, and end the module as C(run) does."""
    _run(module, work, module.params, CertificateSource)


def _run(
    module: AnsibleModule,
    work: t.Callable[[_Asked], dict[str, t.Any]],
    params: t.Mapping[str, t.Any],
    asked: t.Callable[..., _Asked],
) -> None:
    try:
        with asked(connection_from(params), tell=module.warn) as opened:
            result = work(opened)
    except CertViewError as exc:
        missing = _transport.REQUESTS_IMPORT_ERROR
        if missing is not None and exc.kind == "requirement":
            module.fail_json(msg=missing_required_lib("requests"), error=exc.to_result(), exception=missing)
        module.fail_json(msg=str(exc), error=exc.to_result())
    module.exit_json(**{"changed": False, **result})
