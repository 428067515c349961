# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proof that this is a CertView and not our idea of one: qualysdk, a client of other people, reads all of it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from simulator.settings import EstateSettings, LimitSettings
from unit.simulator.serving import NOW

SCRIPT = Path(__file__).resolve().parents[2] / "simulator" / "peer" / "list_certificates.py"


@pytest.fixture(scope="module")
def peer_python():
    python = os.environ.get("PEER_PYTHON")
    if python:
        return python
    if os.environ.get("QUALYS_ALLOW_NO_PEER") == "1":
        pytest.skip("QUALYS_ALLOW_NO_PEER=1: the simulator is not read by an independent client")
    pytest.fail(
        "PEER_PYTHON does not name the Python of an environment with tests/simulator/peer-requirements.txt"
        " (Python 3.11 or later). QUALYS_ALLOW_NO_PEER=1 goes without this proof."
    )


@pytest.mark.parametrize(("page_size", "pages"), [("default", 47), ("200", 4)])
@pytest.mark.parametrize("estate", [EstateSettings("generated", 460, 300, now=NOW)], ids=["generated"])
def test_every_certificate_arrives(start, peer_python, estate, page_size, pages):
    gateway = start(estate=estate, limits=LimitSettings(rate=1000))
    arguments = [gateway.url, "certview-demo", "certview-demo-password", page_size]
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    run = subprocess.run(
        [peer_python, str(SCRIPT), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    read = json.loads(run.stdout[run.stdout.index("[{") :])
    known = {row["certhash"]: len(row["assets"]) for row in gateway.get("/_control/estate").json()}
    assert {each["certhash"]: each["assets"] for each in read} == known
    assert len(read) == len(known) == 460
    # One call more than there are pages: only an empty one ends the list.
    assert gateway.certview.statistics()["calls"] == {"/certview/v2/certificates": pages}
