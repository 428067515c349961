# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CertView's error envelope."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from http import HTTPStatus
from typing import Any

import orjson
from aiohttp import web

MISSING_PARAMETER = 1903
INVALID_VALUE = 1905
NOT_AUTHORISED = 2012
REGISTRATION_INCOMPLETE = 2003
MALFORMED_JSON = 140001


class ApiError(Exception):
    """A refusal: becomes the JSON envelope of the CertView API guide, "Add External Sites in Bulk".

    ``code`` is one of appendix A, or None to repeat the HTTP status. With ``details`` (pairs of field and text) and no
    ``message`` the envelope's ``message`` is null, as the guide's sample shows it.
    """

    def __init__(
        self,
        status: int,
        message: str | None,
        code: int | None = None,
        details: Sequence[tuple[str, str]] = (),
        line_numbers: Sequence[int] = (),
    ) -> None:
        super().__init__(message or "; ".join(text for field, text in details))
        self.status = status
        self.message = message
        self.code = status if code is None else code
        self.details = details
        self.line_numbers = line_numbers

    def envelope(self) -> dict[str, Any]:
        sub_errors: list[dict[str, Any]] = []
        for position, (field, text) in enumerate(self.details):
            line = {"lineNo": self.line_numbers[position]} if self.line_numbers else {}
            sub_errors.append({"errorCode": self.code, "field": field, **line, "message": text})
        return {
            "errorCode": self.code,
            "message": self.message,
            "subErrors": sub_errors,
            "status": HTTPStatus(self.status).name,
            "timestamp": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
        }


def json_response(content: Any, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(content), status=status, content_type="application/json")


def error_response(error: ApiError) -> web.Response:
    return json_response(error.envelope(), error.status)


def invalid(field: str, text: str) -> ApiError:
    return ApiError(400, None, INVALID_VALUE, [(field, text)])


def no_static_resource(path: str) -> ApiError:
    """A path that this CertView does not have; the words are those of Spring that were seen live."""
    return ApiError(404, f"No static resource {path.lstrip('/')}.")
