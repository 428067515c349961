# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one exception of this collection's library.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t


class CertViewError(Exception):
    """Something that was asked of CertView, or of this collection, could not be done.

    :ivar message: What was tried and what came back, in one sentence. Free of secrets.
    :ivar kind: A word that scripts may branch on, such as V(credentials), V(budget) or V(tls).
    :ivar hint: What the reader should do about it.
    :ivar http_status: Status of the answer, if there was one.
    :ivar code: Qualys' own error code, such as V(2012), if the answer had one.
    :ivar request: Method and path that were tried, without the query.
    :ivar retry_after: Seconds that the server asked to wait before the next try, if it did.
    """

    def __init__(
        self,
        message: str,
        *,
        kind: str,
        hint: str = "",
        http_status: t.Optional[int] = None,
        code: t.Optional[str] = None,
        request: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.kind = kind
        self.hint = hint
        self.http_status = http_status
        self.code = code
        self.request = request
        self.retry_after: t.Optional[float] = None

    def __str__(self) -> str:
        """Tell everything in one paragraph: what was tried, what came back, what to do."""
        parts = [f"{self.request}: {self.message}" if self.request else self.message]
        if self.hint:
            parts.append(self.hint)
        return " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in parts)

    def to_result(self) -> dict[str, t.Any]:
        """Return the RV(error) dictionary that every module failure carries."""
        return {
            "kind": self.kind,
            "http_status": self.http_status,
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
        }
