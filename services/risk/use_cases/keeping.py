"""What is kept beside the grade: who watches over it, reports, the information code; and what a merge does to it."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.orm import Session

from services.risk.queries import known_facts, occurrences_of, overdue_reports, present_ids
from services.risk.tables import (
    assessment,
    code_scan,
    code_scan_count,
    enterprise,
    fact_sheet,
    information_code,
    merged_enterprise,
    occurrence,
    overdue_report,
    override,
    risk_point,
    risk_report,
    supervision,
)
from services.risk.use_cases.adjusting import SEEN_BY_GRADING, lock_enterprises, merge_occurrences
from services.risk.use_cases.assessing import CONFIRMED, LAPSED, OPEN, REASSESSMENT, regrade_points
from services.risk.use_cases.grading import write_sheet
from shared.clock import business_date
from shared.contracts.registry import EnterprisesMerged
from shared.contracts.risk import InformationCodeIssued, InformationCodeRevoked, OverdueReportSettled, ReportOverdue
from shared.database.bulk import insert_rows, upsert_rows
from shared.errors import Conflict, NotYet
from shared.events.outbox import publish, publish_all
from shared.ids import new_id
from shared.work.timers import cancel, schedule

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # 31 characters that nobody mixes up
TOKEN_LENGTH = 16
WATCH, WATCH_EVERY = "supervision", timedelta(minutes=10)  # the first timer is set by the migration
MOST_AT_ONCE = 1_000


class NoCode(Conflict):
    code = "no_code"


def name_supervisors(
    session: Session, *, enterprise_id: str, by: str, now: datetime, officer: str = "", subdistrict_person: str = ""
) -> None:
    """Note who watches over an enterprise of level 1 or 2, for the bureau and for the subdistrict, by account.

    Whoever is not given stays as named before: bureau and subdistrict each name their own.
    """
    columns = supervision.c
    lock_enterprises(session, [enterprise_id])
    wanted = select(columns.officer, columns.subdistrict_person).where(columns.enterprise_id == enterprise_id)
    before = session.execute(wanted).one_or_none() or ("", "")
    row = {
        "enterprise_id": enterprise_id,
        "officer": officer or before[0],
        "subdistrict_person": subdistrict_person or before[1],
        "named_by": by,
        "named_at": now,
    }
    upsert_rows(session, supervision, [row], key=["enterprise_id"])


def file_report(session: Session, report: dict[str, Any], *, by: str, now: datetime) -> str:
    """Keep a risk report (``periodic``, or ``event`` about a new level-1 point) and return its id."""
    report_id = new_id()
    session.execute(insert(risk_report).values(id=report_id, reported_by=by, reported_at=now, **report))
    columns = overdue_report.c
    owed = (columns.enterprise_id == report["enterprise_id"], columns.kind == report["kind"])
    _settle(session, session.scalars(select(columns.id).where(*owed, columns.settled_at.is_(None))).all(), now=now)
    return report_id


def review_reports(session: Session, *, now: datetime) -> bool:
    """Tell which reports of levels 1 and 2 have become overdue, and which are owed no more.

    Takes at most a thousand that are new; returns whether there are more.
    """
    late = overdue_reports(session, now=now)
    open_ones = session.execute(select(overdue_report).where(overdue_report.c.settled_at.is_(None))).all()
    held = {(row.enterprise_id, row.kind): row.id for row in open_ones}
    _settle(session, [id_ for key, id_ in held.items() if key not in late], now=now)
    fresh = [key for key in late if key not in held]
    rows = [_overdue_row(key, late[key], now=now) for key in fresh[:MOST_AT_ONCE]]
    insert_rows(session, overdue_report, rows)
    publish_all(session, [(_overdue_event(row), 1) for row in rows], at=now)
    return len(fresh) > MOST_AT_ONCE


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


def record_scan(session: Session, code: Row[Any], *, by: str, now: datetime) -> None:
    """Write down who scanned a code when."""
    row = {"id": new_id(), "code_id": code.id, "enterprise_id": code.enterprise_id}
    session.execute(insert(code_scan).values(**row, scanned_by=by, scanned_at=now))


def count_scan(session: Session, code: Row[Any], *, now: datetime) -> None:
    """Count a scan by somebody who is not signed in; nothing is kept of who it was.

    It waits for no lock of an enterprise: what anybody may do must not hold up grading.
    """
    row = {"code_id": code.id, "day": business_date(now), "scans": 0}
    upsert_rows(session, code_scan_count, [row], key=["code_id", "day"], newer="scans")
    columns = code_scan_count.c
    today = (columns.code_id == code.id, columns.day == row["day"])
    session.execute(update(code_scan_count).where(*today).values(scans=columns.scans + 1))


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


def _settle(session: Session, overdue_ids: Sequence[str], *, now: datetime) -> None:
    columns = overdue_report.c
    still_open = update(overdue_report).where(columns.id.in_(overdue_ids), columns.settled_at.is_(None))
    wanted = still_open.values(settled_at=now).returning(columns.id, columns.enterprise_id, columns.kind)
    settled = sorted(session.execute(wanted).all()) if overdue_ids else []
    told = [OverdueReportSettled(overdue_id=id_, enterprise_id=where, kind=kind) for id_, where, kind in settled]
    publish_all(session, [(one, 2) for one in told], at=now)


def _overdue_row(key: tuple[str, str], late: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    enterprise_id, kind = key
    return {"id": new_id(), "enterprise_id": enterprise_id, "kind": kind, "noted_at": now, "settled_at": None, **late}


def _overdue_event(row: Mapping[str, Any]) -> ReportOverdue:
    return ReportOverdue(
        overdue_id=row["id"],
        enterprise_id=row["enterprise_id"],
        kind=row["kind"],
        level=row["level"],
        due_at=row["due_at"].isoformat(),
    )


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
    for table in (override, risk_point, risk_report, information_code, code_scan):
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
