# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guides, followed step by step: every file is written, every command is typed, and what is shown is what comes."""

from __future__ import annotations

import re
import shlex
import textwrap
import typing as t
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import yaml
from support.playbooks import Ansible
from support.simulator import NOW, Simulator

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ROOT / "docs" / "docsite" / "rst"
DEMO_INVENTORY = str(ROOT / "tests" / "demo" / "inventory.yml")

# What the examples name: a user, a password, a folder of the controller, and a cache that tests/system has.
USERNAME, PASSWORD = "quays_xx1", "a-password-out-of-a-vault"
FOLDER = "/var/lib/certificates"
REDIS = {"community.general.redis": "ansible.builtin.jsonfile", "redis.example.com:6379:0": "shared-cache"}
ANY_UNPARSED = "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED"


class Block(t.NamedTuple):
    """A code block of a guide."""

    language: str
    text: str

    @property
    def title(self) -> str | None:
        """What its first line says that it is: mostly the name of a file."""
        found = re.match(r"# (.+)\n", self.text)
        return found[1] if found else None

    @property
    def file(self) -> str | None:
        return self.title if self.title and self.title.endswith(".yml") else None

    @property
    def data(self) -> t.Any:
        return yaml.safe_load(self.text)

    @property
    def commands(self) -> Iterator[tuple[str, list[str]]]:
        """Return what is typed, and what is shown after it."""
        for typed in self.text.split("$ ")[1:]:
            command, _newline, shown = typed.partition("\n")
            yield command, [line for line in shown.splitlines() if line not in ("", "...")]


def blocks_of(guide: str) -> list[Block]:
    text = (GUIDES / f"{guide}.rst").read_text()
    found = re.findall(r"^( *)\.\. code-block:: (\w+)\n\n((?:\1 +\S.*\n|\n)+)", text, re.MULTILINE)
    assert len(found) == text.count(".. code-block::")
    return [Block(language, textwrap.dedent(body).strip("\n") + "\n") for _indent, language, body in found]


def blocks_with(guide: str, is_wanted: Callable[[Block], bool]) -> list[Block]:
    return [block for block in blocks_of(guide) if block.language == "yaml" and is_wanted(block)]


@pytest.fixture
def gateway(simulate: Callable[..., Simulator]) -> Simulator:
    return simulate("--estate", "demo", "--username", USERNAME, "--password", PASSWORD)


@pytest.fixture
def environment(gateway: Simulator) -> dict[str, str]:
    """What leads the examples' platform to the simulator."""
    return {"QUALYS_GATEWAY_URL": gateway.url, "QUALYS_USERNAME": USERNAME, "QUALYS_PASSWORD": PASSWORD}


def list_calls(simulator: Simulator) -> int:
    return sum(count for api, count in simulator.stats()["calls"].items() if api.startswith("/certview/"))


class Reader:
    """Somebody who follows the inventory guide in an empty folder."""

    def __init__(self, ansible: Ansible, environment: Mapping[str, str]) -> None:
        self.ansible = ansible
        # One host after the other, as the guide shows them.
        self.environment = {**environment, ANY_UNPARSED: "true", "ANSIBLE_FORKS": "1", "HOME": str(ansible.folder)}
        self.typed: list[str] = []
        self.written: set[str] = set()

    def write(self, block: Block) -> None:
        assert block.file
        text = block.text
        if is_source(block):
            text += f"as_of: '{NOW}'\n"
        for there, here in REDIS.items():
            text = text.replace(there, here)
        path = self.ansible.folder / block.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.written.add(block.file)

    def type(self, command: str, shown: list[str]) -> None:
        words = shlex.split(command)
        self.typed.append(command)
        if words[0] == "export":
            assert all(word.startswith(("QUALYS_", ANY_UNPARSED)) for word in words[1:])
            return
        done = self.ansible.command(*words, env=self.environment)
        assert done.returncode == 0, done.stdout
        lines = iter(done.stdout.splitlines())
        assert [line for line in shown if line not in lines] == [], done.stdout

    def catch_up(self) -> None:
        """Use what was written and not named in any command."""
        used = {word for command in self.typed for word in shlex.split(command)}
        for name in sorted(self.written):
            path = self.ansible.folder / name
            if name in used or str(Path(name).parts[0]) in used:
                continue
            if name.endswith("certview.yml"):
                self.type(f"ansible-inventory -i hosts.yml -i {name} --graph certview_expired", ["  |--web01"])
            else:
                assert isinstance(yaml.safe_load(path.read_text()), list)
                self.type(f"ansible-playbook -i hosts.yml -i production.certview.yml {name}", [])


def is_source(block: Block) -> bool:
    return isinstance(block.data, dict) and "plugin" in block.data


def test_the_inventory_guide_can_be_followed(ansible: Ansible, environment: dict[str, str]) -> None:
    reader = Reader(ansible, environment)
    for block in blocks_of("inventory_guide"):
        if block.file:
            reader.write(block)
        elif block.language == "console":
            for command, shown in block.commands:
                reader.type(command, shown)
    reader.catch_up()

    assert len(reader.written) >= 12
    assert len(reader.typed) >= 14


def the_block(guide: str, title: str) -> t.Any:
    (block,) = blocks_with(guide, lambda block: block.title == title)
    return block.data


