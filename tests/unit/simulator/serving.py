# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated CertView on a real socket, served from a thread of the test process."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import requests
from aiohttp import web
from simulator.server import CertView
from simulator.settings import EstateSettings, Settings

NOW = 1_780_272_000_000  # 2026-06-01T00:00:00Z


class Gateway:
    """A client that hides nothing: every answer comes back as it is."""

    def __init__(self, url: str, certview: CertView) -> None:
        self.url = url
        self.certview = certview
        self.session = requests.Session()
        self.session.trust_env = False

    def login(self, username: str = "certview-demo", password: str = "certview-demo-password") -> requests.Response:
        form = {"username": username, "password": password, "token": "true", "permissions": "true"}
        answer = self.session.post(f"{self.url}/auth", data=form, timeout=30)
        if answer.status_code == 201:
            self.session.headers["Authorization"] = f"Bearer {answer.text}"
        return answer

    def post(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        if body is not None:
            options["json"] = body
        return self.session.post(f"{self.url}{path}", timeout=options.pop("timeout", 30), **options)

    def get(self, path: str) -> requests.Response:
        return self.session.get(f"{self.url}{path}", timeout=30)

    def certificates(self, version: str = "v2.2", **body: Any) -> requests.Response:
        if version != "v1":
            body = {"assetType": "ALL", **body}
        return self.post(f"/certview/{version}/certificates", {"pageSize": 200, **body})

    def sweep(self, version: str = "v2.2", size: int = 200, **body: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        number = 0
        while page := self.certificates(version, pageNumber=number, pageSize=size, **body).json():
            rows += page
            number += 1
        return rows


@contextlib.contextmanager
def served(settings: Settings) -> Iterator[Gateway]:
    certview = CertView(settings)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def wait_for(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(timeout=30)

    runner = web.AppRunner(certview.application(), access_log=None, shutdown_timeout=0.2)
    wait_for(runner.setup())
    wait_for(web.TCPSite(runner, "127.0.0.1", 0).start())
    host, port = runner.addresses[0][:2]
    gateway = Gateway(f"http://{host}:{port}", certview)
    try:
        yield gateway
    finally:
        gateway.session.close()
        wait_for(runner.cleanup())
        wait_for(_end_what_stalls())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=30)
        loop.close()


async def _end_what_stalls() -> None:
    """End the calls that aiohttp leaves behind: it does not end the answer to a client that has gone."""
    stalling = asyncio.all_tasks() - {asyncio.current_task()}
    for task in stalling:
        task.cancel()
    await asyncio.gather(*stalling, return_exceptions=True)


def settings(estate: EstateSettings | None = None, **changes: Any) -> Settings:
    return Settings(estate=estate or EstateSettings(now=NOW), **changes)
