"""People of an enterprise: they join, change posts, leave; only ids and posts are told to others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.registry.domain.drafts import Draft, Problem
from services.registry.domain.intermediaries import check_days
from services.registry.domain.persons import (
    PersonExists,
    PersonLeftAlready,
    check_identity,
    check_posts,
    key_of,
    posts,
)
from services.registry.tables import person
from services.registry.use_cases.enterprises import enterprise_ids
from services.registry.use_cases.recording import ImportRun, Verdict, refused
from shared.contracts.registry import PersonLeft, PersonRegistered, PersonState
from shared.database.bulk import among, insert_rows, upsert_rows
from shared.events.outbox import publish_all
from shared.ids import new_id
from shared.security.personal import Vault, vault_of

SEALED = ("name", "phone", "identity")
_KEY = "person.key"
_NOBODY: Mapping[str, Any] = {
    "key_index": "", "sealed_name": "", "sealed_phone": "", "sealed_identity": "", "name_index": "", "phone_index": "",
    "identity_index": "", "posts": [], "account_id": "", "joined_on": None, "left_on": None, "version": 0,
}  # fmt: skip
_QUIET = ("version", "updated_at")


def register_person(session: Session, given: Mapping[str, Any], *, enterprise_id: str, now: datetime) -> dict[str, Any]:
    """Let a person (name, phone, identity, posts, joined_on, account_id) join an enterprise and return the row.

    Somebody who left comes back under the same id. Raises `PostMissing`, `PostUnknown`, `IdentityMalformed`,
    `PersonExists`.
    """
    check_posts(given["posts"])
    check_identity(given.get("identity", ""))
    known = known_persons(session, [(enterprise_id, key_index(session, given))])
    before = next(iter(known.values()), None)
    if before and before["left_on"] is None:
        raise PersonExists("This person is registered here already: change that entry.", person_id=before["id"])
    row = joined(session, given, enterprise_id=enterprise_id, before=before, now=now)
    record_persons(session, [(before, row)], now=now)
    return row


def change_person(
    session: Session, current: Mapping[str, Any], changes: Mapping[str, Any], *, now: datetime
) -> dict[str, Any]:
    """Change name, phone, posts, account or first day of the locked row `current`; returns the row as it is now.

    Raises `PostMissing`, `PostUnknown`, `PersonLeftAlready`.
    """
    _require_here(current)
    check_posts(changes.get("posts", current["posts"]))
    row = _with(session, current, changes)
    if row == dict(current):
        return row
    row |= {"version": current["version"] + 1, "updated_at": now}
    record_persons(session, [(current, row)], now=now)
    return row


def let_person_leave(session: Session, current: Mapping[str, Any], *, left_on: date, now: datetime) -> dict[str, Any]:
    """Note that the person of the locked row has left. Raises `PersonLeftAlready`, `DatesReversed`."""
    _require_here(current)
    check_days(current["joined_on"], left_on)
    row = {**current, "left_on": left_on, "version": current["version"] + 1, "updated_at": now}
    record_persons(session, [(current, row)], now=now)
    return row


def import_persons(session: Session, run: ImportRun, *, drafts: Sequence[Draft]) -> list[Verdict]:
    """Take over a list of people, set-based: new ones join, those with a last day leave, others are changed."""
    firms = enterprise_ids(session, [draft.given["uscc"] for draft in drafts])
    keys = [(firms.get(draft.given["uscc"], ""), key_index(session, draft.given)) for draft in drafts]
    known = known_persons(session, keys)
    changes: list[tuple[Mapping[str, Any] | None, dict[str, Any]]] = []
    verdicts: list[Verdict] = []
    for draft, (firm, key) in zip(drafts, keys, strict=True):
        before = known.get((firm, key))
        if problem := _import_problem(draft, firm):
            verdicts.append(problem)
            continue
        after = _brought_up_to(session, draft.given, before, firm=firm, now=run.now)
        is_news = after != before
        verdicts.append("created" if before is None else "changed" if is_news else "unchanged")
        changes += [(before, after)] if is_news else []
    record_persons(session, changes, now=run.now)
    return verdicts


def key_index(session: Session, given: Mapping[str, Any]) -> str:
    """Return the blind index by which the person that `given` speaks of is told from others."""
    words = {name: given.get(name, "") for name in SEALED}
    return vault_of(session).blind_index(key_of(**words), field=_KEY)


def known_persons(session: Session, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the rows, locked, of persons by enterprise and key index."""
    statement = select(person).where(among(session, person.c.key_index, [key for _, key in keys])).order_by(person.c.id)
    rows = [dict(row) for row in session.execute(statement.with_for_update()).mappings()]
    wanted = set(keys)
    found = {(row["enterprise_id"], row["key_index"]): row for row in rows}
    return {key: row for key, row in found.items() if key in wanted}


