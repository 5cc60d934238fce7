"""Works that go on under a permit, and today's commitments, within the caller's area and the filters of the map."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select
from sqlalchemy.orm import Session

from services.gateway.domain.counting import AREA_DIGITS, Place
from services.gateway.domain.divisions import Divisions
from services.gateway.domain.works import SHOWN, Spot, first_known
from services.gateway.queries.questions import Question, rows_asked_for, rows_in_scope
from services.gateway.tables import commitment_mark, enterprise_view, live_work
from shared.database.bulk import among
from shared.security.principal import Principal

MOST_ON_THE_MAP = 2_000
Document = dict[str, Any]
view, work, mark = enterprise_view.c, live_work.c, commitment_mark.c
_OF_WORK = ("permit_id", "enterprise_id", "kind", "level", "number", "state", "starts_at", "ends_at")
_COLUMNS = (
    *(work[name] for name in (*_OF_WORK, "longitude", "latitude", "accuracy_m")),
    *(view[name] for name in ("name", "division", "subdistrict", "grid")),
    view.kind.label("place_kind"),
    view.longitude.label("own_longitude"),
    view.latitude.label("own_latitude"),
)
_JOINED = live_work.join(enterprise_view, view.id == work.enterprise_id)
MARKS: Mapping[str, ColumnElement[bool]] = {  # as permits counts them on its board of the day
    "made": and_(mark.made > 0, ~mark.is_late),
    "late": mark.is_late,
    "missed": mark.is_missed,
    "disputed": mark.disputed > mark.made,
}


def works(principal: Principal, *, question: Question, state: str = "", kind: str = "") -> Select[Any]:
    """Return the statement that reads the works of the area that ``question`` describes."""
    wanted = [column == value for column, value in ((work.state, state), (work.kind, kind)) if value]
    where = (work.is_shown, rows_in_scope(principal), rows_asked_for(question), *wanted)
    return select(*_COLUMNS).select_from(_JOINED).where(*where)


def work_counts(session: Session, principal: Principal, *, question: Question) -> dict[str, int]:
    """Return how many works of the area stand in each state that is shown."""
    key = (work.state, func.count())
    counted = works(principal, question=question).with_only_columns(*key, maintain_column_froms=True)
    found: dict[str, int] = {row[0]: row[1] for row in session.execute(counted.group_by(work.state))}
    return {state: found.get(state, 0) for state in SHOWN}


def works_on_the_map(
    session: Session, principal: Principal, *, question: Question, divisions: Divisions
) -> tuple[list[Document], dict[str, int]]:
    """Return up to 2,000 works, those that end first before the others, and the counts of all of them by state."""
    wanted = works(principal, question=question).order_by(work.ends_at, work.permit_id).limit(MOST_ON_THE_MAP)
    rows = session.execute(wanted).all()
    return [work_item(row, divisions) for row in rows], work_counts(session, principal, question=question)


def work_item(row: Row[Any], divisions: Divisions) -> Document:
    """Return a work with the closest place that is known of it."""
    own = Spot(row.longitude, row.latitude, row.accuracy_m, "work")
    is_point = row.place_kind == Place.POINT
    enterprise = Spot(row.own_longitude, row.own_latitude, None, "enterprise") if is_point else Spot()
    area = divisions.get(row.division[:AREA_DIGITS])
    subdistrict = Spot(area.longitude, area.latitude, None, "subdistrict") if area else Spot()
    facts = {name: getattr(row, name) for name in (*_OF_WORK, "name", "subdistrict")}
    return facts | first_known(own, enterprise, subdistrict)._asdict()


def known_works(session: Session, permit_ids: Collection[str]) -> Sequence[tuple[Row[Any], Document]]:
    """Return works whose enterprise is known, each with what a page is told of it."""
    wanted = (
        select(*_COLUMNS)
        .select_from(_JOINED)
        .where(view.status == "active", among(session, work.permit_id, permit_ids))
    )
    return [(row, _as_told(work_item(row, {}))) for row in session.execute(wanted.order_by(work.permit_id))]


def _as_told(item: Document) -> Document:
    return item | {name: item[name].isoformat() for name in ("starts_at", "ends_at")}


def places_of(session: Session, enterprise_ids: Collection[str]) -> list[str]:
    """Return the subdistricts in which enterprises lie; "" when one lies in none."""
    wanted = select(view.subdistrict).distinct().where(among(session, view.id, enterprise_ids))
    return list(session.scalars(wanted.order_by(view.subdistrict)))


def commitments_of(session: Session, principal: Principal, *, question: Question, day: date) -> dict[str, int]:
    """Return how many commitments of ``day`` carry each mark, in the area and under the filters of the map."""
    joined = commitment_mark.join(enterprise_view, view.id == mark.enterprise_id)
    counts = [func.count().filter(condition).label(name) for name, condition in MARKS.items()]
    where = (mark.day == day, rows_in_scope(principal), rows_asked_for(question))
    return session.execute(select(*counts).select_from(joined).where(*where)).one()._asdict()
