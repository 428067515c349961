# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Seeing to it that external sites are known to Certificate View.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t

from ._batches import send_in_batches
from ._client import CertViewClient
from ._diff import line_diff
from ._enumeration import enumerated
from ._errors import CertViewError
from ._site_names import checked_sites, listed_spelling
from ._sites import MOST_SITES


def ensured_sites(
    client: CertViewClient, sites: t.Iterable[str], *, launch_scan: bool, check_mode: bool
) -> dict[str, t.Any]:
    """Add those of *sites* that are not there, and return the result of M(community.qualys.certview_external_site).

    :param launch_scan: Whether to have the added ones scanned at once.
    :param check_mode: Whether to add none, and only tell which would be.
    :raises CertViewError: of kind V(options) for what cannot be a site, before any call; of kind V(request) for what
        the server refuses.
    """
    wanted = checked_sites(sites)
    known = _known_names(client) if wanted else set()
    missing = [name for name in wanted if name not in known]
    present = [name for name in wanted if name in known]
    if not check_mode:
        send_in_batches(lambda batch: _add(client, batch, launch_scan), missing, MOST_SITES, what="sites", done="added")
    return {
        "changed": bool(missing),
        "added": missing,
        "present": present,
        "diff": line_diff("external sites", present, wanted),
        "api": client.api_use,
    }


def _known_names(client: CertViewClient) -> set[str]:
    known: set[str] = set()
    for record in client.external_sites():
        # No document tells which field holds the site; the one that we take for it may be the name that it is shown by.
        texts = [record["site"], *record["extra"].values()]
        known.update(listed_spelling(value) for value in texts if isinstance(value, str))
    return known


def _add(client: CertViewClient, sites: t.Sequence[str], launch_scan: bool) -> None:
    try:
        client.add_external_sites(sites, launch_scan=launch_scan)
    except CertViewError as exc:
        if exc.http_status == 400:
            # The server's words for a line that it cannot read at all do not repeat what stands there.
            named = any(name in exc.message for name in sites)
            exc.message += "" if named else f" (sent: {enumerated(sites)})"
            exc.hint = "Leave out of sites what the server refuses"
        raise
