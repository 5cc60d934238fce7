"""The way of an intermediary's visit: what each step needs, when it is due, what is noted beside it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from shared.machines import Machine, NotAllowed, Step, Transition, is_possible, require, require_all

ENTERPRISE, INTERMEDIARY = 1, 2  # tiers
CONCLUSIONS = IN_ORDER, NOT_IN_ORDER = "in_order", "not_in_order"  # no "pass after rectification" (148号 draft)
OUTCOMES = ("upheld", "dismissed")
CLOCK_EVENTS = ("time_out", "lapse", "close")  # what the clock does when the time of a state has passed


@dataclass(frozen=True)
class VisitLimits:
    """The numbers of rules/visits.toml: metres, minutes, km/h, hours, counts."""

    fences: Mapping[str, int]
    accuracy_metres: int
    small_headcount: int
    stay_minutes: Mapping[str, int]
    photos: int
    speed_kmh: int
    empty_visits: int
    offline_hours: int
    stars: int

    def shortest_stay(self, headcount: int | None) -> int:
        """Return the least minutes on site; of an enterprise whose size nobody knows those of a small one."""
        is_small = headcount is None or headcount < self.small_headcount
        return self.stay_minutes["small" if is_small else "other"]


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something that is noted beside a visit; ``is_unreal``: the presence is not believed."""

    id: str
    zh: str
    en: str
    is_unreal: bool
    lapse_of: str = ""


@dataclass(frozen=True)
class VisitRules:
    """``authorities``: the roles that decide about a visit."""

    machine: Machine
    limits: VisitLimits
    anomalies: Mapping[str, Anomaly]
    authorities: frozenset[str]

    def lapse(self, state: str) -> str:
        """Return what the clock notes when nothing happened in ``state`` in time."""
        return next(one.id for one in self.anomalies.values() if one.lapse_of == state)


@dataclass(frozen=True, slots=True)
class Visit:
    """``people`` were on site; ``findings`` hazards were found, ``open_findings`` of them are not put right yet."""

    state: str = "planned"
    people: tuple[str, ...] = ()
    started_at: datetime | None = None
    due_at: datetime | None = None
    is_checked: bool = False
    findings: int = 0
    open_findings: int = 0
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MovedVisit:
    visit: Visit
    transition: Transition


@dataclass(frozen=True, slots=True)
class VisitLook:
    """What a guard sees; ``at`` is the moment that the phone tells, at most this one."""

    rules: VisitRules
    visit: Visit
    step: Step

    @property
    def at(self) -> datetime:
        return moment_of(self.step)


def moment_of(step: Step) -> datetime:
    """Return when a step really happened: a phone without a network tells later, never of the future."""
    return min(step.given.get("at") or step.now, step.now)


Guard = Callable[[VisitLook], None]


def _is_intermediary(look: VisitLook) -> None:
    is_theirs = look.step.tier == INTERMEDIARY
    require(is_theirs, NotAllowed("intermediary_only", "The inspectors of the intermediary do this."))


def _is_on_site(look: VisitLook) -> None:
    sentence = "Only who was on this visit can do this."
    require(look.step.by in look.visit.people, NotAllowed("not_on_the_visit", sentence))


def _is_enterprise(look: VisitLook) -> None:
    is_theirs = look.step.tier == ENTERPRISE
    require(is_theirs, NotAllowed("enterprise_only", "Only the enterprise itself can do this."))


def _is_authority(look: VisitLook) -> None:
    is_able = not look.rules.authorities.isdisjoint(look.step.roles)
    require(is_able, NotAllowed("authority_only", "The subdistrict or the bureau has to do this."))


def _is_clock(look: VisitLook) -> None:
    require(look.step.is_clock, NotAllowed("clock_only", "Only the clock says that a time has passed."))


def _is_clock_or_authority(look: VisitLook) -> None:
    if not look.step.is_clock:
        _is_authority(look)


def _is_clock_when_due_or_authority(look: VisitLook) -> None:
    guard = _is_due if look.step.is_clock else _is_authority
    guard(look)


def _is_due(look: VisitLook) -> None:
    has_come = look.visit.due_at is not None and look.visit.due_at <= look.step.now
    require(has_come, NotAllowed("not_due", "The time has not passed, or that is noted already."))


def _is_recent(look: VisitLook) -> None:
    hours = look.rules.limits.offline_hours
    is_recent = look.step.now - look.at <= timedelta(hours=hours)
    require(is_recent, NotAllowed("too_long_ago", f"Tell within {hours} hours when you were there.", hours=hours))


def _is_after_start(look: VisitLook) -> None:
    started_at = look.visit.started_at
    is_after = started_at is not None and look.at >= started_at
    require(is_after, NotAllowed("ends_before_start", "Nobody leaves before coming: check the time of the phone."))


def _has_position(look: VisitLook) -> None:
    is_given = look.step.given.get("longitude") is not None and look.step.given.get("latitude") is not None
    require(is_given, NotAllowed("position_missing", "Switch the position on: checking in and out needs it."))


def _is_found_there(look: VisitLook) -> None:
    started_at = look.visit.started_at
    is_there = started_at is not None and look.at >= started_at
    require(is_there, NotAllowed("found_before_visit", "What was found before this visit is entered as a hazard."))


