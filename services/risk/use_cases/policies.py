"""New versions of the policy: draft, simulate on everybody, activate, and regrade everybody in steps."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from services.risk.domain.policy import Amendment, amended
from services.risk.queries import (
    compared_after,
    content_of,
    policy_by_id,
    rulebook_in_force,
    rulebook_of,
)
from services.risk.queries.policies import ACTIVATED
from services.risk.rules import read_rulebook
from services.risk.tables import enterprise, policy_shift, policy_version
from services.risk.use_cases.adjusting import lock_enterprises
from services.risk.use_cases.grading import Shift, grade_enterprises
from shared.contracts.risk import PolicyActivated
from shared.database.bulk import upsert_rows
from shared.errors import Conflict, Refused
from shared.events.outbox import publish
from shared.ids import new_id
from shared.work.jobs import Job, JobStep, enqueue
from shared.work.timers import schedule

DRAFT, DISCARDED = "draft", "discarded"
SIMULATE, REGRADE, TIMER = "simulate_policy", "regrade", "policy_effective"
SIMULATED, REGRADED = "simulation", "activation"
ROWS_READ_PER_STEP = 5_000
ROWS_GRADED_PER_STEP = 250  # whoever edits a fact sheet meanwhile waits for one step
SUBDISTRICT_DIGITS = 9


class DraftExists(Conflict):
    code = "draft_exists"


class NotADraft(Conflict):
    code = "not_a_draft"


class NotSimulated(Conflict):
    code = "not_simulated"


class EffectiveInThePast(Refused):
    code = "effective_in_the_past"


def draft_policy(session: Session, *, note: str, by: str, now: datetime) -> str:
    """Begin a draft from the version in force and return its id; raises ``DraftExists`` while there is another."""
    columns = policy_version.c
    if session.scalar(select(columns.id).where(columns.state == DRAFT)):
        raise DraftExists("There is a draft already: go on with it or discard it first.")
    newest = select(columns.id).where(columns.state == ACTIVATED).order_by(columns.number.desc()).limit(1)
    based_on = session.scalar(newest)
    number = (session.scalar(select(func.max(columns.number))) or 0) + 1
    policy_id = new_id()
    session.execute(
        insert(policy_version).values(
            id=policy_id,
            number=number,
            state=DRAFT,
            revision=1,
            based_on=based_on,
            content=amended(content_of(session, based_on), (), number=number),
            note=note,
            created_by=by,
            created_at=now,
        )
    )
    return policy_id


def amend_policy(session: Session, policy_id: str, *, amendments: Iterable[Amendment], note: str) -> int:
    """Replace what a draft changes and return its new revision.

    Raises ``NotADraft``, ``UnknownPart``, ``UnsuitablePoints``.
    """
    row = _draft(session, policy_id)
    content = amended(content_of(session, row.based_on), amendments, number=row.number)
    read_rulebook(content)  # what the engine could not evaluate is never stored
    changes = {"content": content, "note": note, "revision": row.revision + 1}
    session.execute(update(policy_version).where(policy_version.c.id == policy_id).values(**changes))
    return int(row.revision + 1)


def discard_policy(session: Session, policy_id: str) -> None:
    """Give a draft up; raises ``NotADraft``."""
    _draft(session, policy_id)
    session.execute(update(policy_version).where(policy_version.c.id == policy_id).values(state=DISCARDED))


def simulate_policy(session: Session, policy_id: str, *, now: datetime) -> str:
    """Begin to count who would change colour under a draft; return the job's id. Raises ``NotADraft``."""
    row = _draft(session, policy_id)
    session.execute(delete(policy_shift).where(policy_shift.c.policy_id == policy_id))
    job_id = enqueue(session, SIMULATE, {"policy_id": policy_id, "revision": row.revision}, now=now)
    changes = {"job_id": job_id, "simulated_revision": None}
    session.execute(update(policy_version).where(policy_version.c.id == policy_id).values(**changes))
    return job_id


