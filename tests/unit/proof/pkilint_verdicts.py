# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `pkilint`, DigiCert's checker of certificates, says where our rules know the same fact.

Each certificate is taken for the leaf of a public CA (domain validated), whatever it is: the question is whether both
find the same faults, and the more certificates, the better.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from pkilint import loader, validation
from pkilint.cabf import serverauth
from pkilint.cabf.serverauth import serverauth_key
from pkilint.cabf.serverauth.serverauth_constants import CertificateType
from pkilint.pkix import certificate
from pkilint.pkix.certificate import certificate_validity

_FAULTS: Mapping[str, re.Pattern[str]] = {
    "longer than allowed": re.compile(r"cabf\.serverauth\.certificate_validity_period_exceeds_(398|200|100|47)_days"),
    # Which it tells only where the period is not longer than allowed.
    "longer than recommended": re.compile(r"cabf\.serverauth\.certificate_validity_period_exceeds_\d+_days"),
    "length of the RSA key": re.compile(r"cabf\.rsa_modulus_invalid_length"),
    "kind of the key": re.compile(r"cabf\.serverauth\.prohibited_subject_public_key_algorithm_encoding"),
    "signature": re.compile(r"cabf\.serverauth\.prohibited_signature_algorithm_encoding"),
}
FAULTS = tuple(_FAULTS)


@functools.cache
def _checker() -> validation.ValidatorContainer:
    # Only what is compared: all of its some hundred checks take ten times as long.
    return certificate.create_pkix_certificate_validator_container(
        serverauth.create_decoding_validators(),
        [
            serverauth.create_validity_validator_container(
                CertificateType.DV_FINAL_CERTIFICATE, certificate_validity.CertificateValidityPeriodStartRetriever()
            ),
            serverauth.create_spki_validator_container(),
            serverauth_key.ServerauthAllowedSignatureAlgorithmEncodingValidator(
                path="certificate.tbsCertificate.signature"
            ),
        ],
    )


def faults(encoded: bytes) -> frozenset[str]:
    """Return which of FAULTS it finds. Raises ValueError where it does not read the certificate."""
    document = loader.RFC5280CertificateDocumentLoader().load_der_document(encoded)
    codes = {
        described.finding.code
        for result in _checker().validate(document.root)
        for described in result.finding_descriptions
    }
    return frozenset(fault for fault, told in _FAULTS.items() if any(told.fullmatch(code) for code in codes))
