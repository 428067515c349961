# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the command line to a listening server and to its end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import ssl
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import trustme
from aiohttp import web

from .inventory_file import write_inventory
from .lifetime import until_told_or_orphaned
from .server import CertView
from .settings import Settings
from .switches import read_switches

# A stalled answer must not keep a test waiting at the end.
_SHUTDOWN_SECONDS = 0.2


@dataclass(slots=True, frozen=True)
class _Tls:
    context: ssl.SSLContext
    ca_path: Path | None


def main(arguments: Sequence[str]) -> int:
    logging.basicConfig(level=logging.WARNING)
    settings = read_switches(arguments)
    if settings.state_file:
        # Whoever waits for the file must not find the one of an earlier run.
        settings.state_file.unlink(missing_ok=True)
    with contextlib.ExitStack() as cleanup:
        tls = cleanup.enter_context(_tls(settings)) if settings.tls or settings.tls_cert else None
        asyncio.run(_serve(settings, tls))
    return 0


@contextlib.contextmanager
def _tls(settings: Settings) -> Iterator[_Tls]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if settings.tls_cert:
        context.load_cert_chain(settings.tls_cert, settings.tls_key)
        yield _Tls(context, None)
        return
    authority = trustme.CA(organization_name="CertView simulator, throw-away")
    authority.issue_cert(settings.host, "localhost").configure_cert(context)
    with tempfile.TemporaryDirectory(prefix="certview-simulator-") as folder:
        ca_path = Path(folder, "ca.pem")
        authority.cert_pem.write_to_path(str(ca_path))
        yield _Tls(context, ca_path)


async def _serve(settings: Settings, tls: _Tls | None) -> None:
    certview = CertView(settings)
    if settings.inventory_file:
        write_inventory(settings.inventory_file, certview.estate.assets, settings.inventory_hosts)
    runner = web.AppRunner(certview.application(), access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.host, settings.port, ssl_context=tls.context if tls else None)
        await site.start()
        host, port = runner.addresses[0][:2]
        authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        url = f"{'https' if tls else 'http'}://{authority}"
        if settings.state_file:
            _write_state(settings.state_file, url, tls.ca_path if tls else None)
        login = certview.settings.login
        trust = f" QUALYS_CA_PATH={tls.ca_path}" if tls and tls.ca_path else ""
        print(
            f"CertView simulator: {len(certview.estate.certificates)} certificates at {url}. In another shell:\n"
            f"  export QUALYS_GATEWAY_URL={url}{trust}"
            f" QUALYS_USERNAME={login.username} QUALYS_PASSWORD={login.password}",
            flush=True,
        )
        filling = asyncio.create_task(certview.fill_estate())
        await until_told_or_orphaned(settings.parent_pid)
        filling.cancel()
    finally:
        await runner.cleanup()


def _write_state(path: Path, url: str, ca_path: Path | None) -> None:
    """Whoever waits for the file finds it complete or not at all."""
    state: dict[str, object] = {"url": url, "pid": os.getpid()}
    if ca_path:
        state["ca_path"] = str(ca_path)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_text(json.dumps(state) + "\n", encoding="utf-8")
    unfinished.replace(path)
