"""What is stored about enterprises, as grading and the API need it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.orm import Session

from services.risk.domain.dynamics import Adjustments, rescored
from services.risk.domain.facts import Known, Origin, merged, seen_in
from services.risk.domain.grading import Standing
from services.risk.domain.policy import Rulebook
from services.risk.tables import enterprise, fact_sheet, grade_history
from services.risk.tables import grade as grade_table
from shared.database.bulk import among
from shared.security.principal import Principal
from shared.security.scope import EnterpriseNotFound, in_scope

StoredFacts = Mapping[str, Mapping[str, Any]]  # fact -> {"value", "origin", "words"}


STANDINGS = (
    select(
        enterprise,
        fact_sheet.c.version.label("fact_version"),
        fact_sheet.c.facts,
        grade_table.c.sequence.label("grade_sequence"),
        *(column for column in grade_table.c if column.name not in ("enterprise_id", "sequence")),
    )
    .outerjoin(fact_sheet, fact_sheet.c.enterprise_id == enterprise.c.enterprise_id)
    .outerjoin(grade_table, grade_table.c.enterprise_id == enterprise.c.enterprise_id)
)


def standings(session: Session, enterprise_ids: Sequence[str]) -> Sequence[Row[Any]]:
    """Return, in the order of ids, all that grading looks at and the present grade of these enterprises."""
    wanted = STANDINGS.where(among(session, enterprise.c.enterprise_id, enterprise_ids))
    return session.execute(wanted.order_by(enterprise.c.enterprise_id)).all()


def visible_standing(session: Session, principal: Principal, *, enterprise_id: str) -> Row[Any]:
    """Return an enterprise's stored standing; raises ``EnterpriseNotFound`` outside the principal's jurisdiction."""
    wanted = STANDINGS.where(enterprise.c.enterprise_id == enterprise_id, in_area(principal))
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise EnterpriseNotFound("No such enterprise in your area.", enterprise_id=enterprise_id)
    return row


def in_area(principal: Principal) -> ColumnElement[bool]:
    """Return the condition under which a row of ``enterprise`` lies in the principal's jurisdiction."""
    columns = enterprise.c
    return in_scope(principal, division=columns.division, grid=columns.grid, enterprise_id=columns.enterprise_id)


def standing_of(book: Rulebook, row: Row[Any]) -> Standing:
    """Return all that grading looks at for a stored standing: declared facts over what the register suggests."""
    by = Adjustments.of(row.adjustments)
    sheet = merged(known_facts(row.facts or {}), suggested_facts(book, row))
    return Standing(rescored(sheet) if by.is_rescored else sheet, row.is_assessed, by.risk_points)


def suggested_facts(book: Rulebook, row: Row[Any]) -> dict[str, Known]:
    """Return what the register tells about an enterprise's facts."""
    return book.inference.sheet(features=row.features, industry=row.industry, headcount=row.headcount)


def known_facts(stored: StoredFacts) -> dict[str, Known]:
    """Return stored facts as the domain knows them."""
    return {
        fact: Known(one["value"], Origin(one["origin"]), tuple(one.get("words", ())), seen_in(one))
        for fact, one in stored.items()
    }


def grade_versions(enterprise_id: str) -> Select[Any]:
    """Return the statement that reads every grade that an enterprise has had."""
    return select(grade_history).where(grade_history.c.enterprise_id == enterprise_id)


def grades_after(session: Session, after: str | None, *, limit: int) -> Sequence[Row[Any]]:
    """Return up to ``limit`` present grades with an enterprise id greater than ``after``, in that order."""
    statement = select(grade_table).order_by(grade_table.c.enterprise_id).limit(limit)
    if after is not None:
        statement = statement.where(grade_table.c.enterprise_id > after)
    return session.execute(statement).all()
