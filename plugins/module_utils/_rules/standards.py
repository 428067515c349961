# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every threshold, date and citation that comes from a standard, so that a correction is made in one place.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

import typing as t
from datetime import date, datetime, timezone

from .model import Citation

RFC_5280_VALIDITY = Citation("RFC 5280", "4.1.2.5", "https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5")
RFC_6176 = Citation("RFC 6176", "3", "https://www.rfc-editor.org/rfc/rfc6176#section-3")
RFC_7568 = Citation("RFC 7568", "3", "https://www.rfc-editor.org/rfc/rfc7568#section-3")
RFC_8996 = Citation("RFC 8996", "4 and 5", "https://www.rfc-editor.org/rfc/rfc8996#section-4")
RFC_9155 = Citation("RFC 9155", "2", "https://www.rfc-editor.org/rfc/rfc9155#section-2")

_BR_URL = "https://cabforum.org/working-groups/server/baseline-requirements/requirements/"
BR_KEY_SIZES = Citation("CA/Browser Forum TLS Baseline Requirements", "6.1.5", _BR_URL)
BR_SIGNATURES = Citation("CA/Browser Forum TLS Baseline Requirements", "7.1.3.2.1", _BR_URL)

_SP_800_131A_URL = "https://doi.org/10.6028/NIST.SP.800-131Ar2"
SP_800_131A_KEYS = Citation("NIST SP 800-131A Rev. 2", "3, table 2", _SP_800_131A_URL)
SP_800_131A_HASHES = Citation("NIST SP 800-131A Rev. 2", "9, table 8", _SP_800_131A_URL)
SP_800_52_VERSIONS = Citation("NIST SP 800-52 Rev. 2", "3.1", "https://doi.org/10.6028/NIST.SP.800-52r2")
PCI_DSS_4_2_1 = Citation("PCI DSS 4.0.1", "4.2.1", "https://www.pcisecuritystandards.org/document_library/")

_SSL_LABS_URL = "https://github.com/ssllabs/research/wiki/SSL-Server-Rating-Guide"
SSL_LABS_TRUST = Citation("SSL Labs SSL Server Rating Guide", "grade T", _SSL_LABS_URL)
SSL_LABS_KEYS = Citation("SSL Labs SSL Server Rating Guide", "grade F for weak keys", _SSL_LABS_URL)
SSL_LABS_SIGNATURES = Citation("SSL Labs SSL Server Rating Guide", "grade F for MD5 signatures", _SSL_LABS_URL)
SSL_LABS_PROTOCOLS = Citation("SSL Labs SSL Server Rating Guide", "grade C without TLS 1.2", _SSL_LABS_URL)
LETS_ENCRYPT_RENEWAL = Citation(
    "Let's Encrypt Integration Guide", "When to Renew", "https://letsencrypt.org/docs/integration-guide/#when-to-renew"
)

# Expiry, validity, inventory.
CERTVIEW_ALERTS = Citation(
    "Qualys Certificate View online help",
    "Configure Rule-based Alerts",
    "https://qualysguard.qg2.apps.qualys.com/certview/help/alerting_rules/configure_rules.htm",
)
XCA_LONG_EXPIRED = Citation("XCA", "issue 557", "https://github.com/chris2511/xca/issues/557")
LEMUR_REPLACED = Citation("Lemur", "issue 122", "https://github.com/Netflix/lemur/issues/122")
BR_VALIDITY = Citation("CA/Browser Forum TLS Baseline Requirements", "6.3.2", _BR_URL)
BR_SHORT_LIVED = Citation("CA/Browser Forum TLS Baseline Requirements", "1.6.1, short-lived certificate", _BR_URL)
_MOZILLA_URL = "https://wiki.mozilla.org/Security/Server_Side_TLS"
MOZILLA_LIFESPAN = Citation("Mozilla Server Side TLS 5.8", "certificate lifespan", _MOZILLA_URL)
APPLE_825_DAYS = Citation(
    "Apple, Requirements for trusted certificates in iOS 13 and macOS 10.15",
    "validity period",
    "https://support.apple.com/103769",
)
PCI_DSS_4_2_1_1 = Citation("PCI DSS 4.0.1", "4.2.1.1", "https://www.pcisecuritystandards.org/document_library/")
SP_1800_16_PRACTICES = Citation(
    "NIST SP 1800-16", "volume B, recommended best practices", "https://doi.org/10.6028/NIST.SP.1800-16"
)


