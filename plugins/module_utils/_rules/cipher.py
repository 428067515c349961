# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules on the cipher suites that an instance offers: CIP.

The API does not document what it tells of them within a certificate: suites by protocol, as in its answers on server
instances, and plain lists are read. What cannot be read is no proof that an instance is sound: it can fail by what
else it offers, but not pass.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from .cipher_names import CipherSuite, cipher_suite, is_signal
from .model import DOES_NOT_APPLY, INSTANCE, PASSED, Rule, Subject, Verdict, failed, not_evaluated
from .profiles import (
    EVERY,
    MOZILLA_INTERMEDIATE,
    MOZILLA_MODERN,
    MOZILLA_OLD,
    NIST_800_131A,
    SSLLABS,
    every_but,
)
from .standards import (
    CERTVIEW_CATEGORIES,
    CIPHER_MINIMUM_BITS,
    MOZILLA_CIPHER_SUITES,
    RC4_PROHIBITED_FROM,
    RFC_7465,
    RFC_9325_AEAD,
    RFC_9325_CIPHER_SUITES,
    SSL_LABS_64_BIT_BLOCKS,
    SSL_LABS_FORWARD_SECRECY,
    SSL_LABS_WEAK_CIPHERS,
    SWEET32,
    WEAK_CIPHERS_PROHIBITED_FROM,
)
from .wording import listed

_NOT_OBSERVED = not_evaluated("cipher suites of the instance not reported")
_NO_CATEGORY = not_evaluated("category of the cipher suites not reported")
_UNREADABLE = "(unreadable)"
# Worst first.
_CATEGORY_SEVERITIES = {"insecure": "high", "weak": "medium"}
_SWITCH_OFF = "Switch off these suites in the server's configuration, and reload the service."
_ONLY_ECDHE = (
    "Offer only suites with ECDHE and AES-GCM or ChaCha20-Poly1305, and those of TLS 1.3, and reload the service."
)


class _Offer(t.NamedTuple):
    """A suite as the API told it; P(strength) in bits."""

    name: str
    strength: int | None = None
    category: str | None = None


def _offered(subject: Subject) -> list[_Offer]:
    told = (subject.instance or {}).get("cipher_suites")
    groups = told.values() if isinstance(told, Mapping) else (told,)
    offers = {_offer(suite) for group in groups for suite in _listed(group)}
    return sorted((offer for offer in offers if not is_signal(offer.name)), key=repr)


def _listed(group: object) -> Iterable[object]:
    if group is None:
        return ()
    return group if isinstance(group, (list, tuple)) else (group,)


def _offer(told: object) -> _Offer:
    if isinstance(told, str):
        return _Offer(told.strip() or _UNREADABLE)
    if not isinstance(told, Mapping):
        return _Offer(_UNREADABLE)
    name, category = told.get("name"), told.get("category")
    return _Offer(
        (name.strip() if isinstance(name, str) else "") or _UNREADABLE,
        _strength(told.get("encryptionKeyStrength")),
        category.strip().lower() or None if isinstance(category, str) else None,
    )


def _strength(told: object) -> int | None:
    if isinstance(told, str) and told.isascii() and told.isdigit() and len(told) < 6:
        return int(told)
    return told if isinstance(told, int) and not isinstance(told, bool) else None


def _judged(subject: Subject, complaint: Callable[[_Offer, CipherSuite | None], str | None]) -> Verdict:
    """Judge each suite.

    :param complaint: Returns what is wrong with a suite, an empty text if nothing is, and V(None) if it cannot tell.
    """
    offers = _offered(subject)
    if not offers:
        return _NOT_OBSERVED
    complaints = [(offer.name, complaint(offer, cipher_suite(offer.name))) for offer in offers]
    wrong = dict.fromkeys(f"{name} ({what})" if what != name else name for name, what in complaints if what)
    if wrong:
        return failed(f"offers {listed(wrong)}")
    unknown = dict.fromkeys(name for name, what in complaints if what is None)
    return not_evaluated(f"unknown cipher suite {listed(unknown)}") if unknown else PASSED


def _lacks(offer: _Offer, suite: CipherSuite | None) -> str | None:
    if suite is None:
        few = offer.strength is not None and offer.strength < CIPHER_MINIMUM_BITS
        return _too_few(offer.strength) if few else None
    if not suite.encrypts:
        return "no encryption"
    if not suite.authenticates:
        return "no authentication"
    # The name is the better witness where the API tells 0 bits of a suite that does encrypt.
    bits = [bits for bits in (suite.bits, offer.strength) if bits]
    if bits and min(bits) < CIPHER_MINIMUM_BITS:
        return _too_few(min(bits))
    return "export" if suite.is_export else ""


def _without_protection(subject: Subject) -> Verdict:
    return _judged(subject, _lacks)


def _too_few(bits: int | None) -> str:
    return f"{bits} bits; at least {CIPHER_MINIMUM_BITS} needed"


def _unless(is_sound: Callable[[CipherSuite], bool]) -> Callable[[Subject], Verdict]:
    """Return the rule that fails by the names of the suites that are not sound."""

    def complaint(offer: _Offer, suite: CipherSuite | None) -> str | None:
        return None if suite is None else "" if is_sound(suite) else offer.name

    return lambda subject: _judged(subject, complaint)


@lru_cache(maxsize=64)
def _allowed(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(_canonical, names))


def _canonical(name: str) -> str:
    suite = cipher_suite(name)
    return name.strip().upper() if suite is None else suite.name


