"""Dual-random draws (risk-grading §4.5): who may be drawn, the fixed pool, the draw, and drawing it again."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.inspections.domain.draws import (
    STATES,
    STEPS,
    Asked,
    Candidate,
    Drawn,
    Officer,
    Pool,
    Weighed,
    check_pool,
    check_present,
    check_size,
    draw,
    exclusion_of,
    is_replayed,
    make_pool,
    officer_exclusion,
    state_after,
)
from services.inspections.rules import draw_rules
from shared.machines import NotAllowed, StepNotPossible

RULES = draw_rules()
TODAY = date(2026, 3, 2)
ASKED = Asked("331002", (), (), 20, date(2026, 6, 30))
SEED = "4711"


def an_officer(account_id: str = "o-1", **changes: Any) -> Officer:
    return Officer(account_id, **({"licence_until": "2027-01-01"} | changes))


def a_candidate(enterprise_id: str = "e-1", **changes: Any) -> Candidate:
    return Candidate(enterprise_id, **({"level": 3, "cap": 1} | changes))


def a_pool(asked: Asked = ASKED, *, objects: int = 200, officers: Sequence[Officer] = ()) -> Pool:
    """Return a pool of enterprises of all levels in turn, with six officers unless others are given."""
    people = officers or [an_officer(f"o-{number}") for number in range(6)]
    found = [a_candidate(f"e-{number:03}", level=number % 4 + 1) for number in range(objects)]
    return make_pool(RULES, asked, candidates=found, officers=people, today=TODAY)


def codes(pool: Pool) -> str:
    with pytest.raises(NotAllowed) as refused:
        check_pool(pool)
    return refused.value.code


class TestExclusion:
    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({}, ""),
            ({"is_active": False}, "ceased"),
            ({"supervision": "ceased"}, "ceased"),
            ({"supervision": "transferred"}, "transferred"),
            ({"supervision": "recorded"}, "not_supervised"),
            ({"supervision": "unverified"}, ""),
            ({"level": None, "cap": 0}, "no_level"),
            ({"is_others": True}, "other_authority"),
            ({"is_planned": True}, "planned"),
            ({"is_expected": True}, "expected"),
            ({"counted": 1}, "cap_reached"),
            ({"counted": 1, "cap": 2}, ""),
            ({"last_check": date(2026, 3, 1)}, "checked"),
            ({"last_check": date(2025, 9, 3)}, ""),
        ],
        ids=str,
    )
    def test_of_an_enterprise_has_a_reason(self, changes: dict[str, Any], reason: str) -> None:
        assert exclusion_of(RULES, a_candidate(**changes), today=TODAY) == reason

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({}, ""),
            ({"licence_until": "2026-03-02"}, ""),
            ({"is_enabled": False}, "disabled"),
            ({"licence_until": ""}, "no_licence"),
            ({"licence_until": "2026-03-01"}, "licence_expired"),
            ({"is_absent": True}, "away"),
        ],
        ids=str,
    )
    def test_of_an_officer_has_a_reason(self, changes: dict[str, Any], reason: str) -> None:
        """行政处罚法 第四十二条: officers with a licence."""
        assert officer_exclusion(an_officer(**changes), today=TODAY) == reason


class TestPool:
    def test_leaves_out_to_whom_no_two_officers_could_go(self) -> None:
        """行政处罚法 第四十三条: whoever has a tie keeps away."""
        people = [an_officer("o-1"), an_officer("o-2", avoids=frozenset({"e-000", "far away"}))]
        pool = a_pool(objects=2, officers=people)
        assert (pool.excluded, list(pool.objects)) == ({"e-000": "no_team"}, ["e-001"])
        assert (pool.officers, pool.excluded_officers) == ({"o-1": [], "o-2": []}, {})

    def test_keeps_why_an_officer_is_left_out(self) -> None:
        people = [an_officer("o-1"), an_officer("o-2"), an_officer("o-3", is_absent=True)]
        pool = a_pool(objects=4, officers=people)
        assert (sorted(pool.officers), pool.excluded_officers) == (["o-1", "o-2"], {"o-3": "away"})

    def test_has_a_digest_that_does_not_depend_on_the_order(self) -> None:
        pool = a_pool()
        turned = replace(pool, objects=dict(reversed(pool.objects.items())))
        assert turned.digest == pool.digest

    @pytest.mark.parametrize(
        "changes",
        [
            {"count": 21},
            {"excluded": {"x": "ceased"}},
            {"excluded_officers": {"x": "away"}},
            {"rules": "2099.1"},
            {"selection": {}},
        ],
        ids=str,
    )
    def test_has_another_digest_when_anything_differs(self, changes: dict[str, Any]) -> None:
        assert replace(a_pool(), **changes).digest != a_pool().digest

    def test_weighs_risk_and_credit(self) -> None:
        """浙江条例 第二十一条."""
        assert [RULES.weight(level=level, credit="B") for level in (1, 2, 3, 4)] == [16, 8, 4, 2]
        assert [RULES.weight(level=4, credit=credit) for credit in ("A", "B", "C", "D", "")] == [1, 2, 4, 8, 2]

    @pytest.mark.parametrize(("objects", "count"), [(2, 3), (0, 1), (2, 0)])
    def test_is_refused_when_too_small(self, objects: int, count: int) -> None:
        assert codes(a_pool(replace(ASKED, count=count), objects=objects)) == "pool_too_small"

    def test_is_refused_without_two_officers(self) -> None:
        assert codes(a_pool(officers=[an_officer()])) == "too_few_officers"

    def test_is_refused_when_too_large(self) -> None:
        check_size(RULES, RULES.most_candidates)
        with pytest.raises(NotAllowed) as refused:
            check_size(RULES, RULES.most_candidates + 1)
        assert refused.value.code == "pool_too_large"


class TestPresence:
    def test_is_seen_in_an_unchanged_pool(self) -> None:
        check_present(a_pool(objects=30), a_pool(objects=31))

    @pytest.mark.parametrize(
        "fresh",
        [
            a_pool(objects=29),
            a_pool(objects=30, officers=[an_officer(f"o-{number}") for number in range(5)]),
            a_pool(
                objects=30,
                officers=[an_officer(f"o-{number}", avoids=frozenset({f"e-00{number}"})) for number in range(6)],
            ),
        ],
        ids=["an enterprise", "an officer", "a tie"],
    )
    def test_is_missed_before_there_is_a_seed(self, fresh: Pool) -> None:
        with pytest.raises(NotAllowed) as refused:
            check_present(a_pool(objects=30), fresh)
        assert refused.value.code == "pool_outdated"


def drawn_elsewhere(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Draw as docs/draws.md tells a stranger to, with nothing of ours: the record is what was downloaded."""
    pool, seed = record["pool"], record["seed"]

    def pick(weights: dict[str, int], times: int, word: str) -> list[str]:
        found = []
        for turn in range(times):
            digest = hashlib.sha256(f"{seed}|{word}|{turn}".encode()).hexdigest()
            rest = int(digest, 16) % sum(weights.values())
            for name in sorted(weights):
                if rest < weights[name]:
                    break
                rest -= weights[name]
            found.append(name)
            del weights[name]
        return found

    result = []
    for one in pick({name: it["weight"] for name, it in pool["objects"].items()}, pool["count"], "objects"):
        able = {name: 1 for name, avoids in pool["officers"].items() if one not in avoids}
        result.append({"enterprise_id": one, "officers": pick(able, pool["team"], f"officers|{one}")})
    return result


