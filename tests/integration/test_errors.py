# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user reads when it cannot work: one paragraph that says what to do, and never a second try of a password."""

from __future__ import annotations

import socket
import typing as t
import venv
from collections.abc import Callable

import pytest
from support.playbooks import Ansible, Run, tasks_on_localhost
from support.simulator import PASSWORD, Simulator

TASKS: dict[str, dict[str, t.Any]] = {
    "certview_auth": {},
    "certview_certificate_info": {},
    "certview_audit": {"hosts": {"mine": ["192.0.2.1"]}},
}
every_task = pytest.mark.parametrize("task", TASKS)


def failed(ansible: Ansible, task: str, env: dict[str, str], **options: t.Any) -> dict[str, t.Any]:
    run = tried(ansible, task, env, **options)
    result = run.result("Try")
    assert run.returncode != 0, run.output
    assert "Traceback" not in run.output
    assert result["error"]["hint"], result
    assert result["error"]["hint"].rstrip(".") in result["msg"]
    assert "\n" not in result["msg"]
    return result


def tried(ansible: Ansible, task: str, env: dict[str, str], **options: t.Any) -> Run:
    step = {"name": "Try", f"community.qualys.{task}": {**TASKS[task], "retries": 0, **options}}
    return ansible.play(tasks_on_localhost(step), env=env)


@every_task
def test_a_wrong_password_is_tried_once(ansible: Ansible, simulate: Callable[..., Simulator], task: str) -> None:
    simulator = simulate("--estate", "demo")
    result = failed(ansible, task, {**simulator.environment, "QUALYS_PASSWORD": "not-the-password"}, retries=4)

    assert result["error"]["kind"] == "credentials"
    assert result["error"]["http_status"] == 401
    assert "lock" in result["msg"]
    assert simulator.stats()["failed_logins"] == 1
    assert simulator.stats()["logins"] == 0


@every_task
def test_an_unknown_platform_is_named_with_its_nearest(ansible: Ansible, task: str) -> None:
    result = failed(ansible, task, {"QUALYS_USERNAME": "u", "QUALYS_PASSWORD": PASSWORD}, platform="eu11")

    assert result["error"]["kind"] == "options"
    assert "eu1" in result["msg"]
    assert "gateway_url" in result["msg"]


@every_task
def test_missing_credentials_say_which(ansible: Ansible, task: str) -> None:
    result = failed(ansible, task, {}, platform="eu1")

    assert "QUALYS_USERNAME" in result["msg"]


@every_task
def test_a_closed_port_names_the_host_and_port(ansible: Ansible, demo_estate: Simulator, task: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        result = failed(ansible, task, {**demo_estate.environment, "QUALYS_GATEWAY_URL": url})

    assert result["error"]["kind"] == "network"
    assert url.removeprefix("http://") in result["msg"]


@every_task
def test_a_host_that_does_not_exist_is_said_to(ansible: Ansible, demo_estate: Simulator, task: str) -> None:
    result = failed(ansible, task, {**demo_estate.environment, "QUALYS_GATEWAY_URL": "https://gateway.invalid"})

    assert result["error"]["kind"] == "network"
    assert "gateway.invalid cannot be resolved" in result["msg"]


@every_task
def test_a_host_that_is_no_gateway_is_said_to_be_the_wrong_one(
    ansible: Ansible, simulate: Callable[..., Simulator], task: str
) -> None:
    simulator = simulate("--estate", "demo")
    simulator.control("faults", [{"match": "/auth", "call": 1, "fault": "wrong-host", "times": 9}])
    result = failed(ansible, task, simulator.environment)

    assert result["error"]["http_status"] == 404
    assert "gateway" in result["error"]["hint"]


@every_task
def test_a_certificate_of_an_unknown_ca_is_refused_until_the_ca_is_given(
    ansible: Ansible, simulate: Callable[..., Simulator], task: str
) -> None:
    simulator = simulate("--estate", "demo", "--tls")
    result = failed(ansible, task, simulator.environment)
    assert result["error"]["kind"] == "tls"
    assert "ca_path" in result["error"]["hint"]

    trusted = tried(ansible, task, simulator.environment, ca_path=simulator.state["ca_path"])
    assert trusted.returncode == 0, trusted.output
    blind = tried(ansible, task, simulator.environment, validate_certs=False)
    assert blind.returncode == 0, blind.output


@pytest.mark.parametrize("task", ["certview_auth", "certview_certificate_info"])
def test_a_python_without_requests_is_named(ansible: Ansible, demo_estate: Simulator, task: str) -> None:
    bare = ansible.folder / "bare"
    venv.create(bare, with_pip=False)
    step = {
        "name": "Try",
        f"community.qualys.{task}": {},
        "vars": {"ansible_python_interpreter": str(bare / "bin" / "python")},
    }
    result = ansible.play(tasks_on_localhost(step), env=demo_estate.environment).result("Try")

    assert "Failed to import the required Python library (requests)" in result["msg"]
    assert str(bare / "bin" / "python") in result["msg"]
    assert result["error"]["kind"] == "requirement"


def test_a_controller_without_requests_is_named(ansible: Ansible, demo_estate: Simulator) -> None:
    hidden = ansible.folder / "hidden"
    hidden.mkdir()
    (hidden / "requests.py").write_text("raise ImportError('hidden')\n")
    result = failed(ansible, "certview_audit", {**demo_estate.environment, "PYTHONPATH": str(hidden)})

    assert result["error"]["kind"] == "requirement"


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"policy": "basline"}, "baseline"),
        ({"policy": {"rules": {"EXP-01": {"enabled": False}}}}, "EXP-001"),
        ({"as_of": "yesterday"}, "as_of"),
        ({"hosts": {"mine": 7}}, "mine"),
        ({"max_concurrency": 0}, "max_concurrency"),
    ],
    ids=str,
)
def test_a_slip_in_the_options_of_an_audit_is_named_before_any_call(
    ansible: Ansible, simulate: Callable[..., Simulator], options: dict[str, t.Any], word: str
) -> None:
    simulator = simulate("--estate", "demo")
    result = failed(ansible, "certview_audit", simulator.environment, **options)

    assert word in result["msg"]
    assert simulator.stats()["total"] == 0


def test_the_servers_own_words_are_shown(ansible: Ansible, demo_estate: Simulator) -> None:
    where = [{"field": "certificate.colour", "operator": "equals", "value": "blue"}]
    result = failed(ansible, "certview_certificate_info", demo_estate.environment, where=where)

    assert result["error"]["kind"] == "request"
    assert result["error"]["http_status"] == 400
    assert "certificate.colour" in result["msg"]


def test_a_spent_budget_tells_when_it_returns(ansible: Ansible, simulate: Callable[..., Simulator]) -> None:
    simulator = simulate("--estate", "demo", "--rate-limit", "1")
    result = failed(ansible, "certview_certificate_info", simulator.environment, max_wait=0, page_size=5)

    assert result["error"]["kind"] == "budget"
    assert "the next call is possible at 20" in result["msg"]
