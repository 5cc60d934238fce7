"""Lets open pages ask again when what is due in the credit record has changed; the figures are credit's own."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from services.gateway.queries.works import places_of
from services.gateway.use_cases.streaming import take_turn, tell_areas
from services.gateway.use_cases.works import kept_by
from shared.contracts.credit import LimitFact
from shared.events.received import Received


def tell_of_limits(session: Session, batch: Sequence[Received[LimitFact]], *, now: datetime) -> None:
    """Tell each subdistrict in which something is due, or not any more, once for the whole batch."""
    take_turn(session)
    enterprise_ids = {one.data.enterprise_id for one in batch}
    kept = kept_by(session, enterprise_ids)
    areas = places_of(session, {kept.get(one, one) for one in enterprise_ids})
    tell_areas(session, "credit_changed", areas, now=now)
