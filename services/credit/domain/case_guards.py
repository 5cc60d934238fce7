"""The guards of a case up to its place on the list. The way itself is rules/cases.toml."""

from collections.abc import Callable, Mapping
from typing import Any

from services.credit.domain.case_conditions import accidents_of_penalty, is_reached
from services.credit.domain.case_facts import DECISION, FIRM, NOTICE, REPAIR_NOTICE, CaseLook, Penalty
from services.credit.domain.limits import window_end
from shared.machines import NotAllowed, require, require_all

Guard = Callable[[CaseLook], None]
NOTICE_PARTS = ("facts", "basis", "measures", "rights")
DECISION_PARTS = ("number", "facts", "basis", "measures", "repair", "remedies")
REVIEW_PARTS = ("legal_review", "collective_decision")
PUBLIC_PARTS = ("name", "address", "uscc", "managed_until", "decided_by")


def _is_officer(look: CaseLook) -> None:
    require(look.rules.officer in look.step.roles, NotAllowed("officers_only", "Officers of the bureau do this."))


def _is_leader(look: CaseLook) -> None:
    require(look.rules.leader in look.step.roles, NotAllowed("leaders_only", "A leader of the bureau decides this."))


def _is_clock(look: CaseLook) -> None:
    require(look.step.is_clock, NotAllowed("by_itself", "This happens by itself when its moment has come."))


def _is_another(look: CaseLook) -> None:
    is_another = look.step.by != look.case.proposed_by
    require(is_another, NotAllowed("proposer_decides", "Somebody else than who proposed the case decides."))


def _has_reason(look: CaseLook) -> None:
    require_all(look.step.given, ("reason",), code="reason_missing", detail="Say why.")


def penalty_of(look: CaseLook) -> Penalty:
    """Return the penalty that the case rests on; raises ``NotAllowed`` without one (第三条)."""
    penalty = look.case.penalty
    if penalty is None or not penalty.is_effective:
        raise NotAllowed("penalty_missing", "Nobody is listed without a penalty decision that holds.")
    return penalty


def _penalty_decided(look: CaseLook) -> None:
    is_decided = penalty_of(look).decided_on <= look.step.today
    require(is_decided, NotAllowed("penalty_missing", "Nobody is listed without a penalty decision that holds."))


def _penalty_ours(look: CaseLook) -> None:
    is_ours = penalty_of(look).is_ours
    require(is_ours, NotAllowed("penalty_of_others", "Only the department that made the penalty decision may list."))


def _penalty_of_listed(look: CaseLook) -> None:
    """Refuse to list a firm for what only a person was punished for (第三条: 受到行政处罚)."""
    condition, is_of_person = look.case.condition, penalty_of(look).is_against_person
    detail = "This penalty was decided against a person: a firm is listed upon a penalty of its own."
    is_fitting = not is_of_person or condition is None or not condition.names_firm
    require(is_fitting, NotAllowed("penalty_of_person", detail))


def _order_in_force(look: CaseLook) -> None:
    look.rules.limits_on(penalty_of(look).decided_on)


def _industry_in_scope(look: CaseLook) -> None:
    covered = look.rules.conditions.trades.cover(look.case.industry)
    out = NotAllowed("industry_out_of_scope", "This trade has a list of its own: hand the case to its department.")
    require(covered is not False, out)
    if covered is None:
        detail = "The order does not name this trade by its code: say why it is about it."
        require_all(look.step.given, ("scope_reason",), code="scope_reason_missing", detail=detail)


def _condition_met(look: CaseLook) -> None:
    condition, given = look.case.condition, look.step.given
    if condition is None:
        raise NotAllowed("condition_missing", "Name the condition of the order that is met.")
    wanted = condition.accidents
    penalty = penalty_of(look)
    since = look.rules.first_day
    accidents = accidents_of_penalty(look.case.accidents, decided_on=penalty.decided_on, since=since)
    is_met = wanted is None or is_reached(wanted, accidents)
    is_met = is_met and (not condition.clauses or penalty.clause.startswith(condition.clauses))
    refusal = NotAllowed("condition_not_met", "The records do not show this condition.", condition=condition.code)
    require(is_met, refusal)
    is_confirmed = not condition.confirms or bool(given.get("is_confirmed"))
    asked = NotAllowed("confirmation_missing", "Confirm what no record says.", confirms=condition.confirms)
    require(is_confirmed, asked)
    require_all(given, ("facts", "basis"), code="grounds_missing", detail="Write the facts and the basis.")


def _notice_complete(look: CaseLook) -> None:
    detail = "A notice names the facts, the basis, the measures and the rights of the party."
    require_all(look.step.given, NOTICE_PARTS, code="notice_incomplete", detail=detail)


def _notice_not_served(look: CaseLook) -> None:
    is_new = look.case.days.notice_served_on is None
    require(is_new, NotAllowed("notice_served_already", "The notice is served: its window runs."))


def _delivery_proven(look: CaseLook) -> None:
    _require_served(look, (NOTICE,))


def _both_documents_served(look: CaseLook) -> None:
    _require_served(look, (DECISION, REPAIR_NOTICE))


