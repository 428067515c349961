# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""That the server did not accept credentials: how long that counts, and where it is kept when there is no folder.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

from ._state import keyed_hash, new_salt
from ._values import parse_iso

# By the kind of the error, what a login is refused for until somebody does something about it, and for how long it is
# not tried again. A password that was wrong once will be wrong in the whole run, which may take hours, and each try
# brings the lock nearer; within half a day an account that was unlocked serves again without anybody's doing. Whoever
# is told 403 may have been told so by something in between, and has failed at no password: that is kept for the hosts
# of one task.
REMEMBERED_FOR: t.Mapping[str, timedelta] = {"credentials": timedelta(hours=12), "permission": timedelta(minutes=15)}


class Refusal(t.NamedTuple):
    """That the server did not accept the credentials, or did not let their user log in.

    :ivar since: ISO 8601, by the clock of this controller.
    :ivar request: Method and path of the login.
    :ivar message: What came back, free of secrets.
    :ivar kind: One of REMEMBERED_FOR.
    """

    since: str
    request: str
    message: str
    http_status: t.Optional[int]
    code: t.Optional[str]
    kind: str

    def counts_until(self, now: datetime) -> t.Optional[datetime]:
        """Return when the same credentials may be tried again, or None when they may be now."""
        since, lasting = parse_iso(self.since), REMEMBERED_FOR.get(self.kind)
        # One of the future was noted before the clock was set back.
        if since is None or lasting is None or abs(now - since) >= lasting:
            return None
        return since + lasting


class RefusalMemory:
    """What one process remembers for all its clients, of which each has a folder or has none.

    It holds keyed hashes and no secrets, as a process may be looked into, and may live for long.
    """

    def __init__(self) -> None:
        self._salt = new_salt()
        self._refusals: dict[str, Refusal] = {}

    def refusal(self, login: t.Sequence[str]) -> t.Optional[Refusal]:
        """Return the last refusal of *login*, or None."""
        return self._refusals.get(keyed_hash(self._salt, login))

    def store(self, login: t.Sequence[str], refusal: Refusal) -> None:
        """Remember that *login* was refused."""
        self._refusals[keyed_hash(self._salt, login)] = refusal

    def forget(self, login: t.Sequence[str]) -> None:
        """Forget that *login* was ever refused."""
        self._refusals.pop(keyed_hash(self._salt, login), None)
