# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Between Jinja and the library: values lose what Ansible has wrapped them in, and what comes back is never a template.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import functools
import typing as t
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timezone

from ansible.errors import AnsibleFilterError
from jinja2.runtime import Undefined

from ..module_utils._errors import CertViewError
from ..module_utils._listing import as_of_option

try:
    from ansible.utils.unsafe_proxy import wrap_var
except ImportError:
    # Where it is gone, texts are no templates unless they are marked as such.
    def wrap_var(v: t.Any) -> t.Any:
        return v


def no_template(value: t.Any) -> t.Any:
    """Return a value in which no text is taken for a template, on any ansible-core; others have written it."""
    return wrap_var(value)


# No record lies deeper; Python's own recursion limit would be next.
_DEEPEST = 64


def plain(value: t.Any, depth: int = 0) -> t.Any:
    """Return a value of Ansible as a plain value of JSON; a date as text, and what can be iterated over as a list.

    Texts of templates, inventories and results are subclasses of text, and containers of ansible-core 2.19 and newer
    fill in their values when these are read.

    :raises jinja2.UndefinedError: with Ansible's own words, for what is not defined.
    :raises CertViewError: of kind V(options) for what is nested too deeply.
    """
    if isinstance(value, str):
        return str.__str__(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float)):
        return int(value) if isinstance(value, int) else float(value)
    if isinstance(value, Undefined):
        value._fail_with_undefined_error()
    if getattr(value, "__ENCRYPTED__", False):
        # A vaulted text of ansible-core 2.18 and older, which decrypts itself.
        return str.__str__(str(value))
    if isinstance(value, date):
        return value.isoformat()
    if depth == _DEEPEST:
        raise CertViewError(f"a value is nested more than {_DEEPEST} times", kind="options")
    if isinstance(value, Mapping):
        return {str.__str__(str(key)): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray, memoryview)):
        return [plain(item, depth + 1) for item in value]
    return value


def instant_of(as_of: t.Any) -> datetime:
    """Return the instant that P(as_of) means; now if it is not given.

    :raises CertViewError: of kind V(options) when it is no instant.
    """
    return as_of_option(None if as_of is None else str(as_of), datetime.now(timezone.utc))


def jinja_function(work: Callable[..., t.Any]) -> Callable[..., t.Any]:
    """Return *work* as a filter or test: plain arguments, errors that Ansible shows, and a result that stays inert."""
    name = work.__name__

    @functools.wraps(work)
    def function(*args: t.Any, **kwargs: t.Any) -> t.Any:
        try:
            result = work(*map(plain, args), **{key: plain(value) for key, value in kwargs.items()})
        except CertViewError as exc:
            raise AnsibleFilterError(f"{name}: {exc}") from exc
        return no_template(result)

    return function
