"""What a policy makes of everybody, and whether it came to that although sheets were edited meanwhile."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select

from benchmarks.editing import Edit
from services.risk.domain.policy import Rulebook
from services.risk.queries import compared_after, policy_by_id, rulebook_in_force, rulebook_of
from services.risk.queries.standings import Compared
from services.risk.tables import fact_sheet, grade_history, policy_shift
from shared.database import Database, Session

AT_ONCE = 5_000
SUBDISTRICT = 9
Shifts = dict[tuple[str, int, int], int]


def foretold(database: Database, policy_id: str) -> dict[str, Compared]:
    """Return for every enterprise its grade and the one that a version of the policy would give."""
    with database.reading() as session:
        book = rulebook_of(session, policy_by_id(session, policy_id))
        return {one.enterprise_id: one for one in _everybody(session, book)}


def verify(database: Database, told: Mapping[str, Compared], edits: Sequence[Edit], *, since: datetime) -> None:
    """Raise unless the simulation counted what was foretold, and everybody now has the grade that is due.

    Whose sheet was not edited has the foretold grade, written once if it changed; whose sheet was edited has the last
    saved sheet and the grade that the rules now in force give it.
    """
    edited = {one.enterprise_id for one in edits}
    with database.reading() as session:
        said, done = _shifts(session, "simulation"), _shifts(session, "activation")
        assert said == _shifts_of(told), "the simulation counted something else"
        assert said, "nobody changed colour: the measurement proves nothing"
        assert set(done) <= set(said)
        left = {key: said[key] - done.get(key, 0) for key in said}  # was graded by the edit, before the job came
        assert min(left.values()) >= 0
        assert sum(left.values()) <= len(edits), left
        _verify_grades(session, told, edited, since=since)
        _verify_sheets(session, edits)


def _verify_grades(session: Session, told: Mapping[str, Compared], edited: set[str], *, since: datetime) -> None:
    versions = grade_history.c
    counted = select(versions.enterprise_id, func.count()).where(versions.graded_at >= since)
    written: dict[str, int] = dict(session.execute(counted.group_by(versions.enterprise_id)).tuples().all())
    for one in _everybody(session, rulebook_in_force(session, since)):
        assert one.before == one.after, (one, "is not what the rules in force give")
        if one.enterprise_id not in edited:
            before = told[one.enterprise_id]
            assert one.before == before.after, (one, before)
            assert written.get(one.enterprise_id, 0) == (before.before != before.after), one
        else:
            assert written.get(one.enterprise_id, 0) <= len(("job", "edit")), one


def _verify_sheets(session: Session, edits: Sequence[Edit]) -> None:
    for edit in edits:
        row = session.execute(select(fact_sheet).where(fact_sheet.c.enterprise_id == edit.enterprise_id)).one()
        saved = {fact: known["value"] for fact, known in row.facts.items()}
        assert (row.version, saved) == (edit.version, edit.answers), (edit, row)


def _everybody(session: Session, book: Rulebook) -> Iterator[Compared]:
    after = None
    while rows := compared_after(session, book, after, limit=AT_ONCE):
        yield from rows
        after = rows[-1].enterprise_id


def _shifts(session: Session, phase: str) -> Shifts:
    columns = policy_shift.c
    wanted = select(columns.subdistrict, columns.before, columns.after, columns.enterprises)
    return {tuple(key): count for *key, count in session.execute(wanted.where(columns.phase == phase))}


def _shifts_of(told: Mapping[str, Compared]) -> Shifts:
    levels = (
        (one.division[:SUBDISTRICT], (one.before.level if one.before else None) or 0, one.after.level or 0)
        for one in told.values()
    )
    return dict(Counter(shift for shift in levels if shift[1] != shift[2]))
