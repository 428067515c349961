# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory plugin in real runs: what it tells, what it costs, what it refuses, and what it never runs."""

from __future__ import annotations

import json
import os
import typing as t
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml
from support.playbooks import Ansible, tasks_on_localhost
from support.simulator import NOW, PASSWORD, Simulator
from support.spoiling import spoiling

DEMO_INVENTORY = str(Path(__file__).parents[1] / "demo" / "inventory.yml")
FAILS = {"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true"}
SUMMARY = ("certview_status", "certview_severity", "certview_findings_count", "certview_rules")


class Inventory:
    """What ansible-inventory has listed."""

    def __init__(self, listed: Mapping[str, t.Any], output: str) -> None:
        self.listed = listed
        self.output = output
        self.variables: dict[str, dict[str, t.Any]] = {
            name: {key: plain(value) for key, value in variables.items()}
            for name, variables in listed["_meta"]["hostvars"].items()
        }

    def hosts(self, group: str) -> list[str]:
        return sorted(self.listed.get(group, {}).get("hosts", []))

    @property
    def statuses(self) -> dict[str, str]:
        return {name: variables["certview_status"] for name, variables in self.variables.items()}


def plain(value: t.Any) -> t.Any:
    """Return a value without the mark of a text that is no template."""
    if isinstance(value, dict):
        return value.get("__ansible_unsafe", {key: plain(item) for key, item in value.items()})
    return [plain(item) for item in value] if isinstance(value, list) else value


def written(ansible: Ansible, *, name: str = "our.certview.yml", **options: t.Any) -> str:
    path = ansible.folder / name
    path.write_text(yaml.safe_dump({"plugin": "community.qualys.certview", "as_of": NOW, **options}))
    return str(path)


def listed(ansible: Ansible, *sources: str, env: Mapping[str, str], words: tuple[str, ...] = ()) -> Inventory:
    output = ansible.folder / "listed.json"
    output.unlink(missing_ok=True)
    named = [word for source in sources for word in ("-i", source)]
    done = ansible.command("ansible-inventory", *named, "--list", "--output", str(output), *words, env={**FAILS, **env})
    assert done.returncode == 0, done.stdout
    return Inventory(json.loads(output.read_text()), done.stdout)


def refused(ansible: Ansible, *sources: str, env: Mapping[str, str], words: tuple[str, ...] = ()) -> list[str]:
    """Return what is said of each inventory that cannot be had, once none changed anything of what others have brought.

    All in one run, for most of the time is that of Ansible's start.
    """
    named = [word for source in (DEMO_INVENTORY, *sources) for word in ("-i", source)]
    output = ansible.folder / "refused.json"
    # Ansible goes on with what it has.
    done = ansible.command("ansible-inventory", *named, "--list", "--output", str(output), *words, env=env)
    assert done.returncode == 0, done.stdout
    left = output.read_text()
    output.unlink()
    assert "certview" not in left
    assert "web01" in left
    *said, _rest = " ".join(done.stdout.split()).split("Unable to parse")
    assert len(said) == len(sources), done.stdout
    return said


def list_calls(simulator: Simulator) -> int:
    return sum(count for api, count in simulator.stats()["calls"].items() if api.startswith("/certview/"))


def test_it_tells_the_same_as_the_audit(ansible: Ansible, demo_estate: Simulator) -> None:
    inventory = listed(ansible, DEMO_INVENTORY, written(ansible, details="json"), env=demo_estate.environment)
    run = ansible.play(
        [
            {
                "hosts": "all",
                "gather_facts": False,
                "tasks": [{"name": "Audit", "community.qualys.certview_audit": {"as_of": NOW}, "run_once": True}],
            }
        ],
        inventory=DEMO_INVENTORY,
        env=demo_estate.environment,
    )
    hosts = run.result("Audit")["audit"]["hosts"]

    assert inventory.statuses == {name: host["status"] for name, host in hosts.items()}
    for name, host in hosts.items():
        told = inventory.variables[name]
        assert json.loads(told["certview_findings"]) == host["findings"]
        assert told["certview_matched_by"] == host["match"]["rule"]
        assert told["certview_certificates_count"] == len(host["certificates"])
        assert name in inventory.hosts(f"certview_{host['status']}")


