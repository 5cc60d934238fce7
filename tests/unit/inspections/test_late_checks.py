"""By which moment a check is judged that was finished without a connection, and why one is only kept."""

from datetime import datetime, timedelta

import pytest

from services.inspections.domain.late_checks import is_too_late, judged_moment, reason_to_keep
from services.inspections.rules import believed_time
from shared.machines import Step
from tests.unit.inspections.builders import NOW

HOUR = timedelta(hours=1)


class TestJudgedMoment:
    """rules/phone.toml: 72 hours, 5 minutes."""

    @pytest.mark.parametrize(
        ("finished", "judged"),
        [
            (None, timedelta()),
            (-2 * HOUR, -2 * HOUR),
            (timedelta(minutes=4), timedelta()),
            (timedelta(minutes=6), timedelta()),
            (-72 * HOUR, -72 * HOUR),
            (-73 * HOUR, timedelta()),
            (-100 * HOUR - timedelta(minutes=4), timedelta()),
        ],
        ids=["unsaid", "in between", "a little ahead", "ahead", "old", "too old", "before its beginning"],
    )
    def test_is_that_of_the_phone_if_it_can_be_true(self, finished: timedelta | None, judged: timedelta) -> None:
        finished_at = None if finished is None else NOW + finished
        begun_at = NOW - 100 * HOUR

        assert judged_moment(believed_time(), finished_at, begun_at=begun_at, arrived_at=NOW) == NOW + judged

    @pytest.mark.parametrize(("early", "is_believed"), [(4, True), (6, False)])
    def test_lies_after_the_beginning_on_site(self, early: int, is_believed: bool) -> None:
        begun_at = NOW - HOUR
        finished_at = begun_at - timedelta(minutes=early)

        judged = judged_moment(believed_time(), finished_at, begun_at=begun_at, arrived_at=NOW)

        assert (judged == finished_at) == is_believed


class TestDeadline:
    @pytest.mark.parametrize(
        ("due_at", "judged_at", "is_late"),
        [
            (NOW, NOW - HOUR, False),
            (NOW, NOW, True),
            (NOW, None, True),
            (None, NOW, True),
        ],
        ids=["before", "at", "by its arrival", "without any"],
    )
    def test_is_kept_by_what_was_finished_before(
        self, due_at: datetime | None, judged_at: datetime | None, is_late: bool
    ) -> None:
        given = {"judged_at": judged_at} if judged_at else {}

        assert is_too_late(due_at, Step("submit", "somebody", 3, NOW + HOUR, given)) == is_late


class TestReason:
    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({}, ""),
            ({"takes": False}, "task_submitted"),
            ({"takes": False, "is_own": False}, "task_submitted"),
            ({"is_before_return": True}, "task_returned"),
            ({"is_other_list": True}, "list_changed"),
            ({"is_own": False}, "owner_changed"),
        ],
    )
    def test_is_what_came_in_between(self, changes: dict[str, bool], reason: str) -> None:
        usual = {"takes": True, "is_own": True, "is_other_list": False, "is_before_return": False}

        assert reason_to_keep("submitted", **(usual | changes)) == reason
