"""The rule tables as data, and the readers that turn them into the domain's objects."""

from services.inspections.rules.checklists import (
    check_checklist,
    checklist_problems,
    default_checklists,
    read_checklist,
    sheet_words,
    standard_sets,
)
from services.inspections.rules.documents import document_rules
from services.inspections.rules.phone import believed_time, upload_limits
from services.inspections.rules.reading import hazard_rules, major_hazards, tiers
from services.inspections.rules.transfers import transfer_rules
from services.inspections.rules.visiting import complaint_rules, rating_rules, review_rules, visit_rules
from services.inspections.rules.working import (
    assessment_formula,
    assessment_rules,
    campaign_rules,
    declared_work_tier,
    draw_rules,
    escalations,
    ladder,
    major_hazard_calls,
    missed_commitment_call,
    plan_rules,
    read_assessment,
    read_choices,
    sampling_percent,
    schedule,
    suspended_work_call,
    task_rules,
    usual_checklists,
)

__all__ = [
    "assessment_formula",
    "assessment_rules",
    "believed_time",
    "check_checklist",
    "campaign_rules",
    "check_tables",
    "checklist_problems",
    "complaint_rules",
    "declared_work_tier",
    "default_checklists",
    "document_rules",
    "draw_rules",
    "escalations",
    "hazard_rules",
    "ladder",
    "major_hazard_calls",
    "major_hazards",
    "missed_commitment_call",
    "plan_rules",
    "rating_rules",
    "read_assessment",
    "read_checklist",
    "read_choices",
    "review_rules",
    "sampling_percent",
    "schedule",
    "sheet_words",
    "standard_sets",
    "suspended_work_call",
    "task_rules",
    "tiers",
    "upload_limits",
    "transfer_rules",
    "usual_checklists",
    "visit_rules",
]


def check_tables() -> None:
    """Read every table once; raises ``UnusableTable`` when one cannot be followed."""
    for read in (hazard_rules, tiers, task_rules, ladder, schedule, plan_rules, draw_rules, assessment_rules):
        read()
    for check in (visit_rules, review_rules, rating_rules, complaint_rules):
        check()
    major_hazard_calls()
    escalations()
    missed_commitment_call()
    declared_work_tier()
    suspended_work_call()
    believed_time()
    upload_limits()
    document_rules()
    transfer_rules()
    campaign_rules()
    default_checklists()
