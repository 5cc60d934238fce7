"""credit/imports: registers of accidents and penalties as files, tried out first or taken in."""

from typing import Any

from services.credit.api.acting import step_of_caller
from services.credit.queries.imports import LARGEST_FILE, read_register
from services.credit.schemas.imports import RegisterFile, RegisterOptions, RegisterTaken
from services.credit.use_cases.imports import take_in
from shared.database import Session
from shared.http import MEGABYTE, Blueprint, audit_note, principal, writes

LARGEST_BODY = LARGEST_FILE + MEGABYTE
blp = Blueprint("imports", __name__, url_prefix="/api/v1/credit", description="Registers as files")


@blp.route("/accidents/imports", methods=["POST"])
@writes("credit:write", body_limit=LARGEST_BODY)
@blp.arguments(RegisterFile, location="files")
@blp.arguments(RegisterOptions, location="form")
@blp.response(200, RegisterTaken)
def import_accidents(session: Session, files: dict[str, Any], options: dict[str, Any]) -> Any:
    """Take in a register of accidents, also of earlier years (CSV or XLSX); each wrong row is named."""
    return _taken(session, "accidents", files, is_trial=options["is_trial"])


@blp.route("/penalties/imports", methods=["POST"])
@writes("credit:write", body_limit=LARGEST_BODY)
@blp.arguments(RegisterFile, location="files")
@blp.arguments(RegisterOptions, location="form")
@blp.response(200, RegisterTaken)
def import_penalties(session: Session, files: dict[str, Any], options: dict[str, Any]) -> Any:
    """Take in a register of penalty decisions in the fields of 双公示 (CSV or XLSX); each wrong row is named."""
    return _taken(session, "penalties", files, is_trial=options["is_trial"])


def _taken(session: Session, register: str, files: dict[str, Any], *, is_trial: bool) -> Any:
    rows, errors = read_register(register, files["file"].stream)
    step = step_of_caller("record")
    taken = take_in(session, register, rows, caller=principal(), step=step, is_trial=is_trial)
    numbers = {one.row for one in errors}
    counts = {"rows": len(rows) + len(numbers), "accepted": taken.accepted, "known": taken.known}
    name = (files["file"].filename or "")[:200]
    audit_note(session, entity=f"credit:{register}-import", details={"file": name, "is_trial": is_trial, **counts})
    return {"is_trial": is_trial, **counts, "errors": sorted([*errors, *taken.errors])}
