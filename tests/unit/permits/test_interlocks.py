"""I1–I19: both sides of every distance, every relation, and what cannot be excluded (permits §1.10, §8.11–8.13)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.permits.domain.conflicts import Conflict, Work, conflicts, forbidding, is_one_place, needs_coordinator
from services.permits.domain.places import Place, Spot
from services.permits.rules.interlocks import interlocks, read_interlocks
from shared.machines import UnusableTable
from shared.machines.reading import rule_table

NOON = datetime(2027, 3, 1, 4, tzinfo=UTC)
METRES_OF_A_DEGREE = 111_194.93
LEDGER = (
    Place("unit-1", "unit", spot=Spot(121.43, 28.67, 5), radius_m=40),
    Place("tank", "confined_space", within_id="dike-1"),
    Place("floor", "spot", within_id="tank"),
    Place("pit", "confined_space", within_id="unit-1"),
    Place("dike-1", "dike", facts={"risk_place": True}),
    Place("dike-2", "dike"),
    Place("pipe-1", "pipe", within_id="unit-1"),
    Place("pipe-2", "pipe"),
    Place("blind-1", "blind", within_id="pipe-1"),
    Place("blind-2", "blind", within_id="pipe-1"),
    Place("blind-3", "blind", within_id="pipe-2"),
    Place("office", "spot", spot=Spot(121.43, 28.67, 0), facts={"risk_place": False, "gas_area": False}),
    Place("road", "road"),
    Place("yard", "unit"),
    Place("shed", "spot", within_id="unit-1"),
)
PLACES = {one.id: one for one in LEDGER}


def at(metres: float, accuracy: float = 0) -> Spot:
    """Return a spot so many metres north of the first one."""
    return Spot(121.43, 28.67 + metres / METRES_OF_A_DEGREE, accuracy)


def work(kind: str = "hot_work", *, name: str = "mine", hours: tuple[float, float] = (0, 8), **changes: Any) -> Work:
    starts_at, ends_at = (NOON + timedelta(hours=hour) for hour in hours)
    return Work(name, kind, starts_at, ends_at, **changes)


def other(kind: str, **changes: Any) -> Work:
    state = "" if kind in interlocks().doings else "active"
    return work(kind, **{"name": "other", "state": state, "number": "H-2"} | changes)


def found(mine: Work, *others: Work) -> list[Conflict]:
    return list(conflicts(interlocks(), mine, others=others, places=PLACES))


def effects(mine: Work, *others: Work, without: tuple[str, ...] = ("I18",)) -> list[tuple[str, str]]:
    return [(one.rule, one.effect) for one in found(mine, *others) if one.rule not in without]


class TestDistances:
    @pytest.mark.parametrize(
        ("rule", "kind", "limit", "effect"),
        [
            ("I3", "blinding", 30, "forbid"),
            ("I4", "venting", 30, "forbid"),
            ("I5", "draining_liquid", 15, "forbid"),
            ("I6", "solvent_cleaning", 10, "forbid"),
            ("I6", "spraying", 10, "forbid"),
            ("I7", "dust_cleaning", 10, "forbid"),
            ("I14", "leak", 15, "require"),
            ("I17", "dangerous_train", 25, "require"),
        ],
    )
    def test_hold_on_one_side_only(self, rule: str, kind: str, limit: int, effect: str) -> None:
        """8.12: 29 m is refused; exactly the limit is far enough."""
        mine = work(spot=at(0))
        assert effects(mine, other(kind, spot=at(limit - 1))) == [(rule, effect)]
        assert effects(mine, other(kind, spot=at(limit))) == []

    def test_count_from_either_work(self) -> None:
        [conflict] = forbidding(found(work("blinding", spot=at(29)), other("hot_work", spot=at(0))))
        assert (conflict.rule, conflict.distance_m, conflict.limit_m) == ("I3", 29, 30)
        assert conflict.other == other("hot_work", spot=at(0))
        assert conflict.source.clause == "7.6"

    @pytest.mark.parametrize(
        ("metres", "accuracy", "effect"),
        [
            (29, 15, ["forbid"]),  # together no coarser than the limit: what was measured counts
            (29, 16, ["uncertain"]),
            (31, 10, ["uncertain"]),
            (49, 10, ["uncertain"]),
            (51, 10, []),
            (500, 100, []),
            (200, 100, ["uncertain"]),
        ],
    )
    def test_are_uncertain_where_positions_are_coarse(self, metres: float, accuracy: float, effect: list[str]) -> None:
        mine, blind = work(spot=at(0, accuracy)), other("blinding", spot=at(metres, accuracy))
        assert [one for _, one in effects(mine, blind)] == effect

    def test_are_uncertain_without_a_position(self) -> None:
        [conflict] = [one for one in found(work(), other("venting", spot=at(0))) if one.rule == "I4"]
        assert (conflict.effect, conflict.distance_m) == ("uncertain", None)
        assert needs_coordinator([conflict])

    def test_take_the_middle_of_a_place_as_coarse_as_it_is_large(self) -> None:
        mine = work(place_id="unit-1")
        assert effects(mine, other("blinding", spot=at(0))) == [("I3", "uncertain")]
        assert effects(mine, other("blinding", spot=at(75))) == []

    def test_are_nothing_at_one_small_place(self) -> None:
        assert effects(work(place_id="shed"), other("dust_cleaning", place_id="shed")) == [("I7", "forbid")]
        assert effects(work(place_id="gone"), other("dust_cleaning", place_id="gone")) == [("I7", "uncertain")]

    def test_of_blinding_do_not_bind_where_no_risk_is(self) -> None:
        assert effects(work(spot=at(0)), other("blinding", place_id="office", spot=at(5))) == []


class TestTime:
    @pytest.mark.parametrize(("hours", "count"), [((7.9, 9), 1), ((8, 9), 0), ((-4, 0), 0), ((-4, 0.1), 1)])
    def test_has_to_overlap(self, hours: tuple[float, float], count: int) -> None:
        assert len(effects(work(spot=at(0)), other("blinding", spot=at(1), hours=hours))) == count

    @pytest.mark.parametrize("relation", ["place_id", "spot"])
    def test_apart_is_no_conflict_of_places(self, relation: str) -> None:
        where: dict[str, Any] = {"place_id": "blind-1"} if relation == "place_id" else {"spot": at(0)}
        mine, later = work("blinding", **where), other("blinding", hours=(8, 9), **where)
        assert found(mine, later) == found(work("height", **where), other("height", hours=(8, 9), **where)) == []

    @pytest.mark.parametrize(
        ("state", "count"),
        [
            *((state, 1) for state in ("in_approval", "approved", "active", "suspended")),
            *((state, 0) for state in ("draft", "briefed", "finished", "closed", "expired", "rejected")),
        ],
    )
    def test_counts_in_live_states(self, state: str, count: int) -> None:
        assert len(effects(work(spot=at(0)), other("blinding", spot=at(1), state=state))) == count

    def test_passes_over_the_work_itself(self) -> None:
        assert found(work(spot=at(0)), other("blinding", name="mine", spot=at(0))) == []


class TestOnePlace:
    @pytest.mark.parametrize(
        ("kind", "place", "facts", "expected"),
        [
            ("spraying", "tank", {}, [("I2", "forbid"), ("I6", "uncertain")]),
            ("solvent_cleaning", "floor", {}, [("I2", "forbid"), ("I6", "forbid")]),
            ("spraying", "pit", {}, [("I6", "uncertain")]),
            ("spraying", "", {}, [("I2", "uncertain"), ("I6", "uncertain")]),
            ("confined_space", "floor", {"emits_fumes": True}, [("I2", "forbid")]),
            ("confined_space", "floor", {}, []),
            ("sampling", "tank", {}, [("I8", "forbid")]),
            ("draining_water", "dike-1", {}, [("I8", "forbid")]),
            ("draining_water", "dike-2", {}, []),
            ("draining_water", "unit-1", {}, []),
            ("sampling", "", {}, [("I8", "uncertain")]),
        ],
    )
    def test_holds_hot_work_and_another(self, kind: str, place: str, facts: dict[str, Any], expected: Any) -> None:
        there = other(kind, place_id=place, facts=facts)
        assert effects(work(place_id="floor"), there, without=("I1", "I18")) == expected

    @pytest.mark.parametrize(
        ("mine", "theirs", "expected"),
        [
            ("blind-1", "blind-2", [("I9", "forbid")]),
            ("blind-1", "blind-1", [("I9", "forbid")]),
            ("blind-1", "pipe-1", [("I9", "forbid")]),
            ("blind-1", "blind-3", []),
            ("blind-1", "", [("I9", "uncertain")]),
            ("office", "unit-1", [("I9", "uncertain")]),
            ("", "", [("I9", "uncertain")]),
        ],
    )
    def test_holds_one_blind_of_a_pipe(self, mine: str, theirs: str, expected: list[tuple[str, str]]) -> None:
        """8.13: a second blind on the same pipe is refused."""
        assert effects(work("blinding", place_id=mine), other("blinding", place_id=theirs)) == expected


class TestHeight:
    @pytest.mark.parametrize(
        ("height", "metres", "is_below"),
        [
            (3, 2.9, True),
            (3, 3.1, False),
            (6, 3.9, True),
            (6, 4.1, False),
            (16, 4.9, True),
            (31, 5.9, True),
            (31, 6.1, False),
        ],
    )
    def test_asks_for_distance_as_things_fall(self, height: float, metres: float, is_below: bool) -> None:
        mine = work("height", spot=at(0), facts={"height_m": height})
        below = other("lifting", spot=at(metres))
        assert effects(mine, below) == effects(below, replace_state(mine)) == [("I10", "avoid")] * is_below

    @pytest.mark.parametrize(("height", "is_double"), [(None, False), (24, False), (24.1, True)])
    def test_above_24_metres_needs_a_double_barrier(self, height: float | None, is_double: bool) -> None:
        mine, below = work("height", spot=at(0), facts={"height_m": height}), other("lifting", spot=at(1))
        [conflict] = [one for one in found(mine, below) if one.rule == "I10"]
        assert ("double" in conflict.words.todo_en) is is_double

    def test_of_two_at_height_is_said_once(self) -> None:
        high, low = (
            work("height", name=name, spot=at(0), state="active", facts={"height_m": metres})
            for name, metres in (("a", 30), ("b", 20))
        )
        [conflict] = [one for one in found(low, high) if one.rule == "I10"]
        assert "double" in conflict.words.todo_en


def replace_state(mine: Work) -> Work:
    return work(mine.kind, name=mine.id, state="approved", spot=mine.spot, facts=mine.facts)


class TestOneArea:
    @pytest.mark.parametrize(
        ("mine", "theirs", "is_one"),
        [
            ({"place_id": "yard"}, {"place_id": "yard"}, True),
            ({"place_id": "shed"}, {"place_id": "pit"}, True),
            ({"place_id": "shed"}, {"place_id": "yard"}, False),
            ({"spot": "0"}, {"spot": "29"}, True),
            ({"spot": "0"}, {"spot": "31"}, False),
            ({}, {}, False),
        ],
    )
    def test_needs_a_coordinator(self, mine: dict[str, str], theirs: dict[str, str], is_one: bool) -> None:
        one, two = ({"spot": at(float(where["spot"]))} if "spot" in where else where for where in (mine, theirs))
        both = found(work("lifting", **one), other("road_closing", **two))
        assert [one.rule for one in both] == ["I18"] * is_one
        assert needs_coordinator(both) is is_one


class TestNeeds:
    @pytest.mark.parametrize(
        ("mine", "rules"),
        [
            (work(place_id="tank"), ["I1"]),
            (work(facts={"internal_work": True}), ["I1"]),
            (work("confined_space", place_id="tank"), []),
            (work(facts={"height_m": 2}), ["I1"]),
            (work(facts={"height_m": 1.9}), []),
            (work("excavation", facts={"depth_m": 1.2}), []),
            (work("excavation", facts={"depth_m": 1.3}), ["I12"]),
            (work("excavation", place_id="office", facts={"depth_m": 1.3}), []),
            (work("lifting", place_id="road"), ["I13"]),
            (work("lifting", facts={"road_traffic": True}), ["I13"]),
            (work("lifting", facts={"road_traffic": False}), []),
            (work("road_closing", place_id="road"), []),
            (work(facts={"welder_set_m": 10}), []),
            (work(facts={"welder_set_m": 10.1}), ["I15"]),
            (work(facts={"cylinder_gap_m": 5, "cylinder_flame_m": 10}), []),
            (work(facts={"cylinder_gap_m": 4.9, "cylinder_flame_m": 9.9}), ["I16", "I16"]),
        ],
    )
    def test_follow_from_what_is_known(self, mine: Work, rules: list[str]) -> None:
        assert effects(mine) == [(rule, "require") for rule in rules]

    @pytest.mark.parametrize(
        ("changes", "is_there"),
        [
            ({}, False),
            ({"place_id": "tank"}, True),
            ({"name": "entry"}, True),
            ({"name": "parent"}, True),
            ({"related": frozenset({"mine"})}, True),
            ({"place_id": "tank", "hours": (8, 9)}, False),
            ({"place_id": "tank", "state": "closed"}, False),
            ({"place_id": "tank", "state": "suspended"}, True),
        ],
    )
    def test_are_met_by_a_live_permit_that_belongs_to_it(self, changes: dict[str, Any], is_there: bool) -> None:
        mine = work(place_id="tank", related=frozenset({"entry"}), parent_id="parent")
        assert (effects(mine, other("confined_space", **changes)) == []) is is_there


class TestTemporaryPower:
    @pytest.mark.parametrize(("until", "expected"), [(8, []), (9, [("I11", "require")])])
    def test_ends_with_the_work_it_serves(self, until: float, expected: list[tuple[str, str]]) -> None:
        """8.16."""
        power = work("temp_power", parent_id="other", hours=(0, until))
        assert effects(power, other("hot_work")) == expected

    @pytest.mark.parametrize(("state", "rules"), [("active", []), ("suspended", ["I19"]), ("closed", ["I19"])])
    def test_stops_with_the_work_it_serves(self, state: str, rules: list[str]) -> None:
        power = work("temp_power", parent_id="other")
        assert effects(power, other("hot_work", state=state)) == [(rule, "cascade") for rule in rules]

    def test_of_another_work_goes_on(self) -> None:
        assert effects(work("temp_power", hours=(0, 9)), other("hot_work", state="suspended")) == []


class TestTheGuardianOfTwoWorks:
    @pytest.mark.parametrize(
        ("mine", "others", "stays"),
        [
            ({"spot": at(0, 5)}, {"spot": at(40, 5)}, True),
            ({"spot": at(0, 5), "place_id": "tank"}, {"spot": at(61, 5), "place_id": "tank"}, False),
            ({"spot": at(0, 5), "related": frozenset({"other"})}, {"spot": at(61, 5)}, False),
            ({"spot": at(0, 5)}, {"spot": at(59, 5), "place_id": "tank"}, False),
            ({"spot": at(0, 90), "place_id": "tank"}, {"spot": at(90), "place_id": "tank"}, True),
            ({"related": frozenset({"other"}), "place_id": "tank"}, {"place_id": "pit"}, True),
            ({"place_id": "tank"}, {"place_id": "pit"}, False),
            ({"place_id": "tank", "place": "罐区"}, {"place": "罐区"}, False),
            ({"place": "罐区"}, {"place": "罐区"}, True),
            ({"place": "罐区"}, {"place": "一车间", "spot": at(0)}, False),
        ],
    )
    def test_stays_with_both_only_at_one_place(self, mine: Any, others: Any, stays: bool) -> None:
        """4.10 f, with a fence of 50 m."""
        assert is_one_place(work(**mine), other("height", **others), fence_metres=50) is stays


class TestOrder:
    def test_puts_the_gravest_first(self) -> None:
        mine = work(spot=at(0), facts={"height_m": 3})
        answers = found(
            mine,
            other("leak", name="1", spot=at(1)),
            other("venting", name="2"),
            other("venting", name="3", spot=at(1)),
        )
        assert [one.effect for one in answers] == ["forbid", "uncertain", "require", "require"]


class TestTable:
    @pytest.mark.parametrize(
        ("row", "name", "value"),
        [
            ("pair", "relation", "beside"),
            ("pair", "effect", "perhaps"),
            ("pair", "distance", "near"),
            ("need", "when", [{"fact": "a", "like": 1}]),
        ],
    )
    def test_that_cannot_be_followed_is_refused(self, row: str, name: str, value: Any) -> None:
        content = rule_table("services.permits.rules", "interlocks.toml")
        content[row][0][name] = value
        with pytest.raises(UnusableTable):
            read_interlocks(content)

    def test_names_every_interlock(self) -> None:
        rules = {one.rule for one in interlocks().pairs} | {one.rule for one in interlocks().needs}
        assert rules == {f"I{number}" for number in range(1, 20)}

    def test_compares_only_kinds_that_exist(self) -> None:
        kinds = {kind for pair in interlocks().pairs for kind in pair.a | pair.b} - interlocks().doings.keys()
        assert len(kinds) == 8
