# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules on the names that a certificate is for: NAM.

Only the alternative names count: clients have not looked at the common name for years (RFC 9525 section 2).

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import ipaddress
import typing as t
from collections.abc import Iterable, Mapping

from .._addresses import PLACEHOLDER_NAMES, canonical_address
from .hostnames import LibraryMissing, is_for, reference_identity
from .issuers import is_public_ca
from .model import (
    DOES_NOT_APPLY,
    HOST_CERTIFICATE,
    PASSED,
    PLACEMENT,
    Rule,
    Subject,
    Verdict,
    certificate_type,
    failed,
    is_ca,
    not_evaluated,
)
from .profiles import BASELINE, CABF_PUBLIC, INVENTORY_HYGIENE, PCI_DSS_4, SSLLABS
from .standards import (
    BR_ALTERNATIVE_NAMES,
    BR_INTERNAL_NAMES,
    BR_INTERNAL_NAMES_PROHIBITED_FROM,
    INTERNAL_DOMAINS,
    RFC_6762_PRIVATE_NAMES,
    RFC_9525,
    RFC_9525_WILDCARDS,
    SSL_LABS_NAMES,
)
from .wording import listed

_NOT_REPORTED = not_evaluated("subject alternative names not reported")
_NO_LIBRARY = not_evaluated("Python library service-identity is not installed")
_NO_TYPE = not_evaluated("certificate has no alternative names, and its type is not reported")


class _Names(t.NamedTuple):
    dns: tuple[str, ...]
    ip: tuple[str, ...]


def _names(subject: Subject) -> _Names | Verdict:
    """Return the alternative names of a leaf, or the verdict that there are none to judge.

    API v1 does not tell the type. There, whatever has an alternative name is taken for a leaf: CAs have none.
    """
    if is_ca(subject.certificate):
        return DOES_NOT_APPLY
    told = subject.certificate.get("subject_alternative_names")
    if not isinstance(told, Mapping):
        return _NOT_REPORTED
    names = _Names(_texts(told.get("dns_names")), _texts(told.get("ip_addresses")))
    return _NO_TYPE if certificate_type(subject.certificate) is None and not any(names) else names


def _texts(told: object) -> tuple[str, ...]:
    return tuple(name for name in told if isinstance(name, str)) if isinstance(told, (list, tuple)) else ()


def _mismatch(subject: Subject) -> Verdict:
    told = (subject.instance or {}).get("fqdn")
    fqdn = told.strip() if isinstance(told, str) else ""
    if not fqdn or fqdn.lower().rstrip(".") in PLACEHOLDER_NAMES:
        return DOES_NOT_APPLY
    names = _names(subject)
    if isinstance(names, Verdict):
        return names
    reference = reference_identity(fqdn)
    try:
        matched = None if reference is None else is_for(reference, *names)
    except LibraryMissing:
        return _NO_LIBRARY
    if matched is None or reference is None:
        return not_evaluated(f"the instance is called {listed([fqdn])}, which is no host name")
    if matched:
        return PASSED
    if canonical_address(reference) is not None and not names.ip:
        # That it was reached by its address is a scanner's way; whether clients do, nobody has told.
        return not_evaluated(f"the instance is called {reference}, and the certificate is for no IP address")
    if "." not in reference and ":" not in reference:
        return not_evaluated(f"the instance is called {listed([fqdn])}, without a domain")
    return failed(_not_among([reference], names))


def _not_among(wanted: Iterable[str], names: _Names) -> str:
    if any(names):
        presented = (*(f"{name} (as a DNS name)" if canonical_address(name) else name for name in names.dns), *names.ip)
        return f"{listed(wanted)} not among the names of the certificate: {listed(presented)}"
    return f"{listed(wanted)} wanted; the certificate has no alternative names"


def _wildcard(subject: Subject) -> Verdict:
    names = _names(subject)
    if names == DOES_NOT_APPLY:
        return DOES_NOT_APPLY
    holder = subject.certificate.get("subject")
    common_name = holder.get("name") if isinstance(holder, Mapping) else None
    candidates = (*_texts([common_name]), *(names.dns if isinstance(names, _Names) else ()))
    wildcards = dict.fromkeys(name.strip() for name in candidates if name.strip().startswith("*."))
    if wildcards:
        return failed(f"is for {listed(wildcards)}")
    return names if isinstance(names, Verdict) else PASSED


def _no_names(subject: Subject) -> Verdict:
    names = _names(subject)
    if isinstance(names, Verdict):
        return names
    return PASSED if any(names) else failed("has neither a DNS name nor an IP address among its alternative names")


