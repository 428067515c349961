# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation of the options that say how old records may be; a unit test holds it against C(_freshness.py)."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment P(community.qualys.freshness#doc_fragment)."""

    DOCUMENTATION = r"""
options:
  max_age:
    description:
      - How many seconds old the records may be. With V(0) the API is asked now for all that is wanted.
      - With more, a copy of the whole list is kept in O(state_dir), which serves all processes of this user. While it
        is young enough no call is made. After that only what has changed since is fetched, which mostly takes a
        handful of calls.
      - A certificate that Qualys has deleted, changes that leave its date of update as it was, and a certificate that
        was missed because others were deleted while the list was read, are seen at the next full sync; see
        O(full_sync_every). Neither does a copy that was made with C(asset_type) other than V(all) lose a certificate
        before that, when its last asset of this type becomes one of the other.
      - There is one copy for each set of includes; one with more serves those who need less.
      - A copy is made only by who reads the list to its end; a C(limit) below the number of certificates stops before.
      - The copy is left aside, and the API is asked, for what only the server can answer.
    type: float
    default: 0.0
  full_sync_every:
    description:
      - After how many seconds the whole list is read again when the copy is too old. The default is a week.
    type: float
    default: 604800.0
"""
