# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the documentation shows is what happens: every example runs, and the shown output is the real one."""

from __future__ import annotations

import json
import re
import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from support.playbooks import Ansible
from support.simulator import NOW, Simulator

ROOT = Path(__file__).resolve().parents[2]
DEMO_INVENTORY = str(ROOT / "tests" / "demo" / "inventory.yml")
MODULES = ("certview_auth", "certview_certificate_info", "certview_audit")

# What the examples name: a user, a password in a vault, and a folder of the controller.
USERNAME = "quays_xx1"
PASSWORD = "a-password-out-of-a-vault"
FOLDER = "/var/lib/certificates"


@pytest.fixture
def example_gateway(simulate: Callable[..., Simulator]) -> dict[str, str]:
    """The environment that leads the examples' platform to a simulator that knows their user."""
    simulator = simulate("--estate", "demo", "--username", USERNAME, "--password", PASSWORD)
    return {**simulator.environment, "QUALYS_USERNAME": USERNAME, "QUALYS_PASSWORD": PASSWORD}


def blocks(path: Path, language: str) -> list[str]:
    """Return the fenced code blocks of a Markdown file."""
    return re.findall(rf"^```{language}\n(.*?)^```$", path.read_text(), re.DOTALL | re.MULTILINE)


DOCUMENTED: dict[str, dict[str, t.Any]] = {}
"""What ansible-doc says of our modules, once it was asked."""


def documentation(ansible: Ansible, module: str) -> dict[str, t.Any]:
    if not DOCUMENTED:
        names = [f"community.qualys.{path.stem}" for path in (ROOT / "plugins" / "modules").glob("certview_*.py")]
        done = ansible.command("ansible-doc", "--json", "--type", "module", *names)
        assert done.returncode == 0, done.stdout
        DOCUMENTED.update(json.loads(done.stdout))
    return DOCUMENTED[f"community.qualys.{module}"]


def test_the_readme_shows_what_the_demonstration_prints(ansible: Ansible, demo_estate: Simulator) -> None:
    (shown,) = [block for block in blocks(ROOT / "README.md", "console") if block.startswith("...\n")]
    run = ansible.play(
        "community.qualys.demo", "-e", f"certificate_audit_as_of={NOW}", inventory=DEMO_INVENTORY,
        env={**demo_estate.environment, "ANSIBLE_FORKS": "1", "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false"},
    )  # fmt: skip
    printed = run.output.splitlines()
    lines = [line for line in shown.splitlines() if line and not line.startswith(("$ ", "..."))]

    assert run.returncode == 0, run.output
    assert len(lines) > 20
    assert [line for line in lines if line not in printed] == []


@pytest.mark.parametrize("document", ["README.md", "roles/certificate_audit/README.md"])
def test_the_playbooks_of_the_readmes_run(ansible: Ansible, example_gateway: dict[str, str], document: str) -> None:
    for block in blocks(ROOT / document, "yaml"):
        play = yaml.safe_load(block)
        run = ansible.play(
            play, "-e", f"vault_qualys_password={PASSWORD}", "-e", f"certificate_audit_as_of={NOW}",
            inventory=DEMO_INVENTORY, env=example_gateway,
        )  # fmt: skip
        failed = {name for name, figures in run.stats.items() if figures["failures"]}
        assert failed == {"web01", "web02", "web04"}, run.output


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_a_module_run(ansible: Ansible, example_gateway: dict[str, str], module: str) -> None:
    examples = documentation(ansible, module)["examples"].replace(FOLDER, str(ansible.folder))
    tasks = yaml.safe_load(examples)
    last = tasks[-1]
    failing = last if "ansible.builtin.fail" in last else None
    # One host with findings, and one without.
    play = [{"hosts": "web01:new01", "connection": "local", "gather_facts": False, "tasks": tasks}]
    run = ansible.play(play, "-e", f"vault_qualys_password={PASSWORD}", inventory=DEMO_INVENTORY, env=example_gateway)

    if failing is None:
        assert run.returncode == 0, run.output
    else:
        assert {figures["failures"] for figures in run.stats.values()} == {0, 1}, run.output
    assert {event["task"] for event in run.events} >= {task["name"] for task in tasks}


@pytest.mark.parametrize("module", MODULES)
def test_what_a_module_returns_is_documented(ansible: Ansible, demo_estate: Simulator, module: str) -> None:
    documented = set(documentation(ansible, module)["return"])
    task = {"name": "Run", f"community.qualys.{module}": {}, "run_once": True}
    run = ansible.play(
        [{"hosts": "all", "connection": "local", "gather_facts": False, "tasks": [task]}],
        inventory=DEMO_INVENTORY,
        env=demo_estate.environment,
    )
    returned = set(run.result("Run")) - {"changed", "failed", "_ansible_no_log", "invocation", "warnings"}
    returned -= {name for name in returned if name.startswith(("_ansible_", "ansible_"))}

    assert returned
    assert returned <= documented
    assert documented - returned == {"error"}


def test_the_role_documents_every_variable_it_reads() -> None:
    role = ROOT / "roles" / "certificate_audit"
    specified = set(yaml.safe_load((role / "meta/argument_specs.yml").read_text())["argument_specs"]["main"]["options"])
    described = set(re.findall(r"^\| `(certificate_audit_\w+)`", (role / "README.md").read_text(), re.MULTILINE))
    defaults = set(yaml.safe_load((role / "defaults/main.yml").read_text()))

    assert described == specified
    assert defaults <= specified
