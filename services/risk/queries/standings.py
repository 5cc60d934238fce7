"""What is stored about enterprises, and the grade that follows. Equal standings are computed once."""

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Row, Select, Text, and_, cast, not_, select
from sqlalchemy.orm import Session

from services.risk.domain.dynamics import Adjustments, improved_level, rescored
from services.risk.domain.facts import Known, Origin, merged, seen_in
from services.risk.domain.grading import Standing, grade
from services.risk.domain.levels import Level
from services.risk.domain.policy import Rulebook
from services.risk.domain.results import GREY_RESULT, GradeResult, adjusted, result_of
from services.risk.rules import dynamic_rules
from services.risk.tables import enterprise, fact_sheet, grade_history, merged_enterprise
from services.risk.tables import grade as grade_table
from shared.database.bulk import among
from shared.security.principal import Principal
from shared.security.scope import EnterpriseNotFound, in_scope

StoredFacts = Mapping[str, Mapping[str, Any]]  # fact -> {"value", "origin", "words"}


class Compared(NamedTuple):
    """The grade of an enterprise before (None: not graded yet) and after a change of the rules."""

    enterprise_id: str
    division: str
    before: GradeResult | None
    after: GradeResult


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

GRADED = tuple(one.name for one in fields(GradeResult))
FIRST_OF_GRADE = -len(GRADED)
NOBODY = str(UUID(int=0))  # less than every id

LEAN = select(
    enterprise.c.enterprise_id,
    enterprise.c.division,
    cast(enterprise.c.features, Text).label("told"),
    enterprise.c.industry,
    enterprise.c.headcount,
    and_(
        enterprise.c.is_active,
        not_(enterprise.c.is_assessed),
        enterprise.c.adjustments.is_(None),
        enterprise.c.confirmed.is_(None),
        fact_sheet.c.enterprise_id.is_(None),
    ).label("is_plain"),
    grade_table.c.sequence.label("grade_sequence"),
    *(cast(grade_table.c[name], Text) if name == "reasons" else grade_table.c[name] for name in GRADED),
)


def standings(session: Session, enterprise_ids: Sequence[str]) -> Sequence[Row[Any]]:
    """Return, in the order of ids, all that grading looks at and the present grade of these enterprises."""
    wanted = STANDINGS.where(among(session, enterprise.c.enterprise_id, enterprise_ids))
    return session.execute(wanted.order_by(enterprise.c.enterprise_id)).all()


def compared_after(session: Session, book: Rulebook, after: str | None, *, limit: int) -> list[Compared]:
    """Return, in the order of ids, the enterprises after ``after`` with their grade now and that under ``book``.

    Reads as little as it can: what the register says stays text, and only the few enterprises of which more is known
    are read in full.
    """
    rows = session.execute(_lean(after or NOBODY).limit(limit)).all()
    special = [row.enterprise_id for row in rows if not row.is_plain]
    results = {row.enterprise_id: graded_result(book, row) for row in standings(session, special)}
    return [
        Compared(
            row.enterprise_id,
            row.division,
            None if row.grade_sequence is None else _told_grade(*row[FIRST_OF_GRADE:]),
            results.get(row.enterprise_id)
            or _result_by_text(book, row.told, row.industry, _headcount_step(book, row.headcount)),
        )
        for row in rows
    ]


def _lean(after: str) -> Select[Any]:
    """Each joined table starts after the same id: PostgreSQL would otherwise read it from its beginning every time."""
    sheets, grades = fact_sheet.c.enterprise_id, grade_table.c.enterprise_id
    return (
        LEAN.outerjoin_from(enterprise, fact_sheet, and_(sheets == enterprise.c.enterprise_id, sheets > after))
        .outerjoin(grade_table, and_(grades == enterprise.c.enterprise_id, grades > after))
        .where(enterprise.c.enterprise_id > after)
        .order_by(enterprise.c.enterprise_id)
    )


def visible_standing(session: Session, principal: Principal, *, enterprise_id: str) -> Row[Any]:
    """Return an enterprise's stored standing; raises ``EnterpriseNotFound`` outside the principal's jurisdiction."""
    wanted = STANDINGS.where(enterprise.c.enterprise_id == enterprise_id, in_area(principal))
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise EnterpriseNotFound("No such enterprise in your area.", enterprise_id=enterprise_id)
    return row


def present_ids(session: Session, enterprise_ids: Collection[str]) -> dict[str, str]:
    """Return for each id the one under which the enterprise lives now: its own unless it was merged into another."""
    columns = merged_enterprise.c
    wanted = select(columns.merged_id, columns.kept_id).where(among(session, columns.merged_id, list(enterprise_ids)))
    moved = {row.merged_id: row.kept_id for row in session.execute(wanted)}
    return {one: moved.get(one, one) for one in enterprise_ids}