@pytest.mark.matrix
def test_the_credential_type_of_awx_gives_what_the_plugin_reads(ansible: Ansible) -> None:
    inputs, injectors = (the_block("inventory_guide", f"{name} configuration") for name in ("Input", "Injector"))
    names = {field["id"] for field in inputs["fields"]}
    options = ansible.command("ansible-doc", "--json", "--type", "inventory", "community.qualys.certview").stdout
    read = {
        env["name"]: name
        for name, option in yaml.safe_load(options)["community.qualys.certview"]["doc"]["options"].items()
        for env in option.get("env", [])
    }

    assert set(inputs["required"]) == names
    assert [field["id"] for field in inputs["fields"] if field.get("secret")] == ["password"]
    assert {read[env]: value for env, value in injectors["env"].items()} == {
        name: f"{{{{ {name} }}}}" for name in names
    }


@pytest.mark.matrix
def test_without_the_source_variables_a_failed_update_looks_well(ansible: Ansible, environment: dict[str, str]) -> None:
    reader = Reader(ansible, environment)
    for block in blocks_with("inventory_guide", lambda block: (block.file or "").startswith("inventory/")):
        reader.write(block)
    # This one AWX sets by itself.
    awx = {**environment, "QUALYS_PASSWORD": "wrong", "ANSIBLE_INVENTORY_UNPARSED_FAILED": "true"}
    update = ("ansible-inventory", "-i", "inventory", "--list", "--export")
    well = ansible.command(*update, env=awx)
    failed = ansible.command(*update, env={**awx, **the_block("inventory_guide", "Source variables")})

    assert well.returncode == 0, well.stdout
    assert "certview_status" not in well.stdout
    assert failed.returncode != 0, failed.stdout


def as_a_task_list(block: Block) -> bool:
    return isinstance(block.data, list) and "hosts" not in block.data[0]


def played(ansible: Ansible, environment: Mapping[str, str], tasks: list[dict[str, t.Any]]) -> list[str]:
    """Run tasks on a host with an expired certificate and on one with none, and return those that failed."""
    play = [{"hosts": "web01:new01", "connection": "local", "gather_facts": False, "tasks": tasks}]
    run = ansible.play(play, inventory=DEMO_INVENTORY, env=environment)
    failed = sorted(name for name, figures in run.stats.items() if figures["failures"] or figures["unreachable"])
    assert (run.returncode == 0) == (not failed), run.output
    assert {event["task"] for event in run.events} == {task["name"] for task in tasks}, run.output
    return failed


@pytest.mark.parametrize("guide", ["lookup_guide", "api_calls_guide"])
def test_the_tasks_of_a_guide_run(ansible: Ansible, environment: dict[str, str], guide: str) -> None:
    tasks = [task for block in blocks_with(guide, as_a_task_list) for task in block.data]
    tasks = yaml.safe_load(yaml.safe_dump(tasks).replace(FOLDER, str(ansible.folder)))
    (ansible.folder / "all.jsonl").unlink(missing_ok=True)
    stopping = [task for task in tasks if "ansible.builtin.assert" in task]
    others = [task for task in tasks if task not in stopping]

    assert played(ansible, environment, others) == []
    for task in stopping:
        assert played(ansible, environment, [task]) == ["web01"]
    assert len(stopping) == (guide == "lookup_guide")


def test_every_block_of_a_guide_is_of_use() -> None:
    """What no test here knows how to use would be shown to users unproven."""
    titles = {"Input configuration", "Injector configuration", "Source variables"}
    for guide in GUIDES.glob("*.rst"):
        for block in blocks_with(guide.stem, lambda block: not block.file and block.title not in titles):
            assert guide.stem != "inventory_guide", block.text
            assert as_a_task_list(block), block.text
    assert not blocks_with("api_calls_guide", lambda block: block.file is not None)


@pytest.mark.matrix
@pytest.mark.parametrize(("file", "evaluations"), [("each-time.yml", 3), ("kept.yml", 1)])
def test_a_variable_is_looked_up_each_time_that_it_is_used(
    ansible: Ansible, gateway: Simulator, environment: dict[str, str], file: str, evaluations: int
) -> None:
    (block,) = blocks_with("lookup_guide", lambda block: block.file == file)
    play = ansible.play(block.data, "--limit", "web01", inventory=DEMO_INVENTORY, env=environment)
    assert play.returncode == 0, play.output
    of_a_sweep = list_calls(gateway)
    assert of_a_sweep == 2

    # A lookup that may not use the copy tells that it was made.
    counted = yaml.safe_load(block.text.replace("ansible_host)", "ansible_host, max_age=0)"))
    ansible.play(counted, "--limit", "web01", inventory=DEMO_INVENTORY, env=environment)
    assert list_calls(gateway) - of_a_sweep == evaluations * of_a_sweep


def test_one_task_brings_the_copy_up_to_date_for_all_lookups(
    ansible: Ansible, gateway: Simulator, environment: dict[str, str]
) -> None:
    (block,) = blocks_with("lookup_guide", lambda block: "Fetch what has changed since" in block.text)
    tasks = yaml.safe_load(block.text.replace(FOLDER, str(ansible.folder)))
    assert played(ansible, environment, tasks) == []
    assert list_calls(gateway) == 2
