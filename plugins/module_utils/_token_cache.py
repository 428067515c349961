# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A token that the processes of one controller share, so that one login serves them all.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import json
import typing as t
from contextlib import contextmanager

from ._errors import CertViewError
from ._patience import Patience
from ._state import StateDir, StateError
from ._values import mapping, parse_iso, text, whole

# What a login is refused for until somebody does something about it.
REFUSAL_KINDS = ("credentials", "permission")

_POLL_SECONDS = 0.05

_T = t.TypeVar("_T")


class StoredToken(t.NamedTuple):
    """What the file holds.

    :ivar expires_at: ISO 8601, by the clock of this controller.
    """

    value: str
    expires_at: str


class Refusal(t.NamedTuple):
    """That the server did not accept the credentials, or did not let their user log in.

    :ivar since: ISO 8601, by the clock of this controller.
    :ivar request: Method and path of the login.
    :ivar message: What came back, free of secrets.
    :ivar kind: One of REFUSAL_KINDS.
    """

    since: str
    request: str
    message: str
    http_status: t.Optional[int]
    code: t.Optional[str]
    kind: str


class TokenCache:
    """Keeps the token of one account in the state directory, mode 0600, under a name that tells nothing.

    Once the folder fails, the user is told, and nothing is shared any more.
    """

    def __init__(
        self,
        state: StateDir,
        account: t.Sequence[str],
        secrets: t.Sequence[str],
        tell: t.Callable[[str], None],
    ) -> None:
        """Read nothing yet.

        :param account: What the token is for: gateway and user or client.
        :param secrets: What it was got with: other secrets, other token, so that a wrong password stays wrong, and a
            corrected one is tried at once.
        """
        self._state = state
        self._name = state.key("token", *account, *secrets)
        self._tell = tell
        self._is_shared = True

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
        free = self._attempt(lambda: self._state.try_lock(self._name))
        return free if free is not None or self._is_shared else lambda: None

    def load(self) -> t.Optional[StoredToken]:
        """Return the token that was stored last, or None; whether it is still good, the caller must see."""
        told = self._read(self._name)
        value, expires_at = text(told.get("token")), text(told.get("expires_at"))
        return StoredToken(value, expires_at) if value and expires_at and parse_iso(expires_at) else None

    def store(self, token: StoredToken) -> None:
        """Keep *token* for the other processes, and forget that the credentials were ever refused."""
        self._write(self._name, {"token": token.value, "expires_at": token.expires_at})
        self._remove(self._refused)

    def drop(self) -> None:
        """Keep no token: the server does not take it."""
        self._remove(self._name)

    def refusal(self) -> t.Optional[Refusal]:
        """Return the last refusal of the credentials, or None; whether it still counts, the caller must see."""
        told = self._read(self._refused)
        since, request, message, kind = (text(told.get(name)) for name in ("since", "request", "message", "kind"))
        if not since or not request or not message or not parse_iso(since) or kind not in REFUSAL_KINDS:
            return None
        return Refusal(since, request, message, whole(told.get("http_status")), text(told.get("code")), kind)

    def store_refusal(self, refusal: Refusal) -> None:
        """Let the other processes know that these credentials are not accepted."""
        self._write(self._refused, refusal._asdict())

    @property
    def _refused(self) -> str:
        return f"{self._name}.refused"

    def _read(self, name: str) -> dict[str, t.Any]:
        content = self._attempt(lambda: self._state.read(name))
        try:
            return mapping(json.loads(content or b"{}"))
        except (ValueError, RecursionError):
            return {}

    def _write(self, name: str, told: t.Mapping[str, t.Any]) -> None:
        self._attempt(lambda: self._state.replace(name, json.dumps(told).encode()))

    def _remove(self, name: str) -> None:
        self._attempt(lambda: self._state.remove(name))

    def _attempt(self, action: t.Callable[[], _T]) -> t.Optional[_T]:
        try:
            return action() if self._is_shared else None
        except StateError as exc:
            self._is_shared = False
            self._state.complain(exc, self._tell)
            return None
