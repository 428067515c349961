# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection options: one table for every module and plugin.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import math
import os
import typing as t
from dataclasses import dataclass, field
from urllib.parse import unquote

from ._errors import CertViewError
from ._platforms import checked_gateway, gateway_of
from ._state import default_state_dir

API_VERSIONS = ("auto", "v1", "v2", "v2.1", "v2.2")

# One window of the standard service level (300 calls an hour) and five minutes for clocks and jitter.
DEFAULT_MAX_WAIT = 3900.0


_SHORTEST_TIMEOUT = 0.01
# The operating system's own timers end somewhere above.
_LONGEST_TIMEOUT = 86400.0


class Option(t.NamedTuple):
    """One connection option.

    :ivar env: The environment variable that is read when the option is not given.
    """

    type: str
    default: t.Any = None
    env: str = ""
    secret: bool = False
    choices: tuple[str, ...] = ()


CONNECTION_OPTIONS: t.Mapping[str, Option] = {
    "platform": Option("str", env="QUALYS_PLATFORM"),
    "gateway_url": Option("str", env="QUALYS_GATEWAY_URL"),
    "allow_http": Option("bool", default=False),
    "username": Option("str", env="QUALYS_USERNAME"),
    "password": Option("str", env="QUALYS_PASSWORD", secret=True),
    "client_id": Option("str", env="QUALYS_CLIENT_ID"),
    "client_secret": Option("str", env="QUALYS_CLIENT_SECRET", secret=True),
    "client_type": Option("str", default="user", env="QUALYS_CLIENT_TYPE", choices=("user", "subscription")),
    "token": Option("str", env="QUALYS_TOKEN", secret=True),
    "api_version": Option("str", default="auto", env="QUALYS_CERTVIEW_API_VERSION", choices=API_VERSIONS),
    "validate_certs": Option("bool", default=True, env="QUALYS_VALIDATE_CERTS"),
    "ca_path": Option("path", env="QUALYS_CA_PATH"),
    "use_proxy": Option("bool", default=True, env="QUALYS_USE_PROXY"),
    # A proxy's URL may carry its password.
    "proxy": Option("str", env="QUALYS_PROXY", secret=True),
    "timeout": Option("float", default=60.0, env="QUALYS_TIMEOUT"),
    "retries": Option("int", default=4, env="QUALYS_RETRIES"),
    "max_wait": Option("float", default=DEFAULT_MAX_WAIT, env="QUALYS_MAX_WAIT"),
    "max_concurrency": Option("int", default=2, env="QUALYS_MAX_CONCURRENCY"),
    "rate_reserve": Option("int", default=0, env="QUALYS_RATE_RESERVE"),
    "state_dir": Option("path", env="QUALYS_STATE_DIR"),
    "token_cache": Option("bool", default=True, env="QUALYS_TOKEN_CACHE"),
}


def argument_spec(env_fallback: t.Callable[..., t.Any]) -> dict[str, dict[str, t.Any]]:
    """Return the connection options as an Ansible argument specification.

    :param env_fallback: C(ansible.module_utils.basic.env_fallback), given so that this file stays free of Ansible.
    """
    spec: dict[str, dict[str, t.Any]] = {
        # What comes back from certview_auth is handed on as it is.
        "auth": {
            "type": "dict",
            "options": {
                "gateway_url": {"type": "str", "required": True},
                "token": {"type": "str", "required": True, "no_log": True},
                "expires_at": {"type": "str"},
                "username": {"type": "str"},
            },
        }
    }
    for name, option in CONNECTION_OPTIONS.items():
        entry: dict[str, t.Any] = {"type": option.type}
        if option.default is not None:
            entry["default"] = option.default
        if option.env:
            entry["fallback"] = (env_fallback, [option.env])
        if option.secret:
            entry["no_log"] = True
        if option.choices:
            entry["choices"] = list(option.choices)
        spec[name] = entry
    return spec


@dataclass(frozen=True)
class Credentials:
    """How to get a token: exactly one of the three kinds is filled in."""

    username: str = ""
    password: str = field(default="", repr=False)
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    client_type: str = "user"
    token: str = field(default="", repr=False)

    @property
    def account(self) -> str:
        """What Qualys counts the calls for, as well as it can be told: a user, a client, or whoever has the token."""
        return self.username or self.client_id or self.token


