"""Where a pilot review is on, and what one needs to be switched on (permits §5.3)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.permits.domain.declarations import DECLARATION_GUARDS
from services.permits.domain.reviews import OUTCOMES, Pilot, PilotRefused, check_pilot
from services.permits.rules.declarations import declaration_rules
from services.permits.rules.reviews import review_rules

RULES = review_rules()
TODAY = date(2026, 11, 26)
JOB: dict[str, Any] = {"division": "331002001001", "day": TODAY, "colour": "red", "kind": "hot_work"}


def a_pilot(**changes: Any) -> Pilot:
    facts: dict[str, Any] = {"division": "331002001", "starts_on": TODAY, "ends_on": TODAY + timedelta(days=90)}
    return Pilot(**facts | changes)


class TestAPilot:
    @pytest.mark.parametrize(
        ("changes", "job", "expected"),
        [
            ({}, {}, True),
            ({"colours": ["red"], "kinds": ["hot_work"]}, {}, True),
            ({"colours": ["amber"]}, {}, False),
            ({"kinds": ["lifting"]}, {}, False),
            ({}, {"division": "331002002001"}, False),
            ({}, {"day": TODAY - timedelta(days=1)}, False),
            ({}, {"day": TODAY + timedelta(days=90)}, True),
            ({}, {"day": TODAY + timedelta(days=91)}, False),
        ],
        ids=["all", "named", "colour", "kind", "elsewhere", "before", "last-day", "after"],
    )
    def test_covers_by_area_day_colour_and_kind(
        self, changes: dict[str, Any], job: dict[str, Any], *, expected: bool
    ) -> None:
        assert a_pilot(**changes).covers(**JOB | job) is expected

    def test_rests_on_a_document_and_has_an_end(self) -> None:
        check_pilot(RULES, a_pilot(), document="应急〔2026〕1号", today=TODAY)

    @pytest.mark.parametrize(
        ("changes", "document", "field"),
        [
            ({}, " ", "document"),
            ({"starts_on": TODAY - timedelta(days=1)}, "x", "ends_on"),
            ({"ends_on": TODAY - timedelta(days=1)}, "x", "ends_on"),
            ({"ends_on": TODAY + timedelta(days=RULES.longest_days + 1)}, "x", "ends_on"),
        ],
    )
    def test_is_refused_without(self, changes: dict[str, Any], document: str, *, field: str) -> None:
        with pytest.raises(PilotRefused) as refused:
            check_pilot(RULES, a_pilot(**changes), document=document, today=TODAY)
        assert refused.value.facts["field"] == field


class TestAnAnswer:
    def test_is_awaited_for_so_long(self) -> None:
        asked = datetime(2026, 11, 26, 1, tzinfo=UTC)
        assert RULES.due_at(asked) - asked == timedelta(minutes=30)

    def test_has_words_for_every_outcome(self) -> None:
        assert set(OUTCOMES.values()) | {"waiting", "released"} == set(RULES.outcomes)

    def test_never_keeps_work_from_going_on(self) -> None:
        guards = {guard for row in declaration_rules().machine.transitions.values() for guard in row.guards}
        assert not {guard for guard in guards & DECLARATION_GUARDS.keys() if "review" in guard}
