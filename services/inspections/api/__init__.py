"""The routes of inspections, by topic."""

from services.inspections.api.assessments import blp as assessments
from services.inspections.api.campaigns import blp as campaigns
from services.inspections.api.caps import blp as caps
from services.inspections.api.checklist_files import blp as checklist_files
from services.inspections.api.checklists import blp as checklists
from services.inspections.api.complaints import blp as complaints
from services.inspections.api.documents import blp as documents
from services.inspections.api.documents import public as public_documents
from services.inspections.api.draws import blp as draws
from services.inspections.api.draws import public as public_draws
from services.inspections.api.halts import blp as halts
from services.inspections.api.hazards import blp as hazards
from services.inspections.api.joint_checks import blp as joint_checks
from services.inspections.api.late_checks import blp as late_checks
from services.inspections.api.objections import blp as objections
from services.inspections.api.plans import blp as plans
from services.inspections.api.reports import blp as reports
from services.inspections.api.reports import public
from services.inspections.api.reviews import blp as reviews
from services.inspections.api.tasks import blp as tasks
from services.inspections.api.transfers import blp as transfers
from services.inspections.api.uploads import blp as uploads
from services.inspections.api.visits import blp as visits

BLUEPRINTS = (
    *(hazards, tasks, caps, joint_checks, checklists, checklist_files, plans, reports, public),
    *(visits, reviews, complaints),
    *(draws, public_draws, campaigns, assessments, objections, late_checks, uploads),
    *(documents, transfers, halts, public_documents),
)
