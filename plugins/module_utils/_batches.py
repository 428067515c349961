# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sending more than one call takes.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t

from ._errors import CertViewError


def send_in_batches(
    send: t.Callable[[t.Sequence[str]], None], names: t.Sequence[str], most: int, *, what: str, done: str
) -> None:
    """Give all *names* to *send*, so many at once.

    :param most: How many it takes at the most.
    :param what: What they are, in the plural.
    :param done: What *send* does to them, as a participle.
    :raises CertViewError: what *send* raises, with how many were done before, because those stay done.
    """
    for start in range(0, len(names), most):
        try:
            send(names[start : start + most])
        except CertViewError as exc:
            if start:
                exc.message += f" (of {len(names)} new {what} the first {start} have been {done})"
            raise
