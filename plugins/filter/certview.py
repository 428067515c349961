# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters for certificates; each is documented in the file of its name."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping

from ansible.utils.display import Display
from ansible_collections.community.qualys.plugins.module_utils import _grouping, _standalone
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._matching import Identities
from ansible_collections.community.qualys.plugins.plugin_utils._hosts import given_hosts
from ansible_collections.community.qualys.plugins.plugin_utils._jinja import instant_of, jinja_function

display = Display()


@jinja_function
def certview_findings(certificates: t.Any, policy: t.Any = "baseline", as_of: t.Any = None) -> t.Any:
    return _standalone.findings_of(certificates, policy, instant_of(as_of))


@jinja_function
def certview_match(certificates: t.Any, hosts: t.Any, as_of: t.Any = None) -> t.Any:
    return _standalone.certificates_of_hosts(certificates, _identities_of(hosts), instant_of(as_of))


@jinja_function
def certview_days_left(certificate: t.Any, as_of: t.Any = None) -> t.Any:
    return _standalone.days_left(certificate, instant_of(as_of))


@jinja_function
def certview_by_issuer(certificates: t.Any, as_of: t.Any = None) -> t.Any:
    return _grouping.by_issuer(certificates, instant_of(as_of))


@jinja_function
def certview_by_expiry_week(certificates: t.Any, as_of: t.Any = None) -> t.Any:
    return _grouping.by_expiry_week(certificates, instant_of(as_of))


@jinja_function
def certview_digest(told: t.Any, days: t.Any = 30, as_of: t.Any = None) -> t.Any:
    return _grouping.digest(told, instant_of(as_of), days)


def _identities_of(hosts: t.Any) -> dict[str, Identities]:
    if isinstance(hosts, Mapping):
        return {name: facts.identities for name, facts in given_hosts(hosts, display.warning).items()}
    if isinstance(hosts, list) and all(isinstance(name, str) for name in hosts):
        return {name: Identities((name,)) for name in hosts}
    raise CertViewError(
        f"hosts is {hosts!r}, and neither a dictionary nor a list of names",
        kind="options",
        hint="Write {NAME: [ADDRESS, ...]} or [NAME, ...]",
    )


class FilterModule:
    """What Jinja is given."""

    def filters(self) -> Mapping[str, Callable[..., t.Any]]:
        functions = (
            certview_findings,
            certview_match,
            certview_days_left,
            certview_by_issuer,
            certview_by_expiry_week,
            certview_digest,
        )
        return {function.__name__: function for function in functions}
