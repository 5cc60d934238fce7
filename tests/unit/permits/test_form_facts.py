"""Every fact that a rule looks at is asked by the form of each kind that the rule is for."""

from collections.abc import Iterator

import pytest

from services.permits.domain.conflicts import Work, conflicts
from services.permits.rules.interlocks import interlocks
from services.permits.rules.permitting import permit_rules
from tests.unit.permits.builders import RULES
from tests.unit.permits.permits import HOUR, NOW

ASKED = {(kind, one.id) for one in RULES.questions for kind in one.kinds} | {
    (one.kind, one.id) for one in RULES.fields if one.is_fact
}
KINDS = RULES.kinds.kinds


def needed() -> Iterator[tuple[str, str, str]]:
    """Return every kind with each fact that a rule about it looks at, and the rule."""
    for need in permit_rules().needs:
        for kind in need.kinds:
            yield from ((need.row, kind, fact) for fact in (need.fact, need.also) if fact)
    for rule in interlocks().needs:
        yield from ((rule.rule, kind, one.fact) for kind in rule.kinds for one in rule.when)
    for pair in interlocks().pairs:
        for kinds, conditions in ((pair.a, pair.when_a), (pair.b, pair.when_b)):
            yield from ((pair.rule, kind, one.fact) for kind in kinds & KINDS.keys() for one in conditions)
    for term in RULES.kinds.terms.values():
        yield from (("term", term.kind, fact) for fact in (term.gas_if, term.plan_if) if fact)
    yield from (("wind", kind.id, "outdoor") for kind in KINDS.values() if kind.stop_wind_force)
    yield from (("5.2", "hot_work", fact) for fact in ("wind_exception", "connected_pipe", "oxygen_equipment"))


NEEDED = sorted(set(needed()))


@pytest.mark.parametrize(("rule", "kind", "fact"), NEEDED, ids=[" ".join(one) for one in NEEDED])
def test_is_asked_by_the_form(rule: str, kind: str, fact: str) -> None:
    assert (kind, fact) in ASKED, rule


def test_numbers_that_rules_compare_are_facts_and_words_are_not() -> None:
    facts = {one.id for one in RULES.fields if one.is_fact}
    assert facts == {
        "height_m", "mass_t", "depth_m", "welder_set_m", "cylinder_gap_m", "cylinder_flame_m",
    }  # fmt: skip
    assert {one.type for one in RULES.fields if one.is_fact} == {"number"}


@pytest.mark.parametrize(
    ("fact", "value", "rule"),
    [
        ("welder_set_m", 10.0, ""), ("welder_set_m", 10.1, "I15"),
        ("cylinder_gap_m", 5.0, ""), ("cylinder_gap_m", 4.9, "I16"),
        ("cylinder_flame_m", 10.0, ""), ("cylinder_flame_m", 9.9, "I16"),
    ],
)  # fmt: skip
def test_of_welding_sets_and_cylinders_are_compared(fact: str, value: float, rule: str) -> None:
    """5.2.12, 5.2.13: I15, I16."""
    work = Work("w", "hot_work", NOW, NOW + HOUR, facts={fact: value})
    assert [one.rule for one in conflicts(interlocks(), work, others=(), places={})] == ([rule] if rule else [])
