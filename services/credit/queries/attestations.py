"""What makes a grade better, and what is not known: attestations, standardisation, years without a death."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from services.credit.domain.ratings import QUIET, STANDARDISED, CreditFact, quiet_from, registered_at
from services.credit.queries.enterprises import in_area
from services.credit.rules.ratings import attested_kinds, quiet_years
from services.credit.tables import accident, attestation, enterprise, merged_enterprise, standardisation
from shared.clock import business_date
from shared.database.bulk import among
from shared.errors import NotFound
from shared.security.principal import Principal

Found = list[tuple[str, CreditFact]]
Document = dict[str, Any]


class AttestationNotFound(NotFound):
    code = "attestation_not_found"


def attestations(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads what was attested in the area; ``wanted`` filters by column."""
    joined = attestation.join(enterprise, enterprise.c.enterprise_id == attestation.c.enterprise_id)
    conditions = [attestation.c[name] == value for name, value in wanted.items() if value is not None]
    columns = (attestation, enterprise.c.name, enterprise.c.division)
    return select(*columns).select_from(joined).where(in_area(principal), *conditions)


def visible_attestation(session: Session, principal: Principal, attestation_id: str) -> Row[Any]:
    """Return one attestation; raises ``AttestationNotFound`` outside the area."""
    row = session.execute(attestations(principal, wanted={"id": attestation_id})).one_or_none()
    if row is None:
        raise AttestationNotFound("There is no such attestation in your area.")
    return row


def attestation_view(row: Row[Any]) -> Document:
    """Return an attestation with the words of its kind."""
    words = attested_kinds()[row.kind].words
    return {**row._asdict(), "kind_zh": words.zh, "kind_en": words.en}


def has_level(session: Session, enterprise_id: str) -> bool:
    """Return whether a standardisation level of an enterprise is confirmed."""
    level = select(standardisation.c.level).where(standardisation.c.enterprise_id == enterprise_id)
    return session.scalar(level) in STANDARDISED


def standardised_facts(session: Session, ids: Sequence[str]) -> Found:
    """Return the confirmed standardisation levels of these enterprises."""
    columns = standardisation.c
    own = (among(session, columns.enterprise_id, ids), columns.level.in_(STANDARDISED))
    rows = session.execute(select(standardisation).where(*own)).all()
    return [
        (row.enterprise_id, CreditFact(STANDARDISED[row.level], row.confirmed_on, row.enterprise_id)) for row in rows
    ]


def attested_facts(session: Session, ids: Sequence[str]) -> Found:
    """Return what is attested of these enterprises and was not ended."""
    columns = attestation.c
    own = (among(session, columns.enterprise_id, ids), columns.ended_at.is_(None))
    rows = session.execute(select(attestation).where(*own).order_by(columns.id)).all()
    return [
        (row.enterprise_id, CreditFact(row.kind, row.since, row.id, until=row.until, count=row.persons)) for row in rows
    ]


def quiet_facts(session: Session, ids: Sequence[str]) -> Found:
    """Return from when on these enterprises are without a death for so many years; it may lie ahead.

    Such a fact refers to the accident from which it is counted, or to the enterprise since it is known.
    """
    deaths = _last_deaths(session, ids)
    known = {one: business_date(registered_at(one)) for one in ids}
    for merged_id, kept_id in session.execute(_merged_into(session, ids)):
        known[kept_id] = min(known[kept_id], business_date(registered_at(merged_id)))
    found = []
    for one in ids:
        accident_id, day = deaths.get(one, (one, None))
        found.append((one, CreditFact(QUIET, quiet_from(known[one], day, years=quiet_years()), accident_id)))
    return found


def lacking(enterprise_id: str, facts: Sequence[CreditFact], *, today: date) -> list[str]:
    """Return what nobody has recorded of an enterprise with these facts, and what is therefore not counted."""
    kinds = attested_kinds()
    groups = {kinds[one.kind].group for one in facts if one.kind in kinds}
    is_known = any(one.kind in STANDARDISED.values() for one in facts)
    is_too_new = any(one.kind == QUIET and one.happened_on > today and one.reference == enterprise_id for one in facts)
    missing = {"standardisation": not is_known, "years_without_deaths": is_too_new}
    missing |= {name: name not in groups for name in ("registered_engineers", "honours")}
    return [name for name, is_missing in missing.items() if is_missing]


def _last_deaths(session: Session, ids: Sequence[str]) -> dict[str, tuple[str, date]]:
    columns = accident.c
    wanted = select(columns.enterprise_id, columns.id, columns.occurred_on)
    own = (among(session, columns.enterprise_id, ids), columns.deaths > 0)
    rows = session.execute(wanted.where(*own).order_by(columns.occurred_on)).all()
    return {row.enterprise_id: (row.id, row.occurred_on) for row in rows}


def _merged_into(session: Session, ids: Sequence[str]) -> Select[Any]:
    columns = merged_enterprise.c
    return select(columns.merged_id, columns.kept_id).where(among(session, columns.kept_id, ids))
