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


def tried(ansible: Ansible, env: dict[str, str], *tasks: str, **options: t.Any) -> Run:
    """Run *tasks*, each although another failed; all of TASKS when none are named."""
    steps = [
        {"name": task, f"community.qualys.{task}": {**TASKS[task], "retries": 0, **options}, "ignore_errors": True}
        for task in tasks or TASKS
    ]
    return ansible.play(tasks_on_localhost(*steps), env=env)


def failed(ansible: Ansible, env: dict[str, str], *tasks: str, **options: t.Any) -> list[dict[str, t.Any]]:
    """Return what each of *tasks* said when it failed, once it is the one paragraph that users are promised."""
    run = tried(ansible, env, *tasks, **options)
    results = [run.result(task) for task in tasks or TASKS]
    assert "Traceback" not in run.output
    for result in results:
        assert result["failed"], run.output
        assert result["error"]["hint"], result
        assert result["error"]["hint"].rstrip(".") in result["msg"]
        assert "\n" not in result["msg"]
    return results


def test_a_wrong_password_is_tried_once(ansible: Ansible, simulate: Callable[..., Simulator]) -> None:
    simulator = simulate("--estate", "demo")
    results = failed(ansible, {**simulator.environment, "QUALYS_PASSWORD": "not-the-password"}, retries=4)

    assert {(result["error"]["kind"], result["error"]["http_status"]) for result in results} == {("credentials", 401)}
    assert all("lock" in result["msg"] for result in results)
    # All tasks share what the first has learned.
    assert simulator.stats()["failed_logins"] == 1
    assert simulator.stats()["logins"] == 0


def test_an_unknown_platform_is_named_with_its_nearest(ansible: Ansible) -> None:
    for result in failed(ansible, {"QUALYS_USERNAME": "u", "QUALYS_PASSWORD": PASSWORD}, platform="eu11"):
        assert result["error"]["kind"] == "options"
        assert "Did you mean eu1?" in result["msg"]
        assert "gateway_url" in result["msg"]


def test_missing_credentials_say_which(ansible: Ansible) -> None:
    for result in failed(ansible, {}, platform="eu1"):
        assert "QUALYS_USERNAME" in result["msg"]


@pytest.mark.matrix
def test_a_closed_port_names_the_host_and_port(ansible: Ansible, demo_estate: Simulator) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        for result in failed(ansible, {**demo_estate.environment, "QUALYS_GATEWAY_URL": url}):
            assert result["error"]["kind"] == "network"
            assert url.removeprefix("http://") in result["msg"]


@pytest.mark.matrix
def test_a_host_that_does_not_exist_is_said_to(ansible: Ansible, demo_estate: Simulator) -> None:
    for result in failed(ansible, {**demo_estate.environment, "QUALYS_GATEWAY_URL": "https://gateway.invalid"}):
        assert result["error"]["kind"] == "network"
        assert "gateway.invalid cannot be resolved" in result["msg"]


@pytest.mark.matrix
def test_a_host_that_is_no_gateway_is_said_to_be_the_wrong_one(
    ansible: Ansible, simulate: Callable[..., Simulator]
) -> None:
    simulator = simulate("--estate", "demo")
    simulator.control("faults", [{"match": "/auth", "call": 1, "fault": "wrong-host", "times": 9}])
    for result in failed(ansible, simulator.environment):
        assert result["error"]["http_status"] == 404
        assert "gateway" in result["error"]["hint"]


def test_a_certificate_of_an_unknown_ca_is_refused_until_the_ca_is_given(
    ansible: Ansible, simulate: Callable[..., Simulator]
) -> None:
    simulator = simulate("--estate", "demo", "--tls")
    for result in failed(ansible, simulator.environment):
        assert result["error"]["kind"] == "tls"
        assert "ca_path" in result["error"]["hint"]

    run = tried(ansible, simulator.environment, ca_path=simulator.state["ca_path"])
    assert [run.result(task)["failed"] for task in TASKS] == [False] * len(TASKS), run.output
    run = tried(ansible, simulator.environment, "certview_audit", validate_certs=False)
    assert not run.result("certview_audit")["failed"], run.output
    assert "InsecureRequestWarning" not in run.output


def test_a_python_without_requests_is_named(ansible: Ansible, demo_estate: Simulator) -> None:
    bare = ansible.folder / "bare"
    venv.create(bare, with_pip=False)
    env = {**demo_estate.environment, "ANSIBLE_PYTHON_INTERPRETER": str(bare / "bin" / "python")}
    run = tried(ansible, env, "certview_auth", "certview_certificate_info")

    for task in ("certview_auth", "certview_certificate_info"):
        result = run.result(task)
        assert "Failed to import the required Python library (requests)" in result["msg"]
        assert str(bare / "bin" / "python") in result["msg"]
        assert result["error"]["kind"] == "requirement"


def test_a_controller_without_requests_is_named(ansible: Ansible, demo_estate: Simulator) -> None:
    hidden = ansible.folder / "hidden"
    hidden.mkdir()
    (hidden / "requests.py").write_text("raise ImportError('hidden')\n")
    (result,) = failed(ansible, {**demo_estate.environment, "PYTHONPATH": str(hidden)}, "certview_audit")

    assert result["error"]["kind"] == "requirement"


SLIPS: list[tuple[dict[str, t.Any], str]] = [
    ({"policy": "basline"}, "baseline"),
    ({"policy": {"rules": {"EXP-01": {"enabled": False}}}}, "EXP-001"),
    ({"as_of": "yesterday"}, "as_of"),
    ({"hosts": {"mine": 7}}, "mine"),
    ({"table_rows": -1}, "table_rows is -1"),
    ({"dest": "/nonexistent/audit.json"}, "/nonexistent/audit.json cannot be written"),
    ({"max_concurrency": 0}, "max_concurrency is 0, and must be at least 1"),
]


def test_a_slip_in_the_options_of_an_audit_is_named_before_any_call(
    ansible: Ansible, simulate: Callable[..., Simulator]
) -> None:
    simulator = simulate("--estate", "demo")
    audit = TASKS["certview_audit"]
    steps = [
        {"name": word, "community.qualys.certview_audit": {**audit, **options}, "ignore_errors": True}
        for options, word in SLIPS
    ]
    run = ansible.play(tasks_on_localhost(*steps), env=simulator.environment)

    for options, word in SLIPS:
        result = run.result(word)
        assert result["failed"], options
        assert word in result["msg"]
    assert simulator.stats()["total"] == 0


def test_the_servers_own_words_are_shown(ansible: Ansible, demo_estate: Simulator) -> None:
    where = [{"field": "certificate.colour", "operator": "equals", "value": "blue"}]
    (result,) = failed(ansible, demo_estate.environment, "certview_certificate_info", where=where)

    assert result["error"]["kind"] == "request"
    assert result["error"]["http_status"] == 400
    assert "certificate.colour" in result["msg"]


def test_a_spent_budget_tells_when_it_returns(ansible: Ansible, simulate: Callable[..., Simulator]) -> None:
    simulator = simulate("--estate", "demo", "--rate-limit", "1")
    (result,) = failed(ansible, simulator.environment, "certview_certificate_info", max_wait=0, page_size=5)

    assert result["error"]["kind"] == "budget"
    assert "the next call is possible at 20" in result["msg"]
