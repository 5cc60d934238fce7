"""Checklists: which version is in force, the one that a record names, drafts, and which list is for whom."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from services.inspections.domain.checklist_changes import Change, changes_between
from services.inspections.domain.checklist_choices import Choice, chosen
from services.inspections.domain.checklists import Checklist, Item
from services.inspections.rules import checklist_problems, read_checklist, read_choices, usual_checklists
from services.inspections.tables import checklist_choice, checklist_version
from shared.errors import NotFound
from shared.machines import NotAllowed

Document = dict[str, Any]
DRAFT, PUBLISHED, RETIRED, DISCARDED = "draft", "published", "retired", "discarded"
STATES = (DRAFT, PUBLISHED, RETIRED, DISCARDED)
COUNTS = (PUBLISHED, RETIRED)  # what was in force once, and can be named by a record
IN_FORCE, COMING, SUPERSEDED = "in_force", "coming", "superseded"
HEAD = [column for column in checklist_version.c if column.name != "content"]


class ChecklistVersionNotFound(NotFound):
    code = "checklist_version_not_found"


@dataclass(frozen=True)
class _Key:
    """One revision of a version; two are equal whatever would load their content."""

    id: str
    revision: int
    load: Callable[[], Mapping[str, Any]] = field(compare=False)


def heads_in_force(session: Session, *, at: datetime) -> Mapping[str, Row[Any]]:
    """Return the head of the version in force of each list, the oldest list first: the newest that has begun.

    A list whose newest version was retired has none.
    """
    columns = checklist_version.c
    begun = select(*HEAD).where(columns.state.in_(COUNTS), columns.effective_from <= at)
    newest: dict[str, Row[Any]] = {}
    for row in session.execute(begun.order_by(columns.id)):
        if row.checklist not in newest or row.number > newest[row.checklist].number:
            newest[row.checklist] = row
    return {name: row for name, row in newest.items() if row.state == PUBLISHED}


def checklists_in_force(session: Session, *, at: datetime) -> list[Checklist]:
    """Return every list in the version that is in force."""
    return [checklist_of_row(session, row) for row in heads_in_force(session, at=at).values()]


def checklist_in_force(session: Session, checklist_id: str, *, at: datetime) -> Checklist:
    """Return the version of a list that is in force; raises ``NotAllowed`` for an unknown or a retired list."""
    row = heads_in_force(session, at=at).get(checklist_id)
    if row is None:
        raise _unknown(checklist_id)
    return checklist_of_row(session, row)


def checklist_of(session: Session, checklist_id: str, *, version: int) -> Checklist:
    """Return the version that a task or a record names, whatever came after it; raises ``NotAllowed``."""
    columns = checklist_version.c
    named = select(*HEAD).where(columns.checklist == checklist_id, columns.number == version)
    row = session.execute(named.where(columns.state.in_(COUNTS))).one_or_none()
    if row is None:
        raise _unknown(checklist_id)
    return checklist_of_row(session, row)


def checklist_of_row(session: Session, row: Row[Any]) -> Checklist:
    """Return the list of a version (a row with ``id`` and ``revision``), read once per process."""
    content = select(checklist_version.c.content).where(checklist_version.c.id == row.id)
    return _read(_Key(row.id, row.revision, lambda: session.execute(content).scalar_one()))


def checklist_for(session: Session, place: Row[Any], *, tier: int, named: str, at: datetime) -> Checklist:
    """Return the list with this name, or the one that is chosen for a task of ``tier`` at ``place`` (an enterprise)."""
    features = place.features or ()
    usual = named or chosen(choices_in_force(session), industry=place.industry, tier=tier, features=features)
    return checklist_in_force(session, usual, at=at)


def newest_choice(session: Session) -> Row[Any] | None:
    """Return the last decision about which list is for whom; None before the first one."""
    return session.execute(select(checklist_choice).order_by(checklist_choice.c.version.desc()).limit(1)).one_or_none()


def choices_in_force(session: Session) -> Sequence[Choice]:
    """Return which list is for whom: as was decided last, else as the release has it."""
    row = newest_choice(session)
    return read_choices(row.rules) if row else usual_checklists()


def choices_view(session: Session) -> Document:
    """Return which list is for whom, with who decided it; version 0 is the release's."""
    row = newest_choice(session)
    rules = [
        {"checklist": one.checklist, "prefixes": one.prefixes, "tiers": one.tiers, "features": one.features}
        for one in choices_in_force(session)
    ]
    told = {"version": 0, "note": "", "by": "release", "at": None} if row is None else row._asdict()
    return {**told, "rules": rules}