class TestDraw:
    def test_is_the_same_whenever_it_is_repeated(self) -> None:
        pool = a_pool()
        assert is_replayed(pool, digest=pool.digest, seed=SEED, drawn=draw(pool, seed=SEED))

    def test_is_the_same_when_a_stranger_makes_it(self) -> None:
        people = [an_officer(f"o-{number}", avoids=frozenset({f"e-00{number}"})) for number in range(6)]
        pool = a_pool(replace(ASKED, count=30), objects=30, officers=people)
        record = json.loads(json.dumps({"pool": pool.content, "seed": SEED}))
        text = json.dumps(record["pool"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)

        again = drawn_elsewhere(record)

        assert hashlib.sha256(text.encode()).hexdigest() == pool.digest
        assert [Drawn(one["enterprise_id"], tuple(one["officers"])) for one in again] == list(draw(pool, seed=SEED))

    def test_is_fixed_for_ever_for_one_seed(self) -> None:
        weights = {"a": 8, "b": 4, "c": 2, "d": 1}
        objects = {one: Weighed(1, "", weight) for one, weight in weights.items()}
        officers: dict[str, list[str]] = {"p": [], "q": [], "r": []}
        pool = Pool("1", "sha256-cumulative-1", 2, 2, objects, {}, officers, {})
        assert draw(pool, seed="seed") == (Drawn("b", ("r", "p")), Drawn("a", ("q", "r")))

    def test_is_another_one_for_another_seed(self) -> None:
        assert draw(a_pool(), seed="1") != draw(a_pool(), seed="2")

    def test_notices_a_result_or_a_pool_that_was_changed(self) -> None:
        pool = a_pool()
        drawn = draw(pool, seed=SEED)
        forged = (Drawn("e-000", drawn[0].officers), *drawn[1:])
        other = replace(pool, excluded={"x": "another reason"})
        assert not is_replayed(pool, digest=pool.digest, seed=SEED, drawn=forged)
        assert not is_replayed(other, digest=pool.digest, seed=SEED, drawn=drawn)

    def test_takes_two_officers_for_each_enterprise_and_nobody_twice(self) -> None:
        drawn = draw(a_pool(), seed=SEED)
        assert len({one.enterprise_id for one in drawn}) == 20
        assert {len(set(one.officers)) for one in drawn} == {2}

    def test_sends_nobody_where_there_is_a_tie(self) -> None:
        people = [an_officer("o-1", avoids=frozenset({"e-000", "e-001"})), an_officer("o-2"), an_officer("o-3")]
        pool = a_pool(replace(ASKED, count=4), objects=4, officers=people)
        teams = {one.enterprise_id: set(one.officers) for one in draw(pool, seed=SEED)}
        assert teams["e-000"] == teams["e-001"] == {"o-2", "o-3"}

    def test_prefers_risk(self) -> None:
        """浙江条例 第二十一条: red weighs eight times blue."""
        pool = a_pool(replace(ASKED, count=1))
        firsts = Counter(pool.objects[draw(pool, seed=str(number))[0].enterprise_id].level for number in range(400))
        assert firsts[1] > firsts[2] > firsts[3] > firsts[4] > 0


class TestState:
    @pytest.mark.parametrize("state", STATES)
    @pytest.mark.parametrize("event", ["draw", "cancel", "publish"])
    def test_follows_the_table_or_stays(self, state: str, event: str) -> None:
        if (state, event) in STEPS:
            assert state_after(state, event) == STEPS[state, event]
        else:
            with pytest.raises(StepNotPossible):
                state_after(state, event)

    def test_allows_one_draw_and_a_cancel_only_before_it(self) -> None:
        assert STEPS == {
            ("prepared", "draw"): "drawn",
            ("prepared", "cancel"): "cancelled",
            ("drawn", "publish"): "published",
        }
