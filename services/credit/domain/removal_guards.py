"""The guards of a case from its place on the list to its end: early removal, expiry, correction, restoring."""

from collections.abc import Mapping

from services.credit.domain.case_facts import EARLY, CaseLook
from services.credit.domain.case_guards import Guard
from services.credit.domain.limits import early_from, last_day
from shared.machines import NotAllowed, require, require_all

MATERIALS = ("duty_proof", "promise")
CONDITIONS = ("duty_done", "harm_removed", "no_relapse")


def _listed_long_enough(look: CaseLook) -> None:
    listed_on = look.case.days.listed_on
    first = early_from(look.limits, listed_on) if listed_on else None
    is_time = first is not None and look.step.today >= first
    detail = "Early removal may be applied for after twelve months on the list."
    require(is_time, NotAllowed("listed_too_short", detail, possible_from=first.isoformat() if first else ""))


def _no_ban(look: CaseLook) -> None:
    until = look.case.ban_until
    is_over = until is None or until < look.step.today
    detail = "A ban from the trade still runs: no early removal before its end."
    require(is_over, NotAllowed("ban_runs", detail, until=until.isoformat() if until else ""))


def _has_application(look: CaseLook) -> None:
    require_all(look.step.given, ("application",), code="application_missing", detail="Enter what is applied for.")


def _materials_complete(look: CaseLook) -> None:
    detail = "An application comes with the proof that the duties are done and the promise of credit."
    require_all(look.step.given, MATERIALS, code="materials_missing", detail=detail)


def _conditions_met(look: CaseLook) -> None:
    missing = [name for name in CONDITIONS if not look.step.given.get(name)]
    detail = "All three conditions of early removal have to be true."
    require(not missing, NotAllowed("repair_conditions_missing", detail, missing=missing))
    refusal = NotAllowed("relapsed", "There is a newer case against this subject: it is not removed early.")
    require(not look.case.relapsed, refusal)


def _has_decision_number(look: CaseLook) -> None:
    detail = "Enter the number of the written decision."
    require_all(look.step.given, ("number",), code="decision_number_missing", detail=detail)


def _period_over(look: CaseLook) -> None:
    until = look.case.days.managed_until
    is_over = until is not None and look.step.today > until
    require(is_over, NotAllowed("period_runs", "The management period still runs."))


def _system_not_updated(look: CaseLook) -> None:
    is_new = not look.case.days.is_system_updated
    require(is_new, NotAllowed("system_updated_already", "The credit system shows the removal already."))


def _system_updated(look: CaseLook) -> None:
    is_updated = look.case.days.is_system_updated
    require(is_updated, NotAllowed("system_not_updated", "Enter the removal in the credit system first."))


def _measures_lifted(look: CaseLook) -> None:
    """Let a removal be complete when every agency has answered, or its days are over (then it is escalated)."""
    case, removal_on = look.case, look.case.days.removal_on
    is_over = removal_on is not None and look.step.today > last_day(look.limits.lift, begins_on=removal_on)
    detail = "An agency has not lifted its measure yet: wait for its answer, or for the end of the ten days."
    refusal = NotAllowed("measures_not_lifted", detail, open=case.open_restrictions)
    require(not case.open_restrictions or is_over, refusal)


def _removed_early(look: CaseLook) -> None:
    is_early = look.case.removal == EARLY
    require(is_early, NotAllowed("not_removed_early", "Only an early removal can be undone."))


REMOVAL_GUARDS: Mapping[str, Guard] = {
    guard.__name__.removeprefix("_"): guard
    for guard in (
        _listed_long_enough,
        _no_ban,
        _has_application,
        _materials_complete,
        _conditions_met,
        _has_decision_number,
        _period_over,
        _system_not_updated,
        _system_updated,
        _measures_lifted,
        _removed_early,
    )
}
