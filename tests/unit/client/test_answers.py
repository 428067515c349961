# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.community.qualys.plugins.module_utils._answers import (
    Answer,
    error_code,
    error_of,
    is_limit,
    is_unauthorized,
    server_words,
    without_secrets,
)
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from hypothesis import given
from hypothesis import strategies as st

# CertView API guide, "Add Bulk External Sites".
ENVELOPE = json.dumps(
    {
        "errorCode": 400,
        "message": None,
        "subErrors": [
            {"errorCode": 400, "field": "172.16.0.0", "lineNo": 1, "message": "Provide a valid public IP address"},
            {"errorCode": 400, "field": "", "lineNo": 3, "message": "Invalid FQDN or IP Address"},
        ],
        "status": "BAD_REQUEST",
    }
)
CLASSIC = "<SIMPLE_RETURN><RESPONSE><CODE> {0} </CODE><TEXT>{1}</TEXT></RESPONSE></SIMPLE_RETURN>"
REGISTRATION = "Registration must be completed before API requests will be served"
TEXTS = st.text() | st.text(alphabet='<>title{}[]"\\ \n\x00').map(lambda text: f"<title>{text}")


def answer(status: int, text: str = "", secrets: tuple[str, ...] = (), **headers: str) -> Answer:
    return Answer("POST /certview/v2.2/certificates", status, headers, text, secrets)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ENVELOPE, "172.16.0.0: Provide a valid public IP address; line 3: Invalid FQDN or IP Address"),
        ('{"message": "No static resource certview/v2/cas.", "errorCode": 404}', "No static resource certview/v2/cas."),
        ('{"_error": {"message": "inner"}}', "inner"),
        ('{"error": "Bad Request", "path": "/x"}', "Bad Request"),
        ('{"error": "invalid_client", "error_description": "unknown"}', "invalid_client; unknown"),
        ('{"subErrors": [{"field": "a"}, "b", {"message": "c"}]}', "c"),
        ('{"subErrors": [{"field": "", "lineNo": 3, "message": "Invalid"}]}', "line 3: Invalid"),
        ('{"subErrors": [{"lineNo": {}, "message": "Invalid"}]}', "Invalid"),
        ('{"subErrors": "none"}', ""),
        ("[1, 2]", ""),
        ('{"message": ', ""),
        ("<html><TITLE>\n502 Bad\tGateway</TITLE><body>long</body></html>", "502 Bad Gateway"),
        ("<html><body><h1>Sorry</h1><p>later</p></body></html>", "Sorry later"),
        (CLASSIC.format(1965, "This API cannot be run again"), "1965 This API cannot be run again"),
        ("  plain\r\nwords \x1b[31m\x00", "plain words [31m"),
        ("", ""),
    ],
)
def test_the_servers_words(text: str, words: str) -> None:
    assert server_words(text) == words


def test_long_words_are_cut() -> None:
    assert server_words("word " * 1000) == ("word " * 1000)[:400] + "…"


def test_a_page_of_megabytes_is_not_searched_through() -> None:
    assert server_words("<" * 3_000_000) == "<" * 400 + "…"
    assert server_words("<title>" * 300_000)


@given(TEXTS)
def test_any_text_has_one_line_of_printable_words(text: str) -> None:
    words = server_words(text)
    assert len(words) <= 401
    assert words.isprintable()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ENVELOPE, "400"),
        (CLASSIC.format(2003, REGISTRATION), "2003"),
        ('{"errorCode": null, "code": "2012"}', "2012"),
        ('{"responseCode": "INVALID_REQUEST"}', "INVALID_REQUEST"),
        ('{"errorCode": true, "code": ["a"]}', None),
        ('{"code": ""}', None),
        (json.dumps({"code": "\x1b" + "9" * 90}), "9" * 40),
        ("<html>", None),
        ("[2012]", None),
    ],
)
def test_qualys_own_code(text: str, code: str | None) -> None:
    assert error_code(text) == code


@given(TEXTS)
def test_any_text_has_a_short_code_or_none(text: str) -> None:
    code = error_code(text)
    assert code is None or code


@pytest.mark.parametrize(
    ("status", "text", "expected"),
    [
        (429, "", True),
        (429, CLASSIC.format(2003, "x"), True),
        (409, "", True),
        (409, CLASSIC.format(1965, "later"), True),
        (409, CLASSIC.format(2003, "x"), False),
        (409, REGISTRATION.upper(), False),
        (409, '{"errorCode": 2003}', False),
        (400, CLASSIC.format(1965, "later"), False),
        (200, "", False),
    ],
)
def test_limit(status: int, text: str, expected: bool) -> None:
    assert is_limit(answer(status, text)) is expected


