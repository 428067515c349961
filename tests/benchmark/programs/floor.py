# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The least that reads all certificates: one session, two threads, and nothing done with what they bring.

Prints how many there are.
"""

from __future__ import annotations

import itertools
import json
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import requests

_AT_ONCE = 2


def pages(session: requests.Session, gateway: str) -> Iterator[list[object]]:
    def page(number: int) -> list[object]:
        body = {
            "pageNumber": number,
            "pageSize": 200,
            "assetType": "ALL",
            "includes": ["ASSET_INTERFACES", "ASSET_TAGS"],
        }
        answer = session.post(f"{gateway}/certview/v2.2/certificates", json=body, timeout=60)
        answer.raise_for_status()
        return list(json.loads(answer.content))

    with ThreadPoolExecutor(_AT_ONCE) as threads:
        coming: deque[Future[list[object]]] = deque()
        for number in itertools.count():
            coming.append(threads.submit(page, number))
            if len(coming) == _AT_ONCE:
                rows = coming.popleft().result()
                if not rows:
                    return
                yield rows


def main() -> None:
    gateway = os.environ["QUALYS_GATEWAY_URL"]
    login = {"username": os.environ["QUALYS_USERNAME"], "password": os.environ["QUALYS_PASSWORD"]}
    with requests.Session() as session:
        answer = session.post(f"{gateway}/auth", data={**login, "token": "true", "permissions": "true"}, timeout=60)
        answer.raise_for_status()
        session.headers["Authorization"] = f"Bearer {answer.text}"
        print(sum(map(len, pages(session, gateway))))


if __name__ == "__main__":
    main()
