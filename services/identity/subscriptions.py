"""What identity does without being asked: timers, and its present state for a consumer that begins late."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from services.identity import use_cases
from services.identity.queries import accounts as queries
from services.identity.queries.agencies import clients_after
from services.identity.use_cases import agencies
from services.identity.use_cases.following import LEAVING
from services.identity.use_cases.staff import TIMER, staff_changed
from shared.contracts.identity import AccountDisabled, GrantChanged, StaffChanged
from shared.contracts.registry import (
    EnterpriseDeregistered,
    EnterpriseRegistered,
    EnterprisesMerged,
    EnterpriseState,
    EnterpriseUpdated,
    GridChanged,
    PersonLeft,
    PersonRegistered,
    PersonState,
)
from shared.declarations import Reemitted, reemits, subscribes, timer
from shared.events.received import Received
from shared.work.timers import schedule

DAILY = timedelta(days=1)


@subscribes(EnterpriseRegistered, EnterpriseUpdated, EnterpriseDeregistered, batch=True)
def on_enterprise_state(session: Session, received: Sequence[Received[EnterpriseState]], *, now: datetime) -> None:
    """Keep who can be claimed, and in whose area it lies; its people lose access when it is no more."""
    use_cases.keep_enterprises(session, received)
    use_cases.follow_standing(session, received, now=now)


@subscribes(EnterprisesMerged)
def on_enterprises_merged(session: Session, received: Received[EnterprisesMerged], *, now: datetime) -> None:
    """Let people, claims and invitations of a merged entry belong to the one that stays."""
    use_cases.follow_merge(session, received.data, now=now)


@subscribes(GridChanged, batch=True)
def on_grid_changed(session: Session, received: Sequence[Received[GridChanged]], *, now: datetime) -> None:
    """Let the area of grid workers follow the teams of the grids."""
    use_cases.follow_teams(session, received, now=now)


@subscribes(PersonRegistered, PersonLeft, batch=True)
def on_person_state(session: Session, received: Sequence[Received[PersonState]], *, now: datetime) -> None:
    """Keep who works for an enterprise, and shut the accounts of who has left."""
    use_cases.keep_persons(session, received, now=now)


@timer("signing_keys")
def look_after_signing_keys(session: Session, entity: str, *, now: datetime) -> None:
    """Make, rotate and forget signing keys; the first timer is set by the migration."""
    use_cases.ensure_signing_keys(session, now=now)
    if use_cases.is_rotation_due(session, now=now):
        use_cases.rotate_signing_key(session, now=now)
    use_cases.forget_retired_keys(session, now=now)
    schedule(session, "signing_keys", entity, due_at=now + DAILY)


@timer("forgotten_sessions")
def forget_sessions(session: Session, entity: str, *, now: datetime) -> None:
    """Delete sessions and failures that nobody needs any more."""
    use_cases.forget_old_sessions(session, now=now)
    schedule(session, "forgotten_sessions", entity, due_at=now + DAILY)


@timer(TIMER)
def follow_the_time(session: Session, account_id: str, *, now: datetime) -> None:
    """Begin or end an absence, or let a licence expire, at its moment."""
    use_cases.review_standing(session, use_cases.account_for_change(session, account_id), now=now)


@timer(LEAVING)
def let_person_go(session: Session, person_id: str, *, now: datetime) -> None:
    """Shut the accounts of somebody whose last day was told before it came."""
    use_cases.review_person(session, person_id, now=now)


@timer(agencies.TIMER)
def end_grants(session: Session, client_id: str, *, now: datetime) -> None:
    """Let grants end at their moment."""
    use_cases.review_grants(session, client_id, now=now)


@reemits(GrantChanged)
def current_grants(session: Session, after: str | None, limit: int) -> list[Reemitted]:
    """Return what every client may do."""
    told = []
    for row in clients_after(session, after, limit):
        grants = agencies.live_grants(session, row.id, now=row.updated_at)
        told.append(Reemitted(row.id, agencies.grant_changed(row, grants), row.version, row.updated_at))
    return told


@reemits(StaffChanged)
def current_staff(session: Session, after: str | None, limit: int) -> list[Reemitted]:
    """Return the present state of every account."""
    return [
        Reemitted(row.id, staff_changed(row), row.version, row.updated_at)
        for row in queries.accounts_after(session, after, limit)
    ]


@reemits(AccountDisabled)
def current_denials(session: Session, after: str | None, limit: int) -> list[Reemitted]:
    """Return whose tokens, or older tokens, count no more."""
    return [
        Reemitted(
            row.subject,
            AccountDisabled(subject=row.subject, is_denied=row.lifted_at is None),
            row.sequence,
            row.lifted_at or row.denied_at,
        )
        for row in queries.denials_after(session, after, limit)
    ]
