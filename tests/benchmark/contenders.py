# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who reads the list of certificates, and how each is started.

All ask for the same pages: 200 certificates each, on assets of any kind, with interfaces and tags, because qualysdk
asks for nothing else.
"""

from __future__ import annotations

import os
import shutil
import sys
import typing as t
from pathlib import Path

import yaml
from support.simulator import NOW, PASSWORD, USERNAME, Simulator

from .arena import Contender

PROGRAMS = Path(__file__).resolve().parent / "programs"

PAGE_SIZE = 200
_INCLUDES = ("asset_interfaces", "asset_tags")


def pages_of(certificates: int) -> int:
    """Return how many pages hold so many certificates."""
    return -(-certificates // PAGE_SIZE)


Task = dict[str, t.Any]


def program(name: str, *arguments: str) -> Contender:
    """Return a program of ours, run with the collection that is installed."""
    path = os.environ["ANSIBLE_COLLECTIONS_PATH"]
    return Contender((sys.executable, str(PROGRAMS / f"{name}.py"), *arguments), {"PYTHONPATH": path})


def floor() -> Contender:
    """Return the least that any client in Python does."""
    return program("floor")


def this_client(*, dest: str = "") -> Contender:
    """Return what the information module does, without Ansible.

    :param dest: A file for the records; they are only counted when not given.
    """
    return program("library", NOW, *([dest] if dest else []))


def qualysdk(python: Path, simulator: Simulator) -> Contender:
    """Return qualysdk's own way: one thread, and everything in a list."""
    script = str(PROGRAMS / "qualysdk_list.py")
    return Contender((str(python), script, simulator.url, USERNAME, PASSWORD, str(PAGE_SIZE)), {})


def module(folder: Path) -> Contender:
    """Return a play of one task that writes the records to a file."""
    dest = folder / "records.jsonl"
    task = {
        "community.qualys.certview_certificate_info": {
            "includes": [*_INCLUDES],
            "as_of": NOW,
            "dest": str(dest),
        }
    }

    def lines(_ran_in: Path) -> int:
        with dest.open("rb") as stream:
            return sum(1 for line in stream)

    return _play(folder, "module.yml", [task], lines)


def uri_loop(folder: Path, certificates: int) -> Contender:
    """Return a play of ansible.builtin.uri in a loop. It cannot look for an empty page, so it is told how many come."""
    url = "{{ lookup('env', 'QUALYS_GATEWAY_URL') }}"
    login: Task = {
        "ansible.builtin.uri": {
            "url": f"{url}/auth",
            "method": "POST",
            "body_format": "form-urlencoded",
            "body": {"username": USERNAME, "password": PASSWORD, "token": "true", "permissions": "true"},
            "status_code": 201,
            "return_content": True,
        },
        "register": "login",
    }
    pages: Task = {
        "ansible.builtin.uri": {
            "url": f"{url}/certview/v2.2/certificates",
            "method": "POST",
            "headers": {"Authorization": "Bearer {{ login.content }}"},
            "body_format": "json",
            "body": {
                "pageNumber": "{{ item | int }}",
                "pageSize": PAGE_SIZE,
                "assetType": "ALL",
                "includes": [name.upper() for name in _INCLUDES],
            },
            "return_content": True,
        },
        "loop": [*range(pages_of(certificates))],
        "register": "pages",
    }
    count: Task = {
        "ansible.builtin.debug": {"msg": "READ={{ pages.results | map(attribute='json') | map('length') | sum }}"}
    }

    def read(ran_in: Path) -> int:
        return int((ran_in / "output").read_text(encoding="utf-8").rpartition("READ=")[2].partition('"')[0])

    return _play(folder, "uri.yml", [login, pages, count], read)


def _play(folder: Path, name: str, tasks: list[Task], counted: t.Callable[[Path], int]) -> Contender:
    path = folder / name
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}
    path.write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
    ansible_playbook = shutil.which("ansible-playbook") or "ansible-playbook"
    return Contender((ansible_playbook, str(path), "-i", "localhost,"), {}, counted)
