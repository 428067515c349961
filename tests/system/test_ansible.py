# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Ansible makes of the environment, and of the options, on the way to the gateway.

Each test is for a module on its host and for an action on the controller, to which Ansible gives their environment in
different ways.
"""

from __future__ import annotations

import typing as t
from urllib.parse import quote

import pytest
import trustme
from support.playbooks import Ansible, Run, tasks_on_localhost
from support.simulator import NOW, PASSWORD, USERNAME, Simulator
from system.asking import CERTIFICATES
from system.nginx import Nginx
from system.processes import Place
from system.squid import NAMED_GATEWAY, USER, Squid
from system.squid import PASSWORD as PROXY_PASSWORD

MODULE, ACTION = "certview_certificate_info", "certview_audit"
TASKS: dict[str, dict[str, t.Any]] = {MODULE: {}, ACTION: {"hosts": {"mine": ["192.0.2.1"]}}}

WRONG = "not/the:right@one"
FROM_A_VAULT = "{{ lookup('env', 'PROXY_OF_A_VAULT') }}"


def asked(
    ansible: Ansible,
    gateway_url: str,
    *,
    environment: dict[str, str] | None = None,
    process: dict[str, str] | None = None,
    options: dict[str, t.Any] | None = None,
) -> Run:
    """Run the tasks at the greatest verbosity, each although another failed.

    :param environment: What the playbook sets for the tasks.
    :param process: What ansible-playbook was started with.
    """
    steps = []
    for task, arguments in TASKS.items():
        own = {"dest": str(ansible.folder / f"{task}.out"), "state_dir": str(ansible.folder / task)}
        steps.append(
            {
                "name": task,
                f"community.qualys.{task}": {**arguments, **own, "as_of": NOW, "retries": 0, **(options or {})},
                "environment": environment or {},
                "ignore_errors": True,
            }
        )
    login = {"QUALYS_GATEWAY_URL": gateway_url, "QUALYS_USERNAME": USERNAME, "QUALYS_PASSWORD": PASSWORD}
    log = {"ANSIBLE_LOG_PATH": str(ansible.folder / "ansible.log")}
    return ansible.play(tasks_on_localhost(*steps), "-vvvv", env={**login, **log, **(process or {})})


def read_all(run: Run) -> None:
    module, action = run.result(MODULE), run.result(ACTION)
    assert not module["failed"], module
    assert not action["failed"], action
    assert module["count"] == action["summary"]["certificates"] == CERTIFICATES
    assert module["complete"]


def errors(run: Run) -> list[dict[str, t.Any]]:
    """Return the error of each task, once it is in the one paragraph that users are promised."""
    results = [run.result(task) for task in TASKS]
    assert "Traceback" not in run.output
    for result in results:
        assert result["failed"], run.output
        assert result["error"]["hint"]
        assert result["error"]["hint"].rstrip(".") in result["msg"]
    return [result["error"] for result in results]


def shown(ansible: Ansible, run: Run, password: str) -> list[str]:
    """Return where a password can be read, in whatever spelling."""
    texts = {"output": run.output, "results": str(run.events), "log": (ansible.folder / "ansible.log").read_text()}
    spellings = {password, quote(password), quote(password, safe="")}
    return [name for name, text in texts.items() for word in spellings if word in text]


@pytest.mark.parametrize("given_by", ["HTTPS_PROXY", "QUALYS_PROXY", "option"])
def test_a_proxy_with_a_login(ansible: Ansible, gateway: Nginx, proxy: Squid, ca_path: str, given_by: str) -> None:
    process = {"PROXY_OF_A_VAULT" if given_by == "option" else given_by: proxy.login()}
    options = {"ca_path": ca_path, **({"proxy": FROM_A_VAULT} if given_by == "option" else {})}
    run = asked(ansible, gateway.url, process=process, options=options)

    read_all(run)
    assert {(each.status, each.user) for each in proxy.passages(len(TASKS))} == {(200, USER)}
    assert shown(ansible, run, PROXY_PASSWORD) == []
    assert shown(ansible, run, PASSWORD) == []


@pytest.mark.parametrize("given_by", ["HTTPS_PROXY", "option"])
def test_a_proxy_with_a_wrong_login(
    ansible: Ansible, gateway: Nginx, proxy: Squid, ca_path: str, given_by: str
) -> None:
    process = {"PROXY_OF_A_VAULT" if given_by == "option" else given_by: proxy.login(password=WRONG)}
    options = {"ca_path": ca_path, **({"proxy": FROM_A_VAULT} if given_by == "option" else {})}
    run = asked(ansible, gateway.url, process=process, options=options)

    for error in errors(run):
        assert error["kind"] == "proxy"
        assert "407" in error["message"]
        assert "password" in error["hint"]
    assert shown(ansible, run, WRONG) == []
    assert gateway.requests() == []


def test_a_proxy_and_a_ca_of_the_tasks_environment(
    ansible: Ansible, gateway: Nginx, proxy: Squid, ca_path: str
) -> None:
    environment = {"https_proxy": proxy.open, "REQUESTS_CA_BUNDLE": ca_path}
    read_all(asked(ansible, gateway.url, environment=environment))
    targets = [(each.status, each.target) for each in proxy.passages(len(TASKS))]
    assert set(targets) == {(200, gateway.place)}
    assert len(targets) >= len(TASKS)


def test_the_tasks_environment_adds_to_that_of_the_process(
    ansible: Ansible, gateway: Nginx, ca_path: str, dead_proxy: str
) -> None:
    process = {"HTTPS_PROXY": dead_proxy, "REQUESTS_CA_BUNDLE": ca_path}
    read_all(asked(ansible, gateway.url, process=process, environment={"NO_PROXY": "127.0.0.1"}))


def test_a_proxy_that_is_dead(ansible: Ansible, gateway: Nginx, ca_path: str, dead_proxy: str) -> None:
    process = {"HTTPS_PROXY": dead_proxy, "https_proxy": dead_proxy}
    run = asked(ansible, gateway.url, process=process, options={"ca_path": ca_path})
    assert [error["kind"] for error in errors(run)] == ["proxy"] * len(TASKS)
    assert all("use_proxy" in error["hint"] for error in errors(run))


@pytest.mark.parametrize("setting", ["use_proxy", "QUALYS_USE_PROXY", "NO_PROXY"])
def test_past_a_proxy_that_is_dead(
    ansible: Ansible, gateway: Nginx, ca_path: str, dead_proxy: str, setting: str
) -> None:
    process = {"HTTPS_PROXY": dead_proxy, "https_proxy": dead_proxy}
    process |= {"QUALYS_USE_PROXY": {"QUALYS_USE_PROXY": "false"}, "NO_PROXY": {"NO_PROXY": "127.0.0.1"}}.get(
        setting, {}
    )
    options = {"ca_path": ca_path, **({"use_proxy": False} if setting == "use_proxy" else {})}
    read_all(asked(ansible, gateway.url, process=process, options=options))


def test_tls_inspection(
    ansible: Ansible, gateway: Nginx, proxy: Squid, inspector: trustme.CA, place: Place, ca_path: str
) -> None:
    url = gateway.url_by(NAMED_GATEWAY)
    process = {"HTTPS_PROXY": proxy.inspecting}
    for error in errors(asked(ansible, url, process=process, options={"ca_path": ca_path})):
        assert error["kind"] == "tls"
        assert "TLS inspection" in error["hint"]
        assert "ca_path" in error["hint"]

    process["REQUESTS_CA_BUNDLE"] = str(place.write("inspector.pem", inspector.cert_pem.bytes()))
    read_all(asked(ansible, url, process=process))


def test_a_netrc_in_the_home_of_the_user(ansible: Ansible, gateway: Nginx, simulator: Simulator, ca_path: str) -> None:
    netrc = ansible.folder / ".netrc"
    netrc.write_text("machine 127.0.0.1 login other password hush\n", encoding="utf-8")
    netrc.chmod(0o600)
    process = {"NETRC": str(netrc), "HOME": str(ansible.folder)}
    read_all(asked(ansible, gateway.url, process=process, options={"ca_path": ca_path}))
    seen = {(each.path == "/auth", each.authorization.split(" ")[0]) for each in gateway.requests(8)}
    assert seen == {(True, ""), (False, "Bearer")}
    assert simulator.stats()["failed_logins"] == 0
