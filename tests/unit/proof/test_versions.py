# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whichever version of the API tells of a certificate, no rule passes it by one and fails it by another."""

from __future__ import annotations

import pytest
from ansible_collections.community.qualys.plugins.module_utils._rules.model import (
    CERTIFICATE,
    FAIL,
    NOT_APPLICABLE,
    NOT_EVALUATED,
    PASS,
    Context,
    subject_of,
)
from ansible_collections.community.qualys.plugins.module_utils._rules.registry import RULES
from unit.client.support import AS_OF
from unit.proof.conftest import VERSIONS, Records, fetched
from unit.proof.corpus import corpus
from unit.proof.independent import read
from unit.proof.serving_foreign import Scanned, serving

_JUDGED = [rule for rule in RULES.values() if rule.scope == CERTIFICATE]

_DSA = {
    "x509/PKITS_data/certs/DSACACert.crt",
    "x509/PKITS_data/certs/InvalidDSASignatureTest6EE.crt",
    "x509/PKITS_data/certs/ValidDSASignaturesTest4EE.crt",
    "x509/custom/dsa_null_alg_params.pem",
    "x509/custom/dsa_selfsigned_ca.pem",
    "x509/san_edipartyname.der",
    "x509/san_x400address.der",
}
_1024_BITS = _DSA - {"x509/custom/dsa_null_alg_params.pem", "x509/custom/dsa_selfsigned_ca.pem"}
# v1 tells no algorithm of the key, and the certificate is not there to read: 1024 bits and more are taken for RSA, 256
# for EC. Nor does it tell the type: what has an alternative name is taken for a leaf.
_EXPLAINED = {
    "KEY-002": _1024_BITS,
    "KEY-003": _DSA,
    "KEY-005": _DSA,
    "KEY-007": {"x509/ed25519/server-ed25519-cert.pem"},
    "NAM-002": {"x509/custom/negative_serial.pem"},
}


def test_no_rule_raises_and_versions_do_not_contradict_each_other(records: Records) -> None:
    contradictions: dict[str, set[str]] = {}
    for name, encoded in corpus():
        certhash = read(encoded)["certhash"]
        if certhash not in records["v2.2"]:
            continue
        subjects = [subject_of(records[version][certhash], Context(AS_OF)) for version in VERSIONS]
        for rule in _JUDGED:
            verdicts = [rule.judge(subject) for subject in subjects]
            outcomes = {verdict.outcome for verdict in verdicts}
            assert outcomes <= {PASS, FAIL, NOT_APPLICABLE, NOT_EVALUATED}
            assert all(verdict.message for verdict in verdicts if verdict.outcome in (FAIL, NOT_EVALUATED)), rule.id
            if FAIL in outcomes and outcomes & {PASS, NOT_APPLICABLE}:
                contradictions.setdefault(rule.id, set()).add(name)
    assert {rule: sorted(names) for rule, names in contradictions.items()} == {
        rule: sorted(names) for rule, names in _EXPLAINED.items()
    }


@pytest.mark.parametrize("version", ["v2", "v2.2"])
def test_both_spellings_that_were_seen_give_the_same_records(estate: Scanned, records: Records, version: str) -> None:
    """The certificate as PEM or as bare Base64, elliptic curves as EC or as ECC."""
    with serving(estate.certificates) as gateway:
        gateway.certview.context.quirks.bare_raw_data = True
        gateway.certview.context.quirks.ec_name = "ECC"
        respelled = fetched(gateway.url, version)
    assert {certhash: {**record, "raw_data": None} for certhash, record in respelled.items()} == {
        certhash: {**record, "raw_data": None} for certhash, record in records[version].items()
    }
    assert all("BEGIN" not in record["raw_data"] for record in respelled.values())