@pytest.mark.parametrize(
    ("status", "text", "expected"),
    [
        (401, "", True),
        (500, '{"message":"JWT Parsing failed"}', True),
        (500, "other", False),
        (403, "jwt parsing failed", False),
    ],
)
def test_unauthorized(status: int, text: str, expected: bool) -> None:
    assert is_unauthorized(answer(status, text)) is expected


@pytest.mark.parametrize(
    ("status", "login", "text", "kind", "advice"),
    [
        (400, False, ENVELOPE, "request", "names of fields and operators"),
        (401, False, "", "credentials", "log in again"),
        (401, True, "", "credentials", "not tried again"),
        (400, True, "", "credentials", "not tried again"),
        (403, False, '{"errorCode": 2012}', "permission", "CERTVIEW API Access"),
        (403, True, "", "permission", "API Access"),
        (404, False, "<html>", "not_found", "not qualysapi"),
        (404, True, "<html>", "not_found", "not qualysapi"),
        (407, False, "", "proxy", "use_proxy"),
        (409, False, CLASSIC.format(2003, REGISTRATION), "registration", "portal"),
        (409, True, CLASSIC.format(1965, "later"), "budget", "later"),
        (410, False, "", "not_found", "api_version"),
        (429, True, "", "budget", "later"),
        (500, False, "", "server", "status.qualys.com"),
        (503, True, "", "server", "status.qualys.com"),
        (302, False, "", "redirect", "gateway_url"),
        (418, False, "", "request", "proxy"),
    ],
)
def test_each_refusal_has_its_kind_and_its_advice(status: int, login: bool, text: str, kind: str, advice: str) -> None:
    error = error_of(answer(status, text), login=login)
    assert error.kind == kind
    assert error.http_status == status
    assert f"(HTTP {status})" in error.message
    assert error.request == "POST /certview/v2.2/certificates"
    assert advice in error.hint


def test_an_error_carries_the_servers_words_and_code() -> None:
    error = error_of(answer(403, '{"errorCode": 2012, "message": "User license is not authorized"}'))
    assert "User license is not authorized" in str(error)
    assert error.code == "2012"


@given(st.integers(100, 999), TEXTS, st.booleans())
def test_any_answer_is_an_error_of_one_line(status: int, text: str, login: bool) -> None:
    error = error_of(answer(status, text), login=login)
    assert str(error).isprintable()
    json.dumps(error.to_result())


class TestJson:
    @pytest.mark.parametrize(
        ("status", "text", "value"),
        [
            (200, "[1]", [1]),
            (200, " \n", None),
            (204, "[1]", None),
            (200, "null", None),
            (200, "[NaN, -Infinity]", [None, None]),
        ],
    )
    def test_body(self, status: int, text: str, value: t.Any) -> None:
        assert answer(status, text).json() == value

    @pytest.mark.parametrize(
        ("text", "what"),
        [
            ('[{"id": 1}, {"id"', "is damaged or cut off"),
            ("<title>Scheduled maintenance</title>", "is not JSON: Scheduled maintenance"),
            ("[" * 200_000, "is damaged or cut off"),
        ],
    )
    def test_what_is_no_json_is_told(self, text: str, what: str) -> None:
        with pytest.raises(CertViewError, match=what) as caught:
            answer(200, text).json()
        assert (caught.value.kind, caught.value.http_status) == ("answer", 200)
        assert caught.value.request


class TestSecrets:
    @pytest.mark.parametrize(
        "spelling",
        ['p&"é ss', "p%26%22%C3%A9%20ss", "p%26%22%C3%A9+ss", 'p&\\"\\u00e9 ss', "p&amp;&quot;é ss"],
    )
    def test_are_cut_out_in_every_spelling(self, spelling: str) -> None:
        assert without_secrets(f"a {spelling} b", ['p&"é ss']) == "a ******** b"

    def test_one_within_another_leaves_no_rest(self) -> None:
        assert without_secrets("hush-hush-token", ["hush", "hush-hush-token"]) == "********"

    def test_one_that_the_cut_would_halve_leaves_no_half(self) -> None:
        secret = "s3cret" * 20
        error = error_of(answer(500, "x" * 350 + " " + secret, secrets=(secret,)))
        assert "s3cret" not in str(error)
        with pytest.raises(CertViewError) as caught:
            answer(200, "x" * 350 + " " + secret, secrets=(secret,)).json()
        assert "s3cret" not in str(caught.value)

    def test_one_sent_back_as_the_code_is_cut_out(self) -> None:
        assert error_of(answer(400, '{"errorCode": "hush"}', secrets=("hush",))).code == "********"
