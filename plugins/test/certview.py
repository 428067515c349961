# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests for certificates; each is documented in the file of its name."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping

from ansible_collections.community.qualys.plugins.module_utils import _standalone
from ansible_collections.community.qualys.plugins.plugin_utils._jinja import instant_of, jinja_function


@jinja_function
def certview_expired(certificate: t.Any, as_of: t.Any = None) -> t.Any:
    return _standalone.is_expired(certificate, instant_of(as_of))


@jinja_function
def certview_expiring(certificate: t.Any, days: t.Any = 30, as_of: t.Any = None) -> t.Any:
    return _standalone.is_expiring(certificate, days, instant_of(as_of))


@jinja_function
def certview_weak(certificate: t.Any, profile: t.Any = "baseline", as_of: t.Any = None) -> t.Any:
    return _standalone.is_weak(certificate, profile, instant_of(as_of))


class TestModule:
    """What Jinja is given."""

    def tests(self) -> Mapping[str, Callable[..., t.Any]]:
        return {function.__name__: function for function in (certview_expired, certview_expiring, certview_weak)}
