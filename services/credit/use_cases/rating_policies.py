"""Draft a policy of the credit grade, let somebody else adopt it from a day on, drop or withdraw it; none is edited."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session

from services.credit.domain.rating_policies import (
    ADOPTED,
    DRAFT,
    DROPPED,
    WITHDRAWN,
    Adoption,
    Draft,
    DraftExists,
    Numbers,
    check_adoption,
    check_draft,
    check_withdrawal,
    merged,
    numbers_of,
    with_numbers,
)
from services.credit.domain.ratings import policy_on
from services.credit.queries.rating_policies import policies, policy_today
from services.credit.rules.ratings import rating_policies
from services.credit.tables import rating_policy
from services.credit.use_cases.ratings import POLICIES
from shared.clock import business_date
from shared.database.bulk import inserts_rows
from shared.ids import new_id
from shared.work.timers import schedule


def draft_policy(session: Session, changes: Numbers, *, by: str, now: datetime) -> str:
    """Begin a draft from the policy in force with some other numbers, and return its id.

    Raises ``DraftExists``, ``PolicyUnsuitable``, ``PolicyLocked``.
    """
    columns, today = rating_policy.c, business_date(now)
    official = policy_on(rating_policies(), today)
    numbers = merged(numbers_of(policy_today(session, today)), changes)
    with_numbers(official, numbers)  # what could not be followed is never stored
    number = (session.scalar(select(func.count()).select_from(rating_policy)) or 0) + 1
    policy_id, texts = new_id(), ("document", "reason", "adopted_by", "ended_by", "ended_because")
    named = {"id": policy_id, "version": f"{official.version}.{number}", "official": official.version}
    begun = {"state": DRAFT, "revision": 1, "numbers": numbers, "written_by": [by], "drafted_at": now}
    row = {**named, **begun, "tried_revision": 0, **dict.fromkeys(texts, "")}
    is_there = session.scalar(select(columns.id).where(columns.state == DRAFT))
    if is_there or not inserts_rows(session, rating_policy, [row]):  # its version is somebody else's meanwhile
        raise DraftExists("There is a draft already: go on with it or drop it first.")
    return policy_id


def amend_policy(session: Session, row: Row[Any], changes: Numbers, *, by: str) -> None:
    """Change numbers of the draft in ``row``; raises ``NotADraft``, ``PolicyUnsuitable``, ``PolicyLocked``."""
    check_draft(_draft_of(row))
    numbers = merged(row.numbers, changes)
    with_numbers(next(one for one in rating_policies() if one.version == row.official), numbers)
    written_by = sorted({*row.written_by, by})
    _change(session, row, numbers=numbers, written_by=written_by, revision=row.revision + 1)


def note_trial(session: Session, row: Row[Any]) -> None:
    """Note that the draft in ``row`` was tried out as it is; raises ``NotADraft``."""
    check_draft(_draft_of(row))
    _change(session, row, tried_revision=row.revision)


def adopt_policy(session: Session, row: Row[Any], adoption: Adoption, *, by: str, now: datetime) -> None:
    """Let the draft in ``row`` hold for everybody from its first day on; who has a grade is then rated anew.

    Raises ``NotADraft``, ``NotTriedOut``, ``DayTaken``, ``NotAllowed`` for who wrote it and for a day in the past.
    """
    today = business_date(now)
    taken = {one.effective_from for one in policies(session)}
    check_adoption(_draft_of(row), adoption, by=by, today=today, taken=taken)
    said = {"effective_from": adoption.first_day, "document": adoption.document, "reason": adoption.reason}
    _change(session, row, state=ADOPTED, revision=row.revision + 1, adopted_by=by, adopted_at=now, **said)
    if adoption.first_day == today:
        schedule(session, POLICIES, "", due_at=now)


def drop_policy(session: Session, row: Row[Any], *, reason: str, by: str, now: datetime) -> None:
    """Give the draft in ``row`` up; raises ``NotADraft``."""
    check_draft(_draft_of(row))
    _change(session, row, state=DROPPED, revision=row.revision + 1, ended_by=by, ended_at=now, ended_because=reason)


def withdraw_policy(session: Session, row: Row[Any], *, reason: str, by: str, now: datetime) -> None:
    """Take an adopted policy back before its first day; raises ``NotADraft``, ``PolicyHasBegun``."""
    check_withdrawal(row.state, row.effective_from, today=business_date(now))
    _change(session, row, state=WITHDRAWN, revision=row.revision + 1, ended_by=by, ended_at=now, ended_because=reason)


def _draft_of(row: Row[Any]) -> Draft:
    return Draft(row.state, row.written_by, row.revision, row.tried_revision)


def _change(session: Session, row: Row[Any], **values: Any) -> None:
    session.execute(update(rating_policy).where(rating_policy.c.id == row.id).values(**values))
