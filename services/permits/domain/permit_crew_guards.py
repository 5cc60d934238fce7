"""What a step of a permit needs of the people at the work: who may come, who has to be there, who has to be out."""

from collections.abc import Callable, Mapping, Sequence

from services.permits.domain.permit_facts import ACTIVE, Engagement, PermitLook
from shared.machines import NotAllowed, require

PLANNED = ("break", "drill")  # everything else that stops a work cannot wait until all are counted out


def _is_of_the_crew(look: PermitLook) -> None:
    crew = {one.person_id for one in look.permit.crew}
    refusal = NotAllowed("not_of_the_crew", "This person is not named in the permit.", field="person_id")
    require(look.given.get("person_id") in crew, refusal)


def _guards_nowhere_else(look: PermitLook) -> None:
    """Who guards a work does not leave it without taking its permit back, and does nothing but guard (4.10 f)."""
    left = [one for one in look.permit.engaged if one.is_guarding and not (one.is_beside and _comes_to_guard(look))]
    sentence = "This person guards another work and does not leave it (GB 30871-2022 4.10 f): check out there first."
    _require_free(left, code="guards_elsewhere", sentence=sentence)


def _works_nowhere_else(look: PermitLook) -> None:
    """Who is inside another work guards none (4.10 f)."""
    inside = [one for one in look.permit.engaged if not one.is_guarding and _comes_to_guard(look)]
    sentence = "This person is at work elsewhere and guards nothing (GB 30871-2022 4.10 f): count it out there first."
    _require_free(inside, code="works_elsewhere", sentence=sentence)


def _comes_to_guard(look: PermitLook) -> bool:
    return look.given.get("person_id") in {one.person_id for one in look.permit.guardians}


def _require_free(engaged: Sequence[Engagement], *, code: str, sentence: str) -> None:
    numbers, permits = ", ".join(one.number for one in engaged), [one.permit_id for one in engaged]
    facts = {"clause": "GB 30871-2022 4.10 f", "numbers": numbers, "permits": permits}
    require(not engaged, NotAllowed(code, sentence, field="person_id", **facts))


def _can_enter(look: PermitLook) -> None:
    """Nobody is inside while the work does not go on, and nobody without a guardian (6.8)."""
    may_enter = _comes_to_guard(look) or look.permit.state == ACTIVE or not look.permit.terms.counts_heads
    require(
        may_enter, NotAllowed("work_not_active", "Only while the work goes on somebody goes in.", field="person_id")
    )


def _guardian_is_here(look: PermitLook) -> None:
    is_here = any(one.is_here for one in look.permit.guardians)
    require(is_here, NotAllowed("guardian_absent", "A guardian checks in first, and is at the work (4.10)."))


def _people_are_out(look: PermitLook) -> None:
    """Nobody is inside a confined space that is left (6.8, 6.9); an alarm stops the work whoever is inside."""
    is_urgent = look.step.event == "suspend" and look.given.get("cause") not in PLANNED
    is_counted = look.permit.terms.counts_heads and not is_urgent
    inside = list(look.permit.inside)
    refusal = NotAllowed("people_inside", "Count everybody out first (6.8).", persons=inside)
    require(not (is_counted and inside), refusal)


CREW_GUARDS: Mapping[str, Callable[[PermitLook], None]] = {
    guard.__name__.removeprefix("_"): guard
    for guard in (
        _is_of_the_crew,
        _guards_nowhere_else,
        _works_nowhere_else,
        _can_enter,
        _guardian_is_here,
        _people_are_out,
    )
}
