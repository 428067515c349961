# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where plugins of the controller find the connection options besides; a unit test holds it against C(_options.py)."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment P(community.qualys.connection_plugin#doc_fragment), to be used with C(connection)."""

    DOCUMENTATION = r"""
options:
  platform:
    env: [{name: QUALYS_PLATFORM}]
    vars: [{name: qualys_platform}]
  gateway_url:
    env: [{name: QUALYS_GATEWAY_URL}]
    vars: [{name: qualys_gateway_url}]
  allow_http:
    vars: [{name: qualys_allow_http}]
  username:
    env: [{name: QUALYS_USERNAME}]
    vars: [{name: qualys_username}]
  password:
    env: [{name: QUALYS_PASSWORD}]
    vars: [{name: qualys_password}]
  client_id:
    env: [{name: QUALYS_CLIENT_ID}]
    vars: [{name: qualys_client_id}]
  client_secret:
    env: [{name: QUALYS_CLIENT_SECRET}]
    vars: [{name: qualys_client_secret}]
  client_type:
    env: [{name: QUALYS_CLIENT_TYPE}]
    vars: [{name: qualys_client_type}]
  token:
    env: [{name: QUALYS_TOKEN}]
    vars: [{name: qualys_token}]
  api_version:
    env: [{name: QUALYS_CERTVIEW_API_VERSION}]
    vars: [{name: qualys_api_version}]
  validate_certs:
    env: [{name: QUALYS_VALIDATE_CERTS}]
    vars: [{name: qualys_validate_certs}]
  ca_path:
    env: [{name: QUALYS_CA_PATH}]
    vars: [{name: qualys_ca_path}]
  use_proxy:
    env: [{name: QUALYS_USE_PROXY}]
    vars: [{name: qualys_use_proxy}]
  proxy:
    env: [{name: QUALYS_PROXY}]
    vars: [{name: qualys_proxy}]
  timeout:
    env: [{name: QUALYS_TIMEOUT}]
    vars: [{name: qualys_timeout}]
  retries:
    env: [{name: QUALYS_RETRIES}]
    vars: [{name: qualys_retries}]
  max_wait:
    env: [{name: QUALYS_MAX_WAIT}]
    vars: [{name: qualys_max_wait}]
  max_concurrency:
    env: [{name: QUALYS_MAX_CONCURRENCY}]
    vars: [{name: qualys_max_concurrency}]
  rate_reserve:
    env: [{name: QUALYS_RATE_RESERVE}]
    vars: [{name: qualys_rate_reserve}]
  state_dir:
    env: [{name: QUALYS_STATE_DIR}]
    vars: [{name: qualys_state_dir}]
  token_cache:
    env: [{name: QUALYS_TOKEN_CACHE}]
    vars: [{name: qualys_token_cache}]
  auth:
    vars: [{name: qualys_auth}]
"""
