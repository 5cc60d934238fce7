"""Reads of clients and grants."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import Session

from services.identity.domain.agencies import ClientNotFound, Grantable, grantable
from services.identity.tables import agency_grant, client, client_secret


def clients() -> Select[Any]:
    """Select all clients."""
    return select(client)


def client_by_id(session: Session, client_id: str) -> Row[Any]:
    """Return one client; raises ``ClientNotFound``."""
    found = session.execute(select(client).where(client.c.id == client_id)).one_or_none()
    if found is None:
        raise ClientNotFound("There is no such client.")
    return found


def with_grants(session: Session, rows: Sequence[Row[Any]], *, now: datetime) -> list[dict[str, Any]]:
    """Return the clients with their grants (ended ones too) and how many secrets of each count."""
    ids = [row.id for row in rows]
    grants = session.execute(select(agency_grant).where(agency_grant.c.client_id.in_(ids))).all()
    counts = or_(client_secret.c.expires_at.is_(None), client_secret.c.expires_at > now)
    keys = session.execute(select(client_secret).where(client_secret.c.client_id.in_(ids), counts)).all()
    return [
        {
            **row._mapping,
            "grants": sorted((one for one in grants if one.client_id == row.id), key=lambda one: one.action),
            "secrets": sorted((one for one in keys if one.client_id == row.id), key=lambda one: one.made_at),
        }
        for row in rows
    ]


def grants() -> Select[Any]:
    """Select every grant with the name of its client."""
    joined = agency_grant.join(client, client.c.id == agency_grant.c.client_id)
    return select(agency_grant, client.c.name.label("client_name")).select_from(joined)


def all_grantable() -> list[Grantable]:
    """Return what may be granted, in the order of the rule table."""
    return list(grantable().values())


def clients_after(session: Session, after: str | None, limit: int) -> list[Row[Any]]:
    """Return clients in the order of their ids, for re-emission."""
    statement = select(client).order_by(client.c.id).limit(limit)
    return list(session.execute(statement.where(client.c.id > after) if after else statement))
