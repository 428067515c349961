# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a platform's name to the URL of its API gateway.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import difflib
import ipaddress
import typing as t
from urllib.parse import urlsplit

from ._errors import CertViewError

# Source: Qualys platform identification page (https://www.qualys.com/platform-identification).
GATEWAYS: t.Mapping[str, str] = {
    "us1": "https://gateway.qg1.apps.qualys.com",
    "us2": "https://gateway.qg2.apps.qualys.com",
    "us3": "https://gateway.qg3.apps.qualys.com",
    "us4": "https://gateway.qg4.apps.qualys.com",
    "gov1": "https://gateway.gov1.qualys.us",
    "eu1": "https://gateway.qg1.apps.qualys.eu",
    "eu2": "https://gateway.qg2.apps.qualys.eu",
    "eu3": "https://gateway.qg3.apps.qualys.it",
    "in1": "https://gateway.qg1.apps.qualys.in",
    "ca1": "https://gateway.qg1.apps.qualys.ca",
    "ae1": "https://gateway.qg1.apps.qualys.ae",
    "uk1": "https://gateway.qg1.apps.qualys.co.uk",
    "au1": "https://gateway.qg1.apps.qualys.com.au",
    "ksa1": "https://gateway.qg1.apps.qualysksa.com",
}


_DEFAULT_PORTS = {"http": 80, "https": 443}


def gateway_of(platform: str) -> str:
    """Return the gateway URL of *platform*, for example V(us1).

    :raises CertViewError: of kind V(options) when there is no such platform.
    """
    name = platform.strip().lower()
    if name in GATEWAYS:
        return GATEWAYS[name]
    near = difflib.get_close_matches(name, GATEWAYS, n=1, cutoff=0.5)
    guess = f" Did you mean {near[0]}?" if near else ""
    raise CertViewError(
        f"there is no Qualys platform {platform!r}.{guess} The platforms are {', '.join(GATEWAYS)}",
        kind="options",
        hint="Set platform to one of them, or gateway_url to the URL of a private platform's gateway",
    )


def is_loopback(host: str) -> bool:
    """Tell whether *host* names this machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def checked_gateway(url: str, *, allow_http: bool) -> str:
    """Return *url* in its one spelling, once it is a URL that a password may be sent to.

    Budget, token and copies belong to a gateway: in lower case, without the default port and a trailing slash, one
    gateway is not two. Source: RFC 3986, section 6.2.

    :raises CertViewError: of kind V(options) when it is not an absolute http(s) URL, carries credentials,
        or is plain http to another machine without *allow_http*.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as exc:
        raise CertViewError(
            f"gateway_url is not a URL: {exc}", kind="options", hint="Give it as https://HOST or https://HOST:PORT"
        ) from exc
    if parts.scheme not in _DEFAULT_PORTS or not host or port == 0 or any(map(str.isspace, url)):
        raise CertViewError(
            "gateway_url is not an absolute http or https URL",
            kind="options",
            hint="Give the URL of your platform's API gateway (US1: https://gateway.qg1.apps.qualys.com), or platform",
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise CertViewError(
            "gateway_url must hold no user name, password, query or fragment",
            kind="options",
            hint="Give the credentials as username and password",
        )
    if parts.scheme == "http" and not allow_http and not is_loopback(host):
        raise CertViewError(
            f"gateway_url is plain http, and the password would travel to {host} unencrypted",
            kind="options",
            hint="Use https, or set allow_http to true if the way to that host is protected otherwise",
        )
    place = f"[{host}]" if ":" in host else host
    if port not in (None, _DEFAULT_PORTS[parts.scheme]):
        place = f"{place}:{port}"
    return f"{parts.scheme}://{place}{parts.path.rstrip('/')}"
