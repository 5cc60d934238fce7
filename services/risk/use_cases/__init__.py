"""Every write of risk, by topic."""

from services.risk.use_cases.adjusting import TIMER
from services.risk.use_cases.dynamics import (
    Wish,
    adjust_and_grade,
    decide_override,
    note_occurrences,
    request_override,
    review_red,
    withdraw_override,
)
from services.risk.use_cases.grading import (
    FactsChanged,
    declare_facts,
    grade_enterprises,
    graded_event,
    keep_register_state,
)
from services.risk.use_cases.surveying import keep_surveyed

__all__ = [
    "TIMER",
    "FactsChanged",
    "Wish",
    "adjust_and_grade",
    "decide_override",
    "declare_facts",
    "grade_enterprises",
    "graded_event",
    "keep_register_state",
    "keep_surveyed",
    "note_occurrences",
    "request_override",
    "review_red",
    "withdraw_override",
]
