"""The policies of the credit grade: those of the release, those that the bureau adopted, and its drafts."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from services.credit.domain.rating_policies import ADOPTED, DRAFT, differences, with_numbers
from services.credit.domain.ratings import Policy, policy_on
from services.credit.rules.ratings import rating_policies
from services.credit.tables import rating_policy
from shared.errors import NotFound
from shared.machines import Source

Document = dict[str, Any]


class PolicyNotFound(NotFound):
    code = "policy_not_found"


def policies(session: Session) -> Sequence[Policy]:
    """Return the policies that hold or will hold, from the oldest on; the release's only before the bureau's."""
    columns = rating_policy.c
    rows = session.execute(select(rating_policy).where(columns.state == ADOPTED).order_by(columns.effective_from)).all()
    own = [policy_of(row, effective_from=row.effective_from) for row in rows]
    first, *later = rating_policies()
    return [first, *(one for one in later if not own or one.effective_from < own[0].effective_from), *own]


def policy_today(session: Session, today: date) -> Policy:
    """Return the policy in force."""
    return policy_on(policies(session), today)


def policy_of(row: Row[Any], *, effective_from: date) -> Policy:
    """Return what the bureau wrote as a policy that holds from a day on; its document is named beside its design."""
    official = next(one for one in rating_policies() if one.version == row.official)
    numbered = with_numbers(official, row.numbers)
    source = Source(
        row.document or official.source.document, official.source.clause, official.source.status, effective_from
    )
    values = {name: getattr(numbered, name) for name in numbered.__dataclass_fields__}
    return Policy(**{**values, "version": row.version, "effective_from": effective_from, "source": source})


def own_policies(*, state: str | None = None) -> Select[Any]:
    """Return the statement that reads what the bureau wrote, drafts among it, or that of one state."""
    wanted = select(rating_policy)
    return wanted.where(rating_policy.c.state == state) if state else wanted


def policy_row(session: Session, policy_id: str, *, is_locked: bool = False) -> Row[Any]:
    """Return what the bureau wrote under an id, locked where it is to be changed; raises ``PolicyNotFound``."""
    wanted = own_policies().where(rating_policy.c.id == policy_id)
    row = session.execute(wanted.with_for_update() if is_locked else wanted).one_or_none()
    if row is None:
        raise PolicyNotFound("There is no such policy.")
    return row


def policy_table(session: Session, *, today: date) -> Document:
    """Return every policy from the oldest on, which one holds today, and the draft if there is one."""
    found = policies(session)
    draft = select(rating_policy.c.id).where(rating_policy.c.state == DRAFT)
    ids = {row.version: row.id for row in session.execute(select(rating_policy.c.version, rating_policy.c.id))}
    items = [{**policy_view(one), "id": ids.get(one.version)} for one in found]
    return {"present": policy_on(found, today).version, "items": items, "draft": session.scalar(draft)}


def policy_view(policy: Policy) -> Document:
    """Return a policy with the words of what it counts and of what moves a grade, and where it stands."""
    points = [{**_words(policy.words[fact]), "points": points} for fact, points in policy.points.items()]
    starts = [{**_words(one.words), "points": one.points, "alternative": one.alternative} for one in policy.starts]
    bonuses = [{**_words(one.words), "at_least": one.at_least, "points": one.points} for one in policy.bonuses]
    flags = [{"at_least": one.at_least, "steps": one.steps, "is_locked": one.is_locked} for one in policy.moves]
    moves = [{**_words(one.words), **each} for one, each in zip(policy.moves, flags, strict=True)]
    head = ("version", "effective_from", "start", "months", "most_bonus", "source", "grades")
    shown = {name: getattr(policy, name) for name in head}
    return {**shown, "points": points, "starts": starts, "bonuses": bonuses, "moves": moves}


def own_policy_view(session: Session, row: Row[Any], *, today: date) -> Document:
    """Return what the bureau wrote, with every number of it and those at which it differs from the policy of today."""
    policy, present = policy_of(row, effective_from=row.effective_from or today), policy_today(session, today)
    found = [
        {"part": one.part, **_words(one.words), "before": one.before, "after": one.after}
        for one in differences(present, policy)
    ]
    head = head_of(row, present=present)
    return {**head, "policy": policy_view(policy), "differences": found, "compared_with": present.version}


def head_of(row: Row[Any], *, present: Policy) -> Document:
    """Return who wrote and decided what the bureau wrote, and whether it is the policy in force."""
    is_tried = row.tried_revision == row.revision
    return {**row._asdict(), "is_tried": is_tried, "is_present": present.version == row.version}


def _words(words: Any) -> dict[str, str]:
    return {"id": words.id, "zh": words.zh, "en": words.en}
