# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the rules on cipher suites say, whatever the form in which the suites are told."""

from __future__ import annotations

import re
import ssl
import typing as t
from collections.abc import Mapping

import pytest
from ansible_collections.community.qualys.plugins.module_utils._rules import cipher
from ansible_collections.community.qualys.plugins.module_utils._rules.cipher_names import cipher_suite
from ansible_collections.community.qualys.plugins.module_utils._rules.model import (
    DOES_NOT_APPLY,
    FAIL,
    NOT_APPLICABLE,
    NOT_EVALUATED,
    PASS,
    PASSED,
    Context,
    Lists,
    Subject,
    Verdict,
    failed,
    not_evaluated,
)
from ansible_collections.community.qualys.plugins.module_utils._rules.profiles import PROFILES
from ansible_collections.community.qualys.plugins.module_utils._rules.standards import (
    MOZILLA_INTERMEDIATE_CIPHER_SUITES,
    MOZILLA_MODERN_CIPHER_SUITES,
    MOZILLA_OLD_CIPHER_SUITES,
)
from hypothesis import given
from hypothesis import strategies as st
from unit.audit.estates import AS_OF

RULES = {rule.id: rule for rule in cipher.RULES}
BY_NAME = ("CIP-001", "CIP-002", "CIP-003", "CIP-004", "CIP-005")
SOUND = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
NOTHING_TOLD = not_evaluated("cipher suites of the instance not reported")


def judge(rule: str, suites: object, allowed: tuple[str, ...] = ()) -> Verdict:
    context = Context(AS_OF, lists=Lists(cipher_suites=allowed))
    return RULES[rule].judge(Subject(context, instance={"cipher_suites": suites}))


def failing(suite: object) -> set[str]:
    """The rules of those that judge by name that one suite breaks; all others pass."""
    verdicts = {rule: judge(rule, [suite]).outcome for rule in BY_NAME}
    assert set(verdicts.values()) <= {PASS, FAIL}
    return {rule for rule, outcome in verdicts.items() if outcome == FAIL}


@pytest.mark.parametrize(
    ("suite", "broken"),
    [
        ("TLS_AES_256_GCM_SHA384", ""),
        ("TLS_CHACHA20_POLY1305_SHA256", ""),
        ("TLS_AES_128_CCM_8_SHA256", ""),
        ("TLS_SM4_GCM_SM3", ""),
        ("TLS_AEGIS_128L_SHA256", ""),
        ("TLS_SHA256_SHA256", "1"),
        ("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", ""),
        ("TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256", ""),
        ("TLS_DHE_RSA_WITH_AES_256_CBC_SHA256", "5"),
        ("TLS_ECDH_RSA_WITH_AES_128_GCM_SHA256", "4"),
        ("TLS_DH_RSA_WITH_AES_128_GCM_SHA256", "4"),
        ("TLS_PSK_WITH_AES_128_CCM_8", "4"),
        ("TLS_RSA_WITH_AES_128_GCM_SHA256", "4"),
        ("TLS_RSA_WITH_SEED_CBC_SHA", "45"),
        ("TLS_RSA_WITH_3DES_EDE_CBC_SHA", "345"),
        ("SSL_RSA_WITH_3DES_EDE_CBC_SHA", "345"),
        ("SSL_CK_DES_192_EDE3_CBC_WITH_MD5", "345"),
        ("TLS_RSA_WITH_IDEA_CBC_SHA", "345"),
        ("TLS_ECDHE_RSA_WITH_RC4_128_SHA", "2"),
        ("TLS_RSA_WITH_RC4_128_MD5", "24"),
        ("SSL_CK_RC4_128_WITH_MD5", "24"),
        ("SSL_CK_RC4_64_WITH_MD5", "124"),
        ("SSL_CK_RC4_128_EXPORT40_WITH_MD5", "124"),
        ("SSL_CK_RC2_128_CBC_WITH_MD5", "345"),
        ("TLS_DHE_RSA_WITH_DES_CBC_SHA", "135"),
        ("TLS_RSA_EXPORT_WITH_DES40_CBC_SHA", "1345"),
        ("TLS_KRB5_EXPORT_WITH_RC4_40_MD5", "124"),
        ("TLS_RSA_EXPORT1024_WITH_RC4_56_SHA", "124"),
        ("SSL_FORTEZZA_KEA_WITH_FORTEZZA_CBC_SHA", "145"),
        ("TLS_DH_anon_WITH_AES_128_GCM_SHA256", "1"),
        ("TLS_ECDH_anon_WITH_AES_256_CBC_SHA", "15"),
        ("TLS_ECDH_ANON_WITH_NULL_SHA", "1"),
        ("TLS_RSA_WITH_NULL_SHA256", "14"),
        ("TLS_NULL_WITH_NULL_NULL", "14"),
        ("TLS_GOSTR341112_256_WITH_KUZNYECHIK_MGM_L", ""),
        ("TLS_GOSTR341112_256_WITH_KUZNYECHIK_CTR_OMAC", "4"),
        ("ECDHE-RSA-AES128-GCM-SHA256", ""),
        ("ECDHE-RSA-AES256-SHA384", "5"),
        ("DHE-RSA-CHACHA20-POLY1305", ""),
        ("AES128-SHA", "45"),
        ("AES256-CCM8", "4"),
        ("DES-CBC3-SHA", "345"),
        ("ECDHE-ECDSA-DES-CBC3-SHA", "35"),
        ("EDH-RSA-DES-CBC-SHA", "135"),
        ("EXP-RC2-CBC-MD5", "1345"),
        ("EXP1024-DES-CBC-SHA", "1345"),
        ("RC4-MD5", "24"),
        ("NULL-SHA", "14"),
        ("ADH-AES128-SHA", "15"),
        ("AECDH-NULL-SHA", "1"),
        ("SRP-RSA-3DES-EDE-CBC-SHA", "35"),
    ],
)
def test_what_each_suite_breaks(suite: str, broken: str) -> None:
    assert failing(suite) == {f"CIP-00{digit}" for digit in broken}
    assert failing(suite.lower()) == failing(suite)