def _is_internal(name: str) -> bool:
    address = canonical_address(name)
    if address is not None:
        parsed = ipaddress.ip_address(address)
        return not parsed.is_global or parsed.is_multicast
    labels = name.strip().lower().rstrip(".")
    labels = labels[2:] if labels.startswith("*.") else labels
    return "." not in labels or labels.endswith(tuple(f".{domain}" for domain in INTERNAL_DOMAINS))


def _internal_names(subject: Subject) -> Verdict:
    names = _names(subject)
    if isinstance(names, Verdict):
        return names
    is_public = is_public_ca(subject.certificate, subject.context.lists)
    if is_public is False:
        return DOES_NOT_APPLY
    internal = [name for name in names.dns + names.ip if name.strip() and _is_internal(name)]
    if not internal:
        return PASSED
    if is_public is None:
        return not_evaluated(f"is for {listed(internal)}, which no public CA may certify; issuer not reported")
    return failed(f"issued by a public CA for {listed(internal)}")


def _host_not_named(subject: Subject) -> Verdict:
    if subject.host is None or not subject.host.names:
        return DOES_NOT_APPLY
    names = _names(subject)
    if isinstance(names, Verdict):
        return names
    qualified = [name for name in subject.host.names if "." in name]
    try:
        if _is_for_any(subject.host.names, names):
            return PASSED
    except LibraryMissing:
        return _NO_LIBRARY
    if not qualified:
        return not_evaluated(f"the inventory knows {listed(subject.host.names)} without a domain")
    return failed(_not_among(qualified, names))


def _is_for_any(references: Iterable[str], names: _Names) -> bool:
    return any(is_for(reference, *names) for reference in references)


RULES = (
    Rule(
        id="NAM-001",
        title="Certificate is for another name",
        severity="high",
        description="The name by which CertView reached the instance is none of the certificate's: clients refuse the "
        "connection. CertView does not take off for that.",
        remediation="Have a certificate issued that has the name of the server among its alternative names.",
        citations=(RFC_9525, SSL_LABS_NAMES),
        profiles=(BASELINE, CABF_PUBLIC, SSLLABS),
        judge=_mismatch,
        scope=PLACEMENT,
        includes=("extensive_certificate_info",),
        reads="subject_alternative_names",
    ),
    Rule(
        id="NAM-002",
        title="Certificate is for every name of a domain",
        severity="low",
        description="Who gets the key of one server that has a wildcard certificate can pass for every other name of "
        "the domain.",
        remediation="Have a certificate issued for each server, with the names that it needs.",
        citations=(RFC_9525_WILDCARDS,),
        profiles=(INVENTORY_HYGIENE, PCI_DSS_4),
        judge=_wildcard,
        includes=("extensive_certificate_info",),
    ),
    Rule(
        id="NAM-003",
        title="Certificate has no alternative name",
        severity="medium",
        description="Clients look only at the DNS names and IP addresses among the alternative names, not at the "
        "common name.",
        remediation="Have the certificate issued again with the names of the server as alternative names.",
        citations=(BR_ALTERNATIVE_NAMES, RFC_9525),
        profiles=(CABF_PUBLIC,),
        judge=_no_names,
        includes=("extensive_certificate_info",),
        reads="subject_alternative_names",
    ),
    Rule(
        id="NAM-004",
        title="Public CA certified an internal name",
        severity="medium",
        description="Names without a domain, of domains that exist only inside networks, and reserved addresses mean "
        "another host in every network. Public CAs may not certify them.",
        remediation="Use a registered domain, or have the certificate issued by an internal CA.",
        citations=(BR_INTERNAL_NAMES, RFC_6762_PRIVATE_NAMES),
        profiles=(CABF_PUBLIC,),
        judge=_internal_names,
        includes=("extensive_certificate_info",),
        reads="subject_alternative_names",
        effective=BR_INTERNAL_NAMES_PROHIBITED_FROM,
    ),
    Rule(
        id="NAM-005",
        title="Certificate does not name the host",
        severity="info",
        description="None of the names by which the inventory knows the host is among those of a certificate that it "
        "serves: it may belong to a service with another name, or have been left behind by another host.",
        remediation="Check whether the host still serves what the certificate is for.",
        citations=(RFC_9525,),
        profiles=(INVENTORY_HYGIENE,),
        judge=_host_not_named,
        scope=HOST_CERTIFICATE,
        includes=("extensive_certificate_info",),
        reads="subject_alternative_names",
    ),
)