class ValidityLimit(t.NamedTuple):
    """How long a leaf may be valid that a public CA issues.

    :ivar issued_before: First day (UTC) for which the next row holds; V(None) for the last row.
    :ivar maximum: In P(unit) (V(days) of 86,400 s, or V(months) of the calendar).
    :ivar recommended_days: What the standard recommends not to exceed; V(None) where it recommends nothing.
    """

    issued_before: date | None
    maximum: int
    unit: str
    recommended_days: int | None


# The day from which the BR hold at all.
BR_EFFECTIVE_FROM = date(2012, 7, 1)
# BR 6.3.2; the rows before 2020-09-01 from its older versions (ballots 193 and SC31). From 2015-04-01 to 2016-06-30 39
# months were the rule, and 60 were left to old systems if the CA had documented that. A certificate does not tell, and
# gets the benefit of the doubt.
BR_VALIDITY_LIMITS = (
    ValidityLimit(date(2016, 7, 1), 60, "months", None),
    ValidityLimit(date(2018, 3, 1), 39, "months", None),
    ValidityLimit(date(2020, 9, 1), 825, "days", None),
    ValidityLimit(date(2026, 3, 15), 398, "days", 397),
    ValidityLimit(date(2027, 3, 15), 200, "days", 199),
    ValidityLimit(date(2029, 3, 15), 100, "days", 99),
    ValidityLimit(None, 47, "days", 46),
)
# The first day for which each row holds.
_BR_VALIDITY_FROM = (
    BR_EFFECTIVE_FROM,
    *(limit.issued_before for limit in BR_VALIDITY_LIMITS if limit.issued_before is not None),
)
BR_FINAL_VALIDITY_DAYS = BR_VALIDITY_LIMITS[-1].maximum
BR_FINAL_VALIDITY_FROM = _BR_VALIDITY_FROM[-1]
BR_VALIDITY_RECOMMENDED_FROM = next(
    day for day, limit in zip(_BR_VALIDITY_FROM, BR_VALIDITY_LIMITS) if limit.recommended_days is not None
)
# BR 1.6.1, for what is issued from 2026-03-15 on (10 days before, from 2024-03-15).
BR_SHORT_LIVED_DAYS = 7

# SSL Labs gives an F below this.
RSA_BROKEN_BELOW_BITS = 1024
# BR 6.1.5; SP 800-131A: less than 112 bits of security is disallowed for making signatures, since the end of 2013.
RSA_MINIMUM_BITS = 2048
EC_DISALLOWED_BELOW_BITS = 224
# BR 6.1.5 knows no curve below P-256.
EC_MINIMUM_BITS = 256
KEYS_OF_112_BITS_DEMANDED_FROM = date(2014, 1, 1)
SHA1_SIGNATURES_DISALLOWED_FROM = date(2014, 1, 1)

# RFC 6176 prohibits SSL 2.0 from March 2011 on, RFC 7568 SSL 3.0 from June 2015 on. One rule judges both, and before
# the later day it would fail what was allowed.
SSL_PROTOCOLS = ("SSLv2", "SSLv3")
SSL_PROHIBITED_FROM = date(2015, 6, 1)
# RFC 8996 section 6 on DTLS 1.0.
DEPRECATED_TLS_PROTOCOLS = ("TLSv1", "TLSv1.1", "DTLSv1")
TLS_1_0_AND_1_1_PROHIBITED_FROM = date(2021, 3, 1)
TLS_1_3_PROTOCOLS = ("TLSv1.3", "DTLSv1.3")
CURRENT_TLS_PROTOCOLS = ("TLSv1.2", "DTLSv1.2", *TLS_1_3_PROTOCOLS)
TLS_1_2_DEMANDED_FROM = date(2019, 8, 1)