@pytest.mark.matrix
def test_the_findings_as_a_structure_are_those_of_the_text(ansible: Ansible, demo_estate: Simulator) -> None:
    text, structure = (
        listed(ansible, DEMO_INVENTORY, written(ansible, details=details), env=demo_estate.environment)
        for details in ("json", "structure")
    )
    assert any(variables["certview_findings"] for variables in structure.variables.values())
    for name, variables in structure.variables.items():
        assert variables["certview_findings"] == json.loads(text.variables[name]["certview_findings"])


def test_a_play_for_a_group_runs_on_its_hosts(ansible: Ansible, demo_estate: Simulator) -> None:
    task = {"name": "Tell", "ansible.builtin.debug": {"msg": "{{ certview_days_remaining < 30 }}"}}
    play = [{"hosts": "certview_expiring:certview_not_evaluated", "gather_facts": False, "tasks": [task]}]
    (ansible.folder / "both").mkdir()
    (ansible.folder / "both" / "1.yml").write_text(Path(DEMO_INVENTORY).read_text())
    written(ansible, name="both/2.certview.yml")
    run = ansible.play(play, inventory=str(ansible.folder / "both"), env=demo_estate.environment)

    assert run.returncode == 0, run.output
    assert {host: result["msg"] for host, result in run.results("Tell").items()} == {"web02": True, "web05": True}
    # Nobody is in one of the groups, and that is as it should be.
    assert "Could not match" not in run.output


def test_a_file_of_another_name_is_not_ours(ansible: Ansible, demo_estate: Simulator) -> None:
    (said,) = refused(ansible, written(ansible, name="certificates.yml"), env=demo_estate.environment)
    assert "could not be verified" in said


@pytest.mark.matrix
def test_an_inventory_of_the_copy_makes_no_call(ansible: Ansible, simulate: Callable[..., Simulator]) -> None:
    simulator = simulate("--estate", "generated", "--certificates", "900", "--assets", "600")
    source = written(ansible, mode="create")
    first = listed(ansible, source, env=simulator.environment)
    pages = list_calls(simulator)
    second = listed(ansible, source, env=simulator.environment)

    assert len(first.variables) > 400
    assert first.listed == second.listed
    assert 5 <= pages == list_calls(simulator)


@pytest.mark.matrix
def test_conditions_are_left_to_the_server_when_it_is_asked_anyhow(
    ansible: Ansible, simulate: Callable[..., Simulator]
) -> None:
    simulator = simulate("--estate", "generated", "--certificates", "900", "--assets", "600")
    everything = listed(ansible, written(ansible, mode="create", max_age=0), env=simulator.environment)
    pages = list_calls(simulator)
    expired = listed(ansible, written(ansible, mode="create", max_age=0, expired=True), env=simulator.environment)
    of_few = list_calls(simulator) - pages
    filtered = written(ansible, mode="create", max_age=0, include_filters=[{"expired": True}])

    assert of_few < pages
    assert 0 < len(expired.variables) < len(everything.variables)
    assert expired.listed == listed(ansible, filtered, env=simulator.environment).listed
    assert set(expired.statuses.values()) == {"expired"}


