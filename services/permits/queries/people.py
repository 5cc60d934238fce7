"""People of the caller's area with their certificates, and who of an enterprise may take part in a work."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from sqlalchemy import ColumnElement, Row, Select, or_, select
from sqlalchemy.orm import Session

from services.permits.domain.people import (
    AskedWork,
    Certificate,
    Period,
    Problem,
    WorkPerson,
    certificate_problems,
    last_day,
    state_of,
)
from services.permits.domain.permit_facts import Member
from services.permits.queries.enterprises import in_area
from services.permits.rules.people import people_rules
from services.permits.tables import certificate, enterprise, fitness, permit_person, person
from services.permits.tables.people import NUMBER
from shared.clock import business_date
from shared.database.bulk import among
from shared.errors import NotFound
from shared.security.personal import mask_identity_card, vault_of
from shared.security.principal import Principal

Document = dict[str, Any]
COUNTS = ("valid", "expiring")  # the states in which a certificate is good for work


class PersonNotFound(NotFound):
    code = "person_not_found"


class CertificateNotFound(NotFound):
    code = "certificate_not_found"


def people(principal: Principal, *, enterprise_id: str | None, has_left: bool = False) -> Select[Any]:
    """Return the statement of those who work in the area, or for one enterprise of it, or who have left."""
    wanted = _people(principal).where(person.c.left_on.is_not(None) if has_left else person.c.left_on.is_(None))
    return wanted.where(person.c.enterprise_id == enterprise_id) if enterprise_id else wanted


def certificates(principal: Principal, *, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement of the certificates in the area; ``wanted`` filters, None by nothing."""
    conditions = [_CONDITIONS[name](value) for name, value in wanted.items() if value is not None]
    return _certificates(principal).where(*conditions)


_CONDITIONS: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
    "enterprise_id": lambda one: person.c.enterprise_id == one,
    "kind": lambda kind: certificate.c.kind == kind,
    "counts": lambda does: certificate.c.ended_on.is_(None) if does else certificate.c.ended_on.is_not(None),
    "due_by": lambda day: or_(certificate.c.valid_to <= day, certificate.c.review_by <= day),
}


def visible_person(session: Session, principal: Principal, person_id: str) -> Row[Any]:
    """Return somebody of the area; raises ``PersonNotFound``."""
    row = session.execute(_people(principal).where(person.c.person_id == person_id)).one_or_none()
    if row is None:
        raise PersonNotFound("There is no such person in your area.")
    return row


def visible_certificate(session: Session, principal: Principal, certificate_id: str) -> Row[Any]:
    """Return a certificate, locked, with the enterprise of its holder; raises ``CertificateNotFound``."""
    wanted = _certificates(principal).where(certificate.c.id == certificate_id)
    row = session.execute(wanted.with_for_update(of=certificate)).one_or_none()
    if row is None:
        raise CertificateNotFound("There is no such certificate in your area.")
    return row


def people_views(session: Session, rows: Sequence[Row[Any]], *, now: datetime) -> list[Document]:
    """Return people with their certificates, numbers masked, and what each certificate's clock says."""
    ids = [row.person_id for row in rows]
    held, unfit = certificates_of(session, ids), _unfit(session, ids)
    today = business_date(now)
    return [
        {
            **row._asdict(),
            "unfit_for": unfit.get(row.person_id, []),
            "certificates": [certificate_view(session, one, today=today) for one in held[row.person_id]],
        }
        for row in rows
    ]


def certificate_view(session: Session, row: Row[Any], *, today: date) -> Document:
    """Return a certificate with its masked number, its state today and the last day on which it counts."""
    number = vault_of(session).decrypt(row.sealed_number, field=NUMBER) if row.sealed_number else ""
    known, rules = known_certificate(row), people_rules()
    end = last_day(known)
    return {
        **row._asdict(),
        "number": mask_identity_card(number),
        "state": state_of(known, today=today, expiring=rules.expiring),
        "counts_until": end,
        "days_left": (end - today).days if end else None,
    }


def certificates_for(session: Session, row: Row[Any], member: Row[Any]) -> list[str]:
    """Return what ``member`` holds of what the work of the permit in ``row`` asks for, each with its masked number."""
    needs = [one for one in people_rules().needs if one.work in ("", row.kind) and row.ruleset in one.profiles]
    asked = {kind for one in needs if one.role == member.role for kind in one.certificates}
    held = certificates_of(session, [member.person_id])[member.person_id]
    views = [certificate_view(session, one, today=business_date(row.starts_at)) for one in held if one.kind in asked]
    kinds = people_rules().kinds
    return [f"{kinds[one['kind']].zh} {one['number']}".strip() for one in views if one["state"] in COUNTS]


def certificates_of(session: Session, person_ids: Collection[str]) -> Mapping[str, list[Row[Any]]]:
    """Return all certificates by person, those that end last first."""
    found = session.execute(select(certificate).where(among(session, certificate.c.person_id, person_ids))).all()
    held: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in sorted(found, key=lambda row: (row.valid_to or date.max, row.id), reverse=True):
        held[row.person_id].append(row)
    return held


