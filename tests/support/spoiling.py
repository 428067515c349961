# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stands in front of a simulator, and puts other texts into its answers: what an attacker may have called things."""

from __future__ import annotations

import contextlib
import json
import threading
import typing as t
import urllib.request
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_HANDED_ON = ("Authorization", "Content-Type", "Accept", "X-Requested-With")


@contextlib.contextmanager
def spoiling(url: str, texts: Mapping[str, str]) -> Iterator[str]:
    """Give the URL of a server that asks the one at *url*, and replaces each text of its JSON that is in *texts*."""
    without_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    class Handler(BaseHTTPRequestHandler):
        # Head and body in one segment, and not with the delay of two.
        wbufsize = -1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name: self.headers[name] for name in _HANDED_ON if name in self.headers}
            asked = urllib.request.Request(url + self.path, data=body, headers=headers, method="POST")
            with without_proxy.open(asked, timeout=60) as answer:
                told = answer.read()
                kind = answer.headers["Content-Type"]
                status = answer.status
            if "json" in kind:
                told = json.dumps(_spoilt(json.loads(told), texts)).encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, format: str, *args: t.Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _spoilt(value: t.Any, texts: Mapping[str, str]) -> t.Any:
    if isinstance(value, str):
        return texts.get(value, value)
    if isinstance(value, dict):
        return {key: _spoilt(item, texts) for key, item in value.items()}
    return [_spoilt(item, texts) for item in value] if isinstance(value, list) else value