def _require_served(look: CaseLook, documents: tuple[str, ...]) -> None:
    """Raise unless every document is proven to have reached everybody whom the case names, and nothing else is given.

    What is kept is evidence: a delivery that is not proven, or of another document, would stand beside it.
    """
    given = look.step.given.get("deliveries", ())
    proven = {(one["document"], one["addressee"]) for one in given if _is_proven(look, one)}
    wanted = [(document, addressee) for document in documents for addressee in look.case.addressees]
    lacking = [one for one in wanted if one not in proven]
    misdated = {(one["document"], one["addressee"]) for one in given if _is_whole(one)}.intersection(lacking)
    detail = "A document is served on the day on which it was made or later, and not on a day to come."
    days = NotAllowed("delivery_misdated", detail, misdated=sorted(f"{one}:{other}" for one, other in misdated))
    require(not misdated, days)
    missing = [f"{document}:{addressee}" for document, addressee in lacking]
    detail = "Enter for each document and each addressee how and when it was served, with its proof."
    require(not missing, NotAllowed("delivery_unproven", detail, missing=missing))
    meant = {*wanted, *((document, FIRM) for document in documents)}  # a firm may be told of its principal's case
    others = [one for one in given if (one["document"], one["addressee"]) not in meant or not _is_proven(look, one)]
    surplus = [f"{one['document']}:{one['addressee']}" for one in others]
    detail = "Enter only the documents of this step, each as it was served."
    require(not surplus, NotAllowed("delivery_not_meant", detail, surplus=surplus))


def _is_proven(look: CaseLook, delivery: Mapping[str, Any]) -> bool:
    """A document reaches nobody before it was made: the decision on its day, the notice on that of its issue."""
    earliest = look.case.days.decided_on or look.case.days.noticed_on
    day = delivery["served_on"]
    return _is_whole(delivery) and day <= look.step.today and (earliest is None or day >= earliest)


def _is_whole(delivery: Mapping[str, Any]) -> bool:
    return all(str(delivery.get(name, "")).strip() for name in ("method", "proof"))


def _notice_served(look: CaseLook) -> None:
    is_served = look.case.days.notice_served_on is not None
    require(is_served, NotAllowed("notice_not_served", "The notice has not been served yet."))


def is_window_over(look: CaseLook) -> bool:
    """Return whether the last day for statements has passed."""
    end = window_end(look.limits, look.case.days)
    return end is not None and look.step.today > end


def _in_window(look: CaseLook) -> None:
    require(not is_window_over(look), NotAllowed("window_over", "The time for statements is over."))


def _window_over(look: CaseLook) -> None:
    require(is_window_over(look), NotAllowed("window_runs", "The party may still state its case."))


def _has_statement(look: CaseLook) -> None:
    require_all(look.step.given, ("statement",), code="statement_missing", detail="Enter what the party states.")


def _statement_answered(look: CaseLook) -> None:
    if look.case.has_statement:
        detail = "Answer what the party has stated."
        require_all(look.step.given, ("reply",), code="reply_missing", detail=detail)


def _review_recorded(look: CaseLook) -> None:
    detail = "Enter the legal review and the collective decision with their dates and numbers."
    require_all(look.step.given, REVIEW_PARTS, code="review_missing", detail=detail)


def _decision_complete(look: CaseLook) -> None:
    detail = "A decision has a number, facts, basis, measures, the conditions of repair, and the remedies."
    require_all(look.step.given, DECISION_PARTS, code="decision_incomplete", detail=detail)


def _has_system_number(look: CaseLook) -> None:
    detail = "Enter the number that the credit system gave the record."
    require_all(look.step.given, ("system_number",), code="system_number_missing", detail=detail)


def _period_to_come(look: CaseLook) -> None:
    """Refuse to publish what would be over at once."""
    until = look.case.days.managed_until
    is_to_come = until is None or until >= look.step.today
    require(
        is_to_come, NotAllowed("management_period_over", "The management period is over: there is nothing to publish.")
    )


def _fields_public(look: CaseLook) -> None:
    detail = "Something of what the order publishes is missing (art. 12)."
    require_all(look.case.published, PUBLIC_PARTS, code="fields_missing", detail=detail)


def _persons_masked(look: CaseLook) -> None:
    """Refuse when a number of a person would appear whole (第十二条: 个人隐私)."""
    is_masked = all("*" in one.masked_identity for one in look.case.persons)
    require(is_masked, NotAllowed("person_unmasked", "Numbers of persons are published masked only."))


LISTING_GUARDS: Mapping[str, Guard] = {
    guard.__name__.removeprefix("_"): guard
    for guard in (
        _is_officer,
        _is_leader,
        _is_clock,
        _is_another,
        _has_reason,
        _penalty_decided,
        _penalty_ours,
        _penalty_of_listed,
        _order_in_force,
        _industry_in_scope,
        _condition_met,
        _notice_complete,
        _notice_not_served,
        _delivery_proven,
        _notice_served,
        _in_window,
        _window_over,
        _has_statement,
        _statement_answered,
        _review_recorded,
        _decision_complete,
        _both_documents_served,
        _has_system_number,
        _period_to_come,
        _fields_public,
        _persons_masked,
    )
}
