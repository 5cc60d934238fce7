"""What the pages of tasks and hazards sort, and that they know every state and step of the tables."""

from datetime import date, timedelta

import pytest

from services.gateway.pages import hazards, tasks
from services.gateway.pages.acts import acts_of
from services.inspections.rules import hazard_rules, task_rules
from services.inspections.schemas.hazards import EVENTS

TODAY = date(2026, 3, 2)


class TestUrgency:
    @pytest.mark.parametrize(("days", "group"), [(-1, "overdue"), (0, "today"), (1, "week"), (7, "week"), (8, "later")])
    def test_goes_by_the_days_that_are_left(self, days: int, group: str) -> None:
        one = {"state": "assigned", "last_day": (TODAY + timedelta(days=days)).isoformat()}
        assert tasks.urgency(one, today=TODAY) == group

    def test_puts_what_was_handed_in_last(self) -> None:
        late = {"state": "submitted", "last_day": "2026-03-01"}
        open_one = {"state": "assigned", "last_day": "2026-04-01"}
        assert [name for name, _ in tasks.grouped([late, open_one], today=TODAY)] == ["later", "handed_in"]


class TestTables:
    def test_has_a_stage_for_every_state_of_a_hazard(self) -> None:
        shown = sorted(state for states in hazards.STAGES.values() for state in states)
        assert shown == sorted(state for state in hazard_rules().machine.states if state != "new")

    def test_has_a_form_for_every_step_of_a_hazard(self) -> None:
        """Entering has a page of its own, the clock says what is overdue, and documents take back what they did."""
        assert set(hazards.OFFERED) == set(EVENTS)

    def test_knows_every_step_of_a_task_but_giving_it_to_somebody(self) -> None:
        assert set(tasks.OFFERED) == set(task_rules().machine.events) - {"submit", "overdue", "assign"}


class TestForms:
    def test_offers_only_what_is_allowed(self) -> None:
        acts = acts_of(hazards.OFFERED, ["pass", "fail"], main=hazards.MAIN)
        assert [(act.event, act.is_main) for act in acts] == [("pass", True), ("fail", False)]
        assert [(field.name, field.is_required) for field in acts[1].fields] == [("reason", True), ("deadline", False)]

    def test_asks_for_the_place_of_publication_of_a_listed_hazard(self) -> None:
        one = {"level": "major", "item": "GM-11-03", "listed_on": "2026-03-01"}
        table = hazards.offered(one)
        assert (table["close"], table["rectify"], table["grade_major"]) == (("publication",), ("evaluation",), ())

    def test_shows_each_photo_once(self) -> None:
        steps = [{"given": {"before": ["a"]}}, {"given": {"before": ["a", "b"]}}]
        assert hazards.photos_of(steps, "before") == ["a", "b"]
