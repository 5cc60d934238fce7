"""Dynamic rules DY-01…DY-15: which of them count at a moment, what they do to a grade, and when that changes next."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from services.risk.domain.cards import Source
from services.risk.domain.facts import Condition, Known, Sheet, Text
from services.risk.domain.grading import Grade, Standing
from services.risk.domain.levels import Level, worst_of
from services.risk.domain.occurrences import Occurrence, OccurrenceKind, Trigger, months_after

REVIEW = "review"
LEVELS_OF_ADJUSTMENTS = ("best", "override", "risk_points")
STANDARDISATION = "std_level"
STANDARDISATION_LEVELS = ("1", "2", "3", "none")


class Effect(StrEnum):
    RED = "red"
    ONE_WORSE = "one_worse"
    ONE_BETTER = "one_better"
    GREY = "grey"
    KEY_INSPECTION = "key_inspection"
    RESCORE = "rescore"
    CARD = "card"  # the card shows it by itself


class Restore(StrEnum):
    AT_ONCE = "at_once"
    STEP = "step"
    REVIEW_AND_STEP = "review_and_step"


class Phase(StrEnum):
    ACTIVE = "active"
    AWAITING_REVIEW = "awaiting_review"  # the cause is gone, the bureau has not looked yet: still red
    STEPPING = "stepping"  # at most one level better per assessment period


@dataclass(frozen=True, slots=True)
class DynamicRule:
    """Counts while one of ``any_of`` and every one of ``all_of`` holds, and none of ``none_of``."""

    id: str
    label: Text
    effects: tuple[Effect, ...]
    restore: Restore
    source: Source
    clause: str
    any_of: tuple[Trigger, ...] = ()
    all_of: tuple[Trigger, ...] = ()
    none_of: tuple[Trigger, ...] = ()
    facts: tuple[Condition, ...] = ()

    @property
    def triggers(self) -> tuple[Trigger, ...]:
        """Everything that it looks at."""
        return (*self.any_of, *self.all_of, *self.none_of)

    def causes(self, occurrences: Sequence[Occurrence], at: datetime) -> tuple[str, ...]:
        """Return kind and key of the occurrences for which it counts at ``at``; none when it does not."""
        if any(len(one.fitting(occurrences, at)) < one.at_least for one in self.all_of):
            return ()
        met = [one for trigger in self.any_of if len(one := trigger.fitting(occurrences, at)) >= trigger.at_least]
        found = [one for fitting in (*met, *(all_.fitting(occurrences, at) for all_ in self.all_of)) for one in fitting]
        return tuple(sorted({f"{one.kind}:{one.key}" for one in found})) if met else ()

    def is_barred(self, occurrences: Sequence[Occurrence], at: datetime) -> bool:
        """Return whether something speaks against it."""
        return any(one.fitting(occurrences, at) for one in self.none_of)

    def moments(self, occurrences: Sequence[Occurrence]) -> list[datetime]:
        """Return, in order, every moment at which it may begin or cease to count."""
        return sorted({moment for trigger in self.triggers for moment in trigger.moments(occurrences)})


@dataclass(frozen=True, slots=True)
class Application:
    """A rule that counts: for which causes, since when, until when (None: nobody knows), and how good at best."""

    rule: str
    effects: tuple[Effect, ...]
    phase: Phase
    causes: tuple[str, ...]
    since: datetime
    until: datetime | None = None
    best: Level | None = None


@dataclass(frozen=True, slots=True)
class Adjustments:
    """What all rules, a manual override and the risk points together do to the level of a card.

    ``is_red``: a cause of red is there; ``best``: no better than this; ``is_improvement_barred``: DY-12 not now;
    ``observed``: which occurrences grading has noticed itself and that are still open.
    """

    is_grey: bool = False
    is_red: bool = False
    is_worse: bool = False
    is_rescored: bool = False
    is_improvement_barred: bool = False
    best: Level | None = None
    override: Level | None = None
    risk_points: Level | None = None
    rules: tuple[str, ...] = ()
    observed: tuple[str, ...] = ()

    @classmethod
    def of(cls, document: Mapping[str, Any] | None) -> "Adjustments":
        """Return the adjustments that ``document`` keeps; none at all for None."""
        if document is None:
            return NONE
        levels = {name: Level(document[name]) for name in LEVELS_OF_ADJUSTMENTS if name in document}
        lists = {name: tuple(document[name]) for name in ("rules", "observed") if name in document}
        return cls(**{**document, **levels, **lists})

    def document(self) -> dict[str, Any] | None:
        """Return what has to be kept: the members that say something, or None."""
        told = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: value for name, value in told.items() if value} or None


NONE = Adjustments()


@dataclass(frozen=True)
class DynamicRules:
    """The table in one version; ``kinds`` are the occurrences that events tell of."""

    version: str
    kinds: tuple[OccurrenceKind, ...]
    rules: tuple[DynamicRule, ...]
    period_months: int
    correction: timedelta
    inherent_items: Mapping[str, tuple[str, ...]]
    reassessment_years: Mapping[str, int]

    @property
    def labels(self) -> Mapping[str, Text]:
        """The names of the rules by id."""
        return {rule.id: rule.label for rule in self.rules}

    def read(self, event: str, told: Any, *, time: datetime, sequence: int) -> list[Occurrence]:
        """Return the occurrences of which an event tells."""
        found = (kind.read(event, told, time=time, sequence=sequence) for kind in self.kinds)
        return [one for one in found if one is not None]

    def applications(self, occurrences: Sequence[Occurrence], at: datetime) -> list[Application]:
        """Return the rules that count at ``at``, in the order of the table."""
        found = (self._application(rule, occurrences, at) for rule in self.rules)
        return [one for one in found if one is not None]

    def next_change(self, occurrences: Sequence[Occurrence], at: datetime) -> datetime | None:
        """Return the first moment after ``at`` at which some rule may begin or cease to count by itself."""
        coming = [moment for rule in self.rules for moment in rule.moments(occurrences)]
        coming += [one.until for one in self.applications(occurrences, at) if one.until]
        return min((moment for moment in coming if moment > at), default=None)

    def adjustments(
        self, occurrences: Sequence[Occurrence], at: datetime, *, override: Level | None, risk_points: Level | None
    ) -> Adjustments:
        """Return what the rules that count at ``at``, the override and the risk points do together."""
        applied = self.applications(occurrences, at)
        effects = {effect for one in applied if one.phase is Phase.ACTIVE for effect in one.effects}
        improving = (rule for rule in self.rules if Effect.ONE_BETTER in rule.effects)
        return Adjustments(
            is_grey=Effect.GREY in effects,
            is_red=Effect.RED in effects,
            is_worse=Effect.ONE_WORSE in effects,
            is_rescored=Effect.RESCORE in effects,
            is_improvement_barred=any(rule.is_barred(occurrences, at) for rule in improving),
            best=worst_of(*(one.best for one in applied)),
            override=override,
            risk_points=risk_points,
            rules=tuple(one.rule for one in applied if one.best or set(one.effects) - SILENT),
            observed=tuple(sorted({one.kind for one in occurrences if one.kind in OBSERVED and one.is_open(at)})),
        )

    def _application(self, rule: DynamicRule, occurrences: Sequence[Occurrence], at: datetime) -> Application | None:
        moments = rule.moments(occurrences)
        past = [moment for moment in moments if moment <= at]
        counted = [bool(rule.causes(occurrences, moment)) for moment in past]
        causes = rule.causes(occurrences, at)
        if causes and rule.restore is Restore.STEP:
            return None  # red by score: the card says so itself, the rule begins when the score improves
        if causes:
            since = past[len(counted) - next((n for n, held in enumerate(reversed(counted)) if not held), len(counted))]
            until = next((one for one in moments if one > at and not rule.causes(occurrences, one)), None)
            return Application(rule.id, rule.effects, Phase.ACTIVE, causes, since, until)
        if rule.restore is Restore.AT_ONCE or not any(counted):
            return None
        cleared = past[len(counted) - next(n for n, held in enumerate(reversed(counted)) if held)]
        return self._restoring(rule, occurrences, cleared=cleared, at=at)

    def _restoring(
        self, rule: DynamicRule, occurrences: Sequence[Occurrence], *, cleared: datetime, at: datetime
    ) -> Application | None:
        """DY-14: after the review one level better at once, and one more with every assessment period."""
        start = cleared
        if rule.restore is Restore.REVIEW_AND_STEP:
            reviews = [one.began_at for one in occurrences if one.kind == REVIEW and one.began_at]
            reviewed = min((moment for moment in reviews if cleared <= moment <= at), default=None)
            if reviewed is None:
                return Application(rule.id, rule.effects, Phase.AWAITING_REVIEW, (), cleared, best=Level.RED)
            start = reviewed
        for best in (Level.ORANGE, Level.YELLOW):
            until = months_after(start, self.period_months * (best - Level.RED))
            if at < until:
                return Application(rule.id, rule.effects, Phase.STEPPING, (), start, until, best)
        return None


SILENT = {Effect.KEY_INSPECTION, Effect.CARD, Effect.ONE_BETTER}
OBSERVED = ("improvement", "long_stop", "red_score", "veto")


def adjusted_level(level: Level | None, by: Adjustments, *, improved: Level | None = None) -> Level | None:
    """Return what the adjustments make of the card's level; ``improved`` is what DY-12 makes of it.

    Grey beats all, then a present cause of red, then a manual override, then the rest, the worst first.
    """
    if by.is_grey or level is None:
        return None
    if by.is_red:
        return Level.RED
    if by.override is not None:
        return by.override
    if by.is_worse:
        return worst_of(Level(max(level - 1, Level.RED)), by.best)
    return worst_of(improved or level, by.best)


def rescored(sheet: Sheet) -> dict[str, Known]:
    """DY-10: return the sheet with the standardisation one level lower."""
    lowered = dict(sheet)
    known = sheet.get(STANDARDISATION)
    if known is not None:
        place = STANDARDISATION_LEVELS.index(str(known.value))
        below = STANDARDISATION_LEVELS[min(place + 1, len(STANDARDISATION_LEVELS) - 1)]
        lowered[STANDARDISATION] = Known(below, known.origin, known.words)
    return lowered


def improved_level(rules: DynamicRules, graded: Grade, *, standing: Standing, by: Adjustments) -> Level | None:
    """DY-12: return the level one better, within what the inherent hazards and risk points allow, if it is earned."""
    if graded.level is None or by.is_improvement_barred or graded.counted.vetoes:
        return None
    if not any(_is_earned(rule.facts, standing) for rule in rules.rules if Effect.ONE_BETTER in rule.effects):
        return None
    counted = graded.counted
    inherent = rules.inherent_items[counted.card.id]
    lost = sum(item.deducted for item in counted.items if item.item.id in inherent)
    floor = counted.card.level_of(counted.card.base - lost)
    better = worst_of(Level(min(graded.level + 1, Level.BLUE)), floor, standing.risk_points)
    return better if better is not None and better > graded.level else None


def _is_earned(facts: Iterable[Condition], standing: Standing) -> bool:
    confirmed = standing.confirmed
    return all(one.fact in confirmed and one.holds(confirmed[one.fact].value) for one in facts)
