# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.community.qualys.plugins.module_utils._filters import condition
from ansible_collections.community.qualys.plugins.module_utils._list_module import run_listing
from unit.client.support import PASSWORD, USERNAME, Simulator


class Ended(Exception):
    """A module has ended."""

    def __init__(self, result: dict[str, t.Any]) -> None:
        super().__init__(result)
        self.result = result


class Module:
    """What of Ansible's module is asked."""

    check_mode = False

    def __init__(self, url: str, **params: t.Any) -> None:
        login = {"gateway_url": url, "username": USERNAME, "password": PASSWORD, "token_cache": False}
        self.params = {**login, "limit": None, "dest": None, "page_size": 200, **params}
        self.warnings: list[str] = []

    def warn(self, message: str) -> None:
        self.warnings.append(message)

    def exit_json(self, **result: t.Any) -> None:
        raise Ended({"failed": False, **result})

    def fail_json(self, **result: t.Any) -> None:
        raise Ended({"failed": True, **result})


def listed(module: t.Any, *where: t.Any) -> dict[str, t.Any]:
    with pytest.raises(Ended) as ended:
        run_listing(module, "instances", lambda client: client.instances(where))
    return ended.value.result


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_records_come_with_their_count_and_cost(simulator: Simulator) -> None:
    result = listed(Module(simulator.url))
    ports = [port for each in simulator.control("estate") for asset in each["assets"] for port in asset["ports"]]
    assert (result["failed"], result["changed"], result["complete"]) == (False, False, True)
    assert result["count"] == len(result["instances"]) == len(ports)
    assert result["api"]["version"] == "v2"
    assert result["api"]["calls"] >= len(ports) // 200 + 1


def test_a_limit_cuts_and_says_so(simulator: Simulator) -> None:
    result = listed(Module(simulator.url, limit=3))
    assert (len(result["instances"]), result["complete"]) == (3, False)


def test_a_file_takes_the_records(simulator: Simulator, tmp_path: Path) -> None:
    dest = tmp_path / "instances.jsonl"
    result = listed(Module(simulator.url, dest=str(dest), limit=5))
    assert "instances" not in result
    assert len(dest.read_text(encoding="utf-8").splitlines()) == result["count"] == 5


@pytest.mark.parametrize(("name", "value"), [("limit", 0), ("page_size", 201), ("page_size", 0)])
def test_a_number_out_of_bounds_fails_before_any_call(simulator: Simulator, name: str, value: int) -> None:
    result = listed(Module(simulator.url, **{name: value}))
    assert (result["failed"], result["error"]["kind"]) == (True, "options")
    assert simulator.list_calls == 0


def test_what_the_server_refuses_is_told(simulator: Simulator) -> None:
    result = listed(Module(simulator.url), condition("instance.colour", "equals", "red"))
    assert (result["failed"], result["error"]["http_status"]) == (True, 400)
    assert "instance.colour" in result["msg"]
