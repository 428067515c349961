# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib.machinery
import sys
import types

import pytest
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._route import proxies_of
from unit.client.support import ClientFactory, connection_to

GATEWAY = "https://gateway.example"


@pytest.fixture
def without_pysocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "socks", None)  # type: ignore[arg-type]


@pytest.fixture
def with_pysocks(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("socks")
    module.__spec__ = importlib.machinery.ModuleSpec("socks", None)
    monkeypatch.setitem(sys.modules, "socks", module)


class TestSocks:
    @pytest.mark.parametrize("scheme", ["socks4", "socks4a", "socks5", "socks5h", "SOCKS5"])
    @pytest.mark.usefixtures("without_pysocks")
    def test_without_its_library_it_is_told_what_to_install(self, scheme: str) -> None:
        with pytest.raises(CertViewError, match="PySocks") as caught:
            proxies_of(connection_to(GATEWAY, proxy=f"{scheme}://user:hush@127.0.0.1:1080"))
        assert caught.value.kind == "requirement"
        assert f"{sys.executable} -m pip install 'requests[socks]'" in caught.value.hint
        assert "hush" not in str(caught.value)

    @pytest.mark.usefixtures("without_pysocks")
    def test_the_one_of_the_environment_is_told_too(
        self, client_of: ClientFactory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ALL_PROXY", "socks5h://127.0.0.1:1080")
        with pytest.raises(CertViewError, match="PySocks"):
            list(client_of(GATEWAY).external_sites())

    @pytest.mark.usefixtures("without_pysocks")
    def test_whoever_uses_no_proxy_needs_no_library(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ALL_PROXY", "socks5h://127.0.0.1:1080")
        assert proxies_of(connection_to(GATEWAY, use_proxy=False)) == {}
        assert proxies_of(connection_to(GATEWAY, proxy="http://127.0.0.1:3128"))["https"] == "http://127.0.0.1:3128"

    @pytest.mark.usefixtures("with_pysocks")
    def test_with_its_library_it_is_used(self) -> None:
        url = "socks5h://127.0.0.1:1080"
        assert proxies_of(connection_to(GATEWAY, proxy=url)) == {"http": url, "https": url}
