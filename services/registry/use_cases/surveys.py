"""Surveys: what a person found at the gate becomes what the registry knows, once, however often it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from services.registry.domain.enterprise import known
from services.registry.domain.surveys import (
    USABLE_ACCURACY,
    Answer,
    SurveyMalformed,
    check_moment,
    features_of,
    settled,
    supervision_after,
)
from services.registry.queries.divisions import rules_in_force
from services.registry.queries.endings import present_id
from services.registry.tables import survey
from services.registry.use_cases.recording import Change, changed_row, record, seal_contacts
from shared.contracts.registry import EnterpriseSurveyed
from shared.errors import Conflict, Refused
from shared.events.outbox import publish
from shared.security.principal import Principal
from shared.work.attachments import attachment_by_id

Given = Mapping[str, Any]


class SurveyExists(Conflict):
    code = "survey_exists"


class ForeignEvidence(Refused):
    code = "foreign_evidence"


def is_kept(session: Session, survey_id: str, given: Given) -> bool:
    """Return whether this very survey was received before; raises `SurveyExists` when its content was another."""
    digest = session.scalar(select(survey.c.digest).where(survey.c.id == survey_id))
    if digest is not None and digest != _digest(given):
        raise SurveyExists("A survey with this number was sent with other content: start a new one.", id=survey_id)
    return digest is not None


def keep_survey(
    session: Session, current: Given, given: Given, *, survey_id: str, by: Principal, now: datetime
) -> dict[str, Any]:
    """Keep what `by` found at the enterprise of the locked row `current` and return the row as it is now.

    `given` holds `outcome`, `surveyed_at` and what else was answered. A survey that arrives after a later one was
    made is kept and changes nothing. Raises `SurveyMalformed`, `AttachmentUnknown`, `ForeignEvidence`.
    """
    check_moment(given["surveyed_at"], now=now)
    _check_photo(session, given.get("photo_id"), enterprise_id=current["id"])
    if given["outcome"] == "moved" and not given.get("moved_to"):
        raise SurveyMalformed("Write where it has moved to.", field="moved_to")
    answers = [Answer(one["question"], one["answer"], tuple(one["present"])) for one in given.get("answers", ())]
    facts = settled(answers)
    role = min(by.roles, default="")
    is_newest = current["surveyed_at"] is None or current["surveyed_at"] <= given["surveyed_at"]
    row = dict(current)
    if is_newest:
        seen = {"by": by.subject, "role": role, "on": given["surveyed_at"].isoformat()}
        row = _changed(session, current, given, facts=facts, seen=seen, now=now)
        record(session, [Change(current, row)], actor=by.subject, reason="surveyed", now=now)
    kept = _kept_row(given, facts, by=by, role=role) | {
        "id": survey_id, "enterprise_id": current["id"], "digest": _digest(given), "received_at": now
    }  # fmt: skip
    session.execute(insert(survey), kept)
    publish(session, _surveyed(kept), sequence=1, at=now)
    return row


def _check_photo(session: Session, photo_id: str | None, *, enterprise_id: str) -> None:
    if photo_id and present_id(session, attachment_by_id(session, photo_id).owner) != enterprise_id:
        raise ForeignEvidence("This photo belongs to another enterprise: attach one of this.", id=photo_id)


def _changed(
    session: Session, current: Given, given: Given, *, facts: Mapping[str, Any], seen: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    """Return the row after the survey: confirmed by a person, and in the state that the outcome leads to."""
    found = _found(given, facts)
    rules = rules_in_force(session)
    after = known(current, seal_contacts(session, found, current), origin="person", rules=rules, seen=seen)
    after["supervision"] = _supervision(given["outcome"], after)
    row = changed_row(current, after, digest=current["source_digest"], now=now)
    return row | {"survey_outcome": given["outcome"], "surveyed_at": given["surveyed_at"]}


def _found(given: Given, facts: Mapping[str, Any]) -> dict[str, Any]:
    if given["outcome"] == "closed":
        return {}
    if given["outcome"] == "moved":
        return {"address": given["moved_to"]}
    found: dict[str, Any] = {"features": {name: (value, []) for name, value in features_of(facts).items()}}
    for name in ("headcount", "contact_name", "contact_phone"):
        if given.get(name) not in (None, ""):
            found[name] = given[name]
    place = given.get("place")
    if place and place["accuracy"] <= USABLE_ACCURACY:
        found["location"] = (round(place["longitude"], 7), round(place["latitude"], 7))
    return found


def _supervision(outcome: str, after: Given) -> str:
    if outcome == "closed":
        return "ceased"
    if outcome == "moved":
        return "transferred" if after["placement"] == "other_county" else str(after["supervision"])
    return supervision_after(after)


def _kept_row(given: Given, facts: Mapping[str, Any], *, by: Principal, role: str) -> dict[str, Any]:
    place = given.get("place") or {}
    return {
        "outcome": given["outcome"],
        "surveyed_at": given["surveyed_at"],
        "by": by.subject,
        "role": role,
        "longitude": place.get("longitude"),
        "latitude": place.get("latitude"),
        "accuracy": place.get("accuracy"),
        "headcount": given.get("headcount"),
        "answers": list(given.get("answers", ())),
        "facts": dict(facts),
        "moved_to": given.get("moved_to", ""),
        "note": given.get("note", ""),
        "photo_id": given.get("photo_id"),
    }


def _surveyed(kept: Mapping[str, Any]) -> EnterpriseSurveyed:
    counted = {} if kept["headcount"] is None else {"headcount": kept["headcount"]}
    return EnterpriseSurveyed(
        survey_id=kept["id"],
        enterprise_id=kept["enterprise_id"],
        outcome=kept["outcome"],
        facts={**kept["facts"], **counted} if kept["outcome"] == "exists" else {},
        by=kept["by"],
        role=kept["role"],
        on=kept["surveyed_at"].isoformat(),
        longitude=kept["longitude"],
        latitude=kept["latitude"],
        accuracy=kept["accuracy"],
    )


def _digest(given: Given) -> str:
    return sha256(orjson.dumps(given, option=orjson.OPT_SORT_KEYS)).hexdigest()
