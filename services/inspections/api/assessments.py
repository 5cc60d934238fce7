"""inspections/assessments: the ranking of a month, the rows behind each figure, the base table, editions, the year."""

from typing import Any

from flask import Response

from services.inspections.domain.assessments import month_of
from services.inspections.queries import assessments as reading
from services.inspections.queries.objections import undecided
from services.inspections.schemas.assessments import (
    Assessed,
    AssessedYear,
    BaseTable,
    Changed,
    CountedList,
    CountedQuery,
    EditionQuery,
    MonthQuery,
    SupervisedList,
    SupervisedQuery,
    YearQuery,
)
from shared.clock import business_date
from shared.database import Session
from shared.http import Blueprint, now, page, paging_of, principal, reads
from shared.sheets import csv_lines

CSV = "text/csv"
BINARY = {"type": "string", "format": "binary"}

blp = Blueprint("assessments", __name__, url_prefix="/api/v1/inspections", description="Monthly assessment")


@blp.route("/assessments", methods=["GET"])
@reads("ranking:read")
@blp.arguments(YearQuery, location="query")
@blp.response(200, AssessedYear)
def show_year(session: Session, query: dict[str, Any]) -> Any:
    """The months of a year, and what the published ones come to for each subdistrict."""
    return reading.year_view(session, principal(), query.get("year", business_date(now()).year))


@blp.route("/assessments/rows", methods=["GET"])
@reads("ranking:read")
@blp.arguments(CountedQuery, location="query")
@blp.response(200, CountedList)
def list_rows(session: Session, query: dict[str, Any]) -> Any:
    """The tasks, hazards and checks that a figure of the own area counts."""
    paging = paging_of(query)
    one = _month(session, query)
    wanted = reading.counted_rows(principal(), one, wanted=_wanted(query))
    rows, next_cursor = page(session, wanted, key=[wanted.selected_columns[name] for name in one.row_key], **paging)
    return {"items": rows, "next_cursor": next_cursor}


@blp.route("/assessments/enterprises", methods=["GET"])
@reads("ranking:read")
@blp.arguments(SupervisedQuery, location="query")
@blp.response(200, SupervisedList)
def list_enterprises(session: Session, query: dict[str, Any]) -> Any:
    """The supervised enterprises of the own area that a month is about."""
    paging = paging_of(query)
    one = _month(session, query)
    wanted = reading.supervised(principal(), one, wanted=_wanted(query))
    rows, next_cursor = page(session, wanted, key=[wanted.selected_columns.enterprise_id], **paging)
    return {"items": rows, "next_cursor": next_cursor}


@blp.route("/assessments/base", methods=["GET"])
@reads("ranking:read")
@blp.arguments(MonthQuery, location="query")
@blp.response(200, BaseTable)
def show_base(session: Session, query: dict[str, Any]) -> Any:
    """The base table: supervised enterprises by subdistrict, industry and level, with what is due there."""
    one = _month(session, query)
    return {"month": one.month, "version": one.version, "items": reading.base_table(session, principal(), one)}


@blp.route("/assessments/base.csv", methods=["GET"])
@reads("ranking:read")
@blp.arguments(MonthQuery, location="query")
@blp.response(200, BINARY, content_type=CSV)
def export_base(session: Session, query: dict[str, Any]) -> Any:
    """The base table as a file."""
    one = _month(session, query)
    names = [indicator.id for indicator in one.rules.indicators]
    head = ("unit", "industry", "level", "enterprises")
    rows = [
        [*(str(cell[name]) for name in head), *(str(cell["planned"].get(name, 0)) for name in names)]
        for cell in reading.base_table(session, principal(), one)
    ]
    given = {"Content-Disposition": f"attachment; filename=base-{one.month}.csv"}
    return Response("".join(csv_lines([*head, *names], rows)), mimetype=CSV, headers=given)


@blp.route("/assessments/<string:month>", methods=["GET"])
@reads("ranking:read")
@blp.arguments(EditionQuery, location="query")
@blp.response(200, Assessed)
def show_month(session: Session, query: dict[str, Any], month: str) -> Any:
    """The ranking with its formula; before it is published only the own area's subdistricts are shown."""
    one = reading.month_at(session, month, version=query.get("version"))
    return {**reading.month_view(session, principal(), one), "undecided": undecided(session, month)}


@blp.route("/assessments/<string:month>/changes", methods=["GET"])
@reads("ranking:read")
@blp.arguments(EditionQuery, location="query")
@blp.response(200, Changed)
def show_changes(session: Session, query: dict[str, Any], month: str) -> Any:
    """What an edition changed against the one before it."""
    one = reading.month_at(session, month, version=query.get("version"))
    return reading.changes_of(session, principal(), one)


def _month(session: Session, query: dict[str, Any]) -> reading.Month:
    """Take month and edition out of a query."""
    month = query.pop("month", None) or month_of(business_date(now()))
    return reading.month_at(session, month, version=query.pop("version", None))


def _wanted(query: dict[str, Any]) -> dict[str, Any]:
    """Return the filters; ``-`` is how an address names no industry."""
    return {name: "" if value == "-" else value for name, value in query.items()}
