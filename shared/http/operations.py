"""What operators need of every service over HTTP: how far behind it is, and its parked events."""

from functools import cache
from typing import Any

from marshmallow import Schema, fields, validate
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.database.chassis import event_log, outbox, parked_event, relay_cursor
from shared.events import parked
from shared.events.handlers import Handlers
from shared.events.resync import with_resync
from shared.http.access import reads
from shared.http.admission import admits
from shared.http.chassis import chassis, now, principal
from shared.http.documents import Blueprint
from shared.security import audit
from shared.services import load

MOST_LISTED = 200
LONGEST_BODY = 8_000  # characters of a parked event that a list shows


class Backlog(Schema):
    """``outbox`` rows wait for the log, ``pending`` logged events for their confirmation, ``parked`` for a person."""

    outbox = fields.Integer(required=True)
    pending = fields.Integer(required=True)
    parked = fields.Integer(required=True)
    waiting = fields.Integer(required=True)


class ParkedEventItem(Schema):
    id = fields.String(required=True)
    type = fields.String(required=True)
    subject = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf([parked.PARKED, parked.WAITING]))
    error = fields.String(required=True)
    attempts = fields.Integer(required=True)
    parked_at = fields.DateTime(required=True)
    body = fields.String(required=True)


class ParkedEventList(Schema):
    items = fields.List(fields.Nested(ParkedEventItem), required=True)


class Outcome(Schema):
    done = fields.Boolean(required=True)


def operations_of(service: str) -> Blueprint:
    """Return the operators' routes of ``service``, below ``/api/v1/<service>/operations``."""
    routes = Blueprint("operations", __name__, url_prefix=f"/api/v1/{service}/operations")

    @routes.route("/backlog", methods=["GET"])
    @reads("system:read")
    @routes.response(200, Backlog)
    def backlog(session: Session) -> dict[str, int]:
        """How far behind the event path of this service is."""
        return backlog_of(session)

    @routes.route("/parked", methods=["GET"])
    @reads("event:operate")
    @routes.response(200, ParkedEventList)
    def parked_events(session: Session) -> dict[str, Any]:
        """The oldest 200 events that could not be handled, each with its error and its bytes as text."""
        return {"items": parked_items(session)}

    @routes.route("/parked/<id:parked_id>/replay", methods=["POST"])
    @admits("event:operate")
    @routes.response(200, Outcome)
    def replay_parked(parked_id: str) -> dict[str, bool]:
        """Handle a parked event again; ``done`` is false when it failed again and stays parked."""
        return replay(service, parked_id)

    @routes.route("/parked/<id:parked_id>/drop", methods=["POST"])
    @admits("event:operate")
    @routes.response(200, Outcome)
    def drop_parked(parked_id: str) -> dict[str, bool]:
        """Give up a parked event for good."""
        return drop(parked_id)

    return routes


def backlog_of(session: Session) -> dict[str, int]:
    """Return the counts of what is under way or stuck in the event path of the session's database."""
    confirmed = select(relay_cursor.c.position).where(relay_cursor.c.lane == event_log.c.lane).scalar_subquery()
    unconfirmed = select(func.count()).where(event_log.c.position > func.coalesce(confirmed, 0))
    states = select(parked_event.c.state, func.count()).group_by(parked_event.c.state)
    aside = {row[0]: row[1] for row in session.execute(states)}
    return {
        "outbox": session.scalars(select(func.count()).select_from(outbox)).one(),
        "pending": session.scalars(unconfirmed).one(),
        "parked": aside.get(parked.PARKED, 0),
        "waiting": aside.get(parked.WAITING, 0),
    }


def parked_items(session: Session) -> list[dict[str, Any]]:
    """Return the oldest 200 parked and waiting events as a list shows them."""
    return [_item(each) for each in parked.list_parked(session, limit=MOST_LISTED)]


def replay(service: str, parked_id: str) -> dict[str, bool]:
    """Handle a parked event of this application's service again and write it into the audit trail."""
    done = parked.replay(chassis().database, _handlers(service), parked_id=parked_id, now=now())
    return _audited("replay", parked_id, done=done)


def drop(parked_id: str) -> dict[str, bool]:
    """Give up a parked event of this application's service and write it into the audit trail."""
    with chassis().database.transaction() as session:
        parked.drop(session, parked_id)
    return _audited("drop", parked_id, done=True)


def _item(event: parked.ParkedEvent) -> dict[str, Any]:
    return {
        "id": event.id,
        "type": event.type,
        "subject": event.subject,
        "state": event.state,
        "error": event.error,
        "attempts": event.attempts,
        "parked_at": event.first_at,
        "body": event.body[:LONGEST_BODY].decode("utf-8", "replace"),
    }


@cache
def _handlers(service: str) -> Handlers:
    return Handlers(with_resync(load(service).declarations()))


def _audited(act: str, parked_id: str, *, done: bool) -> dict[str, bool]:
    fact = audit.AuditFact(
        subject=principal().subject,
        action=f"event:{act}",
        entity=f"parked_event:{parked_id}",
        result=audit.DONE if done else "failed_again",
    )
    with chassis().database.transaction() as session:
        audit.record(session, fact, now=now())
    return {"done": done}
