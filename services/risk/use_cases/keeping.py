"""What is kept beside the grade: who watches over it, reports, the information code; and what a merge does to it."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from services.risk.queries import known_facts, occurrences_of, present_ids
from services.risk.tables import (
    assessment,
    enterprise,
    fact_sheet,
    information_code,
    merged_enterprise,
    occurrence,
    override,
    risk_point,
    risk_report,
    supervision,
)
from services.risk.use_cases.adjusting import SEEN_BY_GRADING, lock_enterprises, merge_occurrences
from services.risk.use_cases.assessing import CONFIRMED, LAPSED, OPEN, REASSESSMENT, regrade_points
from services.risk.use_cases.grading import write_sheet
from shared.contracts.registry import EnterprisesMerged
from shared.contracts.risk import InformationCodeIssued, InformationCodeRevoked
from shared.database.bulk import upsert_rows
from shared.errors import Conflict, NotYet
from shared.events.outbox import publish
from shared.ids import new_id
from shared.work.timers import cancel, schedule

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # 31 characters that nobody mixes up
TOKEN_LENGTH = 16


class NoCode(Conflict):
    code = "no_code"


def name_supervisors(
    session: Session, *, enterprise_id: str, officer: str, subdistrict_person: str, by: str, now: datetime
) -> None:
    """Note who watches over an enterprise of level 1 or 2, for the bureau and for the subdistrict."""
    row = {
        "enterprise_id": enterprise_id,
        "officer": officer,
        "subdistrict_person": subdistrict_person,
        "named_by": by,
        "named_at": now,
    }
    upsert_rows(session, supervision, [row], key=["enterprise_id"])


def file_report(session: Session, report: dict[str, Any], *, by: str, now: datetime) -> str:
    """Keep a risk report (``periodic``, or ``event`` about a new level-1 point) and return its id."""
    report_id = new_id()
    session.execute(insert(risk_report).values(id=report_id, reported_by=by, reported_at=now, **report))
    return report_id


def issue_code(session: Session, *, enterprise_id: str, by: str, now: datetime) -> str:
    """Give an enterprise a new random token, which replaces the one before, and return the code's id."""
    lock_enterprises(session, [enterprise_id])
    _revoke(session, enterprise_id, reason="reissued", by=by, now=now)
    code_id = new_id()
    session.execute(
        insert(information_code).values(
            id=code_id, enterprise_id=enterprise_id, token=new_token(), issued_by=by, issued_at=now
        )
    )
    publish(session, InformationCodeIssued(code_id=code_id, enterprise_id=enterprise_id), sequence=1, at=now)
    return code_id


def revoke_code(session: Session, *, enterprise_id: str, reason: str, by: str, now: datetime) -> None:
    """Let the printed code of an enterprise show nothing any more; raises ``NoCode``."""
    lock_enterprises(session, [enterprise_id])
    if not _revoke(session, enterprise_id, reason=reason, by=by, now=now):
        raise NoCode("This enterprise has no code that could be revoked.")


