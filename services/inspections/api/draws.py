"""inspections/draws and public/draws: fix a pool, draw from it once, let anybody draw again; whom officers avoid."""

from typing import Any

from services.inspections.domain.draws import Asked
from services.inspections.queries import draws as reading
from services.inspections.queries.enterprises import visible_enterprise
from services.inspections.schemas.draws import (
    Avoidance,
    AvoidanceBody,
    AvoidanceList,
    AvoidanceQuery,
    CandidateQuery,
    DrawBody,
    DrawCancelled,
    DrawCandidates,
    DrawList,
    DrawPreview,
    DrawQuery,
    DrawRecord,
    DrawReplay,
    DrawTable,
    DrawWithCounts,
    PublicDraw,
    PublicDrawList,
)
from services.inspections.tables import avoidance, draw, draw_candidate
from services.inspections.use_cases import draws
from shared.clock import business_date
from shared.database import Session
from shared.http import Blueprint, PageQuery, audit_note, now, page, paging_of, principal, public_reads, reads, writes

blp = Blueprint("draws", __name__, url_prefix="/api/v1/inspections", description="Dual-random draws")
public = Blueprint("public-draws", __name__, url_prefix="/api/v1/public", description="For the public")


@blp.route("/draws", methods=["GET"])
@reads("draw:read")
@blp.arguments(DrawQuery, location="query")
@blp.response(200, DrawList)
def list_draws(session: Session, query: dict[str, Any]) -> Any:
    """The draws of the own area, the newest first."""
    wanted = reading.draws(principal(), state=query.pop("state", None))
    rows, next_cursor = page(session, wanted, key=[draw.c.id], descending=True, **query)
    return {"items": rows, "next_cursor": next_cursor}


@blp.route("/draws/table", methods=["GET"])
@public_reads()
@blp.response(200, DrawTable)
def show_draw_table(session: Session) -> Any:
    """The weights and limits of a draw, and why an officer keeps away."""
    return reading.draw_table()


@blp.route("/draws/preview", methods=["POST"])
@writes("draw:write")
@blp.arguments(DrawBody)
@blp.response(200, DrawPreview)
def preview_draw(session: Session, body: dict[str, Any]) -> Any:
    """How many could be drawn by level, and who is left out and why; nothing is kept."""
    return reading.preview(session, _asked(body), today=business_date(now()))


@blp.route("/draws", methods=["POST"])
@writes("draw:write")
@blp.arguments(DrawBody)
@blp.response(201, DrawWithCounts)
def prepare_draw(session: Session, body: dict[str, Any]) -> Any:
    """Fix the pool with its hash; there is no seed before it is drawn from."""
    draw_id = draws.prepare_draw(session, _asked(body), by=principal().subject, now=now())
    return _shown(session, draw_id, event="prepare")


@blp.route("/draws/<id:draw_id>", methods=["GET"])
@reads("draw:read")
@blp.response(200, DrawWithCounts)
def show_draw(session: Session, draw_id: str) -> Any:
    """One draw with how many were in its pool, were drawn and were left out."""
    return reading.draw_view(session, reading.visible_draw(session, principal(), draw_id))


@blp.route("/draws/<id:draw_id>/candidates", methods=["GET"])
@reads("draw:read")
@blp.arguments(CandidateQuery, location="query")
@blp.response(200, DrawCandidates)
def list_candidates(session: Session, query: dict[str, Any], draw_id: str) -> Any:
    """Who was in the pool, who was drawn, who was left out and why."""
    row = reading.visible_draw(session, principal(), draw_id)
    paging = paging_of(query)
    wanted = reading.candidates(row.id, wanted=query)
    rows, next_cursor = page(session, wanted, key=[draw_candidate.c.enterprise_id], **paging)
    return {"items": rows, "next_cursor": next_cursor}


@blp.route("/draws/<id:draw_id>/draw", methods=["POST"])
@writes("draw:write")
@blp.response(200, DrawWithCounts)
def make_draw(session: Session, draw_id: str) -> Any:
    """Draw from the fixed pool, once: what is drawn becomes tasks for two officers each."""
    row = reading.visible_draw(session, principal(), draw_id)
    draws.make_draw(session, row.id, by=principal().subject, now=now())
    return _shown(session, draw_id, event="draw")


@blp.route("/draws/<id:draw_id>/cancel", methods=["POST"])
@writes("draw:write")
@blp.arguments(DrawCancelled)
@blp.response(200, DrawWithCounts)
def cancel_draw(session: Session, body: dict[str, Any], draw_id: str) -> Any:
    """Give up a pool that was not drawn from, and say why."""
    row = reading.visible_draw(session, principal(), draw_id)
    draws.cancel_draw(session, row.id, reason=body["reason"], by=principal().subject, now=now())
    return _shown(session, draw_id, event="cancel")


