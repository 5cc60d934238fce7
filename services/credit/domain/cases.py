"""The way of a case onto the list and off it again (应急管理部令第11号). The table is rules/cases.toml."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from services.credit.domain.case_facts import Case, CaseLook, CaseRules, MovedCase
from services.credit.domain.case_guards import LISTING_GUARDS, Guard
from services.credit.domain.removal_guards import REMOVAL_GUARDS
from shared.machines import Step, is_possible

GUARDS: Mapping[str, Guard] = {**LISTING_GUARDS, **REMOVAL_GUARDS}
BY_CLOCK = ("window_elapsed", "expire")
DECISIONS = ("decide_listing", "decide_against", "grant", "refuse", "revoke", "restore")
STEPS = (
    "dismiss", "issue_notice", "serve_notice", "state", "serve", "record", "publish", "accept", "reject",
    "update_system", "complete",
)  # fmt: skip
ABOUT_THE_CASE = frozenset(
    {
        "is_officer", "is_leader", "is_another", "penalty_decided", "notice_not_served", "notice_served", "in_window",
        "period_to_come", "fields_public", "persons_masked", "listed_long_enough", "no_ban", "system_not_updated",
        "system_updated", "measures_lifted", "removed_early",
    }
)  # fmt: skip


def take_case_step(rules: CaseRules, case: Case, *, step: Step) -> MovedCase:
    """Return where a case stands after ``step``; raises ``StepNotPossible`` or, by a guard, ``NotAllowed``."""
    transition = rules.machine.transition(case.state, step.event)
    look = CaseLook(rules, case, step)
    for guard in transition.guards:
        GUARDS[guard](look)
    return MovedCase(transition.to or case.state, transition)


def allowed_case_steps(rules: CaseRules, case: Case, *, asked: Step) -> list[str]:
    """Return the steps that who ``asked`` may take, once everything is given that a step asks for."""

    def may_follow(event: str) -> bool:
        look = CaseLook(rules, case, replace(asked, event=event))
        guards = rules.machine.transition(case.state, event).guards
        return all(is_possible(partial(GUARDS[name], look)) for name in guards if name in ABOUT_THE_CASE)

    return [event for event in rules.machine.possible(case.state) if event not in BY_CLOCK and may_follow(event)]
