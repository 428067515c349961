# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate that the settings ask for."""

from __future__ import annotations

from ..settings import EstateSettings
from .demo import demo_estate
from .estate import Estate
from .generated import generate

# Fewer assets than certificates: some hold several, as in the tenants that were seen.
ASSETS_PER_CERTIFICATE = 0.75


def build_estate(settings: EstateSettings) -> Estate:
    if settings.name == "demo":
        return demo_estate(settings.seed, settings.now)
    assets = settings.assets
    if assets is None:
        assets = round(settings.certificates * ASSETS_PER_CERTIFICATE)
    return generate(settings.certificates, assets, settings.seed, settings.now, settings.shared_assets)
