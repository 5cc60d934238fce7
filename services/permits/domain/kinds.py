"""The kinds of hazardous work, what a permit of each kind and level must keep to, and how long it holds."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from shared.machines import NotAllowed, Source

NO_PERMIT = "none"
NUMBERS = ("height_m", "mass_t", "depth_m")
HOT_WORK, CONFINED_SPACE, BLINDING, HEIGHT = "hot_work", "confined_space", "blinding", "height"
LIFTING, TEMP_POWER, EXCAVATION, ROAD_CLOSING = "lifting", "temp_power", "excavation", "road_closing"


@dataclass(frozen=True)
class WorkFacts:
    """What is known of a job: ``answers`` yes or no (what is missing is unknown, never no), numbers in m and tonnes.

    ``related`` names the kinds of other permits that belong to the same job.
    """

    answers: Mapping[str, bool] = field(default_factory=dict)
    height_m: Decimal | None = None
    mass_t: Decimal | None = None
    depth_m: Decimal | None = None
    related: tuple[str, ...] = ()

    def is_yes(self, question: str) -> bool:
        """Return whether ``question`` was answered yes."""
        return self.answers.get(question) is True

    def is_no(self, question: str) -> bool:
        """Return whether ``question`` was answered no; a question nobody answered is not."""
        return self.answers.get(question) is False

    def number(self, name: str) -> Decimal | None:
        """Return ``height_m``, ``mass_t`` or ``depth_m``."""
        return dict(zip(NUMBERS, (self.height_m, self.mass_t, self.depth_m), strict=True))[name]


def work_facts(facts: Mapping[str, Any], related: Collection[str] = ()) -> WorkFacts:
    """Return what the ``facts`` of a form say: answers are true or false, the three numbers are read exactly.

    A number that was not given as one counts as not given.
    """
    answers = {name: value for name, value in facts.items() if isinstance(value, bool)}
    given = {name: facts[name] for name in NUMBERS if name in facts and name not in answers}
    numbers = {name: Decimal(str(value)) for name, value in given.items() if isinstance(value, (int, float))}
    return WorkFacts(answers, related=tuple(related), **numbers)


@dataclass(frozen=True, slots=True)
class WorkKind:
    """One kind; ``certificate`` is what its workers must hold, ``stop_wind_force`` 0 when wind alone stops nothing."""

    id: str
    code: str
    zh: str
    en: str
    source: Source
    certificate: str
    needs_shift_check: bool
    is_daily_gas: bool
    counts_heads: bool
    reconfirms: bool
    stop_wind_force: int
    wind_clause: str


@dataclass(frozen=True, slots=True)
class Term:
    """What holds for one kind and level; ``is_own_rule``: the standard names no validity, the value is a proposal.

    Minutes and hours are 0 where the standard asks for none; ``is_any_break``: before the start and after any break the
    place is aired, then the air is tested.
    """

    kind: str
    level: str
    zh: str
    en: str
    hours: int
    source: Source
    is_own_rule: bool
    is_any_break: bool
    special_hours: int
    gas_minutes: int
    break_minutes: int
    gas_clause: str
    gas_if: str
    log_hours: int
    is_continuous_gas: bool
    needs_video: bool
    needs_plan: bool
    plan_if: str
    bound_to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Validity:
    """The longest time of a permit in hours, and where that stands."""

    max_hours: int
    source: Source
    is_own_rule: bool


@dataclass(frozen=True)
class KindRules:
    """All kinds by id, and the terms by kind and level."""

    kinds: Mapping[str, WorkKind]
    terms: Mapping[tuple[str, str], Term]

    def kind(self, kind: str) -> WorkKind:
        """Return the kind; raises ``NotAllowed`` for an unknown one."""
        if kind not in self.kinds:
            raise NotAllowed("kind_unknown", "There is no such kind of work: choose one of the eight.", kind=kind)
        return self.kinds[kind]

    def term(self, kind: str, level: str) -> Term:
        """Return what holds for a kind at a level; raises ``NotAllowed`` where the kind has no such level."""
        found = self.terms.get((self.kind(kind).id, level))
        if found is None:
            possible = [each for one, each in self.terms if one == kind]
            detail = "This kind of work has no such level: choose one of its levels."
            raise NotAllowed("level_unknown", detail, kind=kind, level=level, possible=possible)
        return found


def validity(kind: str, level: str, *, rules: KindRules, is_special: bool = False) -> Validity:
    """Return how long a permit may hold at most (5.1.5, 6.10, 8.2.11, 10.8; elsewhere our own proposal)."""
    term = rules.term(kind, level)
    hours = term.special_hours if is_special and term.special_hours else term.hours
    return Validity(hours, term.source, term.is_own_rule)


def needs_gas(term: Term, facts: WorkFacts) -> bool:
    """Return whether the air is analysed before the start: by the kind, or where an answer asks for it (10.1)."""
    return term.gas_minutes > 0 or (bool(term.gas_if) and not facts.is_no(term.gas_if))


def needs_plan(term: Term, facts: WorkFacts) -> bool:
    """Return whether a written plan is attached (5.4.2 a, 9.2.1); what is unknown asks for it."""
    return term.needs_plan or (bool(term.plan_if) and not facts.is_no(term.plan_if))
