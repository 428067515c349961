# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator as the process that people and tests start."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from simulator.lifetime import _is_alive
from simulator.settings import EstateSettings, Settings
from simulator.switches import read_switches

SIMULATOR = Path(__file__).resolve().parents[2] / "simulator"
NOW = "2026-06-01T00:00:00Z"
TIMEOUT = 60


@contextlib.contextmanager
def started(folder: Path, *switches: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    state_file = folder / "state.json"
    command = [sys.executable, str(SIMULATOR), "--state-file", str(state_file), "--now", NOW, *switches]
    # Another working directory: the simulator must not care.
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        try:
            # The line is printed once the server listens and the state file is there.
            first_line = process.stdout.readline()
            assert "certificates at http" in first_line
            yield process, json.loads(state_file.read_text(encoding="utf-8"))
        finally:
            process.kill()


def get(url: str, **options: Any) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.get(url, timeout=TIMEOUT, **options)


def test_tells_its_address_and_ends_on_sigterm(tmp_path):
    with started(tmp_path) as (process, state):
        assert state == {"url": state["url"], "pid": process.pid}
        assert state["url"].startswith("http://127.0.0.1:")
        assert len(get(f"{state['url']}/_control/estate").json()) == 24
        process.send_signal(signal.SIGTERM)
        assert process.wait(TIMEOUT) == 0


@pytest.mark.parametrize("without_descriptors", [False, True])
def test_ends_with_its_parent(tmp_path, without_descriptors):
    child = (
        "import subprocess, sys\n"
        "process = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)\n"
        "print(process.stdout.readline(), flush=True)\n"
    )
    command = [sys.executable, str(SIMULATOR), "--state-file", str(tmp_path / "state.json"), "--now", NOW]
    if without_descriptors:
        run = "import os, runpy, sys; del os.pidfd_open, sys.argv[0]; runpy.run_path(sys.argv[0], run_name='__main__')"
        command[1:1] = ["-c", run]
    subprocess.run([sys.executable, "-c", child, *command], check=True, timeout=TIMEOUT, stdout=subprocess.PIPE)
    pid = json.loads((tmp_path / "state.json").read_text(encoding="utf-8"))["pid"]
    gone = threading.Event()
    for _attempt in range(TIMEOUT * 10):
        if not _is_alive(pid) or _is_zombie(pid):
            return
        gone.wait(0.1)
    os.kill(pid, signal.SIGKILL)
    pytest.fail("the simulator outlived its parent")


def _is_zombie(pid: int) -> bool:
    # Nobody may be there to collect it: a container's first process need not be an init.
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    return False


def test_ends_with_a_process_that_is_not_its_parent(tmp_path):
    with (
        subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, text=True) as other,
        started(tmp_path, "--parent-pid", str(other.pid)) as (process, _state),
    ):
        assert process.poll() is None
        other.communicate("\n", timeout=TIMEOUT)
        assert process.wait(TIMEOUT) == 0


def test_https_with_a_throw_away_authority(tmp_path):
    with started(tmp_path, "--tls") as (process, state):
        assert state["url"].startswith("https://127.0.0.1:")
        assert get(f"{state['url']}/_control/stats", verify=state["ca_path"]).status_code == 200
        with pytest.raises(requests.exceptions.SSLError):
            get(f"{state['url']}/_control/stats")
        process.terminate()
        assert process.wait(TIMEOUT) == 0
    assert not Path(state["ca_path"]).exists()


def test_inventory_file(tmp_path):
    path = tmp_path / "hosts.yml"
    estate = ("--estate", "generated", "--certificates", "60", "--assets", "40")
    with started(tmp_path, *estate, "--inventory-file", str(path), "--inventory-hosts", "50") as (_process, state):
        rows = get(f"{state['url']}/_control/estate").json()
    groups = yaml.safe_load(path.read_text(encoding="utf-8"))["all"]["children"]
    hosts = {name: variables for group in groups.values() for name, variables in group["hosts"].items()}
    assert len(hosts) == 50
    assert len(groups["unseen"]["hosts"]) == 10
    addresses = {variables["ansible_host"] for variables in hosts.values()}
    assert {asset["primary_ip"] for row in rows for asset in row["assets"]} <= addresses


