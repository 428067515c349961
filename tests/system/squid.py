# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""squid as the company's proxy: open, with a login, closed, and inspecting TLS."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import typing as t
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import trustme
from system.processes import Place, awaited, free_port, program, running, unprivileged

USER = "proxy-user"
# What a URL gives a meaning to, and what a shell does.
PASSWORD = "proxy p@ss:w/o?r#d%20&+'\"$"

_HELPERS = Path("/usr/lib/squid")

# A name that only the proxy can resolve, as it is in networks without a way out.
NAMED_GATEWAY = "gateway.qualys.example"

_CONFIGURATION = """
http_port {host}:{open} name=open
http_port {host}:{login} name=login
http_port {host}:{closed} name=closed
http_port {host}:{inspecting} name=inspecting ssl-bump cert={ca} generate-host-certificates=on \\
    dynamic_cert_mem_cache_size=4MB
https_port {host}:{encrypted} name=encrypted tls-cert={certificate} tls-key={key}

acl closed myportname closed
acl login myportname login
acl inspecting myportname inspecting
acl beginning at_step SslBump1

auth_param basic program {helpers}/basic_ncsa_auth {passwords}
auth_param basic children 1 startup=1 idle=1
auth_param basic realm the company's proxy
acl known proxy_auth REQUIRED

http_access deny closed
http_access allow login known
http_access deny login
http_access allow all

sslcrtd_program {helpers}/security_file_certgen -s {issued} -M 4MB
sslcrtd_children 1 startup=1 idle=1
ssl_bump peek inspecting beginning
ssl_bump bump inspecting
tls_outgoing_options cafile={trusted}

logformat seen %>Hs %rm %ru %[un %{{Authorization}}>h
access_log stdio:{folder}/access.log seen
cache_log {folder}/cache.log
hosts_file {hosts}
dns_nameservers 127.0.0.1
connect_timeout 10 seconds
cache deny all
cache_mem 0
memory_cache_shared off
sslproxy_session_cache_size 0
netdb_filename none
pinger_enable off
pid_filename none
coredump_dir {folder}
visible_hostname proxy.example
max_filedescriptors 256
"""

_PORTS = ("open", "login", "closed", "inspecting", "encrypted")


class Passage(t.NamedTuple):
    """What squid says of one request: a tunnel is told of when it ends."""

    status: int
    method: str
    target: str
    user: str
    authorization: str


@dataclass(frozen=True)
class Squid:
    """A running squid; each of its ports is a proxy of another kind."""

    host: str
    ports: t.Mapping[str, int]
    _log: Path

    @property
    def open(self) -> str:
        """The URL of a proxy for everybody."""
        return self._url("open")

    @property
    def closed(self) -> str:
        """The URL of a proxy that lets nobody through."""
        return self._url("closed")

    @property
    def inspecting(self) -> str:
        """The URL of a proxy that ends TLS itself and signs certificates of its own."""
        return self._url("inspecting")

    @property
    def encrypted(self) -> str:
        """The URL of a proxy that is spoken to by TLS."""
        return self._url("encrypted").replace("http:", "https:")

    def login(self, user: str = USER, password: str = PASSWORD) -> str:
        """The URL of a proxy that wants a login, with that login."""
        return self._url("login").replace("://", f"://{quote(user, safe='')}:{quote(password, safe='')}@")

    @property
    def without_login(self) -> str:
        """The same, with no login."""
        return self._url("login")

    def _url(self, name: str) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.ports[name]}"

    def passages(self, at_least: int = 0) -> list[Passage]:
        """Return the requests so far, once there are as many as expected."""
        return awaited(self._seen, lambda seen: len(seen) >= at_least)

    def _seen(self) -> list[Passage]:
        lines = [line.split() for line in self._log.read_text().splitlines()]
        # Who only looked whether it listens has left a line without a method.
        return [Passage(int(status), *rest) for status, *rest in lines if rest[0] != "-"]


def _password_file(place: Place) -> Path:
    hashed = subprocess.run(
        [program("openssl"), "passwd", "-6", "-stdin"], input=PASSWORD, capture_output=True, text=True, check=True
    )
    return place.write("squid.passwords", f"{USER}:{hashed.stdout}")


@contextlib.contextmanager
def running_squid(
    place: Place, inspector: trustme.CA, authority: trustme.CA, *, host: str = "127.0.0.1"
) -> Iterator[Squid]:
    """Run squid.

    :param inspector: Signs what TLS inspection shows to clients.
    :param authority: Is whom squid trusts where it inspects, and signs its own certificate.
    """
    folder = place.folder_of("squid")
    issued = folder / "issued"
    certgen = unprivileged([str(_HELPERS / "security_file_certgen"), "-c", "-s", str(issued), "-M", "4MB"])
    subprocess.run(certgen, check=True, capture_output=True)
    own = authority.issue_cert(host, "localhost")
    ports: dict[str, int] = {}
    while len(set(ports.values())) < len(_PORTS):
        ports = {name: free_port(host) for name in _PORTS}
    configuration = place.write(
        "squid.conf",
        _CONFIGURATION.format(
            **ports,
            host=f"[{host}]" if ":" in host else host,
            folder=folder,
            issued=issued,
            helpers=_HELPERS,
            ca=place.write("squid.ca", inspector.private_key_pem.bytes() + inspector.cert_pem.bytes()),
            certificate=place.write("squid.pem", own.cert_chain_pems[0].bytes()),
            key=place.write("squid.key", own.private_key_pem.bytes()),
            passwords=_password_file(place),
            trusted=place.write("squid.trusted", authority.cert_pem.bytes()),
            hosts=place.write("squid.hosts", f"127.0.0.1 localhost {NAMED_GATEWAY}\n"),
        ),
    )
    # It would take a second to end politely; what it holds is in this folder alone, and its helpers end with it.
    command = [program("squid"), "-N", "-d", "1", "-f", str(configuration)]
    addresses = [(host, port) for port in ports.values()]
    with running(command, folder / "output.log", addresses, end=signal.SIGKILL):
        yield Squid(host, ports, folder / "access.log")
