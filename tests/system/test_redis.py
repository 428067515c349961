# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory in a cache that controllers share: one of them asks the API, and the others need no credentials."""

from __future__ import annotations

import json
import os
import typing as t
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml
from support.playbooks import Ansible
from support.simulator import NOW, Simulator
from system.processes import Place
from system.redis import Redis, running_redis

# It has the collection community.general, and the library that its cache needs.
GENERAL = os.environ["QUALYS_TEST_GENERAL"]


@pytest.fixture
def redis(place: Place) -> Iterator[Redis]:
    with running_redis(place) as server:
        yield server


class Controller:
    """A machine of its own, but for the file of the inventory, which lies in the same place everywhere."""

    def __init__(self, folder: Path, source: Path) -> None:
        folder.mkdir()
        self._ansible = Ansible(folder)
        self._ansible.environment["PATH"] = f"{GENERAL}/bin{os.pathsep}{os.environ['PATH']}"
        self._source = source

    def inventory(self, env: Mapping[str, str], *words: str) -> dict[str, t.Any]:
        play = [{"hosts": "localhost", "gather_facts": False, "tasks": []}]
        if words:
            run = self._ansible.play(play, *words, inventory=str(self._source), env=env)
            assert run.returncode == 0, run.output
        output = self._ansible.folder / "listed.json"
        done = self._ansible.command(
            *("ansible-inventory", "-i", str(self._source), "--list", "--output", str(output)), env=env
        )
        assert done.returncode == 0, done.stdout
        assert "WARNING" not in done.stdout
        return dict(json.loads(output.read_text()))


def test_controllers_share_what_one_has_found(tmp_path: Path, simulator: Simulator, redis: Redis) -> None:
    source = tmp_path / "shared.certview.yml"
    options = {
        "plugin": "community.qualys.certview",
        "gateway_url": simulator.url,
        "mode": "create",
        "as_of": NOW,
        "max_age": 0,
        "cache": True,
        "cache_plugin": "community.general.redis",
        "cache_connection": f"{redis.host}:{redis.port}:0",
        "cache_timeout": 3600,
    }
    source.write_text(yaml.safe_dump(options))
    first, second = (Controller(tmp_path / name, source) for name in ("first", "second"))
    credentials = {name: value for name, value in simulator.environment.items() if name != "QUALYS_GATEWAY_URL"}

    found = first.inventory(credentials)
    calls = simulator.stats()["total"]
    assert calls > 0
    assert len(found["_meta"]["hostvars"]) > 100
    # The time of writing is kept with the name; reading must not make it younger.
    times = ("ZRANGE", "ansible_cache_keys", "0", "-1", "WITHSCORES")
    written = redis.ask(*times)
    assert len(written) == 2

    assert second.inventory({}) == found
    assert simulator.stats()["total"] == calls
    assert redis.ask(*times) == written

    assert second.inventory(credentials, "--flush-cache") == found
    assert simulator.stats()["total"] == 2 * calls
    assert redis.ask(*times) != written
    redis.ask("FLUSHALL")
    assert first.inventory(credentials) == found
    assert simulator.stats()["total"] == 3 * calls