def versions(*, wanted: Mapping[str, Any]) -> Select[Any]:
    """Return the statement that reads the heads of versions; ``wanted`` filters by column, None by nothing."""
    conditions = [checklist_version.c[name] == value for name, value in wanted.items() if value is not None]
    return select(*HEAD).where(*conditions)


def version_by_id(session: Session, version_id: str, *, lock: bool = False) -> Row[Any]:
    """Return a version with its content, with ``lock`` held for the caller; raises ``ChecklistVersionNotFound``."""
    wanted = select(checklist_version).where(checklist_version.c.id == version_id)
    row = session.execute(wanted.with_for_update() if lock else wanted).one_or_none()
    if row is None:
        raise ChecklistVersionNotFound("There is no such version of a checklist.", version=version_id)
    return row


def head_view(row: Row[Any], *, in_force: Mapping[str, Row[Any]], at: datetime) -> Document:
    """Return the head of a version with how it stands: a published one comes, is in force or is superseded.

    What was to come never does once a newer version counts.
    """
    told = {column.name: getattr(row, column.name) for column in HEAD}
    if row.state != PUBLISHED:
        return {**told, "standing": row.state}
    present = in_force.get(row.checklist)
    if present is not None and present.id == row.id:
        return {**told, "standing": IN_FORCE}
    comes = row.effective_from > at and (present is None or row.number > present.number)
    return {**told, "standing": COMING if comes else SUPERSEDED}


def version_view(session: Session, row: Row[Any], *, at: datetime) -> Document:
    """Return a version with its content, and what keeps it from being published."""
    head = head_view(row, in_force=heads_in_force(session, at=at), at=at)
    return {**head, "content": row.content, "problems": checklist_problems(checklist_of_row(session, row))}


def changes_view(session: Session, row: Row[Any], *, against: str | None) -> list[Change]:
    """Return what a version changes in the one that it is based on, or in another one of the same list."""
    other = against or row.based_on
    before = version_by_id(session, other) if other else None
    if before is None or before.checklist != row.checklist:
        raise ChecklistVersionNotFound("This list has no such version to compare with.", version=other)
    return changes_between(checklist_of_row(session, before), checklist_of_row(session, row))


def checklist_view(checklist: Checklist) -> Document:
    """Return a checklist as a form shows it."""
    names = ("id", "version", "zh", "en", "source", "status", "effective_from")
    return {
        **{name: getattr(checklist, name) for name in names},
        "sections": [
            {"id": one.id, "zh": one.zh, "en": one.en, "items": [_item_view(checklist, item) for item in one.items]}
            for one in checklist.sections
        ],
    }


def _item_view(checklist: Checklist, item: Item) -> Document:
    names = ("id", "zh", "en", "clause", "weight", "is_mandatory", "major", "photo")
    asks = item.shown_if
    return {
        **{name: getattr(item, name) for name in names},
        "responses": [
            {"id": one.id, "zh": one.zh, "en": one.en, "meaning": one.meaning}
            for one in checklist.response_sets[item.responses].values()
        ],
        "shown_if": {"item": asks.item, "responses": sorted(asks.responses)} if asks else None,
    }


@lru_cache(maxsize=256)
def _read(key: _Key) -> Checklist:
    return read_checklist(key.load())


def _unknown(checklist_id: str) -> NotAllowed:
    return NotAllowed("checklist_unknown", "There is no such checklist: choose one of the list.", id=checklist_id)
