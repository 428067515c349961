# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._platforms import (
    GATEWAYS,
    checked_gateway,
    gateway_of,
    is_loopback,
)
from hypothesis import given
from hypothesis import strategies as st
from unit.client.support import outcome_of


def test_knows_the_platforms_of_the_identification_page() -> None:
    assert " ".join(GATEWAYS) == "us1 us2 us3 us4 gov1 eu1 eu2 eu3 in1 ca1 ae1 uk1 au1 ksa1"
    assert len(set(GATEWAYS.values())) == len(GATEWAYS)
    assert all(checked_gateway(url, allow_http=False) == url for url in GATEWAYS.values())


@pytest.mark.parametrize("spelling", ["eu2", "EU2", " Eu2 "])
def test_platform_in_any_case(spelling: str) -> None:
    assert gateway_of(spelling) == "https://gateway.qg2.apps.qualys.eu"


def test_unknown_platform_names_the_nearest_and_all() -> None:
    with pytest.raises(CertViewError, match=r"Did you mean ksa1\?.*us1, us2") as caught:
        gateway_of("ksa11")
    assert caught.value.kind == "options"
    with pytest.raises(CertViewError) as caught:
        gateway_of("mars")
    assert "Did you mean" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("10.0.0.1", False),
        ("a.example", False),
    ],
)
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("url", "cleaned"),
    [
        (" https://gateway.example/ ", "https://gateway.example"),
        ("https://gateway.example:8443/prefix/", "https://gateway.example:8443/prefix"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("http://localhost", "http://localhost"),
        ("HTTPS://Gateway.EXAMPLE:443/Prefix/", "https://gateway.example/Prefix"),
        ("https://gateway.example:", "https://gateway.example"),
        ("https://gateway.example:08443", "https://gateway.example:8443"),
        ("https://gateway.example:80", "https://gateway.example:80"),
        ("http://LOCALHOST:80", "http://localhost"),
        ("http://localhost:443", "http://localhost:443"),
        ("https://[2001:DB8::1]:443/", "https://[2001:db8::1]"),
    ],
)
def test_good_gateways(url: str, cleaned: str) -> None:
    assert checked_gateway(url, allow_http=False) == cleaned


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("gateway.example", "not an absolute"),
        ("", "not an absolute"),
        ("ftp://gateway.example", "not an absolute"),
        ("https://", "not an absolute"),
        ("https://gateway.example:0", "not an absolute"),
        ("https://gate way.example", "not an absolute"),
        ("https://gateway.example/a\nb", "not an absolute"),
        ("https://gateway.example:99999", "not a URL"),
        ("https://[::1", "not a URL"),
        ("https://user@gateway.example", "no user name"),
        ("https://user:word@gateway.example", "no user name"),
        ("https://gateway.example/?a=b", "no user name"),
        ("https://gateway.example/#a", "no user name"),
        ("http://gateway.example", "unencrypted"),
        ("http://10.0.0.1", "unencrypted"),
    ],
)
def test_bad_gateways_are_refused_with_the_reason(url: str, complaint: str) -> None:
    with pytest.raises(CertViewError, match=complaint) as caught:
        checked_gateway(url, allow_http=False)
    assert caught.value.kind == "options"
    assert caught.value.hint


def test_a_refused_url_does_not_show_its_password() -> None:
    with pytest.raises(CertViewError) as caught:
        checked_gateway("https://user:hush-hush@gateway.example", allow_http=False)
    assert "hush" not in str(caught.value)


def test_plain_http_elsewhere_when_allowed() -> None:
    assert checked_gateway("http://10.0.0.1", allow_http=True) == "http://10.0.0.1"


@given(st.text() | st.text().map("https://".__add__), st.booleans())
def test_any_text_is_a_gateway_or_a_clear_error(url: str, allow_http: bool) -> None:
    outcome = outcome_of(checked_gateway, url, allow_http=allow_http)
    if isinstance(outcome, CertViewError):
        assert outcome.kind == "options"
    else:
        assert outcome.startswith("http")
        assert checked_gateway(outcome, allow_http=allow_http) == outcome