# Mozilla Server Side TLS 5.8 and 6.0 (2026-04-06). 5.8 took the suites with DHE out of intermediate and old; 6.0 has no
# old configuration any more.
MOZILLA_MODERN_LIFESPAN_DAYS = 90.0
MOZILLA_INTERMEDIATE_LIFESPAN_DAYS = 366.0
MOZILLA_OLD_LIFESPAN_DAYS = 366.0
MOZILLA_MODERN_CIPHER_SUITES = (
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
)
MOZILLA_INTERMEDIATE_CIPHER_SUITES = (
    *MOZILLA_MODERN_CIPHER_SUITES,
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
)
MOZILLA_OLD_CIPHER_SUITES = (
    *MOZILLA_INTERMEDIATE_CIPHER_SUITES,
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_RSA_WITH_AES_256_CBC_SHA256",
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
)
# Families of hashes and keys as CertView spells signature algorithms, such as SHA256withRSA.
MOZILLA_MODERN_SIGNATURES = ("SHA256withECDSA", "SHA384withECDSA", "SHA512withECDSA")
MOZILLA_INTERMEDIATE_SIGNATURES = (*MOZILLA_MODERN_SIGNATURES, "SHA256withRSA")

# Names, protocols, cipher suites, grades, vulnerabilities.
RFC_9525 = Citation("RFC 9525", "6", "https://www.rfc-editor.org/rfc/rfc9525#section-6")
RFC_9525_WILDCARDS = Citation("RFC 9525", "7.1", "https://www.rfc-editor.org/rfc/rfc9525#section-7.1")
SSL_LABS_NAMES = Citation("SSL Labs SSL Server Rating Guide", "grade M", _SSL_LABS_URL)
BR_ALTERNATIVE_NAMES = Citation("CA/Browser Forum TLS Baseline Requirements", "7.1.2.7.12", _BR_URL)
BR_INTERNAL_NAMES = Citation("CA/Browser Forum TLS Baseline Requirements", "4.2.2", _BR_URL)
RFC_6762_PRIVATE_NAMES = Citation("RFC 6762", "appendix G", "https://www.rfc-editor.org/rfc/rfc6762#appendix-G")
# Top-level domains that are in use inside networks and can never be delegated, or will not be: RFC 6761, RFC 6762
# appendix G, RFC 8375, and ICANN's reservation of .internal (2024-07-29).
INTERNAL_DOMAINS = (
    *("corp", "home", "home.arpa", "internal", "intranet", "invalid", "lan", "local", "localdomain", "localhost"),
    *("private", "test"),
)
# BR 4.2.2: no certificate with such a name is to be valid any more from then on.
BR_INTERNAL_NAMES_PROHIBITED_FROM = date(2016, 10, 1)

# SP 800-52 Rev. 2, 3.1: servers are to support TLS 1.3 by then.
TLS_1_3_DEMANDED_FROM = date(2024, 1, 1)
MOZILLA_PROTOCOLS = Citation("Mozilla Server Side TLS 5.8", "modern: TLS 1.3", _MOZILLA_URL)

RFC_9325_CIPHER_SUITES = Citation("RFC 9325", "4.1", "https://www.rfc-editor.org/rfc/rfc9325#section-4.1")
RFC_9325_AEAD = Citation("RFC 9325", "4.2", "https://www.rfc-editor.org/rfc/rfc9325#section-4.2")
RFC_7465 = Citation("RFC 7465", "2", "https://www.rfc-editor.org/rfc/rfc7465#section-2")
SWEET32 = Citation("SWEET32", "CVE-2016-2183", "https://sweet32.info/")
SSL_LABS_WEAK_CIPHERS = Citation("SSL Labs SSL Server Rating Guide", "grade F for export and NULL", _SSL_LABS_URL)
SSL_LABS_64_BIT_BLOCKS = Citation("SSL Labs SSL Server Rating Guide", "grade C for 64-bit blocks", _SSL_LABS_URL)
SSL_LABS_FORWARD_SECRECY = Citation("SSL Labs SSL Server Rating Guide", "grade B without it", _SSL_LABS_URL)
MOZILLA_CIPHER_SUITES = Citation("Mozilla Server Side TLS 5.8", "cipher suites", _MOZILLA_URL)
_CERTVIEW_GRADES_URL = "https://qualysguard.qg1.apps.qualys.ca/certview/help/assets/ssl_grading.htm"
CERTVIEW_CATEGORIES = Citation("Qualys Certificate View online help", "SSL grading, ciphers", _CERTVIEW_GRADES_URL)
# RFC 9325 4.1: suites with less must not be negotiated; the same in RFC 7525 from May 2015 on.
CIPHER_MINIMUM_BITS = 112
WEAK_CIPHERS_PROHIBITED_FROM = date(2015, 5, 1)
RC4_PROHIBITED_FROM = date(2015, 2, 1)