def in_area(principal: Principal) -> ColumnElement[bool]:
    """Return the condition under which a row of ``enterprise`` lies in the principal's jurisdiction."""
    columns = enterprise.c
    return in_scope(principal, division=columns.division, grid=columns.grid, enterprise_id=columns.enterprise_id)


def standing_of(book: Rulebook, row: Row[Any]) -> Standing:
    """Return all that grading looks at for a stored standing: declared facts over what the register suggests."""
    by = Adjustments.of(row.adjustments)
    sheet = merged(declared_facts(book, row), suggested_facts(book, row))
    return Standing(rescored(sheet) if by.is_rescored else sheet, row.is_assessed, by.risk_points)


def suggested_facts(book: Rulebook, row: Row[Any]) -> dict[str, Known]:
    """Return what the register tells about an enterprise's facts."""
    return book.inference.sheet(
        features=row.features, industry=row.industry, headcount=row.headcount, confirmed=row.confirmed or {}
    )


def declared_facts(book: Rulebook, row: Row[Any]) -> dict[str, Known]:
    """Return the declared facts of an enterprise, without those that a person has told the register otherwise since."""
    told = suggested_facts(book, row) if row.facts else {}
    held = known_facts(row.facts or {})
    return {fact: known for fact, known in held.items() if fact not in told or not told[fact].is_later(known)}


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


def sheets_after(session: Session, after: str | None, *, limit: int) -> Sequence[Row[Any]]:
    """Return up to ``limit`` present fact sheets with an enterprise id greater than ``after``, in that order."""
    statement = select(fact_sheet).order_by(fact_sheet.c.enterprise_id).limit(limit)
    if after is not None:
        statement = statement.where(fact_sheet.c.enterprise_id > after)
    return session.execute(statement).all()


DISTINCT_ROWS_REMEMBERED = 65_536

Feature = tuple[str, str, str]  # name, value, origin
CardResult = tuple[GradeResult, Level | None]


def graded_result(book: Rulebook, row: Row[Any]) -> GradeResult:
    """Return the grade of a stored standing: its card, then dynamic rules, override and risk points."""
    return final_result(row, card_result(book, row))


def final_result(row: Row[Any], by_card: CardResult) -> GradeResult:
    """Return what dynamic rules and override make of the result by card."""
    result, improved = by_card
    if not row.is_active or (row.adjustments is None and improved is None):
        return result
    return adjusted(result, Adjustments.of(row.adjustments), improved=improved)


def card_result(book: Rulebook, row: Row[Any]) -> CardResult:
    """Return the result by card and risk points alone, and the level that DY-12 makes of it if it is earned."""
    if not row.is_active:
        return GREY_RESULT, None
    if row.facts or row.is_assessed or row.adjustments or row.confirmed:
        standing = standing_of(book, row)
        graded = grade(book, standing)
        by = Adjustments.of(row.adjustments)
        return result_of(graded), improved_level(dynamic_rules(), graded, standing=standing, by=by)
    features = frozenset((name, one["value"], one["origin"]) for name, one in row.features.items())
    return _result_by_row(book, features, row.industry, _headcount_step(book, row.headcount)), None


@lru_cache(maxsize=DISTINCT_ROWS_REMEMBERED)
def _result_by_row(book: Rulebook, features: frozenset[Feature], industry: str, headcount: int | None) -> GradeResult:
    return _result_by_kind(book, features, book.inference.known_prefix(industry), headcount)


@lru_cache(maxsize=DISTINCT_ROWS_REMEMBERED)
def _result_by_kind(book: Rulebook, features: frozenset[Feature], industry: str, headcount: int | None) -> GradeResult:
    stated = {name: {"value": value, "origin": origin} for name, value, origin in features}
    sheet = book.inference.sheet(features=stated, industry=industry, headcount=headcount)
    return result_of(grade(book, Standing(sheet)))


@lru_cache(maxsize=DISTINCT_ROWS_REMEMBERED)
def _result_by_text(book: Rulebook, told: str, industry: str, headcount: int | None) -> GradeResult:
    features = frozenset((name, one["value"], one["origin"]) for name, one in orjson.loads(told).items())
    return _result_by_row(book, features, industry, headcount)


@lru_cache(maxsize=DISTINCT_ROWS_REMEMBERED)
def _told_grade(*columns: Any) -> GradeResult:
    return GradeResult(*(*columns[:-1], tuple(orjson.loads(columns[-1]))))


def _headcount_step(book: Rulebook, headcount: int | None) -> int | None:
    """Return the largest number of workers, not above ``headcount``, at which a card changes."""
    steps = book.headcount_steps
    return None if headcount is None else steps[max(bisect_right(steps, headcount) - 1, 0)]
