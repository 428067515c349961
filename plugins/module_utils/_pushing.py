# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which conditions the server can be asked for, and in which spelling.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ._fields import FIELDS, PROVEN_QQL
from ._filters import Condition, split


def can_be_pushed(made: Condition, *, version_1: bool) -> bool:
    """Tell whether the server can be asked for *made*; if not, it is checked here alone."""
    known = FIELDS.get(made.field)
    if known and known.type == "address" and any(":" in value for value in made.values):
        # An IPv6 address has many spellings, and the server may compare texts.
        return False
    if version_1:
        # A token that v1 does not know may be taken as text to search for, and then nothing is found.
        return bool(known and known.qql in PROVEN_QQL) and not any("`" in value for value in made.values)
    return not any("," in value for value in made.values)


_KINDS = {name.casefold(): name for name in ("Leaf", "Intermediate", "Root")}
_SIGNATURE = re.compile(r"(\w+)with(rsa|dsa|ecdsa)")


def in_usual_spellings(made: Condition) -> Condition:
    """Return *made* so that it selects the same, or nearly so, on a server that minds the case of letters.

    Qualys does not document whether it does. What the API has own words for gets its spelling (CertView API release
    notes 3.0.0: C(SHA256withRSA)); a name is asked for in the cases that names are mostly written in, unless that would
    take more calls.
    """
    if made.field == "certificate.type":
        values = [_KINDS.get(value.casefold(), value) for value in made.values]
    elif made.field == "certificate.signatureAlgorithm":
        values = [_signature_algorithm(value) for value in made.values]
    elif made.field in ("asset.name", "asset.tagName"):
        values = [each for value in made.values for each in (value, value.lower(), value.upper(), value.title())]
    else:
        return made
    respelt = replace(made, values=tuple(dict.fromkeys(values)))
    return respelt if len([*split([respelt])]) <= len([*split([made])]) else made


def _signature_algorithm(value: str) -> str:
    found = _SIGNATURE.fullmatch(value.casefold())
    return f"{found[1].upper()}with{found[2].upper()}" if found else value
