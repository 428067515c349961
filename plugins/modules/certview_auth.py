#!/usr/bin/python
# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: certview_auth
short_description: Log in to Qualys Certificate View once
version_added: 0.1.0
description:
  - Gets a JSON Web Token from the Qualys authentication API and returns it in a form that all other modules of this
    collection take as O(community.qualys.certview_certificate_info#module:auth).
  - The token is valid for four hours. Logging in does not count against the API limits.
  - Set C(no_log=true) on the task, because its result holds the token.
author:
  - community.qualys contributors (@ansible-collections)
extends_documentation_fragment:
  - community.qualys.connection
  - community.qualys.connection.attributes_info
options:
  refresh:
    description:
      - Whether to log in anew with the user's or client's credentials, although there is a token, be it in the cache or
        given as O(token) or O(auth), or although the credentials were refused in the last hours. With wrong
        credentials each task and each host that says so is one more failure, and repeated failures lock the account.
    type: bool
    default: false
seealso:
  - module: community.qualys.certview_certificate_info
"""

EXAMPLES = r"""
- name: Log in once
  community.qualys.certview_auth:
    platform: eu1
    username: quays_xx1
    password: "{{ vault_qualys_password }}"
  register: login
  run_once: true
  no_log: true
  delegate_to: localhost
  become: false

- name: Use the token
  community.qualys.certview_certificate_info:
    auth: "{{ login.auth }}"
    expiring_within_days: 30
  run_once: true
  delegate_to: localhost
  become: false
"""

RETURN = r"""
auth:
  description: What other modules take as O(community.qualys.certview_certificate_info#module:auth).
  returned: success
  type: dict
  contains:
    gateway_url:
      description: The gateway that the token is for.
      returned: success
      type: str
      sample: https://gateway.qg1.apps.qualys.com
    token:
      description: The JSON Web Token.
      returned: success
      type: str
      sample: eyJhbGciOiJIUzUxMiJ9.eyJzdWIiOiJ1c2VyIn0.c2lnbmF0dXJl
    expires_at:
      description: When the token ends, by the clock of the machine that logged in. V(null) when it does not tell.
      returned: success
      type: str
      sample: "2026-06-01T04:00:00Z"
    username:
      description:
        - The user or the client whose token it is, for which the budget of API calls is counted and copies are kept.
          V(null) when that is not known.
      returned: success
      type: str
      sample: quays_xx1
modules:
  description: The Qualys modules that the token opens. V(null) when it does not tell.
  returned: success
  type: list
  elements: str
  sample: [CERTVIEW, VM]
error:
  description: What went wrong.
  returned: failure
  type: dict
  contains:
    kind:
      description: A word that can be tested, such as V(credentials), V(network), V(tls), V(permission) or V(options).
      returned: failure
      type: str
      sample: credentials
    http_status:
      description: HTTP status of the answer, or V(null) when there was none.
      returned: failure
      type: int
      sample: 401
    code:
      description: Qualys' own code of the error, or V(null).
      returned: failure
      type: str
      sample: "2012"
    message:
      description: What was tried and what came back.
      returned: failure
      type: str
      sample: the user name or password is not accepted (HTTP 401)
    hint:
      description: What to do about it.
      returned: failure
      type: str
      sample: Check them for this very platform
"""

import typing as t

from ansible_collections.community.qualys.plugins.module_utils._client import CertViewClient
from ansible_collections.community.qualys.plugins.module_utils._module import certview_module, run
from ansible_collections.community.qualys.plugins.module_utils._values import iso


def main() -> None:
    """Log in and return the token."""
    module = certview_module({"refresh": {"type": "bool", "default": False}})
    params = dict(module.params)
    if params["refresh"]:
        gateway_url = params["auth"]["gateway_url"] if params["auth"] else params["gateway_url"]
        params.update(token=None, auth=None, gateway_url=gateway_url)

    def log_in(client: CertViewClient) -> dict[str, t.Any]:
        token = client.log_in(anew=params["refresh"])
        # The result is the one place where a token may stand, also one that came in as an option.
        module.params.update(token=None, auth=None)
        module.no_log_values.discard(token.value)
        return {
            "auth": {
                "gateway_url": client.gateway_url,
                "token": token.value,
                "expires_at": iso(token.expires_at),
                "username": token.username or None,
            },
            "modules": None if token.modules is None else list(token.modules),
        }

    run(module, log_in, params)


if __name__ == "__main__":
    main()
