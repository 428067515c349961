# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tests, and the filter that counts days, on certificates of every form."""

from __future__ import annotations

import typing as t
from datetime import date, datetime, timezone

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.community.qualys.plugins.plugin_utils import _jinja
from unit.audit.estates import AS_OF, DAY, SECOND, asset, at, instance, record
from unit.controller.certificates import FILTERS, NOW, RAW_V1, RAW_V2, TESTS, ending


class TestTime:
    @pytest.mark.parametrize(("days", "expired"), [(-1, True), (0, False), (1, False)])
    def test_expired_is_what_has_ended(self, days: int, expired: bool) -> None:
        assert TESTS["certview_expired"](ending(days), NOW) is expired
        assert TESTS["certview_expired"](ending(0), at(AS_OF + SECOND)) is True

    @pytest.mark.parametrize(("days", "expiring"), [(-1, False), (0, True), (30, True), (30.1, False)])
    def test_expiring_is_what_is_valid_but_not_for_long(self, days: float, expiring: bool) -> None:
        assert TESTS["certview_expiring"](ending(days), as_of=NOW) is expiring

    @pytest.mark.parametrize("days", [7, 7.0, "7", "7.0"])
    def test_days_may_come_out_of_a_template(self, days: t.Any) -> None:
        assert TESTS["certview_expiring"](ending(7), days, NOW) is True
        assert TESTS["certview_expiring"](ending(7.01), days, NOW) is False

    @pytest.mark.parametrize("days", [-1, "soon", None, True, float("nan"), float("inf"), 10**400])
    @pytest.mark.parametrize("left", [-5, 5])
    def test_other_days_are_refused(self, days: t.Any, left: int) -> None:
        with pytest.raises(AnsibleFilterError, match=r"certview_expiring: days is"):
            TESTS["certview_expiring"](ending(left), days, NOW)

    def test_days_left_are_counted_to_the_given_time_and_not_to_that_of_the_record(self) -> None:
        stale = {**ending(10), "days_remaining": 99.0, "expired": True}
        assert FILTERS["certview_days_left"](stale, NOW) == 10
        assert FILTERS["certview_days_left"](stale, "2026-06-12") == -1
        assert TESTS["certview_expired"](stale, NOW) is False
        assert FILTERS["certview_days_left"](RAW_V2, date(2026, 6, 1)) == 2
        assert FILTERS["certview_days_left"](RAW_V1, datetime(2026, 6, 1, tzinfo=timezone.utc)) == -1

    def test_now_is_meant_if_no_time_is_given(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Clock(datetime):
            @classmethod
            def now(cls, tz: t.Any = None) -> t.Any:
                return AS_OF.astimezone(tz)

        monkeypatch.setattr(_jinja, "datetime", Clock)
        assert FILTERS["certview_days_left"](ending(10)) == 10
        assert TESTS["certview_expired"](ending(-1)) is True

    @pytest.mark.parametrize("name", ["certview_expired", "certview_expiring"])
    def test_an_end_that_is_not_told_is_an_error_where_it_would_pass_unseen(self, name: str) -> None:
        with pytest.raises(AnsibleFilterError, match="certificate aa does not tell when it ends"):
            TESTS[name](record(valid_to=None))
        assert FILTERS["certview_days_left"](record(valid_to=None)) is None


class TestWeak:
    def weak(self, certificate: t.Any, profile: t.Any = "baseline") -> t.Any:
        return TESTS["certview_weak"](certificate, profile, NOW)

    @pytest.mark.parametrize(
        ("certificate", "weak"),
        [
            (record(assets=[asset()]), False),
            (record(key_size=1024), True),
            (record(assets=[asset(instances=[instance(protocols=("TLSv1",))])]), True),
            (ending(-1), False),
            (ending(2), False),
            (ending(-1, key_size=1024), True),
            (record(valid_from=at(AS_OF + DAY)), True),
            (RAW_V2, True),
            (RAW_V1, False),
        ],
    )
    def test_it_is_what_makes_a_host_weak(self, certificate: t.Any, weak: bool) -> None:
        assert self.weak(certificate) is weak

    def test_the_policy_decides(self) -> None:
        assert self.weak(record(key_size=1024), {"rules": {"KEY-001": False, "KEY-002": "low"}}) is False
        assert self.weak(record(key_size=2048), {"rules": {"EXP-007": False}}) is False
        with pytest.raises(AnsibleFilterError, match="Did you mean 'baseline'"):
            self.weak(record(), "basline")
