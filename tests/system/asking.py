# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asks the gateway as the modules do: from their options to the last record, or to the error."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

import pytest
from ansible_collections.community.qualys.plugins.module_utils._client import CertViewClient
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._options import connection_from
from ansible_collections.community.qualys.plugins.module_utils._query import Query
from support.simulator import PASSWORD, USERNAME

# Three calls, the last of which brings an empty page.
CERTIFICATES = 400

AS_OF = datetime(2026, 6, 1, tzinfo=timezone.utc)


class Asker:
    """A user of the collection with these connection options, unless a question has others.

    A fault is told at once: how often it is outlived is the business of other tests.
    """

    def __init__(self, **options: t.Any) -> None:
        self._options = {"username": USERNAME, "password": PASSWORD, "retries": 0, **options}

    def client(self, gateway_url: str, **options: t.Any) -> CertViewClient:
        return CertViewClient(connection_from({**self._options, "gateway_url": gateway_url, **options}))

    def count(self, gateway_url: str, **options: t.Any) -> int:
        """Return how many certificates there are."""
        with self.client(gateway_url, **options) as client:
            return sum(1 for record in client.records(Query(), AS_OF))

    def refusal(self, gateway_url: str, **options: t.Any) -> CertViewError:
        """Return the error that the question must end in, once it tells what to do and no password."""
        with pytest.raises(CertViewError) as caught:
            self.count(gateway_url, **options)
        error = caught.value
        assert error.hint
        assert PASSWORD not in f"{error} {error.to_result()}"
        return error
