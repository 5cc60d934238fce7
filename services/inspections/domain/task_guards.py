"""What a step of a task needs: one guard per reason to refuse, named in rules/tasks.toml."""

from collections.abc import Callable, Mapping

from services.inspections.domain.machines import NotAllowed, require, require_all
from services.inspections.domain.task_facts import HIGHEST_TIER, TaskLook, metres_between

Guard = Callable[[TaskLook], None]


def _has_owner(look: TaskLook) -> None:
    require_all(look.given, ("owner",), code="owner_missing", detail="A task is never without an owner: name one.")


def _is_owner(look: TaskLook) -> None:
    sentence = "This task is somebody else's: let it be assigned to you first."
    require(look.step.by == look.task.owner, NotAllowed("not_the_owner", sentence))


def _is_inside_fence(look: TaskLook) -> None:
    """A self-check happens at home; without an exact position there is no fence, and the position is a proposal."""
    if look.task.tier == 1 or look.task.place is None:
        return
    longitude, latitude = look.given.get("longitude"), look.given.get("latitude")
    if longitude is None or latitude is None:
        raise NotAllowed("position_missing", "Switch the position on: checking in needs it.")
    metres = round(metres_between(look.task.place, (longitude, latitude)))
    refusal = NotAllowed("outside_fence", f"You are {metres} m away: check in at the enterprise.", metres=metres)
    require(metres <= look.rules.limits.fence_metres, refusal)


def _has_every_answer(look: TaskLook) -> None:
    missing = list(look.given.get("unanswered", ()))
    sentence = "Answer every item that has to be answered."
    require(not missing, NotAllowed("answers_missing", sentence, missing=missing))


def _has_a_photo_of_what_is_abnormal(look: TaskLook) -> None:
    least, photos = look.rules.limits.photos_per_abnormal_item, look.given.get("photos", {})
    missing = [item for item in look.given.get("abnormal", ()) if len(photos.get(item, ())) < least]
    sentence = "Attach a photo to every item that is not in order."
    require(not missing, NotAllowed("photos_missing", sentence, missing=missing))


def _is_signed(look: TaskLook) -> None:
    """Government supervision: two officers, and the other side signs or its refusal is recorded (Art. 68)."""
    if look.task.tier < HIGHEST_TIER:
        require(bool(look.given.get("signed")), NotAllowed("signature_missing", "Sign the record."))
        return
    officers = {look.step.by, *look.given.get("officers", ())}
    enough = len(officers) >= look.rules.limits.officers_on_site
    require(enough, NotAllowed("two_officers_needed", "Two officers carry out an inspection: name the second."))
    has_both = bool(look.given.get("signed")) and bool(look.given.get("countersigned") or look.given.get("refusal"))
    sentence = "Both sides sign, or write down that the other side refused."
    require(has_both, NotAllowed("signature_missing", sentence))


def _is_of_a_higher_tier(look: TaskLook) -> None:
    sentence = "Somebody of a higher tier has to do this."
    require(look.step.tier > look.task.tier, NotAllowed("tier_too_low", sentence, tier=look.task.tier + 1))


def _is_of_the_highest_tier(look: TaskLook) -> None:
    is_top = look.task.tier == HIGHEST_TIER and look.step.tier == HIGHEST_TIER
    require(is_top, NotAllowed("not_confirmed", "A higher tier has to confirm this record first."))


def _is_of_a_higher_tier_or_the_highest(look: TaskLook) -> None:
    if look.step.tier < HIGHEST_TIER:
        _is_of_a_higher_tier(look)


def _has_reason(look: TaskLook) -> None:
    require_all(look.given, ("reason",), code="reason_missing", detail="Say why.")


def _has_evidence(look: TaskLook) -> None:
    require(bool(look.given.get("evidence")), NotAllowed("evidence_missing", "Attach a photo or a recording of it."))


def _is_clock(look: TaskLook) -> None:
    require(look.step.tier == 0, NotAllowed("clock_only", "Only the clock says that a deadline has passed."))


def _has_passed(look: TaskLook) -> None:
    due_at = look.task.due_at
    has_passed = due_at is not None and due_at <= look.step.now and not look.task.is_overdue
    require(has_passed, NotAllowed("not_overdue", "The deadline has not passed, or that is noted already."))


TASK_GUARDS: Mapping[str, Guard] = {
    guard.__name__.removeprefix("_"): guard
    for guard in (
        _has_owner,
        _is_owner,
        _is_inside_fence,
        _has_every_answer,
        _has_a_photo_of_what_is_abnormal,
        _is_signed,
        _is_of_a_higher_tier,
        _is_of_the_highest_tier,
        _is_of_a_higher_tier_or_the_highest,
        _has_reason,
        _has_evidence,
        _is_clock,
        _has_passed,
    )
}
