# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import json
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils import _leaf_import
from ansible_collections.community.qualys.plugins.module_utils._answers import Answer
from ansible_collections.community.qualys.plugins.module_utils._certificate_file import contents_of, is_certificate
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._importing import contents_from, ensured_certificates
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509 import load_der_x509_certificate
from hypothesis import given
from hypothesis import strategies as st
from support.certificates import Made, made_certificate, private_key
from support.simulator import running_simulator
from unit.client.support import (
    AS_OF,
    JSON_VALUES,
    ClientFactory,
    Received,
    Reply,
    ScriptedServer,
    Simulator,
    jwt,
)

ONE, TWO, THREE = (made_certificate(f"{name}.example") for name in ("one", "two", "three"))
AUTHORITY = made_certificate("Example CA", authority=True)
KEY = load_pem_private_key(private_key(), None)

SECRETS = {
    "PKCS #8": private_key(Encoding.DER, PrivateFormat.PKCS8),
    "SEC 1": private_key(Encoding.DER, PrivateFormat.TraditionalOpenSSL),
    "encrypted PKCS #8": KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")),
    "PKCS #12": serialize_key_and_certificates(
        b"name",
        KEY,
        load_der_x509_certificate(ONE.der),
        None,
        BestAvailableEncryption(b"secret"),  # type: ignore[arg-type]
    ),
}


