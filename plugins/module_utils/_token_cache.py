# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A token that the processes of one controller share, so that one login serves them all.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import json
import typing as t
from contextlib import ExitStack, contextmanager

from ._state import StateDir, StateError
from ._values import mapping, parse_iso, text


class StoredToken(t.NamedTuple):
    """What the file holds.

    :ivar expires_at: ISO 8601, by the clock of this controller.
    """

    value: str
    expires_at: str


class TokenCache:
    """Keeps the token of one account in the state directory, mode 0600, under a name that tells nothing."""

    def __init__(
        self,
        state: StateDir,
        account: t.Sequence[str],
        secrets: t.Sequence[str],
        tell: t.Callable[[str], None],
    ) -> None:
        """Read nothing yet.

        :param account: What the token is for: gateway and user or client.
        :param secrets: What it was got with: other secrets, other token, so that a wrong password stays wrong.
        """
        self._state = state
        self._name = state.key("token", *account, *secrets)
        self._tell = tell

    @contextmanager
    def alone(self) -> t.Iterator[None]:
        """Let one process at a time look, log in and store; without the lock when the folder fails us."""
        with ExitStack() as held:
            try:
                held.enter_context(self._state.locked(self._name))
            except StateError as exc:
                self._do_without(exc)
            yield

    def load(self) -> t.Optional[StoredToken]:
        """Return the token that was stored last, or None; whether it is still good, the caller must see."""
        try:
            content = self._state.read(self._name)
        except StateError as exc:
            self._do_without(exc)
            return None
        try:
            told = mapping(json.loads(content or b"{}"))
        except (ValueError, RecursionError):
            return None
        value, expires_at = text(told.get("token")), text(told.get("expires_at"))
        return StoredToken(value, expires_at) if value and expires_at and parse_iso(expires_at) else None

    def store(self, token: StoredToken) -> None:
        """Keep *token* for the other processes."""
        try:
            self._state.replace(self._name, json.dumps({"token": token.value, "expires_at": token.expires_at}).encode())
        except StateError as exc:
            self._do_without(exc)

    def _do_without(self, reason: StateError) -> None:
        self._tell(f"The token is not shared with other processes, because of the state directory: {reason}.")
