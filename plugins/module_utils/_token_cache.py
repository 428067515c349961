# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the processes of one controller share of logging in: one token for all, and that credentials were refused.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import json
import typing as t
from contextlib import contextmanager
from datetime import datetime

from ._errors import CertViewError
from ._patience import Patience
from ._refusals import Refusal, RefusalMemory
from ._state import StateDir, StateError
from ._values import mapping, parse_iso, text, whole

_POLL_SECONDS = 0.05

_T = t.TypeVar("_T")


class StoredToken(t.NamedTuple):
    """What the file holds.

    :ivar expires_at: ISO 8601, by the clock of this controller.
    """

    value: str
    expires_at: str


class TokenCache:
    """Keeps token and refusal of one login in the state directory, mode 0600, under names that tell nothing.

    Once the folder fails, the user is told, and nothing is shared any more; where there is none, or it fails, this
    process still remembers refusals.
    """

    def __init__(
        self,
        state: t.Optional[StateDir],
        login: t.Sequence[str],
        tell: t.Callable[[str], None],
        memory: RefusalMemory,
        *,
        keeps_token: bool = True,
    ) -> None:
        """Read nothing yet.

        :param state: None when no folder can be used.
        :param login: Where one logs in, as whom and with which secret, and nothing else: other secrets, other token,
            so that a wrong password stays wrong, whatever way it takes, and a corrected one is tried at once.
        :param memory: Where refusals are kept that the folder does not take.
        :param keeps_token: Whether the token is shared, too. Refusals are no secrets, and always are.
        """
        self._state = state
        self._login = login
        self._memory = memory
        self._keeps_token = keeps_token
        self._name = state.key("token", *login) if state else ""
        self._tell = tell
        self._is_shared = state is not None

    @contextmanager
    def alone(self, patience: Patience) -> t.Iterator[None]:
        """Let one process at a time look, log in and store; without the lock when the folder fails us.

        :raises Abandoned: when nobody wants the token any more.
        :raises CertViewError: of kind V(budget) when another process takes longer than *patience* allows.
        """
        free = patience.until(
            self._take,
            _POLL_SECONDS,
            notice=lambda: (
                "Waiting for another process of this controller that is logging in; its token will be used here, too"
                f" ({patience.waited:.0f} s so far)."
            ),
            spent=lambda: CertViewError(
                "another process of this controller is logging in with the same credentials, and has not finished"
                f" within {patience.waited:.0f} s",
                kind="budget",
                hint="Look for a process that hangs or waits for the server, run again later, or raise max_wait",
            ),
        )
        try:
            yield
        finally:
            free()

    def _take(self) -> t.Optional[t.Callable[[], None]]:
        free = self._attempt(lambda state: state.try_lock(self._name))
        return free if free is not None or self._is_shared else lambda: None

    def load(self) -> t.Optional[StoredToken]:
        """Return the token that was stored last, or None; whether it is still good, the caller must see."""
        told = self._read(self._name) if self._keeps_token else {}
        value, expires_at = text(told.get("token")), text(told.get("expires_at"))
        return StoredToken(value, expires_at) if value and expires_at and parse_iso(expires_at) else None

    def store(self, token: StoredToken) -> None:
        """Keep *token* for the other processes, if tokens are kept."""
        if self._keeps_token:
            self._write(self._name, {"token": token.value, "expires_at": token.expires_at})

    def drop(self) -> None:
        """Keep no token: the server does not take it."""
        self._remove(self._name)

    def refusal(self, now: datetime) -> t.Optional[Refusal]:
        """Return the refusal because of which these credentials are not to be tried, or None."""
        for refusal in (self._memory.refusal(self._login), self._stored_refusal()):
            if refusal is not None and refusal.counts_until(now) is not None:
                return refusal
        return None

    def _stored_refusal(self) -> t.Optional[Refusal]:
        told = self._read(self._refused)
        since, request, message, kind = (text(told.get(name)) for name in ("since", "request", "message", "kind"))
        if not since or not request or not message or not kind:
            return None
        return Refusal(since, request, message, whole(told.get("http_status")), text(told.get("code")), kind)

    def store_refusal(self, refusal: Refusal) -> None:
        """Let the other processes know that these credentials are not accepted."""
        self._write(self._refused, refusal._asdict())
        if not self._is_shared:
            self._memory.store(self._login, refusal)

    def forget_refusal(self) -> None:
        """Let the other processes know that these credentials are accepted."""
        self._remove(self._refused)
        self._memory.forget(self._login)

    @property
    def _refused(self) -> str:
        return f"{self._name}.refused"

    def _read(self, name: str) -> dict[str, t.Any]:
        content = self._attempt(lambda state: state.read(name))
        try:
            return mapping(json.loads(content or b"{}"))
        except (ValueError, RecursionError):
            return {}

    def _write(self, name: str, told: t.Mapping[str, t.Any]) -> None:
        self._attempt(lambda state: state.replace(name, json.dumps(told).encode()))

    def _remove(self, name: str) -> None:
        self._attempt(lambda state: state.remove(name))

    def _attempt(self, action: t.Callable[[StateDir], _T]) -> t.Optional[_T]:
        if self._state is None or not self._is_shared:
            return None
        try:
            return action(self._state)
        except StateError as exc:
            self._is_shared = False
            self._state.complain(exc, self._tell)
            return None
