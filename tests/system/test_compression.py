# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pages that the gateway compresses on the way."""

from __future__ import annotations

import gzip
import json
import random
import typing as t

import pytest
import trustme
from support.simulator import Simulator
from system.asking import Asker
from system.nginx import passing_to, running_nginx
from system.processes import Place
from system.squid import Squid

CALLS = "/certview/v2.2/certificates"
FIRST_PAGE = {"pageNumber": 0, "pageSize": 200}

COMPRESSING = "gzip on; gzip_types *; gzip_proxied any;"
# Says so of a file as it is.
PRETENDING = "add_header Content-Encoding gzip;"


def serving(simulator: Simulator, place: Place, page: bytes, directives: str) -> str:
    """Return the directives of a front server that gives *page* for every page of the list."""
    path = place.write("page.json", page)
    # nginx gives files to GET only, which error_page makes of a POST that it has refused.
    return f"""
        location {CALLS} {{
            {directives}
            error_page 405 =200 {CALLS};
            alias {path};
            default_type application/json;
        }}
        {passing_to(simulator.url)}
    """


def large_page(simulator: Simulator, asker: Asker, characters: int) -> bytes:
    """Return a page of the simulator with text in it that is no more compressible than hexadecimal is."""
    with asker.client(simulator.url) as client:
        rows: list[dict[str, t.Any]] = client._transport.post(CALLS, FIRST_PAGE)
    chance = random.Random(1)
    share = characters // len(rows) // 2
    return json.dumps([{**row, "rawData": chance.randbytes(share).hex()} for row in rows]).encode()


@pytest.mark.parametrize("through_a_proxy", [False, True])
def test_a_page_of_30_megabytes(
    simulator: Simulator, place: Place, authority: trustme.CA, asker: Asker, proxy: Squid, through_a_proxy: bool
) -> None:
    page = large_page(simulator, asker, 30_000_000)
    directives = serving(simulator, place, page, COMPRESSING)
    options = {"proxy": proxy.open} if through_a_proxy else {}
    with running_nginx(place, directives, authority.issue_cert("127.0.0.1")) as front:
        with asker.client(front.url, **options) as client:
            answer = client._transport.post(CALLS, FIRST_PAGE)
        (sent,) = [each for each in front.requests(2) if each.path == CALLS]
    assert len(page) > 30_000_000
    assert answer == json.loads(page)
    assert sent.bytes_sent < 0.7 * len(page)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(b"[]", id="not compressed"),
        pytest.param(gzip.compress(b"[]" * 1000)[:-9], id="cut off"),
        pytest.param(gzip.compress(b"[]")[:-8] + bytes(8), id="of another checksum"),
    ],
)
def test_a_page_that_cannot_be_unpacked(
    simulator: Simulator, place: Place, authority: trustme.CA, asker: Asker, page: bytes
) -> None:
    directives = serving(simulator, place, page, PRETENDING)
    with running_nginx(place, directives, authority.issue_cert("127.0.0.1")) as front:
        error = asker.refusal(front.url)
    assert error.kind in ("network", "answer")
    assert error.request == f"POST {CALLS}"
