# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The public key of a certificate, as rules look at it.

CertView tells the algorithm of the key from v2.1 on only; before, a record holds what the certificate itself says, or
what the size allows to infer, and where that is ambiguous (512 bits: RSA, or the curve brainpoolP512) nothing is
judged. Keys of other kinds, post-quantum ones among them, are never measured by the sizes of RSA and elliptic curves.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t

from .._public_key import algorithm_name, is_post_quantum
from .model import DOES_NOT_APPLY, Subject, Verdict, not_evaluated

# RSASSA-PSS (RFC 4055) is an RSA key that is restricted to one padding: the same sizes count.
RSA = frozenset({"RSA", "RSASSA-PSS"})
EC = frozenset({"EC"})
DSA = frozenset({"DSA"})
_CLASSICAL = RSA | EC | DSA | {"EdDSA", "Ed25519", "Ed448", "X25519", "X448"}


class Key(t.NamedTuple):
    """A key whose algorithm is told.

    :ivar size: In bits; V(None) where there is none.
    :ivar is_inferred: Whether nothing but the size tells the algorithm.
    """

    algorithm: str
    size: int | None
    is_inferred: bool

    def __str__(self) -> str:
        """Return the figures for a message."""
        figures = self.algorithm if self.size is None else f"{self.algorithm} {self.size} bits"
        return f"{figures} (algorithm inferred from the size)" if self.is_inferred else figures


def key_of(subject: Subject) -> Key | Verdict:
    """Return the key, or the verdict that its algorithm is not told, or none that is known here.

    What is returned is post-quantum, or classical: of a kind that quantum computers break.
    """
    record = subject.certificate
    named, source, told = (record.get(name) for name in ("key_algorithm", "key_algorithm_source", "key_size"))
    size = told if isinstance(told, int) and not isinstance(told, bool) and told > 0 else None
    algorithm = algorithm_name(named, size) if isinstance(named, str) and source != "unknown" else None
    if algorithm is None:
        what = "nor its size" if size is None else f"{size} bits could be of more than one algorithm"
        return not_evaluated(f"key algorithm not reported; {what}")
    if algorithm not in _CLASSICAL and not is_post_quantum(algorithm):
        return not_evaluated(f"unknown key algorithm {algorithm}")
    return Key(algorithm, size, source == "inferred")


def measured_key(subject: Subject, algorithms: frozenset[str]) -> tuple[Key, int] | Verdict:
    """Return a key of these algorithms with its size, or the verdict that there is none to judge."""
    key = key_of(subject)
    if isinstance(key, Verdict):
        return key
    if key.algorithm not in algorithms:
        return DOES_NOT_APPLY
    return not_evaluated("key size not reported") if key.size is None else (key, key.size)
