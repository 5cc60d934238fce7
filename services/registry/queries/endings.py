"""Pairs of entries that may be one enterprise, and what a merge of two would carry over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from services.registry.domain.endings import CHOICES, are_alike, bare, better_from, likeness_rules
from services.registry.queries.enterprises import enterprise_in_scope, enterprises_wanted
from services.registry.tables import enterprise, enterprise_apart, obligation, person, service_contract, survey
from shared.database.bulk import among
from shared.security.principal import Principal

GROUPS_AT_ONCE = 50
MOST_ALIKE = 12  # a name or an organisation that more entries share is no suspicion but a mistake of the file
SHORTEST_ADDRESS = 8

Pair = dict[str, Any]


def duplicates(
    session: Session, principal: Principal, *, kind: str, after: str, limit: int
) -> tuple[list[Pair], str | None]:
    """Return pairs of active entries that `kind` makes suspicious, and the key after which others follow.

    `kind` is organisation (same digits of the organisation), name (same bare name) or address (same address, names
    alike). Pairs that somebody told apart are left out.
    """
    groups = [(key, ids) for key, ids in _shared_keys(session, principal, kind) if key > after]
    pairs: list[Pair] = []
    for start in range(0, len(groups), GROUPS_AT_ONCE):
        some = groups[start : start + GROUPS_AT_ONCE]
        rows = _rows(session, [one for _, ids in some for one in ids])
        for key, ids in some:
            pairs += _pairs(session, kind, key, [row for row in rows if row["id"] in ids])
            if len(pairs) >= limit:
                return pairs, key
    return pairs, None


def carried_over(session: Session, enterprise_id: str) -> dict[str, int]:
    """Return how many persons, contracts, surveys and running obligations hang on an entry."""
    counted = {
        "persons": select(func.count()).where(person.c.enterprise_id == enterprise_id, person.c.left_on.is_(None)),
        "contracts": select(func.count()).where(
            service_contract.c.enterprise_id == enterprise_id, service_contract.c.phase != "ended"
        ),
        "surveys": select(func.count()).where(survey.c.enterprise_id == enterprise_id),
        "obligations": select(func.count()).where(
            obligation.c.enterprise_id == enterprise_id, obligation.c.ends_on.is_(None)
        ),
    }
    return {name: session.scalar(statement) or 0 for name, statement in counted.items()}


def compared(kept: Mapping[str, Any], merged: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return each choice with both values and which of them is proposed."""
    better = better_from(kept, merged)
    return [
        {
            "field": name,
            "kept": _shown(kept, columns[:3] if name == "address" else columns[:2]),
            "merged": _shown(merged, columns[:3] if name == "address" else columns[:2]),
            "proposed": "merged" if name in better else "kept",
        }
        for name, columns in CHOICES.items()
    ]


def present_id(session: Session, enterprise_id: str) -> str:
    """Return the id under which an enterprise lives now: its own, or that of the entry it became part of."""
    return session.scalar(select(enterprise.c.merged_into).where(enterprise.c.id == enterprise_id)) or enterprise_id


def locked_present(session: Session, principal: Principal, enterprise_id: str) -> Mapping[str, Any]:
    """Return the locked row under which an enterprise lives now, also when it is merged at this very moment.

    Raises `EnterpriseNotFound`.
    """
    row = enterprise_in_scope(session, principal, present_id(session, enterprise_id), lock=True)
    return locked_present(session, principal, row["merged_into"]) if row["merged_into"] else row


def _shown(row: Mapping[str, Any], columns: Sequence[str]) -> str:
    return " ".join(str(row[name]) for name in columns if row[name] not in ("", None))


def _shared_keys(session: Session, principal: Principal, kind: str) -> list[tuple[str, list[str]]]:
    """Return what several entries of one's area have in common with their ids, in the order of keys.

    All entries are read once: with 190,000 of them, bare names took three times as long in the database (11 s).
    """
    columns = enterprise.c
    source = {"organisation": columns.uscc, "name": columns.name, "address": columns.address}[kind]
    wanted = enterprises_wanted(principal, {"status": "active"}).with_only_columns(columns.id, source)
    first: dict[str, str] = {}
    shared: dict[str, list[str]] = {}
    for one, text in session.execute(wanted.execution_options(yield_per=5_000)):
        key = text[8:17] if kind == "organisation" else bare(text)  # GB 32100-2015 §4: the organisation's own digits
        if len(key) < (SHORTEST_ADDRESS if kind == "address" else 1):
            continue
        if key in first:
            shared.setdefault(key, [first[key]]).append(one)
        else:
            first[key] = one
    most = likeness_rules().most_at_one_address if kind == "address" else MOST_ALIKE
    return sorted((key, ids) for key, ids in shared.items() if len(ids) <= most)


def _rows(session: Session, ids: list[str]) -> list[Mapping[str, Any]]:
    """Return entries, those of which more is known first."""
    columns = enterprise.c
    best_first = (columns.surveyed_at.is_(None), columns.version.desc(), columns.id)
    statement = select(enterprise).where(among(session, columns.id, ids)).order_by(*best_first)
    return [dict(row) for row in session.execute(statement).mappings()]


def _pairs(session: Session, kind: str, key: str, group: list[Mapping[str, Any]]) -> Iterator[Pair]:
    for one, other in combinations(group, 2):
        if kind == "address" and not are_alike(one["name"], other["name"]):
            continue
        if not _is_told_apart(session, one["id"], other["id"]):
            yield {"kind": kind, "key": key, "enterprises": [one, other]}


def _is_told_apart(session: Session, one: str, other: str) -> bool:
    apart = enterprise_apart.c
    both = or_(
        and_(apart.first_id == one, apart.second_id == other), and_(apart.first_id == other, apart.second_id == one)
    )
    return bool(session.scalar(select(exists().where(both))))
