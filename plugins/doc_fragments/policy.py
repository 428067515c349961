# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation of the option policy; written by C(make rules) from the rules themselves."""

from __future__ import annotations


class ModuleDocFragment:
    """Documentation fragment P(community.qualys.policy#doc_fragment)."""

    DOCUMENTATION = r"""
options:
  policy:
    description:
      - >-
        How certificates are judged: the name of a profile, the path of a file (YAML or JSON, also vaulted)
        that holds a policy, or a dictionary.
      - >-
        The dictionary has V(profile), V(rules), V(thresholds), V(lists) and V(exceptions). V(rules) maps the
        id of a rule to V(true), V(false) or a severity, or to a dictionary of V(enabled) and V(severity).
      - >-
        Severities are V(critical), V(high), V(medium), V(low), V(info).
      - >-
        V(thresholds) are C(warn_days) (30), C(warn_fraction) (0.333), C(crit_days) (7), C(crit_fraction)
        (0.167), C(floor_hours) (12), C(notice_days) (90), C(long_expired_days) (90), C(stale_days) (30),
        C(private_max_days) (825), C(max_lifetime_days) (366), C(shared_assets) (10), C(min_grade) (B).
      - >-
        V(lists) are V(approved_issuers), V(forbidden_issuers), V(public_cas), V(owner_tag_prefixes),
        V(cipher_suites), V(signatures).
      - >-
        V(exceptions) is a list of dictionaries with V(reason) and V(expires) (the last day, or an instant),
        perhaps V(ticket) and V(rules), and at least one of V(certhash), V(serial), V(issuer), V(subject),
        V(host), V(group) and V(tag), each a glob or a list of globs. All kinds that are given must match.
        After its end the findings count again, and it is listed.
      - >-
        A host or group may have a policy of its own in its variable C(certview_policy). What it does not say
        is as here; its exceptions join those here.
      - >-
        The API is asked to include only what the chosen rules need.
      - >-
        The profiles are as follows.
      - >-
        V(baseline) - What hurts every estate: expiry, broken keys, signatures, protocols and ciphers,
        mismatched names. Quiet on what depends on how a tenant has configured Certificate View.
      - >-
        V(cabf-public) - What the CA/Browser Forum demands of publicly trusted server certificates.
      - >-
        V(nist-800-131a) - Algorithms and key lengths that NIST SP 800-131A and SP 800-52 allow.
      - >-
        V(nist-pqc) - What has to change before quantum computers break RSA and elliptic curves (NIST IR
        8547).
      - >-
        V(pci-dss-4) - PCI DSS 4.0.1: certificates that protect card data, inventoried, valid, and with a
        custodian.
      - >-
        V(mozilla-modern) - Mozilla Server Side TLS, modern: clients that all know TLS 1.3.
      - >-
        V(mozilla-intermediate) - Mozilla Server Side TLS, intermediate: recommended for almost every server.
      - >-
        V(mozilla-old) - Mozilla Server Side TLS, old: a last resort for very old clients.
      - >-
        V(ssllabs) - What costs a server its grade at SSL Labs.
      - >-
        V(acme-short-lived) - Certificates that a client renews on its own, on the way to a lifetime of 47
        days and less.
      - >-
        V(inventory-hygiene) - What an inventory is asked: who owns it, is it still there, is it known, is it
        used.
      - >-
        The rules are as follows, each with its severity and profiles.
      - >-
        V(CIP-001) (critical) - Instance offers cipher suites without protection (all profiles).
      - >-
        V(CIP-002) (high) - Instance offers RC4 (all profiles).
      - >-
        V(CIP-003) (high) - Instance offers ciphers with 64-bit blocks (all profiles but mozilla-old).
      - >-
        V(CIP-004) (medium) - Instance offers cipher suites without forward secrecy (nist-800-131a,
        mozilla-intermediate, ssllabs).
      - >-
        V(CIP-005) (low) - Instance offers CBC cipher suites (mozilla-intermediate, ssllabs).
      - >-
        V(CIP-006) (low) - Instance offers cipher suites that the profile does not list (mozilla-modern,
        mozilla-intermediate, mozilla-old).
      - >-
        V(CIP-007) (high) - Instance offers cipher suites that CertView calls insecure or weak (ssllabs).
      - >-
        V(EXP-001) (critical) - Certificate has expired (all profiles).
      - >-
        V(EXP-002) (high) - Certificate expires very soon (all profiles).
      - >-
        V(EXP-003) (medium) - Certificate expires soon (all profiles).
      - >-
        V(EXP-004) (info) - Certificate expires in the time to come (baseline, pci-dss-4, inventory-hygiene).
      - >-
        V(EXP-005) (high) - Certificate is not valid yet (all profiles).
      - >-
        V(EXP-006) (info) - Certificate expired long ago (inventory-hygiene).
      - >-
        V(EXP-007) (info) - Certificate has been superseded (baseline, inventory-hygiene).
      - >-
        V(GRD-001) (high) - Grade is below the minimum (baseline, ssllabs, pci-dss-4).
      - >-
        V(INV-001) (info) - Certificate was not found for a long time (inventory-hygiene, pci-dss-4).
      - >-
        V(INV-002) (info) - Asset belongs to no host (inventory-hygiene, pci-dss-4).
      - >-
        V(INV-003) (info) - Host is unknown to CertView (inventory-hygiene, pci-dss-4).
      - >-
        V(INV-004) (info) - Certificate is not in use (inventory-hygiene).
      - >-
        V(INV-005) (low) - Asset has no owner (pci-dss-4, inventory-hygiene).
      - >-
        V(KEY-001) (critical) - RSA key can be broken (all profiles).
      - >-
        V(KEY-002) (high) - RSA key is too small (all profiles).
      - >-
        V(KEY-003) (medium) - RSA key is too small for use after 2030 (nist-800-131a, nist-pqc).
      - >-
        V(KEY-004) (high) - Elliptic curve key is too small (all profiles).
      - >-
        V(KEY-005) (high) - Key is of a type that is not allowed (cabf-public, nist-800-131a).
      - >-
        V(KEY-006) (low) - Size of the RSA key is not a multiple of 8 bits (cabf-public).
      - >-
        V(KEY-007) (low) - Key of the server is not ECDSA (mozilla-modern).
      - >-
        V(KEY-008) (info) - Key can be broken by quantum computers (nist-pqc).
      - >-
        V(KEY-009) (info) - Instance offers no post-quantum key exchange (nist-pqc).
      - >-
        V(KEY-010) (low) - Certificate is on many assets (inventory-hygiene).
      - >-
        V(NAM-001) (high) - Certificate is for another name (baseline, cabf-public, ssllabs).
      - >-
        V(NAM-002) (low) - Certificate is for every name of a domain (inventory-hygiene, pci-dss-4).
      - >-
        V(NAM-003) (medium) - Certificate has no alternative name (cabf-public).
      - >-
        V(NAM-004) (medium) - Public CA certified an internal name (cabf-public).
      - >-
        V(NAM-005) (info) - Certificate does not name the host (inventory-hygiene).
      - >-
        V(SIG-001) (critical) - Certificate is signed with MD2, MD4 or MD5 (all profiles).
      - >-
        V(SIG-002) (high) - Certificate is signed with SHA-1 (all profiles).
      - >-
        V(SIG-003) (low) - Certificate is signed with a hash of 224 bits (nist-800-131a).
      - >-
        V(SIG-004) (low) - Certificate is signed with an algorithm outside the profile (mozilla-modern,
        mozilla-intermediate).
      - >-
        V(TLS-001) (critical) - Instance offers SSL 2.0 or SSL 3.0 (all profiles).
      - >-
        V(TLS-002) (high) - Instance offers TLS 1.0 or TLS 1.1 (all profiles but mozilla-old).
      - >-
        V(TLS-003) (high) - Instance offers neither TLS 1.2 nor TLS 1.3 (all profiles).
      - >-
        V(TLS-004) (low) - Instance does not offer TLS 1.3 (nist-800-131a, mozilla-modern).
      - >-
        V(TLS-005) (medium) - Instance offers more than TLS 1.3 (mozilla-modern).
      - >-
        V(TRU-001) (medium) - Server certificate is self-signed (baseline, cabf-public, pci-dss-4, ssllabs).
      - >-
        V(TRU-002) (medium) - Server certificate is of a CA that is not approved (pci-dss-4,
        inventory-hygiene).
      - >-
        V(TRU-003) (high) - Certificate is of a forbidden CA (baseline, cabf-public).
      - >-
        V(TRU-004) (high) - Grade tells that the certificate is not trusted (ssllabs, baseline).
      - >-
        V(TRU-005) (low) - Issuer of the server certificate is not known (inventory-hygiene).
      - >-
        V(TRU-006) (critical) - Certificate is revoked (all profiles).
      - >-
        V(VAL-001) (high) - Certificate is valid for longer than a public CA may issue it (baseline,
        cabf-public).
      - >-
        V(VAL-002) (low) - Certificate is valid for longer than recommended (cabf-public).
      - >-
        V(VAL-003) (low) - Certificate of a private CA is valid for very long (inventory-hygiene).
      - >-
        V(VAL-004) (medium) - Certificate is valid for longer than the lifespan of the profile
        (mozilla-modern, mozilla-intermediate, mozilla-old).
      - >-
        V(VAL-005) (info) - Issuance is not ready for 47 days (cabf-public, acme-short-lived).
      - >-
        V(VAL-006) (info) - Certificate is not short-lived (acme-short-lived).
      - >-
        V(VUL-001) (critical) - Instance has vulnerabilities (baseline, pci-dss-4, ssllabs).
    type: raw
    default: baseline
"""
