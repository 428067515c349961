# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way to the gateway: the proxy and the CAs that the options and the environment name.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import typing as t
from contextlib import suppress

from ._errors import CertViewError
from ._options import Connection

# Whoever makes a call has said before that they are missing.
with suppress(ImportError):
    import requests
    import urllib3

_PROXY_SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")


def proxies_of(connection: Connection) -> dict[str, str]:
    """Return the proxy to use, by the scheme of the gateway, as C(requests) takes it; empty for none.

    The option comes before the environment, and knows no E(NO_PROXY).

    :raises CertViewError: of kind V(proxy) when its URL is none, of kind V(requirement) for a SOCKS proxy without the
        library PySocks.
    """
    if not connection.use_proxy:
        return {}
    of_environment = requests.utils.get_environ_proxies(connection.gateway_url)
    url = connection.proxy or requests.utils.select_proxy(connection.gateway_url, of_environment)
    if not url:
        return {}
    # Of USER:PASSWORD@HOST, requests would take the user's name for the scheme.
    url = url if "://" in url else f"http://{url}"
    try:
        parts = urllib3.util.parse_url(url)
    except urllib3.exceptions.LocationParseError:
        raise _no_proxy_url() from None
    if not parts.host or parts.scheme not in _PROXY_SCHEMES:
        raise _no_proxy_url()
    # Without it requests says no more than that there is something wrong with the URL.
    if parts.scheme.startswith("socks") and importlib.util.find_spec("socks") is None:
        raise CertViewError(
            f"the Python library PySocks, which a SOCKS proxy needs, is not installed for {sys.executable}",
            kind="requirement",
            hint=f"Install it there, for example with: {sys.executable} -m pip install 'requests[socks]'",
        )
    return {"http": url, "https": url}


def trust_of(connection: Connection) -> t.Union[bool, str]:
    """Return what C(requests) takes as C(verify): the option, then the bundle that the environment names."""
    if connection.verify is not True:
        return connection.verify
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True


def _no_proxy_url() -> CertViewError:
    return CertViewError(
        "the URL of the proxy cannot be used",
        kind="proxy",
        hint="Give proxy (or HTTPS_PROXY of the environment) as http://HOST:PORT, or as"
        " http://USER:PASSWORD@HOST:PORT with %XX for each character of the password that means something in a URL",
    )
