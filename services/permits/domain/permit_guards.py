"""What a step of a permit needs before it is approved: one guard per reason to refuse, named in rules/permits.toml."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from services.permits.domain.permit_crew_guards import CREW_GUARDS
from services.permits.domain.permit_facts import (
    BLINDING,
    GUARDIAN,
    READY,
    PermitLook,
    missing_gases,
    needed_kinds,
)
from services.permits.domain.permit_work_guards import WORK_GUARDS
from shared.machines import NotAllowed, require, require_all

CONNECTED, SPECIAL_LIFT = "connected_pipe", "special_lift"


def _is_described(look: PermitLook) -> None:
    require_all(look.given, ("description", "place"), code="work_not_described", detail="Say what is done, and where.")
    starts_at, ends_at = look.given.get("starts_at"), look.given.get("ends_at")
    is_window = starts_at is not None and ends_at is not None and ends_at > starts_at
    require(is_window, NotAllowed("window_reversed", "The end comes after the beginning.", field="ends_at"))


def _is_not_frozen(look: PermitLook) -> None:
    sentence = "A signed permit is not altered (4.18): withdraw it, then renew it."
    require(not look.permit.is_frozen, NotAllowed("permit_frozen", sentence))


def _needs_a_permit(look: PermitLook) -> None:
    sentence = "By its answers this work needs no permit of this kind; the analysis of its risks is still owed."
    require(look.permit.terms.needs_permit, NotAllowed("no_permit_needed", sentence))


def _window_fits(look: PermitLook) -> None:
    """The longest validity of the kind and level (5.1.5, 6.10, 8.2.1, 10.1)."""
    permit, hours = look.permit, look.permit.terms.max_hours
    length = permit.ends_at - permit.starts_at if permit.starts_at and permit.ends_at else timedelta.max
    sentence = f"A permit of this kind and level holds for at most {hours} hours: choose an earlier end."
    refusal = NotAllowed("valid_too_long", sentence, field="ends_at", hours=hours)
    require(length <= timedelta(hours=hours), refusal)


def _ends_with_parent(look: PermitLook) -> None:
    """Power for other work ends with that work (10.8)."""
    parent, ends_at = look.permit.parent, look.permit.ends_at
    is_bound = parent is not None and ends_at is not None and ends_at > parent.ends_at
    latest = parent.ends_at.isoformat() if parent else ""
    sentence = "It ends at the latest with the permit that it belongs to (10.8)."
    require(not is_bound, NotAllowed("outlives_parent", sentence, field="ends_at", latest=latest))


def _has_analysis(look: PermitLook) -> None:
    require(bool(look.given.get("hazards")), NotAllowed("analysis_missing", "Name the hazards and what is done."))


def _both_units_signed(look: PermitLook) -> None:
    detail = "The unit of the place and the unit that works have both to sign the analysis (4.1)."
    require_all(look.given, ("unit_by", "work_unit_by"), code="analysis_not_signed", detail=detail)


def _related_are_listed(look: PermitLook) -> None:
    """Work of two kinds needs a permit of each (4.6)."""
    listed = set(look.given.get("related", ())) | {one.kind for one in look.permit.relatives}
    missing = {kind: need for kind, need in needed_kinds(look.rules, look.permit).items() if kind not in listed}
    clauses = [need.clause for need in missing.values()]
    sentence = "This work needs a permit of the other kinds too: list them, and they are begun."
    refusal = NotAllowed("related_permit_missing", sentence, field="related", missing=list(missing), clauses=clauses)
    require(not missing, refusal)


def _answers_are_known(look: PermitLook) -> None:
    answers = look.given.get("answers") or {}
    unknown = sorted((set(answers) - set(look.permit.measures)) | (set(look.given.get("notes") or {}) - set(answers)))
    sentence = "Answer rows of the list of this permit, each with yes or no."
    require(bool(answers) and not unknown, NotAllowed("answer_unknown", sentence, field="answers", unknown=unknown))


def _measures_are_complete(look: PermitLook) -> None:
    _require_complete(look, look.given["answers"], look.given.get("notes") or {})


def _measures_stay_complete(look: PermitLook) -> None:
    """What was answered under an older release may lack what is written in: it is asked for before the confirmation."""
    _require_complete(look, look.permit.measures, look.permit.notes)


def _require_complete(look: PermitLook, answers: Mapping[int, bool | None], notes: Mapping[int, str]) -> None:
    """A measure with blanks, and the other one, are involved only with what is written in (annex A)."""
    involved = [one for one in look.permit.sentences if answers.get(one.number)]
    open_ones = [one for one in involved if not one.is_complete(notes.get(one.number) or "")]
    missing, clauses = [one.number for one in open_ones], [one.clause for one in open_ones]
    sentence = "Write a number for each blank of these measures, or what the other measure is and who drew it up."
    refusal = NotAllowed("measure_incomplete", sentence, field="notes", missing=missing, clauses=clauses)
    require(not open_ones, refusal)


def _measures_are_answered(look: PermitLook) -> None:
    """Nobody but a person says that a measure is not involved (annex A)."""
    missing = [number for number, is_involved in look.permit.measures.items() if is_involved is None]
    sentence = "Every measure has to be confirmed, or said not to be involved."
    require(not missing, NotAllowed("measures_unanswered", sentence, missing=missing))


def _isolation_is_listed(look: PermitLook) -> None:
    permit = look.permit
    if permit.kind == BLINDING or permit.facts.get(CONNECTED):
        detail = "List what was isolated, and attach the map of the blinds (4.2, 7.1)."
        require_all(look.given, ("isolation", "blind_map"), code="isolation_missing", detail=detail)


def _plan_is_attached(look: PermitLook) -> None:
    """Special-class hot work, lifts of class 1 and 2, and special ones of class 3 (5.4.2 a, 9.2.1)."""
    if look.permit.terms.needs_plan:
        require_all(look.given, ("plan",), code="plan_missing", detail="Attach the written plan of this work.")


def _gas_is_acceptable(look: PermitLook) -> None:
    missing = missing_gases(look.permit)
    sentence = "Analyse these gases; every point has to lie within its limit."
    require(not missing, NotAllowed("gas_not_acceptable", sentence, missing=missing))


def _briefer_is_apart(look: PermitLook) -> None:
    detail = "Name who briefed, and who was briefed."
    require_all(look.given, ("briefed_by", "receivers"), code="briefing_missing", detail=detail)
    is_apart = look.given["briefed_by"] not in look.given["receivers"]
    require(is_apart, NotAllowed("same_person", "Who briefs is somebody else than who is briefed (4.4)."))


def _all_are_briefed(look: PermitLook) -> None:
    receivers = set(look.given["receivers"])
    crew = {one.person_id for one in look.permit.crew} - {look.given["briefed_by"]}
    missing = sorted(crew - receivers)
    refusal = NotAllowed("briefing_incomplete", "Everybody of the crew signs the briefing (4.4).", missing=missing)
    require(bool(crew) and not missing, refusal)


def _has_guardian(look: PermitLook) -> None:
    guardians = {one.person_id for one in look.permit.guardians}
    others = {one.person_id for one in look.permit.crew if one.role != GUARDIAN}
    sentence = "Every special work has a guardian who does nothing else (4.10)."
    require(bool(guardians - others), NotAllowed("guardian_missing", sentence))
    require(not guardians & others, NotAllowed("guardian_works", sentence, persons=sorted(guardians & others)))


def _certificates_are_valid(look: PermitLook) -> None:
    sentence = "These people may not take part: see why, and name others or renew what has ended (4.9)."
    require(not look.permit.problems, NotAllowed("people_not_fit", sentence, problems=list(look.permit.problems)))


def _has_no_conflict(look: PermitLook) -> None:
    sentence = "Other work nearby forbids this one at that time: see the conflicts, and choose another time."
    refusal = NotAllowed("work_in_conflict", sentence, conflicts=list(look.permit.conflicts))
    require(not look.permit.conflicts, refusal)


def _role_is_next(look: PermitLook) -> None:
    _is_due(look, look.permit.terms.approval[:-1])


def _role_is_last(look: PermitLook) -> None:
    _is_due(look, look.permit.terms.approval)
    is_last = len(look.permit.signed) + 1 == len(look.permit.terms.approval)
    sentence = "Others have to sign before the approval (annex A)."
    waiting = look.permit.terms.approval[len(look.permit.signed) : -1]
    require(is_last, NotAllowed("signatures_missing", sentence, missing=list(waiting)))


def _is_due(look: PermitLook, chain: tuple[str, ...]) -> None:
    following = look.permit.terms.approval[len(look.permit.signed) :]
    role = look.given.get("role") or following[0]
    sentence = "Somebody else signs now: the order is that of the form (annex A)."
    is_due = role == following[0] and role in chain
    require(is_due, NotAllowed("not_next_to_sign", sentence, field="role", next=following[0]))


def _is_on_site(look: PermitLook) -> None:
    """Who approves stands at the work site (4.11 a); elsewhere only with a reason and a photo, and it is shown."""
    distance, limit = look.given.get("distance_m"), look.rules.on_site_metres
    if distance is None or distance > limit:
        detail = "Sign at the work site, or give a reason and a photo: this is shown on the permit (4.11)."
        require_all(look.given, ("remote_reason", "photo"), code="not_on_site", detail=detail)


def _approver_is_apart(look: PermitLook) -> None:
    sentence = "Somebody else than the applicant and the gas analyst approves."
    others = {look.permit.applied_by, *(one.by for one in look.permit.gas)}
    require(look.step.by not in others, NotAllowed("same_person", sentence))


def _related_exist(look: PermitLook) -> None:
    have = {one.kind for one in look.permit.relatives if one.state in (*READY, "in_approval", "briefed", "prepared")}
    missing = [kind for kind in needed_kinds(look.rules, look.permit) if kind not in have]
    sentence = "The permits of the other kinds have to be on their way too (4.6)."
    require(not missing, NotAllowed("related_permit_missing", sentence, missing=missing))


def _is_applicant(look: PermitLook) -> None:
    is_own = look.step.by == look.permit.applied_by
    require(is_own, NotAllowed("not_the_applicant", "Only who applied withdraws it: an approved one can be voided."))


GUARDS: Mapping[str, Callable[[PermitLook], None]] = {
    **WORK_GUARDS,
    **CREW_GUARDS,
    **{
        guard.__name__.removeprefix("_"): guard
        for guard in (
            _is_described,
            _is_not_frozen,
            _needs_a_permit,
            _window_fits,
            _ends_with_parent,
            _has_analysis,
            _both_units_signed,
            _related_are_listed,
            _answers_are_known,
            _measures_are_complete,
            _measures_stay_complete,
            _measures_are_answered,
            _isolation_is_listed,
            _plan_is_attached,
            _gas_is_acceptable,
            _briefer_is_apart,
            _all_are_briefed,
            _has_guardian,
            _certificates_are_valid,
            _has_no_conflict,
            _role_is_next,
            _role_is_last,
            _is_on_site,
            _approver_is_apart,
            _related_exist,
            _is_applicant,
        )
    },
}
# Guards that look only at who takes the step and where the permit stands, not at what is given with the step.
ABOUT_THE_PERMIT = frozenset({"is_not_frozen", "is_clock", "is_applicant", "approver_is_apart"})