@dataclass(frozen=True)
class _Everybody:
    """What is known of persons, read at once: for whom each works, what each holds and is not fit for."""

    firms: Mapping[str, str]
    held: Mapping[str, list[Row[Any]]]
    unfit: Mapping[str, list[str]]

    @classmethod
    def of(cls, session: Session, ids: Collection[str]) -> Self:
        wanted = select(person.c.person_id, person.c.enterprise_id).where(among(session, person.c.person_id, ids))
        here = session.execute(wanted.where(person.c.left_on.is_(None))).all()
        firms = {row.person_id: row.enterprise_id for row in here}
        return cls(firms, certificates_of(session, ids), _unfit(session, ids))

    def with_roles(self, roles: Mapping[str, Collection[str]], *, enterprise_id: str) -> list[WorkPerson]:
        """Return those who have ``roles`` (by person); who is not of this enterprise is not here."""
        return [
            WorkPerson(
                person_id=person_id,
                roles=frozenset(roles[person_id]),
                is_here=self.firms.get(person_id) == enterprise_id,
                unfit_for=frozenset(self.unfit.get(person_id, ())),
                certificates=tuple(known_certificate(row) for row in self.held[person_id]),
            )
            for person_id in sorted(roles)
        ]


def work_persons(session: Session, roles: Mapping[str, Collection[str]], *, enterprise_id: str) -> list[WorkPerson]:
    """Return what is known of persons (their roles by id); who is not of this enterprise is not here."""
    return _Everybody.of(session, sorted(roles)).with_roles(roles, enterprise_id=enterprise_id)


def problems_of(
    session: Session, work: AskedWork, roles: Mapping[str, Collection[str]], *, enterprise_id: str
) -> tuple[Problem, ...]:
    """Return why persons (their roles by id) may not do ``work`` of an enterprise."""
    return certificate_problems(people_rules(), work, persons=work_persons(session, roles, enterprise_id=enterprise_id))


def problems_of_permit(
    session: Session, row: Row[Any], *, crew: Iterable[Member], now: datetime
) -> tuple[Problem, ...]:
    """Return why the ``crew`` (persons with roles) may not do the work of the permit in ``row``."""
    return problems_of(session, _work_of(row, now=now), _roles_of(crew), enterprise_id=row.enterprise_id)


def problems_of_permits(session: Session, rows: Sequence[Row[Any]], *, now: datetime) -> dict[str, tuple[Problem, ...]]:
    """Return the same for the crews of several permits, by permit, in as many statements as for one."""
    columns, crews = permit_person.c, defaultdict[str, list[Row[Any]]](list)
    for one in session.execute(select(permit_person).where(among(session, columns.permit_id, [x.id for x in rows]))):
        crews[one.permit_id].append(one)
    everybody = _Everybody.of(session, sorted({one.person_id for crew in crews.values() for one in crew}))
    found = {}
    for row in rows:
        persons = everybody.with_roles(_roles_of(crews[row.id]), enterprise_id=row.enterprise_id)
        found[row.id] = certificate_problems(people_rules(), _work_of(row, now=now), persons=persons)
    return found


def _work_of(row: Row[Any], *, now: datetime) -> AskedWork:
    first, last = business_date(row.starts_at), business_date(row.ends_at)
    return AskedWork(row.kind, row.ruleset, Period(first, last, business_date(now)))


def _roles_of(crew: Iterable[Member | Row[Any]]) -> Mapping[str, set[str]]:
    roles: dict[str, set[str]] = defaultdict(set)
    for one in crew:
        roles[one.person_id].add(one.role)
    return roles


def candidates(
    session: Session, work: AskedWork, *, role: str, people_here: Sequence[Row[Any]], enterprise_id: str
) -> list[Document]:
    """Return each of ``people_here`` with what speaks against the ``role`` in ``work``: who may, comes first."""
    rules = people_rules()
    asked = {row.person_id: (role,) for row in people_here}
    known = {one.person_id: one for one in work_persons(session, asked, enterprise_id=enterprise_id)}
    found = []
    for row in people_here:
        problems = [one for one in certificate_problems(rules, work, persons=[known[row.person_id]]) if one.person_id]
        is_fit = not any(problem.is_blocking for problem in problems)
        found.append({**row._asdict(), "is_fit": is_fit, "problems": problems})
    return sorted(found, key=lambda one: (not one["is_fit"], len(one["problems"]), one["person_id"]))


def known_certificate(row: Row[Any]) -> Certificate:
    """Return a stored certificate as the rules see it."""
    same = {name: getattr(row, name) for name in ("id", "kind", "valid_from", "valid_to", "review_by", "category")}
    queried_on = business_date(row.queried_at) if row.queried_at else None
    return Certificate(**same, query=row.query, queried_on=queried_on, ended_on=row.ended_on)


def _certificates(principal: Principal) -> Select[Any]:
    joined = certificate.join(person, person.c.person_id == certificate.c.person_id)
    joined = joined.join(enterprise, enterprise.c.enterprise_id == person.c.enterprise_id)
    return select(certificate, person.c.enterprise_id).select_from(joined).where(in_area(principal))


def _people(principal: Principal) -> Select[Any]:
    joined = person.join(enterprise, enterprise.c.enterprise_id == person.c.enterprise_id)
    return select(person, enterprise.c.name).select_from(joined).where(in_area(principal))


def _unfit(session: Session, person_ids: Collection[str]) -> Mapping[str, list[str]]:
    wanted = select(fitness.c.person_id, fitness.c.unfit_for)
    found = session.execute(wanted.where(among(session, fitness.c.person_id, person_ids)))
    return {row.person_id: row.unfit_for for row in found}
