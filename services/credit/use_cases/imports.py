"""Take in a register of accidents or penalties, row by row: what is wrong with one row stops no other."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.credit.domain.accidents import Accident
from services.credit.domain.imports import RowError, row_error
from services.credit.domain.penalties import NATURAL, Decision
from services.credit.queries.enterprises import in_area, present_id
from services.credit.tables import enterprise
from services.credit.use_cases.accidents import AccidentKnown, record_accident
from services.credit.use_cases.penalties import PenaltyKnown, record_penalty
from shared.errors import NotFound, SiseError
from shared.machines import Step
from shared.security.principal import Principal

KNOWN = (AccidentKnown, PenaltyKnown)
Rows = Sequence[tuple[int, Mapping[str, Any]]]


class EnterpriseUnknown(NotFound):
    code = "enterprise_unknown"


@dataclass
class Taken:
    """What became of the rows of a file."""

    rows: int = 0
    accepted: int = 0
    known: int = 0
    errors: list[RowError] = field(default_factory=list)


class _OnlyTried(Exception):
    """Takes back what a trial has done."""


def take_in(session: Session, register: str, rows: Rows, *, caller: Principal, step: Step, is_trial: bool) -> Taken:
    """Record each row (its number and what its cells mean) of ``register``; a trial does it too, and takes it back.

    What is recorded already is counted, not recorded again.
    """
    taken = Taken()
    with suppress(_OnlyTried), session.begin_nested():
        for number, document in rows:
            try:
                _take_row(session, register, document, caller=caller, step=step)
                taken.accepted += 1
            except KNOWN:
                taken.known += 1
            except SiseError as problem:
                taken.errors.append(_error(number, document, problem))
        if is_trial:
            raise _OnlyTried
    return taken


def _error(number: int, document: Mapping[str, Any], problem: SiseError) -> RowError:
    name = str(problem.facts.get("field", ""))
    return row_error(number, name, value=str(document.get(name, "")), code=problem.code, detail=problem.detail)


def _take_row(session: Session, register: str, document: Mapping[str, Any], *, caller: Principal, step: Step) -> None:
    facts = {name: value for name, value in document.items() if name not in ("uscc", "subject_name")}
    if document.get("subject_kind") == NATURAL:
        facts["person"] = document.get("subject_name", "")
    facts["enterprise_id"] = _enterprise(session, document["uscc"], caller)
    _record[register](session, facts, step)


def _enterprise(session: Session, uscc: str, caller: Principal) -> str:
    columns = enterprise.c
    wanted = select(columns.enterprise_id).where(columns.uscc == uscc.upper(), in_area(caller))
    found = session.scalars(wanted.order_by(columns.is_active.desc(), columns.enterprise_id).limit(1)).one_or_none()
    if found is None:
        raise EnterpriseUnknown("No enterprise of your area has this code.", field="uscc")
    return present_id(session, str(found))


def _record_accident(session: Session, facts: Mapping[str, Any], step: Step) -> None:
    record_accident(session, Accident(**facts), by=step.by, now=step.now)


def _record_penalty(session: Session, facts: Mapping[str, Any], step: Step) -> None:
    record_penalty(session, Decision(**facts), step=step)


Take = Callable[[Session, Mapping[str, Any], Step], None]
_record: Mapping[str, Take] = {"accidents": _record_accident, "penalties": _record_penalty}
