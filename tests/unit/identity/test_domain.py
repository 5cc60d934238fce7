from datetime import UTC, datetime, timedelta

import pytest

from services.identity.domain.accounts import (
    EVERYONE,
    AgencyMisplaced,
    AgencyMissing,
    JurisdictionMalformed,
    JurisdictionTooWide,
    RolesConflict,
    RoleUnknown,
    UsernameMalformed,
    actions_of,
    check_agency,
    check_divisions,
    check_roles,
    check_username,
    roles,
)
from services.identity.domain.signing_in import (
    PasswordTooWeak,
    check_password,
    lock_after,
    lock_out,
    password_policy,
    recent_failures,
)

NOW = datetime(2026, 5, 6, 8, 0, tzinfo=UTC)
PRODUCT_ROLES = {
    "bureau_leader",
    "bureau_officer",
    "administrator",
    "auditor",
    "subdistrict_officer",
    "grid_worker",
    "intermediary_inspector",
    "enterprise_user",
    "enterprise_administrator",
    "enterprise_principal",
    "enterprise_safety_officer",
    "enterprise_approver",
    "enterprise_guardian",
    "enterprise_worker",
    "agency",
    "agency_clerk",
}


class TestRoles:
    def test_are_those_of_the_product(self) -> None:
        assert set(roles()) == PRODUCT_ROLES

    def test_grant_the_union_of_their_actions(self) -> None:
        granted = actions_of(["bureau_leader", "bureau_officer"])
        assert granted == roles()["bureau_leader"].actions | roles()["bureau_officer"].actions | {EVERYONE}

    def test_keep_audit_apart_from_administration_gbt_22239_815(self) -> None:
        assert "audit:read" not in actions_of(set(roles()) - {"auditor"})
        assert actions_of(["auditor"]) == {"audit:read", EVERYONE}
        with pytest.raises(RolesConflict):
            check_roles(["administrator", "auditor"])

    def test_grant_agencies_nothing_by_themselves(self) -> None:
        assert actions_of(["agency"]) == {EVERYONE}

    @pytest.mark.parametrize("role", ["agency", "agency_clerk"])
    def test_of_other_agencies_stand_alone(self, role: str) -> None:
        with pytest.raises(RolesConflict):
            check_roles([role, "bureau_officer"])

    def test_of_other_agencies_name_one_and_no_others_do(self) -> None:
        check_agency(["agency_clerk"], agency_id="a")
        check_agency(["bureau_officer", "former_role"], agency_id="")
        with pytest.raises(AgencyMissing):
            check_agency(["agency_clerk"], agency_id="")
        with pytest.raises(AgencyMisplaced):
            check_agency(["bureau_officer"], agency_id="a")

    def test_that_were_removed_grant_nothing(self) -> None:
        assert actions_of(["former_role"]) == {EVERYONE}

    @pytest.mark.parametrize("given", [[], ["king"], ["grid_worker", "king"]])
    def test_must_exist(self, given: list[str]) -> None:
        with pytest.raises(RoleUnknown):
            check_roles(given)

    def test_may_be_combined(self) -> None:
        check_roles(["administrator", "bureau_officer"])


class TestPasswords:
    @pytest.mark.parametrize("password", ["correcthorse", "Abcdef12", "abc!def1", "四色一图一网三强化安全生产监管"])
    def test_are_good_when_long_or_mixed_gbt_22239_8141a(self, password: str) -> None:
        check_password(password, username="lin")

    @pytest.mark.parametrize(
        "password",
        ["", "Abc!123", "abcdefgh123", "P@ssw0rd", "Admin@123", "aaaaaaaaaaaaaa", "x" * 129, "my-LIN-password"],
    )
    def test_are_refused_otherwise(self, password: str) -> None:
        with pytest.raises(PasswordTooWeak):
            check_password(password, username="lin")

    def test_of_the_operator_may_contain_the_user_name(self) -> None:
        check_password("the-admin-of-2026", username=None)

    def test_in_the_common_list_are_lower_case(self) -> None:
        assert all(word == word.lower() for word in password_policy().common)


class TestUserNames:
    @pytest.mark.parametrize("username", ["lin", "li.na-2", "a" * 64, "007"])
    def test_are_accepted(self, username: str) -> None:
        check_username(username)

    @pytest.mark.parametrize("username", ["", "ab", "Lin", "林一一", "a b c", "a" * 65, ".lin", "lin\n"])
    def test_are_refused(self, username: str) -> None:
        with pytest.raises(UsernameMalformed):
            check_username(username)


class TestDivisions:
    def test_may_be_given_away_within_the_own_area(self) -> None:
        check_divisions(["331002", "331002001", "331002001001"], within=["331002"])

    @pytest.mark.parametrize("within", [[], ["331002"]])
    def test_are_refused_outside_of_it(self, within: list[str]) -> None:
        with pytest.raises(JurisdictionTooWide):
            check_divisions(["331003"], within=within)

    def test_are_free_for_the_system(self) -> None:
        check_divisions(["331003"], within=None)

    @pytest.mark.parametrize("division", ["", "33", "3310020", "33100a"])
    def test_must_be_codes(self, division: str) -> None:
        with pytest.raises(JurisdictionMalformed):
            check_divisions([division], within=None)


class TestLockOut:
    def minutes_ago(self, *minutes: int) -> list[datetime]:
        return [NOW - timedelta(minutes=each) for each in minutes]

    def test_begins_with_the_fifth_failure_in_half_an_hour_gbt_22239_8141b(self) -> None:
        assert lock_after(self.minutes_ago(29, 20, 10, 0), now=NOW, rule=lock_out()) is None
        assert lock_after(self.minutes_ago(29, 20, 10, 5, 0), now=NOW, rule=lock_out()) == NOW + timedelta(minutes=60)

    def test_forgets_failures_after_half_an_hour(self) -> None:
        assert recent_failures(self.minutes_ago(30, 29), now=NOW, rule=lock_out()) == self.minutes_ago(29)
        assert lock_after(self.minutes_ago(30, 20, 10, 5, 0), now=NOW, rule=lock_out()) is None
