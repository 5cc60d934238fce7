"""Pairs of entries that may be one enterprise, and what a merge of two would carry over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from services.registry.domain.endings import CHOICES, are_alike, better_from, likeness_rules
from services.registry.queries.enterprises import enterprises_wanted
from services.registry.tables import enterprise, enterprise_apart, obligation, person, service_contract, survey
from shared.database.bulk import among
from shared.security.principal import Principal

GROUPS_AT_ONCE = 200
REPLACED_AT_ONCE = 8  # SQLite's parser has a limited depth
MOST_ALIKE = 12  # a name or an organisation that more entries share is no suspicion but a mistake of the file
SHORTEST_ADDRESS = 8
_ORGANISATION = func.substr(enterprise.c.uscc, 9, 9)  # GB 32100-2015 §4: digits 9 to 17 are the organisation's own

Pair = dict[str, Any]


def duplicates(
    session: Session, principal: Principal, *, kind: str, after: str, limit: int
) -> tuple[list[Pair], str | None]:
    """Return pairs of active entries that `kind` makes suspicious, and the key after which others follow.

    `kind` is organisation (same digits of the organisation), name (same bare name) or address (same address, names
    alike). Pairs that somebody told apart are left out.
    """
    pairs: list[Pair] = []
    while len(pairs) < limit:
        keys = _shared_keys(session, principal, kind, after=after)
        if not keys:
            return pairs, None
        groups = _groups(session, principal, kind, keys=keys)
        for key in keys:
            pairs += _pairs(session, kind, key, groups.get(key, []))
            after = key
            if len(pairs) >= limit:
                break
    return pairs, after


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


def _shown(row: Mapping[str, Any], columns: Sequence[str]) -> str:
    return " ".join(str(row[name]) for name in columns if row[name] not in ("", None))


def _keyed(principal: Principal, kind: str) -> Subquery:
    """Return id and key of the active entries of one's area; names and addresses without what is left out of them."""
    columns = enterprise.c
    key = {"organisation": _ORGANISATION, "name": columns.name, "address": columns.address}[kind]
    wanted = enterprises_wanted(principal, {"status": "active"})
    keyed = wanted.with_only_columns(columns.id, key.label("key")).subquery()
    words = () if kind == "organisation" else likeness_rules().left_out
    for start in range(0, len(words), REPLACED_AT_ONCE):
        bare: ColumnElement[str] = keyed.c.key
        for word in words[start : start + REPLACED_AT_ONCE]:
            bare = func.replace(bare, word, "")
        keyed = select(keyed.c.id, bare.label("key")).subquery()
    return keyed


def _shared_keys(session: Session, principal: Principal, kind: str, *, after: str) -> list[str]:
    rows = _keyed(principal, kind)
    most = likeness_rules().most_at_one_address if kind == "address" else MOST_ALIKE
    shortest = SHORTEST_ADDRESS if kind == "address" else 1
    statement = (
        select(rows.c.key)
        .where(rows.c.key > after, func.length(rows.c.key) >= shortest)
        .group_by(rows.c.key)
        .having(func.count().between(2, most))
        .order_by(rows.c.key)
        .limit(GROUPS_AT_ONCE)
    )
    return list(session.scalars(statement))


def _groups(
    session: Session, principal: Principal, kind: str, *, keys: list[str]
) -> dict[str, list[Mapping[str, Any]]]:
    """Return the entries of each key, the one that more is known of first."""
    keyed, columns = _keyed(principal, kind), enterprise.c
    statement = select(enterprise, keyed.c.key.label("key")).join(keyed, keyed.c.id == columns.id)
    best_first = (columns.surveyed_at.is_(None), columns.version.desc(), columns.id)
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in session.execute(statement.where(among(session, keyed.c.key, keys)).order_by(*best_first)).mappings():
        groups.setdefault(row["key"], []).append(dict(row))
    return groups


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
