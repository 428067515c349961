# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The estate that the tests of faults read, and the truth about it."""

from __future__ import annotations

import contextlib
import typing as t

from simulator.settings import EstateSettings, LimitSettings
from unit.simulator.serving import NOW, Gateway, served, settings

CERTIFICATES = 35
ASSETS = 25
PAGE = 10
FULL_PAGES = CERTIFICATES // PAGE
# The empty page that ends the list; a page that is not full comes before it.
LAST_CALL = FULL_PAGES + 2

Truth = list[dict[str, t.Any]]


class FaultyGateway:
    """A CertView whose calls fail on demand."""

    def __init__(self, gateway: Gateway) -> None:
        self.url = gateway.url
        self._gateway = gateway
        self._certificates = list(gateway.certview.estate.certificates)
        self._marks = [(each, each.updated, each.last_found, len(each.installations)) for each in self._certificates]

    def heal(self) -> None:
        """Be as at the start: all rows in their place, no fault, a new budget."""
        certview = self._gateway.certview
        certview.estate.certificates = list(self._certificates)
        certview.estate.now = NOW
        certview.estate.revision += 1
        for certificate, certificate.updated, certificate.last_found, installations in self._marks:
            del certificate.installations[installations:]
        certview.settings.quirks.blemishes = {}
        self.end_faults()

    def end_faults(self) -> None:
        """Let calls succeed again, and leave the rows where they are."""
        certview = self._gateway.certview
        certview.faults.reset()
        certview.limiter.reset()
        certview.logins.reset()

    def fault(self, name: str, *, call: int, times: int, match: str, **parameters: t.Any) -> None:
        script = {"fault": name, "call": call, "times": times, "match": match, **parameters}
        self._gateway.certview.faults.script([script])

    def blemish(self, **rates: float) -> None:
        self._gateway.certview.settings.quirks.blemishes = {
            name.replace("_", "-"): rate for name, rate in rates.items()
        }

    def go_on(self, seconds: float, *, changed: int, added: int) -> None:
        """Let time pass, in which some certificates change and some are new."""
        estate = self._gateway.certview.estate
        estate.let_pass(seconds)
        estate.change(changed)
        estate.add(added)

    @property
    def injected(self) -> dict[str, int]:
        """How often each fault has befallen a call."""
        return dict(self._gateway.certview.faults.injected)

    @property
    def list_calls(self) -> int:
        return int(self._gateway.certview.statistics()["total"])

    def hosts(self) -> dict[str, list[str]]:
        """An inventory with every asset under the name C(asset-ID)."""
        return {f"asset-{asset.id}": [str(asset.primary_ip)] for asset in self._gateway.certview.estate.assets}

    def truth(self) -> Truth:
        """Every certificate as it is now, and where it is."""
        return list(self._gateway.get("/_control/estate").json())


@contextlib.contextmanager
def served_estate(certificates: int = CERTIFICATES) -> t.Iterator[FaultyGateway]:
    """Serve it from a thread of this process; calls that stall must not count against those that follow."""
    limits = LimitSettings(rate=100_000, concurrency=50)
    with served(settings(EstateSettings("generated", certificates, ASSETS, now=NOW), limits=limits)) as gateway:
        yield FaultyGateway(gateway)
