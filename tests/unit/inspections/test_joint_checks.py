"""Joint checks: who may come together (国办发〔2024〕54号: merge what can be merged)."""

import pytest

from services.inspections.domain.caps import Part, check_parts, is_complete
from shared.machines import NotAllowed

BUREAU, FIRE = Part("应急管理局", "安全生产"), Part("消防救援大队", "消防安全")


class TestParts:
    @pytest.mark.parametrize(
        ("parts", "tier", "code"),
        [
            ([BUREAU, FIRE], 3, "authority_only"),
            ([BUREAU], 4, "partner_missing"),
            ([BUREAU, Part(" 应急管理局", "消防安全")], 4, "agency_twice"),
        ],
        ids=["tier", "alone", "twice"],
    )
    def test_are_several_and_led_by_the_bureau(self, parts: list[Part], tier: int, code: str) -> None:
        with pytest.raises(NotAllowed) as refused:
            check_parts(parts, tier=tier)
        assert refused.value.code == code

    def test_are_complete_when_every_agency_has_said_what_it_found(self) -> None:
        check_parts([BUREAU, FIRE], tier=4)
        assert [is_complete(parts) for parts in ([BUREAU, FIRE], [Part("甲", "乙", "合格")])] == [False, True]