def _is_checked(look: VisitLook) -> None:
    sentence = "Hand in the checklist of this visit first."
    require(look.visit.is_checked, NotAllowed("checklist_missing", sentence))


def _is_not_checked(look: VisitLook) -> None:
    sentence = "The checklist of this visit was handed in: you were let in, so check out and report."
    require(not look.visit.is_checked, NotAllowed("checked_already", sentence))


def _has_summary(look: VisitLook) -> None:
    require_all(look.step.given, ("summary",), code="summary_missing", detail="Say what was done on site.")


def _conclusion_fits(look: VisitLook) -> None:
    """There is no "pass after rectification": whoever found something says so (148号 draft)."""
    fitting = NOT_IN_ORDER if look.visit.findings else IN_ORDER
    sentence = "The conclusion follows from what was found: nothing is in order on condition."
    refusal = NotAllowed("conclusion_does_not_fit", sentence, fitting=fitting)
    require(look.step.given.get("conclusion") == fitting, refusal)


def _is_signed(look: VisitLook) -> None:
    require(bool(look.step.given.get("signed")), NotAllowed("signature_missing", "Sign it."))


def _has_reason(look: VisitLook) -> None:
    require_all(look.step.given, ("reason",), code="reason_missing", detail="Say why.")


def _has_evidence(look: VisitLook) -> None:
    is_shown = bool(look.step.given.get("evidence"))
    require(is_shown, NotAllowed("evidence_missing", "Attach a photo or a recording of it."))


def _follows_up_all(look: VisitLook) -> None:
    still = look.visit.open_findings
    sentence = "Hazards of this visit are still open: verify first that they were put right."
    require(not still, NotAllowed("findings_open", sentence, open=still))


def _has_stars(look: VisitLook) -> None:
    most, stars = look.rules.limits.stars, look.step.given.get("stars")
    has_stars = stars is not None and 1 <= stars <= most
    require(has_stars, NotAllowed("stars_missing", f"Give 1 to {most} stars.", most=most))


def _names_a_flag(look: VisitLook) -> None:
    sentence = "Name one of the marks of this visit."
    is_there = look.step.given.get("flag") in look.visit.flags
    require(is_there, NotAllowed("flag_unknown", sentence, flags=sorted(look.visit.flags)))


def _has_outcome(look: VisitLook) -> None:
    is_given = look.step.given.get("outcome") in OUTCOMES
    require(is_given, NotAllowed("outcome_missing", "Say whether the mark stands.", outcomes=list(OUTCOMES)))


VISIT_GUARDS: Mapping[str, Guard] = {
    guard.__name__.removeprefix("_"): guard
    for guard in (
        _is_intermediary,
        _is_on_site,
        _is_enterprise,
        _is_authority,
        _is_clock,
        _is_clock_or_authority,
        _is_clock_when_due_or_authority,
        _is_due,
        _is_recent,
        _is_after_start,
        _has_position,
        _is_found_there,
        _is_checked,
        _is_not_checked,
        _has_summary,
        _conclusion_fits,
        _is_signed,
        _has_reason,
        _has_evidence,
        _follows_up_all,
        _has_stars,
        _names_a_flag,
        _has_outcome,
    )
}
# Guards that need nothing of what is given with the step.
ABOUT_THE_PERSON = frozenset(
    {
        "is_intermediary",
        "is_on_site",
        "is_enterprise",
        "is_authority",
        "is_clock",
        "is_clock_or_authority",
        "is_clock_when_due_or_authority",
        "is_checked",
        "is_not_checked",
        "follows_up_all",
    }
)


def take_visit_step(rules: VisitRules, visit: Visit, *, step: Step) -> MovedVisit:
    """Return the visit after ``step``; raises ``StepNotPossible`` or, by a guard, ``NotAllowed`` (§7.4)."""
    transition = rules.machine.transition(visit.state, step.event)
    look = VisitLook(rules, visit, step)
    for guard in transition.guards:
        VISIT_GUARDS[guard](look)
    started_at = look.at if step.event == "start" else visit.started_at
    moved = replace(visit, state=transition.to or visit.state, due_at=_due_at(look, transition), started_at=started_at)
    return MovedVisit(moved, transition)


def _due_at(look: VisitLook, transition: Transition) -> datetime | None:
    """What only adds to a visit leaves its time as it is; a time that has passed is noted once."""
    if transition.due:
        return transition.due.after(look.at)
    return None if transition.to or transition.event == "lapse" else look.visit.due_at


def allowed_visit_steps(rules: VisitRules, visit: Visit, *, asked: Step) -> list[str]:
    """Return the steps that who ``asked`` may take, once everything is given that a step asks for."""

    def meets_all(event: str) -> bool:
        look = VisitLook(rules, visit, replace(asked, event=event))
        guards = rules.machine.transition(visit.state, event).guards
        return all(is_possible(partial(VISIT_GUARDS[guard], look)) for guard in guards if guard in ABOUT_THE_PERSON)

    allowed = [event for event in rules.machine.possible(visit.state) if meets_all(event)]
    return [event for event in allowed if visit.flags or event not in ("explain", "settle")]