def test_two_assets_of_a_name_are_two_hosts(ansible: Ansible, demo_estate: Simulator) -> None:
    with spoiling(demo_estate.url, {"web02.example.com": "web01.example.com", "web03.example.com": "localhost"}) as url:
        environment = {**demo_estate.environment, "QUALYS_GATEWAY_URL": url}
        inventory = listed(ansible, written(ansible, mode="create"), env=environment)
    named = {name: variables["ansible_host"] for name, variables in inventory.variables.items()}
    alike = sorted(name for name in named if name.startswith("web01.example.com"))

    assert [named[name] for name in alike] == ["192.0.2.11", "192.0.2.12"]
    for name in alike:
        assert name == f"web01.example.com_{inventory.variables[name]['certview_asset_id']}"
        assert name in inventory.output
    assert "localhost" not in named
    assert named["192.0.2.13"] == "192.0.2.13"


HOSTILE = "{{ lookup('ansible.builtin.pipe', 'touch MARK') }}{{ 12345679 * 9 }}{% raw %}"
RUN = "111111111"


@pytest.mark.parametrize("details", ["json", "structure"])
def test_what_others_wrote_is_never_a_template(ansible: Ansible, demo_estate: Simulator, details: str) -> None:
    mark = ansible.folder / "mark"
    hostile = HOSTILE.replace("MARK", str(mark))
    # Of the asset and the certificate, of its system, of its tag, and of the CA that findings name.
    texts = {
        "web01.example.com": hostile,
        "Ubuntu Linux 22.04": hostile + " 22.04",
        "Production": hostile + " production",
        "Example Trust TLS RSA CA 1": hostile + " CA",
    }
    source = written(
        ansible,
        mode="create",
        details=details,
        policy={"rules": {"TRU-002": True}, "lists": {"approved_issuers": ["Nobody"]}},
        compose={"composed": "certview_asset_name", "joined": "'the ' ~ certview_asset_name"},
        groups={"named": "certview_asset_name is defined and certview_tags is defined"},
        keyed_groups=[{"key": "certview_tags", "prefix": "tag"}, {"key": "certview_asset_name", "prefix": "name"}],
    )
    names = ("certview_asset_name", "certview_operating_system", "certview_tags", "certview_findings", "composed")
    tasks = [
        {"name": name, "ansible.builtin.debug": {"msg": "{{ " + name + " }}"}}
        for name in (*names, "joined", "hostvars[inventory_hostname]", "inventory_hostname", "group_names")
    ]
    tasks.append({"name": "var", "ansible.builtin.debug": {"var": "certview_asset_name"}})
    tasks.append({"name": "joined again", "ansible.builtin.debug": {"msg": "a {{ certview_asset_name ~ composed }} b"}})
    play = [{"hosts": "certview_expired", "connection": "local", "gather_facts": False, "tasks": tasks}]
    with spoiling(demo_estate.url, texts) as url:
        environment = {**demo_estate.environment, "QUALYS_GATEWAY_URL": url}
        run = ansible.play(play, inventory=source, env=environment)
        again = listed(ansible, source, env=environment)
    (name,) = run.results("certview_asset_name")

    assert run.returncode == 0, run.output
    assert not mark.exists()
    assert run.results("certview_asset_name")[name]["msg"] == hostile
    assert run.results("certview_tags")[name]["msg"] == ["Web", hostile + " production"]
    assert run.results("composed")[name]["msg"] == hostile
    assert run.results("joined")[name]["msg"] == f"the {hostile}"
    assert run.results("joined again")[name]["msg"] == f"a {hostile}{hostile} b"
    assert hostile in json.dumps(run.results("hostvars[inventory_hostname]"), ensure_ascii=False)
    assert "{" not in name + str(run.results("group_names")[name]["msg"])
    assert f"issued by {hostile} CA" in json.dumps(run.results("certview_findings"))
    assert RUN not in run.output + str(run.events) + json.dumps(again.listed)
    assert again.variables[name]["certview_asset_name"] == hostile
    assert again.hosts("named")
    assert not mark.exists()


