# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation of the connection options; a unit test holds it against the table in C(_options.py)."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment P(community.qualys.connection#doc_fragment)."""

    DOCUMENTATION = r"""
options:
  platform:
    description:
      - Name of the Qualys platform that holds the subscription. One of V(us1), V(us2), V(us3), V(us4), V(gov1),
        V(eu1), V(eu2), V(eu3), V(in1), V(ca1), V(ae1), V(uk1), V(au1), V(ksa1).
      - U(https://www.qualys.com/platform-identification) tells which one is yours.
      - If not given, the environment variable E(QUALYS_PLATFORM) is used.
    type: str
  gateway_url:
    description:
      - URL of the platform's API gateway, for a private platform or one that O(platform) does not know.
        It wins over O(platform).
      - Plain C(http) is accepted for loopback addresses only, unless O(allow_http=true).
      - If not given, the environment variable E(QUALYS_GATEWAY_URL) is used.
    type: str
  allow_http:
    description:
      - Whether O(gateway_url) may be plain C(http) to another machine. The password then travels unencrypted.
    type: bool
    default: false
  username:
    description:
      - Name of a Qualys user whose role has C(API Access) and C(CERTVIEW API Access).
      - If not given, the environment variable E(QUALYS_USERNAME) is used.
    type: str
  password:
    description:
      - Password of O(username).
      - If not given, the environment variable E(QUALYS_PASSWORD) is used.
    type: str
  client_id:
    description:
      - Id of a client of the Qualys authentication API, instead of O(username).
      - If not given, the environment variable E(QUALYS_CLIENT_ID) is used.
    type: str
  client_secret:
    description:
      - Secret of O(client_id).
      - If not given, the environment variable E(QUALYS_CLIENT_SECRET) is used.
    type: str
  client_type:
    description:
      - Whether O(client_id) belongs to a user or to the whole subscription.
      - If not given, the environment variable E(QUALYS_CLIENT_TYPE) is used.
    type: str
    choices: [user, subscription]
    default: user
  token:
    description:
      - A ready JSON Web Token. It wins over O(client_id) and O(username), and cannot be renewed when it ends.
      - If not given, the environment variable E(QUALYS_TOKEN) is used.
    type: str
  auth:
    description:
      - What M(community.qualys.certview_auth) returned as RV(community.qualys.certview_auth#module:auth).
        It wins over all other credentials and over O(platform) and O(gateway_url).
    type: dict
    suboptions:
      gateway_url:
        description: The gateway that the token is for.
        type: str
        required: true
      token:
        description: The JSON Web Token.
        type: str
        required: true
      expires_at:
        description: When the token ends. Not needed.
        type: str
      username:
        description: The user or client whose calls are counted. If not given, it is the name in the token.
        type: str
  api_version:
    description:
      - Version of the CertView API. With V(auto) the newest that the gateway has is used, of V(v2.2), V(v2.1), V(v2).
      - V(v1) gives at most 10,000 certificates, and is for those who need its query language.
      - If not given, the environment variable E(QUALYS_CERTVIEW_API_VERSION) is used.
    type: str
    choices: [auto, v1, v2, v2.1, v2.2]
    default: auto
  validate_certs:
    description:
      - Whether the gateway's own TLS certificate is verified. Turn it off in a laboratory only.
      - If not given, the environment variable E(QUALYS_VALIDATE_CERTS) is used.
    type: bool
    default: true
  ca_path:
    description:
      - PEM file with the CA certificates to trust, for example those of a TLS inspection, on the machine that makes the
        calls.
      - If not given, the environment variable E(QUALYS_CA_PATH) is used, then E(REQUESTS_CA_BUNDLE).
    type: path
  use_proxy:
    description:
      - Whether a proxy is used, be it O(proxy) or one that the environment names.
      - If not given, the environment variable E(QUALYS_USE_PROXY) is used.
    type: bool
    default: true
  proxy:
    description:
      - URL of the proxy to use, in place of the environment's. It may hold a user name and password.
      - If not given, the environment variable E(QUALYS_PROXY) is used, then E(HTTPS_PROXY) and E(NO_PROXY).
    type: str
  timeout:
    description:
      - Seconds that the server may stay silent before a call is given up.
      - If not given, the environment variable E(QUALYS_TIMEOUT) is used.
    type: float
    default: 60.0
  retries:
    description:
      - How often a call is repeated after a fault of the network or of the server, with growing random pauses.
        A refused login is never repeated, because repeated failures lock the account.
      - If not given, the environment variable E(QUALYS_RETRIES) is used.
    type: int
    default: 4
  max_wait:
    description:
      - Seconds that one call may wait for the API budget of the subscription before it fails; V(-1) for ever,
        V(0) never. It includes the wait for other calls of this controller, which are served in the order in which they
        came, also when the calls of a window are used up.
      - It includes the waits for a login that the call needs, for that of another process with the same credentials,
        and while the server takes none because of a limit. The login of another process is waited for O(timeout)
        seconds in any case.
      - It includes the pause that the server asks for after a fault (C(Retry-After)), of which two minutes are kept at
        the most. When that is longer than the call may wait, the call fails at once. The pauses that O(retries) makes
        of its own do not count.
      - A wait of ten seconds or more, and shorter ones that add up to a minute, are told in a warning with the reason
        and, where it is known, the time of the next call; once a minute at the most for all calls of a process.
      - The default outlasts one window of the standard service level (300 calls an hour).
      - If not given, the environment variable E(QUALYS_MAX_WAIT) is used.
    type: float
    default: 3900.0
  max_concurrency:
    description:
      - How many calls may run at once. The server's own limit wins when it is lower.
      - If not given, the environment variable E(QUALYS_MAX_CONCURRENCY) is used.
    type: int
    default: 2
  rate_reserve:
    description:
      - How many calls of the rate limit are left to others who use the same subscription. The processes that share
        O(state_dir) make so many calls fewer in a window, but never less than one.
      - They also stop calling while the server says that no more than these are left. When that changes nobody tells.
        It is estimated, and a call goes out then to see, so that for a time there may be fewer left than these.
      - If not given, the environment variable E(QUALYS_RATE_RESERVE) is used.
    type: int
    default: 0
  state_dir:
    description:
      - A folder in which all processes of this user share what is known of the API budget, and the token.
        It is made with mode 0700 and holds nothing but files of mode 0600, whose names tell nothing.
      - Whatever O(token_cache) says, it is kept there for 12 hours that the server did not accept the credentials, and
        for 15 minutes that their user may not log in, so that no other process tries the same ones again and locks the
        account. Other credentials are tried at once, and the same ones again by
        M(community.qualys.certview_auth) with O(community.qualys.certview_auth#module:refresh=true).
      - If not given, the environment variable E(QUALYS_STATE_DIR) is used, then C(community.qualys) below the user's
        cache directory.
      - Where it cannot be used, or not any more, for example because the disk is full or because a process that was
        stopped holds a lock in it, there is one warning, and each process counts for itself, and tries credentials once
        for itself. Calls that the server refuses then, as those of controllers that share no folder, are waited out and
        made again.
    type: path
  token_cache:
    description:
      - Whether the token is kept in O(state_dir) until it ends, so that one login serves all processes.
      - With V(false) no token is written or read there, and each process logs in for itself, one after the other.
      - If not given, the environment variable E(QUALYS_TOKEN_CACHE) is used.
    type: bool
    default: true
requirements:
  - requests
notes:
  - Qualys counts API calls for the whole subscription. The standard service level allows 300 calls an hour,
    two of them at once.
"""

    ATTRIBUTES_INFO = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/community.qualys.certview) in C(module_defaults) to set the connection options once.
    support: full
    membership:
      - community.qualys.certview
  check_mode:
    description: Can run in C(check_mode) and return what it would return otherwise, since it changes nothing.
    support: full
  diff_mode:
    description: Will return details on what has changed, or would change, when in diff mode.
    support: N/A
    details:
      - This changes nothing.
"""

    ATTRIBUTES = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/community.qualys.certview) in C(module_defaults) to set the connection options once.
    support: full
    membership:
      - community.qualys.certview
  check_mode:
    description: Can run in C(check_mode) and tell what it would change, without changing it.
    support: full
  diff_mode:
    description: Will return details on what has changed, or would change, when in diff mode.
    support: full
"""
