"""Who is about to sign, as the register and the mandates of the enterprise say; mandates of the area."""

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from services.permits.domain.signers import Authority, Mandate, Signer, authority_of, posts_of
from services.permits.queries.enterprises import in_area
from services.permits.rules.signers import signer_rules
from services.permits.tables import enterprise, mandate, person
from shared.errors import NotFound
from shared.security.principal import Principal


class MandateNotFound(NotFound):
    code = "mandate_not_found"


def signer_of(session: Session, *, account_id: str, account_roles: Collection[str], enterprise_id: str) -> Signer:
    """Return who signs with this account for an enterprise: the person linked to it, with posts and mandates."""
    linked = select(person).where(person.c.account_id == account_id, person.c.enterprise_id == enterprise_id)
    row = session.execute(linked.where(person.c.left_on.is_(None)).order_by(person.c.person_id)).first()
    posts = posts_of(signer_rules(), row.posts if row else (), account_roles=account_roles)
    return Signer(account_id, row.person_id if row else "", posts, _mandates_of(session, row) if row else ())


def authority_to_sign(
    session: Session, principal: Principal, *, role: str, enterprise_id: str, today: date
) -> Authority:
    """Return why the caller may sign in ``role`` for an enterprise today; raises ``NotAllowed``."""
    signer = caller(session, principal, enterprise_id=enterprise_id)
    return authority_of(signer_rules(), signer, role=role, today=today)


def caller(session: Session, principal: Principal, *, enterprise_id: str) -> Signer:
    """Return as whom the caller signs for an enterprise."""
    return signer_of(session, account_id=principal.subject, account_roles=principal.roles, enterprise_id=enterprise_id)


def mandates(principal: Principal, *, enterprise_id: str | None, is_open: bool | None) -> Select[Any]:
    """Return the statement of the mandates that the enterprises of the area, or one of them, have given."""
    wanted = _mandates(principal)
    if enterprise_id:
        wanted = wanted.where(person.c.enterprise_id == enterprise_id)
    if is_open is None:
        return wanted
    return wanted.where(mandate.c.ended_at.is_(None) if is_open else mandate.c.ended_at.is_not(None))


def visible_mandate(session: Session, principal: Principal, mandate_id: str) -> Row[Any]:
    """Return a mandate of the area, locked; raises ``MandateNotFound``."""
    wanted = _mandates(principal).where(mandate.c.id == mandate_id)
    row = session.execute(wanted.with_for_update(of=mandate)).one_or_none()
    if row is None:
        raise MandateNotFound("There is no such mandate in your area.")
    return row


def signer_table() -> dict[str, Any]:
    """Return who signs in which role by post, what an account stands for, and how long a mandate may run."""
    rules = signer_rules()
    return {
        "signers": [
            {
                "role": one.role,
                "posts": sorted(one.posts),
                "needs_letter": one.needs_letter,
                "document": one.source.document,
                "clause": one.source.clause,
                "status": one.source.status,
            }
            for one in rules.signers.values()
        ],
        "accounts": [{"role": role, "posts": sorted(posts)} for role, posts in rules.posts_of_accounts.items()],
        "longest_days": rules.longest_mandate.days,
    }


def _mandates(principal: Principal) -> Select[Any]:
    joined = mandate.join(person, person.c.person_id == mandate.c.person_id)
    joined = joined.join(enterprise, enterprise.c.enterprise_id == person.c.enterprise_id)
    return select(mandate, person.c.enterprise_id).select_from(joined).where(in_area(principal))


def _mandates_of(session: Session, row: Row[Any]) -> tuple[Mandate, ...]:
    wanted = select(mandate).where(mandate.c.person_id == row.person_id, mandate.c.ended_at.is_(None))
    return tuple(Mandate(one.role, one.starts_on, one.ends_on, one.letter_id or "") for one in session.execute(wanted))
