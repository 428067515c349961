# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup in real playbooks: what it finds, what it costs, and what it never tells."""

from __future__ import annotations

import json
import subprocess
import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from support.playbooks import Ansible, Run, tasks_on_localhost
from support.simulator import NOW, PASSWORD, Simulator

DEMO_INVENTORY = str(Path(__file__).parents[1] / "demo" / "inventory.yml")
NAME = "community.qualys.certview_certificates"
TEMPLATE = "{{ 7 * 7 }}{{ lookup('ansible.builtin.env', 'HOME') }}"


def jinja(expression: str) -> str:
    return "{{ " + expression + " }}"


def shown(name: str, expression: str, **task: t.Any) -> dict[str, t.Any]:
    """A task that returns what an expression comes to."""
    return {"name": name, "ansible.builtin.debug": {"msg": jinja(expression)}, **task}


def query(*terms: str, **options: t.Any) -> str:
    """A lookup that does not depend on today's date."""
    arguments = [
        json.dumps(NAME),
        *terms,
        *(f"{key}={value}" for key, value in {"as_of": f"'{NOW}'", **options}.items()),
    ]
    return f"query({', '.join(arguments)})"


def list_calls(simulator: Simulator) -> int:
    return sum(count for api, count in simulator.stats()["calls"].items() if api.startswith("/certview/"))


def messages(run: Run) -> dict[str, t.Any]:
    assert run.returncode == 0, run.output
    return {event["task"]: event["result"]["msg"] for event in run.events}


def test_terms_are_addresses_names_hashes_or_serial_numbers(ansible: Ansible, demo_estate: Simulator) -> None:
    hashes = " | map(attribute='certhash') | sort"
    tasks = [
        shown("All", query()),
        shown("Address", query("'192.0.2.11'") + hashes),
        shown("Spelt at length", query("'2001:0DB8:0000:0000:0000:0000:0000:0025'") + hashes),
        shown("Other interface", query("'203.0.113.10'") + hashes),
        shown("Several", query("'192.0.2.11'", "['192.0.2.12', '192.0.2.11']") + hashes),
        shown("Name", query("'WEB01.example.com.'", by="'name'") + hashes),
        shown(
            "Hash", query("given", by="'certhash'") + hashes, vars={"given": jinja(query() + "[0].certhash | upper")}
        ),
        shown("Serial", query("given", by="'serial'") + hashes, vars={"given": jinja(query() + "[0].serial_number")}),
        shown("Unknown", query("'192.0.2.250'")),
        shown("None", query("[]")),
    ]
    told = messages(ansible.play(tasks_on_localhost(*tasks), env=demo_estate.environment))
    on = {
        address: sorted(record["certhash"] for record in told["All"] if address in str(record["assets"]))
        for address in ("'192.0.2.11'", "'192.0.2.12'", "'2001:db8::25'", "'203.0.113.10'")
    }

    assert all(on.values())
    assert told["Address"] == told["Name"] == on["'192.0.2.11'"]
    assert told["Spelt at length"] == on["'2001:db8::25'"]
    assert told["Other interface"] == on["'203.0.113.10'"]
    assert told["Several"] == sorted({*on["'192.0.2.11'"], *on["'192.0.2.12'"]})
    first = told["All"][0]
    assert told["Hash"] == [first["certhash"]]
    # Only together with its issuer a serial number is unique.
    assert told["Serial"] == sorted(
        record["certhash"] for record in told["All"] if record["serial_number"] == first["serial_number"]
    )
    assert told["Unknown"] == told["None"] == []