@blp.route("/draws/<id:draw_id>/publish", methods=["POST"])
@writes("draw:write")
@blp.response(200, DrawWithCounts)
def publish_draw(session: Session, draw_id: str) -> Any:
    """Let everybody see what was drawn, and draw it again."""
    row = reading.visible_draw(session, principal(), draw_id)
    draws.publish_draw(session, row.id, by=principal().subject, now=now())
    return _shown(session, draw_id, event="publish")


@blp.route("/draws/<id:draw_id>/replay", methods=["GET"])
@reads("draw:read")
@blp.response(200, DrawReplay)
def replay_draw(session: Session, draw_id: str) -> Any:
    """Draw again from the stored record: is the result the same?"""
    return reading.replay(session, reading.visible_draw(session, principal(), draw_id))


@blp.route("/draws/<id:draw_id>/record", methods=["GET"])
@reads("draw:read")
@blp.response(200, DrawRecord)
def show_record(session: Session, draw_id: str) -> Any:
    """All that somebody needs who wants to draw again elsewhere."""
    return reading.record_of(session, reading.visible_draw(session, principal(), draw_id))


@blp.route("/draws/avoidances", methods=["GET"])
@reads("draw:read")
@blp.arguments(AvoidanceQuery, location="query")
@blp.response(200, AvoidanceList)
def list_avoidances(session: Session, query: dict[str, Any]) -> Any:
    """Which officers keep away from which enterprises of the own area."""
    mine = {"account_id": principal().subject} if query.pop("mine") else {}
    rows, next_cursor = page(session, reading.avoidances(principal(), **mine), key=[avoidance.c.id], **query)
    return {"items": rows, "next_cursor": next_cursor}


@blp.route("/draws/avoidances", methods=["POST"])
@writes("draw:write")
@blp.arguments(AvoidanceBody)
@blp.response(201, Avoidance)
def declare_avoidance(session: Session, body: dict[str, Any]) -> Any:
    """Say that one has a tie to an enterprise: one is not drawn for it any more."""
    about = visible_enterprise(session, principal(), str(body["enterprise_id"])).enterprise_id
    me = principal().subject
    found = draws.declare_avoidance(session, about, relation=body["relation"], by=me, now=now())
    audit_note(session, entity=f"enterprise:{about}", details={"avoidance": found, "relation": body["relation"]})
    return reading.own_avoidance(session, principal(), found)


@blp.route("/draws/avoidances/<id:avoidance_id>/end", methods=["POST"])
@writes("draw:write")
@blp.response(200, Avoidance)
def end_avoidance(session: Session, avoidance_id: str) -> Any:
    """Say that a tie of one's own is no more."""
    row = reading.own_avoidance(session, principal(), avoidance_id)
    draws.end_avoidance(session, row.id, now=now())
    audit_note(session, entity=f"enterprise:{row.enterprise_id}", details={"avoidance": row.id, "event": "end"})
    return row


@public.route("/draws", methods=["GET"])
@public_reads()
@public.arguments(PageQuery, location="query")
@public.response(200, PublicDrawList)
def list_published(session: Session, query: dict[str, Any]) -> Any:
    """The draws that were published, the newest first."""
    rows, next_cursor = page(session, reading.published_draws(), key=[draw.c.id], descending=True, **query)
    return {"items": rows, "next_cursor": next_cursor}


@public.route("/draws/<id:draw_id>", methods=["GET"])
@public_reads()
@public.response(200, PublicDraw)
def show_published(session: Session, draw_id: str) -> Any:
    """One draw that was published: what was drawn, by which seed from which pool."""
    return reading.public_view(session, reading.published_draw(session, draw_id))


@public.route("/draws/<id:draw_id>/record", methods=["GET"])
@public_reads()
@public.response(200, DrawRecord)
def show_published_record(session: Session, draw_id: str) -> Any:
    """The record of a published draw: with it anybody can draw again."""
    return reading.record_of(session, reading.published_draw(session, draw_id))


@public.route("/draws/<id:draw_id>/replay", methods=["GET"])
@public_reads()
@public.response(200, DrawReplay)
def replay_published(session: Session, draw_id: str) -> Any:
    """Draw a published draw again: is the result the same?"""
    return reading.replay(session, reading.published_draw(session, draw_id))


def _asked(body: dict[str, Any]) -> Asked:
    """Return what was asked for; a draw stays in the area of who makes it."""
    reading.check_area(principal(), body["division"])
    narrowed = {name: tuple(sorted(set(body[name]))) for name in ("levels", "industries")}
    return Asked(body["division"], **narrowed, count=body["count"], last_day=body["last_day"])


def _shown(session: Session, draw_id: str, *, event: str) -> Any:
    row = reading.visible_draw(session, principal(), draw_id)
    audit_note(session, entity=f"draw:{draw_id}", details={"event": event, "pool_hash": row.pool_hash})
    return reading.draw_view(session, row)
