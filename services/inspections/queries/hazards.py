"""Hazards within the caller's area: lists, one with its history, the board, and the tables they move by."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, Select, cast, func, select
from sqlalchemy.orm import Session

from services.inspections.domain.hazard_facts import Hazard
from services.inspections.domain.hazards import allowed_steps
from services.inspections.queries import in_state
from services.inspections.queries.enterprises import (
    SUBDISTRICT_DIGITS,
    in_places,
    of_area,
    sees_places,
    sees_subdistricts,
)
from services.inspections.rules import hazard_rules, major_hazards
from services.inspections.tables import enterprise, hazard, hazard_area_tally, hazard_tally
from shared.errors import NotFound
from shared.machines import Step
from shared.machines.telling import machine_table
from shared.security.principal import Principal

Document = dict[str, Any]


class HazardNotFound(NotFound):
    code = "hazard_not_found"


def hazards(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the hazards of the area; ``wanted`` filters by column, None by nothing.

    ``states`` names several, ``area`` is the beginning of a division.
    """
    joined = hazard.join(enterprise, enterprise.c.enterprise_id == hazard.c.enterprise_id)
    columns = (hazard, enterprise.c.name, enterprise.c.division)
    conditions = [_CONDITIONS.get(name, _same(name))(value) for name, value in wanted.items() if value is not None]
    return select(*columns).select_from(joined).where(of_area(principal, hazard), *conditions)


def _same(name: str) -> Callable[[Any], ColumnElement[bool]]:
    return lambda value: hazard.c[name] == value


_CONDITIONS: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
    "states": lambda states: hazard.c.state.in_(states),
    "area": lambda prefix: enterprise.c.division.startswith(prefix),
}


def visible_hazard(session: Session, principal: Principal, hazard_id: str) -> Row[Any]:
    """Return one hazard; raises ``HazardNotFound`` outside the area."""
    row = session.execute(hazards(principal, wanted={"id": hazard_id})).one_or_none()
    if row is None:
        raise HazardNotFound("There is no such hazard in your area.")
    return row


def hazard_view(row: Row[Any]) -> Document:
    """Return a hazard with the name of its state and the steps that may follow."""
    machine = hazard_rules().machine
    possible = [event for event in machine.possible(row.state) if event != "overdue"]
    return {**in_state(row, machine), "possible": possible}


def steps_allowed(row: Row[Any], *, asked: Step) -> list[str]:
    """Return the steps that who ``asked`` may take with the hazard in ``row``."""
    known = Hazard(**{name: getattr(row, name) for name in Hazard.__dataclass_fields__})
    allowed = allowed_steps(hazard_rules(), known, asked=asked)
    return [event for event in allowed if event != "overdue"]


def board(session: Session, principal: Principal, *, wanted: Mapping[str, Any]) -> Document:
    """Return how many of the ``wanted`` hazards stand in each state, and how many of them are overdue or major."""
    filters = {name: value for name, value in wanted.items() if value is not None}
    is_tallied = sees_places(principal) and "enterprise_id" not in filters
    counted = _tallied(principal, filters) if is_tallied else _counted(principal, filters)
    rows = session.execute(counted).all()
    states = hazard_rules().machine.states
    columns = [
        {
            "state": state.id,
            "zh": state.zh,
            "en": state.en,
            "is_open": state.is_open,
            "count": sum(number for name, _, _, number in rows if name == state.id),
        }
        for state in states.values()
        if state.id != "new"
    ]
    opened = [(level, is_overdue, number) for name, level, is_overdue, number in rows if states[name].is_open]
    return {
        "states": columns,
        "open": sum(number for _, _, number in opened),
        "open_major": sum(number for level, _, number in opened if level == "major"),
        "overdue": sum(number for _, is_overdue, number in opened if is_overdue),
    }


def _tallied(principal: Principal, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the counts by state, level and lateness as a tally keeps them: the cost is that of the places."""
    is_whole = sees_subdistricts(principal) and len(wanted.get("area", "")) <= SUBDISTRICT_DIGITS
    tally = hazard_area_tally if is_whole else hazard_tally
    columns = tally.c
    conditions = [
        columns.division.startswith(value) if name == "area" else columns[name] == value
        for name, value in wanted.items()
    ]
    key = (columns.state, columns.level, columns.is_overdue)
    summed = select(*key, cast(func.sum(columns.number), Integer))
    return summed.where(in_places(principal, tally), *conditions).group_by(*key)


def _counted(principal: Principal, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the same counts of the hazards themselves: for who sees single enterprises, which are few."""
    key = (hazard.c.state, hazard.c.level, hazard.c.is_overdue)
    return (
        hazards(principal, wanted=wanted)
        .with_only_columns(*key, func.count(), maintain_column_froms=True)
        .group_by(*key)
    )


def hazard_table() -> Document:
    """Return the way of a hazard as data."""
    return machine_table(hazard_rules().machine)


def official_items() -> Document:
    """Return the official list of major hazards with the label of each text."""
    listed = major_hazards()
    names = ("code", "group", "group_zh", "group_en", "zh", "label", "clause", "is_text_seen")
    return {
        "id": listed.id,
        "version": listed.version,
        "zh": listed.zh,
        "en": listed.en,
        "source": listed.source.document,
        "status": listed.source.status,
        "effective_from": listed.source.effective_from,
        "items": [{name: getattr(item, name) for name in names} for item in listed.items.values()],
    }
