"""What others tell that stops work (GB 30871-2022 4.8, 4.9, 6.5; chains 4 and 5)."""

import pytest

from services.permits.domain.suspensions import Alarm, WorkPlace, any_stops, stops
from services.permits.rules.suspensions import suspension_rules

RULES = suspension_rules()
HERE = WorkPlace("hot_work", "p-1", "一车间")


class TestAlarm:
    @pytest.mark.parametrize(
        ("alarm", "work", "expected"),
        [
            (Alarm(2, "p-1"), HERE, True),
            (Alarm(2, "一车间"), HERE, True),
            (Alarm(2, ""), HERE, True),
            (Alarm(3, ""), HERE, True),
            (Alarm(1, "p-1"), HERE, False),
            (Alarm(2, "p-2"), HERE, False),
            (Alarm(2, "p-2"), WorkPlace("hot_work", "", "一车间"), True),
            (Alarm(2, "p-1"), WorkPlace("confined_space", "p-1", "罐"), True),
            (Alarm(2, "p-1"), WorkPlace("height", "p-1", "塔"), False),
        ],
        ids=["place", "words", "nowhere", "higher", "lower", "elsewhere", "unknown", "space", "kind"],
    )
    def test_stops_work_at_its_place_or_where_nobody_knows_better(
        self, alarm: Alarm, work: WorkPlace, expected: bool
    ) -> None:
        assert stops(RULES, alarm, work=work) is expected

    def test_of_several_is_enough(self) -> None:
        assert any_stops(RULES, [Alarm(1, ""), Alarm(2, "")], work=HERE)
        assert not any_stops(RULES, [], work=HERE)


class TestTable:
    def test_names_its_sources(self) -> None:
        assert all(source.document and source.clause for source in RULES.sources.values())
        assert RULES.causes == {"alarm": "gas", "people": "people", "halt": "halted"}
