"""Official documents: what each kind says, how it is numbered, who signs it, and what can no longer be changed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from services.inspections.domain.caps import Part
from shared.machines import NotAllowed, Source, require

CHECK, HAZARDS = "check", "hazards"
DRAFT, ISSUED, VOID, WITHDRAWN, REPLACED = "draft", "issued", "void", "withdrawn", "replaced"
STATES = (DRAFT, ISSUED, VOID, WITHDRAWN, REPLACED)
OFFICER, PRESENT = "officer", "present"
OUTCOME, NUMBER = "outcome", "order_number"
DRAWN, PIN, REFUSED = "drawn", "pin", "refused"
LONGEST = {"line": 200, "long": 2000}


@dataclass(frozen=True, slots=True)
class Option:
    id: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class DocumentField:
    """``type``: line, long, date or choice; ``decides``: a correction must leave it as it is."""

    id: str
    zh: str
    en: str
    type: str
    is_required: bool
    decides: bool
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """``about`` a check or hazards (of one ``level``, or of any); ``needs_present``: the other side signs or refuses.

    ``is_joint``: the record of a check that several agencies made together.
    ``event`` is the step of each hazard that signing takes, ``undo`` that of taking the document back.
    """

    id: str
    zh: str
    en: str
    mark: str
    about: str
    level: str
    event: str
    undo: str
    needs_present: bool
    is_joint: bool
    fields: tuple[DocumentField, ...]
    source: Source


@dataclass(frozen=True)
class DocumentRules:
    """``number`` is the form of a number; ``officers``: so many sign, in one of ``officer_roles``."""

    number: str
    area: str
    agency: str
    officers: int
    officer_roles: frozenset[str]
    most_hazards: int
    kinds: Mapping[str, Kind]


@dataclass(frozen=True, slots=True)
class Officer:
    """What is known of somebody who signs for the bureau; ``licence_until`` is the last day of the licence."""

    account_id: str
    roles: frozenset[str]
    licence_until: str


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that is there: ``place`` is officer or present."""

    place: str
    account_id: str


def number_of(rules: DocumentRules, kind: Kind, *, year: int, serial: int) -> str:
    """Return the number of a document; the form is that of rules/documents.toml."""
    return rules.number.format(area=rules.area, mark=kind.mark, year=year, serial=serial)


def digest_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of what a document says, the same however its parts are ordered."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def checked_fields(kind: Kind, given: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of ``kind`` as text, in its order; raises ``NotAllowed`` for what is missing or is none."""
    unknown = sorted(given.keys() - {field.id for field in kind.fields})
    require(not unknown, NotAllowed("field_unknown", "This kind has no such field.", fields=unknown))
    fields = {field.id: given.get(field.id, "").strip() for field in kind.fields}
    missing = [field.id for field in kind.fields if field.is_required and not fields[field.id]]
    require(not missing, NotAllowed("fields_missing", "Fill in what is missing.", missing=missing))
    wrong = [field.id for field in kind.fields if fields[field.id] and not _fits(field, fields[field.id])]
    require(
        not wrong, NotAllowed("fields_wrong", "Choose a value of the list, a date, or a shorter text.", wrong=wrong)
    )
    return fields


def _fits(field: DocumentField, text: str) -> bool:
    if field.type == "choice":
        return text in {option.id for option in field.options}
    return _is_day(text) if field.type == "date" else len(text) <= LONGEST[field.type]


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def event_of(kind: Kind, fields: Mapping[str, str]) -> str:
    """Return the step that signing takes with each hazard; empty for a document that only records."""
    return fields.get(OUTCOME, "") or kind.event


def given_of(kind: Kind, fields: Mapping[str, str], *, number: str, officers: Sequence[str]) -> dict[str, Any]:
    """Return what comes with that step: the fields, the number of the order, and who signed."""
    days = {field.id for field in kind.fields if field.type == "date"}
    filled = {name: date.fromisoformat(text) if name in days else text for name, text in fields.items() if text}
    return {**filled, NUMBER: number, "officers": list(officers), "signed": True}


def check_correction(kind: Kind, *, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    """Raise ``NotAllowed`` when a document that replaces another one would decide something else."""
    changed = [one.id for one in kind.fields if one.decides and old.get(one.id, "") != new.get(one.id, "")]
    sentence = "A correction decides nothing anew: withdraw the document and draw up another one."
    require(not changed, NotAllowed("decision_changed", sentence, changed=changed))


def check_joint(kind: Kind, *, parts: Sequence[Part]) -> None:
    """Raise ``NotAllowed`` unless a joint check has its own record, with what each agency found (第六十九条)."""
    sentence = "Several agencies made this check: draw up the joint check record."
    require(kind.is_joint or not parts, NotAllowed("joint_record_missing", sentence))
    waiting = [one.agency for one in parts if not one.result]
    require(not waiting, NotAllowed("results_missing", "Write down first what each agency found.", agencies=waiting))


def check_officer(rules: DocumentRules, officer: Officer | None, *, today: date, signed: Sequence[Signed]) -> None:
    """Raise ``NotAllowed`` unless this officer may sign: a licence that is valid today, and nobody twice."""
    is_officer = officer is not None and _is_officer(rules, officer)
    require(is_officer, NotAllowed("officers_only", "An officer of the bureau signs here."))
    until = officer.licence_until if officer else ""
    sentence = "Your enforcement licence is not recorded or has expired: let the administrator enter it."
    is_valid = officer is not None and _is_licensed(officer, today)
    require(is_valid, NotAllowed("licence_not_valid", sentence, valid_until=until))
    officers = [one.account_id for one in signed if one.place == OFFICER]
    is_new = officer is not None and officer.account_id not in officers
    require(is_new, NotAllowed("signed_already", "You have signed this document: the second officer is somebody else."))
    require(len(officers) < rules.officers, NotAllowed("signed_already", "The officers have signed this document."))


def check_named(rules: DocumentRules, officers: Sequence[Officer], *, today: date) -> None:
    """Raise ``NotAllowed`` unless all who are named enforce the law: officers with a valid licence (第六十七条)."""
    unfit = [one.account_id for one in officers if not (_is_officer(rules, one) and _is_licensed(one, today))]
    sentence = (
        "Name officers of the bureau whose enforcement licence is valid today; the administrator enters licences."
    )
    require(not unfit, NotAllowed("officer_unfit", sentence, field="officers", officers=unfit))


def _is_officer(rules: DocumentRules, officer: Officer) -> bool:
    return not rules.officer_roles.isdisjoint(officer.roles)


def _is_licensed(officer: Officer, today: date) -> bool:
    return officer.licence_until >= today.isoformat()


def check_present(kind: Kind, *, method: str, reason: str, signed: Sequence[Signed]) -> None:
    """Raise ``NotAllowed`` unless the other side signs or refuses with a reason, once (安全生产法 第六十八条)."""
    require(kind.needs_present, NotAllowed("no_place_to_sign", "Only officers sign this kind of document."))
    is_free = all(one.place != PRESENT for one in signed)
    require(is_free, NotAllowed("signed_already", "The other side has signed or refused."))
    if method == REFUSED:
        require(bool(reason.strip()), NotAllowed("reason_missing", "Write down why the other side does not sign."))


def is_complete(rules: DocumentRules, kind: Kind, *, signed: Sequence[Signed]) -> bool:
    """Return whether everybody has signed who has to."""
    places = [one.place for one in signed]
    return places.count(OFFICER) >= rules.officers and (PRESENT in places or not kind.needs_present)