def test_options_may_hold_templates_and_vaults(ansible: Ansible, demo_estate: Simulator) -> None:
    key = ansible.folder / "key"
    key.write_text("a-key")
    sealed = ansible.command("ansible-vault", "encrypt_string", "--vault-password-file", str(key), PASSWORD).stdout
    lines = [line.strip() for line in sealed[sealed.index("!vault") :].splitlines() if "Encryption" not in line]
    path = Path(
        written(
            ansible,
            gateway_url="{{ gateway }}",
            username="{{ 'certview' }}-demo",
            timeout="{{ 20 + 10 }}",
            token_cache="{{ gateway is not defined }}",
            policy="{{ standard }}",
            mode="{{ 'enrich' }}",
        )
    )
    path.write_text(path.read_text() + "password: !vault |\n" + "".join(f"  {line}\n" for line in lines[1:]))
    words = ("--vault-password-file", str(key), "-e", f"gateway={demo_estate.url}", "-e", "standard=ssllabs")
    inventory = listed(ansible, DEMO_INVENTORY, str(path), env={}, words=words)

    assert inventory.statuses["web01"] == "expired"
    assert inventory.statuses["web05"] == "expiring"
    assert PASSWORD not in inventory.output
    assert not list((ansible.folder / "state").glob("*token*"))


def test_variables_that_are_given_to_ansible_name_the_connection(ansible: Ansible, demo_estate: Simulator) -> None:
    variables = ansible.folder / "variables.yml"
    variables.write_text(
        yaml.safe_dump({f"qualys_{name[7:].lower()}": value for name, value in demo_estate.environment.items()})
    )
    inventory = listed(ansible, DEMO_INVENTORY, written(ansible), env={}, words=("-e", f"@{variables}"))
    assert inventory.statuses["web01"] == "expired"


SLIPS: list[tuple[dict[str, t.Any], list[str]]] = [
    ({"platform": "us99", "gateway_url": ""}, ["us99"]),
    ({"username": "", "password": ""}, ["credentials", "QUALYS_USERNAME"]),
    ({"password": "wrong"}, ["is not accepted (HTTP 401): Bad credentials"]),
    ({"mode": "destroy"}, ["destroy"]),
    ({"hostname": ["name"]}, ["no option hostname", "hostnames"]),
    ({"policy": "baselime"}, ["baselime", "baseline"]),
    ({"policy": "missing.yml"}, ["missing.yml"]),
    ({"where": [{"field": "certificate.keySize", "operator": "above", "value": 1}]}, ["operator", "above"]),
    ({"where": [{"field": "certificate.keySize", "op": "greater"}]}, ["op", "operator"]),
    ({"where": [{"field": "certificate.noSuchField", "operator": "equals", "value": 1}], "max_age": 0}, ["400"]),
    ({"include_filters": [{"tag": ["Web"]}]}, ["include_filters", "tag"]),
    ({"exclude_filters": ["Web"]}, ["exclude_filters", "Web"]),
    ({"exclude_filters": [{}]}, ["exclude_filters", "no condition"]),
    (
        {"include_filters": [{"where": [{"field": "asset.nam", "operator": "equals", "value": "x"}]}]},
        ["asset.nam", "Did you mean asset.name"],
    ),
    ({"match_on": ["mac"]}, ["mac"]),
    ({"max_age": -1}, ["max_age is -1"]),
    ({"as_of": "tomorrow"}, ["as_of is 'tomorrow'"]),
    ({"timeout": "{{ missing }}"}, ["missing"]),
    ({"strict": True, "compose": {"late": "certview_days_remaining < no_such_variable"}}, ["no_such_variable"]),
    ({"strict": True, "groups": {"late": "no_such_variable > 1"}}, ["no_such_variable"]),
    ({"keyed_groups": [{"key": "certview_status", "prefix": "x", "parent_group": "x_expired"}]}, ["x_expired"]),
]


