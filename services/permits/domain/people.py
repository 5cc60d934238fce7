"""Who may take part in a work: somebody of the enterprise, fit for it, with certificates through the whole period."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from shared.calendar import months_later
from shared.machines import NotAllowed, Source

AT_WORK = {"worker", "guardian", "work_leader", "lift_commander", "blind_commander", "gas_analyst"}
BLOCK = "block"
EACH = "each"
ENTERPRISE, TRAINING = "enterprise", "training"
UNCHECKED, CONFIRMED, NOT_FOUND, FAILED = "unchecked", "confirmed", "not_found", "failed"
QUERIES = (UNCHECKED, CONFIRMED, NOT_FOUND, FAILED)


@dataclass(frozen=True, slots=True)
class CertificateKind:
    """``months``: how long one is valid, ``review_months``: when it is reviewed; 0 where nothing is laid down."""

    id: str
    zh: str
    en: str
    months: int
    review_months: int
    authority: str
    is_queried: bool
    categories: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Need:
    """``role`` needs one of ``certificates`` in ``work`` (empty: any), ``who``: each of them, or one among all."""

    row: str
    work: str
    role: str
    who: str
    certificates: tuple[str, ...]
    profiles: frozenset[str]
    effect: str
    source: Source


@dataclass(frozen=True)
class PeopleRules:
    """``query_again``: within which time a national query that failed is made again; ``columns``: of a file."""

    id: str
    version: str
    kinds: Mapping[str, CertificateKind]
    needs: tuple[Need, ...]
    query_again: timedelta
    expiring: timedelta
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Certificate:
    """``valid_to`` and ``review_by`` are the last days, None for none; ``ended_on``: it counts no more from then on."""

    id: str
    kind: str
    valid_from: date
    valid_to: date | None = None
    review_by: date | None = None
    category: str = ""
    query: str = UNCHECKED
    queried_on: date | None = None
    ended_on: date | None = None


@dataclass(frozen=True, slots=True)
class Days:
    """From when a certificate is valid, the last day of it, and by when it is reviewed; None: not laid down."""

    valid_from: date
    valid_to: date | None
    review_by: date | None


@dataclass(frozen=True, slots=True)
class WorkPerson:
    """Somebody with the duties that they are to have; ``unfit_for`` names kinds of work (GBZ/T 260)."""

    person_id: str
    roles: frozenset[str]
    is_here: bool = True
    unfit_for: frozenset[str] = frozenset()
    certificates: tuple[Certificate, ...] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """The first and the last day of a work, and the day on which it is asked about."""

    first: date
    last: date
    today: date


@dataclass(frozen=True, slots=True)
class Problem:
    """Why somebody (empty: nobody of the crew) may not take part; ``day`` is the one that decides, if there is one."""

    code: str
    person_id: str
    role: str
    clause: str
    is_blocking: bool
    certificates: tuple[str, ...] = ()
    day: date | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    need: Need
    categories: frozenset[str]
    period: Period
    rules: PeopleRules

    def problem(self, code: str, person_id: str, *, day: date | None = None, is_blocking: bool = True) -> Problem:
        """Return a problem of this need; one that only warns never blocks."""
        need = self.need
        return Problem(
            code=code,
            person_id=person_id,
            role=need.role,
            clause=need.source.clause,
            is_blocking=is_blocking and need.effect == BLOCK,
            certificates=need.certificates,
            day=day,
        )


@dataclass(frozen=True, slots=True)
class AskedWork:
    """The ``kind`` of work, the ``profile`` of the enterprise, and the categories that the job itself asks for."""

    kind: str
    profile: str
    period: Period
    categories: frozenset[str] = field(default_factory=frozenset)


def certificate_problems(rules: PeopleRules, work: AskedWork, *, persons: Sequence[WorkPerson]) -> tuple[Problem, ...]:
    """Return why ``persons`` may not do ``work``: absent, unfit, or without a certificate valid on every day of it.

    GB 30871-2022 4.9, 4.10; Order 13 Art. 9; permits §5.6: valid from the first day to the last, not due for review
    before the last (§8.24), for this category, and known to the national query as far as that has answered.
    """
    problems = [problem for one in persons for problem in _own_problems(work, one)]
    for need in rules.needs:
        if work.profile in need.profiles and need.work in ("", work.kind):
            categories = work.categories if need.work else frozenset[str]()
            asked = _Asked(need, categories, work.period, rules)
            problems += _need_problems(asked, [one for one in persons if need.role in one.roles])
    return tuple(problems)


def last_day(certificate: Certificate) -> date | None:
    """Return the last day on which a certificate counts: its end, its review, or the day before it was ended."""
    ended = certificate.ended_on - timedelta(days=1) if certificate.ended_on else None
    days = [day for day in (certificate.valid_to, certificate.review_by, ended) if day is not None]
    return min(days, default=None)


def state_of(certificate: Certificate, *, today: date, expiring: timedelta) -> str:
    """Return ``ended``, ``refuted``, ``future``, ``expired``, ``review_due``, ``expiring`` or ``valid``."""
    if certificate.ended_on is not None and certificate.ended_on <= today:
        return "ended"
    if certificate.query == NOT_FOUND:
        return "refuted"
    if certificate.valid_from > today:
        return "future"
    if certificate.valid_to is not None and certificate.valid_to < today:
        return "expired"
    if certificate.review_by is not None and certificate.review_by < today:
        return "review_due"
    end = last_day(certificate)
    return "expiring" if end is not None and end - today <= expiring else "valid"


def _own_problems(work: AskedWork, person: WorkPerson) -> Iterator[Problem]:
    role = min(person.roles, default="")
    if not person.is_here:
        yield Problem("person_left", person.person_id, role, "GB 30871-2022 4.9", is_blocking=True)
    if work.kind in person.unfit_for and person.roles & AT_WORK:
        yield Problem("unfit", person.person_id, role, "GB 30871-2022 4.9 (GBZ/T 260)", is_blocking=True)


def _need_problems(asked: _Asked, persons: Sequence[WorkPerson]) -> Iterator[Problem]:
    found = {one.person_id: _best_problem(asked, one) for one in persons}
    if asked.need.who == EACH:
        yield from (problem for problem in found.values() if problem is not None)
    elif all(problem is not None and problem.is_blocking for problem in found.values()):
        yield asked.problem("nobody_certified", "")


def _best_problem(asked: _Asked, person: WorkPerson) -> Problem | None:
    """Return what is wrong with the best certificate of ``person`` for this need, None when one is good."""
    held = [one for one in person.certificates if one.kind in asked.need.certificates]
    if not held:
        return asked.problem("certificate_missing", person.person_id)
    ranked = [_judged(asked, one, person.person_id) for one in held]
    if None in ranked:
        return None
    problems = [problem for problem in ranked if problem is not None]
    return min(problems, key=lambda problem: (problem.is_blocking, -(problem.day or date.min).toordinal()))


def _judged(asked: _Asked, certificate: Certificate, person_id: str) -> Problem | None:
    """Return why a certificate does not count for the whole period, None when it does."""
    period = asked.period
    if asked.categories and certificate.category not in asked.categories:
        return asked.problem("category_not_covered", person_id)
    if certificate.ended_on is not None and certificate.ended_on <= period.last:
        return asked.problem("certificate_ended", person_id, day=certificate.ended_on)
    if certificate.valid_from > period.first:
        return asked.problem("certificate_not_valid_yet", person_id, day=certificate.valid_from)
    if certificate.valid_to is not None and certificate.valid_to < period.last:
        return asked.problem("certificate_expires", person_id, day=certificate.valid_to)
    if certificate.review_by is not None and certificate.review_by < period.last:
        return asked.problem("review_due", person_id, day=certificate.review_by)
    return _query_problem(asked, certificate, person_id)


def _query_problem(asked: _Asked, certificate: Certificate, person_id: str) -> Problem | None:
    if certificate.query == NOT_FOUND:
        return asked.problem("certificate_not_found", person_id, day=certificate.queried_on)
    is_queried = asked.rules.kinds[certificate.kind].is_queried
    if certificate.query == UNCHECKED and is_queried:
        return asked.problem("certificate_unchecked", person_id, is_blocking=False)
    if certificate.query == FAILED and certificate.queried_on is not None:
        again = certificate.queried_on + asked.rules.query_again
        return asked.problem("query_failed", person_id, day=again, is_blocking=again < asked.period.today)
    return None


def laid_down(kind: CertificateKind, valid_from: date, *, valid_to: date | None, review_by: date | None) -> Days:
    """Return the days of a certificate; those that nobody gave are the latest that the table allows.

    Raises ``NotAllowed`` for an end before the beginning, or later than the table allows.
    """
    latest = months_later(valid_from, kind.months) if kind.months else None
    end = valid_to or (latest - timedelta(days=1) if latest else None)
    first_review = months_later(valid_from, kind.review_months) if kind.review_months else None
    review = review_by or (first_review if end is None or first_review is None else min(first_review, end))
    for name, day in (("valid_to", end), ("review_by", review)):
        if day is not None and day < valid_from:
            raise NotAllowed("days_reversed", "This day lies before the first one: correct it.", field=name)
        if day is not None and latest is not None and day > latest:
            sentence = "Such a certificate is not valid for so long: look at it again."
            raise NotAllowed("valid_too_long", sentence, field=name, latest=latest.isoformat())
    return Days(valid_from, end, review)
