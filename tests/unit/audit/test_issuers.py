# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who counts as a public CA, and what the issuer of a certificate is called."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import certifi
import pytest
from ansible_collections.community.qualys.plugins.module_utils._rules.issuers import is_public_ca, names_of_issuer
from ansible_collections.community.qualys.plugins.module_utils._rules.model import Lists
from ansible_collections.community.qualys.plugins.module_utils._rules.public_cas import NEWEST_SOURCE, PUBLIC_CAS
from cryptography import x509
from hypothesis import given
from unit.audit.estates import record
from unit.client.support import JSON_VALUES

CERTIFI = Path(certifi.where())
NEW_ORGANISATIONS_BEFORE_THE_LIST_IS_OLD = 5


def organisations_of_mozillas_roots() -> set[str]:
    """Of the one root that has no organisation, the name."""
    found: set[str] = set()
    for block in re.findall(rb"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----", CERTIFI.read_bytes()):
        try:
            root = x509.load_pem_x509_certificate(block)
        except ValueError:  # One has the serial number 0, which cryptography announces to refuse.
            continue
        organisations = root.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
        names = organisations or root.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        found.update(str(name.value) for name in names)
    return found


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_every_organisation_in_mozillas_store_is_a_public_ca() -> None:
    """A newer certifi may know a few more; the build is not to fail on the day on which it appears."""
    roots = organisations_of_mozillas_roots()
    assert len(roots) > 40
    missing = {name for name in roots if not is_public_ca(issued_by(organization=name), Lists())}
    installed = tuple(map(int, certifi.__version__.split(".")[:3]))
    allowed = NEW_ORGANISATIONS_BEFORE_THE_LIST_IS_OLD if installed > NEWEST_SOURCE else 0
    assert len(missing) <= allowed, missing


def test_the_list_is_in_order_and_without_doubles() -> None:
    folded = [name.casefold() for name in PUBLIC_CAS]
    assert folded == sorted(set(folded))
    assert all(name == name.strip() for name in PUBLIC_CAS)


def issued_by(name: t.Any = "CA", organization: t.Any = None, root: t.Any = None, **changes: t.Any) -> dict[str, t.Any]:
    return record(issuer={"name": name, "organization": organization}, root_issuer=root, **changes)


@pytest.mark.parametrize(
    ("certificate", "expected"),
    [
        (issued_by(organization="Let's Encrypt"), True),
        (issued_by(organization=" let's ENCRYPT "), True),
        (issued_by(organization="DigiCert Inc"), True),
        (issued_by(organization="Corp"), False),
        (issued_by(organization="Corp", root={"organization": "Sectigo Limited"}), True),
        (issued_by(organization="Corp", root={"organization": "Corp"}), False),
        (issued_by(organization="CloudFlare, Inc."), False),
        (issued_by(name="corp-DC01-CA"), False),
        (issued_by(name="Autoridad de Certificacion Firmaprofesional CIF A62634068"), True),
        (issued_by(name=None), None),
        (record(issuer=None), None),
        (record(issuer="Let's Encrypt"), None),
        (issued_by(organization="Amazon", self_signed=True), False),
        (issued_by(organization="Amazon", self_signed=True, type="Root"), True),
    ],
)
def test_public_cas(certificate: dict[str, t.Any], expected: bool | None) -> None:
    assert is_public_ca(certificate, Lists()) is expected


def test_the_user_knows_more_public_cas() -> None:
    lists = Lists(public_cas=(" Corp ",))
    assert is_public_ca(issued_by(organization="CORP"), lists) is True
    assert is_public_ca(issued_by(organization="Corp 2"), lists) is False


def test_names_of_the_issuer_and_of_its_root() -> None:
    certificate = issued_by("R11", "Let's Encrypt", {"name": "ISRG Root X1", "organization": "Let's Encrypt"})
    assert names_of_issuer(certificate) == ("R11", "Let's Encrypt", "ISRG Root X1")
    assert names_of_issuer(issued_by(name=" ", root=[])) == ()


@given(issuer=JSON_VALUES, root=JSON_VALUES, self_signed=JSON_VALUES)
def test_any_json_is_an_issuer_or_none(issuer: t.Any, root: t.Any, self_signed: t.Any) -> None:
    certificate = record(issuer=issuer, root_issuer=root, self_signed=self_signed, type=root)
    assert is_public_ca(certificate, Lists()) in (True, False, None)
    assert all(isinstance(name, str) and name for name in names_of_issuer(certificate))