def test_what_cannot_be_done_is_said_and_leaves_nothing_behind(ansible: Ansible, demo_estate: Simulator) -> None:
    # What one of them has learnt of a login is no business of the next.
    environment = {**demo_estate.environment, "QUALYS_TOKEN_CACHE": "false"}
    sources = [
        written(ansible, name=f"{number}.certview.yml", **{"state_dir": str(ansible.folder / str(number)), **options})
        for number, (options, _words) in enumerate(SLIPS)
    ]
    for (options, words), said in zip(SLIPS, refused(ansible, *sources, env=environment), strict=True):
        assert [word for word in words if word not in said] == [], (options, said)


def test_a_run_can_be_made_to_end_without_our_answer(ansible: Ansible, demo_estate: Simulator) -> None:
    source = written(ansible, as_of="tomorrow")
    done = ansible.command("ansible-inventory", "-i", source, "--list", env={**FAILS, **demo_estate.environment})
    assert done.returncode != 0
    assert "Traceback" not in done.stdout


def test_expressions_that_fail_are_left_out_unless_they_are_strict(ansible: Ansible, demo_estate: Simulator) -> None:
    source = written(
        ansible,
        compose={"late": "certview_days_remaining < no_such_variable", "rest": "certview_days_remaining"},
        groups={"never": "no_such_variable > 1", "bad": "'certview_expired' in group_names"},
        keyed_groups=[
            {"key": "no_such_variable", "prefix": "x"},
            {"key": "rest | int | string", "prefix": ""},
        ],
        leading_separator=False,
    )
    inventory = listed(ansible, DEMO_INVENTORY, source, env=demo_estate.environment)

    assert not any("late" in variables for variables in inventory.variables.values())
    assert inventory.variables["web01"]["rest"] == -12
    assert inventory.hosts("bad") == ["web01"]
    assert inventory.hosts("_12") == ["web01"]


def test_secrets_are_told_at_no_verbosity(ansible: Ansible, demo_estate: Simulator) -> None:
    secret = "secret-that-nobody-may-read"
    environment = {name: value for name, value in demo_estate.environment.items() if name != "QUALYS_PASSWORD"}
    environment["QUALYS_TOKEN_CACHE"] = "false"
    wrong: list[dict[str, t.Any]] = [
        {"password": secret},
        {"token": secret, "max_age": 0},
        {"auth": secret},
        {"auth": {"token": secret, "gateway_url": "ftp://nowhere"}},
        {"client_id": "me", "client_secret": "{{ '" + secret + "' }}"},
        {"proxy": f"http://{secret}:x@127.0.0.1:9", "password": PASSWORD, "retries": 0, "max_age": 0},
    ]
    sources = [written(ansible, name=f"{i}.certview.yml", **options) for i, options in enumerate(wrong)]
    for options, said in zip(wrong, refused(ansible, *sources, env=environment, words=("-vvvvv",)), strict=True):
        assert secret not in said, options
    listed(ansible, DEMO_INVENTORY, written(ansible), env=demo_estate.environment, words=("-vvvvv",))
    (said,) = refused(ansible, written(ansible), env=environment, words=("-vvvvv", "-e", f"qualys_auth={secret}"))
    assert secret not in said


class Cached:
    """An inventory with Ansible's cache of files."""

    def __init__(self, ansible: Ansible, simulator: Simulator, **options: t.Any) -> None:
        self.ansible = ansible
        self.simulator = simulator
        self.folder = ansible.folder / "cache"
        # Without a copy each question that is not answered by the cache is asked of the API.
        self.options = {
            "cache": True,
            "cache_plugin": "ansible.builtin.jsonfile",
            "cache_connection": str(self.folder),
            "max_age": 0,
            **options,
        }
        self.hosts = {"web01": {"ansible_host": "192.0.2.11"}}

    def read(self, *words: str, env: Mapping[str, str] | None = None, **options: t.Any) -> tuple[Inventory, int]:
        """Return the inventory, and how many calls it took."""
        before = list_calls(self.simulator)
        inventory = listed(
            self.ansible,
            self.ansible.inventory(self.hosts),
            written(self.ansible, **{**self.options, **options}),
            env=self.simulator.environment if env is None else env,
            words=words,
        )
        return inventory, list_calls(self.simulator) - before

    def flush(self) -> int:
        """Read the inventory anew, and return how many calls it took."""
        before = list_calls(self.simulator)
        ours = str(self.ansible.folder / "our.certview.yml")
        theirs = str(self.ansible.folder / "inventory.yml")
        play = [{"hosts": "certview_expired", "gather_facts": False, "tasks": []}]
        # ansible-inventory does not know the option on every ansible-core.
        run = self.ansible.play(play, "-i", ours, "--flush-cache", inventory=theirs, env=self.simulator.environment)
        assert run.returncode == 0, run.output
        return list_calls(self.simulator) - before

    @property
    def file(self) -> Path:
        (file,) = self.folder.iterdir()
        return file