def simulate_step(session: Session, job: Job) -> JobStep:
    """Compare some thousand enterprises with what the draft makes of them; writes nothing but counters."""
    policy = policy_by_id(session, job.arguments["policy_id"])
    if (policy.job_id, policy.revision) != (job.id, job.arguments["revision"]):
        return JobStep(cursor=job.cursor, done=job.done, total=job.total, finished=True)
    book = rulebook_of(session, policy)
    rows = compared_after(session, book, job.cursor.get("after"), limit=ROWS_READ_PER_STEP)
    levels = ((one.division, one.before.level if one.before else None, one.after.level) for one in rows)
    _count(session, policy.id, SIMULATED, levels)
    is_last = len(rows) < ROWS_READ_PER_STEP
    if is_last:
        done = update(policy_version).where(policy_version.c.id == policy.id)
        session.execute(done.values(simulated_revision=policy.revision))
    return _step(session, job, [one.enterprise_id for one in rows], is_last=is_last)


def activate_policy(
    session: Session, policy_id: str, *, effective_from: datetime | None, by: str, now: datetime
) -> None:
    """Let a simulated draft count from ``effective_from`` (now) on; everybody is graded anew in steps.

    Raises ``NotADraft``, ``NotSimulated`` when it changed since, ``EffectiveInThePast``.
    """
    row = _draft(session, policy_id)
    if row.simulated_revision != row.revision:
        raise NotSimulated("Simulate this revision of the draft first, so that you know what it changes.")
    if effective_from is not None and effective_from < now:
        raise EffectiveInThePast("A policy cannot count from a moment in the past.", field="effective_from")
    starts = effective_from or now
    changes = {"state": ACTIVATED, "activated_by": by, "activated_at": now, "effective_from": starts}
    session.execute(update(policy_version).where(policy_version.c.id == policy_id).values(**changes))
    if starts > now:
        schedule(session, TIMER, policy_id, due_at=starts)
    else:
        begin_policy(session, policy_id, now=now)


def begin_policy(session: Session, policy_id: str, *, now: datetime) -> None:
    """Tell that a version counts from now on and begin to grade everybody anew."""
    row = policy_by_id(session, policy_id)
    job_id = enqueue(session, REGRADE, {"policy_id": policy_id}, now=now)
    session.execute(update(policy_version).where(policy_version.c.id == policy_id).values(job_id=job_id))
    head = content_of(session, policy_id)["policy"]["policy"]
    activated = PolicyActivated(
        policy_id=policy_id, version=head["version"], effective_from=row.effective_from.isoformat()
    )
    publish(session, activated, sequence=row.number, at=now)


def regrade_step(session: Session, job: Job, *, now: datetime) -> JobStep:
    """Grade a few hundred enterprises by the version in force; writes and tells only what changed."""
    book = rulebook_in_force(session, now)
    rows = compared_after(session, book, job.cursor.get("after"), limit=ROWS_GRADED_PER_STEP)
    changed = [one.enterprise_id for one in rows if one.before != one.after]
    lock_enterprises(session, changed)
    _count(session, job.arguments["policy_id"], REGRADED, grade_enterprises(session, changed, now=now))
    enterprise_ids = [one.enterprise_id for one in rows]
    return _step(session, job, enterprise_ids, is_last=len(rows) < ROWS_GRADED_PER_STEP)


def _draft(session: Session, policy_id: str) -> Any:
    policy_by_id(session, policy_id)
    row = session.execute(select(policy_version).where(policy_version.c.id == policy_id).with_for_update()).one()
    if row.state != DRAFT:
        raise NotADraft("Only a draft can be changed or activated: begin a new one.", state=row.state)
    return row


def _count(session: Session, policy_id: str, phase: str, levels: Iterable[Shift]) -> None:
    """Add those that change level to the counters of their subdistrict."""
    found = Counter(
        (division[:SUBDISTRICT_DIGITS], before or 0, after or 0)
        for division, before, after in levels
        if before != after
    )
    columns = policy_shift.c
    held = select(policy_shift).where(columns.policy_id == policy_id, columns.phase == phase)
    for row in session.execute(held):
        key = (row.subdistrict, row.before, row.after)
        if key in found:
            found[key] += row.enterprises
    names = ("policy_id", "phase", "subdistrict", "before", "after", "enterprises")
    rows = [dict(zip(names, (policy_id, phase, *key, count), strict=True)) for key, count in sorted(found.items())]
    upsert_rows(session, policy_shift, rows, key=names[:-1])


def _step(session: Session, job: Job, enterprise_ids: Sequence[str], *, is_last: bool) -> JobStep:
    total = job.total or session.scalar(select(func.count()).select_from(enterprise))
    after = enterprise_ids[-1] if enterprise_ids else job.cursor.get("after")
    return JobStep(cursor={"after": after}, done=job.done + len(enterprise_ids), total=total, finished=is_last)
