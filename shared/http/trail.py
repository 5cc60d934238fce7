"""The audit trail of every service, for auditors: the newest entries first."""

from typing import Any

from marshmallow import Schema, fields, validate
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from shared.database.chassis import audit_entry
from shared.http.access import reads
from shared.http.documents import Blueprint
from shared.http.paging import Page, PageQuery, page

EXACT = ("subject", "action", "entity", "result", "request_id")
SHORT = validate.Length(max=200)


class TrailQuery(PageQuery):
    subject = fields.String(validate=SHORT)
    action = fields.String(validate=SHORT)
    entity = fields.String(validate=SHORT)
    result = fields.String(validate=SHORT)
    request_id = fields.String(validate=SHORT)
    since = fields.AwareDateTime()
    until = fields.AwareDateTime()


class TrailEntry(Schema):
    """One deed; of what was changed only digests (SHA-256 of canonical JSON) are kept."""

    id = fields.String(required=True)
    at = fields.DateTime(required=True)
    subject = fields.String(required=True)
    action = fields.String(required=True)
    address = fields.String(required=True)
    result = fields.String(required=True)
    entity = fields.String(required=True)
    request_id = fields.String(required=True)
    before_digest = fields.String(allow_none=True)
    after_digest = fields.String(allow_none=True)
    details = fields.Dict(required=True)


class TrailPage(Page):
    items = fields.List(fields.Nested(TrailEntry), required=True)


def trail_of(service: str) -> Blueprint:
    """Return the route ``/api/v1/<service>/audit``."""
    routes = Blueprint("trail", __name__, url_prefix=f"/api/v1/{service}")

    @routes.route("/audit", methods=["GET"])
    @reads("audit:read")
    @routes.arguments(TrailQuery, location="query")
    @routes.response(200, TrailPage)
    def audit_trail(session: Session, query: dict[str, Any]) -> dict[str, Any]:
        """Who did what, when, from where, with which result."""
        rows, following = entries_asked(session, query)
        return {"items": rows, "next_cursor": following}

    return routes


def entries_asked(session: Session, query: dict[str, Any]) -> tuple[list[Row[Any]], str | None]:
    """Return one page of the trail for a loaded ``TrailQuery``, and the cursor of the next page."""
    statement = select(audit_entry).where(*(audit_entry.c[name] == query[name] for name in EXACT if query.get(name)))
    if "since" in query:
        statement = statement.where(audit_entry.c.at >= query["since"])
    if "until" in query:
        statement = statement.where(audit_entry.c.at < query["until"])
    key = [audit_entry.c.at, audit_entry.c.id]
    return page(session, statement, key=key, limit=query["limit"], cursor=query["cursor"], descending=True)
