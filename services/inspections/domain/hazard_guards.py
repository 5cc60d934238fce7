"""What a step of a hazard needs: one guard per reason to refuse, named in rules/hazards.toml."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from services.inspections.domain.hazard_facts import INTERMEDIARY, OFFICER, Look, overdue_at
from shared.calendar import working_days_between
from shared.clock import business_date
from shared.machines import NotAllowed, require, require_all


def _is_described(look: Look) -> None:
    require_all(look.given, ("description", "place"), code="hazard_not_described", detail="Say what it is, and where.")
    require(look.step.tier > 0, NotAllowed("reporter_has_no_tier", "Only one of the four tiers enters a hazard."))


def _is_no_major_item(look: Look) -> None:
    sentence = "This item is a major hazard by the official list: grade it major, or name another item."
    require(
        look.hazard.item not in look.rules.major_items,
        NotAllowed("matches_major_item", sentence, item=look.hazard.item),
    )


def _has_major_basis(look: Look) -> None:
    has_basis = look.hazard.item in look.rules.major_items or bool(look.given.get("expert_opinion"))
    require(
        has_basis, NotAllowed("no_basis_for_major", "Name an item of the official list or attach an expert's opinion.")
    )


def _has_reason(look: Look) -> None:
    require_all(look.given, ("reason",), code="reason_missing", detail="Say why.")


def _is_second_person(look: Look) -> None:
    require(
        look.step.by != look.hazard.found_by, NotAllowed("same_person", "Somebody else than the finder has to do this.")
    )


def _is_other_person(look: Look) -> None:
    sentence = "Somebody else than who put it right has to verify it."
    require(look.step.by != look.hazard.submitted_by, NotAllowed("same_person", sentence))


def _tier_reaches_finder(look: Look) -> None:
    lowest = max(look.hazard.found_tier, 1)
    require(
        look.step.tier >= lowest,
        NotAllowed("tier_too_low", "A tier not below the finder's has to verify.", tier=lowest),
    )


def _is_authority(look: Look) -> None:
    require(
        look.step.tier > INTERMEDIARY, NotAllowed("authority_only", "The subdistrict or the bureau has to do this.")
    )


def _is_officer(look: Look) -> None:
    require(look.step.tier >= OFFICER, NotAllowed("officers_only", "An officer of the bureau has to do this."))


def _is_clock(look: Look) -> None:
    require(look.step.is_clock, NotAllowed("clock_only", "Only the clock says that a deadline has passed."))


def _has_after_evidence(look: Look) -> None:
    require(
        bool(look.given.get("after")),
        NotAllowed("evidence_missing", "Attach a photo of the present state.", missing=["after"]),
    )


def _has_evidence_pair(look: Look) -> None:
    missing = [side for side in ("before", "after") if not look.given.get(side)]
    require(not missing, NotAllowed("evidence_missing", "Attach photos of before and after.", missing=missing))


def _is_same_day(look: Look) -> None:
    found_on = look.hazard.found_at and business_date(look.hazard.found_at)
    require(
        found_on == look.step.today,
        NotAllowed("not_on_the_spot", "Only what is put right on the same day is fixed on the spot."),
    )


def _order_is_complete(look: Look) -> None:
    detail = "An order names person, measures, funds and acceptance beside the deadline (五定)."
    require_all(look.given, look.rules.limits.order_parts, code="order_incomplete", detail=detail)


def _plan_is_complete(look: Look) -> None:
    detail = "A treatment plan has all its parts: goal, methods, funds, people, time, emergency measures."
    require_all(look.given, look.rules.limits.plan_parts, code="plan_incomplete", detail=detail)


def _report_is_complete(look: Look) -> None:
    detail = "Report state and causes, danger and difficulty, the treatment, and when the workers were told."
    require_all(look.given, look.rules.limits.report_parts, code="report_incomplete", detail=detail)
    is_past = look.given["told_workers_on"] <= look.step.today
    sentence = "The workers have been told on a day up to today: both reports come first (安全生产法 Art. 41)."
    require(is_past, NotAllowed("told_in_future", sentence, field="told_workers_on"))


def _general_deadline_fits(look: Look) -> None:
    _fits(look, look.rules.limits.general_max_days)


def _major_deadline_fits(look: Look) -> None:
    require(
        look.given.get("deadline") is not None, NotAllowed("deadline_missing", "Set the last day for putting it right.")
    )
    _fits(look, look.rules.limits.major_max_days)


def _new_deadline_is_set(look: Look) -> None:
    """A refused rectification goes on under a day that has not passed."""
    last = look.given.get("deadline") or look.hazard.deadline
    require(
        last is not None and last >= look.step.today,
        NotAllowed("deadline_missing", "Set a new last day: the old one has passed."),
    )
    _fits(look, look.rules.limits.general_max_days)


def _fits(look: Look, most_days: int) -> None:
    last = look.given.get("deadline")
    if last is None:
        return
    first = look.hazard.began_on or look.step.today
    latest = first + timedelta(days=most_days)
    sentence = f"Choose a day from today to {latest.isoformat()}."
    require(look.step.today <= last <= latest, NotAllowed("deadline_not_allowed", sentence, latest=latest.isoformat()))


def _deadline_is_later(look: Look) -> None:
    last, wanted = look.hazard.deadline, look.given.get("deadline")
    is_later = last is not None and wanted is not None and wanted > last
    require(is_later, NotAllowed("deadline_not_later", "Name a day after the present deadline."))


def _extension_is_in_time(look: Look) -> None:
    """Asked for at least twenty working days before the day (Qingdao model, S45)."""
    before = look.rules.limits.extension_before_working_days
    last = look.hazard.deadline
    is_in_time = last is not None and working_days_between(look.step.today, last) >= before
    sentence = f"An extension is asked for at least {before} working days before the deadline."
    require(is_in_time, NotAllowed("extension_too_late", sentence))


def _extension_is_wanted(look: Look) -> None:
    require(
        look.hazard.wanted_deadline is not None, NotAllowed("no_extension_wanted", "Nobody has asked for an extension.")
    )


def _has_passed(look: Look) -> None:
    due_at = overdue_at(look.hazard)
    require(
        due_at is not None and due_at <= look.step.now,
        NotAllowed("not_overdue", "The deadline has not passed, or it is noted."),
    )


def _has_number(look: Look) -> None:
    require_all(look.given, ("order_number",), code="order_number_missing", detail="Give the number of the order.")


def _has_decision(look: Look) -> None:
    require_all(
        look.given, ("decision",), code="decision_missing", detail="Name the decision of the district committee."
    )


def _has_evaluation(look: Look) -> None:
    require(
        bool(look.given.get("evaluation")),
        NotAllowed("evaluation_missing", "Attach the evaluation report of the treatment."),
    )


def _are_two_officers(look: Look) -> None:
    others = {name for name in look.given.get("officers", ()) if name != look.step.by}
    require(
        bool(others) and bool(look.given.get("signed")),
        NotAllowed("two_officers_needed", "Two officers sign the review."),
    )


def _is_published_if_listed(look: Look) -> None:
    if look.hazard.listed_on:
        require_all(look.given, ("publication",), code="publication_missing", detail="Say where the end was published.")


def _has_receiver(look: Look) -> None:
    require_all(look.given, ("receiver", "reason"), code="receiver_missing", detail="Say who takes it over, and why.")


def _has_reply(look: Look) -> None:
    require_all(look.given, ("reply",), code="reply_missing", detail="Write what the receiver has answered.")


def _closing_is_grounded(look: Look) -> None:
    """The test of Art. 113: penalties in number, or an order to halt that was in vain."""
    limits, ground = look.rules.limits, look.given.get("ground")
    is_repeated = (
        look.given.get("penalties_180_days", 0) >= limits.penalties_180_days
        or look.given.get("penalties_one_year", 0) >= limits.penalties_one_year
    )
    grounds = {"penalties": is_repeated, "halt_in_vain": look.hazard.was_halted, "halt_refused": look.hazard.was_halted}
    sentence = "Three penalties in 180 days, four in a year, or an order to halt that was refused or in vain."
    require(grounds.get(str(ground), False), NotAllowed("closing_not_grounded", sentence))


GUARDS: Mapping[str, Callable[[Look], None]] = {
    guard.__name__.removeprefix("_"): guard
    for guard in (
        _is_described,
        _is_no_major_item,
        _has_major_basis,
        _has_reason,
        _is_second_person,
        _is_other_person,
        _tier_reaches_finder,
        _is_authority,
        _is_officer,
        _is_clock,
        _has_after_evidence,
        _has_evidence_pair,
        _is_same_day,
        _order_is_complete,
        _plan_is_complete,
        _report_is_complete,
        _general_deadline_fits,
        _major_deadline_fits,
        _new_deadline_is_set,
        _deadline_is_later,
        _extension_is_in_time,
        _extension_is_wanted,
        _has_passed,
        _has_number,
        _has_decision,
        _has_evaluation,
        _are_two_officers,
        _is_published_if_listed,
        _has_receiver,
        _has_reply,
        _closing_is_grounded,
    )
}
# Guards that look only at who takes the step and where the hazard stands, not at what is given with the step.
ABOUT_THE_PERSON = frozenset(
    {
        "is_no_major_item",
        "is_second_person",
        "is_other_person",
        "tier_reaches_finder",
        "is_authority",
        "is_officer",
        "is_clock",
        "is_same_day",
        "extension_is_in_time",
        "extension_is_wanted",
    }
)
