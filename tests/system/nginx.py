# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""nginx as the gateway: TLS, compression, redirects and connections as a real front server does them."""

from __future__ import annotations

import contextlib
import json
import typing as t
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import trustme
from system.processes import Place, awaited, free_port, program, running

_LOG_FORMAT = (
    '{"connection":$connection,"method":"$request_method","path":"$request_uri","status":$status,'
    '"authorization":"$http_authorization","proxy_authorization":"$http_proxy_authorization",'
    '"body":"$request_body","bytes_sent":$body_bytes_sent}'
)

_CONFIGURATION = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 256; }}
http {{
    log_format seen escape=json '{log_format}';
    access_log {folder}/access.log seen;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_body_buffer_size 64k;
    client_body_in_single_buffer on;
    server {{
        listen {address}{tls};
        {directives}
    }}
}}
"""


class Request(t.NamedTuple):
    """What nginx says of one request."""

    connection: int
    method: str
    path: str
    status: int
    authorization: str
    proxy_authorization: str
    body: str
    bytes_sent: int


@dataclass(frozen=True)
class Nginx:
    """A running nginx."""

    host: str
    port: int
    scheme: str
    _log: Path

    @property
    def place(self) -> str:
        """Host and port as they stand in a URL."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.place}"

    def url_by(self, name: str) -> str:
        """Its URL by another name of the machine."""
        return f"{self.scheme}://{name}:{self.port}"

    def requests(self, at_least: int = 0) -> list[Request]:
        """Return the requests so far, once there are as many as expected."""
        return awaited(self._seen, lambda seen: len(seen) >= at_least)

    def _seen(self) -> list[Request]:
        return [Request(**json.loads(line)) for line in self._log.read_text().splitlines()]


def passing_to(url: str) -> str:
    """Return the directives of a front server of *url*."""
    return f"location / {{ proxy_pass {url}; proxy_http_version 1.1; proxy_set_header Connection ''; }}"


@contextlib.contextmanager
def running_nginx(
    place: Place,
    directives: str,
    certificate: trustme.LeafCert | None = None,
    *,
    host: str = "127.0.0.1",
    port: int | None = None,
) -> Iterator[Nginx]:
    """Run nginx with TLS if there is a *certificate*; *directives* are those of its only server.

    :param port: Where to listen, to follow another nginx; a free port if it does not matter.
    """
    port = port or free_port(host)
    name = f"nginx-{port}"
    tls = ""
    if certificate is not None:
        chain = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
        chain_path = place.write(f"{name}.pem", chain)
        key_path = place.write(f"{name}.key", certificate.private_key_pem.bytes())
        tls = f" ssl; ssl_certificate {chain_path}; ssl_certificate_key {key_path}"
    folder = place.folder / name
    if not folder.exists():
        place.folder_of(name)
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    configuration = place.write(
        f"{name}.conf",
        _CONFIGURATION.format(folder=folder, log_format=_LOG_FORMAT, address=address, tls=tls, directives=directives),
    )
    command = [program("nginx"), "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(configuration)]
    with running(command, folder / "output.log", [(host, port)]):
        yield Nginx(host, port, "https" if tls else "http", folder / "access.log")
