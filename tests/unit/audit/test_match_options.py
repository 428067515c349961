# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.community.qualys.plugins.module_utils._errors import CertViewError
from ansible_collections.community.qualys.plugins.module_utils._match_options import (
    DEFAULT_EXCLUDED,
    NEVER_IDENTITIES,
    MatchOptions,
    match_options,
)
from ansible_collections.community.qualys.plugins.module_utils._networks import NetworkMap


def test_who_chooses_nothing_gets_the_defaults() -> None:
    assert match_options() == MatchOptions()


def test_any_spelling_is_read() -> None:
    options = match_options(
        exclude_addresses=["default", "::FFFF:10.0.0.1", "10.0.0.0/255.255.255.0", "10.0.0.1"],
        nat={" 203.0.113.0/24": "10.0.0.0/24", "2001:0DB8::1": "[2001:db8::2]", "192.0.2.1": "2001:DB8::3"},
    )
    assert options.exclude_addresses == (*DEFAULT_EXCLUDED, "10.0.0.1", "10.0.0.0/24")
    assert options.nat == {"203.0.113.0/24": "10.0.0.0/24", "2001:db8::1": "2001:db8::2", "192.0.2.1": "2001:db8::3"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"match_on": ["fqdn", "fdqn"]}, r"match_on has 'fdqn'\. Did you mean 'fqdn'\?"),
        ({"match_on": ["Primary IP"]}, "Did you mean 'primary_ip'"),
        ({"match_on": []}, "match_on names no rule"),
        ({"on_ambiguous": "newst"}, "on_ambiguous has 'newst'.*'newest'.*all, newest, skip, fail"),
        ({"exclude_addresses": ["10.0.0.300"]}, "exclude_addresses has '10.0.0.300', which is no address"),
        ({"exclude_addresses": ["defaults"]}, "exclude_addresses has 'defaults'.*or the word default"),
        ({"exclude_addresses": [None]}, "exclude_addresses has None"),
        ({"exclude_addresses": ["0.0.0.0/0"]}, "exclude_addresses has '0.0.0.0/0'"),
        ({"shared_above": 0}, "shared_above is 0"),
        ({"nat": {"203.0.113.0/24": "10.0.0.0/25"}}, "203.0.113.0/24 to 10.0.0.0/25, which is not of the same size"),
        ({"nat": {"203.0.113.0/24": "10.0.0.1"}}, "not of the same size"),
        ({"nat": {"203.0.113.0/24": "10.0.0.1/24"}}, "not of the same size"),
        ({"nat": {"web1": "10.0.0.1"}}, "nat has 'web1', which is no address"),
        ({"nat": {"203.0.113.1": ["10.0.0.1"]}}, "nat has"),
        ({"nat": {"203.0.113.1": "10.0.0.1", "::ffff:203.0.113.1": "10.0.0.2"}}, "translates 203.0.113.1 twice"),
        ({"asset_max_age_days": 0}, "asset_max_age_days is 0"),
        ({"asset_max_age_days": -1.5}, "asset_max_age_days is -1.5"),
        ({"asset_max_age_days": float("nan")}, "asset_max_age_days is nan"),
        ({"asset_max_age_days": 1e9}, "at most 36525"),
    ],
)
def test_what_cannot_be_meant_is_refused(options: dict[str, t.Any], words: str) -> None:
    with pytest.raises(CertViewError, match=words) as caught:
        match_options(**options)
    assert caught.value.kind == "options"


@pytest.mark.parametrize(
    ("address", "is_never", "is_excluded"),
    [
        ("127.8.9.1", True, False),
        ("::1", True, False),
        ("0.0.0.0", True, False),
        ("::", True, False),
        ("224.0.0.251", True, False),
        ("ff02::1", True, False),
        ("255.255.255.255", True, False),
        ("169.254.7.7", False, True),
        ("fe80::1", False, True),
        ("172.17.0.1", False, True),
        ("192.168.122.1", False, True),
        ("10.0.0.1", False, False),
        ("172.17.0.2", False, False),
        ("0.0.0.1", False, False),
        ("2001:db8::1", False, False),
        ("fd00::1", False, False),
    ],
)
def test_what_identifies_no_host(address: str, is_never: bool, is_excluded: bool) -> None:
    assert bool(NetworkMap(dict.fromkeys(NEVER_IDENTITIES, True)).holding(address)) == is_never
    assert bool(NetworkMap(dict.fromkeys(DEFAULT_EXCLUDED, True)).holding(address)) == is_excluded
