# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError


def test_tells_what_was_tried_what_came_back_and_what_to_do_in_one_paragraph() -> None:
    error = CertViewError("the server failed (HTTP 500)", kind="server", hint="Try again later", request="POST /auth")
    assert str(error) == "POST /auth: the server failed (HTTP 500). Try again later."


def test_closes_each_sentence_once() -> None:
    assert str(CertViewError("No.", kind="options", hint="Did you mean yes?")) == "No. Did you mean yes?"
    assert str(CertViewError("No", kind="options")) == "No."


def test_result_has_exactly_the_documented_keys() -> None:
    error = CertViewError("m", kind="permission", hint="h", http_status=403, code="2012", request="POST /x")
    assert error.to_result() == {
        "kind": "permission",
        "http_status": 403,
        "code": "2012",
        "message": "m",
        "hint": "h",
    }
