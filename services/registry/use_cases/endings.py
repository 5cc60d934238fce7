"""Deregistration and its undoing: the one change of state that ends everything an enterprise has running."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services.registry.domain.endings import ACTIVE, DEREGISTERED, Ending, check_ending, check_return
from services.registry.domain.enterprise import known
from services.registry.queries.divisions import rules_in_force
from services.registry.use_cases.recording import Change, changed_row, record
from shared.clock import business_date


def deregister_enterprise(
    session: Session, current: Mapping[str, Any], ending: Ending, *, actor: str, now: datetime
) -> dict[str, Any]:
    """Take the enterprise of the locked row `current` off the register and return the row as it is now.

    Its supervision, obligations and contracts end. Raises `AlreadyEnded`, `EndingMalformed`.
    """
    check_ending(ending, status=current["status"], today=business_date(now))
    row = _with_status(session, current, DEREGISTERED, now=now)
    change = Change(current, row, grounds=ending.grounds)
    record(session, [change], actor=actor, reason="deregistered", now=now)
    return row


def register_again(
    session: Session, current: Mapping[str, Any], *, reason: str, actor: str, now: datetime
) -> dict[str, Any]:
    """Put a deregistered enterprise back and return its row; somebody has to look at it before it owes anything.

    Raises `NotEnded`.
    """
    check_return(status=current["status"])
    row = _with_status(session, current, ACTIVE, now=now) | {"supervision": "unverified"}
    change = Change(current, row, grounds={"return_reason": reason})
    record(session, [change], actor=actor, reason="registered_again", now=now)
    return row


def _with_status(session: Session, current: Mapping[str, Any], status: str, *, now: datetime) -> dict[str, Any]:
    facts = known(current, {"status": status}, origin="person", rules=rules_in_force(session))
    return changed_row(current, facts, digest=current["source_digest"], now=now)
