"""Pilot reviews and their answers within the caller's area."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, cast, false, func, literal, or_, select
from sqlalchemy.orm import Session

from services.permits.queries.enterprises import in_area, start_of
from services.permits.rules.reviews import review_rules
from services.permits.tables import enterprise, pilot, review
from shared.errors import NotFound
from shared.machines import end_of
from shared.security.principal import Principal

Document = dict[str, Any]


class PilotNotFound(NotFound):
    code = "pilot_not_found"


def reviews(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the reviews of the area; ``wanted`` filters by column.

    ``from`` and ``to`` are days between which the answer was asked for.
    """
    joined = review.join(enterprise, enterprise.c.enterprise_id == review.c.enterprise_id)
    conditions = [_CONDITIONS.get(name, _same(name))(value) for name, value in wanted.items() if value is not None]
    columns = (review, enterprise.c.name, enterprise.c.division)
    return select(*columns).select_from(joined).where(in_area(principal), *conditions)


def _same(name: str) -> Callable[[Any], ColumnElement[bool]]:
    return lambda value: review.c[name] == value


_CONDITIONS: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
    "subdistrict": lambda code: enterprise.c.subdistrict == code,
    "from": lambda day: review.c.asked_at >= start_of(day),
    "to": lambda day: review.c.asked_at < end_of(day),
}


def pilots(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the pilots whose area touches the caller's divisions."""
    area = pilot.c.division
    inside = [area.startswith(one, autoescape=True) for one in principal.divisions]
    around = [cast(literal(one), String).like(area + "%") for one in principal.divisions]
    conditions = [pilot.c[name] == value for name, value in wanted.items() if value is not None]
    return select(pilot).where(or_(false(), *inside, *around), *conditions)


def visible_pilot(session: Session, principal: Principal, pilot_id: str) -> Row[Any]:
    """Return one pilot; raises ``PilotNotFound`` outside the area."""
    row = session.execute(pilots(principal, wanted={"id": pilot_id})).one_or_none()
    if row is None:
        raise PilotNotFound("There is no such pilot in your area.")
    return row


def review_view(row: Row[Any]) -> Document:
    """Return a review with the words of its outcome."""
    outcome = review_rules().outcomes[row.outcome]
    return {**row._asdict(), "outcome_zh": outcome.zh, "outcome_en": outcome.en}


def review_figures(session: Session, principal: Principal) -> list[Document]:
    """Return how many reviews of the area came to each outcome; none of them is an approval."""
    joined = review.join(enterprise, enterprise.c.enterprise_id == review.c.enterprise_id)
    counted = select(review.c.outcome, func.count()).select_from(joined).where(in_area(principal))
    counts = {row.outcome: row[1] for row in session.execute(counted.group_by(review.c.outcome))}
    outcomes = review_rules().outcomes.values()
    return [{"outcome": one.id, "zh": one.zh, "en": one.en, "count": counts.get(one.id, 0)} for one in outcomes]