@pytest.mark.parametrize(
    ("short", "iana"),
    [
        ("AES256-SHA", "TLS_RSA_WITH_AES_256_CBC_SHA"),
        ("AES128-CCM8", "TLS_RSA_WITH_AES_128_CCM_8"),
        ("ECDHE-ARIA256-GCM-SHA384", "TLS_ECDHE_RSA_WITH_ARIA_256_GCM_SHA384"),
        ("DHE-PSK-AES128-CCM8", "TLS_PSK_DHE_WITH_AES_128_CCM_8"),
        ("ECDHE-PSK-AES128-CBC-SHA", "TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA"),
        ("ECDHE-RSA-CHACHA20-POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
        ("ECDHE-RSA-CHACHA20-POLY1305-SHA256", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305"),
        ("SRP-DSS-AES-128-CBC-SHA", "TLS_SRP_SHA_DSS_WITH_AES_128_CBC_SHA"),
        ("PSK-CAMELLIA256-SHA384", "TLS_PSK_WITH_CAMELLIA_256_CBC_SHA384"),
        ("EXP-EDH-RSA-DES-CBC-SHA", "TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA"),
        ("EXP-RC4-MD5", "TLS_RSA_EXPORT_WITH_RC4_40_MD5"),
        ("IDEA-CBC-SHA", "TLS_RSA_WITH_IDEA_CBC_SHA"),
        ("AECDH-DES-CBC3-SHA", "TLS_ECDH_anon_WITH_3DES_EDE_CBC_SHA"),
        ("RSA-PSK-NULL-SHA256", "TLS_RSA_PSK_WITH_NULL_SHA256"),
    ],
)
def test_both_spellings_are_one_suite(short: str, iana: str) -> None:
    assert cipher_suite(short) is not None
    assert cipher_suite(short) == cipher_suite(iana)


def openssl_suites() -> list[Mapping[str, t.Any]]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    return context.get_ciphers()


def test_every_suite_of_openssl_is_judged_as_openssl_describes_it() -> None:
    suites = openssl_suites()
    assert len(suites) > 50
    for suite in suites:
        told = dict(word.split("=") for word in re.findall(r"(?:Kx|Au|Enc|Mac)=[^ ]+", suite["description"]))
        expected = {
            "CIP-001": told["Enc"] == "None" or told["Au"] == "None" or suite["strength_bits"] < 112,
            "CIP-002": told["Enc"].startswith("RC4"),
            "CIP-003": re.match(r"3?DES|IDEA|RC2", told["Enc"]) is not None,
            "CIP-004": told["Kx"] not in ("any", "DH", "ECDH", "DHEPSK", "ECDHEPSK", "SRP"),
            "CIP-005": told["Mac"] != "AEAD" and told["Enc"] != "None" and not told["Enc"].startswith("RC4"),
        }
        assert failing(suite["name"]) == {rule for rule, breaks in expected.items() if breaks}, suite["description"]


@pytest.mark.parametrize(
    "told",
    [
        {"TLSv1.2": [{"name": SOUND, "keyExchange": "ECDH", "encryptionKeyStrength": 128, "category": "Good"}]},
        {"TLSv1.2": [SOUND], "TLSv1.3": None},
        {"TLSv1.2": SOUND, "TLSv1.1": []},
        [{"name": f" {SOUND} "}],
        [SOUND, "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"],
        (SOUND, SOUND),
    ],
)
def test_every_form_is_read(told: t.Any) -> None:
    assert [judge(rule, told) for rule in BY_NAME] == [PASSED] * len(BY_NAME)
    with_rc4 = {**told, "SSLv3": [{"name": "RC4-SHA"}]} if isinstance(told, Mapping) else [*told, "RC4-SHA"]
    assert judge("CIP-002", with_rc4) == failed("offers RC4-SHA")


@pytest.mark.parametrize("told", [None, [], {}, {"TLSv1.2": []}, {"TLSv1.2": None}, ["TLS_FALLBACK_SCSV"]])
def test_without_suites_nothing_is_judged(told: object) -> None:
    for rule in (*BY_NAME, "CIP-007"):
        assert judge(rule, told) == NOTHING_TOLD
    assert judge("CIP-006", told, (SOUND,)) == NOTHING_TOLD
    assert RULES["CIP-001"].judge(Subject(Context(AS_OF))) == NOTHING_TOLD


@pytest.mark.parametrize("told", [[7], 7, True, "", [[]], {"a": {"b": []}}, [{"name": None}], [None], [{}]])
def test_what_cannot_be_read_does_not_pass_and_does_not_hide_what_can(told: t.Any) -> None:
    for rule in BY_NAME:
        assert judge(rule, told) == not_evaluated("unknown cipher suite (unreadable)")
    assert judge("CIP-003", {"a": told, "b": ["DES-CBC3-SHA"]}) == failed("offers DES-CBC3-SHA")


@pytest.mark.parametrize("name", ["TLS_RSA_AES_128_CBC_SHA1", "TLS_RSA_WITH_ROT13_SHA", "0x1301", "TLS_", "ECDHE-RSA"])
def test_an_unknown_suite_does_not_pass(name: str) -> None:
    for rule in BY_NAME:
        assert judge(rule, [SOUND, name]) == not_evaluated(f"unknown cipher suite {name}")


@pytest.mark.parametrize(
    ("name", "strength", "message"),
    [
        (SOUND, 111, f"offers {SOUND} (111 bits; at least 112 needed)"),
        (SOUND, "40", f"offers {SOUND} (40 bits; at least 112 needed)"),
        ("UNHEARD-OF", 56, "offers UNHEARD-OF (56 bits; at least 112 needed)"),
        ("UNHEARD-OF", 0, "offers UNHEARD-OF (0 bits; at least 112 needed)"),
        ("DES-CBC-SHA", 128, "offers DES-CBC-SHA (56 bits; at least 112 needed)"),
        ("NULL-SHA", 128, "offers NULL-SHA (no encryption)"),
        ("ADH-AES128-SHA", 128, "offers ADH-AES128-SHA (no authentication)"),
        ("TLS_RSA_EXPORT1024_WITH_AES_128_CBC_SHA", 128, "offers TLS_RSA_EXPORT1024_WITH_AES_128_CBC_SHA (export)"),
    ],
)
def test_cip_001_tells_why(name: str, strength: object, message: str) -> None:
    assert judge("CIP-001", [{"name": name, "encryptionKeyStrength": strength}]) == failed(message)


@pytest.mark.parametrize("strength", [0, 112, 128, None, "many", True, [], "9" * 9])
def test_cip_001_passes_a_sound_suite(strength: object) -> None:
    assert judge("CIP-001", [{"name": SOUND, "encryptionKeyStrength": strength}]) == PASSED


def test_many_suites_are_counted_in_one_order() -> None:
    names = [f"{exchange}-RC4-SHA" for exchange in ("RSA-PSK", "PSK", "ECDHE-RSA", "ECDHE-ECDSA", "ADH", "AECDH")]
    message = "offers ADH-RC4-SHA, AECDH-RC4-SHA, ECDHE-ECDSA-RC4-SHA, ECDHE-RSA-RC4-SHA, PSK-RC4-SHA and 1 more"
    assert judge("CIP-002", names) == judge("CIP-002", [*reversed(names), *names]) == failed(message)
    assert len(judge("CIP-002", ["RC4" + " " * 5 + "x" * 1000, "RC4-SHA"]).message) < 100


def test_cip_006_compares_suites_and_not_spellings() -> None:
    assert judge("CIP-006", [SOUND]) == DOES_NOT_APPLY
    for told in (SOUND, SOUND.lower(), "ECDHE-RSA-AES128-GCM-SHA256"):
        assert judge("CIP-006", [told], (SOUND,)) == PASSED
        assert judge("CIP-006", [SOUND], (told,)) == PASSED
    assert judge("CIP-006", [SOUND, "AES128-SHA"], (SOUND,)) == failed("offers AES128-SHA")
    assert judge("CIP-006", [SOUND, "X-NEW"], (SOUND,)) == not_evaluated("unknown cipher suite X-NEW")
    assert judge("CIP-006", ["x-new"], (SOUND, "X-NEW")) == PASSED


def test_the_lists_of_mozilla() -> None:
    modern, intermediate, old = (
        set(PROFILES[f"mozilla-{name}"].lists["cipher_suites"]) for name in ("modern", "intermediate", "old")
    )
    assert (modern, intermediate, old) == (
        set(MOZILLA_MODERN_CIPHER_SUITES),
        set(MOZILLA_INTERMEDIATE_CIPHER_SUITES),
        set(MOZILLA_OLD_CIPHER_SUITES),
    )
    assert (len(modern), len(intermediate), len(old)) == (3, 9, 24)
    assert modern < intermediate < old
    assert not [name for name in old if "_DHE_" in name]
    known = {cipher_suite(suite["name"]) for suite in openssl_suites()}
    for name in intermediate:
        suite = cipher_suite(name)
        assert suite in known
        assert suite is not None
        assert suite.name == name
        assert failing(name) == set()
    assert all(judge("CIP-006", [name], tuple(old)) == PASSED for name in old)
    assert {rule for name in old for rule in failing(name)} == {"CIP-003", "CIP-004", "CIP-005"}


@pytest.mark.parametrize(
    ("categories", "verdict"),
    [
        (["Good"], PASSED),
        (["Good", "Neutral"], PASSED),
        (["Good", "Weak"], failed("offers weak TLS_1", severity="medium")),
        (["INSECURE", "Weak"], failed("offers insecure TLS_0; weak TLS_1", severity="high")),
        ([None, "Weak"], failed("offers weak TLS_1", severity="medium")),
        ([None], not_evaluated("category of the cipher suites not reported")),
        (["Good", None], not_evaluated("category of the cipher suites not reported")),
        (["Good", " "], not_evaluated("category of the cipher suites not reported")),
        ([7], not_evaluated("category of the cipher suites not reported")),
    ],
)
def test_cip_007_reads_the_category(categories: list[object], verdict: Verdict) -> None:
    told = [{"name": f"TLS_{number}", "category": category} for number, category in enumerate(categories)]
    assert judge("CIP-007", {"TLSv1.2": told}) == verdict


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([SOUND, "RC4-SHA"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["name", "category"]), inner),
)
WORDS = st.sampled_from(
    (
        *(
            "",
            "TLS",
            "SSL",
            "CK",
            "RSA",
            "DHE",
            "ECDH",
            "anon",
            "EXPORT",
            "EXPORT40",
            "WITH",
            "AES",
            "128",
            "GCM",
            "CBC",
        ),
        *("SHA", "NULL", "RC4", "DES", "EDE3", "99999999999"),
    )
)


@given(JSON)
def test_no_json_makes_a_rule_raise(told: object) -> None:
    for rule in RULES:
        verdict = judge(rule, told, (SOUND,))
        assert verdict.outcome in (PASS, FAIL, NOT_EVALUATED, NOT_APPLICABLE)
        assert bool(verdict.message) == (verdict.outcome in (FAIL, NOT_EVALUATED))


@given(st.lists(WORDS).map("_".join) | st.lists(WORDS).map("-".join) | st.text())
def test_no_name_makes_a_rule_raise_and_none_passes_that_is_unknown(name: str) -> None:
    known = cipher_suite(name) is not None
    for rule in BY_NAME:
        assert (judge(rule, [name]).outcome in (PASS, FAIL)) == (known and not name.strip().upper().endswith("_SCSV"))
