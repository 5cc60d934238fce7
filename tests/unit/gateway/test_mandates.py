"""Who signs in which role, as the page of mandates puts posts, accounts and mandates together."""

from typing import Any

from services.gateway.pages.mandates import signers_of

TABLE: dict[str, Any] = {
    "signers": [{"role": "base_unit", "posts": ["approver", "principal"]}, {"role": "chief", "posts": ["principal"]}],
    "accounts": [{"role": "enterprise_principal", "posts": ["principal"]}],
}
GIVEN = {"role": "chief", "person_id": "p-1", "ends_on": "2026-12-31"}


def account(person_id: str, *roles: str) -> dict[str, Any]:
    return {"name": "王厂长", "person_id": person_id, "roles": roles}


class TestSigners:
    def test_hold_the_post_or_the_mandate(self) -> None:
        people = [{"called": "张*", "posts": ["approver"]}, {"called": "李*", "posts": ["worker"]}]

        base_unit, chief = signers_of(TABLE, people, members=[], mandates=[GIVEN])

        assert (base_unit["by_post"], base_unit["by_mandate"]) == (["张*"], [])
        assert (chief["by_post"], chief["by_mandate"]) == ([], [GIVEN])

    def test_are_accounts_too_that_are_linked_to_nobody(self) -> None:
        members = [account("", "enterprise_principal"), account("p-2", "enterprise_principal"), account("", "auditor")]

        _, chief = signers_of(TABLE, [], members=members, mandates=[])

        assert chief["by_post"] == ["王厂长"]
