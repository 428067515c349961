# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every threshold, date and citation that comes from a standard, so that a correction is made in one place.

Note that this is a private module of the collection: its names may change without notice.
"""

from __future__ import annotations

from datetime import date

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

# SSL Labs gives an F below this.
RSA_BROKEN_BELOW_BITS = 1024
# BR 6.1.5; SP 800-131A: less than 112 bits of security is disallowed for making signatures, since the end of 2013.
RSA_MINIMUM_BITS = 2048
EC_DISALLOWED_BELOW_BITS = 224
# BR 6.1.5 knows no curve below P-256.
EC_MINIMUM_BITS = 256
KEYS_OF_112_BITS_DEMANDED_FROM = date(2014, 1, 1)
SHA1_SIGNATURES_DISALLOWED_FROM = date(2014, 1, 1)

SSL_PROTOCOLS = ("SSLv2", "SSLv3")
SSL_PROHIBITED_FROM = date(2011, 3, 1)
DEPRECATED_TLS_PROTOCOLS = ("TLSv1", "TLSv1.1")
TLS_1_0_AND_1_1_PROHIBITED_FROM = date(2021, 3, 1)
CURRENT_TLS_PROTOCOLS = ("TLSv1.2", "TLSv1.3")
TLS_1_2_DEMANDED_FROM = date(2019, 8, 1)
