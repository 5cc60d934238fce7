"""permits/forms: what the forms ask, and what follows from the answers before anything is applied for."""

from typing import Any

from services.permits.queries import forms as reading
from services.permits.schemas.forms import (
    FormQuery,
    GasPreview,
    GasPreviewBody,
    WorkForms,
    WorkPreview,
    WorkPreviewBody,
)
from shared.database import Session
from shared.http import Blueprint, public_reads

blp = Blueprint("permit_forms", __name__, url_prefix="/api/v1/permits", description="Forms of hazardous work")


@blp.route("/forms", methods=["GET"])
@public_reads()
@blp.arguments(FormQuery, location="query")
@blp.response(200, WorkForms)
def show_forms(session: Session, query: dict[str, Any]) -> Any:
    """The kinds of hazardous work with fields, questions, measures, gases and roles, each with its clause."""
    return reading.form_tables(query["ruleset"])


@blp.route("/forms/preview", methods=["POST"])
@public_reads()
@blp.arguments(WorkPreviewBody)
@blp.response(200, WorkPreview)
def preview_work(session: Session, body: dict[str, Any]) -> Any:
    """Level with its reasons, time, signatures and measures of a job as described so far; nothing is kept."""
    return reading.work_preview(body)


@blp.route("/forms/gas", methods=["POST"])
@public_reads()
@blp.arguments(GasPreviewBody)
@blp.response(200, GasPreview)
def preview_gas(session: Session, body: dict[str, Any]) -> Any:
    """A measured value in the unit of its limit, and whether it allows the work; nothing is kept."""
    return reading.gas_preview(body)
