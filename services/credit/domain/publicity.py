"""How a penalty is made public and how that ends (credit-and-inspections §3.1–3.3): periods, deadlines, steps."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import partial
from typing import Any

from shared.calendar import months_later
from shared.clock import BUSINESS_ZONE
from shared.machines import (
    Due,
    Machine,
    NotAllowed,
    Source,
    Step,
    Transition,
    end_of,
    is_possible,
    require,
    require_all,
)

DECIDED, PUBLISHED, EXPIRED, UNCORRECTED, WITHDRAWN = "decided", "published", "expired", "uncorrected", "withdrawn"
NOT_PUBLISHED = "not_published"
LIGHT, SERIOUS, ALWAYS, NEVER = "light", "serious", "always", "never"
ENDINGS = ("expire", "expire_uncorrected")  # of what is settled, and of what is not
SHOWN = ("published", "repair_applied", "repair_accepted")  # what the public and other agencies read
STEPS = (
    "publish", "keep_back", "apply_repair", "accept_repair", "reject_repair", "repair", "refuse_repair", "settle",
    "withdraw", "strike",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """For how long a class is shown under a regime; ``publishes``: ``always``, ``ask`` or ``never``."""

    regime: str
    publishes: str
    min_months: int
    max_months: int


@dataclass(frozen=True, slots=True)
class Regime:
    """An order about publication, in force from a day on."""

    id: str
    zh: str
    en: str
    source: Source


@dataclass(frozen=True, slots=True)
class PenaltyKind:
    """A kind of penalty and the class that it has by default."""

    id: str
    zh: str
    en: str
    penalty_class: str
    source: Source


@dataclass(frozen=True, slots=True)
class SimpleProcedure:
    """What may be decided on the spot (行政处罚法 第五十一条), fines in yuan, and of which class it is."""

    penalty_class: str
    kinds: frozenset[str]
    most_fine: int
    most_fine_of_person: int


@dataclass(frozen=True)
class PublicityRules:
    """``regimes`` from the oldest on, ``periods`` by regime and class, ``classes`` from the lightest on."""

    machine: Machine
    deadlines: Mapping[str, Due]
    regimes: tuple[Regime, ...]
    periods: Mapping[tuple[str, str], Period]
    classes: Mapping[str, tuple[str, str]]
    kinds: Mapping[str, PenaltyKind]
    gravest_acts: frozenset[str]
    simple: SimpleProcedure

    def period(self, penalty_class: str, *, decided_on: date) -> Period:
        """Return for how long a class is shown by the order in force on the day of the decision (§3.2)."""
        valid = [one for one in self.regimes if one.source.effective_from <= decided_on]
        return self.periods[(valid[-1] if valid else self.regimes[0]).id, penalty_class]

    def usual_class(self, kinds: Iterable[str], *, act: str = "", is_simple: bool = False) -> str:
        """Return the class of a decision: that of its gravest kind, light in the simple procedure (§3.2)."""
        if act in self.gravest_acts:
            return SERIOUS
        order = list(self.classes)
        gravest = max((order.index(self.kinds[one].penalty_class) for one in kinds), default=0)
        return self.simple.penalty_class if is_simple else order[gravest]


@dataclass(frozen=True, slots=True)
class Publicity:
    """Where a penalty stands; ``settled_on`` is the day on which its obligations were met."""

    state: str
    penalty_class: str
    decided_on: date
    settled_on: date | None = None
    is_warned: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """What a guard sees."""

    rules: PublicityRules
    publicity: Publicity
    step: Step


def shown_until(rules: PublicityRules, publicity: Publicity) -> date:
    """Return the last day on which it may be shown; the period runs from the day of the decision (§3.2)."""
    period = rules.period(publicity.penalty_class, decided_on=publicity.decided_on)
    return months_later(publicity.decided_on, period.max_months)


def shown_at_least_until(rules: PublicityRules, publicity: Publicity) -> date:
    """Return the day from which on a repair may be applied for."""
    period = rules.period(publicity.penalty_class, decided_on=publicity.decided_on)
    return months_later(publicity.decided_on, period.min_months)


def begin(rules: PublicityRules, publicity: Publicity, *, today: date) -> str:
    """Return the state in which a recorded penalty begins: what is over already was over before it came here."""
    if rules.period(publicity.penalty_class, decided_on=publicity.decided_on).publishes == NEVER:
        return NOT_PUBLISHED
    if shown_until(rules, publicity) >= today:
        return DECIDED
    return EXPIRED if publicity.settled_on else UNCORRECTED


def deadline(rules: PublicityRules, name: str, *, day: date) -> datetime:
    """Return when the deadline ``name`` has passed that runs from ``day``."""
    return rules.deadlines[name].after(datetime.combine(day, time(), tzinfo=BUSINESS_ZONE))


def due_now(rules: PublicityRules, publicity: Publicity, *, now: datetime) -> str:
    """Return the step that the clock takes now, empty for none; what is over is neither warned of nor published."""
    due = [event for moment, event in moments(rules, publicity) if moment <= now]
    return "" if not due else due[-1] if due[-1] in ENDINGS else due[0]


def moments(rules: PublicityRules, publicity: Publicity) -> list[tuple[datetime, str]]:
    """Return when the clock does what with a penalty, the earliest first."""
    if publicity.state not in (DECIDED, *SHOWN):
        return []
    end = end_of(shown_until(rules, publicity)), ENDINGS[publicity.settled_on is None]
    if publicity.state != DECIDED:
        return [end]
    found = [] if publicity.is_warned else [(deadline(rules, "warn", day=publicity.decided_on), "warn")]
    if rules.period(publicity.penalty_class, decided_on=publicity.decided_on).publishes == ALWAYS:
        found.append((deadline(rules, "itself", day=publicity.decided_on), "publish"))
    return [*found, end]


def take_publicity_step(rules: PublicityRules, publicity: Publicity, *, step: Step) -> tuple[Publicity, Transition]:
    """Return a penalty after ``step`` and its row; raises ``StepNotPossible`` or, by a guard, ``NotAllowed``."""
    transition = rules.machine.transition(publicity.state, step.event)
    for guard in transition.guards:
        PUBLICITY_GUARDS[guard](Look(rules, publicity, step))
    changes: dict[str, Any] = {"settle": {"settled_on": step.given.get("settled_on")}, "warn": {"is_warned": True}}
    moved = replace(publicity, state=transition.to or publicity.state, **changes.get(step.event, {}))
    return moved, transition


def allowed_publicity_steps(rules: PublicityRules, publicity: Publicity, *, asked: Step) -> list[str]:
    """Return the steps that are possible once everything is given that a step asks for."""
    look = Look(rules, publicity, asked)

    def meets_all(event: str) -> bool:
        guards = [one for one in rules.machine.transition(publicity.state, event).guards if one in ABOUT_THE_STATE]
        return all(is_possible(partial(PUBLICITY_GUARDS[guard], look)) for guard in guards)

    return [event for event in rules.machine.possible(publicity.state) if meets_all(event)]


def _may_be_public(look: Look) -> None:
    period = look.rules.period(look.publicity.penalty_class, decided_on=look.publicity.decided_on)
    sentence = "The order in force on the day of this decision publishes no penalties of this class."
    require(period.publishes != NEVER, NotAllowed("never_published", sentence, regime=period.regime))


def _is_within_period(look: Look) -> None:
    is_within = shown_until(look.rules, look.publicity) >= look.step.today
    sentence = "The longest period of publication is over: this penalty is not published any more."
    require(is_within, NotAllowed("period_over", sentence))


def _is_needed(look: Look) -> None:
    """A light one is published only if somebody says why it is necessary; a period that publishes always needs none."""
    period = look.rules.period(look.publicity.penalty_class, decided_on=look.publicity.decided_on)
    if period.publishes != ALWAYS:
        sentence = "A light penalty is in principle not published: say why it is necessary."
        require_all(look.step.given, ("reason",), code="need_missing", detail=sentence)


def _is_light(look: Look) -> None:
    period = look.rules.period(look.publicity.penalty_class, decided_on=look.publicity.decided_on)
    sentence = "Only a light penalty may be kept back: this one has to be published."
    require(period.publishes != ALWAYS, NotAllowed("must_be_published", sentence))


def _has_reason(look: Look) -> None:
    require_all(look.step.given, ("reason",), code="reason_missing", detail="Say why.")


def _is_settled(look: Look) -> None:
    sentence = "The obligations of the decision have to be met first: record when that was."
    require(look.publicity.settled_on is not None, NotAllowed("not_settled", sentence))


def _is_unsettled(look: Look) -> None:
    is_unsettled = look.publicity.settled_on is None
    require(is_unsettled, NotAllowed("settled_already", "The obligations of this decision have been met already."))


def _has_settling(look: Look) -> None:
    given = look.step.given
    require_all(given, ("settled_on", "proof"), code="settling_missing", detail="Name the day and the proof.")
    is_between = look.publicity.decided_on <= given["settled_on"] <= look.step.today
    sentence = "Obligations are met between the decision and today."
    require(is_between, NotAllowed("day_impossible", sentence, field="settled_on"))


def _has_shown_minimum(look: Look) -> None:
    earliest = shown_at_least_until(look.rules, look.publicity)
    sentence = "The shortest period of publication is not over yet."
    require(earliest <= look.step.today, NotAllowed("minimum_not_reached", sentence, from_day=earliest.isoformat()))


def _has_promise(look: Look) -> None:
    sentence = "A public credit promise (信用承诺书) comes with the application: name it."
    require_all(look.step.given, ("promise",), code="promise_missing", detail=sentence)


def _is_corrected(look: Look) -> None:
    sentence = "Confirm that the conduct was corrected before you grant the repair."
    require(bool(look.step.given.get("is_corrected")), NotAllowed("not_corrected", sentence, field="is_corrected"))


def _has_annulment(look: Look) -> None:
    given = look.step.given
    sentence = "Name the document that changed or annulled the decision, and its day."
    require_all(given, ("document", "annulled_on"), code="annulment_missing", detail=sentence)
    is_between = look.publicity.decided_on <= given["annulled_on"] <= look.step.today
    sentence = "A decision is annulled between its day and today."
    require(is_between, NotAllowed("day_impossible", sentence, field="annulled_on"))


def _is_clock(look: Look) -> None:
    require(look.step.is_clock, NotAllowed("clock_only", "This happens by itself when its moment has come."))


PUBLICITY_GUARDS: Mapping[str, Callable[[Look], None]] = {
    guard.__name__.removeprefix("_"): guard
    for guard in (
        _may_be_public,
        _is_within_period,
        _is_needed,
        _is_light,
        _has_reason,
        _is_settled,
        _is_unsettled,
        _has_settling,
        _has_shown_minimum,
        _has_promise,
        _is_corrected,
        _has_annulment,
        _is_clock,
    )
}
ABOUT_THE_STATE = frozenset(
    {"may_be_public", "is_within_period", "is_light", "is_settled", "is_unsettled", "has_shown_minimum", "is_clock"}
)
