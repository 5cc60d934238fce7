"""What every service's worker does for security: named in its ``Declarations`` beside its own modules."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from shared.contracts.identity import AccountDisabled, GrantChanged
from shared.contracts.registry import ServiceContractEnded, ServiceContractStarted, ServiceContractState
from shared.database.bulk import upsert_rows
from shared.database.chassis import scope_contract, token_deny
from shared.declarations import subscribes, timer
from shared.events.received import Received
from shared.security.chain import ROWS_AT_ONCE, link_entries, seal_head
from shared.security.keys import secret_of
from shared.security.tokens import SESSION
from shared.work.timers import schedule

LINK_EVERY = timedelta(seconds=10)
SEAL_EVERY = timedelta(hours=1)
KEEP_ENDED_SESSIONS = timedelta(days=1)  # far longer than any token of theirs lives


@subscribes(AccountDisabled, GrantChanged, batch=True)
def keep_denials(
    session: Session, received: Sequence[Received[AccountDisabled | GrantChanged]], *, now: datetime
) -> None:
    """Keep whose tokens count no more, or only those issued after a moment: accounts, and clients of agencies.

    Sessions end every day, so the ended ones are forgotten when none of their tokens can live any more.
    """
    newest = {one.subject: one for one in sorted(received, key=lambda one: one.sequence)}
    rows = [
        {
            "subject": subject,
            "denied_at": one.time,
            "lifted_at": None if one.data.is_denied else one.time,
            "sequence": one.sequence,
        }
        for subject, one in sorted(newest.items())
    ]
    upsert_rows(session, token_deny, rows, key=["subject"], newer="sequence")
    is_over = token_deny.c.subject.startswith(SESSION) & (token_deny.c.denied_at < now - KEEP_ENDED_SESSIONS)
    session.execute(delete(token_deny).where(is_over))


@subscribes(ServiceContractStarted, ServiceContractEnded, batch=True)
def keep_contracts(session: Session, received: Sequence[Received[ServiceContractState]], *, now: datetime) -> None:
    """Keep the contracts by which an intermediary sees enterprises; the newest version wins."""
    newest = {one.subject: one for one in sorted(received, key=lambda one: one.sequence)}
    put_contracts(session, [(one.data, one.sequence) for _, one in sorted(newest.items())])


def put_contracts(session: Session, contracts: Sequence[tuple[ServiceContractState, int]]) -> None:
    """Write contracts (one state and sequence each) into ``scope_contract``; an older sequence changes nothing."""
    ids, moments = ("contract_id", "enterprise_id", "intermediary_id"), ("starts_at", "ends_at")
    rows = [
        {name: getattr(contract, name) for name in ids}
        | {name: datetime.fromisoformat(getattr(contract, name)) for name in moments}
        | {"sequence": sequence}
        for contract, sequence in contracts
    ]
    upsert_rows(session, scope_contract, rows, key=["contract_id"], newer="sequence")


@timer("audit_link")
def link_audit_trail(session: Session, entity: str, *, now: datetime) -> None:
    """Link what was written since the last time; the migration of the chassis sets the first timer."""
    linked = link_entries(session)
    schedule(session, "audit_link", entity, due_at=now if linked == ROWS_AT_ONCE else now + LINK_EVERY)


@timer("audit_seal")
def seal_audit_trail(session: Session, entity: str, *, now: datetime) -> None:
    """Seal the head of the chain every hour."""
    seal_head(session, secret_of(session), now=now)
    schedule(session, "audit_seal", entity, due_at=now + SEAL_EVERY)