SSL_LABS_GRADE = Citation("SSL Labs SSL Server Rating Guide", "grades", _SSL_LABS_URL)
CERTVIEW_GRADE = Citation("Qualys Certificate View online help", "SSL grading", _CERTVIEW_GRADES_URL)
QUALYS_SEVERITIES = Citation(
    "Qualys Vulnerability Management online help",
    "severity levels",
    "https://qualysguard.qg2.apps.qualys.com/qwebhelp/fo_portal/knowledgebase/severity_levels.htm",
)
PCI_DSS_11_3 = Citation("PCI DSS 4.0.1", "11.3", "https://www.pcisecuritystandards.org/document_library/")
QUALYS_SEVERITY_LEVELS = range(1, 6)
# 1 and 2 are information and small leaks of it.
VULNERABILITY_SEVERITIES = {5: "critical", 4: "high", 3: "medium"}
VULNERABLE_FROM_LEVEL = min(VULNERABILITY_SEVERITIES)

# Keys, signatures, trust.
_IR_8547_URL = "https://doi.org/10.6028/NIST.IR.8547.ipd"
IR_8547_SIGNATURES = Citation("NIST IR 8547, initial public draft (IPD)", "4.1.1, table 2", _IR_8547_URL)
_SP_800_131A_R3_URL = "https://doi.org/10.6028/NIST.SP.800-131Ar3.ipd"
SP_800_131A_R3_112_BITS = Citation("NIST SP 800-131A Rev. 3, initial public draft (IPD)", "3", _SP_800_131A_R3_URL)
SP_800_131A_R3_HASHES = Citation("NIST SP 800-131A Rev. 3, initial public draft (IPD)", "9", _SP_800_131A_R3_URL)
FIPS_186_5_DSA = Citation("FIPS 186-5", "4, DSA", "https://doi.org/10.6028/NIST.FIPS.186-5")
MOZILLA_KEYS = Citation("Mozilla Server Side TLS 5.8", "modern compatibility, certificate type", _MOZILLA_URL)
MOZILLA_CURVES = Citation("Mozilla Server Side TLS 5.8", "TLS curves, X25519MLKEM768", _MOZILLA_URL)
MOZILLA_SIGNATURES = Citation("Mozilla Server Side TLS 5.8", "certificate signatures", _MOZILLA_URL)
RFC_5280_ISSUER = Citation("RFC 5280", "4.1.2.4", "https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.4")
BR_REVOCATION = Citation("CA/Browser Forum TLS Baseline Requirements", "4.9.1.1", _BR_URL)
CERTVIEW_APPROVED_CAS = Citation(
    "Qualys Certificate View online help",
    "Certificate Authorities, Approved CAs",
    "https://docs.qualys.com/en/certview/latest/certificates/certificate_authorities.htm",
)

# SP 800-57 part 1 Rev. 5, table 2: RSA of fewer bits has less than 128 bits of security.
RSA_128_BITS_SECURITY_BITS = 3072
# IR 8547 (draft): 112 bits of security are deprecated after 2030; RSA and elliptic curves of any size are disallowed
# after 2035. The first instants after these years.
RSA_112_BITS_DEPRECATED_FROM = datetime(2031, 1, 1, tzinfo=timezone.utc)
QUANTUM_VULNERABLE_DISALLOWED_FROM = datetime(2036, 1, 1, tzinfo=timezone.utc)
# BR 6.1.5: P-256, P-384, P-521, and moduli of whole octets.
BR_EC_SIZES = frozenset({256, 384, 521})
BR_RSA_MULTIPLE_OF_BITS = 8