def new_token() -> str:
    """Return a random token with a check character; it says nothing about the enterprise."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(TOKEN_LENGTH))
    return body + check_character(body)


def check_character(body: str) -> str:
    """Return the character that makes the weighted sum of a token divisible by 31."""
    weighted = sum(ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(body))
    return ALPHABET[-weighted * pow(pow(3, len(body), 31), -1, 31) % 31]


def _revoke(session: Session, enterprise_id: str, *, reason: str, by: str, now: datetime) -> bool:
    columns = information_code.c
    active = (columns.enterprise_id == enterprise_id, columns.revoked_at.is_(None))
    code_ids = list(session.scalars(select(columns.id).where(*active).order_by(columns.id)))
    changes = {"revoked_by": by, "revoked_at": now, "revoked_reason": reason}
    session.execute(update(information_code).where(columns.id.in_(code_ids)).values(**changes))
    for code_id in code_ids:
        publish(session, InformationCodeRevoked(code_id=code_id, enterprise_id=enterprise_id), sequence=2, at=now)
    return bool(code_ids)


def follow_merges(session: Session, merges: Sequence[EnterprisesMerged], *, now: datetime) -> None:
    """Let what hangs on merged entries hang on the one that stays, and grade both.

    Later events about a merged entry are taken as being about the other one. Raises ``NotYet`` when the one that
    stays has not arrived.
    """
    for one in merges:
        kept_id = present_ids(session, [one.enterprise_id])[one.enterprise_id]
        there = lock_enterprises(session, [kept_id, *one.merged_ids])
        if kept_id not in there:
            raise NotYet(f"enterprise:{kept_id}")
        for merged_id in sorted(one.merged_ids):
            _follow(session, merged_id, kept_id, now=now)
        regrade_points(session, kept_id, now=now)
        for merged_id in sorted(there - {kept_id}):
            regrade_points(session, merged_id, now=now)


def _follow(session: Session, merged_id: str, kept_id: str, *, now: datetime) -> None:
    upsert_rows(session, merged_enterprise, [{"merged_id": merged_id, "kept_id": kept_id}], key=["merged_id"])
    chained = update(merged_enterprise).where(merged_enterprise.c.kept_id == merged_id)
    session.execute(chained.values(kept_id=kept_id))
    _move_occurrences(session, merged_id, kept_id)
    _move_facts(session, merged_id, kept_id, now=now)
    _move_assessments(session, merged_id, kept_id)
    for table in (override, risk_point, risk_report, information_code):
        session.execute(update(table).where(table.c.enterprise_id == merged_id).values(enterprise_id=kept_id))
    watched = select(supervision.c.enterprise_id).where(supervision.c.enterprise_id == kept_id)
    if session.scalar(watched) is None:
        watch = update(supervision).where(supervision.c.enterprise_id == merged_id)
        session.execute(watch.values(enterprise_id=kept_id))
    session.execute(delete(supervision).where(supervision.c.enterprise_id == merged_id))


def _move_occurrences(session: Session, merged_id: str, kept_id: str) -> None:
    """Let causes go over; what grading sees by itself it will see at the one that stays."""
    held = occurrences_of(session, {merged_id}).get(merged_id, [])
    merge_occurrences(session, [(kept_id, one) for one in held if one.kind not in SEEN_BY_GRADING])
    session.execute(delete(occurrence).where(occurrence.c.enterprise_id == merged_id))


def _move_facts(session: Session, merged_id: str, kept_id: str, *, now: datetime) -> None:
    """Add the declared facts of the merged entry, of which a confirmed one outweighs one that is not."""
    wanted = select(fact_sheet).where(fact_sheet.c.enterprise_id.in_([merged_id, kept_id]))
    sheets = {row.enterprise_id: row for row in session.execute(wanted)}
    if merged_id not in sheets:
        return
    own = known_facts(sheets[kept_id].facts) if kept_id in sheets else {}
    added = {
        fact: known
        for fact, known in known_facts(sheets[merged_id].facts).items()
        if fact not in own or (known.is_confirmed and not own[fact].is_confirmed)
    }
    if added:
        version = sheets[kept_id].version + 1 if kept_id in sheets else 1
        write_sheet(session, kept_id, own | added, version=version, by=sheets[merged_id].changed_by, now=now)
    session.execute(delete(fact_sheet).where(fact_sheet.c.enterprise_id == merged_id))


def _move_assessments(session: Session, merged_id: str, kept_id: str) -> None:
    """Let assessments go over; of two open ones that of the merged entry lapses, a confirmed one counts on."""
    columns = assessment.c
    open_ones = select(columns.enterprise_id).where(columns.state.in_(OPEN), columns.enterprise_id == kept_id)
    if session.scalar(open_ones) is not None:
        doubled = update(assessment).where(columns.enterprise_id == merged_id, columns.state.in_(OPEN))
        session.execute(doubled.values(state=LAPSED, returned_reason="merged"))
    session.execute(update(assessment).where(columns.enterprise_id == merged_id).values(enterprise_id=kept_id))
    cancel(session, REASSESSMENT, merged_id)
    valid = select(func.max(columns.valid_until)).where(columns.enterprise_id == kept_id, columns.state == CONFIRMED)
    if until := session.scalar(valid):
        session.execute(update(enterprise).where(enterprise.c.enterprise_id == kept_id).values(is_assessed=True))
        schedule(session, REASSESSMENT, kept_id, due_at=until)