@pytest.mark.matrix
def test_the_records_are_those_of_the_module(ansible: Ansible, demo_estate: Simulator) -> None:
    wanted = ["asset_interfaces", "ssl_protocols"]
    module = {"as_of": NOW, "includes": wanted}
    run = ansible.play(
        tasks_on_localhost(
            {"name": "Module", "community.qualys.certview_certificate_info": module},
            shown("Lookup", query(includes=str(wanted))),
        ),
        env=demo_estate.environment,
    )
    assert run.returncode == 0, run.output

    def by_hash(records: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
        return sorted(records, key=lambda record: str(record["certhash"]))

    assert by_hash(run.result("Lookup")["msg"]) == by_hash(run.result("Module")["certificates"])


def test_a_lookup_for_each_host_makes_one_sweep(ansible: Ansible, simulate: Callable[..., Simulator]) -> None:
    inventory = ansible.folder / "hosts.yml"
    simulator = simulate(
        *("--estate", "generated", "--certificates", "900", "--assets", "600"),
        *("--inventory-file", str(inventory), "--inventory-hosts", "24"),
    )
    found = query(
        "ansible_host | default(inventory_hostname)", by="ansible_host is defined | ternary('address', 'name')"
    )
    play = [
        {"hosts": "all", "gather_facts": False, "tasks": [shown("Found", found + " | length"), shown("Again", found)]}
    ]
    run = ansible.play(play, inventory=str(inventory), env={**simulator.environment, "ANSIBLE_FORKS": "5"})
    assert run.returncode == 0, run.output
    pages = 5

    counted = {host: result["msg"] for host, result in run.results("Found").items()}
    assert len(counted) == 24
    assert sum(map(int, counted.values())) > 12
    assert {host: len(result["msg"]) for host, result in run.results("Again").items()} == {
        host: int(count) for host, count in counted.items()
    }
    assert pages <= list_calls(simulator) <= pages + 2
    assert simulator.stats()["logins"] == 1


@pytest.mark.matrix
def test_without_a_copy_each_lookup_asks_the_api(ansible: Ansible, simulate: Callable[..., Simulator]) -> None:
    simulator = simulate("--estate", "demo")
    first = list_calls(simulator)
    messages(ansible.play(tasks_on_localhost(shown("One", query(max_age=0))), env=simulator.environment))
    one_sweep = list_calls(simulator) - first
    tasks = [shown(name, query(max_age=0)) for name in ("One", "Two", "Three")]
    messages(ansible.play(tasks_on_localhost(*tasks), env=simulator.environment))

    assert one_sweep > 0
    assert list_calls(simulator) - first == 4 * one_sweep


def test_the_connection_comes_from_variables_with_templates_and_vaults(
    ansible: Ansible, demo_estate: Simulator
) -> None:
    key = ansible.folder / "key"
    key.write_text("a-key")
    sealed = ansible.command("ansible-vault", "encrypt_string", "--vault-password-file", str(key), PASSWORD).stdout
    lines = sealed[sealed.index("!vault") :].splitlines()
    variables = {
        "qualys_gateway_url": "{{ gateway }}",
        "gateway": demo_estate.url,
        "qualys_username": "{{ 'certview' }}-demo",
        "qualys_timeout": "{{ 30 }}",
    }
    (ansible.folder / "variables.yml").write_text(
        yaml.safe_dump(variables)
        + "\n".join(["qualys_password: " + lines[0], *lines[1:14]]).partition("Encryption")[0]
        + "\n"
    )
    words = ("-e", "@variables.yml", "--vault-password-file", str(key))
    known = messages(ansible.play(tasks_on_localhost(shown("All", query() + " | length")), *words))

    assert int(known["All"]) > 10


def test_a_given_option_wins_over_a_variable_and_that_over_the_environment(
    ansible: Ansible, demo_estate: Simulator
) -> None:
    nowhere = "http://127.0.0.1:9"
    environment = {**demo_estate.environment, "QUALYS_GATEWAY_URL": nowhere, "QUALYS_RETRIES": "0"}
    variable = {"qualys_gateway_url": demo_estate.url}
    tasks = [
        shown("Environment", query() + " | length", ignore_errors=True),
        shown("Variable", query() + " | length", vars=variable),
        shown(
            "Given",
            query(gateway_url="real", state_dir="fresh") + " | length",
            vars={"qualys_gateway_url": nowhere, "real": demo_estate.url, "fresh": str(ansible.folder / "fresh")},
        ),
    ]
    run = ansible.play(tasks_on_localhost(*tasks), env=environment)

    assert run.result("Environment")["failed"], run.output
    assert int(run.result("Variable")["msg"]) == int(run.result("Given")["msg"]) > 10


@pytest.mark.matrix
def test_what_certview_auth_returned_is_enough(ansible: Ansible, demo_estate: Simulator) -> None:
    tasks = [
        {"name": "Log in", "community.qualys.certview_auth": demo_options(demo_estate), "register": "login"},
        shown("Given", query(auth="login.auth") + " | length"),
        shown("Variable", query() + " | length", vars={"qualys_auth": "{{ login.auth }}"}),
    ]
    run = ansible.play(tasks_on_localhost(*tasks))

    assert int(run.result("Given")["msg"]) == int(run.result("Variable")["msg"]) > 10


def demo_options(simulator: Simulator) -> dict[str, str]:
    return {name.removeprefix("QUALYS_").lower(): value for name, value in simulator.environment.items()}


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (query("'web01.example.com'"), ["'web01.example.com' is no address", "by"]),
        (query("12345", by="'serial'"), ["no serial number", "no text"]),
        (query("'web01'", by="'certhash'"), ["'web01' is no SHA-256 fingerprint"]),
        (query("'192.0.2.11'", max_ages=0), ["no option max_ages", "max_age"]),
        (query("'192.0.2.11'", max_age=-1), ["max_age is -1"]),
        (query("'192.0.2.11'", by="'hash'"), ["hash"]),
        (query("'192.0.2.11'", includes="['everything']"), ["everything"]),
        (query("'192.0.2.11'", as_of="'tomorrow'"), ["as_of is 'tomorrow'"]),
        (query("'192.0.2.11'", platform="'us99'", gateway_url="''"), ["us99"]),
        (query("'192.0.2.11'", password="'wrong'", state_dir="'fresh'"), ["password"]),
    ],
)
def test_errors_tell_what_is_wrong_and_ansible_treats_them_as_it_is_told(
    ansible: Ansible, demo_estate: Simulator, expression: str, words: list[str]
) -> None:
    tasks = [
        shown("Strict", expression, ignore_errors=True),
        shown("Warned of", expression[:-1] + ", errors='warn') | length"),
        shown("Ignored", expression[:-1] + ", errors='ignore') | length"),
    ]
    run = ansible.play(tasks_on_localhost(*tasks), env=demo_estate.environment)
    failure = run.result("Strict")

    assert failure["failed"], run.output
    assert [word for word in words if word not in failure["msg"]] == []
    assert "Traceback" not in run.output
    assert [int(run.result(name)["msg"]) for name in ("Warned of", "Ignored")] == [0, 0], run.output