def test_listens_quickly_with_two_hundred_thousand_certificates(tmp_path):
    estate = ("--estate", "generated", "--certificates", "200000")
    with started(tmp_path, *estate) as (_process, state), requests.Session() as session:
        session.trust_env = False
        form = {
            "username": "certview-demo",
            "password": "certview-demo-password",
            "token": "true",
            "permissions": "true",
        }
        token = session.post(f"{state['url']}/auth", data=form, timeout=TIMEOUT).text
        body = {"pageNumber": 999, "pageSize": 200, "assetType": "ALL"}
        session.headers["Authorization"] = f"Bearer {token}"
        assert len(session.post(f"{state['url']}/certview/v2.2/certificates", json=body, timeout=TIMEOUT).json()) == 200


def test_help_tells_every_switch():
    text = subprocess.run(
        [sys.executable, str(SIMULATOR), "--help"], check=True, capture_output=True, text=True, timeout=TIMEOUT
    ).stdout
    for switch in ("--state-file", "--estate", "--fault", "--blemish", "--rate-limit", "--to-wait", "--tls"):
        assert switch in text


@pytest.mark.parametrize(
    "switches",
    [
        ["--fault", "nonsense=1"],
        ["--fault", "reset=2"],
        ["--blemish", "masked-ip"],
        ["--versions", "v9"],
        ["--now", "someday"],
        ["--tls-cert", "x.pem"],
        ["--estate", "nonsense"],
    ],
)
def test_wrong_switches_end_with_a_reason(switches, capsys):
    with pytest.raises(SystemExit) as end:
        read_switches(switches)
    assert end.value.code == 2
    assert switches[0].lstrip("-") in capsys.readouterr().err or switches[1] in capsys.readouterr().err


def test_the_clock_is_today_at_midnight_when_nothing_is_said():
    assert read_switches([]).estate.now % 86_400_000 == 0
    assert read_switches(["--now", "2026-06-01"]).estate.now == read_switches(["--now", NOW]).estate.now


def test_switches_reach_their_settings():
    given = read_switches(
        [
            "--estate",
            "generated",
            "--certificates",
            "7",
            "--seed",
            "3",
            "--rate-limit",
            "5",
            "--rate-window",
            "9",
            "--concurrency",
            "4",
            "--limit-status",
            "409",
            "--limit-headers",
            "none",
            "--auth-json",
            "--token-without-exp",
            "--lock-after",
            "2",
            "--versions",
            "v1,v2",
            "--fault",
            "reset=0.5",
            "--blemish",
            "masked-ip=1",
            "--unasked-include",
            "ASSET_TAGS",
            "--gone-status",
            "410",
            "--parent-pid",
            "0",
        ]
    )
    assert (given.estate.name, given.estate.certificates, given.estate.assets, given.estate.seed) == (
        "generated",
        7,
        None,
        3,
    )
    limits = given.limits
    assert (limits.rate, limits.window, limits.concurrency, limits.status, limits.headers) == (5, 9, 4, 409, "none")
    assert (given.login.json_answer, given.login.without_expiry, given.login.lock_after) == (True, True, 2)
    assert (given.versions, given.fault_rates, given.parent_pid) == (("v1", "v2"), {"reset": 0.5}, 0)
    assert (given.quirks.blemishes, given.quirks.gone_status) == ({"masked-ip": 1.0}, 410)
    assert given.quirks.unasked_includes == {"ASSET_TAGS"}


def test_absent_switches_leave_the_defaults():
    given = read_switches(["--now", NOW, "--parent-pid", "0"])
    assert given == Settings(estate=EstateSettings(now=given.estate.now))