@pytest.fixture
def cached(ansible: Ansible, simulate: Callable[..., Simulator]) -> Cached:
    return Cached(ansible, simulate("--estate", "demo"))


def test_the_cache_answers_without_a_call_and_without_credentials(cached: Cached) -> None:
    first, calls = cached.read()
    kept = cached.file.read_bytes(), cached.file.stat().st_mtime_ns
    gateway = {"QUALYS_GATEWAY_URL": cached.simulator.url}
    second, calls_again = cached.read(env=gateway)

    assert first.listed == second.listed
    assert first.statuses == {"web01": "expired"}
    assert calls > 0 == calls_again
    # Read is not written: its time would begin anew.
    assert (cached.file.read_bytes(), cached.file.stat().st_mtime_ns) == kept


def test_the_cache_is_not_asked_when_it_is_to_be_flushed_or_too_old(cached: Cached) -> None:
    _first, calls = cached.read()
    cached.simulator.control("estate", {"remove": 1})
    _same, none = cached.read()
    calls_flushed = cached.flush()
    long_ago = cached.file.stat().st_mtime - 4000
    os.utime(cached.file, (long_ago, long_ago))
    _old, calls_old = cached.read()
    os.utime(cached.file, (long_ago, long_ago))
    _still_good, none_again = cached.read(cache_timeout=8000)

    assert calls == calls_flushed == calls_old > 0
    assert none == none_again == 0


@pytest.mark.matrix
def test_the_cache_is_not_asked_of_other_hosts_or_by_other_options(cached: Cached) -> None:
    assert cached.read()[1] > 0
    cached.hosts["web02"] = {"ansible_host": "192.0.2.12"}
    changed, calls = cached.read()
    assert calls > 0
    assert set(changed.variables) == set(cached.hosts)
    cached.hosts["web01"]["certview_policy"] = {"rules": {"EXP-001": False}}
    assert cached.read()[1] > 0
    assert cached.read()[1] == 0
    assert cached.read(exclude_filters=[{"expired": True}])[1] > 0


@pytest.mark.matrix
def test_a_playbook_refreshes_its_inventory(cached: Cached, ansible: Ansible) -> None:
    tasks = tasks_on_localhost(
        {"name": "Before", "ansible.builtin.debug": {"msg": "{{ groups['certview_expired'] }}"}},
        {"name": "Anew", "ansible.builtin.meta": "refresh_inventory"},
        {"name": "After", "ansible.builtin.debug": {"msg": "{{ groups['certview_expired'] }}"}},
    )
    cached.hosts["localhost"] = {"ansible_connection": "local"}
    _inventory, calls = cached.read()
    run = ansible.play(
        tasks,
        *("-i", str(ansible.folder / "our.certview.yml")),
        inventory=str(ansible.folder / "inventory.yml"),
        env=cached.simulator.environment,
    )

    assert run.returncode == 0, run.output
    assert [run.result(name)["msg"] for name in ("Before", "After")] == [["web01"], ["web01"]]
    assert list_calls(cached.simulator) == 2 * calls