def test_secrets_reach_no_error_however_much_ansible_is_asked_to_tell(ansible: Ansible, demo_estate: Simulator) -> None:
    secrets = {
        "token_of_vault": "token-that-nobody-may-read",
        "password_of_vault": "password-that-nobody-may-read",
        "proxy_of_vault": "http://proxy-that-nobody-may-read:secret@127.0.0.1:9",
    }
    variables = ansible.folder / "variables.json"
    variables.write_text(json.dumps(secrets))
    wrong = [
        query(auth="token_of_vault"),
        query(auth="[token_of_vault]"),
        query(auth="{'token': [token_of_vault]}"),
        query(auth="{'token': token_of_vault, 'gateway_url': 'ftp://nowhere'}"),
        query(token="token_of_vault", max_age=0),
        query(password="password_of_vault", state_dir="'fresh'"),
        query(proxy="proxy_of_vault", max_age=0, retries=0),
    ]
    tasks = [shown(f"Wrong {number}", expression, ignore_errors=True) for number, expression in enumerate(wrong)]
    tasks.append(shown("Variable", query(), vars={"qualys_auth": "{{ token_of_vault }}"}, ignore_errors=True))
    run = ansible.play(tasks_on_localhost(*tasks), "-vvvvv", "-e", f"@{variables}", env=demo_estate.environment)

    assert len(run.events) == len(tasks)
    assert all(event["result"]["failed"] for event in run.events), run.output
    everything = run.output + str(run.events)
    assert [line for line in everything.splitlines() if "that-nobody-may-read" in line] == []


def test_templates_in_certificates_stay_text(ansible: Ansible, simulate: Callable[..., Simulator]) -> None:
    simulator = simulate("--estate", "demo", "--blemish", "template=1")
    kept = {"ansible.builtin.set_fact": {"kept": jinja(query("'192.0.2.11'"))}, "name": "Keep"}
    names = " | map(attribute='subject.name')"
    tasks = [
        shown("Direct", query("'192.0.2.11'") + names),
        shown("Whole", query("'192.0.2.11'")),
        shown("Single", f"lookup('{NAME}', '192.0.2.11')"),
        kept,
        shown("Kept", "kept" + names),
        shown("Kept whole", "kept"),
        shown("Variable", "found" + names, vars={"found": jinja(query("'192.0.2.11'"))}),
        shown("In a text", "found[0].subject.name ~ '!'", vars={"found": jinja(query("'192.0.2.11'"))}),
        {"name": "Loop", "ansible.builtin.debug": {"msg": "{{ item.subject.name }}"}, "loop": "{{ kept }}"},
        {"name": "With", "ansible.builtin.debug": {"msg": "{{ item.subject.name }}"}, f"with_{NAME}": ["192.0.2.11"]},
    ]
    run = ansible.play(tasks_on_localhost(*tasks), env=simulator.environment)
    assert run.returncode == 0, run.output

    for event in run.events:
        assert TEMPLATE in json.dumps(event["result"], ensure_ascii=False), event["task"]
    home = subprocess.run(["sh", "-c", "echo $HOME"], capture_output=True, text=True, check=True).stdout.strip()
    assert f"49{home}" not in run.output
    assert "49{{" not in run.output


def test_the_examples_run(ansible: Ansible, demo_estate: Simulator) -> None:
    done = ansible.command("ansible-doc", "--json", "--type", "lookup", NAME)
    tasks = yaml.safe_load(json.loads(done.stdout)[NAME]["examples"])
    play = [{"hosts": "web01:web02", "connection": "local", "gather_facts": False, "tasks": tasks}]
    run = ansible.play(play, inventory=DEMO_INVENTORY, env=demo_estate.environment)

    assert run.returncode == 0, run.output
    assert {event["task"] for event in run.events} == {task["name"] for task in tasks}
    assert run.results(tasks[0]["name"])["web01"]["results"]
