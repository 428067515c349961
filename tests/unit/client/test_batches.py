# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.community.qualys.plugins.module_utils import _importing, _leaf_import
from ansible_collections.community.qualys.plugins.module_utils._batches import send_in_batches
from ansible_collections.community.qualys.plugins.module_utils._certificate_file import Contents, contents_of
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._importing import ensured_certificates
from support.certificates import made_certificate
from unit.client.support import AS_OF, ClientFactory, Simulator


class Sent:
    def __init__(self, fails_at: int = 99) -> None:
        self.batches: list[t.Sequence[str]] = []
        self._fails_at = fails_at

    def __call__(self, names: t.Sequence[str]) -> None:
        if len(self.batches) == self._fails_at:
            raise CertViewError("no", kind="permission")
        self.batches.append(names)


def sent(names: str, most: int, **options: t.Any) -> Sent:
    send = Sent(**options)
    send_in_batches(send, list(names), most, what="letters", done="sent")
    return send


@pytest.mark.parametrize(
    ("names", "batches"), [("", []), ("a", ["a"]), ("abc", ["abc"]), ("abcd", ["abc", "d"]), ("abcdef", ["abc", "def"])]
)
def test_all_are_sent_once_and_in_their_order(names: str, batches: list[str]) -> None:
    assert ["".join(batch) for batch in sent(names, 3).batches] == batches


@pytest.mark.parametrize(
    ("fails_at", "message"), [(0, "no"), (1, "no (of 8 new letters the first 3 have been sent)"), (2, "first 6 have")]
)
def test_who_fails_tells_what_is_done_already(fails_at: int, message: str) -> None:
    with pytest.raises(CertViewError) as caught:
        sent("abcdefgh", 3, fails_at=fails_at)
    assert message in caught.value.message
    assert ("have been" in caught.value.message) is (fails_at > 0)


class TestImport:
    """Of certificates that go in three files, of which the server does not take the second."""

    @pytest.fixture(autouse=True)
    def two_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_importing, "MOST_CERTIFICATES", 2)

    @pytest.fixture
    def five(self) -> Contents:
        return contents_of("".join(made_certificate(f"batch{number}.example").pem for number in range(5)).encode())

    @pytest.mark.parametrize(("fault", "kind"), [("forbidden", "permission"), ("object", "answer")])
    def test_a_later_file_that_is_refused_tells_what_is_imported(
        self, simulator: Simulator, client_of: ClientFactory, five: Contents, fault: str, kind: str
    ) -> None:
        simulator.fault(fault, call=2, times=1, match=_leaf_import.PATH)
        with pytest.raises(CertViewError, match="of 5 new certificates the first 2 have been imported") as caught:
            ensured_certificates(client_of(simulator.url), five, AS_OF, check_mode=False)
        assert caught.value.kind == kind
        known = {row["certhash"] for row in simulator.control("estate")}
        assert [certhash in known for certhash in five.certificates] == [True, True, False, False, False]
        simulator.control("reset", {"estate": True})

    def test_the_first_file_tells_nothing_of_the_kind(
        self, simulator: Simulator, client_of: ClientFactory, five: Contents
    ) -> None:
        simulator.fault("forbidden", match=_leaf_import.PATH)
        with pytest.raises(CertViewError) as caught:
            ensured_certificates(client_of(simulator.url), five, AS_OF, check_mode=False)
        assert "have been" not in caught.value.message