@dataclass(frozen=True)
class Connection:
    """Everything that is needed to talk to one subscription.

    :ivar verify: V(True), V(False) or the path of a CA bundle, as C(requests) takes it.
    :ivar timeout: Seconds without a byte from the server before a call is given up.
    :ivar retries: How often a call is repeated after a fault of the network or the server.
    :ivar max_wait: Seconds that one call may wait for the API budget; V(-1) for ever, V(0) never.
    :ivar rate_reserve: Calls of the rate limit that are left to others of the subscription.
    :ivar state_dir: The folder that processes share; None for no sharing.
    """

    gateway_url: str
    credentials: Credentials
    api_version: str = "auto"
    verify: t.Union[bool, str] = True
    use_proxy: bool = True
    proxy: str = field(default="", repr=False)
    timeout: float = 60.0
    retries: int = 4
    max_wait: float = DEFAULT_MAX_WAIT
    max_concurrency: int = 2
    rate_reserve: int = 0
    state_dir: t.Optional[str] = None
    token_cache: bool = False

    @property
    def secrets(self) -> tuple[str, ...]:
        """The texts that no message may show."""
        # A proxy may be given without its scheme.
        proxy_password = self.proxy.rpartition("@")[0].rpartition("://")[2].partition(":")[2]
        credentials = self.credentials
        own = (credentials.password, credentials.client_secret, credentials.token, proxy_password)
        return tuple(secret for secret in (*own, unquote(proxy_password)) if secret)


def _credentials(params: t.Mapping[str, t.Any]) -> Credentials:
    auth = params.get("auth") or {}
    if auth.get("token"):
        return Credentials(token=auth["token"], username=auth.get("username") or "")
    if params.get("token"):
        return Credentials(token=params["token"], username=params.get("username") or "")
    if params.get("client_id") or params.get("client_secret"):
        if not (params.get("client_id") and params.get("client_secret")):
            raise CertViewError(
                "client_id and client_secret belong together, and one of them is missing",
                kind="options",
                hint="Set both, or username and password instead",
            )
        return Credentials(
            client_id=params["client_id"],
            client_secret=params["client_secret"],
            client_type=params.get("client_type") or "user",
        )
    if params.get("username") and params.get("password"):
        return Credentials(username=params["username"], password=params["password"])
    raise CertViewError(
        "there are no complete Qualys credentials",
        kind="options",
        hint="Set username and password (environment QUALYS_USERNAME, QUALYS_PASSWORD), client_id and client_secret,"
        " a token, or pass what certview_auth returned as auth",
    )


def _gateway(params: t.Mapping[str, t.Any]) -> str:
    auth = params.get("auth") or {}
    url = auth.get("gateway_url") or params.get("gateway_url")
    if url:
        return checked_gateway(url, allow_http=bool(params.get("allow_http")))
    if params.get("platform"):
        return gateway_of(params["platform"])
    raise CertViewError(
        "it is not said which Qualys platform to ask",
        kind="options",
        hint="Set platform (for example us1; environment QUALYS_PLATFORM) or gateway_url (QUALYS_GATEWAY_URL)",
    )


def _verify(params: t.Mapping[str, t.Any]) -> t.Union[bool, str]:
    if params.get("validate_certs") is False:
        return False
    ca_path = params.get("ca_path")
    if not ca_path:
        return True
    if not os.path.exists(ca_path):
        raise CertViewError(
            f"ca_path names {ca_path}, which does not exist on this machine",
            kind="options",
            hint="Give the path of a PEM bundle on the machine that makes the call",
        )
    return str(ca_path)


def _bounded(params: t.Mapping[str, t.Any], name: str, least: float, most: float = math.inf) -> t.Any:
    value = params.get(name)
    if value is None:
        return CONNECTION_OPTIONS[name].default
    if not least <= value <= most:
        upper = "" if most == math.inf else f" and at most {most:g}"
        raise CertViewError(f"{name} is {value}, and must be at least {least:g}{upper}", kind="options")
    return value


def connection_from(params: t.Mapping[str, t.Any]) -> Connection:
    """Return the connection that the options of a task describe.

    :param params: Option values by name, as an argument specification has converted them.
    :raises CertViewError: of kind V(options), naming the option and what to do.
    """
    return Connection(
        gateway_url=_gateway(params),
        credentials=_credentials(params),
        api_version=params.get("api_version") or "auto",
        verify=_verify(params),
        use_proxy=params.get("use_proxy") is not False,
        proxy=params.get("proxy") or "",
        timeout=_bounded(params, "timeout", _SHORTEST_TIMEOUT, _LONGEST_TIMEOUT),
        retries=_bounded(params, "retries", 0),
        max_wait=_bounded(params, "max_wait", -1),
        max_concurrency=_bounded(params, "max_concurrency", 1),
        rate_reserve=_bounded(params, "rate_reserve", 0),
        state_dir=params.get("state_dir") or default_state_dir(),
        token_cache=params.get("token_cache") is not False,
    )
