"""inspections/tasks/…/late-checks: what was answered on site for a task that takes no check any more."""

from typing import Any

from services.inspections.api.acting import step_of_caller
from services.inspections.api.tasks import handed_in_of
from services.inspections.queries import late_checks as reading
from services.inspections.queries.tasks import visible_task
from services.inspections.schemas.late_checks import LateCheckList
from services.inspections.schemas.tasks import HandedIn
from services.inspections.use_cases import late_checks
from shared.database import Session
from shared.http import Blueprint, audit_note, principal, reads, writes

blp = Blueprint("late_checks", __name__, url_prefix="/api/v1/inspections", description="Checks that arrived too late")


@blp.route("/tasks/<id:task_id>/late-checks", methods=["GET"])
@reads("task:read")
@blp.response(200, LateCheckList)
def list_late_checks(session: Session, task_id: str) -> Any:
    """The answers that are kept beside a task, the latest first."""
    row = visible_task(session, principal(), task_id)
    return {"items": reading.late_checks_of(session, row.id)}


@blp.route("/tasks/<id:task_id>/late-checks/<id:sending_id>", methods=["PUT"])
@writes("task:work")
@blp.arguments(HandedIn)
@blp.response(200, LateCheckList)
def keep_late_check(session: Session, body: dict[str, Any], *, task_id: str, sending_id: str) -> Any:
    """Keep answers that the task took no more, under an id that the phone has chosen."""
    row = visible_task(session, principal(), task_id)
    handed_in = handed_in_of(session, row, body)
    asked = step_of_caller("submit")
    reason = late_checks.keep_late_check(session, row, handed_in, asked=asked, sending_id=sending_id)
    audit_note(session, entity=f"task:{task_id}", details={"event": "keep", "check": sending_id, "reason": reason})
    return {"items": reading.late_checks_of(session, task_id)}
