# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules on trust: TRU.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

from .model import DOES_NOT_APPLY, PASSED, Rule, Subject, Verdict, certificate_type, failed, not_evaluated
from .standards import SSL_LABS_TRUST


def _self_signed_leaf(subject: Subject) -> Verdict:
    """Judge leaves only: every root is self-signed, and many servers send theirs along.

    API v1 does not tell the type. There, a self-signed certificate may be such a root and is not judged.
    """
    kind, self_signed = certificate_type(subject.certificate), subject.certificate.get("self_signed")
    if self_signed is False:
        return PASSED
    if kind is not None and kind != "leaf":
        return DOES_NOT_APPLY
    if self_signed is None:
        return not_evaluated("not reported whether it is self-signed")
    if kind is None:
        return not_evaluated("self-signed, which is no fault on a root; certificate type not reported")
    return failed("self-signed; no client can tell it from a forged one")


RULES = (
    Rule(
        id="TRU-001",
        title="Server certificate is self-signed",
        severity="medium",
        description="A leaf that signed itself is trusted by no client unless it is pinned there.",
        remediation="Have a certificate issued by a CA that the clients trust, public or internal.",
        citations=(SSL_LABS_TRUST,),
        judge=_self_signed_leaf,
    ),
)
