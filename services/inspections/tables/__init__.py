"""Tables of inspections. Times are UTC, dates those of the district, points WGS-84 degrees."""

from services.inspections.tables.assessments import (
    assessment,
    assessment_edition,
    assessment_enterprise,
    assessment_entry,
    assessment_objection,
    assessment_row,
    assessment_unit,
)
from services.inspections.tables.campaigns import campaign, campaign_member, campaign_plan, campaign_tick
from services.inspections.tables.checklists import checklist_choice, checklist_version
from services.inspections.tables.complaints import complaint, complaint_step
from services.inspections.tables.documents import document, document_hazard, document_series, document_signature
from services.inspections.tables.draws import avoidance, draw, draw_candidate, draw_officer
from services.inspections.tables.enterprises import (
    credit_fact,
    enterprise,
    merged_enterprise,
    obligation,
    staff,
    standing,
)
from services.inspections.tables.hazards import halt_order, hazard, hazard_step
from services.inspections.tables.late_checks import late_check
from services.inspections.tables.metadata import metadata
from services.inspections.tables.plans import plan, plan_line, plan_step, plan_visit
from services.inspections.tables.reports import public_report
from services.inspections.tables.reviews import review, sample_draw
from services.inspections.tables.tallies import (
    hazard_area_tally,
    hazard_tally,
    month_check_record_tally,
    month_enterprise_tally,
    month_hazard_tally,
    month_task_tally,
    task_tally,
)
from services.inspections.tables.tasks import check_record, joint_check, joint_part, task, task_officer, task_step
from services.inspections.tables.transfers import transfer, transfer_step
from services.inspections.tables.uploads import upload, upload_part
from services.inspections.tables.visits import (
    service_contract,
    visit,
    visit_finding,
    visit_flag,
    visit_person,
    visit_step,
)

__all__ = [
    "assessment",
    "assessment_edition",
    "assessment_enterprise",
    "assessment_entry",
    "assessment_objection",
    "assessment_row",
    "assessment_unit",
    "avoidance",
    "campaign",
    "campaign_member",
    "campaign_plan",
    "campaign_tick",
    "check_record",
    "checklist_choice",
    "checklist_version",
    "complaint",
    "complaint_step",
    "credit_fact",
    "document",
    "document_hazard",
    "document_series",
    "document_signature",
    "draw",
    "draw_candidate",
    "draw_officer",
    "enterprise",
    "halt_order",
    "hazard",
    "hazard_step",
    "hazard_area_tally",
    "hazard_tally",
    "joint_check",
    "joint_part",
    "late_check",
    "merged_enterprise",
    "metadata",
    "month_check_record_tally",
    "month_enterprise_tally",
    "month_hazard_tally",
    "month_task_tally",
    "obligation",
    "plan",
    "plan_line",
    "plan_step",
    "plan_visit",
    "public_report",
    "review",
    "sample_draw",
    "service_contract",
    "staff",
    "standing",
    "task",
    "task_officer",
    "task_step",
    "task_tally",
    "transfer",
    "transfer_step",
    "upload",
    "upload_part",
    "visit",
    "visit_finding",
    "visit_flag",
    "visit_person",
    "visit_step",
]
