"""The survey's list, its card and its progress."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from services.registry.domain.surveys import prefilled
from services.registry.queries.divisions import rules_in_force
from services.registry.queries.enterprises import enterprises_wanted
from services.registry.tables import enterprise, survey
from shared.security.principal import Principal

RANKED = (enterprise.c.survey_rank, enterprise.c.id)
_DONE = ("exists", "closed")  # one that moved within the district is looked for at its new place
_SURVEYS_SHOWN = 20


def to_survey(principal: Principal, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement of the enterprises of a filter that still are to be surveyed, or that were."""
    columns = enterprise.c
    statement = enterprises_wanted(principal, {**wanted, "status": "active"})
    is_done = columns.survey_outcome.in_(_DONE)
    if wanted["state"] == "done":
        return statement.where(is_done)
    return statement.where(~is_done, columns.placement != "other_county", columns.supervision != "transferred")


def survey_card(session: Session, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a surveyor needs at the gate: what is known, the questions filled in, and earlier surveys."""
    return {
        "enterprise_id": row["id"],
        "name": row["name"],
        "address": row["address"],
        "headcount": row["headcount"],
        "longitude": row["longitude"],
        "latitude": row["latitude"],
        "location_precision": row["location_precision"],
        "has_contact": bool(row["contact_phone"]),
        "survey_outcome": row["survey_outcome"],
        "surveyed_at": row["surveyed_at"],
        "questions": prefilled(row["features"]),
        "surveys": surveys_of(session, row["id"]),
    }


def surveys_of(session: Session, enterprise_id: str) -> list[dict[str, Any]]:
    """Return the surveys of an enterprise, the newest first."""
    statement = select(survey).where(survey.c.enterprise_id == enterprise_id)
    newest = statement.order_by(survey.c.surveyed_at.desc(), survey.c.id).limit(_SURVEYS_SHOWN)
    return [dict(row) for row in session.execute(newest).mappings()]


def survey_progress(session: Session, principal: Principal) -> dict[str, Any]:
    """Return how many active enterprises there are in one's area and how many were surveyed, by subdistrict."""
    columns = enterprise.c
    outcome = columns.survey_outcome
    counts = [func.count(case((outcome == name, 1))).label(name) for name in ("exists", "moved", "closed")]
    wanted = enterprises_wanted(principal, {"status": "active"})
    statement = wanted.with_only_columns(columns.subdistrict, func.count().label("enterprises"), *counts)
    names = {code: one.name for code, one in rules_in_force(session).gazetteer.divisions.items()}
    rows = []
    for row in session.execute(statement.group_by(columns.subdistrict).order_by(columns.subdistrict)).mappings():
        shown = {**row, "surveyed": row["exists"] + row["closed"]}
        rows.append({**shown, "division": row["subdistrict"], "name": names.get(row["subdistrict"], "")})
    return {
        "enterprises": sum(row["enterprises"] for row in rows),
        "surveyed": sum(row["surveyed"] for row in rows),
        "subdistricts": rows,
    }