class TestFile:
    @pytest.mark.parametrize(
        "data",
        [
            ONE.der,
            ONE.pem.encode(),
            base64.b64encode(ONE.der),
            base64.encodebytes(ONE.der),
            ONE.pem.replace("CERTIFICATE", "X509 CERTIFICATE").encode(),
            ONE.pem.replace("\n", "\r\n").encode(),
            f"subject=CN = one.example\n{ONE.pem}trailing words".encode(),
            f"\ufeff{ONE.pem}{ONE.pem}".encode(),
        ],
    )
    def test_a_certificate_is_found_once_in_any_encoding(self, data: bytes) -> None:
        assert contents_of(data) == ({ONE.certhash: ONE.der}, 0, 0)

    def test_many_are_found_in_their_order(self) -> None:
        found = contents_of((TWO.pem + ONE.pem + THREE.pem).encode())
        assert [*found.certificates] == [TWO.certhash, ONE.certhash, THREE.certhash]

    def test_whatever_else_a_file_holds_is_left_out(self) -> None:
        old_style = (
            b"-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0102\n\nAAAA\n"
            b"-----END EC PRIVATE KEY-----\n"
        )
        found = contents_of(private_key() + ONE.pem.encode() + old_style + TWO.pem.encode())
        assert found == ({ONE.certhash: ONE.der, TWO.certhash: TWO.der}, 2, 0)

    @pytest.mark.parametrize("form", SECRETS)
    def test_no_form_of_a_private_key_is_taken_for_a_certificate(self, form: str) -> None:
        secret = SECRETS[form]
        pretended = b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(secret) + b"-----END CERTIFICATE-----\n"
        assert not is_certificate(secret)
        assert contents_of(secret).certificates == contents_of(base64.b64encode(secret)).certificates == {}
        assert contents_of(pretended) == ({}, 0, 1)

    @pytest.mark.parametrize("hexadecimal", ["3004 3000 3000", "3006 3000 3000 0400", "3008 3000 3000 0300 0500", "30"])
    def test_three_elements_of_their_kinds_make_a_certificate(self, hexadecimal: str) -> None:
        assert is_certificate(bytes.fromhex("3006 3000 3000 0300"))
        assert not is_certificate(bytes.fromhex(hexadecimal))

    def test_a_public_key_is_no_certificate(self) -> None:
        assert not is_certificate(KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))

    @pytest.mark.parametrize(
        "damage",
        [
            lambda pem: pem.replace("-----END CERTIFICATE-----", ""),
            lambda pem: pem[: len(pem) // 2],
            lambda pem: pem[:60] + pem[64:],
            lambda pem: f"{pem[:60]}!{pem[61:]}",
        ],
    )
    def test_a_damaged_certificate_is_counted_and_not_passed_over(self, damage: t.Callable[[str], str]) -> None:
        assert contents_of((TWO.pem + damage(ONE.pem)).encode()) == ({TWO.certhash: TWO.der}, 0, 1)

    @given(data=st.binary() | st.binary().map(lambda data: b"-----BEGIN CERTIFICATE-----" + base64.b64encode(data)))
    def test_no_content_raises(self, data: bytes) -> None:
        assert contents_of(data).certificates == {}

    @given(place=st.integers(0, len(ONE.der) - 1), byte=st.integers(0, 255))
    def test_a_certificate_with_one_wrong_byte_raises_nothing(self, place: int, byte: int) -> None:
        spoilt = ONE.der[:place] + bytes([byte]) + ONE.der[place + 1 :]
        assert set(contents_of(spoilt).certificates.values()) <= {spoilt}

    @given(end=st.integers(0, len(ONE.der) - 1))
    def test_a_certificate_that_is_cut_off_or_goes_on_is_none(self, end: int) -> None:
        assert not is_certificate(ONE.der[:end])
        assert not is_certificate(ONE.der + ONE.der[: end + 1])


class Watched(bytes):
    """Bytes that allow only so many looks, and copies of so many: to go on for hours would be no failure of a test."""

    looks_left, copies_left = 50, 100

    def __getitem__(self, place: t.Any) -> t.Any:
        found = super().__getitem__(place)
        self.looks_left -= 1
        self.copies_left -= len(found) if isinstance(found, bytes) else 1
        assert self.looks_left > 0
        assert self.copies_left > 0
        return found


def element(tag: int, value: bytes) -> bytes:
    return bytes([tag, 0x84]) + len(value).to_bytes(4, "big") + value


def tiny_elements() -> bytes:
    return b"\x05\x00" * 15_000_000


class TestHostileSize:
    @pytest.mark.parametrize(
        "made",
        [
            lambda tiny: tiny,
            lambda tiny: element(0x30, tiny),
            lambda tiny: element(0x30, b"\x30\x00\x30\x00\x03\x00" + tiny),
            lambda tiny: element(0x30, element(0x30, tiny) + tiny),
        ],
        ids=["bare", "in a sequence", "after a certificate's three", "in two"],
    )
    def test_no_more_is_looked_at_than_a_certificate_needs(self, made: t.Callable[[bytes], bytes]) -> None:
        assert not is_certificate(Watched(made(tiny_elements())))

    def test_a_great_certificate_is_not_copied(self) -> None:
        assert is_certificate(Watched(element(0x30, element(0x30, tiny_elements()) + b"\x30\x00\x03\x00")))

    def test_a_length_of_more_bytes_than_there_are_is_none(self) -> None:
        assert not is_certificate(b"\x30\xff")
        assert not is_certificate(b"\x30\xff" + b"\xff" * 127)
        assert not is_certificate(bytes.fromhex("3006 3000 3000 0382"))
        assert not is_certificate(bytes.fromhex("3080 3000 3000 0300"))


class TestOptions:
    def test_a_path_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "one.der"
        path.write_bytes(ONE.der)
        assert [*contents_from(str(path), None).certificates] == [ONE.certhash]

    def test_content_is_read(self) -> None:
        assert [*contents_from(None, ONE.pem).certificates] == [ONE.certhash]

    @pytest.mark.parametrize("content", ["", "nonsense", private_key().decode(), "\ud800", "é"])
    def test_content_without_a_certificate_is_refused_without_being_shown(self, content: str) -> None:
        with pytest.raises(CertViewError, match="content holds no certificate") as caught:
            contents_from(None, content)
        assert caught.value.kind == "options"
        assert not content or content not in str(caught.value)

    @pytest.mark.parametrize(
        ("content", "words"),
        [(b"nonsense", "no certificate"), (b"", "no certificate"), (ONE.pem[:200].encode(), "holds 1 PEM block")],
    )
    def test_a_file_without_sound_certificates_is_refused(self, tmp_path: Path, content: bytes, words: str) -> None:
        path = tmp_path / "certificates.pem"
        path.write_bytes(content)
        with pytest.raises(CertViewError, match=words) as caught:
            contents_from(str(path), None)
        assert caught.value.kind == "file"
        assert str(path) in caught.value.message

    @pytest.mark.parametrize("name", ["missing.pem", ".", "a\x00b"])
    def test_a_file_that_cannot_be_read_is_refused(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(CertViewError, match="cannot be read") as caught:
            contents_from(str(tmp_path / name), None)
        assert caught.value.kind == "file"


@pytest.fixture(scope="module")
def started() -> Iterator[Simulator]:
    with running_simulator("--estate", "generated", "--certificates", "10") as simulator:
        yield Simulator(simulator)


@pytest.fixture
def empty(started: Simulator) -> Simulator:
    """A simulator that knows none of the certificates of this file."""
    started.control("reset", {"estate": True})
    return started


@pytest.fixture(scope="module")
def restricted() -> Iterator[Simulator]:
    with running_simulator("--estate", "generated", "--certificates", "10", "--restricted-user") as simulator:
        yield Simulator(simulator)


def ensured(client: t.Any, *made: Made, check_mode: bool = False) -> dict[str, t.Any]:
    contents = contents_of("".join(each.pem for each in made).encode())
    return ensured_certificates(client, contents, AS_OF, check_mode=check_mode)


def known_to(simulator: Simulator) -> set[str]:
    return {certificate["certhash"] for certificate in simulator.control("estate")}


def uploads_to(simulator: Simulator) -> int:
    return int(simulator.stats["calls"].get(_leaf_import.PATH, 0))


class TestImporting:
    def test_what_is_missing_is_imported_and_nothing_the_second_time(
        self, empty: Simulator, client_of: ClientFactory
    ) -> None:
        client = client_of(empty.url)
        first = ensured(client, ONE)
        assert (first["changed"], first["imported"], first["present"]) == (True, [ONE.certhash], [])
        second = ensured(client, ONE, TWO)
        assert (second["changed"], second["imported"], second["present"]) == (True, [TWO.certhash], [ONE.certhash])
        third = ensured(client, ONE, TWO)
        assert (third["changed"], third["imported"], third["count"]) == (False, [], 2)
        assert {ONE.certhash, TWO.certhash} <= known_to(empty)
        assert uploads_to(empty) == 2

    def test_the_diff_shows_the_certificates_of_the_file(self, empty: Simulator, client_of: ClientFactory) -> None:
        client = client_of(empty.url)
        ensured(client, ONE)
        diff = ensured(client, ONE, TWO)["diff"]
        assert diff["before"] == f"{ONE.certhash}\n"
        assert set(diff["after"].split()) == {ONE.certhash, TWO.certhash}

    def test_check_mode_tells_and_imports_nothing(self, empty: Simulator, client_of: ClientFactory) -> None:
        before = known_to(empty)
        foretold = ensured(client_of(empty.url), ONE, check_mode=True)
        assert (foretold["changed"], foretold["imported"]) == (True, [ONE.certhash])
        assert known_to(empty) == before
        assert uploads_to(empty) == 0

    def test_more_than_a_file_takes_go_in_several(
        self, empty: Simulator, client_of: ClientFactory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ansible_collections.community.qualys.plugins.module_utils._importing.MOST_CERTIFICATES", 2)
        result = ensured(client_of(empty.url), ONE, TWO, THREE)
        assert len(result["imported"]) == 3
        assert {ONE.certhash, TWO.certhash, THREE.certhash} <= known_to(empty)
        assert uploads_to(empty) == 2

    def test_an_authority_is_refused_by_name(self, empty: Simulator, client_of: ClientFactory) -> None:
        with pytest.raises(CertViewError) as caught:
            ensured(client_of(empty.url), ONE, AUTHORITY)
        assert (caught.value.kind, caught.value.http_status) == ("request", 400)
        assert "Example CA is not a leaf certificate" in caught.value.message
        assert ONE.certhash in caught.value.message
        assert AUTHORITY.certhash in caught.value.message
        assert "leaf" in caught.value.hint

    def test_a_restricted_user_is_told_so(self, restricted: Simulator, client_of: ClientFactory) -> None:
        with pytest.raises(CertViewError) as caught:
            ensured(client_of(restricted.url), ONE)
        assert (caught.value.kind, caught.value.code) == ("permission", "2012")
        assert "CERTVIEW API Access" in caught.value.hint
        assert "scope" in caught.value.hint
        assert ".." not in str(caught.value)


class Gateway:
    """Lists what it knows, and answers an import as a test says."""

    def __init__(self, answer: bytes, *, learns: bool) -> None:
        self._answer = answer
        self._learns = learns
        self._known = False
        self.server = ScriptedServer(self._reply)

    def _reply(self, request: Received) -> Reply:
        if request.path.startswith("/auth"):
            return Reply(201, jwt({"sub": "demo"}).encode())
        if request.path == _leaf_import.PATH:
            self._known = self._learns
            return Reply(200, self._answer)
        is_first = json.loads(request.body)["pageNumber"] == 0
        rows = [{"id": 1, "certhash": ONE.certhash}] if self._known and is_first else []
        return Reply(200, json.dumps(rows).encode())


@pytest.fixture
def gateway() -> Iterator[t.Callable[..., Gateway]]:
    started: list[Gateway] = []

    def start(answer: t.Any, *, learns: bool = False) -> Gateway:
        started.append(Gateway(json.dumps(answer).encode(), learns=learns))
        return started[-1]

    yield start
    for each in started:
        each.server.close()


FAILURES: tuple[t.Any, ...] = (
    {"errorCode": 400},
    {"errorCode": "E-17", "status": "SUCCESS"},
    {"error": "no leaf"},
    {"errors": ["no leaf", "too old"]},
    {"errors": [{"code": "E-17", "text": "no leaf"}]},
    {"subErrors": [{"field": "file", "message": "no leaf"}], "message": None},
    {"error_message": "no leaf"},
    {"validationFailures": {"type": "no leaf"}},
    {"failed": True},
    {"status": "FAILED"},
    {"status": "REJECTED", "message": "no leaf"},
    {"importStatus": "NOT_IMPORTED", "reason": "no leaf"},
    {"import_status": "SKIPPED"},
    {"responseCode": 400},
    {"result": {"status": "ERROR", "detail": "no leaf"}},
    {"success": False},
    {"imported": "false"},
    {"message": "Only leaf certificates can be imported"},
)

SUCCESSES: tuple[t.Any, ...] = (
    {},
    {"status": "SUCCESS", "message": "Certificate imported"},
    {"status": "Imported"},
    {"status": None, "error": None, "errors": [], "subErrors": {}, "errorCode": 0, "message": ""},
    {"errorCode": "SUCCESS", "failed": False},
    {"responseCode": 201},
    {"success": True, "imported": True},
    {"result": {"status": "OK"}},
    {"revocationStatus": "REVOKED", "orderStatus": "PENDING", "subject": {"state": "Hesse"}, "selfSigned": False},
)


def words_in(beside: t.Any) -> list[str]:
    if isinstance(beside, (dict, list)):
        return [word for value in (beside.values() if isinstance(beside, dict) else beside) for word in words_in(value)]
    return [] if beside in (None, "SUCCESS") else [str(beside)]


def told_of(answer: t.Any, *secrets: str) -> _leaf_import.Told:
    return _leaf_import.told_by(Answer("POST /", 200, {}, json.dumps(answer), secrets))


class TestAnswers:
    @pytest.mark.parametrize(
        "named",
        [
            {"certhash": ONE.certhash.upper()},
            {"rawData": ONE.pem},
            {"rawData": base64.b64encode(ONE.der).decode(), "certhash": None},
        ],
    )
    def test_what_the_answer_names_is_imported(
        self, named: t.Any, gateway: t.Callable[..., Gateway], client_of: ClientFactory
    ) -> None:
        server = gateway({"certificatesResponses": [named]}).server
        assert ensured(client_of(server.url, max_concurrency=1), ONE)["imported"] == [ONE.certhash]

    def test_what_it_does_not_name_is_looked_for_in_the_list(
        self, gateway: t.Callable[..., Gateway], client_of: ClientFactory
    ) -> None:
        client = client_of(gateway({"certificatesResponses": [{"status": "OK"}]}, learns=True).server.url)
        assert ensured(client, ONE)["imported"] == [ONE.certhash]

    @pytest.mark.parametrize("beside", FAILURES)
    @pytest.mark.parametrize("naming", [{"rawData": ONE.pem}, {"certhash": ONE.certhash}], ids=["rawData", "certhash"])
    def test_an_entry_that_tells_of_a_failure_is_no_success(
        self, naming: t.Any, beside: t.Any, gateway: t.Callable[..., Gateway], client_of: ClientFactory
    ) -> None:
        server = gateway({"certificatesResponses": [{**naming, **beside}, {"rawData": TWO.pem}]}).server
        with pytest.raises(CertViewError) as caught:
            ensured(client_of(server.url, max_concurrency=1), ONE, TWO)
        assert caught.value.kind == "answer"
        assert f"{ONE.certhash} (" in caught.value.message
        assert TWO.certhash not in caught.value.message
        assert all(word in caught.value.message for word in words_in(beside))

    @pytest.mark.parametrize("beside", FAILURES)
    def test_what_the_list_holds_is_imported_whatever_its_entry_tells(
        self, beside: t.Any, gateway: t.Callable[..., Gateway], client_of: ClientFactory
    ) -> None:
        server = gateway({"certificatesResponses": [{"rawData": ONE.pem, **beside}]}, learns=True).server
        assert ensured(client_of(server.url, max_concurrency=1), ONE)["imported"] == [ONE.certhash]

    @pytest.mark.parametrize("beside", SUCCESSES)
    def test_an_entry_that_tells_of_no_failure_needs_no_look_into_the_list(
        self, beside: t.Any, gateway: t.Callable[..., Gateway], client_of: ClientFactory
    ) -> None:
        server = gateway({"certificatesResponses": [{"rawData": ONE.pem, **beside}]}).server
        assert ensured(client_of(server.url, max_concurrency=1), ONE)["imported"] == [ONE.certhash]
        assert server.received[-1].path == _leaf_import.PATH

    def test_a_failure_of_the_whole_is_one_of_each(self) -> None:
        told = told_of({"status": "PARTIAL", "certificatesResponses": [{"rawData": ONE.pem}, {"error": "no leaf"}]})
        assert told.imported == frozenset()
        assert told.doubted == {ONE.certhash: "status: PARTIAL"}
        assert "no leaf" in told.otherwise

    def test_an_entry_that_names_no_certificate_is_told_too(
        self, gateway: t.Callable[..., Gateway], client_of: ClientFactory
    ) -> None:
        server = gateway({"certificatesResponses": [{"message": "Only leaf certificates"}]}).server
        with pytest.raises(CertViewError, match="the server says: message: Only leaf certificates"):
            ensured(client_of(server.url, max_concurrency=1), ONE)

    def test_one_of_two_entries_on_a_certificate_is_enough_for_doubt(self) -> None:
        entries = [{"rawData": ONE.pem}, {"certhash": ONE.certhash, "errorCode": 17}]
        assert told_of({"certificatesResponses": entries}) == (frozenset(), {ONE.certhash: "errorcode: 17"}, "")

    def test_no_secret_and_no_page_is_repeated(self) -> None:
        entry = {"certhash": ONE.certhash, "error": f"hush-1\x1b[31m {'x' * 5000}"}
        words = told_of({"certificatesResponses": [entry]}, "hush-1").doubted[ONE.certhash]
        assert words.startswith("error: ********")
        assert words.isprintable()
        assert len(words) < 400

    @pytest.mark.parametrize("answer", [{}, [], {"certificatesResponses": [{"certhash": TWO.certhash}]}])
    def test_what_is_neither_named_nor_listed_is_no_success(
        self, answer: t.Any, gateway: t.Callable[..., Gateway], client_of: ClientFactory
    ) -> None:
        with pytest.raises(CertViewError, match=ONE.certhash) as caught:
            ensured(client_of(gateway(answer).server.url), ONE)
        assert caught.value.kind == "answer"

    def test_only_certificates_travel(self, gateway: t.Callable[..., Gateway], client_of: ClientFactory) -> None:
        server = gateway({"certificatesResponses": [{"certhash": ONE.certhash}]}).server
        contents = contents_of(b"user=me password=hunter2\n" + private_key() + ONE.pem.encode())
        result = ensured_certificates(client_of(server.url), contents, AS_OF, check_mode=False)
        (sent,) = [request.body for request in server.received if request.path == _leaf_import.PATH]
        assert result["left_out"] == 1
        assert sent.count("-----BEGIN ") == sent.count("-----BEGIN CERTIFICATE-----") == 1
        assert ONE.pem.strip() in sent.replace("\r\n", "\n")
        assert "hunter2" not in sent
        assert base64.b64encode(private_key(Encoding.DER))[:40].decode() not in sent

    @given(answer=JSON_VALUES | st.builds(lambda told: {"certificatesResponses": told}, JSON_VALUES))
    def test_any_answer_is_read(self, answer: t.Any) -> None:
        told = told_of(answer)
        assert ONE.certhash not in told.imported | told.doubted.keys()

    @given(beside=st.dictionaries(st.sampled_from(["status", "Error", "import-status", "details", "x"]), JSON_VALUES))
    def test_a_named_certificate_is_imported_or_doubted_with_words(self, beside: dict[str, t.Any]) -> None:
        told = told_of({"certificatesResponses": [{**beside, "certhash": ONE.certhash}]})
        assert (ONE.certhash in told.imported) is not bool(told.doubted.get(ONE.certhash))

    @given(depth=st.integers(1, 900))
    def test_no_depth_is_too_great(self, depth: int) -> None:
        deep = json.loads('{"error": ' * depth + '"refused"' + "}" * depth)
        assert told_of({"certificatesResponses": [{**deep, "certhash": ONE.certhash}]}).doubted
