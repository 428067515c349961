# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret reaches an output, a log, a result or a readable file, however much Ansible is asked to tell."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.playbooks import Ansible, Run, tasks_on_localhost
from support.simulator import NOW, PASSWORD, USERNAME, Simulator

MATRIX = pytest.mark.matrix

SECRET = "client-secret-that-nobody-may-read"


def tokens(simulator: Simulator) -> list[str]:
    """Return every token that the simulator has given out."""
    return list(simulator.control("tokens"))


def traces(run: Run, folder: Path, log: Path) -> Iterator[tuple[str, str]]:
    """Give everything that is left behind, by name: output, log, results, and each file that others may read."""
    yield "output", run.output
    yield "log", log.read_text()
    yield "results", str(run.events)
    for path in folder.rglob("*"):
        if path.is_file() and path != log and path.name not in ("events.jsonl", "site.yml") and not is_private(path):
            yield str(path), path.read_text(errors="replace")


def is_private(path: Path) -> bool:
    """Tell whether nobody but the owner can read a file of the state directory, as is promised of all of them."""
    if path.parent.name != "state":
        return False
    return not path.stat().st_mode & 0o077 and not path.parent.stat().st_mode & 0o077


def grep(ansible: Ansible, simulator: Simulator, run: Run, *secrets: str) -> None:
    given = [*tokens(simulator), *secrets]
    for name, text in traces(run, ansible.folder, ansible.folder / "ansible.log"):
        assert [secret for secret in given if secret in text] == [], name


def verbosely(ansible: Ansible, simulator: Simulator, play: t.Any, *words: str, **env: str) -> Run:
    environment = {
        **simulator.environment,
        "ANSIBLE_LOG_PATH": str(ansible.folder / "ansible.log"),
        **env,
    }
    return ansible.play(play, "-vvvvv", *words, env=environment)


def test_the_role_leaves_no_secret_behind(ansible: Ansible, simulate: Callable[..., Simulator]) -> None:
    simulator = simulate("--estate", "demo")
    connection = {"username": USERNAME, "password": "{{ lookup('env', 'SECRET_OF_A_VAULT') }}"}
    play = [
        {
            "hosts": "localhost",
            "gather_facts": False,
            "roles": [{"role": "community.qualys.certificate_audit"}],
            "vars": {
                "certificate_audit_as_of": NOW,
                "certificate_audit_dest": str(ansible.folder / "audit.json"),
                "certificate_audit_flag_hosts": "all",
                "certificate_audit_connection": connection,
            },
        }
    ]
    run = verbosely(ansible, simulator, play, SECRET_OF_A_VAULT=PASSWORD, QUALYS_PASSWORD="")

    assert run.returncode == 0, run.output
    assert tokens(simulator)
    grep(ansible, simulator, run, PASSWORD)


@pytest.mark.parametrize("task", ["certview_certificate_info", "certview_audit"])
@pytest.mark.parametrize(
    "fault", ["", "unauthorized", *(pytest.param(f, marks=MATRIX) for f in ("forbidden", "bad-gateway"))]
)
def test_options_leave_no_secret_behind(
    ansible: Ansible, simulate: Callable[..., Simulator], task: str, fault: str
) -> None:
    simulator = simulate("--estate", "demo")
    if fault:
        simulator.control("faults", [{"match": "/certview/v2.2/certificates", "call": 1, "fault": fault, "times": 99}])
    options: dict[str, t.Any] = {"username": USERNAME, "password": "{{ lookup('env', 'SECRET_OF_A_VAULT') }}"}
    options |= {"proxy": "http://proxy-user:proxy-password@127.0.0.1:9", "use_proxy": False, "retries": 0}
    play = tasks_on_localhost({"name": "Ask", f"community.qualys.{task}": options})
    run = verbosely(ansible, simulator, play, SECRET_OF_A_VAULT=PASSWORD, QUALYS_PASSWORD="")

    assert (run.returncode != 0) == bool(fault), run.output
    assert tokens(simulator)
    grep(ansible, simulator, run, PASSWORD, "proxy-password")


def test_a_refused_client_secret_is_not_repeated(ansible: Ansible, simulate: Callable[..., Simulator]) -> None:
    simulator = simulate("--estate", "demo")
    play = tasks_on_localhost(
        {
            "name": "Log in",
            "community.qualys.certview_auth": {"client_id": "some-client", "client_secret": SECRET},
        }
    )
    run = verbosely(ansible, simulator, play, QUALYS_USERNAME="", QUALYS_PASSWORD="")

    assert run.returncode != 0
    assert run.result("Log in")["error"]["kind"] == "credentials"
    grep(ansible, simulator, run, SECRET)


def test_a_login_gives_the_token_to_whom_it_is_for_and_to_nobody_else(
    ansible: Ansible, simulate: Callable[..., Simulator]
) -> None:
    simulator = simulate("--estate", "demo")
    play = tasks_on_localhost(
        {"name": "Log in", "community.qualys.certview_auth": {}, "register": "login", "no_log": True},
        {
            "name": "Pass the token through",
            "community.qualys.certview_auth": {"auth": "{{ login.auth }}"},
            "register": "again",
            "no_log": True,
        },
        {
            "name": "Compare",
            "ansible.builtin.assert": {"that": "again.auth.token == login.auth.token", "quiet": True},
        },
        {"name": "List", "community.qualys.certview_certificate_info": {"auth": "{{ again.auth }}"}},
        {
            "name": "Log in anew",
            "community.qualys.certview_auth": {"auth": "{{ login.auth }}", "refresh": True},
            "environment": {"QUALYS_GATEWAY_URL": ""},
            "no_log": True,
        },
    )
    run = verbosely(ansible, simulator, play)

    assert run.returncode == 0, run.output
    assert simulator.stats()["logins"] == 2
    shown = run.output + (ansible.folder / "ansible.log").read_text()
    assert [token for token in [*tokens(simulator), PASSWORD] if token in shown] == []