def joined(
    session: Session,
    given: Mapping[str, Any],
    *,
    enterprise_id: str,
    before: Mapping[str, Any] | None,
    now: datetime,
) -> dict[str, Any]:
    """Return the row of a person who joins, or comes back, with what `given` says."""
    base = before or {**_NOBODY, "id": new_id(), "enterprise_id": enterprise_id, "created_at": now}
    fresh = {**base, "left_on": None, "key_index": key_index(session, given), "updated_at": now}
    return {**_with(session, fresh, given), "version": base["version"] + 1}


def record_persons(
    session: Session, changes: Sequence[tuple[Mapping[str, Any] | None, dict[str, Any]]], *, now: datetime
) -> None:
    """Write rows and events of persons, each before (None: new) and after, with a handful of statements."""
    insert_rows(session, person, [after for before, after in changes if before is None])
    upsert_rows(session, person, [after for before, after in changes if before is not None], key=["id"])
    publish_all(session, [(person_event(after), after["version"]) for _, after in changes], at=now)


def person_event(row: Mapping[str, Any]) -> PersonState:
    """Return what others may know of a person: ids, posts and days."""
    event_class = PersonRegistered if row["left_on"] is None else PersonLeft
    return event_class(
        person_id=row["id"],
        enterprise_id=row["enterprise_id"],
        posts=tuple(row["posts"]),
        account_id=row["account_id"],
        joined_on=row["joined_on"].isoformat() if row["joined_on"] else "",
        left_on=row["left_on"].isoformat() if row["left_on"] else "",
    )


def _import_problem(draft: Draft, firm: str) -> Problem | None:
    first, last = draft.given.get("joined_on"), draft.given.get("left_on")
    if not firm:
        return refused(draft, "enterprise_unknown")
    return refused(draft, "dates_reversed") if first and last and last < first else None


def _brought_up_to(
    session: Session, given: Mapping[str, Any], before: dict[str, Any] | None, *, firm: str, now: datetime
) -> dict[str, Any]:
    """Return the row of a person as a file says it is; a file without a last day says that they are here."""
    left_on = given.get("left_on")
    if before is None or (before["left_on"] and not left_on):
        return {**joined(session, given, enterprise_id=firm, before=before, now=now), "left_on": left_on}
    after = {**_with(session, before, given), "left_on": left_on}
    return before if after == before else {**after, "version": before["version"] + 1, "updated_at": now}


def _require_here(current: Mapping[str, Any]) -> None:
    if current["left_on"] is not None:
        raise PersonLeftAlready("This person has left: register them again if they are back.", person_id=current["id"])


def _with(session: Session, current: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    row = dict(current)
    vault = vault_of(session)
    for name in SEALED:
        if name in given:
            row |= _sealed(vault, row, name, text=given[name])
    if "posts" in given:
        row["posts"] = sorted(set(given["posts"]), key=list(posts()).index)
    for name in ("joined_on", "account_id"):
        if name in given:
            row[name] = given[name]
    return row


def _sealed(vault: Vault, row: Mapping[str, Any], name: str, *, text: str) -> dict[str, str]:
    """Seal a text; one that is known already keeps its seal, so that nothing changes."""
    field = f"person.{name}"
    index = vault.blind_index(text, field=field) if text else ""
    if index == row[f"{name}_index"]:
        return {}
    return {f"sealed_{name}": vault.encrypt(text, field=field) if text else "", f"{name}_index": index}
