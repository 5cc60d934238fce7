"""Roles of the chain that an enterprise gives to people in writing, and takes back."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, insert, update
from sqlalchemy.orm import Session

from services.permits.domain.signers import Signer, check_mandate
from services.permits.rules.signers import signer_rules
from services.permits.tables import mandate
from services.permits.use_cases.attachments import check_photos
from shared.errors import Conflict
from shared.ids import new_id
from shared.machines import NotAllowed

GIVER = "principal"


class MandateEnded(Conflict):
    code = "mandate_ended"


@dataclass(frozen=True, slots=True)
class NewMandate:
    """Which role somebody gets, from the first day to the last, and the letter (an attachment; empty: none)."""

    role: str
    starts_on: date
    ends_on: date
    letter_id: str = ""


def give_mandate(session: Session, holder: Row[Any], given: NewMandate, *, giver: Signer, now: datetime) -> str:
    """Give a role to the person in ``holder``, as the principal does (Order 13 Art. 7), and return the mandate's id.

    Raises ``NotAllowed`` for another giver, an unknown role, days that cannot be, or no letter; ``ForeignPhoto``.
    """
    if GIVER not in giver.posts:
        raise NotAllowed("principal_only", "Only the principal of the enterprise gives roles in writing.")
    check_mandate(signer_rules(), given.role, starts_on=given.starts_on, ends_on=given.ends_on)
    if signer_rules().signers[given.role].needs_letter and not given.letter_id:
        raise NotAllowed("letter_missing", "Attach the letter of delegation.", field="letter_id")
    letters = [given.letter_id] if given.letter_id else []
    check_photos(session, letters, owner=holder.enterprise_id, field="letter_id")
    mandate_id = new_id()
    days = {"starts_on": given.starts_on, "ends_on": given.ends_on, "letter_id": given.letter_id or None}
    kept = {"given_by": giver.account_id, "given_at": now, "ended_by": ""}
    values = {"id": mandate_id, "person_id": holder.person_id, "role": given.role, **days, **kept}
    session.execute(insert(mandate).values(**values))
    return mandate_id


def end_mandate(session: Session, row: Row[Any], *, by: str, now: datetime) -> None:
    """Take a mandate back; what was signed under it stays signed. Raises ``MandateEnded``."""
    if row.ended_at is not None:
        raise MandateEnded("This mandate was taken back already.")
    session.execute(update(mandate).where(mandate.c.id == row.id).values(ended_at=now, ended_by=by))
