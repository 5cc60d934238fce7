"""registry/surveys: the list, the card, what was found, progress; and the photos that prove it."""

from __future__ import annotations

from services.registry.api.downloads import BINARY
from services.registry.queries.endings import locked_present, present_id
from services.registry.queries.enterprises import enterprise_in_scope
from services.registry.queries.surveys import RANKED, survey_card, survey_progress, to_survey
from services.registry.schemas.surveys import (
    Attachment,
    AttachmentFacts,
    AttachmentFile,
    SurveyBody,
    SurveyCard,
    SurveyFilter,
    SurveyList,
    SurveyProgress,
)
from services.registry.use_cases.surveys import is_kept, keep_survey
from shared.http import MEGABYTE, Blueprint, audit_note, now, page, principal, reads, writes
from shared.http.attachments import attachment_response
from shared.work.attachments import LARGEST, Taken, attachment_by_id, keep_attachment

blp = Blueprint("surveys", __name__, url_prefix="/api/v1/registry", description="Baseline survey")


@blp.route("/surveys", methods=["GET"])
@reads("enterprise:read")
@blp.arguments(SurveyFilter, location="query")
@blp.response(200, SurveyList)
def list_surveys(session, query):
    """The enterprises of one's area that are to be surveyed, the most urgent first; `state=done` those that were."""
    paging = {"limit": query["limit"], "cursor": query["cursor"]}
    rows, next_cursor = page(session, to_survey(principal(), query), key=RANKED, descending=True, **paging)
    return {"items": [row._asdict() for row in rows], "next_cursor": next_cursor}


@blp.route("/surveys/progress", methods=["GET"])
@reads("enterprise:read")
@blp.response(200, SurveyProgress)
def show_progress(session):
    """How many enterprises of one's area were surveyed, by subdistrict."""
    return survey_progress(session, principal())


@blp.route("/enterprises/<id:enterprise_id>/survey", methods=["GET"])
@reads("enterprise:read")
@blp.response(200, SurveyCard)
def show_card(session, enterprise_id):
    """The card of one enterprise: eight questions, filled in as far as anything is known."""
    return survey_card(session, enterprise_in_scope(session, principal(), enterprise_id))


@blp.route("/surveys/<id:survey_id>", methods=["PUT"])
@writes("survey:write")
@blp.arguments(SurveyBody)
@blp.response(200, SurveyCard)
def put_survey(session, body, survey_id):
    """Keep a survey under the id that the phone gave it: sent twice, or a week later, it counts once."""
    current = locked_present(session, principal(), body["enterprise_id"])
    if is_kept(session, survey_id, body):
        return survey_card(session, current)
    row = keep_survey(session, current, body, survey_id=survey_id, by=principal(), now=now())
    audit_note(session, entity=f"enterprise:{row['id']}", details={"survey": survey_id, "outcome": body["outcome"]})
    return survey_card(session, row)


@blp.route("/attachments", methods=["POST"])
@writes("attachment:write", body_limit=LARGEST + MEGABYTE)
@blp.arguments(AttachmentFile, location="files")
@blp.arguments(AttachmentFacts, location="form")
@blp.response(201, Attachment)
def add_attachment(session, files, facts):
    """Keep a photo of an enterprise with time, place and author; the same photo sent again is the same attachment."""
    owner = enterprise_in_scope(session, principal(), present_id(session, facts.pop("enterprise_id")))["id"]
    taken = Taken(author=principal().subject, **facts)
    kept = keep_attachment(session, files["file"].stream, owner=owner, taken=taken, now=now())
    audit_note(session, entity=f"enterprise:{owner}", details={"attachment": kept.id, "sha256": kept.sha256})
    return {"id": kept.id, "sha256": kept.sha256, "media_type": kept.media_type, "size": kept.size}


@blp.route("/attachments/<id:attachment_id>", methods=["GET"])
@reads("enterprise:read")
@blp.response(200, BINARY, content_type="application/octet-stream")
def show_attachment(session, attachment_id):
    """The bytes of a photo, for those who may see the enterprise."""
    kept = attachment_by_id(session, attachment_id)
    enterprise_in_scope(session, principal(), present_id(session, kept.owner))
    return attachment_response(session, kept)
