from datetime import UTC, datetime, timedelta

import pytest

from services.identity.domain.accounts import actions_of, roles, roles_of_side
from services.identity.domain.staff import (
    AbsenceMalformed,
    LicenceDateMalformed,
    check_absence,
    licence_ends_at,
    standing_at,
)

NOW = datetime(2026, 5, 6, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class TestLicence:
    def test_counts_through_its_last_day_in_shanghai(self) -> None:
        assert licence_ends_at("2026-05-05") == datetime(2026, 5, 5, 16, 0, tzinfo=UTC)

    def test_need_not_be_recorded(self) -> None:
        assert licence_ends_at("") is None

    def test_has_a_real_day(self) -> None:
        with pytest.raises(LicenceDateMalformed):
            licence_ends_at("2026-02-30")

    def test_leaves_an_officer_only_reading_when_expired_penalty_law_42(self) -> None:
        granted = actions_of(["bureau_officer"], is_licence_expired=True)
        assert all(action.endswith((":read", ":self")) for action in granted)
        assert "enterprise:read" in granted

    def test_is_no_matter_of_other_roles(self) -> None:
        assert actions_of(["grid_worker"], is_licence_expired=True) == actions_of(["grid_worker"])


class TestStanding:
    @pytest.mark.parametrize(("offset", "is_absent"), [(-1, False), (0, True), (1, False)])
    def test_counts_the_begin_and_not_the_end_of_an_absence(self, offset: int, is_absent: bool) -> None:
        period = (NOW + offset * HOUR, NOW + offset * HOUR + HOUR)
        assert standing_at(NOW, absences=[period], licence_valid_until="").is_absent is is_absent

    def test_does_not_count_an_absence_that_ends_now(self) -> None:
        standing = standing_at(NOW, absences=[(NOW - HOUR, NOW)], licence_valid_until="")
        assert (standing.is_absent, standing.changes_at) == (False, None)

    def test_changes_at_the_next_begin_end_or_expiry(self) -> None:
        periods = [(NOW - HOUR, NOW + 30 * HOUR), (NOW + 2 * HOUR, NOW + 3 * HOUR)]
        standing = standing_at(NOW, absences=periods, licence_valid_until="2026-05-06")
        assert (standing.changes_at, standing.is_licence_expired) == (NOW + 2 * HOUR, False)

    def test_has_an_expired_licence_from_the_first_moment_after_it(self) -> None:
        moment = datetime(2026, 5, 6, 16, 0, tzinfo=UTC)
        assert standing_at(moment, absences=[], licence_valid_until="2026-05-06").is_licence_expired


class TestAbsence:
    @pytest.mark.parametrize(("begin", "end"), [(2, 1), (-3, -1), (0, 24 * 400)])
    def test_ends_after_its_begin_and_now_and_within_a_year(self, begin: int, end: int) -> None:
        with pytest.raises(AbsenceMalformed):
            check_absence(NOW + begin * HOUR, NOW + end * HOUR, now=NOW)

    def test_may_have_begun(self) -> None:
        check_absence(NOW - HOUR, NOW + HOUR, now=NOW)
        assert standing_at(NOW, absences=[(NOW - HOUR, NOW + HOUR)], licence_valid_until="").is_absent


class TestSides:
    def test_hold_every_role_once(self) -> None:
        sides = [roles_of_side(side) for side in ("staff", "intermediary", "enterprise", "agency")]
        assert sum(map(len, sides)) == len(roles())
        assert "grid_worker" in sides[0]
