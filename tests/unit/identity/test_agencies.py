from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.identity.domain.accounts import JurisdictionMalformed
from services.identity.domain.agencies import (
    GrantMalformed,
    OverlapTooLong,
    TokenRefused,
    asked_actions,
    check_grant,
    check_overlap,
    grantable,
)

NOW = datetime(2026, 5, 6, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def check(action: str = "enterprise:read", **changes: Any) -> None:
    terms = {"divisions": ["331002"], "fields": ["uscc", "level"], "until": NOW + 30 * DAY}
    check_grant(action, **{**terms, **changes}, now=NOW)


class TestGrant:
    def test_names_action_area_fields_and_end(self) -> None:
        check()
        assert "uscc" in grantable()["enterprise:read"].fields

    @pytest.mark.parametrize("action", ["account:write", "fact:write", "audit:read", "enterprise:write", ""])
    def test_is_for_what_the_table_names_only(self, action: str) -> None:
        with pytest.raises(GrantMalformed):
            check(action)

    @pytest.mark.parametrize("fields", [[], ["uscc", "sealed_name"], ["*"]])
    def test_names_its_fields(self, fields: list[str]) -> None:
        with pytest.raises(GrantMalformed):
            check(fields=fields)

    def test_needs_an_area(self) -> None:
        with pytest.raises(JurisdictionMalformed):
            check(divisions=[])

    @pytest.mark.parametrize("days", [0, -1, 731])
    def test_ends_in_time(self, days: int) -> None:
        with pytest.raises(GrantMalformed):
            check(until=NOW + days * DAY)


class TestScope:
    def test_is_everything_granted_when_nothing_is_asked_for(self) -> None:
        assert asked_actions("", granted=["b:read", "a:read"]) == ["a:read", "b:read"]

    def test_can_be_narrowed(self) -> None:
        assert asked_actions("b:read b:read", granted=["b:read", "a:read"]) == ["b:read"]

    def test_is_never_widened_rfc_6749_33(self) -> None:
        with pytest.raises(TokenRefused) as refusal:
            asked_actions("c:read", granted=["b:read"])
        assert (refusal.value.error, refusal.value.status) == ("invalid_scope", 400)


class TestOverlap:
    def test_is_limited(self) -> None:
        assert check_overlap(30) == 30 * DAY
        with pytest.raises(OverlapTooLong):
            check_overlap(31)