def _outside_the_list(subject: Subject) -> Verdict:
    if not subject.context.lists.cipher_suites:
        return DOES_NOT_APPLY
    allowed = _allowed(tuple(subject.context.lists.cipher_suites))

    def complaint(offer: _Offer, suite: CipherSuite | None) -> str | None:
        if _canonical(offer.name) in allowed:
            return ""
        return None if suite is None else offer.name

    return _judged(subject, complaint)


def _category(subject: Subject) -> Verdict:
    offers = _offered(subject)
    if not offers:
        return _NOT_OBSERVED
    of_category = {
        category: dict.fromkeys(offer.name for offer in offers if offer.category == category)
        for category in _CATEGORY_SEVERITIES
    }
    told = [f"{category} {listed(names)}" for category, names in of_category.items() if names]
    if told:
        worst = next(category for category, names in of_category.items() if names)
        return failed(f"offers {'; '.join(told)}", severity=_CATEGORY_SEVERITIES[worst])
    return PASSED if all(offer.category for offer in offers) else _NO_CATEGORY


RULES = (
    Rule(
        id="CIP-001",
        title="Instance offers cipher suites without protection",
        severity="critical",
        description="Suites without encryption, without authentication, weakened for export, or with keys of fewer "
        f"than {CIPHER_MINIMUM_BITS} bits: who sits on the path reads or changes what is sent.",
        remediation=_SWITCH_OFF,
        citations=(
            RFC_9325_CIPHER_SUITES,
            SSL_LABS_WEAK_CIPHERS,
        ),
        profiles=EVERY,
        judge=_without_protection,
        scope=INSTANCE,
        includes=("cipher_suites",),
        reads="cipher_suites",
        effective=WEAK_CIPHERS_PROHIBITED_FROM,
    ),
    Rule(
        id="CIP-002",
        title="Instance offers RC4",
        severity="high",
        description="The key stream of RC4 is biased: what is sent often can be recovered. TLS prohibits it.",
        remediation=_SWITCH_OFF,
        citations=(
            RFC_7465,
            RFC_9325_CIPHER_SUITES,
        ),
        profiles=EVERY,
        judge=_unless(lambda suite: not suite.is_rc4),
        scope=INSTANCE,
        includes=("cipher_suites",),
        reads="cipher_suites",
        effective=RC4_PROHIBITED_FROM,
    ),
    Rule(
        id="CIP-003",
        title="Instance offers ciphers with 64-bit blocks",
        severity="high",
        description="After some gigabytes under one key, blocks of DES, 3DES, IDEA and RC2 repeat and reveal what was "
        "sent (SWEET32).",
        remediation=_SWITCH_OFF,
        citations=(
            SWEET32,
            SSL_LABS_64_BIT_BLOCKS,
        ),
        profiles=every_but(MOZILLA_OLD),
        judge=_unless(lambda suite: not suite.has_64_bit_blocks),
        scope=INSTANCE,
        includes=("cipher_suites",),
        reads="cipher_suites",
    ),
    Rule(
        id="CIP-004",
        title="Instance offers cipher suites without forward secrecy",
        severity="medium",
        description="Who gets the server's key can read all that was recorded before. CertView's grade does not tell.",
        remediation=_ONLY_ECDHE,
        citations=(
            RFC_9325_CIPHER_SUITES,
            SSL_LABS_FORWARD_SECRECY,
        ),
        profiles=(NIST_800_131A, MOZILLA_INTERMEDIATE, SSLLABS),
        judge=_unless(lambda suite: suite.has_forward_secrecy),
        scope=INSTANCE,
        includes=("cipher_suites",),
        reads="cipher_suites",
    ),
    Rule(
        id="CIP-005",
        title="Instance offers CBC cipher suites",
        severity="low",
        description="The mode CBC has been open to padding attacks again and again (POODLE, GOLDENDOODLE), for which "
        "CertView can grade an instance down to F.",
        remediation=_ONLY_ECDHE,
        citations=(
            RFC_9325_AEAD,
            MOZILLA_CIPHER_SUITES,
            CERTVIEW_CATEGORIES,
        ),
        profiles=(MOZILLA_INTERMEDIATE, SSLLABS),
        judge=_unless(lambda suite: not suite.is_cbc),
        scope=INSTANCE,
        includes=("cipher_suites",),
        reads="cipher_suites",
    ),
    Rule(
        id="CIP-006",
        title="Instance offers cipher suites that the profile does not list",
        severity="low",
        description="Only the suites of the list are to be offered; those of Mozilla bring one, and a policy can give "
        "its own.",
        remediation="Set the server's cipher suites to those of the list, and reload the service.",
        citations=(MOZILLA_CIPHER_SUITES,),
        profiles=(MOZILLA_MODERN, MOZILLA_INTERMEDIATE, MOZILLA_OLD),
        judge=_outside_the_list,
        scope=INSTANCE,
        includes=("cipher_suites",),
        reads="cipher_suites",
    ),
    Rule(
        id="CIP-007",
        title="Instance offers cipher suites that CertView calls insecure or weak",
        severity="high",
        description="By the category that CertView gives to each suite: high for insecure ones, medium for weak ones.",
        remediation=_SWITCH_OFF,
        citations=(CERTVIEW_CATEGORIES,),
        profiles=(SSLLABS,),
        judge=_category,
        scope=INSTANCE,
        includes=("cipher_suites",),
        reads="cipher_suites",
    ),
)
