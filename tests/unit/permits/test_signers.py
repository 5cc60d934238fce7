"""Who signs in which role: GB 30871-2022 B.1; Order 13 Art. 7 (§8.22): the principal, or a delegate with the letter."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.permits.domain.signers import Authority, Mandate, Signer, authority_of, check_mandate, posts_of, roles_of
from services.permits.rules.signers import signer_rules
from shared.machines import NotAllowed

RULES = signer_rules()
TODAY = date(2026, 11, 26)
YEAR = TODAY + timedelta(days=366)


def signer(*posts: str, mandates: tuple[Mandate, ...] = ()) -> Signer:
    return Signer("a-1", "p-1", frozenset(posts), mandates)


def mandate(role: str = "principal", letter_id: str = "l-1", **days: date) -> Mandate:
    return Mandate(**{"role": role, "starts_on": TODAY, "ends_on": TODAY, "letter_id": letter_id} | days)


def refusal(act: Any, *given: Any, **named: Any) -> str:
    with pytest.raises(NotAllowed) as refused:
        act(*given, **named)
    return refused.value.code


class TestTable:
    def test_names_source_and_clause_of_every_role(self) -> None:
        assert all(row.source.document and row.source.clause for row in RULES.signers.values())

    def test_asks_the_letter_of_the_principal_alone(self) -> None:
        assert [role for role, row in RULES.signers.items() if row.needs_letter] == ["principal"]


class TestPost:
    @pytest.mark.parametrize(
        ("post", "role"),
        [
            ("principal", "leader_in_charge"),
            ("principal", "chief"),
            ("principal", "principal"),
            ("safety_officer", "safety_dept"),
            ("approver", "base_unit"),
            ("approver", "specialist_dept"),
            ("special_operator", "work_leader"),
            ("gas_tester", "gas_analyst"),
            ("guardian", "guardian"),
        ],
    )
    def test_signs_in_its_roles(self, post: str, role: str) -> None:
        assert authority_of(RULES, signer(post), role=role, today=TODAY) == Authority(role, post, "")

    @pytest.mark.parametrize(
        ("post", "role", "code"),
        [
            ("worker", "base_unit", "role_not_yours"),
            ("approver", "leader_in_charge", "role_not_yours"),
            ("safety_officer", "principal", "role_not_yours"),
            ("guardian", "base_unit", "role_not_yours"),
            ("principal", "emperor", "role_unknown"),
        ],
    )
    def test_signs_in_no_other(self, post: str, role: str, code: str) -> None:
        assert refusal(authority_of, RULES, signer(post), role=role, today=TODAY) == code

    def test_gives_all_its_roles_in_the_order_of_the_table(self) -> None:
        assert roles_of(RULES, signer("guardian", "gas_tester"), today=TODAY) == ["gas_analyst", "guardian"]


class TestMandate:
    @pytest.mark.parametrize(
        ("given", "code"),
        [
            (mandate(), None),
            (mandate(letter_id=""), "letter_missing"),
            (mandate(starts_on=TODAY + timedelta(days=1)), "role_not_yours"),
            (mandate(ends_on=TODAY - timedelta(days=1)), "role_not_yours"),
            (mandate(role="chief"), "role_not_yours"),
        ],
        ids=["whole", "without_letter", "not_yet", "over", "other_role"],
    )
    def test_lets_a_delegate_approve_for_the_principal_with_its_letter(self, given: Mandate, code: str | None) -> None:
        delegate = signer("safety_officer", mandates=(given,))
        if code:
            assert refusal(authority_of, RULES, delegate, role="principal", today=TODAY) == code
        else:
            assert authority_of(RULES, delegate, role="principal", today=TODAY) == Authority("principal", "", "l-1")

    def test_needs_no_letter_for_a_department(self) -> None:
        one = signer("worker", mandates=(mandate("base_unit", ""),))
        assert authority_of(RULES, one, role="base_unit", today=TODAY) == Authority("base_unit", "", "")

    @pytest.mark.parametrize(
        ("role", "ends_on", "code"),
        [
            ("emperor", TODAY, "role_unknown"),
            ("chief", TODAY - timedelta(days=1), "days_reversed"),
            ("chief", YEAR + timedelta(days=1), "mandate_too_long"),
        ],
    )
    def test_cannot_be_given_so(self, role: str, ends_on: date, code: str) -> None:
        assert refusal(check_mandate, RULES, role, starts_on=TODAY, ends_on=ends_on) == code

    def test_holds_for_a_year_at_most(self) -> None:
        check_mandate(RULES, "chief", starts_on=TODAY, ends_on=YEAR)
        assert RULES.longest_mandate == YEAR - TODAY


class TestPosts:
    @pytest.mark.parametrize(
        ("posts", "roles", "expected"),
        [
            (["guardian"], ["enterprise_principal"], {"guardian"}),
            ([], ["enterprise_principal", "enterprise_guardian"], {"principal", "guardian"}),
            ([], ["bureau_officer"], set()),
        ],
    )
    def test_are_those_of_the_register_or_of_the_account(
        self, posts: list[str], roles: list[str], expected: set[str]
    ) -> None:
        assert posts_of(RULES, posts, account_roles=roles) == expected
