# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two modules, run in this process as Ansible runs them: arguments in, one JSON document out."""

from __future__ import annotations

import json
import stat
import sys
import typing as t
from pathlib import Path
from types import ModuleType

import pytest
from ansible.module_utils import basic
from ansible_collections.community.qualys.plugins.module_utils import _transport
from ansible_collections.community.qualys.plugins.modules import certview_auth, certview_certificate_info
from unit.client.support import PASSWORD, USERNAME, Simulator, jwt


class Outcome(t.NamedTuple):
    failed: bool
    result: dict[str, t.Any]
    text: str


class Run(t.Protocol):
    def __call__(self, module: ModuleType, **params: t.Any) -> Outcome: ...


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], simulator: Simulator) -> Run:
    def run_module(module: ModuleType, **params: t.Any) -> Outcome:
        login = {"gateway_url": simulator.url, "username": USERNAME, "password": PASSWORD}
        given = {name: value for name, value in {**login, **params}.items() if value is not None}
        document = json.dumps({"ANSIBLE_MODULE_ARGS": given}).encode()
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", document)
        # Newer ansible-core wants to know how its arguments are encoded.
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(SystemExit) as ended:
            module.main()
        text = capsys.readouterr().out
        return Outcome(ended.value.code != 0, json.loads(text), text)

    return run_module


class TestAuth:
    def test_gives_what_other_modules_take(self, run: Run, simulator: Simulator) -> None:
        login = run(certview_auth)
        assert not login.failed
        assert login.result["changed"] is False
        auth = login.result["auth"]
        assert auth.keys() == {"gateway_url", "token", "expires_at", "username"}
        assert "CERTVIEW" in login.result["modules"]
        listed = run(certview_certificate_info, gateway_url=None, username=None, password=None, auth=auth, limit=1)
        assert listed.result["count"] == 1
        assert simulator.stats["logins"] == 1

    def test_hands_a_given_token_on_unmasked(self, run: Run, simulator: Simulator) -> None:
        token = jwt({"sub": "u", "exp": 1_800_000_000})
        outcome = run(certview_auth, token=token)
        assert outcome.result["auth"]["token"] == token
        assert outcome.text.count(token) == 1
        assert simulator.stats["logins"] == 0

    def test_refresh_logs_in_although_there_is_a_token(self, run: Run, simulator: Simulator) -> None:
        token = jwt({"sub": "u"})
        assert run(certview_auth, token=token, refresh=True).result["auth"]["token"] != token
        assert simulator.stats["logins"] == 1

    def test_a_wrong_password_fails_with_the_documented_error_and_without_the_password(self, run: Run) -> None:
        outcome = run(certview_auth, password="recognisable-secret")
        assert outcome.failed
        assert outcome.result["error"].keys() == {"kind", "http_status", "code", "message", "hint"}
        assert (outcome.result["error"]["kind"], outcome.result["error"]["http_status"]) == ("credentials", 401)
        assert outcome.result["msg"].startswith("POST /auth: ")
        assert "recognisable-secret" not in outcome.text
        assert "exception" not in outcome.result


class TestCertificateInfo:
    def test_lists_records(self, run: Run) -> None:
        result = run(certview_certificate_info, as_of="2026-06-01", self_signed=True).result
        assert result["count"] == len(result["certificates"]) > 0
        assert all(record["self_signed"] for record in result["certificates"])
        assert result["complete"] is True
        assert result["api"]["version"] == "v2.2"
        assert result["changed"] is False

    def test_writes_records_to_a_file_and_returns_counts_only(self, run: Run, tmp_path: Path) -> None:
        dest = tmp_path / "records.jsonl"
        result = run(certview_certificate_info, dest=str(dest)).result
        assert result["count"] == len(dest.read_text(encoding="utf-8").splitlines()) > 200
        assert "certificates" not in result
        assert stat.S_IMODE(dest.stat().st_mode) == 0o600

    def test_in_check_mode_counts_but_writes_nothing(self, run: Run, tmp_path: Path) -> None:
        dest = tmp_path / "records.jsonl"
        result = run(certview_certificate_info, dest=str(dest), _ansible_check_mode=True).result
        assert result["count"] > 200
        assert "certificates" not in result
        assert not dest.exists()

    def test_an_option_that_can_mean_nothing_fails_before_any_call(self, run: Run, simulator: Simulator) -> None:
        outcome = run(certview_certificate_info, page_size=201)
        assert outcome.result["error"]["kind"] == "options"
        assert simulator.list_calls == 0

    def test_without_requests_the_missing_library_is_named(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_transport, "REQUESTS_IMPORT_ERROR", "ModuleNotFoundError: requests")
        outcome = run(certview_certificate_info)
        assert outcome.failed
        assert outcome.result["error"]["kind"] == "requirement"
        assert "requests" in outcome.result["msg"]

    def test_a_missing_library_of_another_kind_is_named(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "socks", None)
        failure = run(certview_auth, proxy="socks5://127.0.0.1:1")
        assert failure.failed
        assert failure.result["error"]["kind"] == "requirement"
        assert "PySocks" in failure.result["msg"]

    def test_options_come_from_the_environment(
        self, run: Run, monkeypatch: pytest.MonkeyPatch, simulator: Simulator
    ) -> None:
        monkeypatch.setenv("QUALYS_GATEWAY_URL", simulator.url)
        monkeypatch.setenv("QUALYS_USERNAME", USERNAME)
        monkeypatch.setenv("QUALYS_PASSWORD", PASSWORD)
        monkeypatch.setenv("QUALYS_CERTVIEW_API_VERSION", "v2")
        result = run(certview_certificate_info, gateway_url=None, username=None, password=None, limit=1).result
        assert result["api"]["version"] == "v2"
